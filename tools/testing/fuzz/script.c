// SPDX-License-Identifier: GPL-2.0-or-later
/* Scripts: reading them, and writing records made of the guest ABI's structures. */
#include "script.h"

#include <linux/kernel.h>

#include <stdlib.h>
#include <string.h>

#include "guids.h"
#include "script_sign.h"

#define MM_HEADER	sizeof(struct kvm_uefivars_mm_header)

enum {
	NS_FUZZ,
	NS_GLOBAL,
	NS_SECURITY,
	NS_SECURE_BOOT_ENABLE,
	NS_CUSTOM_MODE,
	NS_VENDOR_KEYS_NV,
	NS_CERT_DB,
	NS_VAR_ERROR_FLAG,
	NS_MOR,
	NS_MOR_LOCK,
};

const struct script_name script_names[] = {
	{ "a", NS_FUZZ, 0 },
	{ "b", NS_FUZZ, 0 },
	{ "B0", NS_FUZZ, 0 },
	{ "B1", NS_FUZZ, 0 },
	{ "B#", NS_FUZZ, 0 },
	{ "Boot0001", NS_GLOBAL, 0x07 },
	{ "Boot####", NS_GLOBAL, 0 },
	{ "BootOrder", NS_GLOBAL, 0x07 },
	{ "Key0001", NS_GLOBAL, 0x07 },
	{ "ConIn", NS_GLOBAL, 0x07 },
	{ "PK", NS_GLOBAL, 0x27 },
	{ "KEK", NS_GLOBAL, 0x27 },
	{ "db", NS_SECURITY, 0x27 },
	{ "dbx", NS_SECURITY, 0x27 },
	{ "dbt", NS_SECURITY, 0x27 },
	{ "dbr", NS_SECURITY, 0x27 },
	{ "SetupMode", NS_GLOBAL, 0 },
	{ "SecureBoot", NS_GLOBAL, 0 },
	{ "SignatureSupport", NS_GLOBAL, 0 },
	{ "VendorKeys", NS_GLOBAL, 0 },
	{ "VendorKeysNv", NS_VENDOR_KEYS_NV, 0 },
	{ "certdb", NS_CERT_DB, 0 },
	{ "certdbv", NS_CERT_DB, 0 },
	{ "CustomMode", NS_CUSTOM_MODE, 0x03 },
	{ "SecureBootEnable", NS_SECURE_BOOT_ENABLE, 0x03 },
	{ "AuditMode", NS_GLOBAL, 0x06 },
	{ "DeployedMode", NS_GLOBAL, 0x06 },
	{ "VarErrorFlag", NS_VAR_ERROR_FLAG, 0 },
	{ "MemoryOverwriteRequestControl", NS_MOR, 0x07 },
	{ "MemoryOverwriteRequestControlLock", NS_MOR_LOCK, 0x07 },
	{ "Lang", NS_GLOBAL, 0x07 },
	{ "PlatformLang", NS_GLOBAL, 0x07 },
	{ "LangCodes", NS_GLOBAL, 0x06 },
	{ "PlatformLangCodes", NS_GLOBAL, 0x06 },
	{ "", NS_FUZZ, 0 },
};
const u32 script_nr_names = ARRAY_SIZE(script_names);

const u8 script_guids[][16] = {
	[NS_FUZZ] = { 'f', 'u', 'z', 'z' },
	[NS_GLOBAL] = KUV_GUID_GLOBAL,
	[NS_SECURITY] = KUV_GUID_SECURITY,
	[NS_SECURE_BOOT_ENABLE] = KUV_GUID_SECURE_BOOT_ENABLE,
	[NS_CUSTOM_MODE] = KUV_GUID_CUSTOM_MODE,
	[NS_VENDOR_KEYS_NV] = KUV_GUID_VENDOR_KEYS_NV,
	[NS_CERT_DB] = KUV_GUID_CERT_DB,
	[NS_VAR_ERROR_FLAG] = KUV_GUID_VAR_ERROR_FLAG,
	[NS_MOR] = KUV_GUID_MOR,
	[NS_MOR_LOCK] = KUV_GUID_MOR_LOCK,
};
const u32 script_nr_guids = ARRAY_SIZE(script_guids);

static const u8 guid_variable[] = KVM_UEFIVARS_GUID_VARIABLE;
static const u8 guid_policy[] = KVM_UEFIVARS_GUID_POLICY;
static const u8 guid_events[][16] = {
	KVM_UEFIVARS_GUID_END_OF_DXE,
	KVM_UEFIVARS_GUID_READY_TO_BOOT,
	KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES,
};

u32 script_find_name(const char *text)
{
	u32 i;

	for (i = 0; i < script_nr_names; i++)
		if (!strcmp(script_names[i].text, text))
			return i;
	abort();
}

