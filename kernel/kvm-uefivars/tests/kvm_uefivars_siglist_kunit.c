// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/siglist.c. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include <kunit/test.h>

#include "guids.h"
#include "siglist.h"

#define HEAD_LEN	28
#define OWNER_LEN	16
#define SHA256_LEN	(OWNER_LEN + 32)

/* Where a list tells its lengths. */
#define AT_LIST_LEN	16
#define AT_HEADER_LEN	20
#define AT_SIG_LEN	24

#define EXPECT_STATUS(test, call, want) \
	KUNIT_EXPECT_EQ(test, (__force u64)(call), (__force u64)(want))
#define EXPECT_INVALID(test, l) \
	EXPECT_STATUS(test, check(test, l, false), KUV_INVALID_PARAMETER)
#define EXPECT_VALID(test, l) \
	EXPECT_STATUS(test, check(test, l, false), KUV_SUCCESS)

static const u8 sha1[16] = KUV_GUID_SHA1;
static const u8 sha224[16] = KUV_GUID_SHA224;
static const u8 sha256[16] = KUV_GUID_SHA256;
static const u8 sha384[16] = KUV_GUID_SHA384;
static const u8 sha512[16] = KUV_GUID_SHA512;
static const u8 rsa2048[16] = KUV_GUID_RSA2048;
static const u8 rsa2048_sha1[16] = KUV_GUID_RSA2048_SHA1;
static const u8 rsa2048_sha256[16] = KUV_GUID_RSA2048_SHA256;
static const u8 x509[16] = KUV_GUID_X509;
static const u8 x509_sha256[16] = KUV_GUID_X509_SHA256;
static const u8 x509_sha384[16] = KUV_GUID_X509_SHA384;
static const u8 x509_sha512[16] = KUV_GUID_X509_SHA512;

static const struct {
	const u8 *type;
	u32 data_len;
} fixed_types[] = {
	{ sha1, 20 },
	{ sha224, 28 },
	{ sha256, 32 },
	{ sha384, 48 },
	{ sha512, 64 },
	{ rsa2048, 256 },
	{ rsa2048_sha1, 256 },
	{ rsa2048_sha256, 256 },
	{ x509_sha256, 48 },
	{ x509_sha384, 64 },
	{ x509_sha512, 80 },
};

/* The parts of the certificates below: CN=K, 2020 to 2030, sha256WithRSA. */
#define DER_NAME \
	0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, \
	0x0c, 0x01, 'K'
#define DER_VALIDITY \
	0x30, 0x1e, \
	0x17, 0x0d, '2', '0', '0', '1', '0', '1', \
	'0', '0', '0', '0', '0', '0', 'Z', \
	0x17, 0x0d, '3', '0', '0', '1', '0', '1', \
	'0', '0', '0', '0', '0', '0', 'Z'
#define DER_SHA256_RSA \
	0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, \
	0x01, 0x0b, 0x05, 0x00
#define DER_SIGNATURE \
	0x03, 0x09, 0x00, 0, 1, 2, 3, 4, 5, 6, 7

/* A certificate with an RSA key of 64 bits. Nobody checks who signed it. */
static const u8 rsa_cert[] = {
	0x30, 0x81, 0x90,
	0x30, 0x74, 0x02, 0x01, 0x01, DER_SHA256_RSA,
	DER_NAME, DER_VALIDITY, DER_NAME,
	0x30, 0x24,
	0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x01, 0x01, 0x05, 0x00,
	0x03, 0x13, 0x00,
	0x30, 0x10, 0x02, 0x09, 0x00, 0xc7, 0xa3, 0x5b, 0x19, 0xe6, 0x2d,
	0x8f, 0x43, 0x02, 0x03, 0x01, 0x00, 0x01,
	DER_SHA256_RSA, DER_SIGNATURE,
};

