// SPDX-License-Identifier: GPL-2.0-or-later
/* edk2's flash variable store (OVMF_VARS.fd): read and write. */
#include "flash.h"

#include <endian.h>
#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bytes.h"
#include "records.h"

#define FV_HEADER_LEN	0x48
#define FV_ATTRIBUTES	0x0004feff
#define STORE_HEADER_LEN 28
#define STORE_FORMATTED	0x5a
#define STORE_HEALTHY	0xfe
#define VAR_START	0x55aa
#define VAR_ADDED	0x3f
#define VAR_IN_DELETION	0x3e
#define VAR_LEN_AUTH	60
#define VAR_LEN_PLAIN	32
#define FTW_HEADER_LEN	32
#define FTW_ENTRY_LEN	40
/* Flags of fault-tolerant writes count when they are 0. */
#define FTW_ALLOCATED	0x01
#define FTW_COMPLETE	0x04
#define FTW_SPARE_DONE	0x02
#define FTW_TARGET_DONE	0x04
#define ERASED		0xff

static const uint8_t guid_fv[16] = {
	0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
	0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50,
};
static const uint8_t guid_store_auth[16] = {
	0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
	0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92,
};
static const uint8_t guid_store_plain[16] = {
	0x16, 0x36, 0xcf, 0xdd, 0x75, 0x32, 0x64, 0x41,
	0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d,
};
static const uint8_t guid_ftw[16] = {
	0x2b, 0x29, 0x58, 0x9e, 0x68, 0x7c, 0x7d, 0x49,
	0xa0, 0xce, 0x65, 0x00, 0xfd, 0x9f, 0x1b, 0x95,
};
/**
 * struct layout - where things are; what is between is erased
 * @len: bytes of the image
 * @region: bytes of variables, from 0
 * @working: offset of the fault-tolerant write's journal
 * @working_len: its bytes
 * @spare: offset of the spare area, to the end
 * @block: bytes of a block
 */
struct layout {
	uint32_t len;
	uint32_t region;
	uint32_t working;
	uint32_t working_len;
	uint32_t spare;
	uint32_t block;
};

static const struct layout layouts[VARD_FLASH_NR] = {
	[VARD_FLASH_OVMF_4M] = { 0x84000, 0x40000, 0x41000, 0x1000, 0x42000,
				 0x1000 },
	[VARD_FLASH_OVMF_2M] = { 0x20000, 0xe000, 0xf000, 0x1000, 0x10000,
				 0x1000 },
	[VARD_FLASH_ARMVIRT] = { 0xc0000, 0x40000, 0x40000, 0x40000, 0x80000,
				 0x40000 },
};

/**
 * struct span - bytes being read
 * @data: first
 * @len: how many
 */
struct span {
	const uint8_t *data;
	size_t len;
};

static uint16_t get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static void put16(uint8_t *p, uint16_t v)
{
	v = htole16(v);
	memcpy(p, &v, sizeof(v));
}

static uint16_t sum16(const uint8_t *p, size_t len)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum = (uint16_t)(sum + get16(p + i));
	return sum;
}

/* Is there a volume with a variable store in front of these bytes? */
static bool is_volume(struct span s)
{
	return s.len >= FV_HEADER_LEN + STORE_HEADER_LEN &&
	       memcmp(s.data + 40, "_FVH", 4) == 0 &&
	       memcmp(s.data + 16, guid_fv, 16) == 0 &&
	       get16(s.data + 48) == FV_HEADER_LEN &&
	       sum16(s.data, FV_HEADER_LEN) == 0;
}

static uint32_t ftw_crc(const uint8_t *header)
{
	uint8_t copy[FTW_HEADER_LEN];

	memcpy(copy, header, sizeof(copy));
	memset(copy + 16, ERASED, 5);
	return (uint32_t)crc32(0, copy, sizeof(copy));
}

