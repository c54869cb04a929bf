// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/x509.c, x509_name.c and x509_ext.c. */
#include <linux/module.h>

#include "siglib.h"
#include "x509.h"
#include "x509_ext.h"
#include "x509_name.h"

/* --- names --- */

#define EQUAL(test, a, b, want) do { \
	struct kuv_span a_ = VECTOR(name_##a), b_ = VECTOR(name_##b); \
	KUNIT_EXPECT_TRUE(test, kuv_name_is_valid(&a_)); \
	KUNIT_EXPECT_TRUE(test, kuv_name_is_valid(&b_)); \
	KUNIT_EXPECT_EQ(test, kuv_name_equal(&a_, &b_), want); \
	KUNIT_EXPECT_EQ(test, kuv_name_equal(&b_, &a_), want); \
} while (0)

static void names_ignore_case(struct kunit *test)
{
	EQUAL(test, plain, plain, true);
	EQUAL(test, plain, upper, true);
	/* Of ASCII letters only. */
	EQUAL(test, accent, bmp_utf8, false);
}

static void names_ignore_string_types(struct kunit *test)
{
	EQUAL(test, plain, printable, true);
	EQUAL(test, plain, ia5, true);
	EQUAL(test, latin, latin_utf8, true);
	EQUAL(test, bmp, bmp_utf8, true);
	EQUAL(test, universal, universal_utf8, true);
}

static void names_fold_white_space(struct kunit *test)
{
	EQUAL(test, plain, spaces, true);
	EQUAL(test, plain, no_space, false);
	EQUAL(test, blank, empty, true);
}

static void names_compare_all_characters(struct kunit *test)
{
	EQUAL(test, plain, longer, false);
	EQUAL(test, plain, empty, false);
	EQUAL(test, latin, bmp, false);
}

static void names_compare_types_of_attributes(struct kunit *test)
{
	EQUAL(test, plain, other_type, false);
}

static void names_compare_other_values_by_byte(struct kunit *test)
{
	EQUAL(test, numeric, numeric_again, true);
	EQUAL(test, numeric, numeric_spaces, false);
	EQUAL(test, numeric, digits, false);
	EQUAL(test, bits, bits, true);
	EQUAL(test, bits, sequence, false);
}

static void names_have_an_order(struct kunit *test)
{
	EQUAL(test, two, two_turned, false);
	EQUAL(test, two, set, false);
}

static void names_have_none_within_a_part(struct kunit *test)
{
	EQUAL(test, set, set_turned, true);
	EQUAL(test, set, set_more, false);
	EQUAL(test, set_twice, set_a_b, false);
	EQUAL(test, set_eight, set_eight, true);
}

static void names_may_be_empty(struct kunit *test)
{
	static const struct kuv_span none;
	struct kuv_span plain = VECTOR(name_plain);

	KUNIT_EXPECT_TRUE(test, kuv_name_is_valid(&none));
	KUNIT_EXPECT_TRUE(test, kuv_name_equal(&none, &none));
	KUNIT_EXPECT_FALSE(test, kuv_name_equal(&none, &plain));
	KUNIT_EXPECT_FALSE(test, kuv_name_equal(&plain, &none));
}

static void names_that_are_malformed(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v_names_bad); i++) {
		struct kuv_span name = v_names_bad[i];

		if (kuv_name_is_valid(&name))
			kunit_info(test, "name %u\n", i);
		KUNIT_EXPECT_FALSE(test, kuv_name_is_valid(&name));
	}
}

static void malformed_names_equal_no_other(struct kunit *test)
{
	struct kuv_span good = VECTOR(name_plain);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v_names_bad); i++) {
		KUNIT_EXPECT_FALSE(test, kuv_name_equal(&v_names_bad[i], &good));
		KUNIT_EXPECT_FALSE(test, kuv_name_equal(&good, &v_names_bad[i]));
	}
}

#define EXPECT_CN(test, which, want) do { \
	struct kuv_span name_ = VECTOR(name_##which); \
	u8 *cn_ = kunit_kzalloc(test, KUV_CN_LEN_MAX, GFP_KERNEL); \
	KUNIT_ASSERT_EQ(test, kuv_name_common_name(&name_, cn_), \
			sizeof(want) - 1); \
	KUNIT_EXPECT_MEMEQ(test, cn_, want, sizeof(want) - 1); \
} while (0)

