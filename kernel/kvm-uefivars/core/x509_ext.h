/* SPDX-License-Identifier: GPL-2.0 */
/* What the extensions of a certificate say about chains. */
#ifndef _KUV_CORE_X509_EXT_H
#define _KUV_CORE_X509_EXT_H

#include "x509.h"

/* No limit on the issuers below. */
#define KUV_PATH_LEN_ANY	U32_MAX

/**
 * struct kuv_x509_ext - extensions that matter when a chain is made
 * @is_broken: what they say makes no sense: nobody takes it for an issuer
 * @is_strange: one that must be understood is not, though others may understand
 *	it: no chain is made with it
 * @has_unknown_critical: a critical one is not known
 * @is_unusable: has one that no chain is made with: proxies, addresses
 * @has_constraints: says which names it may sign
 * @has_basic: says whether it is a CA
 * @is_ca: it is
 * @has_usage: says what its key may do
 * @may_sign_certs: its key may sign certificates
 * @has_key_id: has an identifier of its own key
 * @has_issuer_key_id: has an identifier of the issuer's key
 * @has_issuer_serial: has the serial number of the issuer
 * @has_issuer_name: has the name of the issuer's issuer
 * @path_len: issuers allowed between it and the signer
 * @key_id: own key
 * @issuer_key_id: key of the issuer
 * @issuer_serial: serial number of the issuer
 * @issuer_name: name of the issuer's issuer, contents
 */
struct kuv_x509_ext {
	bool is_broken;
	bool is_strange;
	bool has_unknown_critical;
	bool is_unusable;
	bool has_constraints;
	bool has_basic;
	bool is_ca;
	bool has_usage;
	bool may_sign_certs;
	bool has_key_id;
	bool has_issuer_key_id;
	bool has_issuer_serial;
	bool has_issuer_name;
	u32 path_len;
	struct kuv_span key_id;
	struct kuv_span issuer_key_id;
	struct kuv_span issuer_serial;
	struct kuv_span issuer_name;
};

/**
 * kuv_x509_read_ext() - read the extensions of a certificate
 * @cert: certificate, from kuv_x509_parse()
 * @ret: what they say
 *
 * Context: Any.
 */
void kuv_x509_read_ext(const struct kuv_x509 *cert, struct kuv_x509_ext *ret);

#endif /* _KUV_CORE_X509_EXT_H */
