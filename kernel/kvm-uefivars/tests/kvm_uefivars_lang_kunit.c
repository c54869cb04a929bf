// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/lang.c. */
#include <linux/module.h>

#include "testlib.h"

#include "guids.h"

static const u8 guid_global[16] = KUV_GUID_GLOBAL;

/* Write a string with its NUL. */
static kuv_status_t set(struct kuv_test *t, const char *name, u32 attributes,
			const char *text)
{
	return test_set_in(t, guid_global, name, attributes, text,
			   strlen(text) + 1);
}

static kuv_status_t delete(struct kuv_test *t, const char *name)
{
	return test_set_in(t, guid_global, name, 0, "", 0);
}

/* The text a variable holds, "-" if there is none of the right kind. */
static const char *text(struct kuv_test *t, const char *name)
{
	const struct kuv_var *v = test_find_in(t, guid_global, name);

	if (!v || v->attributes != NV_BS_RT || !v->data_len ||
	    kuv_var_data(v)[v->data_len - 1])
		return "-";
	return (const char *)kuv_var_data(v);
}

#define EXPECT_TEXT(test, name, want) \
	KUNIT_EXPECT_TRUE(test, !strcmp(text((test)->priv, name), want))

static void start_with(struct kunit *test, const char *iso, const char *rfc)
{
	EXPECT_STATUS(test, set(test->priv, "LangCodes", BS_RT, iso),
		      KUV_SUCCESS);
	EXPECT_STATUS(test, set(test->priv, "PlatformLangCodes", BS_RT, rfc),
		      KUV_SUCCESS);
}

/* As edk2's firmware does. */
static void start(struct kunit *test)
{
	start_with(test, "engfraengfra", "en;fr;en-US;fr-FR");
}

/* PlatformLang becomes @rfc; Lang must be @iso then. */
static void expect_iso(struct kunit *test, const char *rfc, const char *iso)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, set(t, "PlatformLang", NV_BS_RT, rfc), KUV_SUCCESS);
	EXPECT_TEXT(test, "PlatformLang", rfc);
	EXPECT_TEXT(test, "Lang", iso);
}

static void expect_rfc(struct kunit *test, const char *iso, const char *rfc)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, set(t, "Lang", NV_BS_RT, iso), KUV_SUCCESS);
	EXPECT_TEXT(test, "Lang", iso);
	EXPECT_TEXT(test, "PlatformLang", rfc);
}

/* [V17] */
static void platform_lang_is_followed(struct kunit *test)
{
	start(test);
	expect_iso(test, "en", "eng");
	expect_iso(test, "fr", "fra");
	expect_iso(test, "en-US", "eng");
	expect_iso(test, "fr-FR", "fra");
}

/* [V17] */
static void lang_is_followed(struct kunit *test)
{
	start(test);
	expect_rfc(test, "eng", "en");
	expect_rfc(test, "fra", "fr");
}

static void index_decides(struct kunit *test)
{
	start_with(test, "onetwothr", "a;b;c-D");
	expect_iso(test, "b", "two");
	expect_iso(test, "c-D", "thr");
	expect_rfc(test, "one", "a");
	expect_rfc(test, "thr", "c-D");
}

static void no_match_changes_nothing(struct kunit *test)
{
	start(test);
	expect_iso(test, "fr", "fra");
	expect_iso(test, "de", "fra");
	expect_iso(test, "", "fra");
	expect_iso(test, "EN", "fra");
	expect_iso(test, "de-en", "fra");
	expect_rfc(test, "deu", "de-en");
	expect_rfc(test, "", "de-en");
	expect_rfc(test, "ENG", "de-en");
}

static void subtags_are_cut_from_the_right(struct kunit *test)
{
	start_with(test, "onetwothrfou", "de-Latn-AT;de-Latn;fr;de");
	expect_iso(test, "de-Latn-AT-x", "one");
	expect_iso(test, "de-Latn-CH", "one");
	expect_iso(test, "de-Latn", "one");
	expect_iso(test, "de-Cyrl", "one");
	expect_iso(test, "fr-CA", "thr");
	/* Not within a subtag. */
	expect_iso(test, "frx-CA", "thr");
	expect_iso(test, "it", "thr");
	expect_iso(test, "-de", "thr");
}

static void longest_match_wins(struct kunit *test)
{
	start_with(test, "onetwothr", "en;en-GB;en-US");
	expect_iso(test, "en-US", "thr");
	expect_iso(test, "en-GB-oed", "two");
	expect_iso(test, "en-AU", "one");
}