#define EXPECT_NO_CN(test, which) do { \
	struct kuv_span name_ = VECTOR(name_##which); \
	u8 cn_[KUV_CN_LEN_MAX]; \
	KUNIT_EXPECT_EQ(test, kuv_name_common_name(&name_, cn_), -ENOENT); \
} while (0)

static void common_name_is_utf8(struct kunit *test)
{
	EXPECT_CN(test, plain, "Some Name");
	EXPECT_CN(test, spaces, "  Some \t\r\n  Name  ");
	EXPECT_CN(test, printable, "some name");
	EXPECT_CN(test, numeric, "12 3");
	EXPECT_CN(test, latin, "Zo\xc3\xab");
	EXPECT_CN(test, bmp, "Zo\xc3\xab \xe2\x82\xac");
	EXPECT_CN(test, universal, "Zo\xc3\xab \xf0\x9f\x98\x80");
}

static void common_name_is_the_first(struct kunit *test)
{
	EXPECT_CN(test, second, "Second");
	EXPECT_CN(test, in_set, "Inside");
}

static void common_name_is_cut(struct kunit *test)
{
	struct kuv_span name = VECTOR(name_long);
	u8 *cn = kunit_kzalloc(test, KUV_CN_LEN_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cn);
	KUNIT_EXPECT_EQ(test, kuv_name_common_name(&name, cn), 127);
	KUNIT_EXPECT_EQ(test, cn[126], 'x');
	/* Bytes, not characters. */
	name = VECTOR(name_long_wide);
	KUNIT_EXPECT_EQ(test, kuv_name_common_name(&name, cn), 127);
	KUNIT_EXPECT_EQ(test, cn[126], 0xe2);
	name = VECTOR(name_exact);
	KUNIT_EXPECT_EQ(test, kuv_name_common_name(&name, cn), 127);
}

static void common_name_ends_at_nul(struct kunit *test)
{
	EXPECT_CN(test, nul, "front");
	EXPECT_CN(test, empty, "");
}

static void common_name_may_be_missing(struct kunit *test)
{
	EXPECT_NO_CN(test, organization);
	EXPECT_NO_CN(test, bits);
}

/* --- certificates --- */

static int parse(struct kunit *test, struct kuv_span der,
		 struct kuv_x509 *ret)
{
	struct kuv_span copy = sig_copy(test, der);

	return kuv_x509_parse(&copy, ret);
}

static struct kuv_x509 parsed(struct kunit *test, struct kuv_span der)
{
	struct kuv_x509 cert;

	KUNIT_ASSERT_EQ(test, parse(test, der, &cert), 0);
	return cert;
}

#define PARSED(test, name)	parsed(test, VECTOR(name))

static void parse_finds_all_fields(struct kunit *test)
{
	static const u8 serial[] = { 0x11, 0x22, 0x33, 0x44, 0x55 };
	static const u8 e[] = { 1, 0, 1 };
	struct kuv_x509 c = PARSED(test, cert_full);
	u8 cn[KUV_CN_LEN_MAX];

	KUNIT_EXPECT_EQ(test, c.der.len, sizeof(v_cert_full));
	KUNIT_EXPECT_EQ(test, c.tbs.data - c.der.data, 4);
	KUNIT_EXPECT_EQ(test, c.tbs.data[0], 0x30);
	KUNIT_EXPECT_EQ(test, c.serial.len, sizeof(serial));
	KUNIT_EXPECT_MEMEQ(test, c.serial.data, serial, sizeof(serial));
	KUNIT_EXPECT_TRUE(test, kuv_name_equal(&c.issuer, &c.subject));
	KUNIT_EXPECT_EQ(test, kuv_x509_common_name(&c, cn), 4);
	KUNIT_EXPECT_MEMEQ(test, cn, "Full", 4);
	KUNIT_EXPECT_GT(test, c.extensions.len, 0);
	KUNIT_EXPECT_EQ(test, c.n.len, 64);
	KUNIT_EXPECT_NE(test, c.n.data[0], 0);
	KUNIT_EXPECT_EQ(test, c.e.len, sizeof(e));
	KUNIT_EXPECT_MEMEQ(test, c.e.data, e, sizeof(e));
	KUNIT_EXPECT_EQ(test, c.sig.len, 64);
	KUNIT_EXPECT_EQ(test, c.sig_alg.len, 9);
	KUNIT_EXPECT_FALSE(test, c.is_v1);
	KUNIT_EXPECT_TRUE(test, c.is_alg_same);
}

static void parse_leaves_what_follows(struct kunit *test)
{
	struct kuv_x509 c = PARSED(test, cert_full_tail);

	KUNIT_EXPECT_EQ(test, c.der.len, sizeof(v_cert_full));
}

