// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables that the program works with. */
#include "app.h"

EFI_GUID namespaces[NS_NR] = {
	[NS_T1] = { 0x6b757631, 0x6469, 0x6666,
		{ 0x80, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16 } },
	[NS_T2] = { 0x6b757631, 0x6469, 0x6666,
		{ 0x80, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x17 } },
	[NS_GLOBAL] = { 0x8be4df61, 0x93ca, 0x11d2,
		{ 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c } },
	[NS_SECURITY] = { 0xd719b2cb, 0x3d3a, 0x4596,
		{ 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f } },
	[NS_SBE] = { 0xf0a30bc7, 0xaf08, 0x4556,
		{ 0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44 } },
	[NS_CUSTOM] = { 0xc076ec0c, 0x7028, 0x4399,
		{ 0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f } },
	[NS_VENDOR_KEYS] = { 0x9073e4e0, 0x60ec, 0x4b6e,
		{ 0x99, 0x03, 0x4c, 0x22, 0x3c, 0x26, 0x0f, 0x3c } },
	[NS_CERTDB] = { 0xd9bee56e, 0x75dc, 0x49d9,
		{ 0xb4, 0xd7, 0xb5, 0x34, 0x21, 0x0f, 0x63, 0x7a } },
	[NS_MOR] = { 0xe20939be, 0x32d4, 0x41be,
		{ 0xa1, 0x50, 0x89, 0x7f, 0x85, 0xd4, 0x98, 0x29 } },
	[NS_MORLOCK] = { 0xbb983ccf, 0x151d, 0x40e1,
		{ 0xa0, 0x7b, 0x4a, 0x17, 0xbe, 0x16, 0x82, 0x92 } },
	[NS_HWERR] = { 0x414e6bdd, 0xe47b, 0x47cc,
		{ 0xb2, 0x44, 0xbb, 0x61, 0x02, 0x0c, 0xf5, 0x16 } },
	[NS_ERRORFLAG] = { 0x04b37fe8, 0xf6ae, 0x480b,
		{ 0xbd, 0xd5, 0x37, 0xd9, 0x8c, 0x5e, 0x89, 0xaa } },
};

#define OWN(nspace, n, a, l) { NS_##nspace, n, a, l, C_BYTES, FALSE }
#define KNOWN(nspace, n, a, l, c) { NS_##nspace, n, a, l, C_##c, FALSE }
#define SECURE(nspace, n, a, l) { NS_##nspace, n, a, l, C_BYTES, TRUE }

#define A7 (NV | BSA | RT)
#define A6 (BSA | RT)
#define A3 (NV | BSA)
#define A2 BSA