bool script_next(const u8 **pos, size_t *left, struct script_record *r)
{
	const u8 *p = *pos;

	if (*left < SCRIPT_RECORD_HEAD)
		return false;
	*left -= SCRIPT_RECORD_HEAD;
	r->op = p[0] % SCRIPT_NR_OPS;
	r->len = p[1] | p[2] << 8;
	if (r->len > *left)
		r->len = *left;
	r->body = p + SCRIPT_RECORD_HEAD;
	*left -= r->len;
	*pos = r->body + r->len;
	return true;
}

void script_bytes(struct script_buf *b, const void *p, size_t len)
{
	if (len > b->max - b->len) {
		b->is_full = true;
		return;
	}
	if (len)
		memcpy(b->data + b->len, p, len);
	b->len += len;
}

void script_int(struct script_buf *b, u64 v, u32 len)
{
	for (; len; len--, v >>= 8) {
		u8 byte = v;

		script_bytes(b, &byte, 1);
	}
}

size_t script_begin(struct script_buf *b, u8 op)
{
	size_t start = b->len;

	script_int(b, op, SCRIPT_RECORD_HEAD);
	return start;
}

static void patch_int(struct script_buf *b, size_t at, u64 v, u32 len)
{
	for (; len && at < b->len; len--, v >>= 8)
		b->data[at++] = v;
}

void script_end(struct script_buf *b, size_t start)
{
	size_t len = b->len - start - SCRIPT_RECORD_HEAD;
	size_t at = start + SCRIPT_RECORD_HEAD + 16;

	if (b->is_full || len > 0xffff) {
		b->is_full = true;
		b->len = start;
		return;
	}
	patch_int(b, start + 1, len, 2);
	if (b->data[start] <= SCRIPT_MSG_EXACT && len >= MM_HEADER)
		patch_int(b, at, len - MM_HEADER, 8);
}

static void put_text(struct script_buf *b, const char *ascii)
{
	for (; *ascii; ascii++)
		script_int(b, (u8)*ascii, 2);
}

static void put_name(struct script_buf *b, const char *ascii)
{
	put_text(b, ascii);
	script_int(b, 0, 2);
}

static u32 name_size(const char *ascii)
{
	return 2 * strlen(ascii) + 2;
}

static void put_fill(struct script_buf *b, u32 len, u8 byte)
{
	while (len--)
		script_bytes(b, &byte, 1);
}

static void put_message(struct script_buf *b, const u8 *guid)
{
	script_bytes(b, guid, 16);
	script_int(b, 0, 8);
}

static void put_function(struct script_buf *b, u64 function)
{
	put_message(b, guid_variable);
	script_int(b, function, 8);
	script_int(b, 0, 8);
}

static void put_command(struct script_buf *b, u32 command)
{
	put_message(b, guid_policy);
	script_int(b, KVM_UEFIVARS_POLICY_SIGNATURE, 4);
	script_int(b, KVM_UEFIVARS_POLICY_REVISION, 4);
	script_int(b, command, 4);
	script_int(b, 0, 8);
}

/* The policy commands of fixed size: the zeros behind are not in the script. */
static void end_fixed(struct script_buf *b, size_t start)
{
	size_t at = start + SCRIPT_RECORD_HEAD + 16;

	script_end(b, start);
	if (!b->is_full)
		patch_int(b, at, KVM_UEFIVARS_POLICY_MSG_MAX - MM_HEADER, 8);
}

/* A device path: a file's name that may lack its end, then the end. */
static void put_path(struct script_buf *b, u32 value)
{
	if (value % 4) {
		script_int(b, 4 | 4 << 8, 2);
		script_int(b, 8, 2);
		script_int(b, 'f', 2);
		script_int(b, value % 4 == 1 ? 'f' : 0, 2);
	}
	script_int(b, 0x7f | 0xff << 8, 2);
	script_int(b, value % 16 == 5 ? 5 : 4, 2);
}

static void put_load_option(struct script_buf *b, u32 value)
{
	size_t at, start;

	script_int(b, 1, 4);
	at = b->len;
	script_int(b, 0, 2);
	put_name(b, "boot");
	start = b->len;
	put_path(b, value);
	if (!b->is_full)
		patch_int(b, at, b->len - start - (value % 32 == 9), 2);
	put_fill(b, value % 3, 7);
}

/*
 * Payload that a variable may have: lists in keys, languages, what boots; else
 * anything.
 */