/* edk2 compares as much as is asked for, so that a code may go on. */
static void a_beginning_matches(struct kunit *test)
{
	start(test);
	expect_iso(test, "f", "fra");
	expect_rfc(test, "e", "en");
	expect_rfc(test, "fr", "fr");
	start_with(test, "onetwo", "en-US;en");
	expect_iso(test, "en", "one");
}

static void only_the_first_language_counts(struct kunit *test)
{
	start(test);
	expect_iso(test, "fr;en", "fra");
	expect_iso(test, "de;en", "fra");
	expect_iso(test, ";en", "fra");
	expect_rfc(test, "engfra", "en");
}

static void separators_may_repeat(struct kunit *test)
{
	start_with(test, "onetwothr", "a;;b;;;c;");
	expect_iso(test, "b", "two");
	expect_iso(test, "c", "thr");
	expect_rfc(test, "two", "b");
}

static void lists_of_different_length(struct kunit *test)
{
	start_with(test, "onetw", "a;b;c");
	expect_iso(test, "a", "one");
	/* No second code of three characters. */
	expect_iso(test, "b", "one");
	expect_iso(test, "c", "one");
	start_with(test, "onetwothr", "a");
	expect_iso(test, "a", "one");
	expect_rfc(test, "two", "a");
	start_with(test, "", "");
	expect_iso(test, "a", "two");
}

static void lists_end_at_a_nul(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set_in(t, guid_global, "LangCodes", BS_RT, "one\0two", 8);
	test_set_in(t, guid_global, "PlatformLangCodes", BS_RT, "a;b", 3);
	expect_iso(test, "a", "one");
	expect_iso(test, "b", "one");
	expect_rfc(test, "two", "b");
}

static void lang_without_nul(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	EXPECT_STATUS(test, test_set_in(t, guid_global, "PlatformLang",
					NV_BS_RT, "fr", 2), KUV_SUCCESS);
	EXPECT_TEXT(test, "Lang", "fra");
	EXPECT_STATUS(test, test_set_in(t, guid_global, "Lang", NV_BS_RT, "en",
					2), KUV_SUCCESS);
	EXPECT_TEXT(test, "PlatformLang", "en");
}

static void one_list_is_not_enough(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set(t, "LangCodes", BS_RT, "engfra");
	expect_iso(test, "en", "-");
	delete(t, "PlatformLang");
	expect_rfc(test, "eng", "-");
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	delete(t, "Lang");
	set(t, "PlatformLangCodes", BS_RT, "en;fr");
	expect_iso(test, "en", "-");
}

static void other_namespaces_do_not_matter(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set_in(t, test_guid, "LangCodes", BS_RT, "xxx", 4);
	start(test);
	EXPECT_STATUS(test, test_set_in(t, other_guid, "PlatformLang",
					NV_BS_RT, "fr", 3), KUV_SUCCESS);
	EXPECT_TEXT(test, "Lang", "-");
	test_set_in(t, test_guid, "PlatformLangCodes", BS_RT, "yy", 3);
	expect_iso(test, "en", "eng");
	EXPECT_STATUS(test, set(t, "lang", NV_BS_RT, "fra"), KUV_SUCCESS);
	EXPECT_TEXT(test, "PlatformLang", "en");
}

static void deletions_are_not_followed(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	expect_iso(test, "en", "eng");
	EXPECT_STATUS(test, delete(t, "PlatformLang"), KUV_SUCCESS);
	EXPECT_TEXT(test, "Lang", "eng");
	EXPECT_STATUS(test, delete(t, "Lang"), KUV_SUCCESS);
	EXPECT_STATUS(test, delete(t, "LangCodes"), KUV_SUCCESS);
	/* The codes were for the whole boot. */
	expect_iso(test, "fr", "fra");
}

static void refused_write_brings_nothing(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	expect_iso(test, "en", "eng");
	EXPECT_REFUSED(test, set(t, "PlatformLang", NV_BS, "fr"),
		       KUV_INVALID_PARAMETER);
	EXPECT_REFUSED(test, set(t, "LangCodes", NV_BS, "xxxyyy"),
		       KUV_INVALID_PARAMETER);
	/* Found out when the other one was prepared already. */
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_STATUS(test, delete(t, "PlatformLang"), KUV_SUCCESS);
	EXPECT_REFUSED(test, set(t, "PlatformLang", BS_RT, "fr"),
		       KUV_INVALID_PARAMETER);
}