/* The same with a key on curve P-256. */
static const u8 ec_cert[] = {
	0x30, 0x81, 0x8d,
	0x30, 0x71, 0x02, 0x01, 0x01, DER_SHA256_RSA,
	DER_NAME, DER_VALIDITY, DER_NAME,
	0x30, 0x21,
	0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
	0x03, 0x0a, 0x00, 0x04, 1, 2, 3, 4, 5, 6, 7, 8,
	DER_SHA256_RSA, DER_SIGNATURE,
};

/* A value under construction. */
struct lists {
	u8 bytes[2048];
	u32 len;
	u32 current_list;
	u32 sig_len;
};

static struct lists *new_lists(struct kunit *test)
{
	struct lists *l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, l);
	return l;
}

/* In the list that was begun last. */
static void put_u32(struct lists *l, u32 at, u32 v)
{
	__le32 wire = cpu_to_le32(v);

	memcpy(l->bytes + l->current_list + at, &wire, sizeof(wire));
}

static u32 get_u32(const u8 *list, u32 at)
{
	__le32 wire;

	memcpy(&wire, list + at, sizeof(wire));
	return le32_to_cpu(wire);
}

/* Bytes that belong to the last list. */
static void put_bytes(struct lists *l, u8 value, u32 len)
{
	memset(l->bytes + l->len, value, len);
	l->len += len;
	put_u32(l, AT_LIST_LEN, l->len - l->current_list);
}

static void begin_list(struct lists *l, const u8 *type, u32 sig_len)
{
	l->current_list = l->len;
	l->sig_len = sig_len;
	put_bytes(l, 0, HEAD_LEN);
	memcpy(l->bytes + l->current_list, type, 16);
	put_u32(l, AT_SIG_LEN, sig_len);
}

static void put_sig(struct lists *l, u8 owner, u8 value)
{
	put_bytes(l, owner, OWNER_LEN);
	put_bytes(l, value, l->sig_len - OWNER_LEN);
}

static void put_cert(struct lists *l, const u8 *cert, u32 len)
{
	put_sig(l, 1, 0);
	memcpy(l->bytes + l->len - l->sig_len + OWNER_LEN, cert, len);
}

/* One list with one SHA-256 signature. */
static struct lists *one_sha256(struct kunit *test, u8 owner, u8 value)
{
	struct lists *l = new_lists(test);

	begin_list(l, sha256, SHA256_LEN);
	put_sig(l, owner, value);
	return l;
}

static struct lists *one_cert(struct kunit *test, const u8 *cert, u32 len)
{
	struct lists *l = new_lists(test);

	begin_list(l, x509, OWNER_LEN + len);
	put_cert(l, cert, len);
	return l;
}

/* Memory that ends with the value, off any alignment. */
static struct kuv_span span_of(struct kunit *test, const struct lists *l)
{
	u8 *p = kunit_kzalloc(test, l->len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	memcpy(p + 1, l->bytes, l->len);
	return (struct kuv_span){ p + 1, l->len };
}

static kuv_status_t check(struct kunit *test, const struct lists *l, bool is_pk)
{
	struct kuv_span payload = span_of(test, l);

	return kuv_siglist_check(&payload, is_pk);
}

static kuv_status_t filter(struct kunit *test, const struct lists *old,
			   const struct lists *added, struct lists *out)
{
	struct kuv_span from = span_of(test, old), to = span_of(test, added);

	return kuv_siglist_filter(&from, &to, out->bytes, &out->len);
}

/* What filter() makes of @added is @want. */
static void expect_filtered(struct kunit *test, const struct lists *old,
			    const struct lists *added, const struct lists *want)
{
	struct lists *out = new_lists(test);

	EXPECT_STATUS(test, filter(test, old, added, out), KUV_SUCCESS);
	KUNIT_ASSERT_EQ(test, out->len, want->len);
	KUNIT_EXPECT_MEMEQ(test, out->bytes, want->bytes, want->len);
}

static void check_empty_payload(struct kunit *test)
{
	EXPECT_VALID(test, new_lists(test));
	EXPECT_STATUS(test, check(test, new_lists(test), true), KUV_SUCCESS);
}

static void check_each_type_with_its_size(struct kunit *test)
{
	struct lists *l = new_lists(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fixed_types); i++) {
		begin_list(l, fixed_types[i].type,
			   OWNER_LEN + fixed_types[i].data_len);
		put_sig(l, 1, i);
	}
	EXPECT_VALID(test, l);
}

