/* SPDX-License-Identifier: GPL-2.0 */
/* From a signer to a trusted certificate; only for pkcs7.c. */
#ifndef _KUV_CORE_PKCS7_CHAIN_H
#define _KUV_CORE_PKCS7_CHAIN_H

#include "pkcs7.h"

/**
 * kuv_pkcs7_next_cert() - step over a certificate of a message
 * @msg: message, pays for the walk
 * @left: contents of its certificate set, shortened by the certificate
 * @ret: certificate
 *
 * Context: Any.
 * Return: false at the end, or if the message has cost too much.
 */
bool kuv_pkcs7_next_cert(struct kuv_pkcs7 *msg, struct kuv_span *left,
			 struct kuv_x509 *ret);

/**
 * kuv_pkcs7_spend_rsa() - may another RSA operation be done?
 * @msg: message, pays for it
 *
 * Context: Any.
 * Return: false if the message has cost too much.
 */
bool kuv_pkcs7_spend_rsa(struct kuv_pkcs7 *msg);

/**
 * kuv_pkcs7_check_chain() - does a signer lead to a trusted certificate?
 * @msg: message with the issuers in between
 * @ops: crypto
 * @signer: certificate of the signer
 * @anchor: trusted certificate
 *
 * Context: May sleep.
 * Return: As kuv_pkcs7_check_trust().
 */
int kuv_pkcs7_check_chain(struct kuv_pkcs7 *msg,
			  const struct kuv_crypto_ops *ops,
			  const struct kuv_x509 *signer,
			  const struct kuv_x509 *anchor);

#endif /* _KUV_CORE_PKCS7_CHAIN_H */