static void works_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	kuv_service_exit_boot_services(&t->s, NULL);
	expect_iso(test, "fr", "fra");
	expect_rfc(test, "eng", "en");
}

static void codes_cannot_change_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, set(t, "LangCodes", BS_RT, "xxxyyy"),
		       KUV_WRITE_PROTECTED);
	EXPECT_REFUSED(test, set(t, "PlatformLangCodes", BS_RT, "xx;yy"),
		       KUV_WRITE_PROTECTED);
}

static void reset_forgets_codes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
	KUNIT_EXPECT_NULL(test, t->s.lang.codes[0]);
	KUNIT_EXPECT_NULL(test, t->s.lang.codes[1]);
	expect_iso(test, "en", "-");
}

/* --- codes come after languages --- */

static void new_codes_follow_platform_lang(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set(t, "PlatformLang", NV_BS_RT, "fr");
	set(t, "Lang", NV_BS_RT, "eng");
	start(test);
	EXPECT_TEXT(test, "PlatformLang", "fr");
	EXPECT_TEXT(test, "Lang", "fra");
}

static void new_codes_follow_lang(struct kunit *test)
{
	set(test->priv, "Lang", NV_BS_RT, "fra");
	start(test);
	EXPECT_TEXT(test, "Lang", "fra");
	EXPECT_TEXT(test, "PlatformLang", "fr");
}

static void new_codes_and_no_language(struct kunit *test)
{
	start(test);
	EXPECT_TEXT(test, "Lang", "-");
	EXPECT_TEXT(test, "PlatformLang", "-");
}

static void new_codes_in_spite_of_a_full_store(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set(t, "PlatformLang", NV_BS_RT, "fr");
	t->s.limits.nv_size = t->s.db.nv_used;
	start(test);
	EXPECT_TEXT(test, "Lang", "-");
	KUNIT_EXPECT_EQ(test, t->s.lang.len[KUV_LANG_ISO639], 13);
	KUNIT_EXPECT_EQ(test, t->s.lang.len[KUV_LANG_RFC4646], 18);
}

static void new_codes_replace_old_ones(struct kunit *test)
{
	start(test);
	expect_iso(test, "en", "eng");
	start_with(test, "onetwo", "en;fr");
	EXPECT_TEXT(test, "Lang", "one");
	expect_iso(test, "fr", "two");
}

static void signed_codes_are_not_remembered(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 data[44] = { [16] = 24, [40] = 'e', 'n', 'g' };

	test_set_in(t, guid_global, "LangCodes", BS_RT | A_AT, data, 44);
	KUNIT_EXPECT_NULL(test, t->s.lang.codes[KUV_LANG_ISO639]);
}

/* --- both or none --- */

static void other_one_is_written_first(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	const struct kuv_var *lang, *platform;

	start(test);
	expect_iso(test, "en", "eng");
	lang = test_find_in(t, guid_global, "Lang");
	platform = test_find_in(t, guid_global, "PlatformLang");
	KUNIT_EXPECT_EQ(test, lang->seq + 1, platform->seq);
	KUNIT_EXPECT_PTR_EQ(test, kuv_vardb_next(&t->s.db, lang), platform);
	expect_rfc(test, "fra", "fr");
	KUNIT_EXPECT_PTR_EQ(test, kuv_vardb_next(&t->s.db, platform), lang);
}

static void same_value_is_not_written_again(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 seq;

	start(test);
	expect_iso(test, "en", "eng");
	seq = t->s.db.seq;
	expect_iso(test, "en-US", "eng");
	KUNIT_EXPECT_EQ(test, t->s.db.seq, seq + 1);
	/* A first byte alone is not the same. */
	test_set_in(t, guid_global, "Lang", NV_BS_RT, "en\0\0", 4);
	expect_iso(test, "en", "eng");
	/* Nor is one without NUL. */
	test_set_in(t, guid_global, "PlatformLang", NV_BS_RT, "enx", 3);
	expect_rfc(test, "eng", "en");
}

static u64 seq_of_set(struct kunit *test, const char *name, const char *data)
{
	struct kuv_test *t = test->priv;
	struct kuv_write w = {
		.name = test_name_in(t, guid_global, name),
		.attributes = NV_BS_RT,
		.data = (const u8 *)data,
		.len = strlen(data) + 1,
	};
	u64 seq;

	EXPECT_STATUS(test, kuv_service_set(&t->s, &w, &seq), KUV_SUCCESS);
	return seq;
}

