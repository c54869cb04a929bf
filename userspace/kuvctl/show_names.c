// SPDX-License-Identifier: GPL-2.0-or-later
/* Variables and namespaces that kuvctl knows by name. */
#include "show_names.h"

#include <linux/kvm_uefivars_mailbox.h>
#include <string.h>

/* A GUID as it is written, in EFI byte order. */
#define GUID(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                         \
	{ (a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24 & 0xff,    \
	  (b) & 0xff, (b) >> 8 & 0xff, (c) & 0xff, (c) >> 8 & 0xff,           \
	  d0, d1, d2, d3, d4, d5, d6, d7 }

#define BS	KVM_UEFIVARS_ATTR_BS
#define BS_RT	(BS | KVM_UEFIVARS_ATTR_RT)
#define NV_BS	(KVM_UEFIVARS_ATTR_NV | BS)
#define NV	(NV_BS | KVM_UEFIVARS_ATTR_RT)
#define NV_AT	(NV | KVM_UEFIVARS_ATTR_AT)

const uint8_t show_global[16] = GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d,
				     0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c);
const uint8_t show_security[16] = GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3, 0xbc,
				       0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f);
static const uint8_t shim[16] = GUID(0x605dab50, 0xe046, 0x4300, 0xab, 0xb6,
				     0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23);
static const uint8_t loader[16] = GUID(0x4a67b082, 0x0a4c, 0x41cf, 0xb6, 0xc7,
				       0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f);
static const uint8_t signers[16] = GUID(0xd9bee56e, 0x75dc, 0x49d9, 0xb4, 0xd7,
					0xb5, 0x34, 0x21, 0x0f, 0x63, 0x7a);
static const uint8_t enable[16] = GUID(0xf0a30bc7, 0xaf08, 0x4556, 0x99, 0xc4,
				       0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44);
static const uint8_t custom[16] = GUID(0xc076ec0c, 0x7028, 0x4399, 0xa0, 0x72,
				       0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f);
static const uint8_t vendor_keys[16] = GUID(0x9073e4e0, 0x60ec, 0x4b6e, 0x99,
					    0x03, 0x4c, 0x22, 0x3c, 0x26, 0x0f,
					    0x3c);
static const uint8_t mtc[16] = GUID(0xeb704011, 0x1402, 0x11d3, 0x8e, 0x77,
				    0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b);
static const uint8_t mor[16] = GUID(0xe20939be, 0x32d4, 0x41be, 0xa1, 0x50,
				    0x89, 0x7f, 0x85, 0xd4, 0x98, 0x29);
static const uint8_t mor_lock[16] = GUID(0xbb983ccf, 0x151d, 0x40e1, 0xa0,
					 0x7b, 0x4a, 0x17, 0xbe, 0x16, 0x82,
					 0x92);
static const uint8_t microsoft[16] = GUID(0x77fa9abd, 0x0359, 0x4d32, 0xbd,
					  0x60, 0x28, 0xf4, 0xe7, 0x8f, 0x78,
					  0x4b);
static const uint8_t virt_firmware[16] = GUID(0xa0baa8a3, 0x041d, 0x48a8, 0xbc,
					      0x87, 0xc3, 0x6d, 0x12, 0x1b,
					      0x5e, 0x3d);
static const uint8_t ovmf[16] = GUID(0x4e32566d, 0x8e9e, 0x4f52, 0x81, 0xd3,
				     0x5b, 0xb9, 0x71, 0x5f, 0x97, 0x27);