/* The size of each type, off by @delta, is not right. */
static void expect_size_refused(struct kunit *test, s32 delta)
{
	struct lists *l = new_lists(test);
	struct kuv_span payload;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fixed_types); i++) {
		l->len = 0;
		begin_list(l, fixed_types[i].type,
			   OWNER_LEN + fixed_types[i].data_len + delta);
		put_sig(l, 1, i);
		payload = (struct kuv_span){ l->bytes, l->len };
		EXPECT_STATUS(test, kuv_siglist_check(&payload, false),
			      KUV_INVALID_PARAMETER);
	}
}

static void check_data_longer_than_its_type(struct kunit *test)
{
	expect_size_refused(test, 1);
}

static void check_data_shorter_than_its_type(struct kunit *test)
{
	expect_size_refused(test, -1);
}

static void check_unknown_type(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	l->bytes[0]++;
	EXPECT_INVALID(test, l);
}

/* [V33] */
static void check_garbage(struct kunit *test)
{
	struct lists *l = new_lists(test);

	l->len = 100;
	memset(l->bytes, 0x2a, l->len);
	EXPECT_INVALID(test, l);
}

static void check_payload_shorter_than_a_head(struct kunit *test)
{
	struct lists *l = new_lists(test);

	begin_list(l, sha256, SHA256_LEN);
	l->len--;
	EXPECT_INVALID(test, l);
}

/* [M6] */
static void check_list_size_zero(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_u32(l, AT_LIST_LEN, 0);
	EXPECT_INVALID(test, l);
}

static void check_list_shorter_than_its_head(struct kunit *test)
{
	struct lists *l = new_lists(test);

	begin_list(l, sha256, SHA256_LEN);
	put_u32(l, AT_LIST_LEN, HEAD_LEN - 1);
	EXPECT_INVALID(test, l);
}

static void check_list_longer_than_payload(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_u32(l, AT_LIST_LEN, HEAD_LEN + 2 * SHA256_LEN);
	EXPECT_INVALID(test, l);
}

static void check_list_size_all_ones(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_u32(l, AT_LIST_LEN, U32_MAX);
	EXPECT_INVALID(test, l);
}

static void check_header_that_no_type_has(struct kunit *test)
{
	struct lists *l = new_lists(test);

	begin_list(l, sha256, SHA256_LEN);
	put_u32(l, AT_HEADER_LEN, 4);
	put_bytes(l, 0, 4);
	put_sig(l, 1, 1);
	EXPECT_INVALID(test, l);
}

static void check_header_longer_than_list(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_u32(l, AT_HEADER_LEN, SHA256_LEN + 1);
	EXPECT_INVALID(test, l);
}

static void check_header_that_would_wrap(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_u32(l, AT_HEADER_LEN, -SHA256_LEN);
	EXPECT_INVALID(test, l);
}

static void check_signature_size_zero(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_u32(l, AT_SIG_LEN, 0);
	EXPECT_INVALID(test, l);
}

static void check_signature_of_owner_only(struct kunit *test)
{
	struct lists *l = new_lists(test);

	begin_list(l, x509, OWNER_LEN);
	put_bytes(l, 1, OWNER_LEN);
	EXPECT_INVALID(test, l);
}

static void check_signature_size_all_ones(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_u32(l, AT_SIG_LEN, U32_MAX);
	EXPECT_INVALID(test, l);
}

static void check_remainder_in_list(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	put_bytes(l, 0, 1);
	EXPECT_INVALID(test, l);
}

