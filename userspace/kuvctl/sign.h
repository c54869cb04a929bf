/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing variables: EFI_VARIABLE_AUTHENTICATION_2 with libcrypto. */
#ifndef _KUVCTL_SIGN_H
#define _KUVCTL_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "var.h"

/**
 * struct sign_key - who signs
 * @key: RSA
 * @cert: certificate of it
 */
struct sign_key {
	EVP_PKEY *key;
	X509 *cert;
};

/**
 * sign_key_load() - read a key and its certificate
 * @key_path: PEM, not encrypted
 * @cert_path: PEM or DER
 * @ret: filled on success, for sign_key_free()
 *
 * Return: NULL, or why not.
 */
const char *sign_key_load(const char *key_path, const char *cert_path,
			  struct sign_key *ret);

/**
 * sign_key_free() - free what is in it; the key is wiped
 * @k: filled or zero
 */
void sign_key_free(struct sign_key *k);

/**
 * sign_time_from() - EFI_TIME of a time
 * @t: seconds since 1970
 * @ret: filled
 */
void sign_time_from(time_t t, uint8_t ret[16]);

/**
 * sign_time_parse() - EFI_TIME from a command line
 * @text: YYYY-MM-DD[THH:MM:SS], UTC; the T may be a blank and a Z may follow
 * @ret: filled
 *
 * Return: Whether @text is one.
 */
bool sign_time_parse(const char *text, uint8_t ret[16]);

/**
 * sign_variable() - what a guest passes to SetVariable(), signed
 * @v: guid, name, attributes as of SetVariable(), time, and as data what is to
 *	be in the variable
 * @k: who signs
 * @content_info: wrap the SignedData in a ContentInfo
 * @ret: filled on success with the descriptor and the data, to free()
 * @ret_len: its bytes
 *
 * Return: NULL, or why not.
 */
const char *sign_variable(const struct vard_var *v, const struct sign_key *k,
			  bool content_info, uint8_t **ret, size_t *ret_len);

#endif /* _KUVCTL_SIGN_H */
