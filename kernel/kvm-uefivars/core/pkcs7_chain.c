// SPDX-License-Identifier: GPL-2.0
/* From a signer to a trusted certificate. */
#include "pkcs7_chain.h"

#include <linux/errno.h>

#include "der.h"
#include "x509_ext.h"
#include "x509_name.h"

/**
 * struct link - a certificate and what its extensions say
 * @cert: certificate
 * @ext: its extensions
 */
struct link {
	struct kuv_x509 cert;
	struct kuv_x509_ext ext;
};

/**
 * struct chain - from the signer upwards
 * @nr: certificates
 * @is_anchored: the last one is the trusted one
 * @certs: they
 */
struct chain {
	u32 nr;
	bool is_anchored;
	struct kuv_span certs[KUV_PKCS7_CHAIN_MAX];
};

static bool spend(u32 *left, u32 cost)
{
	if (*left < cost)
		return false;
	*left -= cost;
	return true;
}

bool kuv_pkcs7_spend_rsa(struct kuv_pkcs7 *msg)
{
	return spend(&msg->rsa_ops_left, 1);
}

bool kuv_pkcs7_next_cert(struct kuv_pkcs7 *msg, struct kuv_span *left,
			 struct kuv_x509 *ret)
{
	if (!left->len || kuv_x509_fields(left, ret) ||
	    !spend(&msg->walk_left, ret->der.len))
		return false;
	left->data += ret->der.len;
	left->len -= ret->der.len;
	return true;
}

static bool link_read(struct link *link, const struct kuv_span *der)
{
	if (kuv_x509_fields(der, &link->cert))
		return false;
	kuv_x509_read_ext(&link->cert, &link->ext);
	return true;
}

/* Does the identifier of its issuer's key that @ext has fit @issuer? */
static bool fits_issuer_id(const struct kuv_x509_ext *ext,
			   const struct link *issuer)
{
	if (ext->has_issuer_key_id && issuer->ext.has_key_id &&
	    !kuv_span_equal(&ext->issuer_key_id, &issuer->ext.key_id))
		return false;
	if (ext->has_issuer_serial &&
	    !kuv_span_equal(&ext->issuer_serial, &issuer->cert.serial))
		return false;
	return !ext->has_issuer_name ||
	       kuv_name_equal(&ext->issuer_name, &issuer->cert.issuer);
}

/* Could @issuer have issued @cert? Its signature is another question. */
static bool is_issuer(const struct link *issuer, const struct link *cert)
{
	return kuv_name_equal(&issuer->cert.subject, &cert->cert.issuer) &&
	       !issuer->ext.is_broken && !cert->ext.is_broken &&
	       fits_issuer_id(&cert->ext, issuer) && issuer->cert.n.len &&
	       kuv_x509_has_rsa_sig(&cert->cert);
}

static bool is_self_signed(const struct link *link)
{
	return is_issuer(link, link);
}

static bool chain_has(const struct chain *chain, const struct kuv_span *der)
{
	u32 i;

	for (i = 0; i < chain->nr; i++)
		if (kuv_span_equal(&chain->certs[i], der))
			return true;
	return false;
}

static bool chain_push(struct chain *chain, const struct kuv_span *der)
{
	if (chain->nr == KUV_PKCS7_CHAIN_MAX)
		return false;
	chain->certs[chain->nr++] = *der;
	return true;
}

/* The first certificate of the message that fits and is not in the chain. */
static bool find_issuer(struct kuv_pkcs7 *msg, const struct chain *chain,
			const struct link *cert, struct link *ret)
{
	struct kuv_span left = msg->certs;

	while (kuv_pkcs7_next_cert(msg, &left, &ret->cert)) {
		if (!kuv_name_equal(&ret->cert.subject, &cert->cert.issuer))
			continue;
		kuv_x509_read_ext(&ret->cert, &ret->ext);
		if (is_issuer(ret, cert) && !chain_has(chain, &ret->cert.der))
			return true;
	}
	return false;
}

