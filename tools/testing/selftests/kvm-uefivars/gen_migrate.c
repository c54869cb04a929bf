// SPDX-License-Identifier: GPL-2.0
/* Writes migrate.inc: keys and signed writes for the guest that is moved, as C arrays. */
#include <stdio.h>

#include "fixture.h"
#include "sign.h"

#define NR_UPDATES	100

static const uint8_t guid_test[16] = TEST_GUID;
static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};

static void emit(const char *array, int i, struct write *w,
		 const struct signer *s)
{
	struct bytes data = { 0 };
	size_t n;

	w->attributes = NV_BS_RT | KVM_UEFIVARS_ATTR_AT;
	put_descriptor(&data, w, s);
	put(&data, w->payload.data, w->payload.len);
	printf("static const uint8_t %s_%d[%zu] = {", array, i, data.len);
	for (n = 0; n < data.len; n++)
		printf("%s%u,", n % 16 ? " " : "\n\t", data.data[n]);
	printf("\n};\n");
}

/* A certificate as a key of Secure Boot, unsigned as in setup mode. */
static void emit_key(const char *array, const char *name,
		     const struct signer *s)
{
	struct write w = { .guid = guid_global, .name = name };

	put_cert_list(&w.payload, guid_test, s);
	emit(array, 0, &w, NULL);
}

static void emit_private(const char *array, int i, uint32_t time,
			 uint32_t value, const struct signer *s)
{
	struct write w = { .guid = guid_test, .name = "Private", .time = time };

	put_le(&w.payload, value, 4);
	emit(array, i, &w, s);
}

int main(void)
{
	struct signer pk, kek, owner, other;
	uint32_t i;

	new_signer(&pk, "platform key", 2048);
	new_signer(&kek, "key exchange key", 2048);
	new_signer(&owner, "owner", 2048);
	new_signer(&other, "other", 2048);
	printf("/* Made by gen_migrate.c. */\n");
	emit_key("kek", "KEK", &kek);
	emit_key("pk", "PK", &pk);
	for (i = 0; i <= NR_UPDATES; i++)
		emit_private("private", (int)i, i, i, &owner);
	emit_private("stolen", 0, 3600, 99, &other);
	printf("static const struct { const uint8_t *data; uint32_t len; } updates[] = {\n");
	for (i = 1; i <= NR_UPDATES; i++)
		printf("\t{ private_%u, sizeof(private_%u) },\n", i, i);
	printf("};\n");
	return 0;
}
