// SPDX-License-Identifier: GPL-2.0
/* The variables that exist at every start of the firmware. */
#include "boot.h"

#include <linux/errno.h>
#include <linux/string.h>

#include "guids.h"

#define A_BS_RT	(KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)
#define A_NV_BS	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS)

/* Longest name below, in characters. */
#define NAME_MAX_CHARS	16

static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_secure_boot_enable[16] = KUV_GUID_SECURE_BOOT_ENABLE;
static const u8 guid_custom_mode[16] = KUV_GUID_CUSTOM_MODE;
static const u8 guid_vendor_keys_nv[16] = KUV_GUID_VENDOR_KEYS_NV;
static const u8 guid_cert_db[16] = KUV_GUID_CERT_DB;

/* What SignatureSupport lists. */
static const u8 signature_types[][16] = {
	KUV_GUID_SHA1,
	KUV_GUID_SHA256,
	KUV_GUID_SHA384,
	KUV_GUID_SHA512,
	KUV_GUID_RSA2048,
	KUV_GUID_X509,
};

/* A certificate database without entries: its own size. */
static const u8 empty_cert_db[4] = { 4, 0, 0, 0 };

/* A name in UTF-16, for as long as the structure lives. */
struct own_name {
	struct kuv_name n;
	u8 utf16[2 * NAME_MAX_CHARS];
};

static void make_name(struct own_name *o, const u8 *guid, const char *ascii)
{
	u32 i;

	for (i = 0; ascii[i] && i < NAME_MAX_CHARS; i++) {
		o->utf16[2 * i] = ascii[i];
		o->utf16[2 * i + 1] = 0;
	}
	o->n.guid = guid;
	o->n.name = o->utf16;
	o->n.len = 2 * i;
}

static const struct kuv_var *find(const struct kuv_service *s, const u8 *guid,
				  const char *ascii)
{
	struct own_name o;

	make_name(&o, guid, ascii);
	return kuv_vardb_find(&s->db, &o.n);
}

/* First byte of a variable, or what to take if there is none. */
static u8 value_or(const struct kuv_service *s, const u8 *guid,
		   const char *ascii, u8 otherwise)
{
	const struct kuv_var *v = find(s, guid, ascii);

	return v ? kuv_var_data(v)[0] : otherwise;
}

static bool is_same(const struct kuv_var *v, const struct kuv_write *w)
{
	return v && v->attributes == w->attributes && v->data_len == w->len &&
	       !memcmp(kuv_var_data(v), w->data, w->len);
}

static int put(struct kuv_service *s, const u8 *guid, const char *ascii,
	       u32 attributes, const u8 *data, u32 len)
{
	struct kuv_write w = {
		.attributes = attributes,
		.data = data,
		.len = len,
	};
	struct kuv_change c;
	struct own_name o;

	make_name(&o, guid, ascii);
	w.name = o.n;
	if (is_same(kuv_vardb_find(&s->db, &w.name), &w))
		return 0;
	if (kuv_vardb_prepare_set(&s->db, &s->limits, &c, &w, NULL, 0, NULL,
				  KUV_CHANGE_FORCE) != KUV_SUCCESS)
		return -ENOMEM;
	kuv_vardb_commit(&s->db, &c);
	return 0;
}

static int put_u8(struct kuv_service *s, const u8 *guid, const char *ascii,
		  u32 attributes, u8 value)
{
	return put(s, guid, ascii, attributes, &value, 1);
}

/* Secure boot is on if a platform key is enrolled and nobody switched it off. */
static int init_secure_boot(struct kuv_service *s)
{
	bool on = !s->setup_mode &&
		  value_or(s, guid_secure_boot_enable, "SecureBootEnable", 1) == 1;
	int ret = 0;

	if (!s->setup_mode &&
	    !find(s, guid_secure_boot_enable, "SecureBootEnable"))
		ret = put_u8(s, guid_secure_boot_enable, "SecureBootEnable",
			     A_NV_BS, 1);
	if (!ret)
		ret = put_u8(s, guid_global, "SecureBoot", A_BS_RT, on);
	if (!ret)
		ret = put_u8(s, guid_custom_mode, "CustomMode", A_NV_BS, 0);
	return ret;
}

static int init_cert_dbs(struct kuv_service *s)
{
	int ret = 0;

	if (!find(s, guid_cert_db, "certdb"))
		ret = put(s, guid_cert_db, "certdb",
			  A_NV_BS | A_BS_RT | KVM_UEFIVARS_ATTR_AT,
			  empty_cert_db, sizeof(empty_cert_db));
	if (!ret)
		ret = put(s, guid_cert_db, "certdbv",
			  A_BS_RT | KVM_UEFIVARS_ATTR_AT,
			  empty_cert_db, sizeof(empty_cert_db));
	return ret;
}

static int init_vendor_keys(struct kuv_service *s)
{
	u8 value = value_or(s, guid_vendor_keys_nv, "VendorKeysNv", 1);
	int ret = 0;

	if (!find(s, guid_vendor_keys_nv, "VendorKeysNv"))
		ret = put_u8(s, guid_vendor_keys_nv, "VendorKeysNv",
			     A_NV_BS | KVM_UEFIVARS_ATTR_AT, value);
	if (!ret)
		ret = put_u8(s, guid_global, "VendorKeys", A_BS_RT, value);
	return ret;
}

int kuv_boot_init(struct kuv_service *s)
{
	int ret;

	s->setup_mode = !find(s, guid_global, "PK");
	ret = put_u8(s, guid_global, "SetupMode", A_BS_RT, s->setup_mode);
	if (!ret)
		ret = put(s, guid_global, "SignatureSupport", A_BS_RT,
			  signature_types[0], sizeof(signature_types));
	if (!ret)
		ret = init_secure_boot(s);
	if (!ret)
		ret = init_cert_dbs(s);
	if (!ret)
		ret = init_vendor_keys(s);
	return ret;
}
