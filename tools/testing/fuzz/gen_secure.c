// SPDX-License-Identifier: GPL-2.0-or-later
/* The first corpus of Secure Boot: scripts of keys, modes, private variables. */
#include <linux/kernel.h>

#include "fuzz.h"
#include "script.h"
#include "script_sign.h"
#include "seeds.h"
#include "service.h"

#define A_AP		KVM_UEFIVARS_ATTR_AP
#define A_PRIVATE	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | \
			 KVM_UEFIVARS_ATTR_RT | KVM_UEFIVARS_ATTR_AT)
#define A_VOLATILE	(A_PRIVATE & ~KVM_UEFIVARS_ATTR_NV)

/* Kinds of script_generate(). */
#define KIND_SET	0
#define KIND_EVENT	12
#define KIND_RESET	20
#define KIND_READ	22
#define KIND_HOST_SET	23
#define KIND_HOST_DELETE 24
#define KIND_OPTIONS	28
#define KIND_FAIL_CRYPTO 29

/* How a write is signed, see script_put_descriptor(). */
#define SIGNED(kind, key, time)	((kind) | (key) << 3 | (time) << 5)

static u8 memory[0x10000];
static struct script_buf script = { .data = memory, .max = sizeof(memory) };

static void begin(void)
{
	script.len = 0;
}

static void end(const char *dir, const char *name)
{
	CHECK(!script.is_full);
	seeds_save(dir, "fuzz_mm", name, script.data, script.len);
}

static void add(u32 kind, u32 value)
{
	struct script_choice c = { .kind = kind, .value = value };

	script_generate(&script, &c);
}

/* A write of a name where it means something, @more beside its attributes. */
static void set(const char *name, u32 attributes, u32 len, u32 value)
{
	u32 i = script_find_name(name);
	struct script_choice c = {
		.kind = KIND_SET,
		.name = i,
		.guid = script_names[i].guid,
		.attributes = script_names[i].attributes | attributes,
		.len = len,
		.value = value,
	};

	script_generate(&script, &c);
}

static void host(u32 kind, const char *name, u32 len)
{
	u32 i = script_find_name(name);
	struct script_choice c = {
		.kind = kind,
		.name = i,
		.guid = script_names[i].guid,
		.attributes = script_names[i].attributes,
		.len = len,
	};

	script_generate(&script, &c);
}

/* Databases, key exchange key 1, platform key 2, none of them signed. */
static void enroll(void)
{
	set("db", 0, 4, SIGNED(0, 0, 1));
	set("dbx", 0, 5, SIGNED(0, 0, 1));
	set("KEK", 0, 1, SIGNED(0, 0, 1));
	set("PK", 0, 2, SIGNED(0, 0, 1));
}

/* Each kind of signature by each key, on what it may and may not write. */
static void save_signed(const char *dir)
{
	static const char *const names[] = { "PK", "KEK", "dbx", "dbt" };
	char file[32];
	u32 kind, i;

	for (kind = 0; kind < SCRIPT_NR_SIGNATURES; kind++) {
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			begin();
			enroll();
			set(names[i], 0, 3, SIGNED(kind, 2, 2));
			set(names[i], A_AP, 7, SIGNED(kind, 1, 3));
			set(names[i], A_AP, 7, SIGNED(kind, 0, 4));
			set(names[i], 0, 0, SIGNED(kind, 2, 5));
			add(KIND_READ, 0);
			snprintf(file, sizeof(file), "key%u-%u", kind, i);
			end(dir, file);
		}
	}
}

/* Private variables of two signers, in both pools, across a boot. */
static void save_private(const char *dir)
{
	u32 kind;
	char file[32];

	for (kind = 1; kind < SCRIPT_NR_SIGNATURES; kind++) {
		begin();
		set("a", A_PRIVATE, 4, SIGNED(kind, 0, 1));
		set("b", A_VOLATILE, 4, SIGNED(kind, 1, 1));
		set("B0", A_PRIVATE, 4, SIGNED(kind, 2, 1));
		set("a", A_PRIVATE, 5, SIGNED(kind, 0, 2));
		set("a", A_PRIVATE, 5, SIGNED(kind, 1, 3));
		set("a", A_PRIVATE | A_AP, 2, SIGNED(kind, 0, 1));
		set("b", A_VOLATILE, 0, SIGNED(kind, 1, 2));
		add(KIND_RESET, 0);
		add(KIND_EVENT, 2);
		set("a", A_PRIVATE, 1, SIGNED(kind, 0, 4));
		set("a", A_PRIVATE, 0, SIGNED(kind, 0, 5));
		set("B0", 0, 0, 0);
		add(KIND_READ, 0);
		snprintf(file, sizeof(file), "private%u", kind);
		end(dir, file);
	}
}

