// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: certificates and signed messages, beside OpenSSL's opinion of them. */
#include <linux/errno.h>

#include <openssl/err.h>

#include "../../../kernel/kvm-uefivars/crypto.h"

#include "auth_input.h"
#include "auth_openssl.h"
#include "fuzz.h"
#include "pkcs7.h"
#include "x509_name.h"

/**
 * struct spent - what checking one message cost
 * @nr_rsa: RSA operations asked for
 * @nr_hash: digests asked for
 */
static struct spent {
	u32 nr_rsa;
	u32 nr_hash;
} spent;

static int counted_hash(enum kuv_hash alg, const struct kuv_span *parts, u32 nr,
			u8 *ret_digest)
{
	u32 i;

	CHECK(alg < KUV_NR_HASHES);
	for (i = 0; i < nr; i++)
		fuzz_touch(parts[i].data, parts[i].len);
	spent.nr_hash++;
	return kuv_crypto_ops.hash(alg, parts, nr, ret_digest);
}

/* What the backend is promised. */
static int counted_rsa(const struct kuv_span *n, const struct kuv_span *e,
		       const struct kuv_span *sig, u8 *ret_em)
{
	CHECK(n->len && n->len <= KUV_RSA_LEN_MAX && n->data[0]);
	CHECK(n->data[n->len - 1] & 1);
	CHECK(e->len && e->len <= 8 && e->data[0]);
	CHECK(e->data[e->len - 1] & 1);
	CHECK(sig->len == n->len);
	spent.nr_rsa++;
	return kuv_crypto_ops.rsa(n, e, sig, ret_em);
}

static const struct kuv_crypto_ops ops = {
	.hash = counted_hash,
	.rsa = counted_rsa,
};

/* Bytes inside other bytes, or none. */
static void check_inside(const struct kuv_span *in, const struct kuv_span *of)
{
	if (!in->len)
		return;
	CHECK(in->data >= of->data && in->len <= of->len);
	CHECK(in->data - of->data <= of->len - in->len);
}

static void check_common_name(const struct kuv_x509 *cert)
{
	u8 *name = malloc(KUV_CN_LEN_MAX);
	int len;

	CHECK(name);
	len = kuv_x509_common_name(cert, name);
	CHECK(len == -ENOENT || (len >= 0 && len <= KUV_CN_LEN_MAX));
	if (len > 0)
		CHECK(!memchr(name, 0, len));
	free(name);
}

static void check_cert(const struct kuv_x509 *cert, const struct kuv_span *in)
{
	const struct kuv_span *tbs = &cert->tbs;

	CHECK(cert->der.len && tbs->len && cert->issuer.data);
	check_inside(&cert->der, in);
	check_inside(tbs, &cert->der);
	check_inside(&cert->sig, &cert->der);
	check_inside(&cert->serial, tbs);
	check_inside(&cert->issuer, tbs);
	check_inside(&cert->subject, tbs);
	check_inside(&cert->extensions, tbs);
	check_inside(&cert->n, tbs);
	check_inside(&cert->e, tbs);
	check_inside(&cert->sig_alg, &cert->der);
	CHECK(!cert->n.len == !cert->e.len);
	CHECK(!cert->n.len || (cert->n.data[0] && cert->e.data[0]));
	CHECK(kuv_name_equal(&cert->issuer, &cert->issuer));
	CHECK(kuv_name_equal(&cert->issuer, &cert->subject) ==
	      kuv_name_equal(&cert->subject, &cert->issuer));
	if (kuv_x509_is_rsa(cert))
		CHECK(cert->n.len && cert->n.len <= KUV_RSA_LEN_MAX &&
		      cert->e.len <= 8);
	check_common_name(cert);
}

static void check_message(const struct kuv_pkcs7 *msg,
			  const struct kuv_span *in)
{
	u32 i;

	CHECK(msg->nr_signers && msg->nr_signers <= KUV_PKCS7_SIGNERS_MAX);
	CHECK(msg->hash == KUV_HASH_SHA256 || msg->hash == KUV_HASH_SHA384 ||
	      msg->hash == KUV_HASH_SHA512);
	check_inside(&msg->certs, in);
	for (i = 0; i < msg->nr_signers; i++) {
		const struct kuv_pkcs7_signer *s = &msg->signers[i];

		check_cert(&s->cert, &msg->certs);
		check_inside(&s->attrs, in);
		check_inside(&s->sig, in);
	}
}

/* What is said to be right costs something, and OpenSSL says so too. */
static void run_verify(struct kuv_pkcs7 *msg, const struct kuv_span *der,
		       const struct kuv_span *data)
{
	int ret;

	memset(&spent, 0, sizeof(spent));
	ret = kuv_pkcs7_verify(msg, &ops, data, 1);
	CHECK(ret == 0 || ret == -EKEYREJECTED);
	CHECK(spent.nr_rsa <= msg->nr_signers);
	if (ret)
		return;
	CHECK(spent.nr_rsa == msg->nr_signers && spent.nr_hash);
	CHECK(auth_openssl_verify(der, data, NULL) != AUTH_REFUSED);
}

static void run_trust(struct kuv_pkcs7 *msg, const struct kuv_span *der,
		      const struct kuv_span *data,
		      const struct kuv_x509 *anchor)
{
	int verified, trusted;

	memset(&spent, 0, sizeof(spent));
	verified = kuv_pkcs7_verify(msg, &ops, data, 1);
	trusted = kuv_pkcs7_check_trust(msg, &ops, anchor);
	CHECK(trusted == 0 || trusted == -EKEYREJECTED);
	CHECK(spent.nr_rsa <= KUV_PKCS7_RSA_OPS_MAX);
	if (!verified && !trusted)
		CHECK(auth_openssl_verify(der, data, &anchor->der) !=
		      AUTH_REFUSED);
}

static void run(const struct kuv_span *anchor_der, const struct kuv_span *der,
		const struct kuv_span *data)
{
	static struct kuv_pkcs7 msg;
	struct kuv_x509 anchor;
	bool has_anchor = !kuv_x509_parse(anchor_der, &anchor);

	if (has_anchor) {
		check_cert(&anchor, anchor_der);
		auth_openssl_check_cert(&anchor);
	}
	if (kuv_pkcs7_parse(der, &msg))
		return;
	check_message(&msg, der);
	run_verify(&msg, der, data);
	CHECK(!kuv_pkcs7_parse(der, &msg));
	if (has_anchor)
		run_trust(&msg, der, data, &anchor);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct kuv_span parts[AUTH_NR_PARTS];
	u8 *copies[AUTH_NR_PARTS];
	struct auth_input in;
	u32 i;

	auth_input_split(&in, data, size);
	/* Each in memory of its own, off any alignment. */
	for (i = 0; i < AUTH_NR_PARTS; i++) {
		copies[i] = fuzz_copy(in.part[i], in.len[i], 1);
		parts[i] = (struct kuv_span){ copies[i] + 1, in.len[i] };
	}
	run(&parts[AUTH_ANCHOR], &parts[AUTH_MESSAGE], &parts[AUTH_DATA]);
	for (i = 0; i < AUTH_NR_PARTS; i++)
		free(copies[i]);
	ERR_clear_error();
	return 0;
}
