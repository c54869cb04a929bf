// SPDX-License-Identifier: GPL-2.0
/* The variables that exist at every start of the firmware. */
#include "boot.h"

#include "certdb.h"
#include "guids.h"
#include "mode.h"
#include "own.h"

/* What SignatureSupport lists. */
static const u8 signature_types[][16] = {
	KUV_GUID_SHA1,
	KUV_GUID_SHA256,
	KUV_GUID_SHA384,
	KUV_GUID_SHA512,
	KUV_GUID_RSA2048,
	KUV_GUID_X509,
};

static int put(struct kuv_service *s, enum kuv_own id, const u8 *data, u32 len)
{
	return kuv_own_force(&s->db, &s->limits, id, data, len);
}

static int put_u8(struct kuv_service *s, enum kuv_own id, u8 value)
{
	return put(s, id, &value, 1);
}

/* What is stored must still be true: Audit Mode has no key, Deployed Mode one. */
static u8 stored_mode(const struct kuv_service *s)
{
	u8 stored = kuv_own_value(&s->db, KUV_OWN_STORED_MODE,
				  KUV_STORED_NONE);
	u8 possible = kuv_mode_is_setup(s) ? KUV_STORED_AUDIT :
					     KUV_STORED_DEPLOYED;

	return s->options & KUV_OPT_AUDIT_MODE && stored == possible ?
	       stored : KUV_STORED_NONE;
}

static int init_modes(struct kuv_service *s)
{
	u8 mode = stored_mode(s);
	int ret = put_u8(s, KUV_OWN_SETUP_MODE, kuv_mode_is_setup(s));

	if (!ret && kuv_own_find(&s->db, KUV_OWN_STORED_MODE))
		ret = put_u8(s, KUV_OWN_STORED_MODE, mode);
	if (ret || !(s->options & KUV_OPT_AUDIT_MODE))
		return ret;
	ret = put_u8(s, KUV_OWN_AUDIT_MODE, mode == KUV_STORED_AUDIT);
	if (!ret)
		ret = put_u8(s, KUV_OWN_DEPLOYED_MODE,
			     mode == KUV_STORED_DEPLOYED);
	return ret;
}

/* Secure boot is on if a platform key is enrolled and nobody switched it off. */
static int init_secure_boot(struct kuv_service *s)
{
	bool is_forced = s->options & KUV_OPT_FORCE_SECURE_BOOT;
	bool on = !kuv_mode_is_setup(s);
	int ret = 0;

	if (on && (is_forced ||
		   !kuv_own_find(&s->db, KUV_OWN_SECURE_BOOT_ENABLE)))
		ret = put_u8(s, KUV_OWN_SECURE_BOOT_ENABLE, 1);
	if (!ret && on)
		on = kuv_own_value(&s->db, KUV_OWN_SECURE_BOOT_ENABLE, 1) == 1;
	if (!ret)
		ret = put_u8(s, KUV_OWN_SECURE_BOOT, on);
	if (!ret)
		ret = put_u8(s, KUV_OWN_CUSTOM_MODE, 0);
	return ret;
}

static int init_vendor_keys(struct kuv_service *s)
{
	u8 value = kuv_own_value(&s->db, KUV_OWN_VENDOR_KEYS_NV, 1);
	int ret = 0;

	if (!kuv_own_find(&s->db, KUV_OWN_VENDOR_KEYS_NV))
		ret = put_u8(s, KUV_OWN_VENDOR_KEYS_NV, value);
	if (!ret)
		ret = put_u8(s, KUV_OWN_VENDOR_KEYS, value);
	return ret;
}

int kuv_boot_init(struct kuv_service *s)
{
	int ret = init_modes(s);

	if (!ret)
		ret = put(s, KUV_OWN_SIGNATURE_SUPPORT, signature_types[0],
			  sizeof(signature_types));
	if (!ret)
		ret = init_secure_boot(s);
	if (!ret)
		ret = kuv_certdb_boot(s);
	if (!ret)
		ret = init_vendor_keys(s);
	return ret;
}
