// SPDX-License-Identifier: GPL-2.0
/* The one table of all that an image holds, and how each row looks. */
#include "image_rows.h"

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "attr.h"
#include "buf.h"
#include "guids.h"
#include "own.h"

/* What a variable may be stored with. */
#define A_STORED	(A_NV | A_BS | A_RT | A_AT)

/* Most data of variables that kuv_boot_init() forces: certdb, SignatureSupport. */
#define FORCED_NV_LEN		4
#define FORCED_VOLATILE_LEN	96

/**
 * struct wire_var - head of a variable
 * @guid: vendor namespace
 * @time: EFI_TIME, zero unless authenticated
 * @attributes: stored attributes
 * @name_len: bytes of the name, which follows without a NUL
 * @data_len: bytes of the data behind it
 */
struct wire_var {
	u8 guid[16];
	u8 time[16];
	__le32 attributes;
	__le32 name_len;
	__le32 data_len;
};

/**
 * struct wire_property - head of a property
 * @guid: vendor namespace
 * @value: as it was sent
 * @name_len: bytes of the name, which follows without a NUL
 */
struct wire_property {
	u8 guid[16];
	struct kvm_uefivars_var_property value;
	__le32 name_len;
};

void kuv_image_put(struct kuv_image_out *out, const void *data, u64 len)
{
	if (out->p && len)
		memcpy(out->p + out->len, data, len);
	out->len += len;
}

static void put_u32(struct kuv_image_out *out, u32 v)
{
	__le32 wire = cpu_to_le32(v);

	kuv_image_put(out, &wire, sizeof(wire));
}

const u8 *kuv_image_take(struct kuv_image_in *in, u64 len)
{
	const u8 *p = in->p;

	if (len > in->left)
		return NULL;
	in->p += len;
	in->left -= len;
	return p;
}

static bool take_u32(struct kuv_image_in *in, u32 *ret)
{
	const u8 *p = kuv_image_take(in, sizeof(__le32));
	__le32 wire;

	if (!p)
		return false;
	memcpy(&wire, p, sizeof(wire));
	*ret = le32_to_cpu(wire);
	return true;
}

/* A length of at most @max, then as many bytes. */
static int take_counted(struct kuv_image_in *in, u32 max, const u8 **ret_data,
			u32 *ret_len)
{
	if (!take_u32(in, ret_len))
		return -EBADMSG;
	*ret_data = kuv_image_take(in, *ret_len);
	if (!*ret_data)
		return -EBADMSG;
	return *ret_len > max ? -ENOSPC : 0;
}

static void put_counted(struct kuv_image_out *out, const void *data, u32 len)
{
	put_u32(out, len);
	kuv_image_put(out, data, len);
}

static u8 *copy_of(const u8 *data, u32 len)
{
	u8 *copy = kvmalloc(len, GFP_KERNEL_ACCOUNT);

	if (copy)
		memcpy(copy, data, len);
	return copy;
}

bool kuv_image_is_zero(const u8 *p, u64 len)
{
	u8 seen = 0;

	while (len--)
		seen |= *p++;
	return !seen;
}

static bool is_name(const struct kuv_name *n)
{
	return n->len && !(n->len % 2) &&
	       kuv_utf16_len(n->name, n->len / 2) == n->len / 2;
}

/* Staging buffer: nothing behind its last byte that says something. */

static void write_staging(const struct kuv_image_from *from,
			  struct kuv_image_out *out)
{
	const struct kuv_regs *r = from->regs;
	u32 len = r->staging_len;

	while (len > r->pio_pos && !r->staging[len - 1])
		len--;
	put_counted(out, r->staging, len);
}

static int read_staging(struct kuv_image *img, struct kuv_image_in *in)
{
	struct kuv_regs *r = &img->regs;
	const u8 *data;
	u32 len;

	if (take_counted(in, KVM_UEFIVARS_BUFFER_MAX, &data, &len) ||
	    r->size > KVM_UEFIVARS_BUFFER_MAX || r->pio_pos > r->size ||
	    r->pio_pos > len || (len > r->pio_pos && !data[len - 1]))
		return -EBADMSG;
	if (!len)
		return 0;
	r->staging = copy_of(data, len);
	if (!r->staging)
		return -ENOMEM;
	r->staging_len = len;
	return 0;
}

static void write_policies(const struct kuv_image_from *from,
			   struct kuv_image_out *out)
{
	const struct kuv_policy *p = &from->s->policy;

	put_counted(out, p->table, p->table_len);
}

