// SPDX-License-Identifier: GPL-2.0
/* Writes fail_nth.inc: keys of Secure Boot and signed writes, as C arrays. */
#include <stdio.h>

#include "fixture.h"
#include "sign.h"

static const uint8_t guid_test[16] = TEST_GUID;
static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};
static const uint8_t guid_security[16] = {
	0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
	0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f,
};

static void emit(const char *array, struct write *w, const struct signer *s)
{
	struct bytes data = { 0 };
	size_t i;

	w->attributes |= NV_BS_RT | KVM_UEFIVARS_ATTR_AT;
	put_descriptor(&data, w, s);
	put(&data, w->payload.data, w->payload.len);
	printf("static const uint8_t %s[%zu] = {", array, data.len);
	for (i = 0; i < data.len; i++)
		printf("%s%u,", i % 16 ? " " : "\n\t", data.data[i]);
	printf("\n};\n");
}

static void emit_key(const char *array, const uint8_t *guid, const char *name,
		     uint32_t time, const struct signer *key,
		     const struct signer *by)
{
	struct write w = { .guid = guid, .name = name, .time = time };

	if (key)
		put_cert_list(&w.payload, guid_test, key);
	emit(array, &w, by);
}

static void emit_private(const char *array, uint32_t time, const char *text,
			 const struct signer *by)
{
	struct write w = { .guid = guid_test, .name = "Mine", .time = time };
	size_t i;

	for (i = 0; text[i]; i++)
		put(&w.payload, text + i, 1);
	emit(array, &w, by);
}

static void emit_append(const char *array, const struct signer *key,
			const struct signer *by)
{
	struct write w = {
		.guid = guid_security, .name = "db", .time = 9,
		.attributes = KVM_UEFIVARS_ATTR_AP,
	};

	put_cert_list(&w.payload, guid_test, key);
	emit(array, &w, by);
}

int main(void)
{
	struct signer pk, kek, db, more, owner;

	new_signer(&pk, "platform key", 2048);
	new_signer(&kek, "key exchange key", 2048);
	new_signer(&db, "signer", 2048);
	new_signer(&more, "one more signer", 2048);
	new_signer(&owner, "owner", 2048);
	printf("/* Made by gen_fail_nth.c. */\n");
	emit_key("kek_enrol", guid_global, "KEK", 1, &kek, NULL);
	emit_key("pk_enrol", guid_global, "PK", 1, &pk, &pk);
	emit_key("db_signed", guid_security, "db", 2, &db, &kek);
	emit_append("db_append", &more, &kek);
	emit_key("kek_signed", guid_global, "KEK", 3, &kek, &pk);
	emit_key("pk_delete", guid_global, "PK", 4, NULL, &pk);
	emit_private("mine_first", 1, "first", &owner);
	emit_private("mine_second", 2, "second", &owner);
	emit_private("mine_delete", 3, "", &owner);
	return 0;
}