static void check_bytes_behind_last_list(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	l->len++;
	EXPECT_INVALID(test, l);
}

static void check_second_list_malformed(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 1);

	begin_list(l, sha384, SHA256_LEN);
	put_sig(l, 1, 1);
	EXPECT_INVALID(test, l);
}

static void check_list_without_signatures(struct kunit *test)
{
	struct lists *l = new_lists(test);

	begin_list(l, sha256, SHA256_LEN);
	EXPECT_VALID(test, l);
}

/* There is no first one that could parse. */
static void check_certificates_without_any(struct kunit *test)
{
	struct lists *l = new_lists(test);

	begin_list(l, x509, OWNER_LEN + sizeof(rsa_cert));
	EXPECT_INVALID(test, l);
}

static void check_rsa_certificate(struct kunit *test)
{
	EXPECT_VALID(test, one_cert(test, rsa_cert, sizeof(rsa_cert)));
}

static void check_padded_certificate(struct kunit *test)
{
	struct lists *l = new_lists(test);

	begin_list(l, x509, OWNER_LEN + sizeof(rsa_cert) + 9);
	put_cert(l, rsa_cert, sizeof(rsa_cert));
	EXPECT_VALID(test, l);
}

/* [V38] */
static void check_ec_certificate(struct kunit *test)
{
	EXPECT_INVALID(test, one_cert(test, ec_cert, sizeof(ec_cert)));
}

static void check_cut_certificate(struct kunit *test)
{
	EXPECT_INVALID(test, one_cert(test, rsa_cert, sizeof(rsa_cert) - 1));
}

static void check_certificate_of_one_byte(struct kunit *test)
{
	EXPECT_INVALID(test, one_cert(test, rsa_cert, 1));
}

static void check_second_certificate_malformed(struct kunit *test)
{
	struct lists *l = one_cert(test, rsa_cert, sizeof(rsa_cert));

	put_cert(l, rsa_cert, sizeof(rsa_cert) - 1);
	l->bytes[l->len - sizeof(rsa_cert)] = 0x31;
	EXPECT_INVALID(test, l);
}

static void check_second_certificate_ec(struct kunit *test)
{
	struct lists *l = one_cert(test, rsa_cert, sizeof(rsa_cert));

	put_cert(l, ec_cert, sizeof(ec_cert));
	EXPECT_INVALID(test, l);
}

static void check_pk_of_one_certificate(struct kunit *test)
{
	struct lists *l = one_cert(test, rsa_cert, sizeof(rsa_cert));

	EXPECT_STATUS(test, check(test, l, true), KUV_SUCCESS);
}

/* [V33] */
static void check_pk_of_two_certificates(struct kunit *test)
{
	struct lists *l = one_cert(test, rsa_cert, sizeof(rsa_cert));

	put_cert(l, rsa_cert, sizeof(rsa_cert));
	EXPECT_VALID(test, l);
	EXPECT_STATUS(test, check(test, l, true), KUV_INVALID_PARAMETER);
}

/* [V33] */
static void check_pk_of_two_lists(struct kunit *test)
{
	struct lists *l = one_cert(test, rsa_cert, sizeof(rsa_cert));

	begin_list(l, sha256, SHA256_LEN);
	put_sig(l, 1, 1);
	EXPECT_VALID(test, l);
	EXPECT_STATUS(test, check(test, l, true), KUV_INVALID_PARAMETER);
}

static void check_pk_beside_empty_list(struct kunit *test)
{
	struct lists *l = one_cert(test, rsa_cert, sizeof(rsa_cert));

	begin_list(l, sha256, SHA256_LEN);
	EXPECT_STATUS(test, check(test, l, true), KUV_SUCCESS);
}