/* One entry, as if a guest registered it. */
static int read_policy(struct kuv_policy *p, struct kuv_image_in *in)
{
	kuv_status_t status;
	u32 before = p->table_len;

	if (p->nr >= KUV_POLICY_NR_MAX)
		return -ENOSPC;
	status = kuv_policy_register(p, in->p, in->left);
	if (status == KUV_OUT_OF_RESOURCES)
		return -ENOMEM;
	if (status != KUV_SUCCESS)
		return -EBADMSG;
	kuv_image_take(in, p->table_len - before);
	return 0;
}

static int read_policies(struct kuv_image *img, struct kuv_image_in *in)
{
	struct kuv_image_in table;
	u32 len = 0;
	int ret = take_counted(in, KUV_POLICY_TABLE_MAX, &table.p, &len);

	table.left = len;
	while (!ret && table.left)
		ret = read_policy(&img->service.policy, &table);
	return ret;
}

/* The table only grows while a copy of it is paged through. */
static void write_dump(const struct kuv_image_from *from,
		       struct kuv_image_out *out)
{
	put_u32(out, from->s->policy.dump_len);
}

static int read_dump(struct kuv_image *img, struct kuv_image_in *in)
{
	const struct kvm_uefivars_policy_entry *e;
	struct kuv_policy *p = &img->service.policy;
	u32 len, pos = 0;

	if (!take_u32(in, &len) || len > p->table_len)
		return -EBADMSG;
	while (pos < len) {
		e = (const void *)(p->table + pos);
		pos += le16_to_cpu(e->size);
	}
	if (pos != len)
		return -EBADMSG;
	if (!len)
		return 0;
	p->dump = copy_of(p->table, len);
	if (!p->dump)
		return -ENOMEM;
	p->dump_len = len;
	return 0;
}

static void write_properties(const struct kuv_image_from *from,
			     struct kuv_image_out *out)
{
	const struct kuv_varcheck *vc = &from->s->varcheck;
	const struct kuv_property *p;

	put_u32(out, vc->nr);
	list_for_each_entry(p, &vc->properties, node) {
		struct wire_property w = {
			.value = p->value,
			.name_len = cpu_to_le32(p->name_len),
		};

		memcpy(w.guid, p->guid, sizeof(w.guid));
		kuv_image_put(out, &w, sizeof(w));
		kuv_image_put(out, p->name, p->name_len);
	}
}

static int read_property(struct kuv_varcheck *vc, struct kuv_image_in *in)
{
	const u8 *p = kuv_image_take(in, sizeof(struct wire_property));
	struct wire_property w;
	struct kuv_name n;
	kuv_status_t status;
	u32 nr = vc->nr;

	BUILD_BUG_ON(sizeof(w) != 44);
	if (!p)
		return -EBADMSG;
	memcpy(&w, p, sizeof(w));
	n.guid = w.guid;
	n.len = le32_to_cpu(w.name_len);
	n.name = kuv_image_take(in, n.len);
	if (!n.name || !is_name(&n))
		return -EBADMSG;
	if (nr >= KUV_PROPERTY_NR_MAX ||
	    n.len > KUV_PROPERTY_NAMES_MAX - vc->names_len)
		return -ENOSPC;
	status = kuv_varcheck_set_property(vc, &n, &w.value);
	if (status == KUV_OUT_OF_RESOURCES)
		return -ENOMEM;
	/* A name that comes again replaces what it had. */
	return status == KUV_SUCCESS && vc->nr > nr ? 0 : -EBADMSG;
}

static int read_properties(struct kuv_image *img, struct kuv_image_in *in)
{
	u32 nr;
	int ret = take_u32(in, &nr) ? 0 : -EBADMSG;

	while (!ret && nr--)
		ret = read_property(&img->service.varcheck, in);
	return ret;
}

static void write_codes(const struct kuv_image_from *from,
			struct kuv_image_out *out)
{
	const struct kuv_lang *lang = &from->s->lang;
	enum kuv_lang_kind kind;

	for (kind = 0; kind < KUV_NR_LANG; kind++)
		put_counted(out, lang->codes[kind], lang->len[kind]);
}

static int read_codes(struct kuv_image *img, struct kuv_image_in *in)
{
	u32 nv = kuv_limits_content_max(&img->service.limits, A_NV | A_BS);
	u32 max = kuv_limits_content_max(&img->service.limits, A_BS);
	struct kuv_lang *lang = &img->service.lang;
	enum kuv_lang_kind kind;
	const u8 *data;
	int ret;

	if (nv > max)
		max = nv;
	for (kind = 0; kind < KUV_NR_LANG; kind++) {
		ret = take_counted(in, max, &data, &lang->len[kind]);
		if (ret)
			return ret;
		if (!lang->len[kind])
			continue;
		lang->codes[kind] = copy_of(data, lang->len[kind]);
		if (!lang->codes[kind])
			return -ENOMEM;
	}
	return 0;
}

static void write_vars(const struct kuv_image_from *from,
		       struct kuv_image_out *out, bool nv)
{
	const struct kuv_vardb *db = &from->s->db;
	const struct kuv_var *v = NULL;