#define GLOBAL(name, attributes, kind) \
	{ show_global, name, SHOW_##kind, attributes }
#define SECURITY(name) \
	{ show_security, name, SHOW_SIGNATURES, NV_AT }

/* Those of the specification first, as show_is_specified() wants it. */
static const struct show_known table[] = {
	GLOBAL("Boot####", NV, OPTION),
	GLOBAL("Driver####", NV, OPTION),
	GLOBAL("SysPrep####", NV, OPTION),
	GLOBAL("PlatformRecovery####", BS_RT, OPTION),
	GLOBAL("OsRecovery####", NV, OPTION),
	GLOBAL("Key####", NV, KEY),
	GLOBAL("BootOrder", NV, ORDER),
	GLOBAL("DriverOrder", NV, ORDER),
	GLOBAL("SysPrepOrder", NV, ORDER),
	GLOBAL("BootNext", NV, NUMBER_OF),
	GLOBAL("BootCurrent", BS_RT, NUMBER_OF),
	GLOBAL("BootOptionSupport", BS_RT, NUMBER),
	GLOBAL("HwErrRecSupport", NV, NUMBER),
	GLOBAL("Timeout", NV, SECONDS),
	GLOBAL("OsIndications", NV, INDICATIONS),
	GLOBAL("OsIndicationsSupported", BS_RT, INDICATIONS),
	GLOBAL("ConIn", NV, PATHS),
	GLOBAL("ConOut", NV, PATHS),
	GLOBAL("ErrOut", NV, PATHS),
	GLOBAL("ConInDev", BS_RT, PATHS),
	GLOBAL("ConOutDev", BS_RT, PATHS),
	GLOBAL("ErrOutDev", BS_RT, PATHS),
	GLOBAL("Lang", NV, TEXT),
	GLOBAL("LangCodes", BS_RT, TEXT),
	GLOBAL("PlatformLang", NV, TEXT),
	GLOBAL("PlatformLangCodes", BS_RT, TEXT),
	GLOBAL("SecureBoot", BS_RT, FLAG),
	GLOBAL("SetupMode", BS_RT, FLAG),
	GLOBAL("AuditMode", BS_RT, FLAG),
	GLOBAL("DeployedMode", BS_RT, FLAG),
	GLOBAL("VendorKeys", BS_RT, FLAG),
	GLOBAL("SignatureSupport", BS_RT, GUIDS),
	GLOBAL("PK", NV_AT, SIGNATURES),
	GLOBAL("KEK", NV_AT, SIGNATURES),
	GLOBAL("PKDefault", BS_RT, SIGNATURES),
	GLOBAL("KEKDefault", BS_RT, SIGNATURES),
	GLOBAL("dbDefault", BS_RT, SIGNATURES),
	GLOBAL("dbxDefault", BS_RT, SIGNATURES),
	GLOBAL("dbtDefault", BS_RT, SIGNATURES),
	SECURITY("db"),
	SECURITY("dbx"),
	SECURITY("dbt"),
	SECURITY("dbr"),
	{ enable, "SecureBootEnable", SHOW_FLAG, NV_BS },
	{ custom, "CustomMode", SHOW_FLAG, NV_BS },
	{ vendor_keys, "VendorKeysNv", SHOW_FLAG, NV_BS },
	{ signers, "certdb", SHOW_SIGNERS, NV_AT },
	{ signers, "certdbv", SHOW_SIGNERS, BS_RT },
	{ mtc, "MTC", SHOW_NUMBER, NV },
	{ mor, "MemoryOverwriteRequestControl", SHOW_NUMBER, NV },
	{ mor_lock, "MemoryOverwriteRequestControlLock", SHOW_NUMBER, NV },
	{ shim, "MokList", SHOW_SIGNATURES, NV_BS },
	{ shim, "MokListX", SHOW_SIGNATURES, NV_BS },
	{ shim, "MokListRT", SHOW_SIGNATURES, BS_RT },
	{ shim, "MokListXRT", SHOW_SIGNATURES, BS_RT },
	{ shim, "MokNew", SHOW_SIGNATURES, NV },
	{ shim, "MokXNew", SHOW_SIGNATURES, NV },
	{ shim, "MokDel", SHOW_SIGNATURES, NV },
	{ shim, "MokXDel", SHOW_SIGNATURES, NV },
	{ shim, "MokSBState", SHOW_FLAG, NV_BS },
	{ shim, "MokSBStateRT", SHOW_FLAG, BS_RT },
	{ shim, "MokDBState", SHOW_FLAG, NV_BS },
	{ shim, "MokIgnoreDB", SHOW_FLAG, BS_RT },
	{ shim, "MokListTrusted", SHOW_FLAG, NV_BS },
	{ shim, "MokListTrustedRT", SHOW_FLAG, BS_RT },
	{ shim, "SbatLevel", SHOW_TEXT, NV_BS },
	{ shim, "SbatLevelRT", SHOW_TEXT, BS_RT },
	{ loader, "LoaderInfo", SHOW_TEXT16, BS_RT },
	{ loader, "LoaderFirmwareInfo", SHOW_TEXT16, BS_RT },
	{ loader, "LoaderFirmwareType", SHOW_TEXT16, BS_RT },
	{ loader, "LoaderImageIdentifier", SHOW_TEXT16, BS_RT },
	{ loader, "LoaderDevicePartUUID", SHOW_TEXT16, BS_RT },
	{ loader, "LoaderEntryDefault", SHOW_TEXT16, NV },
	{ loader, "LoaderEntryOneShot", SHOW_TEXT16, NV },
	{ loader, "LoaderEntrySelected", SHOW_TEXT16, BS_RT },
	{ loader, "LoaderConfigTimeout", SHOW_TEXT16, NV },
	{ loader, "StubInfo", SHOW_TEXT16, BS_RT },
};

static bool is_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static bool fits(const char *pattern, const uint8_t *name, size_t name_len)
{
	size_t nr = strlen(pattern);

	if (name_len != nr * 2)
		return false;
	for (size_t i = 0; i < nr; i++) {
		uint8_t c = name[i * 2];

		if (name[i * 2 + 1])
			return false;
		if (pattern[i] == '#' ? !is_digit(c) : c != (uint8_t)pattern[i])
			return false;
	}
	return true;
}

const struct show_known *show_known_find(const uint8_t *guid,
					 const uint8_t *name, size_t name_len)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if ((!guid || !memcmp(guid, table[i].guid, 16)) &&
		    fits(table[i].name, name, name_len))
			return &table[i];
	return NULL;
}

