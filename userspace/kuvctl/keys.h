/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Own keys for Secure Boot: a directory with PK, KEK and db. */
#ifndef _KUVCTL_KEYS_H
#define _KUVCTL_KEYS_H

#include <stdint.h>

#include "sign.h"

/* The file with the owner of all signatures made from a directory. */
#define KEYS_OWNER "owner.guid"

/**
 * struct keys_request - what keys are wanted
 * @name: stands in the certificates, before PK, KEK or db
 * @days: they are valid
 * @bits: of each key
 */
struct keys_request {
	const char *name;
	unsigned int days;
	unsigned int bits;
};

/**
 * keys_make() - make a key and a certificate that it signs itself
 * @r: request
 * @role: "PK", "KEK" or "db"
 * @ret: filled on success, for sign_key_free()
 *
 * Return: 0, or -EIO.
 */
int keys_make(const struct keys_request *r, const char *role,
	      struct sign_key *ret);

/**
 * keys_make_dir() - fill a directory with keys
 * @r: request
 * @dir: made if it is not there; nothing in it is overwritten
 *
 * For each role ROLE.key (PEM, mode 0600), ROLE.pem, ROLE.der and ROLE.esl, and
 * KEYS_OWNER. What was made is removed again on failure.
 *
 * Return: 0, -EEXIST if there is a file of one of these names, or -errno.
 */
int keys_make_dir(const struct keys_request *r, const char *dir);

/**
 * keys_read_owner() - the owner of a directory's signatures
 * @dir: made by keys_make_dir()
 * @owner: filled
 *
 * Return: 0, -EBADMSG if the file holds no GUID, or -errno.
 */
int keys_read_owner(const char *dir, uint8_t owner[16]);

#endif /* _KUVCTL_KEYS_H */