/* The next signature has this owner and these bytes of data. */
static void expect_next(struct kunit *test, struct kuv_siglist_iter *it,
			const u8 *type, u8 owner, u8 value, u32 data_len)
{
	struct kuv_sig sig;

	KUNIT_ASSERT_TRUE(test, kuv_siglist_next(it, &sig));
	KUNIT_EXPECT_MEMEQ(test, sig.type, type, 16);
	KUNIT_EXPECT_EQ(test, sig.owner[0], owner);
	KUNIT_EXPECT_EQ(test, sig.owner[OWNER_LEN - 1], owner);
	KUNIT_EXPECT_PTR_EQ(test, sig.data.data, sig.owner + OWNER_LEN);
	KUNIT_ASSERT_EQ(test, sig.data.len, data_len);
	KUNIT_EXPECT_EQ(test, sig.data.data[0], value);
	KUNIT_EXPECT_EQ(test, sig.data.data[data_len - 1], value);
	KUNIT_EXPECT_FALSE(test, sig.is_x509);
}

static void expect_end(struct kunit *test, struct kuv_siglist_iter *it)
{
	struct kuv_sig sig;

	KUNIT_EXPECT_FALSE(test, kuv_siglist_next(it, &sig));
}

static void next_over_all_lists(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 2);
	struct kuv_siglist_iter it;
	struct kuv_span value;

	put_sig(l, 3, 4);
	begin_list(l, sha512, OWNER_LEN + 64);
	begin_list(l, sha1, OWNER_LEN + 20);
	put_sig(l, 5, 6);
	value = span_of(test, l);
	kuv_siglist_first(&it, &value);
	expect_next(test, &it, sha256, 1, 2, 32);
	expect_next(test, &it, sha256, 3, 4, 32);
	expect_next(test, &it, sha1, 5, 6, 20);
	expect_end(test, &it);
	expect_end(test, &it);
}

static void next_of_nothing(struct kunit *test)
{
	struct kuv_span value = span_of(test, new_lists(test));
	struct kuv_siglist_iter it;

	kuv_siglist_first(&it, &value);
	expect_end(test, &it);
}

static void next_knows_certificates(struct kunit *test)
{
	struct kuv_span value = span_of(test, one_cert(test, ec_cert,
						       sizeof(ec_cert)));
	struct kuv_siglist_iter it;
	struct kuv_sig sig;

	kuv_siglist_first(&it, &value);
	KUNIT_ASSERT_TRUE(test, kuv_siglist_next(&it, &sig));
	KUNIT_EXPECT_TRUE(test, sig.is_x509);
	KUNIT_ASSERT_EQ(test, sig.data.len, sizeof(ec_cert));
	KUNIT_EXPECT_MEMEQ(test, sig.data.data, ec_cert, sizeof(ec_cert));
}

/* What a host stored was not checked as a guest's payload is. */
static void next_of_unknown_type_with_header(struct kunit *test)
{
	static const u8 unknown[16] = { 1, 2, 3 };
	struct lists *l = new_lists(test);
	struct kuv_siglist_iter it;
	struct kuv_span value;

	begin_list(l, unknown, OWNER_LEN + 1);
	put_u32(l, AT_HEADER_LEN, 5);
	put_bytes(l, 9, 5);
	put_sig(l, 1, 2);
	value = span_of(test, l);
	kuv_siglist_first(&it, &value);
	expect_next(test, &it, unknown, 1, 2, 1);
	expect_end(test, &it);
}

/* Of a list bent as wanted and a good one behind it, none is seen. */
static void expect_stop(struct kunit *test, u32 list_len, u32 header_len,
			u32 sig_len)
{
	struct lists *l = one_sha256(test, 1, 2);
	struct kuv_siglist_iter it;
	struct kuv_span value;

	put_u32(l, AT_LIST_LEN, list_len);
	put_u32(l, AT_HEADER_LEN, header_len);
	put_u32(l, AT_SIG_LEN, sig_len);
	begin_list(l, sha256, SHA256_LEN);
	put_sig(l, 3, 4);
	value = span_of(test, l);
	kuv_siglist_first(&it, &value);
	expect_end(test, &it);
}

