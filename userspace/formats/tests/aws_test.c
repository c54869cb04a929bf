// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of EC2's export. */
#include "some_vars.h"

#include <endian.h>
#include <errno.h>
#include <unistd.h>
#include <zlib.h>

#include "aws.h"
#include "base64.h"

#define F VARD_FORMAT_AWS_PLAIN
#define ENV "KUV_AWS_DICTIONARY"

/* One variable "Ab" as it is before it is packed. */
static const char content[] =
	"\1\0\0\0\0\0\0\0" "\2\0\0\0\0\0\0\0Ab" "\1\0\0\0\0\0\0\0x"
	"\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20" "\7\0\0\0";

#define CONTENT_LEN (sizeof(content) - 1)

/* The tests' own, so that the other one does not check itself. */
static uint32_t crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < 8 * len; i++) {
		uint32_t bit = (crc ^ ((uint32_t)p[i / 8] >> i % 8)) & 1;

		crc = (crc >> 1) ^ (bit ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void put32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, 4);
}

/* An export of this content. */
static uint8_t *pack(const void *data, size_t len, size_t *ret_len)
{
	uLongf packed = compressBound((uLong)len);
	uint8_t *p = malloc(16 + packed);

	assert_non_null(p);
	memcpy(p, "AMZNUEFI", 8);
	put32(p + 12, 0);
	assert_int_equal(compress2(p + 16, &packed, data, (uLong)len, 9), Z_OK);
	put32(p + 8, crc32c(p + 12, 4 + packed));
	*ret_len = 16 + packed;
	return p;
}

static void refused(const void *data, size_t len, const char *words, size_t nr)
{
	size_t packed;
	uint8_t *p = pack(data, len, &packed);

	some_refused(F, p, packed, words, nr);
	free(p);
}

static void aws_bytes(void **state)
{
	struct vard_template t;
	size_t len;
	uint8_t *p = pack(content, CONTENT_LEN, &len);

	(void)state;
	assert_int_equal(crc32c((const uint8_t *)"123456789", 9), 0xe3069283);
	assert_int_equal(some_read(F, p, len, false, &t), 0);
	assert_int_equal(t.nr, 1);
	assert_int_equal(t.vars[0].attributes, 7);
	assert_memory_equal(t.vars[0].name, "A\0b\0", 4);
	assert_int_equal(t.vars[0].guid[15], 16);
	vard_template_clear(&t);
	free(p);
}

static void aws_checksum(void **state)
{
	size_t len;
	uint8_t *p = pack(content, CONTENT_LEN, &len);

	(void)state;
	p[8] ^= 1;
	some_refused(F, p, len, "checksum", 0);
	free(p);
}

static void aws_version(void **state)
{
	size_t len;
	uint8_t *p = pack(content, CONTENT_LEN, &len);

	(void)state;
	p[12] = 1;
	put32(p + 8, crc32c(p + 12, len - 12));
	some_refused(F, p, len, "version 1", 0);
	free(p);
}

static void aws_not_packed(void **state)
{
	size_t len;
	uint8_t *p = pack(content, CONTENT_LEN, &len);

	(void)state;
	p[16] ^= 1;
	put32(p + 8, crc32c(p + 12, len - 12));
	some_refused(F, p, len, "cannot be unpacked", 0);
	p[16] ^= 1;
	put32(p + 8, crc32c(p + 12, len - 13));
	some_refused(F, p, len - 1, "cannot be unpacked", 0);
	free(p);
}

/* A few kilobytes that would fill the memory. */
static void aws_bomb(void **state)
{
	size_t len, size = VARD_AWS_MAX + 1;
	uint8_t *zeros = calloc(1, size), *p;

	(void)state;
	assert_non_null(zeros);
	p = pack(zeros, size, &len);
	assert_true(len < 20000);
	some_refused(F, p, len, "more than", 0);
	free(p);
	free(zeros);
}

static void aws_count(void **state)
{
	char c[CONTENT_LEN];

	(void)state;
	memcpy(c, content, sizeof(c));
	c[0] = 2;
	refused(c, sizeof(c), "variables[1]: the export ends", 1);
	memset(c, 0xff, 8);
	refused(c, sizeof(c), "variables[1]: the export ends", 1);
	memset(c, 0, 8);
	refused(c, sizeof(c), "bytes behind", 0);
	refused(c, 7, "no content", 0);
}