static bool is_journal(const uint8_t *p, uint32_t len)
{
	return memcmp(p, guid_ftw, 16) == 0 &&
	       bytes_get32(p + 16) == ftw_crc(p) &&
	       bytes_get64(p + 24) == len - FTW_HEADER_LEN;
}

static const struct layout *find_layout(struct span image)
{
	for (size_t i = 0; i < VARD_FLASH_NR; i++) {
		const struct layout *l = &layouts[i];

		if (image.len >= l->len &&
		    is_journal(image.data + l->working, l->working_len))
			return l;
	}
	return NULL;
}

/* A write's records: was the spare area written, and the target not? */
static bool is_record_torn(struct span queue, size_t pos, uint64_t nr,
			   uint64_t private_len)
{
	for (; nr; nr--, pos += FTW_ENTRY_LEN + private_len) {
		if (pos > queue.len || queue.len - pos < FTW_ENTRY_LEN)
			return false;
		if (!(queue.data[pos] & FTW_SPARE_DONE) &&
		    queue.data[pos] & FTW_TARGET_DONE)
			return true;
	}
	return false;
}

/* Was the last write in the journal cut off while it wrote the target? */
static bool is_torn(struct span queue)
{
	size_t pos = 0;

	while (queue.len - pos >= FTW_ENTRY_LEN) {
		const uint8_t *p = queue.data + pos;
		uint64_t nr = bytes_get64(p + 24);
		uint64_t private_len = bytes_get64(p + 32);

		if (*p & FTW_ALLOCATED)
			return false;
		if (nr > queue.len / FTW_ENTRY_LEN || private_len > queue.len)
			return false;
		pos += FTW_ENTRY_LEN;
		if (*p & FTW_COMPLETE)
			return is_record_torn(queue, pos, nr, private_len);
		if (nr * (FTW_ENTRY_LEN + private_len) > queue.len - pos)
			return false;
		pos += nr * (FTW_ENTRY_LEN + private_len);
	}
	return false;
}

/* Where the variables are: in front, or in the spare area. */
static struct span find_volume(struct span image)
{
	const struct layout *l = find_layout(image);
	struct span spare, queue;

	if (!l)
		return image;
	queue.data = image.data + l->working + FTW_HEADER_LEN;
	queue.len = l->working_len - FTW_HEADER_LEN;
	spare.data = image.data + l->spare;
	spare.len = l->len - l->spare;
	return is_torn(queue) && is_volume(spare) ? spare : image;
}

bool vard_flash_is(const uint8_t *image, size_t len)
{
	struct span s = { image, len };

	return is_volume(s) || is_volume(find_volume(s));
}

static bool same_name(const struct vard_var *a, const struct vard_var *b)
{
	return a->name_len == b->name_len &&
	       memcmp(a->guid, b->guid, 16) == 0 &&
	       memcmp(a->name, b->name, a->name_len) == 0;
}

/**
 * struct walk - position in a variable store
 * @store: from its header on
 * @pos: offset of the next variable
 * @is_auth: variables have the header with a time
 * @report: where problems go
 * @nr_in_deletion: copies that are being replaced
 */
struct walk {
	struct span store;
	size_t pos;
	bool is_auth;
	struct vard_report *report;
	unsigned int nr_in_deletion;
};

/* The next variable and its state; its bytes are borrowed. False at the end. */
static bool next_var(struct walk *w, struct vard_var *v, uint8_t *state)
{
	size_t head = w->is_auth ? VAR_LEN_AUTH : VAR_LEN_PLAIN;
	const uint8_t *p = w->store.data + w->pos;
	uint32_t name_len, data_len;

	if (w->store.len - w->pos < head || get16(p) != VAR_START)
		return false;
	name_len = bytes_get32(p + (w->is_auth ? 36 : 8));
	data_len = bytes_get32(p + (w->is_auth ? 40 : 12));
	/* The power went before the sizes were written. */
	if (name_len == UINT32_MAX || data_len == UINT32_MAX || p[2] == ERASED)
		name_len = data_len = 0;
	if (name_len > w->store.len - w->pos - head ||
	    data_len > w->store.len - w->pos - head - name_len) {
		vard_report_error(w->report,
				  "the variable at store offset %#zx ends behind the store",
				  w->pos);
		return false;
	}
	*v = (struct vard_var){
		.attributes = bytes_get32(p + 4),
		.name = p + head,
		.name_len = name_len,
		.data = p + head + name_len,
		.data_len = data_len,
	};
	memcpy(v->guid, p + (w->is_auth ? 44 : 16), 16);
	if (w->is_auth && v->attributes & KVM_UEFIVARS_ATTR_AT)
		memcpy(v->time, p + 16, 16);
	*state = p[2];
	w->pos += (head + name_len + data_len + 3) & ~3UL;
	if (w->pos > w->store.len)
		w->pos = w->store.len;
	return true;
}

