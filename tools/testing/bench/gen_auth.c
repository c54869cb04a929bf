// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes the signed messages of the bench: keys, appends to databases, a private variable. */

#include "job.h"
#include "sign.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kvm_uefivars_mailbox.h>

#define A_KEY		0x27	/* NV BS RT AT */
#define A_APPEND	0x67
/* 20 entries of SHA-256: 28 + 20 * 48 bytes, about 1 KiB. */
#define NR_HASHES	20
#define HASHES_LEN	(28 + NR_HASHES * 48)
#define PRIVATE_LEN	64

static const uint8_t guid_variable[16] = KVM_UEFIVARS_GUID_VARIABLE;
static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};
static const uint8_t guid_security[16] = {
	0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
	0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f,
};
static const uint8_t guid_private[16] = "bench's privates";
static const uint8_t guid_sha256[16] = {
	0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40,
	0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28,
};
#define DESCRIPTOR_LEN	40	/* time and certificate header, up to the signature */
#define WRAP_LEN	19	/* ContentInfo around a SignedData of 256 to 65535 bytes */

/*
 * Takes the ContentInfo off the signature. UEFI allows both forms; QEMU 10's
 * device cannot read the one with it.
 */
static void unwrap_signature(struct bytes *b)
{
	uint8_t *sig = b->data + DESCRIPTOR_LEN;
	uint32_t len = (uint32_t)b->len - 16 - WRAP_LEN;

	if (b->len < DESCRIPTOR_LEN + WRAP_LEN || sig[0] != 0x30 ||
	    sig[1] != 0x82 || sig[15] != 0xa0 || sig[16] != 0x82)
		errx(1, "a signature has not the form that is expected");
	b->len -= WRAP_LEN;
	memmove(sig, sig + WRAP_LEN, b->len - DESCRIPTOR_LEN);
	memcpy(b->data + 16, &len, sizeof(len));
}

/* One message: its length, itself, zeroes up to a multiple of 8. */
static void emit(FILE *f, const struct write *w, const struct signer *s)
{
	struct bytes data = { 0 }, m = { 0 };
	size_t name_len = 2 * (strlen(w->name) + 1);

	put_descriptor(&data, w, s);
	if (s)
		unwrap_signature(&data);
	put(&data, w->payload.data, w->payload.len);
	put(&m, guid_variable, 16);
	put_le(&m, 16 + 36 + name_len + data.len, 8);
	put_le(&m, KVM_UEFIVARS_FN_SET_VARIABLE, 8);
	put_le(&m, ~0ULL, 8);
	put(&m, w->guid, 16);
	put_le(&m, data.len, 8);
	put_le(&m, name_len, 8);
	put_le(&m, w->attributes, 4);
	put_name(&m, w->name);
	put_le(&m, 0, 2);
	put(&m, data.data, data.len);
	fwrite(&(uint64_t){ m.len }, 8, 1, f);
	fwrite(m.data, (m.len + 7) & ~7UL, 1, f);
}

/* Hashes that no other list has. */
static void put_hash_list(struct bytes *b, uint32_t list)
{
	uint32_t hash[8] = { list };

	put(b, guid_sha256, 16);
	put_le(b, HASHES_LEN, 4);
	put_le(b, 0, 4);
	put_le(b, 48, 4);
	for (hash[1] = 0; hash[1] < NR_HASHES; hash[1]++) {
		put(b, guid_private, 16);
		put(b, hash, sizeof(hash));
	}
}

/* @by: whose signature it has, NULL for none. */
static void emit_key(FILE *f, const char *name, const struct signer *s,
		     const struct signer *by)
{
	struct write w = {
		.guid = guid_global, .name = name, .attributes = A_KEY,
	};

	put_cert_list(&w.payload, guid_private, s);
	emit(f, &w, by);
}

static void emit_append(FILE *f, const char *name, uint32_t i,
			const struct signer *s)
{
	struct write w = {
		.guid = guid_security, .name = name, .attributes = A_APPEND,
		.time = i,
	};

	put_hash_list(&w.payload, i);
	emit(f, &w, s);
}

static void emit_private(FILE *f, uint32_t i, const struct signer *s)
{
	struct write w = {
		.guid = guid_private, .name = "BenchPrivate",
		.attributes = A_KEY, .time = i,
	};
	uint8_t data[PRIVATE_LEN];

	memset(data, (int)i, sizeof(data));
	put(&w.payload, data, sizeof(data));
	emit(f, &w, s);
}

int main(int argc, char **argv)
{
	struct signer pk, kek, owner;
	uint32_t i;
	FILE *f;

	if (argc != 2)
		errx(2, "usage: gen_auth FILE");
	f = fopen(argv[1], "wb");
	if (!f)
		err(1, "%s", argv[1]);
	new_signer(&pk, "bench platform key", 2048);
	new_signer(&kek, "bench key exchange key", 2048);
	new_signer(&owner, "bench owner", 2048);
	emit_key(f, "KEK", &kek, NULL);
	/* QEMU's device wants a platform key that signs itself. */
	emit_key(f, "PK", &pk, &pk);
	for (i = 0; i < BENCH_AUTH_WARM; i++)
		emit_append(f, "dbt", i, &kek);
	/* Two databases: one could not hold them all. */
	for (i = 0; i < BENCH_WINDOW; i++)
		emit_append(f, i % 2 ? "db" : "dbx", i, &kek);
	for (i = 0; i < BENCH_AUTH_WARM + BENCH_WINDOW; i++)
		emit_private(f, i, &owner);
	if (fclose(f))
		err(1, "%s", argv[1]);
	return 0;
}