static void aws_name_not_utf8(void **state)
{
	char c[CONTENT_LEN];

	(void)state;
	memcpy(c, content, sizeof(c));
	c[16] = (char)0xff;
	refused(c, sizeof(c), "not UTF-8", 0);
}

static void aws_lengths(void **state)
{
	char c[CONTENT_LEN];

	(void)state;
	memcpy(c, content, sizeof(c));
	memset(c + 8, 0xff, 8);
	refused(c, sizeof(c), "ends within", 0);
	memcpy(c, content, sizeof(c));
	memset(c + 18, 0xff, 8);
	refused(c, sizeof(c), "ends within", 0);
}

static void aws_digest_length(void **state)
{
	static const char tail[] = "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20"
				   "\1\0\0\0\0\0\0\0" "d";
	char c[CONTENT_LEN + sizeof(tail) - 1];

	(void)state;
	memcpy(c, content, CONTENT_LEN);
	memcpy(c + CONTENT_LEN, tail, sizeof(tail) - 1);
	c[CONTENT_LEN - 4] = 0x27;
	refused(c, sizeof(c), "has not 32 bytes", 0);
}

/* As virt-firmware writes it. */
static void aws_digest_empty(void **state)
{
	char c[CONTENT_LEN + 24] = { 0 };
	size_t len;
	uint8_t *p;

	(void)state;
	memcpy(c, content, CONTENT_LEN);
	c[CONTENT_LEN - 4] = 0x27;
	p = pack(c, sizeof(c), &len);
	some_remark(F, p, len, "nothing tells who signs it", 1);
	free(p);
}

static void aws_no_dictionary(void **state)
{
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	setenv(ENV, "/nonexistent", 1);
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_write(VARD_FORMAT_AWS, some_vars, NR_SOME,
					   false, &report, &p, &len), -EINVAL);
	assert_non_null(strstr(report.text, "python3-virt-firmware"));
	p = pack(content, CONTENT_LEN, &len);
	/* The flag, and what makes the sum of both bytes right again. */
	p[17] = 0xf9;
	put32(p + 8, crc32c(p + 12, len - 12));
	some_refused(F, p, len, "python3-virt-firmware", 0);
	free(p);
}

static void aws_wrong_dictionary(void **state)
{
	char path[] = "/tmp/aws-test.XXXXXX";
	int fd = mkstemp(path);
	uint8_t *p = NULL;
	size_t len;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 11381), 0);
	close(fd);
	setenv(ENV, path, 1);
	report = (struct vard_report){ 0 };
	assert_int_equal(vard_format_write(VARD_FORMAT_AWS, some_vars, NR_SOME,
					   false, &report, &p, &len), -EINVAL);
	assert_non_null(strstr(report.text, "is not EC2's dictionary"));
	unlink(path);
}

/* With the real one, where it is installed or the environment names it. */
static void aws_dictionary(void **state)
{
	const char *path = *state;
	uint8_t *p = NULL, *plain = NULL;
	struct vard_template t;
	size_t len, plain_len;

	if (*path)
		setenv(ENV, path, 1);
	else
		unsetenv(ENV);
	report = (struct vard_report){ 0 };
	if (vard_format_write(VARD_FORMAT_AWS, some_vars, NR_SOME, false,
			      &report, &p, &len) < 0) {
		print_message("%s\n", report.text);
		skip();
	}
	assert_int_equal(vard_base64_decode(p, len, &plain, &plain_len), 0);
	assert_memory_equal(plain + 16, "\x78\xf9\x6b\xb7\xd9\xf7", 6);
	assert_int_equal(some_read(VARD_FORMAT_AWS, p, len, false, &t), 0);
	some_check_all(&t);
	vard_template_clear(&t);
	free(plain);
	free(p);
}

int main(void)
{
	static char path[4096];
	const char *env = getenv(ENV);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aws_bytes),
		cmocka_unit_test(aws_checksum),
		cmocka_unit_test(aws_version),
		cmocka_unit_test(aws_not_packed),
		cmocka_unit_test(aws_bomb),
		cmocka_unit_test(aws_count),
		cmocka_unit_test(aws_name_not_utf8),
		cmocka_unit_test(aws_lengths),
		cmocka_unit_test(aws_digest_length),
		cmocka_unit_test(aws_digest_empty),
		cmocka_unit_test(aws_no_dictionary),
		cmocka_unit_test(aws_wrong_dictionary),
		cmocka_unit_test_prestate(aws_dictionary, path),
	};

	if (env && strlen(env) < sizeof(path))
		strcpy(path, env);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