/* One is normal, where the power was cut; many would take long to look at. */
#define IN_DELETION_MAX	64
/* Firmware has at most 256 KiB. */
#define STORE_LEN_MAX	(4U << 20)

/* Of two copies of a variable only the one that is not being replaced counts. */
static bool has_newer(const struct walk *at, const struct vard_var *v)
{
	struct vard_report ignored = { 0 };
	struct walk w = *at;
	struct vard_var other;
	uint8_t state;

	w.pos = STORE_HEADER_LEN;
	w.report = &ignored;
	while (next_var(&w, &other, &state))
		if (state == VAR_ADDED && same_name(&other, v))
			return true;
	return false;
}

static int keep(struct vard_template *t, const struct vard_var *v)
{
	uint8_t *name = malloc(v->name_len), *data = malloc(v->data_len + 1);
	void *p = reallocarray(t->vars, t->nr + 1, sizeof(*t->vars));

	if (p)
		t->vars = p;
	if (!name || !data || !p) {
		free(name);
		free(data);
		return -ENOMEM;
	}
	memcpy(name, v->name, v->name_len);
	memcpy(data, v->data, v->data_len);
	t->vars[t->nr] = *v;
	t->vars[t->nr].name = name;
	t->vars[t->nr++].data = data;
	return 0;
}

/* Is this copy of a variable the one that counts? */
static bool is_current(struct walk *w, const struct vard_var *v, uint8_t state)
{
	if (state == VAR_ADDED)
		return true;
	if (state != VAR_IN_DELETION)
		return false;
	if (w->nr_in_deletion++ == IN_DELETION_MAX)
		vard_report_error(w->report, "more than %d variables are being replaced",
				  IN_DELETION_MAX);
	return w->nr_in_deletion <= IN_DELETION_MAX && !has_newer(w, v);
}

static int take_var(struct walk *w, struct vard_var *v, uint8_t state,
		    size_t at, struct vard_template *t)
{
	const char *reason;

	if (!is_current(w, v, state))
		return 0;
	if (v->name_len < 4 || get16(v->name + v->name_len - 2) != 0) {
		vard_report_error(w->report,
				  "the variable at store offset %#zx has no name",
				  at);
		return 0;
	}
	v->name_len -= 2;
	if (vard_var_is_made_anew(v))
		return 0;
	reason = vard_var_check(v);
	if (reason) {
		vard_report_error(w->report,
				  "the variable at store offset %#zx: %s", at,
				  reason);
		return 0;
	}
	return keep(t, v);
}

static int read_vars(struct walk *w, struct vard_template *t)
{
	struct vard_var v;
	uint8_t state;
	size_t at;
	int r = 0;

	for (at = w->pos; r == 0 && next_var(w, &v, &state); at = w->pos)
		r = take_var(w, &v, state, at, t);
	return r;
}

int vard_flash_read(const uint8_t *image, size_t len, struct vard_template *t,
		    struct vard_report *report)
{
	struct span volume = find_volume((struct span){ image, len });
	struct walk w = { .pos = STORE_HEADER_LEN, .report = report };
	const uint8_t *p = volume.data + FV_HEADER_LEN;