static void next_stops_at_list_that_is_cut(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 2);
	struct kuv_siglist_iter it;
	struct kuv_span value;

	begin_list(l, sha256, SHA256_LEN);
	put_sig(l, 3, 4);
	put_u32(l, AT_LIST_LEN, HEAD_LEN + 2 * SHA256_LEN);
	value = span_of(test, l);
	kuv_siglist_first(&it, &value);
	expect_next(test, &it, sha256, 1, 2, 32);
	expect_end(test, &it);
}

/*
 * [M6] 2^64 - 28 - 36, and 2^32 likewise, are multiples of 48: nothing but the
 * size of the list is wrong.
 */
static void next_stops_at_list_size_zero(struct kunit *test)
{
	expect_stop(test, 0, 36, SHA256_LEN);
}

/* Negative room for signatures, again a multiple of their size. */
static void next_stops_at_header_longer_than_list(struct kunit *test)
{
	expect_stop(test, HEAD_LEN + SHA256_LEN, SHA256_LEN + 16, SHA256_LEN);
}

static void next_stops_at_signature_of_owner_only(struct kunit *test)
{
	expect_stop(test, HEAD_LEN + SHA256_LEN, 0, OWNER_LEN);
}

static void next_stops_at_signature_size_zero(struct kunit *test)
{
	expect_stop(test, HEAD_LEN + SHA256_LEN, 0, 0);
}

static void next_stops_at_remainder(struct kunit *test)
{
	expect_stop(test, HEAD_LEN + SHA256_LEN, 0, SHA256_LEN - 1);
}

static void filter_drops_what_is_there(struct kunit *test)
{
	struct lists *l = one_sha256(test, 1, 2);

	expect_filtered(test, l, l, new_lists(test));
}

/* [V7] */
static void filter_keeps_other_owner(struct kunit *test)
{
	struct lists *added = one_sha256(test, 3, 2);

	expect_filtered(test, one_sha256(test, 1, 2), added, added);
}

static void filter_keeps_other_data(struct kunit *test)
{
	struct lists *added = one_sha256(test, 1, 2);

	added->bytes[added->len - 1]++;
	expect_filtered(test, one_sha256(test, 1, 2), added, added);
}

static void filter_keeps_same_bytes_of_other_type(struct kunit *test)
{
	struct lists *old = new_lists(test), *added = new_lists(test);

	begin_list(old, sha384, OWNER_LEN + 48);
	put_sig(old, 1, 2);
	begin_list(added, x509_sha256, OWNER_LEN + 48);
	put_sig(added, 1, 2);
	expect_filtered(test, old, added, added);
}

/* A certificate with padding is another one. */
static void filter_keeps_same_type_of_other_size(struct kunit *test)
{
	struct lists *old = new_lists(test);
	struct lists *added = one_cert(test, rsa_cert, sizeof(rsa_cert));

	begin_list(old, x509, OWNER_LEN + sizeof(rsa_cert) + 1);
	put_cert(old, rsa_cert, sizeof(rsa_cert));
	expect_filtered(test, old, added, added);
}

static void filter_adjusts_list_and_keeps_order(struct kunit *test)
{
	struct lists *old = one_sha256(test, 1, 4);
	struct lists *added = one_sha256(test, 1, 9);
	struct lists *want = one_sha256(test, 1, 9);

	put_sig(added, 1, 4);
	put_sig(added, 1, 3);
	put_sig(added, 1, 7);
	put_sig(want, 1, 3);
	put_sig(want, 1, 7);
	expect_filtered(test, old, added, want);
	KUNIT_EXPECT_EQ(test, get_u32(want->bytes, AT_LIST_LEN),
			HEAD_LEN + 3 * SHA256_LEN);
}

