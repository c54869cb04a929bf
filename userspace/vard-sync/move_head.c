// SPDX-License-Identifier: GPL-2.0-or-later
/* What travels before a machine's image: whose it is and how it is kept. */
#include "move_head.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

#define MAGIC "KUVMOVE"
/*
 * A later version appends to the fixed part; where a reader that skips what it
 * does not know would get it wrong, it raises min_version, too.
 */
#define VERSION 1

#define FLAG_MACHINE (1U << 0)

/* On the wire, little-endian; name and template follow, then the image. */
struct wire {
	char magic[8];
	uint32_t version;
	uint32_t min_version;
	uint32_t fixed_len;
	uint32_t name_len;
	uint32_t template_len;
	uint32_t flags;
	uint64_t image_len;
	uint8_t uuid[16];
	uint64_t nv_size;
	uint64_t volatile_size;
	uint32_t var_size;
	uint32_t auth_var_size;
	uint32_t volatile_var_size;
	uint32_t durability;
	uint32_t options;
	uint32_t change_rate;
	uint32_t change_burst;
	uint32_t reserved;
};

_Static_assert(sizeof(struct wire) == 104, "no padding");

static bool is_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* What cannot be shown is left out: it is for the reader of the database. */
static const char *template_of(const struct vard_move_head *h)
{
	const char *text = h->vm.template;

	return is_printable(text, strlen(text)) ? text : "";
}

static void fill(struct wire *w, const struct vard_move_head *h, size_t len)
{
	const struct kvm_uefivars_config *c = &h->config;

	*w = (struct wire){
		.magic = MAGIC,
		.version = htole32(VERSION),
		.min_version = htole32(VERSION),
		.fixed_len = htole32(sizeof(*w)),
		.name_len = htole32((uint32_t)strlen(h->vm.name)),
		.template_len = htole32((uint32_t)strlen(template_of(h))),
		.flags = htole32(h->has_machine ? FLAG_MACHINE : 0),
		.image_len = htole64(len),
		.nv_size = htole64(c->nv_size),
		.volatile_size = htole64(c->volatile_size),
		.var_size = htole32(c->var_size),
		.auth_var_size = htole32(c->auth_var_size),
		.volatile_var_size = htole32(c->volatile_var_size),
		.durability = htole32(h->vm.durability),
		.options = htole32(h->vm.options),
		.change_rate = htole32(c->change_rate),
		.change_burst = htole32(c->change_burst),
	};
	memcpy(w->uuid, h->vm.uuid.bytes, sizeof(w->uuid));
}

static void *append(void *p, const void *data, size_t len)
{
	memcpy(p, data, len);
	return (char *)p + len;
}

int vard_move_head_write(const struct vard_move_head *head, const void *image,
			 size_t len, void **ret, size_t *ret_len)
{
	size_t name_len = strlen(head->vm.name);
	size_t template_len = strlen(template_of(head));
	size_t total = sizeof(struct wire) + name_len + template_len;
	struct wire w;
	void *p;

	if (len > VARD_MOVE_MAX - total)
		return -EFBIG;
	*ret = p = malloc(total + len);
	if (!p)
		return -ENOMEM;
	fill(&w, head, len);
	p = append(p, &w, sizeof(w));
	p = append(p, head->vm.name, name_len);
	p = append(p, template_of(head), template_len);
	append(p, image, len);
	*ret_len = total + len;
	return 0;
}

/* Fields in the machine's byte order, unknown parts of the head skipped. */
static const char *read_fixed(const uint8_t *data, size_t len, struct wire *w)
{
	if (len < sizeof(*w))
		return "it is too short";
	memcpy(w, data, sizeof(*w));
	w->version = le32toh(w->version);
	w->min_version = le32toh(w->min_version);
	w->fixed_len = le32toh(w->fixed_len);
	w->name_len = le32toh(w->name_len);
	w->template_len = le32toh(w->template_len);
	w->flags = le32toh(w->flags);
	w->image_len = le64toh(w->image_len);
	if (memcmp(w->magic, MAGIC, sizeof(w->magic)) != 0)
		return "it is no machine that vard-sync sent";
	if (w->min_version > VERSION)
		return "it comes from a newer vard-sync, update this one";
	if (w->version < w->min_version || w->version < 1)
		return "its version makes no sense";
	if (w->version == VERSION && w->flags & ~FLAG_MACHINE)
		return "it has unknown flags";
	return NULL;
}

/* Each part is bounded before it is added: nothing wraps. */
static const char *check_lengths(const struct wire *w, size_t len)
{
	if (w->fixed_len < sizeof(*w) || w->fixed_len > len ||
	    w->name_len >= VARD_VM_NAME_MAX ||
	    w->template_len >= VARD_TEMPLATE_NAME_MAX)
		return "a length in its head is out of range";
	len -= w->fixed_len;
	if (w->name_len + w->template_len > len)
		return "its head is cut off";
	if (w->image_len != len - w->name_len - w->template_len)
		return "it has more or fewer bytes than its head says";
	return NULL;
}

static const char *read_texts(const struct wire *w, const char *p,
			      struct vard_vm *vm)
{
	memcpy(vm->name, p, w->name_len);
	memcpy(vm->template, p + w->name_len, w->template_len);
	if (memchr(vm->name, 0, w->name_len) || !vard_vm_name_ok(vm->name))
		return "its name is not that of a VM";
	if (!is_printable(vm->template, w->template_len))
		return "its template is not text";
	return NULL;
}

const char *vard_move_head_read(const void *data, size_t len,
				struct vard_move_head *ret, const void **image,
				size_t *image_len)
{
	const uint8_t *p = data;
	struct vard_move_head h = { 0 };
	const char *reason;
	struct wire w;

	reason = read_fixed(p, len, &w);
	if (!reason)
		reason = check_lengths(&w, len);
	if (!reason)
		reason = read_texts(&w, (const char *)p + w.fixed_len, &h.vm);
	if (reason)
		return reason;
	h.vm.durability = le32toh(w.durability);
	h.vm.options = le32toh(w.options);
	if (h.vm.durability > KVM_UEFIVARS_WRITE_BACK)
		return "its durability is unknown";
	memcpy(h.vm.uuid.bytes, w.uuid, sizeof(w.uuid));
	h.config = (struct kvm_uefivars_config){
		.nv_size = le64toh(w.nv_size),
		.volatile_size = le64toh(w.volatile_size),
		.var_size = le32toh(w.var_size),
		.auth_var_size = le32toh(w.auth_var_size),
		.volatile_var_size = le32toh(w.volatile_var_size),
		.durability = h.vm.durability,
		.options = h.vm.options,
		.change_rate = le32toh(w.change_rate),
		.change_burst = le32toh(w.change_burst),
	};
	h.has_machine = w.flags & FLAG_MACHINE;
	*ret = h;
	*image_len = w.image_len;
	*image = p + len - w.image_len;
	return NULL;
}
