// SPDX-License-Identifier: GPL-2.0-or-later
/* Boot program of the test guests: what can be seen of variables before the OS runs. */

/*
 * Runs as \EFI\BOOT\BOOTX64.EFI, before ExitBootServices. It counts boots in a
 * variable no OS can see, looks for a volatile variable of the boot before, leaves
 * what it found in the volatile variable KuvProbe for the OS, and starts
 * \EFI\kuv\linux.efi. Built without a C library or EFI headers; no datum of the
 * image holds an address, so it needs no relocation.
 */
#include <stddef.h>
#include <stdint.h>

#define EFIAPI __attribute__((ms_abi))
#define NV 1u
#define BS 2u
#define RT 4u

typedef uint64_t status_t;
typedef void *handle_t;

struct guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct table_header {
	uint8_t bytes[24];
};

struct text_output {
	void *reset;
	status_t (EFIAPI *output)(struct text_output *self, const uint16_t *text);
};

struct runtime_services {
	struct table_header header;
	void *time_and_map[6];
	status_t (EFIAPI *get)(const uint16_t *name, const struct guid *guid,
			       uint32_t *attrs, size_t *len, void *data);
	void *next_name;
	status_t (EFIAPI *set)(const uint16_t *name, const struct guid *guid,
			       uint32_t attrs, size_t len, const void *data);
};

struct boot_services {
	struct table_header header;
	void *memory_and_events[16];
	status_t (EFIAPI *protocol)(handle_t handle, const struct guid *guid,
				    void **interface);
	void *lookups[5];
	status_t (EFIAPI *load)(uint8_t policy, handle_t parent, const void *path,
				const void *source, size_t len, handle_t *image);
	status_t (EFIAPI *start)(handle_t image, size_t *len, uint16_t **data);
};

struct system_table {
	struct table_header header;
	const uint16_t *vendor;
	uint32_t revision;
	handle_t in_handle;
	void *in;
	handle_t out_handle;
	struct text_output *out;
	handle_t err_handle;
	struct text_output *err;
	struct runtime_services *runtime;
	struct boot_services *boot;
};

struct loaded_image {
	uint32_t revision;
	handle_t parent;
	struct system_table *system;
	handle_t device;
};

struct probe {
	uint64_t volatile_status;
	uint64_t set_volatile;
	uint64_t set_boot_only;
	uint32_t boots;
};

static void put(char **p, const char *s)
{
	while (*s)
		*(*p)++ = *s++;
}

static void put_number(char **p, uint64_t v)
{
	char digits[17];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v & 15];
		v >>= 4;
	} while (v);
	while (n)
		*(*p)++ = digits[--n];
}

static const struct guid *kuv_guid(void)
{
	static const struct guid g = { 0x6b757630, 0x7465, 0x7374,
		{ 0x80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07 } };
	return &g;
}

static void look(struct runtime_services *rt, struct probe *r)
{
	const struct guid *g = kuv_guid();
	uint8_t one = 1, old;
	size_t len = sizeof(old);

	r->volatile_status = rt->get(u"KuvVolatile", g, NULL, &len, &old);
	r->set_volatile = rt->set(u"KuvVolatile", g, BS | RT, 1, &one);
	len = sizeof(r->boots);
	if (rt->get(u"KuvBoots", g, NULL, &len, &r->boots))
		r->boots = 0;
	r->boots++;
	r->set_boot_only = rt->set(u"KuvBoots", g, NV | BS, sizeof(r->boots),
				   &r->boots);
}

/* One line: on the console for the log, in KuvProbe for the OS. */
static void tell(struct system_table *st, const struct probe *r)
{
	uint16_t wide[130];
	char line[128], *p = line;
	int i;

	put(&p, "boots=");
	put_number(&p, r->boots);
	put(&p, " volatile=");
	put_number(&p, r->volatile_status);
	put(&p, " set-volatile=");
	put_number(&p, r->set_volatile);
	put(&p, " set-boot-only=");
	put_number(&p, r->set_boot_only);
	*p = 0;
	st->runtime->set(u"KuvProbe", kuv_guid(), BS | RT, (size_t)(p - line), line);
	for (i = 0; line[i]; i++)
		wide[i] = (uint16_t)line[i];
	wide[i] = 0;
	st->out->output(st->out, u"probe: ");
	st->out->output(st->out, wide);
	st->out->output(st->out, u"\r\n");
}

/* The device path of the disk this program came from, with a file added. */
static status_t next_path(struct boot_services *bs, handle_t self, uint8_t *path,
			  size_t room)
{
	static const struct guid loaded = { 0x5b1b31a1, 0x9562, 0x11d2,
		{ 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
	static const struct guid device_path = { 0x09576e91, 0x6d3f, 0x11d2,
		{ 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
	static const uint16_t file[] = u"\\EFI\\kuv\\linux.efi";
	static const uint8_t end[4] = { 0x7f, 0xff, 4, 0 };
	struct loaded_image *image;
	uint8_t *from;
	status_t rc;
	size_t n = 0, i, len;

	rc = bs->protocol(self, &loaded, (void **)&image);
	if (!rc)
		rc = bs->protocol(image->device, &device_path, (void **)&from);
	if (rc)
		return rc;
	while (from[n] != 0x7f)
		n += (size_t)(from[n + 2] | from[n + 3] << 8);
	len = sizeof(file) + 4;
	if (n + len + sizeof(end) > room)
		return 1;
	for (i = 0; i < n; i++)
		path[i] = from[i];
	path[n] = 4;
	path[n + 1] = 4;
	path[n + 2] = (uint8_t)len;
	path[n + 3] = 0;
	for (i = 0; i < sizeof(file); i++)
		path[n + 4 + i] = ((const uint8_t *)file)[i];
	for (i = 0; i < sizeof(end); i++)
		path[n + len + i] = end[i];
	return 0;
}

EFIAPI status_t efi_main(handle_t self, struct system_table *st)
{
	struct probe r = { 0 };
	uint8_t path[512];
	handle_t image;
	status_t rc;

	look(st->runtime, &r);
	tell(st, &r);
	rc = next_path(st->boot, self, path, sizeof(path));
	if (!rc)
		rc = st->boot->load(0, self, path, NULL, 0, &image);
	if (!rc)
		rc = st->boot->start(image, NULL, NULL);
	st->out->output(st->out, u"probe: linux.efi did not start\r\n");
	return rc;
}