static void put_payload(struct script_buf *b, const char *name,
			const struct script_choice *c)
{
	static const char *const langs[] = {
		"en", "de;en-US", "eng", "engdeu", "fr;de", "deu",
	};
	const char *lang = langs[c->len % ARRAY_SIZE(langs)];

	if (!c->len) {
		return;
	} else if (!strcmp(name, "PK")) {
		script_put_list(b, 0, 1 + !(c->len % 16), c->len);
	} else if (!strcmp(name, "KEK")) {
		script_put_list(b, c->len / 8 % 4 == 3, c->len % 3, c->len);
	} else if (!strncmp(name, "db", 2)) {
		script_put_list(b, c->len, c->len / 2 % 4, c->len % 8);
		if (c->len % 5 == 0)
			script_put_list(b, 1, 2, c->len % 3);
	} else if (!strcmp(name, "Boot0001")) {
		put_load_option(b, c->len);
	} else if (!strcmp(name, "ConIn")) {
		put_path(b, c->len);
	} else if (strstr(name, "Lang")) {
		script_bytes(b, lang, 1 + strlen(lang));
	} else {
		put_fill(b, c->len, c->value);
	}
}

/* What a write carries; in front of it what shows who sent it. */
static void put_data(struct script_buf *b, const char *name,
		     const struct script_choice *c)
{
	if (c->attributes & KVM_UEFIVARS_ATTR_AW)
		put_fill(b, 560, 0);
	else if (c->attributes & KVM_UEFIVARS_ATTR_AT)
		script_put_descriptor(b, c->value, c->value >> 3,
				      c->value >> 5);
	put_payload(b, name, c);
}

static void put_access(struct script_buf *b, u64 function, const u8 *guid,
		       const char *name, const struct script_choice *c)
{
	size_t at;

	put_function(b, function);
	script_bytes(b, guid, 16);
	at = b->len;
	script_int(b, c->len, 8);
	script_int(b, name_size(name), 8);
	script_int(b, c->attributes, 4);
	put_name(b, name);
	if (function != KVM_UEFIVARS_FN_SET_VARIABLE) {
		put_fill(b, c->len, c->value);
		return;
	}
	put_data(b, name, c);
	/* Size of the data: what is behind the attributes and the name. */
	if (!b->is_full)
		patch_int(b, at, b->len - at - 20 - name_size(name), 8);
}

static void put_next(struct script_buf *b, u64 function, const u8 *guid,
		     const char *name, const struct script_choice *c)
{
	u32 room = c->value % 4 ? 64 : 0;

	put_function(b, function);
	script_bytes(b, guid, 16);
	script_int(b, name_size(name) + room, 8);
	put_name(b, name);
	put_fill(b, room, 0);
}

static void put_check(struct script_buf *b, u64 function, const u8 *guid,
		      const char *name, const struct script_choice *c)
{
	put_function(b, function);
	script_bytes(b, guid, 16);
	script_int(b, name_size(name), 8);
	script_int(b, 1, 2);
	script_int(b, c->value % 2, 2);
	script_int(b, c->attributes, 4);
	script_int(b, c->len % 4, 8);
	script_int(b, c->len, 8);
	put_name(b, name);
}

static void put_entry(struct script_buf *b, const u8 *guid, const char *name,
		      const struct script_choice *c)
{
	const char *state = script_names[c->len % 4].text;
	u32 lock = c->value % 4;
	bool has_state = lock == KVM_UEFIVARS_LOCK_ON_VAR_STATE;
	bool whole = c->value / 4 % 4 == 0;
	u32 at = sizeof(struct kvm_uefivars_policy_entry);

	if (has_state)
		at += sizeof(struct kvm_uefivars_policy_lock_state) +
		      name_size(state);
	put_command(b, KVM_UEFIVARS_POLICY_REGISTER);
	script_int(b, KVM_UEFIVARS_POLICY_ENTRY_VERSION, 4);
	script_int(b, at + (whole ? 0 : name_size(name)), 2);
	script_int(b, at, 2);
	script_bytes(b, guid, 16);
	script_int(b, c->len % 3, 4);
	script_int(b, c->len % 5 ? 0xffffffff : 8, 4);
	script_int(b, c->value & 16 ? c->attributes : 0, 4);
	script_int(b, c->value & 32 ? c->attributes : 0, 4);
	script_int(b, lock, 4);
	if (has_state) {
		script_bytes(b, guid, 16);
		script_int(b, c->value / 4 % 4, 2);
		put_name(b, state);
	}
	if (!whole)
		put_name(b, name);
}

static void put_info(struct script_buf *b, u32 command, const u8 *guid,
		     const char *name, const struct script_choice *c)
{
	put_command(b, command);
	script_bytes(b, guid, 16);
	script_int(b, name_size(name), 4);
	script_int(b, c->len % 3 ? 64 : c->len, 4);
	put_fill(b, sizeof(struct kvm_uefivars_policy_entry), 0);
	put_name(b, name);
}

static void put_host(struct script_buf *b, const u8 *guid, const char *name,
		     const struct script_choice *c)
{
	struct script_host h = {
		.flags = c->value % 4,
		.name_units = strlen(name),
		.attributes = c->attributes,
	};

	memcpy(h.guid, guid, sizeof(h.guid));
	script_bytes(b, &h, sizeof(h));
	put_text(b, name);
	put_payload(b, name, c);
}

