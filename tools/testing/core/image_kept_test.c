// SPDX-License-Identifier: GPL-2.0
/* Images of released versions are read back; those of this one stay as they are. */
#include <dirent.h>
#include <stdlib.h>

#include "imagelib.h"

#include "guids.h"

#define NAME_MAX_LEN	300

static kuv_status_t put(struct kuv_test *t, const u8 *guid, const char *name,
			u32 attributes, u8 time, const void *data, u32 len)
{
	struct kuv_name n = test_name_in(t, guid, name);
	u8 when[16] = { 2026 & 0xff, 2026 >> 8, 1, time };

	return kuv_service_host_set(&t->s, &n, attributes, when, data, len,
				    true, NULL);
}

/*
 * States that are spelled out: what a boot or a request makes of a service may
 * change, what is in these images may not.
 */

static void state_variables(struct kuv_test *t, struct kuv_regs *r)
{
	put(t, test_guid, "Plain", NV_BS, 0, "plain data", 10);
	put(t, test_guid, "Runtime", NV_BS_RT, 0, "\0\1\2\3", 4);
	put(t, other_guid, "Plain", NV_BS_RT, 0, "the same name", 13);
	put(t, test_guid, "Signed", NV_BS_RT | A_AT, 7, "signed data", 11);
	put(t, other_guid, "a", NV_BS | A_AT, 9, "1", 1);
}

static void state_regs(struct kuv_regs *r)
{
	static u8 staging[] = "\0\1staged bytes\xff";

	r->addr = 0x123456789abcdef0ULL;
	r->size = 0x8010;
	r->pio_pos = 5;
	r->status = 0x8003;
	r->staging = staging;
	r->staging_len = sizeof(staging) - 1;
}

static void state_policies(struct kuv_test *t)
{
	struct kuv_name one = test_name(t, "LockedName");
	struct kuv_name two = test_name(t, "Another");

	kuv_policy_lock_name(&t->s.policy, &t->s.db, &one, false);
	kuv_policy_dump_start(&t->s.policy);
	kuv_policy_lock_name(&t->s.policy, &t->s.db, &two, false);
}

static void state_properties(struct kuv_test *t)
{
	struct kuv_name one = test_name(t, "ReadOnly");
	struct kuv_name two = test_name_in(t, other_guid, "Bounded");
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
		.property = cpu_to_le16(KUV_PROPERTY_READ_ONLY),
	};

	kuv_varcheck_set_property(&t->s.varcheck, &one, &p);
	p.property = 0;
	p.attributes = cpu_to_le32(NV_BS_RT);
	p.min_size = cpu_to_le64(2);
	p.max_size = cpu_to_le64(0x0807060504030201ULL);
	kuv_varcheck_set_property(&t->s.varcheck, &two, &p);
}

static void state_codes(struct kuv_test *t, enum kuv_lang_kind kind,
			const char *codes)
{
	u32 len = strlen(codes);
	u8 *p = kmalloc(len, GFP_KERNEL);

	memcpy(p, codes, len);
	t->s.lang.codes[kind] = p;
	t->s.lang.len[kind] = len;
}

/* In the trusted phase, a policy dump half read, one kind of languages. */
static void state_boot(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.closed = false;
	state_regs(r);
	state_policies(t);
	state_properties(t);
	state_codes(t, KUV_LANG_RFC4646, "en;fr;de");
	t->s.mor.is_locked = true;
	put(t, test_guid, "Volatile", A_BS, 0, "v", 1);
}

/* Everything that can be other than zero. */
static void state_runtime(struct kuv_test *t, struct kuv_regs *r)
{
	state_boot(t, r);
	state_variables(t, r);
	state_codes(t, KUV_LANG_ISO639, "engfradeu");
	put(t, test_guid, "VolatileSigned", BS_RT | A_AT, 3, "vs", 2);
	t->s.end_of_dxe = true;
	t->s.ready_to_boot = true;
	t->s.at_runtime = true;
	t->s.policy.locked = true;
	t->s.varcheck.has_modes = true;
	t->s.mor.has_key = true;
	memcpy(t->s.mor.key, "\1\2\3\4\5\6\7\x88", KUV_MOR_KEY_LEN);
}

/* Closed: without memory at its last reset; no request was ever made. */
static void state_closed(struct kuv_test *t, struct kuv_regs *r)
{
	t->s.closed = true;
	t->s.end_of_dxe = true;
	t->s.policy.locked = true;
	t->s.mor.is_absent = true;
}

static void state_none(struct kuv_test *t, struct kuv_regs *r)
{
}

static const struct kept {
	const char *name;
	void (*build)(struct kuv_test *t, struct kuv_regs *r);
	bool machine;
	bool variables;
} states[] = {
	{ "nothing", state_none, false, false },
	{ "variables", state_variables, false, true },
	{ "boot", state_boot, true, false },
	{ "runtime", state_runtime, true, true },
	{ "closed", state_closed, true, false },
};

static void kept_path(char *path, const char *dir, const struct kept *k,
		      u32 version)
{
	snprintf(path, NAME_MAX_LEN, "%s/v%u-%s.bin", dir, version, k->name);
}