static void parse_refuses_what_is_cut(struct kunit *test)
{
	struct kuv_span full = VECTOR(cert_full);
	struct kuv_x509 cert;
	u32 i;

	for (i = 0; i < full.len; i++) {
		u8 *copy = kmalloc(i ? i : 1, GFP_KERNEL);
		struct kuv_span cut = { copy, i };

		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy, full.data, i);
		KUNIT_EXPECT_EQ(test, kuv_x509_parse(&cut, &cert), -EBADMSG);
		kfree(copy);
	}
}

static void expect_all_bad(struct kunit *test, const struct kuv_span *ders,
			   u32 nr)
{
	struct kuv_x509 cert;
	u32 i;

	for (i = 0; i < nr; i++) {
		int ret = kuv_x509_parse(&ders[i], &cert);

		if (ret != -EBADMSG)
			kunit_info(test, "certificate %u\n", i);
		KUNIT_EXPECT_EQ(test, ret, -EBADMSG);
	}
}

static void parse_refuses_missing_and_foreign_parts(struct kunit *test)
{
	expect_all_bad(test, v_certs_bent, ARRAY_SIZE(v_certs_bent));
}

static void parse_refuses_malformed_fields(struct kunit *test)
{
	expect_all_bad(test, v_certs_bad, ARRAY_SIZE(v_certs_bad));
}

static void parse_tells_version_1(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, PARSED(test, cert_v1).is_v1);
	KUNIT_EXPECT_TRUE(test, PARSED(test, cert_v1_said).is_v1);
	KUNIT_EXPECT_FALSE(test, PARSED(test, cert_v9).is_v1);
}

static void parse_takes_odd_serial_numbers(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PARSED(test, cert_serial_negative).serial.len, 2);
	KUNIT_EXPECT_EQ(test, PARSED(test, cert_serial_zero).serial.len, 1);
	KUNIT_EXPECT_EQ(test, PARSED(test, cert_serial_long).serial.len, 64);
}

static void parse_takes_other_times_and_no_subject(struct kunit *test)
{
	PARSED(test, cert_general_time);
	KUNIT_EXPECT_EQ(test, PARSED(test, cert_no_subject).subject.len, 0);
}

static void parse_drops_signatures_of_odd_bits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PARSED(test, cert_odd_bits).sig.len, 0);
}

static void parse_compares_both_algorithms(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, PARSED(test, cert_other_alg).is_alg_same);
	KUNIT_EXPECT_FALSE(test, PARSED(test, cert_no_params).is_alg_same);
}

/* --- keys --- */

#define EXPECT_RSA(test, name, want) do { \
	struct kuv_x509 cert_ = PARSED(test, key_##name); \
	KUNIT_EXPECT_EQ(test, kuv_x509_is_rsa(&cert_), want); \
} while (0)

static void keys_that_can_be_used(struct kunit *test)
{
	EXPECT_RSA(test, plain, true);
	EXPECT_RSA(test, e3, true);
	EXPECT_RSA(test, e64, true);
	EXPECT_RSA(test, n_8192, true);
	EXPECT_RSA(test, no_params, true);
	/* Encoded without the zero that makes it positive. */
	EXPECT_RSA(test, n_bare, true);
}

static void keys_with_odd_exponents(struct kunit *test)
{
	EXPECT_RSA(test, e1, false);
	EXPECT_RSA(test, e_even, false);
	EXPECT_RSA(test, e65, false);
	EXPECT_RSA(test, e_huge, false);
	EXPECT_RSA(test, e_zero, false);
}

static void keys_with_odd_moduli(struct kunit *test)
{
	EXPECT_RSA(test, n_even, false);
	EXPECT_RSA(test, n_zero, false);
	EXPECT_RSA(test, n_8200, false);
}

static void keys_of_other_kinds(struct kunit *test)
{
	EXPECT_RSA(test, ec, false);
	EXPECT_RSA(test, pss, false);
}

static void keys_that_are_malformed(struct kunit *test)
{
	EXPECT_RSA(test, more, false);
	EXPECT_RSA(test, tail, false);
	EXPECT_RSA(test, no_e, false);
	EXPECT_RSA(test, no_n, false);
	EXPECT_RSA(test, not_seq, false);
	EXPECT_RSA(test, odd_bits, false);
	EXPECT_RSA(test, empty, false);
}

/* --- signatures --- */

