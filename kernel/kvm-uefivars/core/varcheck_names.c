// SPDX-License-Identifier: GPL-2.0
/* Variables that the specification or the firmware gives a meaning. */
#include "varcheck_names.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "buf.h"
#include "guids.h"
#include "varcheck.h"

#define NV_BS		(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS)
#define BS_RT		(KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)
#define NV_BS_RT	(KVM_UEFIVARS_ATTR_NV | BS_RT)
#define BS_RT_AT	(BS_RT | KVM_UEFIVARS_ATTR_AT)
#define NV_BS_RT_AT	(NV_BS_RT | KVM_UEFIVARS_ATTR_AT)
#define NV_BS_RT_HR	(NV_BS_RT | KVM_UEFIVARS_ATTR_HR)

#define NO_MAX		U64_MAX

#define PROPERTY(flags, attrs, min, max) { \
	.revision = cpu_to_le16(KUV_PROPERTY_REVISION), \
	.property = cpu_to_le16(flags), \
	.attributes = cpu_to_le32(attrs), \
	.min_size = cpu_to_le64(min), \
	.max_size = cpu_to_le64(max), \
	}

/* A name that a guest may write. */
#define OPEN(n, attrs, min, max, form) { \
	.name = n, \
	.content = KUV_CONTENT_##form, \
	.value = PROPERTY(0, attrs, min, max), \
	}

/* One that exists with Audit and Deployed Mode only. */
#define MODE(n, attrs, min, max) { \
	.name = n, \
	.is_mode = true, \
	.value = PROPERTY(0, attrs, min, max), \
	}

/* One that the firmware writes before a guest is to be trusted no more. */
#define READ_ONLY(n, attrs, min, max) { \
	.name = n, \
	.value = PROPERTY(KUV_PROPERTY_READ_ONLY, attrs, min, max), \
	}

/* One that only the service writes. */
#define FIXED(n, attrs, min, max, form) { \
	.name = n, \
	.content = KUV_CONTENT_##form, \
	.is_fixed = true, \
	.value = PROPERTY(KUV_PROPERTY_READ_ONLY, attrs, min, max), \
	}

static const struct kuv_known global[] = {
	OPEN("LangCodes", BS_RT, 1, NO_MAX, TEXT),
	OPEN("PlatformLangCodes", BS_RT, 1, NO_MAX, TEXT),
	OPEN("Lang", NV_BS_RT, 1, NO_MAX, TEXT),
	OPEN("PlatformLang", NV_BS_RT, 1, NO_MAX, TEXT),
	OPEN("Timeout", NV_BS_RT, 2, 2, ANY),
	OPEN("BootNext", NV_BS_RT, 2, 2, ANY),
	OPEN("BootCurrent", BS_RT, 2, 2, ANY),
	OPEN("BootOptionSupport", BS_RT, 4, 4, ANY),
	OPEN("HwErrRecSupport", NV_BS_RT, 2, 2, ANY),
	OPEN("ConIn", NV_BS_RT, 4, NO_MAX, PATH),
	OPEN("ConOut", NV_BS_RT, 4, NO_MAX, PATH),
	OPEN("ErrOut", NV_BS_RT, 4, NO_MAX, PATH),
	OPEN("ConInDev", BS_RT, 4, NO_MAX, PATH),
	OPEN("ConOutDev", BS_RT, 4, NO_MAX, PATH),
	OPEN("ErrOutDev", BS_RT, 4, NO_MAX, PATH),
	OPEN("BootOrder", NV_BS_RT, 2, NO_MAX, ORDER),
	OPEN("DriverOrder", NV_BS_RT, 2, NO_MAX, ORDER),
	OPEN("SysPrepOrder", NV_BS_RT, 2, NO_MAX, ORDER),
	OPEN("Boot####", NV_BS_RT, 6, NO_MAX, OPTION),
	OPEN("Driver####", NV_BS_RT, 6, NO_MAX, OPTION),
	OPEN("SysPrep####", NV_BS_RT, 6, NO_MAX, OPTION),
	OPEN("PlatformRecovery####", BS_RT, 6, NO_MAX, OPTION),
	OPEN("Key####", NV_BS_RT, 10, 22, KEY),
	OPEN("OsIndications", NV_BS_RT, 8, 8, ANY),
	OPEN("OsIndicationsSupported", BS_RT, 8, 8, ANY),
	OPEN("PK", NV_BS_RT_AT, 1, NO_MAX, ANY),
	OPEN("KEK", NV_BS_RT_AT, 1, NO_MAX, ANY),
	FIXED("SetupMode", BS_RT, 1, 1, ANY),
	FIXED("SecureBoot", BS_RT, 1, 1, ANY),
	FIXED("VendorKeys", BS_RT, 1, 1, ANY),
	FIXED("SignatureSupport", BS_RT, 16, NO_MAX, GUIDS),
	READ_ONLY("PKDefault", BS_RT, 1, NO_MAX),
	READ_ONLY("KEKDefault", BS_RT, 1, NO_MAX),
	READ_ONLY("dbDefault", BS_RT, 1, NO_MAX),
	READ_ONLY("dbxDefault", BS_RT, 1, NO_MAX),
	READ_ONLY("dbtDefault", BS_RT, 1, NO_MAX),
	MODE("AuditMode", BS_RT, 1, 1),
	MODE("DeployedMode", BS_RT, 1, 1),
};

