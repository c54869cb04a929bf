/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What OpenSSL thinks of a certificate or a message, asked as edk2 asks it. */
#ifndef _FUZZ_AUTH_OPENSSL_H
#define _FUZZ_AUTH_OPENSSL_H

#include "x509.h"

/* OpenSSL's opinion; it has none of what it cannot parse. */
enum auth_opinion {
	AUTH_ACCEPTED,
	AUTH_REFUSED,
	AUTH_UNREADABLE,
};

/**
 * auth_openssl_verify() - is a message right, and trusted?
 * @der: message, with or without ContentInfo
 * @data: what it signs
 * @anchor: trusted certificate, or NULL if trust does not matter
 *
 * Return: Its opinion.
 */
enum auth_opinion auth_openssl_verify(const struct kuv_span *der,
				      const struct kuv_span *data,
				      const struct kuv_span *anchor);

/**
 * auth_openssl_check_cert() - does OpenSSL find the same in a certificate?
 * @cert: what the core found
 *
 * Stops the run if not.
 */
void auth_openssl_check_cert(const struct kuv_x509 *cert);

#endif /* _FUZZ_AUTH_OPENSSL_H */