static int check_digest(struct kunit *test, struct kuv_span cert,
			struct kuv_span sig)
{
	struct kuv_x509 key = parsed(test, cert);

	return kuv_x509_check_digest(&key, &sig_ops, KUV_HASH_SHA256,
				     v_sig_digest, &sig);
}

static void digest_is_signed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_cert), v_sigs[0]),
			0);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 1);
}

static void digest_in_another_encoding(struct kunit *test)
{
	u32 i;

	for (i = 1; i < ARRAY_SIZE(v_sigs); i++) {
		int ret = check_digest(test, VECTOR(sig_cert), v_sigs[i]);

		if (ret != -EKEYREJECTED)
			kunit_info(test, "signature %u\n", i);
		KUNIT_EXPECT_EQ(test, ret, -EKEYREJECTED);
	}
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, ARRAY_SIZE(v_sigs) - 1);
}

static void signature_of_another_length(struct kunit *test)
{
	struct kuv_span none = { v_sig_short, 0 };

	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_cert),
					   VECTOR(sig_long)), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_cert),
					   VECTOR(sig_short)), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_cert), none),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 0);
}

static void signature_not_below_modulus(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_cert),
					   VECTOR(sig_large)), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_cert),
					   VECTOR(sig_all)), -EKEYREJECTED);
}

static void modulus_without_room_for_padding(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_tiny_cert),
					   VECTOR(sig_tiny)), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 0);
}

static void exponent_of_one_signs_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(sig_one_cert),
					   VECTOR(sig_one)), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 0);
}

/* Exponents are bounded before anything is computed with them. */
static void huge_exponents_cost_nothing(struct kunit *test)
{
	struct kuv_span sig = { v_sigs[0].data, 64 };

	KUNIT_EXPECT_EQ(test, check_digest(test, VECTOR(key_e_huge), sig),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 0);
}

static int check_sig(struct kunit *test, struct kuv_span der)
{
	struct kuv_x509 key = PARSED(test, sig_cert);
	struct kuv_x509 cert = parsed(test, der);

	return kuv_x509_check_sig(&cert, &key, &sig_ops);
}

static void certificate_signed_with_sha(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha1)), 0);
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_oiw)), 0);
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha256)), 0);
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha384)), 0);
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha512)), 0);
}

static void certificate_signed_in_other_ways(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_md5)),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha224)),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_pss)),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_ecdsa)),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 0);
}

static void certificate_signed_by_another_key(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_by_other)),
			-EKEYREJECTED);
}

static void certificate_with_two_algorithms(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_two_algs)),
			-EKEYREJECTED);
}

static void family_of_the_signature_is_told(struct kunit *test)
{
	struct kuv_x509 md5 = PARSED(test, signed_md5);
	struct kuv_x509 pss = PARSED(test, signed_pss);
	struct kuv_x509 ecdsa = PARSED(test, signed_ecdsa);

	KUNIT_EXPECT_TRUE(test, kuv_x509_has_rsa_sig(&md5));
	KUNIT_EXPECT_TRUE(test, kuv_x509_has_rsa_sig(&pss));
	KUNIT_EXPECT_FALSE(test, kuv_x509_has_rsa_sig(&ecdsa));
}

static void failure_of_the_host_is_no_refusal(struct kunit *test)
{
	sig_calls_left = 0;
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha256)), -ENOMEM);
	sig_calls_left = 1;
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha256)), -ENOMEM);
	sig_calls_left = 2;
	KUNIT_EXPECT_EQ(test, check_sig(test, VECTOR(signed_sha256)), 0);
}

/* --- extensions --- */

static struct kuv_x509_ext read_ext(struct kunit *test, struct kuv_span list)
{
	struct kuv_x509 cert = { .extensions = sig_copy(test, list) };
	struct kuv_x509_ext ext;

	kuv_x509_read_ext(&cert, &ext);
	return ext;
}

#define EXT(test, name)	read_ext(test, VECTOR(ext_##name))

static void extensions_may_be_missing(struct kunit *test)
{
	struct kuv_x509 cert = { .extensions = { NULL, 0 } };
	struct kuv_x509_ext x;

	kuv_x509_read_ext(&cert, &x);
	KUNIT_EXPECT_FALSE(test, x.is_broken || x.has_basic || x.is_ca ||
			   x.has_usage || x.has_key_id || x.has_issuer_key_id ||
			   x.has_issuer_serial || x.has_issuer_name ||
			   x.has_unknown_critical || x.has_constraints);
	KUNIT_EXPECT_EQ(test, x.path_len, KUV_PATH_LEN_ANY);
}