static const struct kuv_known security[] = {
	OPEN("db", NV_BS_RT_AT, 1, NO_MAX, ANY),
	OPEN("dbx", NV_BS_RT_AT, 1, NO_MAX, ANY),
	OPEN("dbt", NV_BS_RT_AT, 1, NO_MAX, ANY),
	MODE("dbr", NV_BS_RT_AT, 1, NO_MAX),
};

static const struct kuv_known hw_error[] = {
	OPEN("HwErrRec####", NV_BS_RT_HR, 1, NO_MAX, ANY),
};

static const struct kuv_known secure_boot_enable[] = {
	OPEN("SecureBootEnable", NV_BS, 1, 1, ANY),
};

static const struct kuv_known custom_mode[] = {
	OPEN("CustomMode", NV_BS, 1, 1, ANY),
};

static const struct kuv_known vendor_keys_nv[] = {
	FIXED("VendorKeysNv", NV_BS_RT_AT, 1, 1, ANY),
};

static const struct kuv_known cert_db[] = {
	FIXED("certdb", NV_BS_RT_AT, 0, NO_MAX, ANY),
	FIXED("certdbv", BS_RT_AT, 0, NO_MAX, ANY),
};

static const struct kuv_known var_error_flag[] = {
	FIXED("VarErrorFlag", NV_BS_RT, 1, 1, ANY),
};

/**
 * struct space - a namespace with names that are known
 * @guid: namespace
 * @is_closed: other names in it are refused
 * @nr: entries of @names
 * @names: what is known
 */
struct space {
	u8 guid[16];
	bool is_closed;
	u32 nr;
	const struct kuv_known *names;
};

#define SPACE(guid, is_closed, names) \
	{ guid, is_closed, ARRAY_SIZE(names), names }

static const struct space spaces[] = {
	SPACE(KUV_GUID_GLOBAL, true, global),
	SPACE(KUV_GUID_SECURITY, true, security),
	SPACE(KUV_GUID_HW_ERROR, true, hw_error),
	SPACE(KUV_GUID_SECURE_BOOT_ENABLE, false, secure_boot_enable),
	SPACE(KUV_GUID_CUSTOM_MODE, false, custom_mode),
	SPACE(KUV_GUID_VENDOR_KEYS_NV, false, vendor_keys_nv),
	SPACE(KUV_GUID_CERT_DB, false, cert_db),
	SPACE(KUV_GUID_VAR_ERROR_FLAG, false, var_error_flag),
};

static const struct space *find_space(const u8 *guid)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(spaces); i++)
		if (!memcmp(spaces[i].guid, guid, sizeof(spaces[i].guid)))
			return &spaces[i];
	return NULL;
}

static bool is_upper_hex(u16 c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* Compare a name of the right namespace; @wild: let '#' be any digit. */
static bool is_name(const struct kuv_name *n, const char *ascii, bool wild)
{
	u32 i;

	for (i = 0; i < n->len / 2; i++) {
		u16 c = kuv_utf16_at(n->name, i);

		if (!ascii[i])
			return false;
		if (wild && ascii[i] == '#' ? !is_upper_hex(c) :
					      c != (u8)ascii[i])
			return false;
	}
	return !ascii[i];
}

const struct kuv_known *kuv_known_find(const struct kuv_name *n)
{
	const struct space *s = find_space(n->guid);
	const struct kuv_known *k, *end;

	if (!s)
		return NULL;
	/* No name fits both an entry of its own and a wildcard. */
	end = s->names + s->nr;
	for (k = s->names; k < end; k++)
		if (is_name(n, k->name, false) || is_name(n, k->name, true))
			return k;
	return NULL;
}

bool kuv_known_is_closed(const u8 *guid)
{
	const struct space *s = find_space(guid);

	return s && s->is_closed;
}

bool kuv_known_is_record(const struct kuv_name *n)
{
	static const u8 guid[16] = KUV_GUID_HW_ERROR;

	return !memcmp(n->guid, guid, sizeof(guid)) &&
	       is_name(n, hw_error[0].name, true);
}
