/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EFI_SIGNATURE_LIST: the content of PK, KEK, db and dbx (UEFI 2.10, 32.4.1). */
#ifndef _VARD_SIGLIST_H
#define _VARD_SIGLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct vard_sig - one signature of a database; all is borrowed
 * @type: EFI_GUID of the list it stands in
 * @owner: SignatureOwner
 * @data: behind the owner: a certificate in DER, a hash, ...
 * @len: its bytes
 */
struct vard_sig {
	const uint8_t *type;
	const uint8_t *owner;
	const uint8_t *data;
	uint32_t len;
};

/* Called for each signature. Return 0 to go on, anything else to stop with. */
typedef int (*vard_sig_fn)(const struct vard_sig *sig, void *arg);

/**
 * vard_siglist_walk() - every signature of a database
 * @data: any bytes
 * @len: how many
 * @fn: called for each, until it stops
 * @arg: for @fn
 *
 * Nothing is called if the lists are malformed.
 *
 * Return: 0, what @fn stopped with, or -EBADMSG.
 */
int vard_siglist_walk(const uint8_t *data, size_t len, vard_sig_fn fn,
		      void *arg);

/* EFI_CERT_X509_GUID and EFI_CERT_SHA256_GUID, in EFI byte order. */
extern const uint8_t vard_sig_x509[16];
extern const uint8_t vard_sig_sha256[16];

/**
 * vard_siglist_append() - add one signature in a list of its own
 * @buf: grown with realloc(); NULL to begin
 * @len: its bytes
 * @sig: signature
 *
 * Return: 0 or -ENOMEM.
 */
int vard_siglist_append(uint8_t **buf, size_t *len, const struct vard_sig *sig);

#endif /* _VARD_SIGLIST_H */
