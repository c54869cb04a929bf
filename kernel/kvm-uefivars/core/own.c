// SPDX-License-Identifier: GPL-2.0
/* Variables that the service itself reads or writes, by number. */
#include "own.h"

#include <linux/errno.h>
#include <linux/string.h>

#include "guids.h"
#include "own_name.h"

#define A_AT		KVM_UEFIVARS_ATTR_AT
#define A_BS_RT		(KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)
#define A_NV_BS		(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS)
#define A_KEY		(A_NV_BS | A_BS_RT | A_AT)

/* Namespace of this service: only KUV_OWN_STORED_MODE is in it. */
#define GUID_SERVICE \
	KUV_GUID(0x6d1c2b57, 0x0f5e, 0x4a0b, \
		 0x9e, 0x35, 0x41, 0xd8, 0x7c, 0xa2, 0x63, 0xf4)

/**
 * struct own - one of them
 * @guid: vendor namespace
 * @name: name, ASCII
 * @attributes: stored attributes
 */
struct own {
	u8 guid[16];
	const char *name;
	u32 attributes;
};

static const struct own table[KUV_NR_OWN] = {
	[KUV_OWN_PK] = { KUV_GUID_GLOBAL, "PK", A_KEY },
	[KUV_OWN_KEK] = { KUV_GUID_GLOBAL, "KEK", A_KEY },
	[KUV_OWN_DB] = { KUV_GUID_SECURITY, "db", A_KEY },
	[KUV_OWN_DBX] = { KUV_GUID_SECURITY, "dbx", A_KEY },
	[KUV_OWN_DBT] = { KUV_GUID_SECURITY, "dbt", A_KEY },
	[KUV_OWN_DBR] = { KUV_GUID_SECURITY, "dbr", A_KEY },
	[KUV_OWN_SETUP_MODE] = { KUV_GUID_GLOBAL, "SetupMode", A_BS_RT },
	[KUV_OWN_SECURE_BOOT] = { KUV_GUID_GLOBAL, "SecureBoot", A_BS_RT },
	[KUV_OWN_SECURE_BOOT_ENABLE] = {
		KUV_GUID_SECURE_BOOT_ENABLE, "SecureBootEnable", A_NV_BS },
	[KUV_OWN_CUSTOM_MODE] = {
		KUV_GUID_CUSTOM_MODE, "CustomMode", A_NV_BS },
	[KUV_OWN_VENDOR_KEYS_NV] = {
		KUV_GUID_VENDOR_KEYS_NV, "VendorKeysNv", A_NV_BS | A_AT },
	[KUV_OWN_VENDOR_KEYS] = { KUV_GUID_GLOBAL, "VendorKeys", A_BS_RT },
	[KUV_OWN_SIGNATURE_SUPPORT] = {
		KUV_GUID_GLOBAL, "SignatureSupport", A_BS_RT },
	[KUV_OWN_CERTDB] = { KUV_GUID_CERT_DB, "certdb", A_KEY },
	[KUV_OWN_CERTDBV] = { KUV_GUID_CERT_DB, "certdbv", A_BS_RT | A_AT },
	[KUV_OWN_AUDIT_MODE] = { KUV_GUID_GLOBAL, "AuditMode", A_BS_RT },
	[KUV_OWN_DEPLOYED_MODE] = { KUV_GUID_GLOBAL, "DeployedMode", A_BS_RT },
	[KUV_OWN_STORED_MODE] = { GUID_SERVICE, "StoredMode", A_NV_BS },
};

static void make_name(struct kuv_own_name *o, enum kuv_own id)
{
	kuv_own_name_init(o, table[id].guid, table[id].name);
}

enum kuv_own kuv_own_id(const struct kuv_name *name)
{
	u32 id;

	for (id = 0; id < KUV_NR_OWN; id++)
		if (kuv_name_is(name, table[id].guid, table[id].name))
			break;
	return id;
}

const struct kuv_var *kuv_own_find(const struct kuv_vardb *db,
				   enum kuv_own id)
{
	struct kuv_own_name o;

	make_name(&o, id);
	return kuv_vardb_find(db, &o.n);
}

u8 kuv_own_value(const struct kuv_vardb *db, enum kuv_own id, u8 otherwise)
{
	const struct kuv_var *v = kuv_own_find(db, id);

	return v ? kuv_var_data(v)[0] : otherwise;
}

static bool is_same(const struct kuv_var *v, const struct kuv_write *w)
{
	return v && v->attributes == w->attributes && v->data_len == w->len &&
	       !memcmp(kuv_var_data(v), w->data, w->len);
}

kuv_status_t kuv_own_set(struct kuv_group *g, enum kuv_own id, const u8 *data,
			 u32 len, u32 flags)
{
	struct kuv_write w = {
		.attributes = table[id].attributes,
		.data = data,
		.len = len,
	};
	struct kuv_own_name o;

	make_name(&o, id);
	w.name = o.n;
	w.old = kuv_vardb_find(g->db, &w.name);
	if (is_same(w.old, &w))
		return KUV_SUCCESS;
	return kuv_group_set(g, &w, NULL, 0, NULL, flags);
}

kuv_status_t kuv_own_set_u8(struct kuv_group *g, enum kuv_own id, u8 value,
			    u32 flags)
{
	return kuv_own_set(g, id, &value, 1, flags);
}

int kuv_own_force(struct kuv_vardb *db, const struct kuv_limits *limits,
		  enum kuv_own id, const u8 *data, u32 len)
{
	struct kuv_group g;

	kuv_group_init(&g, db, limits);
	if (kuv_own_set(&g, id, data, len, KUV_CHANGE_FORCE) != KUV_SUCCESS)
		return -ENOMEM;
	kuv_group_commit(&g);
	return 0;
}

kuv_status_t kuv_own_delete(struct kuv_group *g, enum kuv_own id)
{
	struct kuv_own_name o;

	make_name(&o, id);
	if (!kuv_vardb_find(g->db, &o.n))
		return KUV_SUCCESS;
	return kuv_group_delete(g, &o.n, 0);
}
