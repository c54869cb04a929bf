// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the first corpus of fuzz_formats: some variables in each format. */
#include <sys/stat.h>

#include "formats.h"
#include "formats_input.h"
#include "fuzz.h"
#include "seeds.h"
#include "siglist.h"

#define A_PLAIN	7
#define A_AUTH	0x27
#define GUID_CERTDB \
	{ 0x6e, 0xe5, 0xbe, 0xd9, 0xdc, 0x75, 0xd9, 0x49, \
	  0xb4, 0xd7, 0xb5, 0x34, 0x21, 0x0f, 0x63, 0x7a }

static const uint8_t signers[] =
	"\x48\0\0\0" "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\x44\0\0\0" "\4\0\0\0"
	" \0\0\0" "P\0r\0i\0v\0" "0123456789abcdef0123456789ABCDEF";

#define NAME(literal) \
	.name = (const uint8_t *)(u"" literal), .name_len = sizeof(u"" literal) - 2

static const struct vard_var vars[] = {
	{ .guid = { 1 }, NAME("Plain"), .data = (const uint8_t *)"12345",
	  .data_len = 5, .attributes = A_PLAIN },
	{ .guid = { 2 }, NAME("Priv"), .data = (const uint8_t *)"p",
	  .data_len = 1, .attributes = A_AUTH, .time = { 0xe8, 7, 1, 1 } },
	{ .guid = GUID_CERTDB, NAME("certdb"), .data = signers,
	  .data_len = sizeof(signers) - 1, .attributes = A_AUTH },
	{ .guid = { 3 }, NAME("b\u00e4"), .data = (const uint8_t *)"x",
	  .data_len = 1, .attributes = 3 },
};

static void save(const char *dir, const char *name, enum formats_input kind,
		 const void *data, size_t len)
{
	uint8_t *p = malloc(len + 1);

	CHECK(p);
	p[0] = kind;
	memcpy(p + 1, data, len);
	seeds_save(dir, "fuzz_formats", name, p, len + 1);
	free(p);
}

/* EC2's is found packed only here; the dictionary is not for a corpus. */
static void save_formats(const char *dir)
{
	static const enum vard_format some[] = {
		VARD_FORMAT_JSON, VARD_FORMAT_UEFIVARS, VARD_FORMAT_UEFIVARS_V1,
		VARD_FORMAT_VARSTORED, VARD_FORMAT_VARSTORED_V1,
		VARD_FORMAT_XAPI, VARD_FORMAT_AWS_PLAIN,
	};
	size_t i, len = 0;

	for (i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct vard_report report = { 0 };
		uint8_t *data = NULL;

		CHECK(!vard_format_write(some[i], vars, 4, false, &report,
					 &data, &len));
		save(dir, vard_format_name(some[i]), FORMATS_FILE, data, len);
		free(data);
	}
}

static void save_others(const char *dir)
{
	static const char content[] =
		"\2\0\0\0\0\0\0\0" "\2\0\0\0\0\0\0\0Ab" "\1\0\0\0\0\0\0\0x"
		"\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20" "\7\0\0\0"
		"\1\0\0\0\0\0\0\0P" "\1\0\0\0\0\0\0\0x"
		"\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20" "\x27\0\0\0"
		"\xe8\7\1\1\0\0\0\0\0\0\0\0\0\0\0\0" " \0\0\0\0\0\0\0"
		"0123456789abcdef0123456789ABCDEF";
	static const char file[] =
		"Boot0000-8be4df61-93ca-11d2-aa0d-00e098032b8c\0\7\0\0\0x";
	struct vard_sig sig = { .type = vard_sig_sha256, .owner = signers,
				.data = signers, .len = 32 };
	uint8_t *lists = NULL;
	size_t len = 0;

	save(dir, "aws-content", FORMATS_AWS, content, sizeof(content) - 1);
	save(dir, "efivarfs", FORMATS_EFIVARFS, file, sizeof(file) - 1);
	save(dir, "base64", FORMATS_BASE64, "VkFS\nUwIAAAA=", 13);
	CHECK(!vard_siglist_append(&lists, &len, &sig));
	CHECK(!vard_siglist_append(&lists, &len, &sig));
	save(dir, "siglist", FORMATS_SIGLIST, lists, len);
	free(lists);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	mkdir(argv[1], 0777);
	save_formats(argv[1]);
	save_others(argv[1]);
	return 0;
}
