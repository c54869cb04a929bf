// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the first corpus of each target, and the dictionaries. */
#include <sys/stat.h>

#include <linux/kernel.h>
#include <linux/kvm_uefivars.h>

#include "fuzz.h"
#include "guids.h"
#include "script.h"
#include "seeds.h"

#define A_BS_RT		(KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)
#define A_NV_BS		(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS)
#define A_ALL		(A_NV_BS | A_BS_RT)

static u8 memory[0x10000];

static u32 guid_of(const u8 *guid)
{
	u32 i;

	for (i = 0; i < script_nr_guids; i++)
		if (!memcmp(script_guids[i], guid, 16))
			return i;
	abort();
}

static void add(struct script_buf *b, u32 kind, u32 name, u32 attributes,
		u32 len, u32 value)
{
	struct script_choice c = {
		.kind = kind,
		.name = name,
		.attributes = attributes,
		.len = len,
		.value = value,
	};

	script_generate(b, &c);
}

/* One script per kind of record, the variable being there already. */
static void save_kinds(const char *dir)
{
	u32 kind, value;
	char name[32];

	for (kind = 0; kind < SCRIPT_NR_KINDS; kind++) {
		for (value = 0; value < 6; value++) {
			struct script_buf b = { .data = memory,
						.max = sizeof(memory) };

			add(&b, 0, 0, value & 1 ? A_ALL : A_BS_RT, 8, 1);
			add(&b, kind, value & 2, A_ALL, 4, value);
			add(&b, 22, 0, 0, 0, 0);
			snprintf(name, sizeof(name), "kind%02u-%u", kind, value);
			seeds_save(dir, "fuzz_mm", name, b.data, b.len);
		}
	}
}

/* What an operating system sees: policies, boot, runtime, deletions, reset. */
static void save_life(const char *dir)
{
	struct script_buf b = { .data = memory, .max = sizeof(memory) };
	u32 i;

	for (i = 0; i < 8; i++) {
		add(&b, 15, i, A_ALL, i, 4 + i);
		add(&b, 9, i, 0, 4, i);
		add(&b, 8, i, 0, 0, 1);
	}
	add(&b, 16, 0, 0, 0, 0);
	add(&b, 16, 0, 0, 0, 1);
	for (i = 0; i < 3; i++) {
		add(&b, 0, i, A_ALL, 40, i);
		add(&b, 0, i, A_ALL | KVM_UEFIVARS_ATTR_AP, 3, i);
		add(&b, 12, 0, 0, 0, i);
		add(&b, 0, i, A_ALL, 0, 0);
	}
	add(&b, 22, 0, 0, 0, 1);
	add(&b, 20, 0, 0, 0, 0);
	add(&b, 0, 0, A_NV_BS, 2, 2);
	add(&b, 22, 0, 0, 0, 0);
	seeds_save(dir, "fuzz_mm", "life", b.data, b.len);
}

/* Variables of each class, written and deleted again at runtime. */
static void save_runtime(const char *dir)
{
	static const u32 attributes[] = { A_ALL, A_NV_BS, A_BS_RT,
					  KVM_UEFIVARS_ATTR_BS };
	struct script_buf b = { .data = memory, .max = sizeof(memory) };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		add(&b, 0, i, attributes[i], 4, 1);
	add(&b, 12, 0, 0, 0, 2);
	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		add(&b, 0, i, attributes[i], 5, 2);
	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		add(&b, 0, i, 0, 0, 0);
	seeds_save(dir, "fuzz_mm", "runtime", b.data, b.len);
}

/* Variables that the host owns, with and without a signed descriptor. */
static void save_host(const char *dir)
{
	struct script_buf b = { .data = memory, .max = sizeof(memory) };
	static const u8 global[16] = KUV_GUID_GLOBAL;
	u32 i;

	for (i = 7; i < script_nr_names; i++) {
		struct script_choice c = {
			.kind = i % 2 ? 23 : 0,
			.name = i,
			.guid = i % 3 ? guid_of(global) : i,
			.attributes = A_ALL | KVM_UEFIVARS_ATTR_AT,
			.len = i,
			.value = i,
		};

		script_generate(&b, &c);
	}
	add(&b, 20, 0, 0, 0, 0);
	add(&b, 25, 0, 60, 100, 100);
	add(&b, 20, 0, 0, 0, 0);
	add(&b, 24, 7, 0, 0, 0);
	add(&b, 22, 0, 0, 0, 0);
	seeds_save(dir, "fuzz_mm", "host", b.data, b.len);
}

