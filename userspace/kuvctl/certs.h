/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates of Secure Boot: which ones are known, what one says, where to find them. */
#ifndef _KUVCTL_CERTS_H
#define _KUVCTL_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Largest certificate looked at. */
#define CERT_MAX	65536U

/* Databases a certificate belongs in, and what else is known about it. */
#define CERT_PK		(1U << 0)
#define CERT_KEK	(1U << 1)
#define CERT_DB		(1U << 2)
#define CERT_2011	(1U << 3)	/* Microsoft's, first generation */
#define CERT_2023	(1U << 4)	/* Microsoft's, second generation */
#define CERT_TEST	(1U << 5)	/* everybody has its private key */

/**
 * struct cert_known - a certificate that many machines have
 * @id: a word for command lines: "ms-kek-2023"
 * @name: for people, at most 40 characters
 * @sha256: of its DER
 * @flags: CERT_*
 * @expires: end of its validity, "YYYY-MM-DD"
 */
struct cert_known {
	const char *id;
	const char *name;
	uint8_t sha256[32];
	unsigned int flags;
	const char *expires;
};

/**
 * cert_known_at() - go through all known certificates
 * @i: from 0
 *
 * Return: The certificate, or NULL behind the last one.
 */
const struct cert_known *cert_known_at(size_t i);

/**
 * cert_known_by_id() - look a certificate up by its word
 * @id: word
 *
 * Return: The certificate or NULL.
 */
const struct cert_known *cert_known_by_id(const char *id);

/**
 * cert_known_by_hash() - look a certificate up
 * @sha256: of its DER
 *
 * Return: The certificate or NULL.
 */
const struct cert_known *cert_known_by_hash(const uint8_t sha256[32]);

/**
 * struct cert_info - what a certificate says; all text is fit for a terminal
 * @sha256: of all its bytes
 * @known: which one it is, NULL if none that is known
 * @is_parsed: it is a certificate; without that only @sha256, @known and @name
 *	mean something
 * @is_rsa: it has an RSA key; UEFI takes no other here
 * @is_test: everybody has the private key, or its own name says "DO NOT TRUST"
 * @key_bits: of the key, 0 if unknown
 * @not_before: seconds since 1970, 0 if unreadable
 * @not_after: the same
 * @name: name of @known, else the common name, else the subject
 * @subject: as RFC 2253 has it, perhaps cut
 * @issuer: the same
 */
struct cert_info {
	uint8_t sha256[32];
	const struct cert_known *known;
	bool is_parsed;
	bool is_rsa;
	bool is_test;
	int key_bits;
	int64_t not_before;
	int64_t not_after;
	char name[80];
	char subject[256];
	char issuer[256];
};

/**
 * cert_describe() - read a certificate
 * @der: any bytes; they may come from a guest
 * @len: how many
 * @ret: filled in every case
 *
 * Return: Whether @der begins with a certificate.
 */
bool cert_describe(const uint8_t *der, size_t len, struct cert_info *ret);

/**
 * cert_is_expired() - is its validity over?
 * @c: certificate
 * @now: seconds since 1970
 *
 * Firmware does not ask that; those who sign do.
 *
 * Return: Whether it is.
 */
bool cert_is_expired(const struct cert_info *c, int64_t now);

/* Room for cert_date(). */
#define CERT_DATE 11

/**
 * cert_date() - a day for people
 * @when: seconds since 1970; 0 for unknown
 * @text: filled with "YYYY-MM-DD" or "?"
 */
void cert_date(int64_t when, char text[CERT_DATE]);

/**
 * cert_hex() - bytes as hexadecimal digits
 * @p: bytes
 * @len: how many
 * @text: room for 2 * @len + 1 characters
 */
void cert_hex(const uint8_t *p, size_t len, char *text);

/* Called for each certificate of a file. Return 0 to go on. */
typedef int (*cert_fn)(const uint8_t *der, size_t len, void *arg);

/**
 * cert_walk_file() - every certificate of a file
 * @path: PEM with any number of certificates, DER, signature lists, or a flash
 *	image of variables ending in ".fd" (its PK, KEK and db)
 * @fn: called for each, until it stops
 * @arg: for @fn
 *
 * Return: 0, what @fn stopped with, -EBADMSG if there is no certificate in the
 * file, or another -errno.
 */
int cert_walk_file(const char *path, cert_fn fn, void *arg);

/**
 * cert_find() - the bytes of a known certificate
 * @c: certificate
 * @dir: looked into first, with what is below it; NULL for none
 * @ret: filled with its DER to free()
 * @ret_len: its bytes
 *
 * Then where Debian's packages ovmf, python3-virt-firmware and shim-unsigned
 * have certificates. Bytes are taken by their hash, never by a file's name.
 *
 * Return: 0, -ENOENT, or another -errno for @dir.
 */
int cert_find(const struct cert_known *c, const char *dir, uint8_t **ret,
	      size_t *ret_len);

#endif /* _KUVCTL_CERTS_H */