static void both_are_waited_for(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u64 seq;

	start(test);
	seq = seq_of_set(test, "PlatformLang", "en");
	KUNIT_EXPECT_EQ(test, seq, t->s.db.seq);
	/* Nothing to write, but the other one is not on disk yet. */
	expect_rfc(test, "fra", "fr");
	expect_rfc(test, "eng", "en");
	seq = test_find_in(t, guid_global, "PlatformLang")->seq;
	kuv_vardb_ack(&t->s.db, seq);
	KUNIT_EXPECT_EQ(test, seq_of_set(test, "PlatformLang", "en"),
			t->s.db.seq);
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	KUNIT_EXPECT_EQ(test, seq_of_set(test, "PlatformLang", "en"), 0);
}

static void no_room_for_the_other_one(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	t->s.limits.nv_size = t->s.db.nv_used + 80;
	EXPECT_REFUSED(test, set(t, "PlatformLang", NV_BS_RT, "en"),
		       KUV_OUT_OF_RESOURCES);
	EXPECT_REFUSED(test, set(t, "Lang", NV_BS_RT, "eng"),
		       KUV_OUT_OF_RESOURCES);
	/* One that brings nothing with it fits. */
	EXPECT_STATUS(test, set(t, "Lang", NV_BS_RT, "deu"), KUV_SUCCESS);
}

static void no_room_for_the_second_one(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	t->s.limits.nv_size = t->s.db.nv_used + 76 + 80;
	EXPECT_REFUSED(test, set(t, "PlatformLang", NV_BS_RT, "en"),
		       KUV_OUT_OF_RESOURCES);
	t->s.limits.nv_size += 100;
	EXPECT_STATUS(test, set(t, "PlatformLang", NV_BS_RT, "en"),
		      KUV_SUCCESS);
}

static void other_one_has_a_limit(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const char codes[] = "en;a-language-with-a-name-beyond-measure";

	start_with(test, "engxyz", codes);
	t->s.limits.var_size = 60 + 26 + sizeof(codes) - 3 - 1;
	EXPECT_REFUSED(test, set(t, "Lang", NV_BS_RT, "xyz"),
		       KUV_OUT_OF_RESOURCES);
	expect_rfc(test, "eng", "en");
	t->s.limits.var_size++;
	expect_rfc(test, "xyz", codes + 3);
}

/* --- what the other one may be --- */

static void host_set(struct kuv_test *t, const char *name, u32 attributes)
{
	struct kuv_name n = test_name_in(t, guid_global, name);

	kuv_service_host_set(&t->s, &n, attributes, NULL, "x", 1, false, NULL);
}

static void other_one_of_another_kind(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	host_set(t, "Lang", BS_RT);
	expect_iso(test, "en", "eng");
	host_set(t, "Lang", NV_BS);
	expect_iso(test, "fr", "fra");
	host_set(t, "Lang", BS_RT);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, set(t, "PlatformLang", NV_BS_RT, "en"),
		       KUV_WRITE_PROTECTED);
}

static void other_one_is_signed(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	host_set(t, "Lang", NV_BS_RT | A_AT);
	EXPECT_REFUSED(test, set(t, "PlatformLang", NV_BS_RT, "en"),
		       KUV_WRITE_PROTECTED);
}

static void other_one_is_locked_by_policy(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_global, "Lang");

	start(test);
	kuv_policy_lock_name(&t->s.policy, &t->s.db, &n, false);
	expect_iso(test, "en", "eng");
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, set(t, "PlatformLang", NV_BS_RT, "fr"),
		       KUV_WRITE_PROTECTED);
	/* The same again changes nothing that is locked. */
	expect_iso(test, "en-US", "eng");
}

