// SPDX-License-Identifier: GPL-2.0-or-later
/* The packed part of EC2's export: zlib with a preset dictionary. */
#include "aws_pack.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "aws.h"
#include "cleanup.h"
#include "fdio.h"

#define DICTIONARY_LEN	11381
#define DICTIONARY_ENV	"KUV_AWS_DICTIONARY"
#define PACKAGE		"python3-virt-firmware"
#define UNPACKED_FIRST	65536U

/* Where the package has it. */
static const char dictionary_path[] =
	"/usr/lib/python3/dist-packages/virt/firmware/aws/dict.v0";

static const uint8_t dictionary_sha256[SHA256_DIGEST_LENGTH] = {
	0xb6, 0xc4, 0xf5, 0x2a, 0xcb, 0xb0, 0xab, 0x9a,
	0xa4, 0x15, 0x29, 0x0e, 0x6c, 0x22, 0x3a, 0xf8,
	0x71, 0xea, 0xa3, 0xd4, 0x30, 0xc9, 0x6b, 0x81,
	0x16, 0x89, 0x9d, 0x99, 0x46, 0x81, 0x53, 0x5b,
};

/* NULL, with an error in the report, if it cannot be had. */
static uint8_t *read_dictionary(struct vard_report *report)
{
	const char *path = secure_getenv(DICTIONARY_ENV);
	uint8_t digest[SHA256_DIGEST_LENGTH];
	_cleanup_close_ int fd = -1;
	void *data = NULL;
	size_t len = 0;
	int r;

	if (!path)
		path = dictionary_path;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	r = fd < 0 ? -errno : fdio_read_file(fd, DICTIONARY_LEN, &data, &len);
	if (r < 0) {
		vard_report_error(report,
			"EC2's dictionary is missing, %.100s: %s; it is in the package " PACKAGE " of Debian 13",
			path, strerror(-r));
		return NULL;
	}
	SHA256(data, len, digest);
	if (memcmp(digest, dictionary_sha256, sizeof(digest)) == 0)
		return data;
	vard_report_error(report, "%.150s is not EC2's dictionary", path);
	free(data);
	return NULL;
}

static int give_dictionary(z_stream *z, bool is_packing,
			   struct vard_report *report)
{
	_cleanup_free_ uint8_t *dictionary = read_dictionary(report);
	int r;

	if (!dictionary)
		return -EINVAL;
	r = is_packing ? deflateSetDictionary(z, dictionary, DICTIONARY_LEN) :
			 inflateSetDictionary(z, dictionary, DICTIONARY_LEN);
	if (r == Z_OK)
		return 0;
	vard_report_error(report, "the export was packed with another dictionary");
	return -EINVAL;
}

/* More room for what comes out; -EINVAL at the limit. */
static int grow(z_stream *z, uint8_t **buf, struct vard_report *report)
{
	size_t len = z->total_out, size = len ? 2 * len : UNPACKED_FIRST;
	uint8_t *p;

	if (len >= VARD_AWS_MAX) {
		vard_report_error(report, "the export unpacks to more than %u bytes",
				  VARD_AWS_MAX);
		return -EINVAL;
	}
	p = realloc(*buf, size);
	if (!p)
		return -ENOMEM;
	*buf = p;
	z->next_out = p + len;
	z->avail_out = (uInt)(size - len);
	return 0;
}

static int unpack(z_stream *z, uint8_t **buf, struct vard_report *report)
{
	int r = 0, status = Z_OK;

	while (r == 0 && status == Z_OK) {
		if (z->avail_out == 0)
			r = grow(z, buf, report);
		if (r < 0)
			return r;
		status = inflate(z, Z_NO_FLUSH);
		if (status == Z_NEED_DICT) {
			r = give_dictionary(z, false, report);
			status = Z_OK;
		}
	}
	if (r == 0 && status == Z_MEM_ERROR)
		return -ENOMEM;
	if (r == 0 && (status != Z_STREAM_END || z->avail_in)) {
		vard_report_error(report, "the export cannot be unpacked: %s",
				  z->msg ? z->msg : "it is cut off, or too long");
		return -EINVAL;
	}
	return r;
}

int aws_unpack(const uint8_t *data, size_t len, struct vard_report *report,
	       uint8_t **ret, size_t *ret_len)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data,
		       .avail_in = (uInt)len };
	uint8_t *buf = NULL;
	int r;

	if (inflateInit(&z) != Z_OK)
		return -ENOMEM;
	r = unpack(&z, &buf, report);
	*ret_len = z.total_out;
	inflateEnd(&z);
	if (r < 0)
		free(buf);
	else
		*ret = buf;
	return r;
}

int aws_pack(bool use_dictionary, const uint8_t *data, size_t len,
	     struct vard_report *report, uint8_t **ret, size_t *ret_len)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data,
		       .avail_in = (uInt)len };
	uint8_t *buf = NULL;
	int r = 0;

	if (deflateInit(&z, Z_BEST_COMPRESSION) != Z_OK)
		return -ENOMEM;
	if (use_dictionary)
		r = give_dictionary(&z, true, report);
	if (r == 0) {
		z.avail_out = (uInt)deflateBound(&z, (uLong)len);
		buf = malloc(z.avail_out);
		z.next_out = buf;
		r = buf && deflate(&z, Z_FINISH) == Z_STREAM_END ? 0 : -ENOMEM;
	}
	*ret_len = z.total_out;
	deflateEnd(&z);
	if (r < 0)
		free(buf);
	else
		*ret = buf;
	return r;
}
