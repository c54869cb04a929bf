/* SPDX-License-Identifier: GPL-2.0 */
/* SignedData messages: who signed, and does it hold. */
#ifndef _KUV_CORE_PKCS7_H
#define _KUV_CORE_PKCS7_H

#include "crypto.h"
#include "x509.h"

/* What one message may have, and cost. */
#define KUV_PKCS7_SIGNERS_MAX	8
#define KUV_PKCS7_CERTS_MAX	256
#define KUV_PKCS7_RSA_OPS_MAX	64
#define KUV_PKCS7_CHAIN_MAX	16
#define KUV_PKCS7_WALK_MAX	(16 << 20)

/**
 * struct kuv_pkcs7_signer - one SignerInfo
 * @cert: its certificate, found in the message
 * @attrs: signed attributes with their [0] header, empty if none
 * @digest: what the attributes say the digest of the data is
 * @sig: signature
 */
struct kuv_pkcs7_signer {
	struct kuv_x509 cert;
	struct kuv_span attrs;
	struct kuv_span digest;
	struct kuv_span sig;
};

/**
 * struct kuv_pkcs7 - a message that was parsed
 *
 * Too large for the stack of a function that does more than call others.
 *
 * @hash: the digest algorithm, of the message and of each signer
 * @certs: contents of the certificate set, may be empty
 * @nr_signers: signers, at least one
 * @rsa_ops_left: RSA operations that may still be spent on it
 * @walk_left: bytes of certificates that may still be walked for it
 * @signers: they
 */
struct kuv_pkcs7 {
	enum kuv_hash hash;
	struct kuv_span certs;
	u32 nr_signers;
	u32 rsa_ops_left;
	u32 walk_left;
	struct kuv_pkcs7_signer signers[KUV_PKCS7_SIGNERS_MAX];
};

/**
 * kuv_pkcs7_parse() - take a message apart
 * @der: bare SignedData, or ContentInfo around it
 * @ret_msg: message, points into @der
 *
 * Refuses what could never verify: a digest algorithm other than SHA-256,
 * SHA-384 and SHA-512, none or several of them, no signer, a signer whose
 * certificate is not in the message or whose algorithm is another one.
 *
 * Context: Any. Bounded by the length, allocates nothing.
 * Return: 0 or -EBADMSG.
 */
int kuv_pkcs7_parse(const struct kuv_span *der, struct kuv_pkcs7 *ret_msg);

/**
 * kuv_pkcs7_verify() - is every signature of a message right?
 * @msg: message
 * @ops: crypto
 * @data: what was signed, in parts
 * @nr: number of parts
 *
 * Says nothing about trust.
 *
 * Context: May sleep.
 * Return: 0, -EKEYREJECTED (a signature is wrong, or too much work), or
 * another negative errno of the host.
 */
int kuv_pkcs7_verify(struct kuv_pkcs7 *msg, const struct kuv_crypto_ops *ops,
		     const struct kuv_span *data, u32 nr);

/**
 * kuv_pkcs7_check_trust() - does every signer lead to one trusted certificate?
 * @msg: message
 * @ops: crypto
 * @anchor: trusted certificate; need not be self-signed
 *
 * A signer that is the anchor is trusted; else its issuers are looked for in
 * the message and checked: names, key identifiers, CA, key usage, path length,
 * unknown critical extensions, signature. Dates are not.
 *
 * Context: May sleep.
 * Return: 0, -EKEYREJECTED, or another negative errno of the host.
 */
int kuv_pkcs7_check_trust(struct kuv_pkcs7 *msg,
			  const struct kuv_crypto_ops *ops,
			  const struct kuv_x509 *anchor);

#endif /* _KUV_CORE_PKCS7_H */