	put_u32(out, nv ? db->nr_nv : db->nr_volatile);
	while ((v = kuv_vardb_next(db, v))) {
		struct wire_var w = {
			.attributes = cpu_to_le32(v->attributes),
			.name_len = cpu_to_le32(v->name_len),
			.data_len = cpu_to_le32(v->data_len),
		};

		if (kuv_var_is_nv(v) != nv)
			continue;
		memcpy(w.guid, v->guid, sizeof(w.guid));
		memcpy(w.time, kuv_var_time(v), sizeof(w.time));
		kuv_image_put(out, &w, sizeof(w));
		kuv_image_put(out, kuv_var_name(v), v->name_len);
		kuv_image_put(out, kuv_var_data(v), v->data_len);
	}
}

static void write_volatile(const struct kuv_image_from *from,
			   struct kuv_image_out *out)
{
	write_vars(from, out, false);
}

static void write_variables(const struct kuv_image_from *from,
			    struct kuv_image_out *out)
{
	write_vars(from, out, true);
}

/* Does the service make it, whether there is room or not? */
static bool is_forced(const struct kuv_name *n)
{
	static const u8 guid_lock[16] = KUV_GUID_MOR_LOCK;
	enum kuv_own id = kuv_own_id(n);

	return (id >= KUV_OWN_SETUP_MODE && id < KUV_NR_OWN) ||
	       kuv_name_is(n, guid_lock, "MemoryOverwriteRequestControlLock");
}

/* Bytes of a variable that may lie above the size of its pool. */
static u32 forced_cost(const struct kuv_write *w)
{
	u32 max = w->attributes & A_NV ? FORCED_NV_LEN : FORCED_VOLATILE_LEN;

	if (!is_forced(&w->name))
		return 0;
	return kuv_var_cost(w->name.len, w->len < max ? w->len : max);
}

static int take_var(struct kuv_image_in *in, bool nv, struct wire_var *ret,
		    struct kuv_write *w)
{
	const u8 *p = kuv_image_take(in, sizeof(*ret));

	BUILD_BUG_ON(sizeof(*ret) != 44);
	if (!p)
		return -EBADMSG;
	memcpy(ret, p, sizeof(*ret));
	w->attributes = le32_to_cpu(ret->attributes);
	w->len = le32_to_cpu(ret->data_len);
	w->name.len = le32_to_cpu(ret->name_len);
	w->name.guid = ret->guid;
	w->name.name = kuv_image_take(in, w->name.len);
	w->data = w->name.name ? kuv_image_take(in, w->len) : NULL;
	if (!w->data || !w->len || !is_name(&w->name) ||
	    w->attributes & ~A_STORED || !(w->attributes & A_BS) ||
	    !(w->attributes & A_NV) == nv)
		return -EBADMSG;
	if (!(w->attributes & A_AT) && !kuv_image_is_zero(ret->time, 16))
		return -EBADMSG;
	return 0;
}

/* Add a variable, room for @forced bytes above its pool included. */
static int add_var(struct kuv_service *s, const struct kuv_write *w,
		   const u8 *time, u64 forced)
{
	bool nv = w->attributes & A_NV;
	u64 content = (u64)w->name.len + 2 + w->len;
	struct kuv_change c;
	kuv_status_t status;

	if (kuv_vardb_find(&s->db, &w->name))
		return -EBADMSG;
	if (content > kuv_limits_content_max(&s->limits, w->attributes) &&
	    forced_cost(w) != kuv_var_cost(w->name.len, w->len))
		return -ENOSPC;
	status = kuv_vardb_prepare_set(&s->db, &s->limits, &c, w, NULL, 0, time,
				       KUV_CHANGE_FORCE | KUV_CHANGE_CLEAN);
	if (status != KUV_SUCCESS)
		return status == KUV_DEVICE_ERROR ? -ENOMEM : -ENOSPC;
	kuv_vardb_commit(&s->db, &c);
	if ((nv ? s->db.nv_used : s->db.volatile_used) >
	    (nv ? s->limits.nv_size : s->limits.volatile_size) + forced)
		return -ENOSPC;
	return 0;
}

static int read_vars(struct kuv_image *img, struct kuv_image_in *in, bool nv)
{
	struct kuv_write w = {};
	struct wire_var v;
	u64 forced = 0;
	u32 nr;
	int ret = take_u32(in, &nr) ? 0 : -EBADMSG;

	while (!ret && nr--) {
		ret = take_var(in, nv, &v, &w);
		if (ret)
			break;
		forced += forced_cost(&w);
		ret = add_var(&img->service, &w, v.time, forced);
	}
	return ret;
}

static int read_volatile(struct kuv_image *img, struct kuv_image_in *in)
{
	return read_vars(img, in, false);
}