const struct var vars[] = {
	/* Ours: any rule about them is a rule about all variables. */
	OWN(T1, u"a", A7, 64),
	OWN(T1, u"A", A7, 64),
	OWN(T2, u"a", A3, 64),
	OWN(T1, u"Alpha", A7, 200),
	OWN(T1, u"alpha", A6, 200),
	OWN(T2, u"Alpha", A2, 200),
	OWN(T1, u"Boot0001", A7, 90),
	OWN(T2, u"BootOrder", A7, 33),
	OWN(T2, u"Lang", A7, 5),
	OWN(T1, u"db", A7, 100),
	OWN(T1, u"PK", A3, 100),
	OWN(T1, u"with space", A7, 40),
	OWN(T1, u"#", A7, 40),
	OWN(T1, u"####", A6, 40),
	OWN(T1, u"\x00fc\x20ac\x4e2d", A7, 40),
	OWN(T1, u"\xd800", A7, 40),
	OWN(T1, u"\xdc00\xd800x", A3, 40),
	OWN(T1, u"\xd83d\xde00", A6, 40),
	OWN(T1, u"\xffff\xfffe\xfeff", A7, 40),
	OWN(T1, u"/\\../\x01\x7f", A7, 40),
	OWN(T1, u"A-name-that-is-rather-longer-than-others-1", A7, 80),
	OWN(T1, u"A-name-that-is-rather-longer-than-others-2", A7, 80),
	OWN(T1, u"Large", A7, 500),
	OWN(T1, u"LargeVolatile", A6, 9000),
	OWN(T2, u"HwErrRec0001", A7, 20),
	OWN(T2, u"SetupMode", A7, 1),
	/* Only the scripted part writes these. */
	OWN(T1, u"x", A7, 64),
	OWN(T1, u"y", A7, 64),
	OWN(T2, u"z", A7, 64),
	/* Names that specification and firmware give a meaning. */
	KNOWN(GLOBAL, u"LangCodes", A6, 12, TEXT),
	KNOWN(GLOBAL, u"PlatformLangCodes", A6, 12, TEXT),
	KNOWN(GLOBAL, u"Lang", A7, 4, LANG),
	KNOWN(GLOBAL, u"PlatformLang", A7, 3, LANG),
	KNOWN(GLOBAL, u"Timeout", A7, 2, BYTES),
	KNOWN(GLOBAL, u"BootNext", A7, 2, BYTES),
	KNOWN(GLOBAL, u"HwErrRecSupport", A7, 2, BYTES),
	KNOWN(GLOBAL, u"BootCurrent", A6, 2, BYTES),
	KNOWN(GLOBAL, u"BootOptionSupport", A6, 4, BYTES),
	KNOWN(GLOBAL, u"ConIn", A7, 10, PATH),
	KNOWN(GLOBAL, u"ConOut", A7, 10, PATH),
	KNOWN(GLOBAL, u"ErrOut", A7, 10, PATH),
	KNOWN(GLOBAL, u"ConInDev", A6, 10, PATH),
	KNOWN(GLOBAL, u"ConOutDev", A6, 10, PATH),
	KNOWN(GLOBAL, u"ErrOutDev", A6, 10, PATH),
	KNOWN(GLOBAL, u"BootOrder", A7, 6, BYTES),
	KNOWN(GLOBAL, u"DriverOrder", A7, 6, BYTES),
	KNOWN(GLOBAL, u"SysPrepOrder", A7, 6, BYTES),
	KNOWN(GLOBAL, u"Boot7F0A", A7, 20, OPTION),
	KNOWN(GLOBAL, u"Boot7f0a", A7, 20, OPTION),
	KNOWN(GLOBAL, u"Boot7F0", A7, 20, OPTION),
	KNOWN(GLOBAL, u"Driver7F0A", A7, 20, OPTION),
	KNOWN(GLOBAL, u"SysPrep7F0A", A7, 20, OPTION),
	KNOWN(GLOBAL, u"PlatformRecovery7F0A", A6, 20, OPTION),
	KNOWN(GLOBAL, u"Key7F0A", A7, 14, KEY),
	KNOWN(GLOBAL, u"OsIndications", A7, 8, BYTES),
	KNOWN(GLOBAL, u"OsIndicationsSupported", A6, 8, BYTES),
	SECURE(GLOBAL, u"PK", A7 | AT, 100),
	SECURE(GLOBAL, u"KEK", A7 | AT, 100),
	SECURE(GLOBAL, u"SetupMode", A6, 1),
	SECURE(GLOBAL, u"SecureBoot", A6, 1),
	SECURE(GLOBAL, u"VendorKeys", A6, 1),
	SECURE(GLOBAL, u"SignatureSupport", A6, 32),
	SECURE(GLOBAL, u"PKDefault", A6, 30),
	SECURE(GLOBAL, u"dbDefault", A6, 30),
	SECURE(GLOBAL, u"dbr", A7, 30),
	SECURE(GLOBAL, u"AuditMode", A6, 1),
	KNOWN(GLOBAL, u"OsRecovery7F0A", A7, 30, BYTES),
	KNOWN(GLOBAL, u"NobodyKnows", A7, 30, BYTES),
	KNOWN(GLOBAL, u"lang", A7, 4, LANG),
	SECURE(SECURITY, u"db", A7 | AT, 100),
	SECURE(SECURITY, u"dbx", A7 | AT, 100),
	SECURE(SECURITY, u"dbt", A7 | AT, 100),
	SECURE(SECURITY, u"dbr", A7 | AT, 100),
	KNOWN(SECURITY, u"NobodyKnows", A7, 30, BYTES),
	SECURE(SBE, u"SecureBootEnable", A3, 1),
	SECURE(CUSTOM, u"CustomMode", A3, 1),
	SECURE(VENDOR_KEYS, u"VendorKeysNv", A7 | AT, 1),
	SECURE(CERTDB, u"certdb", A7 | AT, 4),
	SECURE(CERTDB, u"certdbv", A6 | AT, 4),
	SECURE(MOR, u"MemoryOverwriteRequestControl", A7, 1),
	SECURE(MORLOCK, u"MemoryOverwriteRequestControlLock", A7, 1),
	KNOWN(HWERR, u"HwErrRec7F0A", A7 | HR, 30, BYTES),
	KNOWN(HWERR, u"NobodyKnows", A7, 30, BYTES),
	KNOWN(ERRORFLAG, u"VarErrorFlag", A7, 1, BYTES),
	KNOWN(T2, u"PlatformLang", A7, 3, LANG),
};

const UINTN nr_own = 29, nr_random = 26;
const UINTN nr_vars = sizeof(vars) / sizeof(vars[0]);

UINTN str_len(const CHAR16 *s)
{
	UINTN n = 0;

	while (s[n])
		n++;
	return n;
}