	if (!is_volume(volume)) {
		vard_report_error(report, "no firmware volume");
		return 0;
	}
	w.is_auth = memcmp(p, guid_store_auth, 16) == 0;
	if (!w.is_auth && memcmp(p, guid_store_plain, 16) != 0) {
		vard_report_error(report, "the volume has no variable store");
		return 0;
	}
	w.store.data = p;
	w.store.len = bytes_get32(p + 16);
	if (w.store.len < STORE_HEADER_LEN || w.store.len > STORE_LEN_MAX ||
	    w.store.len > volume.len - FV_HEADER_LEN) {
		vard_report_error(report, "the variable store has %zu bytes, the image %zu",
				  w.store.len, volume.len);
		return 0;
	}
	if (p[20] != STORE_FORMATTED || p[21] != STORE_HEALTHY) {
		vard_report_error(report, "the variable store is not formatted");
		return 0;
	}
	return read_vars(&w, t);
}

static void put_headers(uint8_t *image, const struct layout *l)
{
	uint8_t *store = image + FV_HEADER_LEN;

	memset(image, 0, FV_HEADER_LEN + STORE_HEADER_LEN);
	memcpy(image + 16, guid_fv, 16);
	bytes_put32(image + 32, l->len);
	memcpy(image + 40, "_FVH", 4);
	bytes_put32(image + 44, FV_ATTRIBUTES);
	put16(image + 48, FV_HEADER_LEN);
	image[55] = 2;
	bytes_put32(image + 56, l->len / l->block);
	bytes_put32(image + 60, l->block);
	put16(image + 50, (uint16_t)-sum16(image, FV_HEADER_LEN));
	memcpy(store, guid_store_auth, 16);
	bytes_put32(store + 16, l->region - FV_HEADER_LEN);
	store[20] = STORE_FORMATTED;
	store[21] = STORE_HEALTHY;
}

static void put_journal(uint8_t *p, uint32_t len)
{
	memcpy(p, guid_ftw, 16);
	bytes_put32(p + 24, len - FTW_HEADER_LEN);
	bytes_put32(p + 28, 0);
	bytes_put32(p + 16, ftw_crc(p));
	p[20] = 0xfe;
}

/* Returns the bytes it takes, 0 if there is no room. */
static size_t put_var(uint8_t *p, size_t room, const struct vard_var *v)
{
	size_t len = VAR_LEN_AUTH + (size_t)v->name_len + 2 + v->data_len;

	if (room < ((len + 3) & ~3UL))
		return 0;
	memset(p, 0, VAR_LEN_AUTH);
	put16(p, VAR_START);
	p[2] = VAR_ADDED;
	bytes_put32(p + 4, v->attributes);
	memcpy(p + 16, v->time, 16);
	bytes_put32(p + 36, v->name_len + 2);
	bytes_put32(p + 40, v->data_len);
	memcpy(p + 44, v->guid, 16);
	memcpy(p + VAR_LEN_AUTH, v->name, v->name_len);
	memset(p + VAR_LEN_AUTH + v->name_len, 0, 2);
	memcpy(p + VAR_LEN_AUTH + v->name_len + 2, v->data, v->data_len);
	return (len + 3) & ~3UL;
}

int vard_flash_write(enum vard_flash_layout layout, const struct vard_var *vars,
		     size_t nr, uint8_t **ret, size_t *ret_len)
{
	const struct layout *l = &layouts[layout];
	size_t pos = FV_HEADER_LEN + STORE_HEADER_LEN, len;
	uint8_t *image = malloc(l->len);

	if (!image)
		return -ENOMEM;
	memset(image, ERASED, l->len);
	put_headers(image, l);
	put_journal(image + l->working, l->working_len);
	for (size_t i = 0; i < nr; i++, pos += len) {
		len = put_var(image + pos, l->region - pos, &vars[i]);
		if (!len) {
			free(image);
			return -ENOSPC;
		}
	}
	*ret = image;
	*ret_len = l->len;
	return 0;
}