static int read_variables(struct kuv_image *img, struct kuv_image_in *in)
{
	return read_vars(img, in, true);
}

#define LEN(type, m)	sizeof(((type *)0)->m)

#define SERVICE(k, f, m) { \
	.member = #m, .kind = KUV_IMAGE_##k, .form = KUV_IMAGE_##f, \
	.offset = offsetof(struct kuv_service, m), \
	.len = LEN(struct kuv_service, m) }
#define REGS(k, f, m) { \
	.member = "regs." #m, .kind = KUV_IMAGE_##k, .form = KUV_IMAGE_##f, \
	.in_regs = true, .offset = offsetof(struct kuv_regs, m), \
	.len = LEN(struct kuv_regs, m) }
#define BODY(k, m, what) { \
	.member = m, .kind = KUV_IMAGE_##k, .form = KUV_IMAGE_BODY, \
	.write = write_##what, .read = read_##what }

const struct kuv_image_row kuv_image_rows[] = {
	SERVICE(PHASES, BOOL, end_of_dxe),
	SERVICE(PHASES, BOOL, ready_to_boot),
	SERVICE(PHASES, BOOL, at_runtime),
	SERVICE(PHASES, BOOL, closed),
	REGS(REGISTERS, INT, addr),
	REGS(REGISTERS, INT, size),
	REGS(REGISTERS, INT, pio_pos),
	REGS(REGISTERS, INT, status),
	BODY(REGISTERS, "regs.staging", staging),
	BODY(POLICIES, "policy.table", policies),
	BODY(POLICIES, "policy.dump", dump),
	SERVICE(POLICIES, BOOL, policy.locked),
	SERVICE(POLICIES, BOOL, policy.disabled),
	SERVICE(PROPERTIES, BOOL, varcheck.has_modes),
	BODY(PROPERTIES, "varcheck.properties", properties),
	SERVICE(MOR, BOOL, mor.is_locked),
	SERVICE(MOR, BOOL, mor.has_key),
	SERVICE(MOR, BOOL, mor.is_absent),
	SERVICE(MOR, BYTES, mor.key),
	BODY(LANGUAGES, "lang.codes", codes),
	BODY(VOLATILE, "db.vol", volatile),
	BODY(VARIABLES, "db.nv", variables),
};

const u32 kuv_image_nr_rows = ARRAY_SIZE(kuv_image_rows);

static void write_int(const void *member, u32 len, struct kuv_image_out *out)
{
	__le64 wire;
	u64 v;

	if (len == sizeof(u16))
		v = *(const u16 *)member;
	else if (len == sizeof(u32))
		v = *(const u32 *)member;
	else
		v = *(const u64 *)member;
	wire = cpu_to_le64(v);
	kuv_image_put(out, &wire, len);
}

static void read_int(void *member, u32 len, const u8 *p)
{
	__le64 wire = 0;
	u64 v;

	memcpy(&wire, p, len);
	v = le64_to_cpu(wire);
	if (len == sizeof(u16))
		*(u16 *)member = v;
	else if (len == sizeof(u32))
		*(u32 *)member = v;
	else
		*(u64 *)member = v;
}

void kuv_image_write_row(const struct kuv_image_row *row,
			 const struct kuv_image_from *from,
			 struct kuv_image_out *out)
{
	const u8 *base = row->in_regs ? (const u8 *)from->regs :
					(const u8 *)from->s;
	u8 byte;

	switch (row->form) {
	case KUV_IMAGE_BODY:
		row->write(from, out);
		break;
	case KUV_IMAGE_INT:
		write_int(base + row->offset, row->len, out);
		break;
	case KUV_IMAGE_BYTES:
		kuv_image_put(out, base + row->offset, row->len);
		break;
	case KUV_IMAGE_BOOL:
		byte = *(const bool *)(base + row->offset);
		kuv_image_put(out, &byte, 1);
	}
}

int kuv_image_read_row(const struct kuv_image_row *row, struct kuv_image *img,
		       struct kuv_image_in *in)
{
	u8 *base = row->in_regs ? (u8 *)&img->regs : (u8 *)&img->service;
	const u8 *p;

	if (row->form == KUV_IMAGE_BODY)
		return row->read(img, in);
	p = kuv_image_take(in, row->form == KUV_IMAGE_BOOL ? 1 : row->len);
	if (!p)
		return -EBADMSG;
	if (row->form == KUV_IMAGE_INT) {
		read_int(base + row->offset, row->len, p);
	} else if (row->form == KUV_IMAGE_BYTES) {
		memcpy(base + row->offset, p, row->len);
	} else {
		if (*p > 1)
			return -EBADMSG;
		*(bool *)(base + row->offset) = *p;
	}
	return 0;
}