static struct image_bytes kept_read(struct kunit *test, const struct kept *k,
				    u32 version)
{
	struct image_bytes b;
	char path[NAME_MAX_LEN];
	FILE *f;
	long len;

	kept_path(path, KUV_IMAGE_DIR, k, version);
	f = fopen(path, "rb");
	KUNIT_ASSERT_NOT_NULL(test, f);
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	rewind(f);
	b = image_alloc(test, len);
	KUNIT_EXPECT_EQ(test, fread(b.p, 1, len, f), len);
	fclose(f);
	return b;
}

static struct image_bytes kept_save(struct kunit *test, const struct kept *k,
				    const struct kuv_regs *regs)
{
	struct kuv_test *t = test->priv;

	return image_save(test, &t->s, k->machine ? regs : NULL, k->variables);
}

/* tools/testing/image/keep.sh names a directory that a new one goes into. */
static void keep(struct kunit *test, const struct kept *k,
		 struct image_bytes b)
{
	const char *dir = getenv("KUV_KEEP_IMAGES");
	char path[NAME_MAX_LEN];
	FILE *f;

	if (!dir)
		return;
	kept_path(path, dir, k, KUV_IMAGE_VERSION);
	f = fopen(path, "wbx");
	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, fwrite(b.p, 1, b.len, f), b.len);
	fclose(f);
}

static void reads_as(struct kunit *test, const struct kept *k, u32 version)
{
	struct kuv_service *s = image_fresh(test);
	struct kuv_test *t = test->priv;
	struct kuv_regs regs = { 0 };
	struct image_bytes b, now;
	struct kuv_image img;
	u64 seq;

	k->build(t, &regs);
	if (version == KUV_IMAGE_VERSION)
		keep(test, k, kept_save(test, k, &regs));
	b = kept_read(test, k, version);
	KUNIT_ASSERT_EQ(test, kuv_image_read(s, b.p, b.len, k->variables, &img),
			0);
	KUNIT_EXPECT_EQ(test, img.has_machine, k->machine);
	KUNIT_EXPECT_EQ(test, img.has_variables, k->variables);
	kuv_image_apply(s, &img, img.has_machine, &seq);
	if (k->machine)
		KUNIT_EXPECT_EQ(test, image_machine_digest(s, &img.regs),
				image_machine_digest(&t->s, &regs));
	if (k->variables)
		KUNIT_EXPECT_EQ(test, image_variables_digest(s),
				image_variables_digest(&t->s));
	if (version == KUV_IMAGE_VERSION) {
		now = kept_save(test, k, &regs);
		KUNIT_ASSERT_EQ(test, now.len, b.len);
		KUNIT_EXPECT_MEMEQ(test, now.p, b.p, b.len);
	}
	kuv_image_exit(&img);
	kuv_service_exit(s);
}

static int kept_init(struct kunit *test)
{
	struct kuv_test *t;
	int ret = test_init(test);

	if (ret)
		return ret;
	t = test->priv;
	kuv_service_exit(&t->s);
	return kuv_service_init(&t->s, &test_limits, &kuv_crypto_ops,
				test_hash_key);
}

/* One state at a time, of each version there was. */
static void reads_each(struct kunit *test, u32 state)
{
	u32 version;

	for (version = 1; version <= KUV_IMAGE_VERSION; version++) {
		reads_as(test, &states[state], version);
		test_exit(test);
		KUNIT_ASSERT_EQ(test, kept_init(test), 0);
	}
}

static void kept_nothing(struct kunit *test)
{
	reads_each(test, 0);
}

static void kept_variables(struct kunit *test)
{
	reads_each(test, 1);
}

static void kept_boot(struct kunit *test)
{
	reads_each(test, 2);
}

static void kept_runtime(struct kunit *test)
{
	reads_each(test, 3);
}

static void kept_closed(struct kunit *test)
{
	reads_each(test, 4);
}

/* No image without a test, and a case above for each state. */
static void kept_are_all(struct kunit *test)
{
	DIR *dir = opendir(KUV_IMAGE_DIR);
	struct dirent *e;
	u32 nr = 0;

	KUNIT_ASSERT_NOT_NULL(test, dir);
	while ((e = readdir(dir)))
		nr += strlen(e->d_name) > 4 &&
		      !strcmp(e->d_name + strlen(e->d_name) - 4, ".bin");
	closedir(dir);
	KUNIT_EXPECT_EQ(test, nr, KUV_IMAGE_VERSION * ARRAY_SIZE(states));
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(states), 5);
}

static struct kunit_case image_kept_cases[] = {
	KUNIT_CASE(kept_nothing),
	KUNIT_CASE(kept_variables),
	KUNIT_CASE(kept_boot),
	KUNIT_CASE(kept_runtime),
	KUNIT_CASE(kept_closed),
	KUNIT_CASE(kept_are_all),
	{}
};

static struct kunit_suite image_kept_suite = {
	.name = "core_image_kept",
	.init = kept_init,
	.exit = test_exit,
	.test_cases = image_kept_cases,
};

kunit_test_suite(image_kept_suite);
