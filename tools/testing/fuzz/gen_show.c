// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the first corpus of fuzz_show: one sound variable of each kind. */
#include <sys/stat.h>

#include "fuzz.h"
#include "seeds.h"
#include "show_input.h"

/* PCI root, PCI device, disk, file; and what belongs to a console. */
#define DISK "\2\1\x0c\0\xd0\x41\3\x0a\0\0\0\0" "\1\1\6\0\2\x1f"
#define PARTITION "\4\1\x2a\0\1\0\0\0" "\0\x08\0\0\0\0\0\0" \
	"\0\0\x10\0\0\0\0\0" "0123456789abcdef" "\2\2"
#define FILE_NODE "\4\4\x0a\0\\\0a\0\0\0"
#define UART "\3\x0e\x13\0\0\0\0\0\0\xc2\1\0\0\0\0\0\x08\1\1"
#define VENDOR "\3\x0a\x14\0" "0123456789abcdef"
#define MAC "\3\x0b\x25\0" "0123456789abcdef0123456789abcdef" "\1"
#define INSTANCE "\x7f\1\4\0"
#define END "\x7f\xff\4\0"

#define HASH_TYPE "\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28"
#define X509_TYPE "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72"

static const struct {
	const char *name;
	enum show_input kind;
	const char *data;
	size_t len;
} seeds[] = {
#define SEED(name, kind, data) \
	{ name, SHOW_INPUT_##kind, data, sizeof(data) - 1 }
	SEED("option", OPTION, "\1\0\0\0\x4a\0" "d\0\0\0" DISK PARTITION
	     FILE_NODE END "--\0\0"),
	SEED("paths", PATHS, DISK UART VENDOR INSTANCE MAC END),
	SEED("key", KEY, "\0\1\0\x40\0\0\0\0\1\0\x0c\0\0\0"),
	SEED("hashes", DB, HASH_TYPE "\x4c\0\0\0\0\0\0\0\x30\0\0\0"
	     "0123456789abcdef" "0123456789abcdef0123456789abcdef"),
	SEED("certificate", DB, X509_TYPE "\x30\0\0\0\0\0\0\0\x14\0\0\0"
	     "0123456789abcdef" "\x30\2\5\0"),
	SEED("certdb", CERTDB, "\x28\0\0\0" "0123456789abcdef" "\x24\0\0\0"
	     "\2\0\0\0\4\0\0\0" "P\0k\0" "cert"),
	SEED("order", ORDER, "\1\0\2\0"),
	SEED("text", TEXT, "en-US\0"),
	SEED("text16", TEXT16, "e\0n\0\0\0"),
	SEED("guids", GUIDS, HASH_TYPE X509_TYPE),
	SEED("indications", INDICATIONS, "\1\0\0\0\0\0\0\0"),
	SEED("timeout", TIMEOUT, "\5\0"),
	SEED("number", NUMBER, "\1\0"),
	SEED("flag", FLAG, "\1"),
	SEED("next", NEXT, "\3\0"),
	SEED("other", OTHER, "n\0a\0m\0e\0" "\0\1\2\3"),
};

int main(int argc, char **argv)
{
	char path[4096];
	size_t i;

	if (argc != 2) {
		fprintf(stderr, "usage: gen_show DIRECTORY\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/fuzz_show", argv[1]);
	mkdir(argv[1], 0755);
	mkdir(path, 0755);
	for (i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		uint8_t *p = malloc(seeds[i].len + 1);

		CHECK(p);
		p[0] = seeds[i].kind;
		memcpy(p + 1, seeds[i].data, seeds[i].len);
		seeds_save(argv[1], "fuzz_show", seeds[i].name, p,
			   seeds[i].len + 1);
		free(p);
	}
	return 0;
}