static void put_limits(struct script_buf *b, const struct script_choice *c)
{
	script_int(b, c->len, 2);
	script_int(b, c->value, 2);
	script_int(b, c->attributes % 2 ? 4100 : c->attributes, 2);
}

/* Kinds from 20 up: what the host does. */
static void generate_host(struct script_buf *b, const u8 *guid,
			  const char *name, const struct script_choice *c)
{
	static const u8 ops[] = {
		SCRIPT_RESET, SCRIPT_ACK, SCRIPT_READ, SCRIPT_HOST_SET,
		SCRIPT_HOST_DELETE, SCRIPT_LIMITS, SCRIPT_FAIL_NTH,
		SCRIPT_BUFFER_SIZE, SCRIPT_OPTIONS, SCRIPT_FAIL_CRYPTO,
	};
	u8 op = ops[c->kind % SCRIPT_NR_KINDS - 20];
	size_t start = script_begin(b, op);

	if (op == SCRIPT_ACK)
		script_int(b, c->value % 8, 8);
	else if (op == SCRIPT_READ || op == SCRIPT_FAIL_NTH ||
		 op == SCRIPT_FAIL_CRYPTO)
		script_int(b, c->value % 4, 1);
	else if (op == SCRIPT_OPTIONS)
		script_int(b, c->value, 4);
	else if (op == SCRIPT_HOST_SET || op == SCRIPT_HOST_DELETE)
		put_host(b, guid, name, c);
	else if (op == SCRIPT_LIMITS)
		put_limits(b, c);
	else if (op == SCRIPT_BUFFER_SIZE)
		script_int(b, c->value % 2 ? 4096 : 0, 4);
	script_end(b, start);
}

static void generate_policy(struct script_buf *b, const u8 *guid,
			    const char *name, const struct script_choice *c)
{
	u32 command = c->kind % SCRIPT_NR_KINDS - 12;
	size_t start = script_begin(b, SCRIPT_MSG);

	switch (command) {
	case KVM_UEFIVARS_POLICY_REGISTER:
		put_entry(b, guid, name, c);
		script_end(b, start);
		return;
	case KVM_UEFIVARS_POLICY_GET_INFO:
	case KVM_UEFIVARS_POLICY_GET_LOCK_STATE:
		put_info(b, command, guid, name, c);
		end_fixed(b, start);
		return;
	case KVM_UEFIVARS_POLICY_DUMP:
		put_command(b, command);
		script_int(b, c->value % 3, 4);
		end_fixed(b, start);
		return;
	default:
		put_command(b, command);
		script_int(b, 0, 1);
		script_end(b, start);
	}
}

static void generate_variable(struct script_buf *b, const u8 *guid,
			      const char *name, const struct script_choice *c)
{
	u32 function = c->kind % SCRIPT_NR_KINDS;
	size_t start = script_begin(b, SCRIPT_MSG);

	switch (function) {
	case 0: /* more writes than anything else */
		function = KVM_UEFIVARS_FN_SET_VARIABLE;
		/* fall through */
	case KVM_UEFIVARS_FN_GET_VARIABLE:
	case KVM_UEFIVARS_FN_SET_VARIABLE:
		put_access(b, function, guid, name, c);
		break;
	case KVM_UEFIVARS_FN_GET_NEXT_NAME:
	case KVM_UEFIVARS_FN_LOCK_VARIABLE:
		put_next(b, function, guid, name, c);
		break;
	case KVM_UEFIVARS_FN_PROPERTY_SET:
	case KVM_UEFIVARS_FN_PROPERTY_GET:
		put_check(b, function, guid, name, c);
		break;
	case KVM_UEFIVARS_FN_QUERY_INFO:
		put_function(b, function);
		put_fill(b, 24, 0);
		script_int(b, c->attributes, 8);
		break;
	default:
		put_function(b, function);
		script_int(b, 0, 8);
	}
	script_end(b, start);
}

void script_generate(struct script_buf *b, const struct script_choice *c)
{
	const char *name = script_names[c->name % script_nr_names].text;
	const u8 *guid = script_guids[c->guid % script_nr_guids];
	u32 kind = c->kind % SCRIPT_NR_KINDS;
	size_t start;

	if (kind >= 20) {
		generate_host(b, guid, name, c);
	} else if (kind > 12) {
		generate_policy(b, guid, name, c);
	} else if (kind == 12) {
		start = script_begin(b, SCRIPT_MSG);
		put_message(b, guid_events[c->value % ARRAY_SIZE(guid_events)]);
		script_end(b, start);
	} else {
		generate_variable(b, guid, name, c);
	}
}