/*
 * Upwards from the signer until the trusted certificate fits or nothing more is
 * found. A self-signed certificate ends the chain; one that only looks like the
 * trusted one is not taken for it. Returns false if it is too long.
 */
static bool chain_build(struct chain *chain, struct kuv_pkcs7 *msg,
			const struct kuv_x509 *signer, const struct link *anchor)
{
	struct link links[2], *cert = &links[0], *issuer = &links[1], *old;

	cert->cert = *signer;
	kuv_x509_read_ext(signer, &cert->ext);
	for (;;) {
		bool is_end = is_self_signed(cert);

		if (!chain_push(chain, &cert->cert.der))
			return false;
		if (!is_end && is_issuer(anchor, cert)) {
			chain->is_anchored = true;
			return chain_push(chain, &anchor->cert.der);
		}
		if (is_end || !find_issuer(msg, chain, cert, issuer))
			break;
		old = cert;
		cert = issuer;
		issuer = old;
	}
	/* The end may be the trusted certificate; so may the signer itself. */
	chain->is_anchored =
		(is_self_signed(cert) &&
		 kuv_span_equal(&cert->cert.der, &anchor->cert.der)) ||
		kuv_span_equal(&signer->der, &anchor->cert.der);
	return true;
}

/* May it issue certificates? The last of a chain gets away with less. */
static bool is_ca(const struct link *link, bool is_last)
{
	const struct kuv_x509_ext *ext = &link->ext;

	if (ext->is_broken || (ext->has_usage && !ext->may_sign_certs))
		return false;
	if (ext->has_basic)
		return ext->is_ca;
	return is_last && ((link->cert.is_v1 && is_self_signed(link)) ||
			   ext->has_usage);
}

static bool is_self_issued(const struct kuv_x509 *cert)
{
	return kuv_name_equal(&cert->subject, &cert->issuer);
}

/* What each certificate says about itself and the ones below. */
static bool chain_is_allowed(const struct chain *chain)
{
	u32 i, nr_issuers = 0;
	struct link link;

	for (i = 0; i < chain->nr; i++) {
		if (!link_read(&link, &chain->certs[i]) ||
		    link.ext.has_unknown_critical || link.ext.is_unusable)
			return false;
		/*
		 * Whether names are within constraints is not worth deciding.
		 * What is not understood here may be elsewhere, so it is not
		 * passed over when the chain is made, but ends it badly.
		 */
		if (chain->nr > 1 &&
		    (link.ext.has_constraints || link.ext.is_strange))
			return false;
		if (!i)
			continue;
		if (!is_ca(&link, i + 1 == chain->nr))
			return false;
		if (nr_issuers > link.ext.path_len)
			return false;
		nr_issuers += !is_self_issued(&link.cert);
	}
	return true;
}

static int chain_verify(const struct chain *chain, struct kuv_pkcs7 *msg,
			const struct kuv_crypto_ops *ops)
{
	struct kuv_x509 cert, issuer;
	int ret;
	u32 i;

	for (i = chain->nr - 1; i > 0; i--) {
		if (kuv_x509_fields(&chain->certs[i], &issuer) ||
		    kuv_x509_fields(&chain->certs[i - 1], &cert) ||
		    !kuv_pkcs7_spend_rsa(msg))
			return -EKEYREJECTED;
		ret = kuv_x509_check_sig(&cert, &issuer, ops);
		if (ret)
			return ret;
	}
	return 0;
}

int kuv_pkcs7_check_chain(struct kuv_pkcs7 *msg,
			  const struct kuv_crypto_ops *ops,
			  const struct kuv_x509 *signer,
			  const struct kuv_x509 *anchor)
{
	struct chain chain = { 0 };
	struct link trusted;

	if (!link_read(&trusted, &anchor->der) ||
	    !chain_build(&chain, msg, signer, &trusted) ||
	    !chain.is_anchored || !chain_is_allowed(&chain))
		return -EKEYREJECTED;
	return chain_verify(&chain, msg, ops);
}