static void other_one_has_a_size_by_policy(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kvm_uefivars_policy_entry e = {
		.version = cpu_to_le32(KVM_UEFIVARS_POLICY_ENTRY_VERSION),
		.size = cpu_to_le16(sizeof(e)),
		.name_offset = cpu_to_le16(sizeof(e)),
		.min_size = cpu_to_le32(3),
		.max_size = cpu_to_le32(4),
	};

	start_with(test, "engfra", "en;four;sixsix");
	memcpy(e.guid, guid_global, 16);
	EXPECT_STATUS(test, kuv_policy_register(&t->s.policy, (const u8 *)&e,
						sizeof(e)), KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	/* The NUL counts, too. */
	expect_rfc(test, "eng", "en");
	EXPECT_REFUSED(test, set(t, "Lang", NV_BS_RT, "fra"),
		       KUV_INVALID_PARAMETER);
}

static void other_variables_do_not_wait(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	start(test);
	seq_of_set(test, "Other", "1");
	kuv_vardb_ack(&t->s.db, t->s.db.seq);
	expect_iso(test, "en", "eng");
	KUNIT_EXPECT_EQ(test, seq_of_set(test, "Other", "1"), 0);
}

static void other_one_is_read_only(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_name n = test_name_in(t, guid_global, "Lang");
	struct kvm_uefivars_var_property p = {
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION),
		.property = cpu_to_le16(KUV_PROPERTY_READ_ONLY),
	};

	start(test);
	kuv_varcheck_set_property(&t->s.varcheck, &n, &p);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, set(t, "PlatformLang", NV_BS_RT, "fr"),
		       KUV_WRITE_PROTECTED);
}

/* Subtags and codes without end must not keep the host busy. */
static void many_subtags_and_codes(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u8 *data = kzalloc(60001, GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (i = 0; i < 60000; i += 2) {
		data[i] = 'a';
		data[i + 1] = '-';
	}
	set(t, "LangCodes", BS_RT, "eng");
	EXPECT_STATUS(test, test_set_in(t, guid_global, "PlatformLangCodes",
					BS_RT, data, 60001), KUV_SUCCESS);
	data[59998] = 'b';
	for (i = 0; i < 1000; i++)
		EXPECT_STATUS(test, test_set_in(t, guid_global, "PlatformLang",
						NV_BS_RT, data + i * 2,
						60001 - i * 2), KUV_SUCCESS);
	EXPECT_TEXT(test, "Lang", "eng");
	kfree(data);
}

static struct kunit_case lang_cases[] = {
	KUNIT_CASE(platform_lang_is_followed),
	KUNIT_CASE(lang_is_followed),
	KUNIT_CASE(index_decides),
	KUNIT_CASE(no_match_changes_nothing),
	KUNIT_CASE(subtags_are_cut_from_the_right),
	KUNIT_CASE(longest_match_wins),
	KUNIT_CASE(a_beginning_matches),
	KUNIT_CASE(only_the_first_language_counts),
	KUNIT_CASE(separators_may_repeat),
	KUNIT_CASE(lists_of_different_length),
	KUNIT_CASE(lists_end_at_a_nul),
	KUNIT_CASE(lang_without_nul),
	KUNIT_CASE(one_list_is_not_enough),
	KUNIT_CASE(other_namespaces_do_not_matter),
	KUNIT_CASE(deletions_are_not_followed),
	KUNIT_CASE(refused_write_brings_nothing),
	KUNIT_CASE(works_at_runtime),
	KUNIT_CASE(codes_cannot_change_at_runtime),
	KUNIT_CASE(reset_forgets_codes),
	KUNIT_CASE(new_codes_follow_platform_lang),
	KUNIT_CASE(new_codes_follow_lang),
	KUNIT_CASE(new_codes_and_no_language),
	KUNIT_CASE(new_codes_in_spite_of_a_full_store),
	KUNIT_CASE(new_codes_replace_old_ones),
	KUNIT_CASE(signed_codes_are_not_remembered),
	KUNIT_CASE(other_one_is_written_first),
	KUNIT_CASE(same_value_is_not_written_again),
	KUNIT_CASE(both_are_waited_for),
	KUNIT_CASE(no_room_for_the_other_one),
	KUNIT_CASE(no_room_for_the_second_one),
	KUNIT_CASE(other_one_has_a_limit),
	KUNIT_CASE(other_one_of_another_kind),
	KUNIT_CASE(other_one_is_signed),
	KUNIT_CASE(other_one_is_locked_by_policy),
	KUNIT_CASE(other_one_has_a_size_by_policy),
	KUNIT_CASE(other_variables_do_not_wait),
	KUNIT_CASE(other_one_is_read_only),
	KUNIT_CASE(many_subtags_and_codes),
	{}
};

static struct kunit_suite lang_suite = {
	.name = "kvm_uefivars_lang",
	.init = test_init,
	.exit = test_exit,
	.test_cases = lang_cases,
};

kunit_test_suite(lang_suite);

MODULE_DESCRIPTION("KUnit tests of the language variables");
MODULE_LICENSE("GPL");