static void extension_says_ca(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, EXT(test, ca).is_ca);
	KUNIT_EXPECT_TRUE(test, EXT(test, ca_one).is_ca);
	KUNIT_EXPECT_TRUE(test, EXT(test, not_ca).has_basic);
	KUNIT_EXPECT_FALSE(test, EXT(test, not_ca).is_ca);
	KUNIT_EXPECT_FALSE(test, EXT(test, not_ca_said).is_ca);
}

static void extension_says_path_length(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, EXT(test, ca).path_len, KUV_PATH_LEN_ANY);
	KUNIT_EXPECT_EQ(test, EXT(test, path_len).path_len, 3);
	KUNIT_EXPECT_EQ(test, EXT(test, path_len_alone).path_len, 3);
	KUNIT_EXPECT_EQ(test, EXT(test, path_len_wide).path_len, 0x010203);
	KUNIT_EXPECT_EQ(test, EXT(test, path_len_huge).path_len,
			KUV_PATH_LEN_ANY);
}

static void extension_says_usage(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, EXT(test, usage_sign).has_usage);
	KUNIT_EXPECT_TRUE(test, EXT(test, usage_sign).may_sign_certs);
	KUNIT_EXPECT_TRUE(test, EXT(test, usage_other).has_usage);
	KUNIT_EXPECT_FALSE(test, EXT(test, usage_other).may_sign_certs);
	KUNIT_EXPECT_FALSE(test, EXT(test, usage_second).is_broken);
	KUNIT_EXPECT_FALSE(test, EXT(test, usage_second).may_sign_certs);
}

static void extension_identifies_keys(struct kunit *test)
{
	struct kuv_x509_ext x = EXT(test, key_id);

	KUNIT_EXPECT_TRUE(test, x.has_key_id);
	KUNIT_EXPECT_EQ(test, x.key_id.len, 3);
	x = EXT(test, issuer_id);
	KUNIT_EXPECT_TRUE(test, x.has_issuer_key_id);
	KUNIT_EXPECT_EQ(test, x.issuer_key_id.len, 3);
	KUNIT_EXPECT_TRUE(test, x.has_issuer_serial);
	KUNIT_EXPECT_EQ(test, x.issuer_serial.len, 1);
	KUNIT_EXPECT_TRUE(test, x.has_issuer_name);
	KUNIT_EXPECT_GT(test, x.issuer_name.len, 0);
	x = EXT(test, issuer_id_empty);
	KUNIT_EXPECT_FALSE(test, x.has_issuer_key_id || x.has_issuer_serial ||
			   x.has_issuer_name || x.is_strange);
}

static void extension_names_the_issuer(struct kunit *test)
{
	struct kuv_x509_ext x = EXT(test, issuer_id_uri);
	struct kuv_x509_ext n = EXT(test, issuer_id);

	KUNIT_EXPECT_FALSE(test, x.has_issuer_name || x.is_strange);
	x = EXT(test, issuer_id_first);
	KUNIT_EXPECT_TRUE(test, x.has_issuer_name);
	KUNIT_EXPECT_TRUE(test, kuv_name_equal(&x.issuer_name, &n.issuer_name));
}

static void extension_is_well_formed(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, EXT(test, names).is_strange);
	KUNIT_EXPECT_FALSE(test, EXT(test, purposes).is_strange);
	KUNIT_EXPECT_FALSE(test, EXT(test, list_points).is_strange);
	KUNIT_EXPECT_FALSE(test, EXT(test, netscape).is_strange);
	KUNIT_EXPECT_FALSE(test, EXT(test, policies).is_strange);
}

static void extension_makes_no_sense(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v_exts_broken); i++) {
		struct kuv_x509_ext x = read_ext(test, v_exts_broken[i]);

		if (!x.is_broken)
			kunit_info(test, "extension %u\n", i);
		KUNIT_EXPECT_TRUE(test, x.is_broken);
		KUNIT_EXPECT_FALSE(test, x.is_strange);
	}
}

static void extension_is_not_understood(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v_exts_strange); i++) {
		struct kuv_x509_ext x = read_ext(test, v_exts_strange[i]);

		if (!x.is_strange)
			kunit_info(test, "extension %u\n", i);
		KUNIT_EXPECT_TRUE(test, x.is_strange);
	}
}

