// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may sign a private variable: edk2's variable certdb. */
#include "signers.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

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

/* The entry of @v in a database, NULL without a good one. */
static const uint8_t *find_entry(const struct vard_var *db,
				 const struct vard_var *v)
{
	const uint8_t *p = db->data, *end = db->data + db->data_len;

	if (db->data_len < HEAD_LEN || bytes_get32(p) != db->data_len)
		return NULL;
	for (p += HEAD_LEN; end - p >= ENTRY_LEN; p += bytes_get32(p + 16)) {
		uint64_t name_len = 2 * (uint64_t)bytes_get32(p + 20);
		uint64_t signer_len = bytes_get32(p + 24);

		if (bytes_get32(p + 16) > (size_t)(end - p) ||
		    bytes_get32(p + 16) != ENTRY_LEN + name_len + signer_len)
			return NULL;
		if (name_len == v->name_len && !memcmp(p, v->guid, 16) &&
		    !memcmp(p + ENTRY_LEN, v->name, v->name_len))
			return signer_len == VARD_SIGNER_LEN ?
				       p + ENTRY_LEN + name_len : NULL;
	}
	return NULL;
}

const uint8_t *vard_signers_find(const struct vard_var *vars, size_t nr,
				 const struct vard_var *v)
{
	for (size_t i = 0; i < nr; i++)
		if (vard_var_is(&vars[i], guid_certdb, "certdb"))
			return find_entry(&vars[i], v);
	return NULL;
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