static void filter_keeps_other_lists(struct kunit *test)
{
	struct lists *old = one_sha256(test, 1, 2);
	struct lists *added = new_lists(test), *want = new_lists(test);

	begin_list(added, sha1, OWNER_LEN + 20);
	put_sig(added, 1, 2);
	begin_list(added, sha256, SHA256_LEN);
	put_sig(added, 1, 2);
	begin_list(added, sha512, OWNER_LEN + 64);
	put_sig(added, 1, 2);
	begin_list(want, sha1, OWNER_LEN + 20);
	put_sig(want, 1, 2);
	begin_list(want, sha512, OWNER_LEN + 64);
	put_sig(want, 1, 2);
	expect_filtered(test, old, added, want);
}

static void filter_finds_in_any_list(struct kunit *test)
{
	struct lists *old = one_sha256(test, 1, 1);

	begin_list(old, sha256, SHA256_LEN);
	begin_list(old, sha256, SHA256_LEN);
	put_sig(old, 1, 2);
	put_sig(old, 1, 3);
	expect_filtered(test, old, one_sha256(test, 1, 3), new_lists(test));
}

static void filter_keeps_duplicates_of_payload(struct kunit *test)
{
	struct lists *added = one_sha256(test, 1, 2);

	put_sig(added, 1, 2);
	expect_filtered(test, one_sha256(test, 1, 1), added, added);
}

static void filter_drops_list_without_signatures(struct kunit *test)
{
	struct lists *added = new_lists(test);

	begin_list(added, sha512, OWNER_LEN + 64);
	begin_list(added, sha256, SHA256_LEN);
	put_sig(added, 1, 2);
	expect_filtered(test, one_sha256(test, 1, 1), added,
			one_sha256(test, 1, 2));
}

static void filter_against_nothing(struct kunit *test)
{
	struct lists *added = one_sha256(test, 1, 2);

	expect_filtered(test, new_lists(test), added, added);
}

static void filter_of_nothing(struct kunit *test)
{
	expect_filtered(test, one_sha256(test, 1, 2), new_lists(test),
			new_lists(test));
}

/* [S6] */
static void filter_against_longer_hashes(struct kunit *test)
{
	struct lists *old = new_lists(test);
	struct lists *added = one_sha256(test, 1, 2);

	begin_list(old, sha384, OWNER_LEN + 48);
	put_sig(old, 1, 2);
	put_sig(old, 1, 3);
	begin_list(old, x509_sha256, OWNER_LEN + 48);
	put_sig(old, 1, 2);
	expect_filtered(test, old, added, added);
}

/* [S7] */
static void filter_against_two_certificates(struct kunit *test)
{
	struct lists *old = one_cert(test, rsa_cert, sizeof(rsa_cert));
	struct lists *added = one_cert(test, rsa_cert, sizeof(rsa_cert));

	put_cert(old, rsa_cert, sizeof(rsa_cert));
	old->bytes[old->len - 1]++;
	added->bytes[added->len - 1]--;
	expect_filtered(test, old, added, added);
}

static void filter_against_garbage(struct kunit *test)
{
	struct lists *old = one_sha256(test, 1, 2), *out = new_lists(test);

	old->len--;
	out->len = 77;
	EXPECT_STATUS(test, filter(test, old, one_sha256(test, 1, 3), out),
		      KUV_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, out->len, 77);
}

/* [M6] */
static void filter_against_list_size_zero(struct kunit *test)
{
	struct lists *old = one_sha256(test, 1, 2);

	put_u32(old, AT_LIST_LEN, 0);
	EXPECT_STATUS(test, filter(test, old, one_sha256(test, 1, 3),
				   new_lists(test)),
		      KUV_INVALID_PARAMETER);
}

static void filter_of_garbage(struct kunit *test)
{
	struct lists *added = one_sha256(test, 1, 2);

	added->len--;
	EXPECT_STATUS(test, filter(test, one_sha256(test, 1, 3), added,
				   new_lists(test)),
		      KUV_INVALID_PARAMETER);
}