static void add_record(struct script_buf *b, u32 flags, u32 data_len)
{
	struct kvm_uefivars_record r = {
		.head_len = sizeof(r),
		.seq = 1 + b->len / 64,
		.flags = flags,
		.attributes = flags ? 0 : A_ALL,
		.name_len = 4,
		.data_len = data_len,
	};
	u32 used = sizeof(r) + r.name_len + r.data_len;

	r.len = (used + 7) / 8 * 8;
	memcpy(r.guid, script_guids[1], sizeof(r.guid));
	script_bytes(b, &r, sizeof(r));
	script_int(b, 'a', 2);
	script_int(b, 'b', 2);
	script_int(b, 0x55, data_len);
	script_int(b, 0, r.len - used);
}

static void save_batches(const char *dir)
{
	u32 nr, i;
	char name[32];

	for (nr = 0; nr < 5; nr++) {
		struct script_buf b = { .data = memory, .max = sizeof(memory) };
		struct kvm_uefivars_batch head = {
			.head_len = sizeof(head),
			.nr_records = nr,
			.seq = 100,
		};

		script_bytes(&b, &head, sizeof(head));
		for (i = 0; i < nr; i++)
			add_record(&b, i % 2, i % 2 ? 0 : 1 + i);
		head.len = b.len;
		memcpy(b.data, &head, sizeof(head));
		snprintf(name, sizeof(name), "records%u", nr);
		seeds_save(dir, "fuzz_batch", name, b.data, b.len);
		seeds_save(dir, "fuzz_libkuv_batch", name, b.data, b.len);
	}
}

static void save_template(const char *dir, const char *name, const char *text)
{
	seeds_save(dir, "fuzz_template", name, text, strlen(text));
}

#define JSON_GUID	"\"guid\":\"8be4df61-93ca-11d2-aa0d-00e098032b8c\""
#define JSON_VAR(name, rest) \
	"{\"name\":\"" name "\"," JSON_GUID ",\"attr\":" rest "}"
#define JSON_FILE(vars)	"{\"version\":2,\"variables\":[" vars "]}"

static void save_templates(const char *dir)
{
	save_template(dir, "empty", " \n");
	save_template(dir, "none", JSON_FILE(""));
	save_template(dir, "two",
		      JSON_FILE(JSON_VAR("a", "3,\"data\":\"00\"") ","
				JSON_VAR("b\303\244", "7,\"data\":\"ff01\"")));
	save_template(dir, "same",
		      JSON_FILE(JSON_VAR("a", "3,\"data\":\"00\"") ","
				JSON_VAR("a", "7,\"data\":\"00\"")));
	save_template(dir, "time",
		      JSON_FILE(JSON_VAR("PK", "39,\"data\":\"00\",\"time\":"
				"\"e8070101000000000000000000000000\"")));
	save_template(dir, "unknown",
		      "{\"x\":{},\"variables\":[" JSON_VAR("\\ud83d\\ude00",
			"3,\"data\":\"\",\"y\":[null,true,1.5]") "]}");
}

/* What libFuzzer should know of JSON as templates have it. */
static void save_dictionary(const char *dir)
{
	static const char text[] =
		"\"\\\"name\\\":\\\"\"\n\"\\\"guid\\\":\\\"\"\n"
		"\"\\\"attr\\\":\"\n\"\\\"data\\\":\\\"\"\n"
		"\"\\\"time\\\":\\\"\"\n\"\\\"timestamp\\\":\\\"\"\n"
		"\"\\\"variables\\\":[\"\n\"\\\"version\\\":2\"\n"
		"\"8be4df61-93ca-11d2-aa0d-00e098032b8c\"\n"
		"\"e8070101000000000000000000000000\"\n"
		"\"\\\\u0000\"\n\"\\\\u001b\"\n\"\\\\ud800\"\n"
		"\"\\\\udc00\"\n\"\\xc3\\xa4\"\n\"\\xf0\\x9f\\x98\\x80\"\n"
		"\"null\"\n\"true\"\n\"4294967295\"\n\"1e9\"\n";
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/fuzz_template.dict", dir);
	f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && !fclose(f));
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	mkdir(argv[1], 0777);
	save_kinds(argv[1]);
	save_life(argv[1]);
	save_runtime(argv[1]);
	save_host(argv[1]);
	save_batches(argv[1]);
	save_templates(argv[1]);
	save_dictionary(argv[1]);
	seeds_secure(argv[1]);
	seeds_siglist(argv[1]);
	seeds_auth(argv[1]);
	return 0;
}
