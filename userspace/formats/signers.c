// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may sign a private variable: edk2's variable certdb. */
#include "signers.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cleanup.h"

/* The size of the database, itself included, then entries. */
#define HEAD_LEN	4
/* GUID, size of the entry, characters of the name, bytes of the signer. */
#define ENTRY_LEN	28
#define A_CERTDB	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | \
			 KVM_UEFIVARS_ATTR_RT | KVM_UEFIVARS_ATTR_AT)

static const uint8_t guid_certdb[16] = {
	0x6e, 0xe5, 0xbe, 0xd9, 0xdc, 0x75, 0xd9, 0x49,
	0xb4, 0xd7, 0xb5, 0x34, 0x21, 0x0f, 0x63, 0x7a,
};
static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};
static const uint8_t guid_security[16] = {
	0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
	0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f,
};

static const uint8_t guid_vendor_keys[16] = {
	0xe0, 0xe4, 0x73, 0x90, 0xec, 0x60, 0x6e, 0x4b,
	0x99, 0x03, 0x4c, 0x22, 0x3c, 0x26, 0x0f, 0x3c,
};

bool vard_signers_is(const struct vard_var *v)
{
	return vard_var_is(v, guid_certdb, "certdb") ||
	       vard_var_is(v, guid_certdb, "certdbv");
}

bool vard_signers_is_key(const struct vard_var *v)
{
	return vard_var_is(v, guid_global, "PK") ||
	       vard_var_is(v, guid_global, "KEK") ||
	       vard_var_is(v, guid_security, "db") ||
	       vard_var_is(v, guid_security, "dbx") ||
	       vard_var_is(v, guid_security, "dbt") ||
	       vard_var_is(v, guid_security, "dbr");
}

bool vard_signers_is_private(const struct vard_var *v)
{
	return v->attributes & KVM_UEFIVARS_ATTR_AT && !vard_signers_is_key(v) &&
	       !vard_signers_is(v) &&
	       !vard_var_is(v, guid_vendor_keys, "VendorKeysNv");
}

/**
 * struct entry - one entry of a database; all is borrowed
 * @guid: namespace of the variable
 * @name: its name
 * @name_len: its bytes
 * @signer: who may sign it
 * @signer_len: its bytes
 */
struct entry {
	const uint8_t *guid;
	const uint8_t *name;
	uint64_t name_len;
	const uint8_t *signer;
	uint64_t signer_len;
};

/* Begins a walk; false if the size is wrong. */
static bool open_database(const struct vard_var *db, struct bytes *b)
{
	*b = (struct bytes){ db->data, db->data_len };
	return db->data_len >= HEAD_LEN &&
	       bytes_get32(bytes_take(b, HEAD_LEN)) == db->data_len;
}

/* The next entry; false at the end and, with @b not empty, if it is malformed. */
static bool next_entry(struct bytes *b, struct entry *e)
{
	struct bytes rest = *b;
	const uint8_t *p = bytes_take(&rest, ENTRY_LEN);

	if (!p)
		return false;
	e->guid = p;
	e->name_len = 2 * (uint64_t)bytes_get32(p + 20);
	e->signer_len = bytes_get32(p + 24);
	if (bytes_get32(p + 16) != ENTRY_LEN + e->name_len + e->signer_len)
		return false;
	e->name = bytes_take(&rest, e->name_len);
	e->signer = e->name ? bytes_take(&rest, e->signer_len) : NULL;
	if (!e->signer)
		return false;
	*b = rest;
	return true;
}

static bool find_entry(const struct vard_var *db, const struct vard_var *v,
		       struct entry *e)
{
	struct bytes b;

	if (!open_database(db, &b))
		return false;
	while (next_entry(&b, e))
		if (e->name_len == v->name_len && !memcmp(e->guid, v->guid, 16) &&
		    !memcmp(e->name, v->name, v->name_len))
			return true;
	return false;
}

const uint8_t *vard_signers_find(const struct vard_var *vars, size_t nr,
				 const struct vard_var *v)
{
	struct entry e;

	for (size_t i = 0; i < nr; i++)
		if (vard_var_is(&vars[i], guid_certdb, "certdb"))
			return find_entry(&vars[i], v, &e) &&
					       e.signer_len == VARD_SIGNER_LEN ?
				       e.signer : NULL;
	return NULL;
}

static struct vard_record *find_database(struct vard_records *r)
{
	for (size_t i = 0; i < r->nr; i++)
		if (vard_var_is(&r->list[i].v, guid_certdb, "certdb"))
			return &r->list[i];
	return NULL;
}