static void extension_is_critical(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, EXT(test, policies).has_unknown_critical);
	KUNIT_EXPECT_FALSE(test, EXT(test, unknown).has_unknown_critical);
	KUNIT_EXPECT_FALSE(test,
			   EXT(test, unknown_not_critical).has_unknown_critical);
	KUNIT_EXPECT_TRUE(test,
			  EXT(test, unknown_critical).has_unknown_critical);
	KUNIT_EXPECT_TRUE(test,
			  EXT(test, unknown_critical_one).has_unknown_critical);
	KUNIT_EXPECT_TRUE(test, EXT(test, key_id_critical).has_unknown_critical);
}

static void extension_forbids_chains(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, EXT(test, constraints).has_constraints);
	KUNIT_EXPECT_TRUE(test, EXT(test, proxy).is_unusable);
	KUNIT_EXPECT_TRUE(test, EXT(test, addresses).is_unusable);
	KUNIT_EXPECT_TRUE(test, EXT(test, numbers).is_unusable);
}

static struct kunit_case x509_cases[] = {
	KUNIT_CASE(names_ignore_case),
	KUNIT_CASE(names_ignore_string_types),
	KUNIT_CASE(names_fold_white_space),
	KUNIT_CASE(names_compare_all_characters),
	KUNIT_CASE(names_compare_types_of_attributes),
	KUNIT_CASE(names_compare_other_values_by_byte),
	KUNIT_CASE(names_have_an_order),
	KUNIT_CASE(names_have_none_within_a_part),
	KUNIT_CASE(names_may_be_empty),
	KUNIT_CASE(names_that_are_malformed),
	KUNIT_CASE(malformed_names_equal_no_other),
	KUNIT_CASE(common_name_is_utf8),
	KUNIT_CASE(common_name_is_the_first),
	KUNIT_CASE(common_name_is_cut),
	KUNIT_CASE(common_name_ends_at_nul),
	KUNIT_CASE(common_name_may_be_missing),
	KUNIT_CASE(parse_finds_all_fields),
	KUNIT_CASE(parse_leaves_what_follows),
	KUNIT_CASE(parse_refuses_what_is_cut),
	KUNIT_CASE(parse_refuses_missing_and_foreign_parts),
	KUNIT_CASE(parse_refuses_malformed_fields),
	KUNIT_CASE(parse_tells_version_1),
	KUNIT_CASE(parse_takes_odd_serial_numbers),
	KUNIT_CASE(parse_takes_other_times_and_no_subject),
	KUNIT_CASE(parse_drops_signatures_of_odd_bits),
	KUNIT_CASE(parse_compares_both_algorithms),
	KUNIT_CASE(keys_that_can_be_used),
	KUNIT_CASE(keys_with_odd_exponents),
	KUNIT_CASE(keys_with_odd_moduli),
	KUNIT_CASE(keys_of_other_kinds),
	KUNIT_CASE(keys_that_are_malformed),
	KUNIT_CASE(digest_is_signed),
	KUNIT_CASE(digest_in_another_encoding),
	KUNIT_CASE(signature_of_another_length),
	KUNIT_CASE(signature_not_below_modulus),
	KUNIT_CASE(modulus_without_room_for_padding),
	KUNIT_CASE(exponent_of_one_signs_nothing),
	KUNIT_CASE(huge_exponents_cost_nothing),
	KUNIT_CASE(certificate_signed_with_sha),
	KUNIT_CASE(certificate_signed_in_other_ways),
	KUNIT_CASE(certificate_signed_by_another_key),
	KUNIT_CASE(certificate_with_two_algorithms),
	KUNIT_CASE(family_of_the_signature_is_told),
	KUNIT_CASE(failure_of_the_host_is_no_refusal),
	KUNIT_CASE(extensions_may_be_missing),
	KUNIT_CASE(extension_says_ca),
	KUNIT_CASE(extension_says_path_length),
	KUNIT_CASE(extension_says_usage),
	KUNIT_CASE(extension_identifies_keys),
	KUNIT_CASE(extension_names_the_issuer),
	KUNIT_CASE(extension_is_well_formed),
	KUNIT_CASE(extension_makes_no_sense),
	KUNIT_CASE(extension_is_not_understood),
	KUNIT_CASE(extension_is_critical),
	KUNIT_CASE(extension_forbids_chains),
	{}
};

static struct kunit_suite x509_suite = {
	.name = "kvm_uefivars_x509",
	.init = sig_init,
	.exit = sig_exit,
	.test_cases = x509_cases,
};

kunit_test_suite(x509_suite);

MODULE_DESCRIPTION("KUnit tests of certificates");
MODULE_LICENSE("GPL");
