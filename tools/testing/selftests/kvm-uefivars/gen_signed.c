// SPDX-License-Identifier: GPL-2.0
/* Writes signed.inc: data of signed SetVariable calls, as C arrays. */
#include <stdio.h>

#include "fixture.h"
#include "sign.h"

/* NV BS RT AT, and to append */
#define ATTRIBUTES	0x27
#define APPEND		0x40

static const uint8_t guid[16] = TEST_GUID;

/* Descriptor and payload of a write of one word. */
static void emit(const char *array, const char *name, uint32_t attributes,
		 uint32_t time, const char *payload, const struct signer *s)
{
	struct write w = {
		.guid = guid, .name = name, .attributes = attributes,
		.time = time,
	};
	struct bytes data = { 0 };
	size_t i;

	for (i = 0; payload[i]; i++)
		put(&w.payload, payload + i, 1);
	put_descriptor(&data, &w, s);
	put(&data, w.payload.data, w.payload.len);
	printf("static const uint8_t %s[%zu] = {", array, data.len);
	for (i = 0; i < data.len; i++)
		printf("%s%u,", i % 16 ? " " : "\n\t", data.data[i]);
	printf("\n};\n");
}

int main(void)
{
	struct signer owner, other, small;

	new_signer(&owner, "owner", 2048);
	new_signer(&other, "other", 2048);
	new_signer(&small, "small", 1024);
	printf("/* Made by gen_signed.c. */\n");
	emit("owner_first", "Signed", ATTRIBUTES, 1, "first", &owner);
	emit("owner_second", "Signed", ATTRIBUTES, 2, "second", &owner);
	emit("owner_third", "Signed", ATTRIBUTES | APPEND, 3, " third", &owner);
	emit("owner_delete", "Signed", ATTRIBUTES, 4, "", &owner);
	emit("other_second", "Signed", ATTRIBUTES, 2, "second", &other);
	emit("small_first", "Small", ATTRIBUTES, 1, "first", &small);
	return 0;
}
