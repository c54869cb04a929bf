// SPDX-License-Identifier: GPL-2.0
/* Who signs a private variable: the variables certdb and certdbv. */
#include "certdb.h"

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "group.h"
#include "own.h"

#define A_AT	KVM_UEFIVARS_ATTR_AT
/* What certdb is stored with. */
#define A_STORED	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | \
			 KVM_UEFIVARS_ATTR_RT | A_AT)
/* What edk2 takes off the largest size for the database's own name. */
#define NAME_ROOM	16

/* The size of a database, this field included. */
#define HEAD_LEN	4

/**
 * struct wire_entry - head of an entry, unaligned
 * @guid: namespace of the variable
 * @len: bytes of the entry, this head included
 * @name_chars: characters of the name, no NUL
 * @signer_len: bytes of what is bound
 *
 * The name follows, then what is bound.
 */
struct wire_entry {
	u8 guid[16];
	__le32 len;
	__le32 name_chars;
	__le32 signer_len;
};

/**
 * struct entry - an entry that lies inside a database
 * @bytes: all of it
 * @name: variable
 * @signer: what is bound
 */
struct entry {
	struct kuv_span bytes;
	struct kuv_name name;
	struct kuv_span signer;
};

/* The next entry of @rest; false at the end and where it is malformed. */
static bool next_entry(struct kuv_span *rest, struct entry *e)
{
	struct wire_entry w;
	u64 name_len, signer_len;

	BUILD_BUG_ON(sizeof(w) != 28);
	if (rest->len < sizeof(w))
		return false;
	memcpy(&w, rest->data, sizeof(w));
	name_len = 2 * (u64)le32_to_cpu(w.name_chars);
	signer_len = le32_to_cpu(w.signer_len);
	if (sizeof(w) + name_len + signer_len != le32_to_cpu(w.len) ||
	    le32_to_cpu(w.len) > rest->len)
		return false;
	e->bytes.data = rest->data;
	e->bytes.len = le32_to_cpu(w.len);
	e->name.guid = rest->data;
	e->name.name = rest->data + sizeof(w);
	e->name.len = name_len;
	e->signer.data = e->name.name + name_len;
	e->signer.len = signer_len;
	rest->data += e->bytes.len;
	rest->len -= e->bytes.len;
	return true;
}

static bool is_of(const struct entry *e, const struct kuv_name *n)
{
	return e->name.len == n->len && !memcmp(e->name.guid, n->guid, 16) &&
	       !memcmp(e->name.name, n->name, n->len);
}

static enum kuv_own database(bool is_nv)
{
	return is_nv ? KUV_OWN_CERTDB : KUV_OWN_CERTDBV;
}

/* The entries of a database whose size is right, whatever they are. */
static bool open_database(const struct kuv_var *v, struct kuv_span *ret_rest)
{
	__le32 total;

	if (!v || v->data_len < HEAD_LEN)
		return false;
	memcpy(&total, kuv_var_data(v), HEAD_LEN);
	if (le32_to_cpu(total) != v->data_len)
		return false;
	ret_rest->data = kuv_var_data(v) + HEAD_LEN;
	ret_rest->len = v->data_len - HEAD_LEN;
	return true;
}

/* The same for a database without any malformed entry. */
static bool open_good_database(const struct kuv_service *s, bool is_nv,
			       struct kuv_span *ret_entries)
{
	const struct kuv_var *v = kuv_own_find(&s->db, database(is_nv));
	struct kuv_span rest;
	struct entry e;

	if (!open_database(v, ret_entries))
		return false;
	rest = *ret_entries;
	while (next_entry(&rest, &e))
		;
	return !rest.len;
}

static bool find_signer(struct kuv_span entries, const struct kuv_name *name,
			struct kuv_span *ret_signer)
{
	struct entry e;

	while (next_entry(&entries, &e)) {
		if (!is_of(&e, name))
			continue;
		*ret_signer = e.signer;
		return true;
	}
	return false;
}

kuv_status_t kuv_certdb_find(const struct kuv_service *s,
			     const struct kuv_name *name, bool is_nv,
			     struct kuv_span *ret_signer)
{
	struct kuv_span entries;

	if (!open_good_database(s, is_nv, &entries))
		return KUV_SECURITY_VIOLATION;
	return find_signer(entries, name, ret_signer) ? KUV_SUCCESS :
							KUV_NOT_FOUND;
}

/* Append an entry to a database of @len bytes. Returns its new size. */
static u32 put_entry(u8 *out, u32 len, const struct kuv_name *name,
		     const struct kuv_span *signer)
{
	struct wire_entry w = {
		.len = cpu_to_le32(sizeof(w) + name->len + signer->len),
		.name_chars = cpu_to_le32(name->len / 2),
		.signer_len = cpu_to_le32(signer->len),
	};

	memcpy(w.guid, name->guid, sizeof(w.guid));
	memcpy(out + len, &w, sizeof(w));
	len += sizeof(w);
	memcpy(out + len, name->name, name->len);
	len += name->len;
	memcpy(out + len, signer->data, signer->len);
	return len + signer->len;
}