/* Counts signers by kind; false if the database is malformed. */
static bool count_kinds(const struct vard_var *db, unsigned int *nr_sha256,
			unsigned int *nr_longer, unsigned int *nr_chains)
{
	struct entry e;
	struct bytes b;

	if (!open_database(db, &b) || db->attributes != A_CERTDB)
		return false;
	while (next_entry(&b, &e)) {
		if (e.signer_len == VARD_SIGNER_LEN)
			++*nr_sha256;
		else if (e.signer_len == 48 || e.signer_len == 64)
			++*nr_longer;
		else
			++*nr_chains;
	}
	return b.len == 0;
}

static void warn_unbound(struct vard_records *r, const struct vard_var *db)
{
	struct entry e;

	for (size_t i = 0; i < r->nr; i++) {
		const struct vard_var *v = &r->list[i].v;
		_cleanup_free_ char *name = NULL;

		if (!vard_signers_is_private(v) ||
		    (db && find_entry(db, v, &e)))
			continue;
		name = vard_name_format(v->name, v->name_len);
		vard_report_warning(r->report,
			"%.60s: private, but nothing tells who signs it: updates by the guest will be refused",
			name ? name : "?");
	}
}

void vard_signers_check(struct vard_records *r)
{
	unsigned int nr_sha256 = 0, nr_longer = 0, nr_chains = 0;
	struct vard_record *db = find_database(r);

	if (db && !count_kinds(&db->v, &nr_sha256, &nr_longer, &nr_chains)) {
		vard_report_warning(r->report,
			"variables[%zu]: certdb is malformed, left out",
			db->place);
		vard_records_drop(r, db);
		db = NULL;
	}
	if (nr_sha256 + nr_longer + nr_chains)
		vard_report_warning(r->report,
			"certdb: %u signers by SHA-256 of name and certificate (edk2, varstored, EC2), %u by a longer digest, %u by a chain of old edk2",
			nr_sha256, nr_longer, nr_chains);
	warn_unbound(r, db ? &db->v : NULL);
}

static bool wants_entry(const struct vard_record *e)
{
	return e->has_signer && !vard_signers_is_key(&e->v);
}

static void put_entries(const struct vard_records *r, uint8_t *p)
{
	for (size_t i = 0; i < r->nr; i++) {
		const struct vard_var *v = &r->list[i].v;
		uint32_t len = ENTRY_LEN + v->name_len + VARD_SIGNER_LEN;

		if (!wants_entry(&r->list[i]))
			continue;
		memcpy(p, v->guid, 16);
		bytes_put32(p + 16, len);
		bytes_put32(p + 20, v->name_len / 2);
		bytes_put32(p + 24, VARD_SIGNER_LEN);
		memcpy(p + ENTRY_LEN, v->name, v->name_len);
		memcpy(p + ENTRY_LEN + v->name_len, r->list[i].signer,
		       VARD_SIGNER_LEN);
		p += len;
	}
}

int vard_signers_put(struct vard_records *r)
{
	static const uint8_t name[] = "c\0e\0r\0t\0d\0b";
	struct vard_var v = { .name = name, .name_len = sizeof(name),
			      .attributes = A_CERTDB };
	uint64_t len = HEAD_LEN;
	bool has_certdb = false;
	uint8_t *data;
	int ret;

	memcpy(v.guid, guid_certdb, sizeof(v.guid));
	for (size_t i = 0; i < r->nr; i++) {
		if (vard_var_is(&r->list[i].v, guid_certdb, "certdb"))
			has_certdb = true;
		else if (wants_entry(&r->list[i]))
			len += ENTRY_LEN + r->list[i].v.name_len + VARD_SIGNER_LEN;
	}
	if (len == HEAD_LEN)
		return 0;
	if (has_certdb) {
		vard_report_warning(r->report,
			"digests ignored: the file has edk2's certdb, too");
		return 0;
	}
	data = len > UINT32_MAX ? NULL : malloc(len);
	if (!data)
		return -ENOMEM;
	bytes_put32(data, (uint32_t)len);
	put_entries(r, data + HEAD_LEN);
	v.data = data;
	v.data_len = (uint32_t)len;
	ret = vard_records_add(r, &v, NULL);
	free(data);
	return ret;
}

int vard_signers_merge(const struct vard_var *old, const struct vard_var *new,
		       uint8_t **ret, size_t *ret_len)
{
	struct bytes_out o = { 0 };
	struct entry e, other;
	struct bytes b;

	bytes_add(&o, new->data, new->data_len);
	if (open_database(old, &b)) {
		while (next_entry(&b, &e)) {
			struct vard_var v = { .name = e.name };

			v.name_len = (uint32_t)e.name_len;
			memcpy(v.guid, e.guid, sizeof(v.guid));
			if (!find_entry(new, &v, &other))
				bytes_add(&o, e.guid, ENTRY_LEN + e.name_len +
							      e.signer_len);
		}
	}
	if (!o.is_full)
		bytes_put32(o.p, (uint32_t)o.len);
	return bytes_end(&o, ret, ret_len);
}
