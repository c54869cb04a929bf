// SPDX-License-Identifier: GPL-2.0
/* Random languages against the rules of RFC 4646 and ISO 639-2, word for word. */
#include "testlib.h"

#include "guids.h"

#define NR_ROUNDS	20000
#define TEXT_MAX	24

static const u8 guid_global[16] = KUV_GUID_GLOBAL;

static u64 rng;

static u32 rnd(u32 below)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(rng >> 33) % below;
}

/* A string of few different characters, so that beginnings are often equal. */
static void random_text(char *text, const char *chars, u32 max)
{
	u32 i, len = rnd(max);

	for (i = 0; i < len; i++)
		text[i] = chars[rnd(strlen(chars))];
	text[len] = 0;
}

/* The @nth code of a list that ';' divides, "" if there are fewer. */
static void nth_rfc(const char *list, u32 nth, char *code)
{
	u32 len;

	for (;; list += len) {
		list += strspn(list, ";");
		len = strcspn(list, ";");
		if (!len || !nth--)
			break;
	}
	memcpy(code, list, len);
	code[len] = 0;
}

static void nth_iso(const char *list, u32 nth, char *code)
{
	*code = 0;
	if (strlen(list) >= 3 * nth + 3) {
		memcpy(code, list + 3 * nth, 3);
		code[3] = 0;
	}
}

/* Index of the first code that begins with @want, or -1. */
static int first_rfc(const char *list, const char *want)
{
	char code[TEXT_MAX + 1];
	u32 i;

	for (i = 0; nth_rfc(list, i, code), *code; i++)
		if (!strncmp(code, want, strlen(want)))
			return i;
	return -1;
}

/* Ask for less and less, from the right, until a code fits. */
static int best_rfc(const char *list, const char *lang)
{
	char want[TEXT_MAX + 1];
	char *dash;
	int i;

	strcpy(want, lang);
	want[strcspn(want, ";")] = 0;
	while (*want) {
		i = first_rfc(list, want);
		if (i >= 0)
			return i;
		dash = strrchr(want, '-');
		*(dash ? dash : want) = 0;
	}
	return -1;
}

static int best_iso(const char *list, const char *lang)
{
	char code[4], want[4];
	u32 i;

	strncpy(want, lang, 3);
	want[3] = 0;
	for (i = 0; nth_iso(list, i, code), *want && *code; i++)
		if (!strncmp(code, want, strlen(want)))
			return i;
	return -1;
}

static void set(struct kuv_test *t, const char *name, u32 attributes,
		const char *text)
{
	test_set_in(t, guid_global, name, attributes, text, strlen(text) + 1);
}

/* Write one variable; the other must be @want, or still @before. */
static void expect(struct kunit *test, const char *name, const char *text,
		   const char *other, const char *want)
{
	const char *value = *want ? want : "before";
	struct kuv_test *t = test->priv;
	const struct kuv_var *v;

	set(t, other, NV_BS_RT, "before");
	set(t, name, NV_BS_RT, text);
	v = test_find_in(t, guid_global, other);
	KUNIT_ASSERT_EQ(test, v->data_len, strlen(value) + 1);
	KUNIT_ASSERT_TRUE(test, !memcmp(kuv_var_data(v), value, v->data_len));
}

static void languages_as_the_rules_say(struct kunit *test)
{
	char iso[TEXT_MAX + 1], rfc[TEXT_MAX + 1], lang[TEXT_MAX + 1];
	char want[TEXT_MAX + 1];
	u32 round, matches = 0;
	int i;

	rng = 1;
	for (round = 0; round < NR_ROUNDS; round++) {
		KUNIT_ASSERT_EQ(test, kuv_service_reset(
					&((struct kuv_test *)test->priv)->s), 0);
		random_text(iso, "ab", TEXT_MAX);
		random_text(rfc, "ab-;", TEXT_MAX);
		set(test->priv, "LangCodes", BS_RT, iso);
		set(test->priv, "PlatformLangCodes", BS_RT, rfc);

		random_text(lang, "ab--;", 12);
		*want = 0;
		i = best_rfc(rfc, lang);
		if (i >= 0)
			nth_iso(iso, i, want);
		matches += !!*want;
		expect(test, "PlatformLang", lang, "Lang", want);

		random_text(lang, "ab", 5);
		*want = 0;
		i = best_iso(iso, lang);
		if (i >= 0)
			nth_rfc(rfc, i, want);
		matches += !!*want;
		expect(test, "Lang", lang, "PlatformLang", want);
	}
	/* Neither all nor none: the strings are worth comparing. */
	KUNIT_EXPECT_GT(test, matches, NR_ROUNDS / 4);
	KUNIT_EXPECT_LT(test, matches, NR_ROUNDS * 2);
}

static struct kunit_case lang_cases[] = {
	KUNIT_CASE(languages_as_the_rules_say),
	{}
};

static struct kunit_suite lang_suite = {
	.name = "core_lang",
	.init = test_init,
	.exit = test_exit,
	.test_cases = lang_cases,
};

kunit_test_suite(lang_suite);