/* A database begins with its size. */
static void put_size(u8 *out, u32 len)
{
	__le32 total = cpu_to_le32(len);

	memcpy(out, &total, HEAD_LEN);
}

/* Add a database to a group. */
static kuv_status_t put_database(struct kuv_group *g, enum kuv_own id, u8 *out,
				 u32 len)
{
	put_size(out, len);
	return kuv_own_set(g, id, out, len, 0);
}

/* Copy all entries but those of @name. Returns the size of the copy. */
static u32 copy_others(u8 *out, struct kuv_span entries,
		       const struct kuv_name *name)
{
	u32 len = HEAD_LEN;
	struct entry e;

	while (next_entry(&entries, &e)) {
		if (is_of(&e, name))
			continue;
		memcpy(out + len, e.bytes.data, e.bytes.len);
		len += e.bytes.len;
	}
	return len;
}

kuv_status_t kuv_certdb_bind(const struct kuv_service *s, struct kuv_group *g,
			     const struct kuv_name *name, bool is_nv,
			     const struct kuv_span *signer)
{
	u32 len = sizeof(struct wire_entry) + name->len + signer->len;
	u32 max = kuv_limits_content_max(&s->limits, A_AT);
	struct kuv_span entries;
	kuv_status_t status;
	u8 *out;

	if (!open_good_database(s, is_nv, &entries))
		return KUV_SECURITY_VIOLATION;
	out = kvmalloc(HEAD_LEN + entries.len + len, GFP_KERNEL_ACCOUNT);
	if (!out)
		return KUV_DEVICE_ERROR;
	len = put_entry(out, copy_others(out, entries, name), name, signer);
	if (len + NAME_ROOM > max)
		status = KUV_SECURITY_VIOLATION;
	else
		status = put_database(g, database(is_nv), out, len);
	kvfree(out);
	return status;
}

kuv_status_t kuv_certdb_unbind(const struct kuv_service *s,
			       struct kuv_group *g,
			       const struct kuv_name *name, bool is_nv)
{
	struct kuv_span entries, signer;
	kuv_status_t status;
	u8 *out;

	if (!open_good_database(s, is_nv, &entries) ||
	    !find_signer(entries, name, &signer))
		return KUV_SUCCESS;
	out = kvmalloc(HEAD_LEN + entries.len, GFP_KERNEL_ACCOUNT);
	if (!out)
		return KUV_DEVICE_ERROR;
	status = put_database(g, database(is_nv), out,
			      copy_others(out, entries, name));
	kvfree(out);
	return status;
}

static bool is_authenticated(const struct kuv_vardb *db,
			     const struct kuv_name *name)
{
	const struct kuv_var *v = kuv_vardb_find(db, name);

	return v && v->attributes & A_AT;
}

/* Copy the entries that still have their variable. Returns the size. */
static u32 copy_live(const struct kuv_vardb *db, u8 *out,
		     struct kuv_span entries)
{
	u32 len = HEAD_LEN;
	struct entry e;

	while (next_entry(&entries, &e)) {
		if (!is_authenticated(db, &e.name))
			continue;
		memcpy(out + len, e.bytes.data, e.bytes.len);
		len += e.bytes.len;
	}
	return len;
}

static int boot_database(struct kuv_service *s, enum kuv_own id, u8 *out,
			 u32 len)
{
	put_size(out, len);
	return kuv_own_force(&s->db, &s->limits, id, out, len);
}

static int boot_empty(struct kuv_service *s, enum kuv_own id)
{
	u8 out[HEAD_LEN];

	return boot_database(s, id, out, HEAD_LEN);
}

static int boot_stored(struct kuv_service *s, struct kuv_span entries)
{
	u8 *out = kvmalloc(HEAD_LEN + entries.len, GFP_KERNEL_ACCOUNT);
	int ret;

	if (!out)
		return -ENOMEM;
	ret = boot_database(s, KUV_OWN_CERTDB, out,
			    copy_live(&s->db, out, entries));
	kvfree(out);
	return ret;
}

int kuv_certdb_boot(struct kuv_service *s)
{
	const struct kuv_var *v = kuv_own_find(&s->db, KUV_OWN_CERTDB);
	struct kuv_span entries;
	int ret;

	if (v && v->attributes == A_STORED && open_database(v, &entries) &&
	    entries.len)
		ret = boot_stored(s, entries);
	else
		ret = boot_empty(s, KUV_OWN_CERTDB);
	if (!ret)
		ret = boot_empty(s, KUV_OWN_CERTDBV);
	return ret;
}