static struct kunit_case siglist_cases[] = {
	KUNIT_CASE(check_empty_payload),
	KUNIT_CASE(check_each_type_with_its_size),
	KUNIT_CASE(check_data_longer_than_its_type),
	KUNIT_CASE(check_data_shorter_than_its_type),
	KUNIT_CASE(check_unknown_type),
	KUNIT_CASE(check_garbage),
	KUNIT_CASE(check_payload_shorter_than_a_head),
	KUNIT_CASE(check_list_size_zero),
	KUNIT_CASE(check_list_shorter_than_its_head),
	KUNIT_CASE(check_list_longer_than_payload),
	KUNIT_CASE(check_list_size_all_ones),
	KUNIT_CASE(check_header_that_no_type_has),
	KUNIT_CASE(check_header_longer_than_list),
	KUNIT_CASE(check_header_that_would_wrap),
	KUNIT_CASE(check_signature_size_zero),
	KUNIT_CASE(check_signature_of_owner_only),
	KUNIT_CASE(check_signature_size_all_ones),
	KUNIT_CASE(check_remainder_in_list),
	KUNIT_CASE(check_bytes_behind_last_list),
	KUNIT_CASE(check_second_list_malformed),
	KUNIT_CASE(check_list_without_signatures),
	KUNIT_CASE(check_certificates_without_any),
	KUNIT_CASE(check_rsa_certificate),
	KUNIT_CASE(check_padded_certificate),
	KUNIT_CASE(check_ec_certificate),
	KUNIT_CASE(check_cut_certificate),
	KUNIT_CASE(check_certificate_of_one_byte),
	KUNIT_CASE(check_second_certificate_malformed),
	KUNIT_CASE(check_second_certificate_ec),
	KUNIT_CASE(check_pk_of_one_certificate),
	KUNIT_CASE(check_pk_of_two_certificates),
	KUNIT_CASE(check_pk_of_two_lists),
	KUNIT_CASE(check_pk_beside_empty_list),
	KUNIT_CASE(next_over_all_lists),
	KUNIT_CASE(next_of_nothing),
	KUNIT_CASE(next_knows_certificates),
	KUNIT_CASE(next_of_unknown_type_with_header),
	KUNIT_CASE(next_stops_at_list_that_is_cut),
	KUNIT_CASE(next_stops_at_list_size_zero),
	KUNIT_CASE(next_stops_at_header_longer_than_list),
	KUNIT_CASE(next_stops_at_signature_of_owner_only),
	KUNIT_CASE(next_stops_at_signature_size_zero),
	KUNIT_CASE(next_stops_at_remainder),
	KUNIT_CASE(filter_drops_what_is_there),
	KUNIT_CASE(filter_keeps_other_owner),
	KUNIT_CASE(filter_keeps_other_data),
	KUNIT_CASE(filter_keeps_same_bytes_of_other_type),
	KUNIT_CASE(filter_keeps_same_type_of_other_size),
	KUNIT_CASE(filter_adjusts_list_and_keeps_order),
	KUNIT_CASE(filter_keeps_other_lists),
	KUNIT_CASE(filter_finds_in_any_list),
	KUNIT_CASE(filter_keeps_duplicates_of_payload),
	KUNIT_CASE(filter_drops_list_without_signatures),
	KUNIT_CASE(filter_against_nothing),
	KUNIT_CASE(filter_of_nothing),
	KUNIT_CASE(filter_against_longer_hashes),
	KUNIT_CASE(filter_against_two_certificates),
	KUNIT_CASE(filter_against_garbage),
	KUNIT_CASE(filter_against_list_size_zero),
	KUNIT_CASE(filter_of_garbage),
	{}
};

static struct kunit_suite siglist_suite = {
	.name = "kvm_uefivars_siglist",
	.test_cases = siglist_cases,
};

kunit_test_suite(siglist_suite);

MODULE_DESCRIPTION("KUnit tests of signature lists");
MODULE_LICENSE("GPL");
