// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/pkcs7.c and pkcs7_chain.c. */
#include <linux/module.h>

#include "pkcs7.h"
#include "siglib.h"

/* Where a message stops: it parses, its signatures hold, it is trusted. */
enum stage {
	MALFORMED,
	FORGED,
	UNTRUSTED,
	TRUSTED,
};

/* What was signed, in two parts. */
static int verify(struct kuv_pkcs7 *msg)
{
	struct kuv_span parts[] = {
		{ v_data, 17 }, { v_data + 17, sizeof(v_data) - 17 },
	};

	return kuv_pkcs7_verify(msg, &sig_ops, parts, ARRAY_SIZE(parts));
}

static struct kuv_pkcs7 *message(struct kunit *test)
{
	struct kuv_pkcs7 *msg = kunit_kzalloc(test, sizeof(*msg), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, msg);
	return msg;
}

static int check_trust(struct kunit *test, struct kuv_pkcs7 *msg,
		       struct kuv_span anchor)
{
	struct kuv_span copy = sig_copy(test, anchor);
	struct kuv_x509 cert;

	KUNIT_ASSERT_EQ(test, kuv_x509_parse(&copy, &cert), 0);
	return kuv_pkcs7_check_trust(msg, &sig_ops, &cert);
}

static void expect(struct kunit *test, struct kuv_span der,
		   struct kuv_span anchor, enum stage stage)
{
	struct kuv_pkcs7 *msg = message(test);
	struct kuv_span copy = sig_copy(test, der);

	KUNIT_ASSERT_EQ(test, kuv_pkcs7_parse(&copy, msg),
			stage == MALFORMED ? -EBADMSG : 0);
	if (stage == MALFORMED)
		return;
	KUNIT_EXPECT_EQ(test, verify(msg), stage == FORGED ? -EKEYREJECTED : 0);
	if (stage == FORGED)
		return;
	KUNIT_EXPECT_EQ(test, check_trust(test, msg, anchor),
			stage == UNTRUSTED ? -EKEYREJECTED : 0);
}