bool show_is_specified(const struct show_known *known)
{
	return known->guid == show_global || known->guid == show_security;
}

struct guid_name {
	const uint8_t *guid;
	const char *name;
};

static const struct guid_name owners[] = {
	{ show_global, "EFI global" },
	{ show_security, "EFI image security" },
	{ shim, "shim" },
	{ loader, "boot loader" },
	{ signers, "edk2 signers" },
	{ microsoft, "Microsoft" },
	{ virt_firmware, "virt-firmware" },
	{ ovmf, "OVMF" },
};

#define TYPE(name, ...) { (const uint8_t[16])GUID(__VA_ARGS__), name }

static const struct guid_name signature_types[] = {
	TYPE("X.509", 0xa5c059a1, 0x94e4, 0x4aa7, 0x87, 0xb5, 0xab,
	     0x15, 0x5c, 0x2b, 0xf0, 0x72),
	TYPE("SHA-256", 0xc1c41626, 0x504c, 0x4092, 0xac, 0xa9, 0x41,
	     0xf9, 0x36, 0x93, 0x43, 0x28),
	TYPE("SHA-1", 0x826ca512, 0xcf10, 0x4ac9, 0xb1, 0x87, 0xbe,
	     0x01, 0x49, 0x66, 0x31, 0xbd),
	TYPE("SHA-224", 0x0b6e5233, 0xa65c, 0x44c9, 0x94, 0x07, 0xd9,
	     0xab, 0x83, 0xbf, 0xc8, 0xbd),
	TYPE("SHA-384", 0xff3e5307, 0x9fd0, 0x48c9, 0x85, 0xf1, 0x8a,
	     0xd5, 0x6c, 0x70, 0x1e, 0x01),
	TYPE("SHA-512", 0x093e0fae, 0xa6c4, 0x4f50, 0x9f, 0x1b, 0xd4,
	     0x1e, 0x2b, 0x89, 0xc1, 0x9a),
	TYPE("RSA-2048", 0x3c5766e8, 0x269c, 0x4e34, 0xaa, 0x14, 0xed,
	     0x77, 0x6e, 0x85, 0xb3, 0xb6),
	TYPE("RSA-2048 with SHA-1", 0x67f8444f, 0x8743, 0x48f1, 0xa3, 0x28, 0x1e,
	     0xaa, 0xb8, 0x73, 0x60, 0x80),
	TYPE("RSA-2048 with SHA-256", 0xe2b36190, 0x879b, 0x4a3d, 0xad, 0x8d, 0xf2,
	     0xe7, 0xbb, 0xa3, 0x27, 0x84),
	TYPE("X.509 by SHA-256", 0x3bd2a492, 0x96c0, 0x4079, 0xb4, 0x20, 0xfc,
	     0xf9, 0x8e, 0xf1, 0x03, 0xed),
	TYPE("X.509 by SHA-384", 0x7076876e, 0x80c2, 0x4ee6, 0xaa, 0xd2, 0x28,
	     0xb3, 0x49, 0xa6, 0x86, 0x5b),
	TYPE("X.509 by SHA-512", 0x446dbf63, 0x2502, 0x4cda, 0xbc, 0xfa, 0x24,
	     0x65, 0xd2, 0xb0, 0xfe, 0x9d),
	TYPE("PKCS#7", 0x4aafd29d, 0x68df, 0x49ee, 0x8a, 0xa9, 0x34,
	     0x7d, 0x37, 0x56, 0x65, 0xa7),
};

static const char *lookup(const struct guid_name *names, size_t nr,
			  const uint8_t guid[16])
{
	for (size_t i = 0; i < nr; i++)
		if (!memcmp(names[i].guid, guid, 16))
			return names[i].name;
	return NULL;
}

const char *show_guid_name(const uint8_t guid[16])
{
	return lookup(owners, sizeof(owners) / sizeof(owners[0]), guid);
}

const char *show_signature_type(const uint8_t guid[16])
{
	return lookup(signature_types,
		      sizeof(signature_types) / sizeof(signature_types[0]),
		      guid);
}