/* Custom Mode, and the way back: keys change without a signature. */
static void save_custom(const char *dir)
{
	begin();
	enroll();
	set("CustomMode", 0, 1, 1);
	set("db", 0, 6, SIGNED(0, 0, 1));
	set("PK", 0, 0, SIGNED(0, 0, 1));
	set("PK", 0, 1, SIGNED(0, 0, 1));
	set("SecureBootEnable", 0, 1, 0);
	add(KIND_RESET, 0);
	set("CustomMode", 0, 1, 1);
	add(KIND_EVENT, 2);
	set("db", 0, 4, SIGNED(0, 0, 1));
	set("PK", 0, 0, SIGNED(1, 1, 2));
	end(dir, "custom");
}

/* Audit and Deployed Mode, and each of the operator's wishes. */
static void save_modes(const char *dir)
{
	u32 options;
	char file[32];

	for (options = 0; options <= KUV_OPT_ALL; options++) {
		begin();
		add(KIND_OPTIONS, options);
		add(KIND_RESET, 0);
		set("PK", 0, 2, SIGNED(1, 2, 1));
		set("AuditMode", 0, 1, 1);
		set("dbr", 0, 5, SIGNED(1, 2, 2));
		set("PK", 0, 2, SIGNED(1, 2, 2));
		set("DeployedMode", 0, 1, 1);
		set("CustomMode", 0, 1, 1);
		set("a", A_PRIVATE, 1, SIGNED(1, 1, 1));
		set("a", A_PRIVATE, 0, SIGNED(0, 1, 1));
		add(KIND_RESET, 0);
		set("SecureBootEnable", 0, 1, 0);
		set("PK", 0, 0, SIGNED(1, 2, 3));
		add(KIND_RESET, 0);
		snprintf(file, sizeof(file), "modes%02u", options);
		end(dir, file);
	}
}

/* Other variables that are more than bytes, around the phases. */
static void save_hooks(const char *dir)
{
	begin();
	set("LangCodes", 0, 3, 0);
	set("PlatformLangCodes", 0, 1, 0);
	set("PlatformLang", 0, 0, 0);
	set("PlatformLang", 0, 6, 0);
	set("Lang", 0, 5, 0);
	set("MemoryOverwriteRequestControl", 0, 1, 1);
	add(KIND_EVENT, 0);
	set("MemoryOverwriteRequestControlLock", 0, 8, 7);
	set("MemoryOverwriteRequestControl", 0, 1, 0);
	set("MemoryOverwriteRequestControlLock", 0, 8, 7);
	set("MemoryOverwriteRequestControlLock", 0, 1, 1);
	set("Lang", 0, 2, 0);
	end(dir, "hooks");
}

/* What boots, checked once the firmware left its trusted phase. */
static void save_contents(const char *dir)
{
	u32 i;

	begin();
	add(KIND_EVENT, 0);
	for (i = 1; i < 17; i++) {
		set("Boot0001", 0, i, 0);
		set("ConIn", 0, i, 0);
		set("BootOrder", 0, i, 0);
		set("Key0001", 0, i, 0);
	}
	end(dir, "contents");
}

/* Keys that the host brings and takes; crypto without memory. */
static void save_host_keys(const char *dir)
{
	begin();
	host(KIND_HOST_SET, "PK", 2);
	host(KIND_HOST_SET, "certdb", 9);
	set("db", 0, 4, SIGNED(1, 2, 1));
	add(KIND_RESET, 0);
	add(KIND_FAIL_CRYPTO, 1);
	set("db", 0, 4, SIGNED(1, 2, 1));
	add(KIND_FAIL_CRYPTO, 2);
	set("a", A_PRIVATE, 1, SIGNED(1, 0, 1));
	set("a", A_PRIVATE, 1, SIGNED(1, 0, 1));
	host(KIND_HOST_DELETE, "PK", 0);
	add(KIND_RESET, 0);
	end(dir, "host-keys");
}

void seeds_secure(const char *dir)
{
	save_signed(dir);
	save_private(dir);
	save_custom(dir);
	save_modes(dir);
	save_hooks(dir);
	save_contents(dir);
	save_host_keys(dir);
}