/* A test case: a message, the trusted certificate, and how far it gets. */
#define MESSAGE(name, anchor, stage) \
static void name(struct kunit *test) \
{ \
	expect(test, VECTOR(msg_##name), VECTOR(anchor), stage); \
}

#define CHAIN(name, stage) \
static void chain_##name(struct kunit *test) \
{ \
	expect(test, VECTOR(chain_##name), VECTOR(chain_top), stage); \
}

MESSAGE(bare, cert, TRUSTED)
MESSAGE(wrapped, cert, TRUSTED)
MESSAGE(bare_tail, cert, MALFORMED)
MESSAGE(wrapped_tail, cert, TRUSTED)
MESSAGE(wrapped_data, cert, MALFORMED)
MESSAGE(wrapped_twice, cert, MALFORMED)
MESSAGE(attrs, cert, TRUSTED)
MESSAGE(sha384, cert, TRUSTED)
MESSAGE(sha512, cert, TRUSTED)
/* [S10] */
MESSAGE(sha1, cert, MALFORMED)
/* [S10] */
MESSAGE(sha224, cert, MALFORMED)
MESSAGE(md5, cert, MALFORMED)
MESSAGE(no_digest_alg, cert, MALFORMED)
MESSAGE(two_digest_algs, cert, MALFORMED)
MESSAGE(digest_alg_no_params, cert, TRUSTED)
MESSAGE(signer_sha1, cert, MALFORMED)
MESSAGE(signer_sha512, cert, MALFORMED)
MESSAGE(any_encryption, cert, TRUSTED)
MESSAGE(versions, cert, TRUSTED)

MESSAGE(attrs_only_digest, cert, TRUSTED)
MESSAGE(attrs_empty, cert, TRUSTED)
MESSAGE(attrs_none, cert, MALFORMED)
MESSAGE(attrs_wrong_digest, cert, FORGED)
MESSAGE(attrs_short_digest, cert, FORGED)
MESSAGE(attrs_digest_twice, cert, TRUSTED)
MESSAGE(attrs_wrong_first, cert, FORGED)
MESSAGE(attrs_two_values, cert, MALFORMED)
MESSAGE(attrs_no_value, cert, MALFORMED)
MESSAGE(attrs_other_type, cert, MALFORMED)
MESSAGE(attrs_content_type_differs, cert, TRUSTED)
MESSAGE(attrs_more, cert, TRUSTED)
MESSAGE(attrs_unordered, cert, MALFORMED)
MESSAGE(attrs_unordered_lengths, cert, MALFORMED)
MESSAGE(attrs_unsigned_unordered, cert, TRUSTED)
MESSAGE(attrs_malformed, cert, MALFORMED)
MESSAGE(attrs_no_set, cert, MALFORMED)
MESSAGE(attrs_no_type, cert, MALFORMED)
MESSAGE(attrs_unsigned, cert, TRUSTED)
MESSAGE(attrs_unsigned_malformed, cert, MALFORMED)
MESSAGE(attrs_own_tag, cert, FORGED)
MESSAGE(attrs_data_only, cert, FORGED)

MESSAGE(content_embedded, cert, TRUSTED)
MESSAGE(content_other, cert, TRUSTED)
MESSAGE(content_data_sequence, cert, MALFORMED)
MESSAGE(content_signed, cert, MALFORMED)
MESSAGE(content_two, cert, MALFORMED)
MESSAGE(content_bare, cert, MALFORMED)
MESSAGE(content_malformed, cert, MALFORMED)
MESSAGE(content_tail, cert, MALFORMED)
MESSAGE(crls, cert, TRUSTED)

MESSAGE(signers_none, cert, MALFORMED)
MESSAGE(signers_twice, cert, TRUSTED)
MESSAGE(signers_second_wrong, cert, FORGED)
MESSAGE(signers_second_without_cert, cert, MALFORMED)
MESSAGE(signers_second_other_hash, cert, MALFORMED)
MESSAGE(signers_eight, cert, TRUSTED)
MESSAGE(signers_nine, cert, MALFORMED)
MESSAGE(signers_key_id, cert, MALFORMED)
MESSAGE(signers_other_serial, cert, MALFORMED)
MESSAGE(signers_other_issuer, cert, MALFORMED)
MESSAGE(signers_issuer_rewritten, cert, TRUSTED)
MESSAGE(signers_bad_issuer, cert, MALFORMED)
MESSAGE(signers_no_certs, cert, MALFORMED)
MESSAGE(signers_empty_certs, cert, MALFORMED)
MESSAGE(signers_same_id, cert_twin, TRUSTED)
/* The first one counts, and it did not sign. */
MESSAGE(signers_same_id_later, cert_twin, FORGED)
/* All must be trusted, and each anchor is looked at alone. */
MESSAGE(signers_two, cert, UNTRUSTED)
MESSAGE(signers_two_attrs, cert_other, UNTRUSTED)

MESSAGE(certs_extra, cert, TRUSTED)
MESSAGE(certs_malformed, cert, MALFORMED)
MESSAGE(certs_not_x509, cert, MALFORMED)
MESSAGE(certs_most, cert, TRUSTED)
MESSAGE(certs_too_many, cert, MALFORMED)
MESSAGE(largest, cert, TRUSTED)
MESSAGE(too_large, cert, MALFORMED)
MESSAGE(crls_primitive, cert, MALFORMED)

CHAIN(plain, TRUSTED)
CHAIN(no_middle, UNTRUSTED)
CHAIN(with_top, TRUSTED)
CHAIN(middle_not_ca, UNTRUSTED)
CHAIN(middle_no_basic, UNTRUSTED)
CHAIN(middle_no_basic_usage, UNTRUSTED)
CHAIN(middle_no_sign, UNTRUSTED)
CHAIN(middle_v1, UNTRUSTED)
CHAIN(middle_critical, UNTRUSTED)
CHAIN(middle_constraints, UNTRUSTED)
CHAIN(middle_proxy, UNTRUSTED)
CHAIN(middle_broken, UNTRUSTED)
CHAIN(middle_strange, UNTRUSTED)
CHAIN(middle_md5, UNTRUSTED)
CHAIN(middle_sha1, TRUSTED)
CHAIN(middle_bad_sig, UNTRUSTED)
CHAIN(middle_even_key, UNTRUSTED)
CHAIN(middle_ec_key, UNTRUSTED)
CHAIN(leaf_bad_sig, UNTRUSTED)
CHAIN(leaf_two_algs, UNTRUSTED)
CHAIN(leaf_critical, UNTRUSTED)
CHAIN(leaf_broken, UNTRUSTED)
CHAIN(leaf_constraints, UNTRUSTED)
CHAIN(leaf_ecdsa, UNTRUSTED)
CHAIN(path_0, TRUSTED)
CHAIN(path_2_of_2, TRUSTED)
CHAIN(path_3_of_2, UNTRUSTED)
CHAIN(self_issued, TRUSTED)
CHAIN(longest, TRUSTED)
CHAIN(too_long, UNTRUSTED)
CHAIN(rewritten, TRUSTED)
CHAIN(id_key_id, TRUSTED)
CHAIN(id_other_key_id, UNTRUSTED)
CHAIN(id_serial, TRUSTED)
CHAIN(id_other_serial, UNTRUSTED)
CHAIN(id_issuer, TRUSTED)
CHAIN(id_other_issuer, UNTRUSTED)
CHAIN(id_all, TRUSTED)
CHAIN(id_none_there, TRUSTED)
CHAIN(mimic, UNTRUSTED)
CHAIN(mimic_itself, UNTRUSTED)
CHAIN(second_fits, TRUSTED)
CHAIN(loop, UNTRUSTED)

static void chain_to_middle(struct kunit *test)
{
	expect(test, VECTOR(chain_plain), VECTOR(chain_middle), TRUSTED);
	expect(test, VECTOR(chain_no_middle), VECTOR(chain_middle), TRUSTED);
}

static void chain_to_leaf(struct kunit *test)
{
	expect(test, VECTOR(chain_plain), VECTOR(chain_leaf), TRUSTED);
	expect(test, VECTOR(chain_no_middle), VECTOR(chain_leaf), TRUSTED);
}

/* Trusted itself, but the issuer that comes with it may not have issued it. */
static void chain_to_leaf_with_bad_issuer(struct kunit *test)
{
	expect(test, VECTOR(chain_leaf_bad_issuer), VECTOR(chain_leaf),
	       UNTRUSTED);
}

static void chain_to_leaf_that_says_what_is_unknown(struct kunit *test)
{
	expect(test, VECTOR(msg_self_critical), VECTOR(root_critical),
	       UNTRUSTED);
}

/* Others might understand the issuer, and then find that it did not sign. */
static void chain_to_leaf_with_strange_issuer(struct kunit *test)
{
	expect(test, VECTOR(chain_middle_strange), VECTOR(chain_leaf),
	       UNTRUSTED);
	expect(test, VECTOR(chain_middle_broken), VECTOR(chain_leaf), TRUSTED);
}

static void chain_to_strange_leaf(struct kunit *test)
{
	expect(test, VECTOR(chain_strange_alone), VECTOR(chain_strange),
	       TRUSTED);
	expect(test, VECTOR(chain_strange_with_issuer), VECTOR(chain_strange),
	       UNTRUSTED);
}

static void chain_to_renewed_root(struct kunit *test)
{
	expect(test, VECTOR(chain_plain), VECTOR(chain_renewed), TRUSTED);
	/* An old copy of the root in the message is not in the way. */
	expect(test, VECTOR(chain_with_top), VECTOR(chain_renewed), TRUSTED);
}

static void chain_to_stranger(struct kunit *test)
{
	expect(test, VECTOR(chain_plain), VECTOR(cert), UNTRUSTED);
}

#define ROOT(name, stage) \
static void root_##name(struct kunit *test) \
{ \
	expect(test, VECTOR(msg_root_##name), VECTOR(root_##name), stage); \
}

ROOT(v1, TRUSTED)
ROOT(v1_issued, UNTRUSTED)
ROOT(v3, UNTRUSTED)
ROOT(usage, TRUSTED)
ROOT(no_sign, UNTRUSTED)
ROOT(not_ca, UNTRUSTED)
ROOT(critical, UNTRUSTED)
/* What a trusted certificate says of itself is not checked. */
ROOT(bad_sig, TRUSTED)
ROOT(md5, TRUSTED)

static void self_signed_signers_need_not_be_ca(struct kunit *test)
{
	expect(test, VECTOR(msg_self_v3), VECTOR(root_v3), TRUSTED);
	expect(test, VECTOR(msg_self_not_ca), VECTOR(root_not_ca), TRUSTED);
	expect(test, VECTOR(msg_self_no_sign), VECTOR(root_no_sign), TRUSTED);
	expect(test, VECTOR(msg_self_md5), VECTOR(root_md5), TRUSTED);
	expect(test, VECTOR(msg_self_bad_sig), VECTOR(root_bad_sig), TRUSTED);
}

/* --- parsing --- */

static void parse_hands_out_signers(struct kunit *test)
{
	struct kuv_pkcs7 *msg = message(test);
	struct kuv_span der = VECTOR(msg_signers_two_attrs);
	struct kuv_span first = VECTOR(cert), second = VECTOR(cert_other);

	KUNIT_ASSERT_EQ(test, kuv_pkcs7_parse(&der, msg), 0);
	KUNIT_EXPECT_EQ(test, msg->hash, KUV_HASH_SHA256);
	KUNIT_ASSERT_EQ(test, msg->nr_signers, 2);
	KUNIT_EXPECT_TRUE(test, kuv_span_equal(&msg->signers[0].cert.der,
					       &first));
	KUNIT_EXPECT_TRUE(test, kuv_span_equal(&msg->signers[1].cert.der,
					       &second));
	KUNIT_EXPECT_EQ(test, msg->signers[0].attrs.data[0], 0xa0);
	KUNIT_EXPECT_EQ(test, msg->signers[0].digest.len, 32);
	KUNIT_EXPECT_EQ(test, msg->signers[1].attrs.len, 0);
	KUNIT_EXPECT_EQ(test, msg->signers[1].sig.len, 128);
	KUNIT_EXPECT_EQ(test, verify(msg), 0);
}

static void parse_tells_the_digest(struct kunit *test)
{
	struct kuv_pkcs7 *msg = message(test);
	struct kuv_span der = VECTOR(msg_sha384);

	KUNIT_EXPECT_EQ(test, kuv_pkcs7_parse(&der, msg), 0);
	KUNIT_EXPECT_EQ(test, msg->hash, KUV_HASH_SHA384);
	der = VECTOR(msg_sha512);
	KUNIT_EXPECT_EQ(test, kuv_pkcs7_parse(&der, msg), 0);
	KUNIT_EXPECT_EQ(test, msg->hash, KUV_HASH_SHA512);
}

static void parse_refuses_what_is_cut(struct kunit *test)
{
	struct kuv_pkcs7 *msg = message(test);
	struct kuv_span whole = VECTOR(msg_whole);
	u32 i;

	KUNIT_EXPECT_EQ(test, kuv_pkcs7_parse(&whole, msg), 0);
	for (i = 0; i < whole.len; i++) {
		u8 *copy = kmalloc(i ? i : 1, GFP_KERNEL);
		struct kuv_span cut = { copy, i };

		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy, whole.data, i);
		KUNIT_EXPECT_EQ(test, kuv_pkcs7_parse(&cut, msg), -EBADMSG);
		kfree(copy);
	}
}

static void parse_refuses_missing_and_foreign_parts(struct kunit *test)
{
	struct kuv_pkcs7 *msg = message(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v_msgs_bent); i++) {
		int ret = kuv_pkcs7_parse(&v_msgs_bent[i], msg);

		if (ret != -EBADMSG)
			kunit_info(test, "message %u\n", i);
		KUNIT_EXPECT_EQ(test, ret, -EBADMSG);
	}
}

/* --- verifying --- */

static struct kuv_pkcs7 *parsed(struct kunit *test, struct kuv_span der)
{
	struct kuv_pkcs7 *msg = message(test);
	struct kuv_span copy = sig_copy(test, der);

	KUNIT_ASSERT_EQ(test, kuv_pkcs7_parse(&copy, msg), 0);
	return msg;
}

static void verify_needs_the_same_data(struct kunit *test)
{
	struct kuv_pkcs7 *msg = parsed(test, VECTOR(msg_bare));
	struct kuv_span part = { v_data, sizeof(v_data) - 1 };

	KUNIT_EXPECT_EQ(test, kuv_pkcs7_verify(msg, &sig_ops, &part, 1),
			-EKEYREJECTED);
	part.len++;
	KUNIT_EXPECT_EQ(test, kuv_pkcs7_verify(msg, &sig_ops, &part, 1), 0);
}

static void verify_hashes_data_once(struct kunit *test)
{
	struct kuv_pkcs7 *msg = parsed(test, VECTOR(msg_signers_eight));

	KUNIT_EXPECT_EQ(test, verify(msg), 0);
	KUNIT_EXPECT_EQ(test, sig_nr_hash, 1);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 8);
	KUNIT_EXPECT_EQ(test, msg->rsa_ops_left, KUV_PKCS7_RSA_OPS_MAX - 8);
}

static void verify_stops_at_the_budget(struct kunit *test)
{
	struct kuv_pkcs7 *msg = parsed(test, VECTOR(msg_signers_eight));

	msg->rsa_ops_left = 7;
	KUNIT_EXPECT_EQ(test, verify(msg), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 7);
}

static void verify_tells_failures_of_the_host(struct kunit *test)
{
	int i;

	for (i = 0; i < 3; i++) {
		struct kuv_pkcs7 *msg = parsed(test, VECTOR(msg_attrs));

		sig_calls_left = i;
		KUNIT_EXPECT_EQ(test, verify(msg), -ENOMEM);
	}
}

/* --- trusting --- */

static void trust_stops_at_the_budget(struct kunit *test)
{
	struct kuv_pkcs7 *msg = parsed(test, VECTOR(chain_costly));

	KUNIT_EXPECT_EQ(test, verify(msg), 0);
	KUNIT_EXPECT_EQ(test, check_trust(test, msg, VECTOR(chain_top)),
			-EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, KUV_PKCS7_RSA_OPS_MAX);
}

static void trust_walks_no_further_than_allowed(struct kunit *test)
{
	struct kuv_pkcs7 *msg = parsed(test, VECTOR(chain_plain));
	u32 walked = msg->walk_left;

	KUNIT_EXPECT_EQ(test, check_trust(test, msg, VECTOR(chain_top)), 0);
	walked -= msg->walk_left;
	KUNIT_EXPECT_GT(test, walked, 0);
	msg->walk_left = walked - 1;
	KUNIT_EXPECT_EQ(test, check_trust(test, msg, VECTOR(chain_top)),
			-EKEYREJECTED);
}

static void trust_tells_failures_of_the_host(struct kunit *test)
{
	int i;

	for (i = 0; i < 4; i++) {
		struct kuv_pkcs7 *msg = parsed(test, VECTOR(chain_plain));

		sig_calls_left = i;
		KUNIT_EXPECT_EQ(test,
				check_trust(test, msg, VECTOR(chain_top)),
				-ENOMEM);
	}
}

static void trust_of_the_signer_itself_costs_nothing(struct kunit *test)
{
	struct kuv_pkcs7 *msg = parsed(test, VECTOR(msg_bare));

	KUNIT_EXPECT_EQ(test, check_trust(test, msg, VECTOR(cert)), 0);
	KUNIT_EXPECT_EQ(test, sig_nr_rsa, 0);
}

static struct kunit_case pkcs7_cases[] = {
	KUNIT_CASE(bare),
	KUNIT_CASE(wrapped),
	KUNIT_CASE(bare_tail),
	KUNIT_CASE(wrapped_tail),
	KUNIT_CASE(wrapped_data),
	KUNIT_CASE(wrapped_twice),
	KUNIT_CASE(attrs),
	KUNIT_CASE(sha384),
	KUNIT_CASE(sha512),
	KUNIT_CASE(sha1),
	KUNIT_CASE(sha224),
	KUNIT_CASE(md5),
	KUNIT_CASE(no_digest_alg),
	KUNIT_CASE(two_digest_algs),
	KUNIT_CASE(digest_alg_no_params),
	KUNIT_CASE(signer_sha1),
	KUNIT_CASE(signer_sha512),
	KUNIT_CASE(any_encryption),
	KUNIT_CASE(versions),
	KUNIT_CASE(attrs_only_digest),
	KUNIT_CASE(attrs_empty),
	KUNIT_CASE(attrs_none),
	KUNIT_CASE(attrs_wrong_digest),
	KUNIT_CASE(attrs_short_digest),
	KUNIT_CASE(attrs_digest_twice),
	KUNIT_CASE(attrs_wrong_first),
	KUNIT_CASE(attrs_two_values),
	KUNIT_CASE(attrs_no_value),
	KUNIT_CASE(attrs_other_type),
	KUNIT_CASE(attrs_content_type_differs),
	KUNIT_CASE(attrs_more),
	KUNIT_CASE(attrs_unordered),
	KUNIT_CASE(attrs_unordered_lengths),
	KUNIT_CASE(attrs_unsigned_unordered),
	KUNIT_CASE(attrs_malformed),
	KUNIT_CASE(attrs_no_set),
	KUNIT_CASE(attrs_no_type),
	KUNIT_CASE(attrs_unsigned),
	KUNIT_CASE(attrs_unsigned_malformed),
	KUNIT_CASE(attrs_own_tag),
	KUNIT_CASE(attrs_data_only),
	KUNIT_CASE(content_embedded),
	KUNIT_CASE(content_other),
	KUNIT_CASE(content_data_sequence),
	KUNIT_CASE(content_signed),
	KUNIT_CASE(content_two),
	KUNIT_CASE(content_bare),
	KUNIT_CASE(content_malformed),
	KUNIT_CASE(content_tail),
	KUNIT_CASE(crls),
	KUNIT_CASE(signers_none),
	KUNIT_CASE(signers_twice),
	KUNIT_CASE(signers_second_wrong),
	KUNIT_CASE(signers_second_without_cert),
	KUNIT_CASE(signers_second_other_hash),
	KUNIT_CASE(signers_eight),
	KUNIT_CASE(signers_nine),
	KUNIT_CASE(signers_key_id),
	KUNIT_CASE(signers_other_serial),
	KUNIT_CASE(signers_other_issuer),
	KUNIT_CASE(signers_issuer_rewritten),
	KUNIT_CASE(signers_bad_issuer),
	KUNIT_CASE(signers_no_certs),
	KUNIT_CASE(signers_empty_certs),
	KUNIT_CASE(signers_same_id),
	KUNIT_CASE(signers_same_id_later),
	KUNIT_CASE(signers_two),
	KUNIT_CASE(signers_two_attrs),
	KUNIT_CASE(certs_extra),
	KUNIT_CASE(certs_malformed),
	KUNIT_CASE(certs_not_x509),
	KUNIT_CASE(certs_most),
	KUNIT_CASE(certs_too_many),
	KUNIT_CASE(largest),
	KUNIT_CASE(too_large),
	KUNIT_CASE(crls_primitive),
	KUNIT_CASE(chain_plain),
	KUNIT_CASE(chain_no_middle),
	KUNIT_CASE(chain_with_top),
	KUNIT_CASE(chain_middle_not_ca),
	KUNIT_CASE(chain_middle_no_basic),
	KUNIT_CASE(chain_middle_no_basic_usage),
	KUNIT_CASE(chain_middle_no_sign),
	KUNIT_CASE(chain_middle_v1),
	KUNIT_CASE(chain_middle_critical),
	KUNIT_CASE(chain_middle_constraints),
	KUNIT_CASE(chain_middle_proxy),
	KUNIT_CASE(chain_middle_broken),
	KUNIT_CASE(chain_middle_strange),
	KUNIT_CASE(chain_middle_md5),
	KUNIT_CASE(chain_middle_sha1),
	KUNIT_CASE(chain_middle_bad_sig),
	KUNIT_CASE(chain_middle_even_key),
	KUNIT_CASE(chain_middle_ec_key),
	KUNIT_CASE(chain_leaf_bad_sig),
	KUNIT_CASE(chain_leaf_two_algs),
	KUNIT_CASE(chain_leaf_critical),
	KUNIT_CASE(chain_leaf_broken),
	KUNIT_CASE(chain_leaf_constraints),
	KUNIT_CASE(chain_leaf_ecdsa),
	KUNIT_CASE(chain_path_0),
	KUNIT_CASE(chain_path_2_of_2),
	KUNIT_CASE(chain_path_3_of_2),
	KUNIT_CASE(chain_self_issued),
	KUNIT_CASE(chain_longest),
	KUNIT_CASE(chain_too_long),
	KUNIT_CASE(chain_rewritten),
	KUNIT_CASE(chain_id_key_id),
	KUNIT_CASE(chain_id_other_key_id),
	KUNIT_CASE(chain_id_serial),
	KUNIT_CASE(chain_id_other_serial),
	KUNIT_CASE(chain_id_issuer),
	KUNIT_CASE(chain_id_other_issuer),
	KUNIT_CASE(chain_id_all),
	KUNIT_CASE(chain_id_none_there),
	KUNIT_CASE(chain_mimic),
	KUNIT_CASE(chain_mimic_itself),
	KUNIT_CASE(chain_second_fits),
	KUNIT_CASE(chain_loop),
	KUNIT_CASE(chain_to_middle),
	KUNIT_CASE(chain_to_leaf),
	KUNIT_CASE(chain_to_leaf_with_bad_issuer),
	KUNIT_CASE(chain_to_leaf_that_says_what_is_unknown),
	KUNIT_CASE(chain_to_leaf_with_strange_issuer),
	KUNIT_CASE(chain_to_strange_leaf),
	KUNIT_CASE(chain_to_renewed_root),
	KUNIT_CASE(chain_to_stranger),
	KUNIT_CASE(root_v1),
	KUNIT_CASE(root_v1_issued),
	KUNIT_CASE(root_v3),
	KUNIT_CASE(root_usage),
	KUNIT_CASE(root_no_sign),
	KUNIT_CASE(root_not_ca),
	KUNIT_CASE(root_critical),
	KUNIT_CASE(root_bad_sig),
	KUNIT_CASE(root_md5),
	KUNIT_CASE(self_signed_signers_need_not_be_ca),
	KUNIT_CASE(parse_hands_out_signers),
	KUNIT_CASE(parse_tells_the_digest),
	KUNIT_CASE(parse_refuses_what_is_cut),
	KUNIT_CASE(parse_refuses_missing_and_foreign_parts),
	KUNIT_CASE(verify_needs_the_same_data),
	KUNIT_CASE(verify_hashes_data_once),
	KUNIT_CASE(verify_stops_at_the_budget),
	KUNIT_CASE(verify_tells_failures_of_the_host),
	KUNIT_CASE(trust_stops_at_the_budget),
	KUNIT_CASE(trust_walks_no_further_than_allowed),
	KUNIT_CASE(trust_tells_failures_of_the_host),
	KUNIT_CASE(trust_of_the_signer_itself_costs_nothing),
	{}
};

static struct kunit_suite pkcs7_suite = {
	.name = "kvm_uefivars_pkcs7",
	.init = sig_init,
	.exit = sig_exit,
	.test_cases = pkcs7_cases,
};

kunit_test_suite(pkcs7_suite);

MODULE_DESCRIPTION("KUnit tests of signed messages");
MODULE_LICENSE("GPL");
