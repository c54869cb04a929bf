// SPDX-License-Identifier: GPL-2.0-or-later
/* EC2's export of variables, "AMZNUEFI". */
#include "aws.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include "aws_pack.h"
#include "bytes.h"
#include "cleanup.h"
#include "lost.h"
#include "signers.h"

#define MAGIC		"AMZNUEFI"
#define MAGIC_LEN	8
/* Magic, CRC32C of all that follows it, version. */
#define HEAD_LEN	16
#define CRC_END		12
#define A_AT		KVM_UEFIVARS_ATTR_AT

bool vard_aws_is(const uint8_t *data, size_t len)
{
	return len >= MAGIC_LEN && memcmp(data, MAGIC, MAGIC_LEN) == 0;
}

/* Castagnoli's polynomial, reflected. */
static uint32_t crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0U;

	while (len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static int check_head(const uint8_t *data, size_t len, struct vard_report *report)
{
	if (!vard_aws_is(data, len) || len < HEAD_LEN)
		vard_report_error(report, "not an export of EC2");
	else if (bytes_get32(data + 8) != crc32c(data + CRC_END, len - CRC_END))
		vard_report_error(report, "the checksum is wrong: the export is damaged");
	else if (bytes_get32(data + 12) != 0)
		vard_report_error(report, "version %u of EC2's export, known is 0",
				  bytes_get32(data + 12));
	else
		return 0;
	return -EINVAL;
}

/**
 * struct record - one variable of an export; all is borrowed
 * @name: UTF-8
 * @data: content
 * @guid: vendor namespace
 * @attributes: attributes
 * @time: EFI_TIME of an authenticated variable, else NULL
 * @signer: empty, or digest of who may sign it
 */
struct record {
	struct bytes name;
	struct bytes data;
	const uint8_t *guid;
	uint32_t attributes;
	const uint8_t *time;
	struct bytes signer;
};

static bool take_parts(struct bytes *b, struct record *e)
{
	const uint8_t *p;

	if (!bytes_take_sized(b, &e->name) || !bytes_take_sized(b, &e->data))
		return false;
	e->guid = bytes_take(b, 16);
	p = e->guid ? bytes_take(b, 4) : NULL;
	if (!p)
		return false;
	e->attributes = bytes_get32(p);
	if (!(e->attributes & A_AT))
		return true;
	e->time = bytes_take(b, 16);
	return e->time && bytes_take_sized(b, &e->signer);
}

/* The digest of a record; NULL if there is none. */
static const uint8_t *get_signer(const struct record *e)
{
	static const uint8_t zero[VARD_SIGNER_LEN];

	if (e->signer.len != VARD_SIGNER_LEN ||
	    memcmp(e->signer.p, zero, sizeof(zero)) == 0)
		return NULL;
	return e->signer.p;
}

static int take_record(struct vard_records *r, const struct record *e)
{
	struct vard_var v = {
		.data = e->data.p,
		.data_len = (uint32_t)e->data.len,
		.attributes = e->attributes,
	};
	uint8_t *name = NULL;
	int ret;

	if (e->signer.len != 0 && e->signer.len != VARD_SIGNER_LEN) {
		vard_records_bad(r, "its digest has not 32 bytes");
		return 0;
	}
	ret = vard_name_from_utf8((const char *)e->name.p, e->name.len, &name,
				  &v.name_len);
	if (ret == -EINVAL) {
		vard_records_bad(r, "its name is not UTF-8, or too long");
		return 0;
	}
	if (ret < 0)
		return ret;
	v.name = name;
	memcpy(v.guid, e->guid, 16);
	if (e->time)
		memcpy(v.time, e->time, 16);
	ret = vard_records_add(r, &v, get_signer(e));
	free(name);
	return ret;
}

static int read_records(struct bytes b, struct vard_records *r)
{
	const uint8_t *p = bytes_take(&b, 8);
	uint64_t nr = p ? bytes_get64(p) : 0;
	int ret = 0;

	if (!p) {
		vard_report_error(r->report, "the export has no content");
		return -EINVAL;
	}
	for (uint64_t i = 0; ret == 0 && i < nr; i++) {
		struct record e = { 0 };

		if (!take_parts(&b, &e)) {
			vard_records_bad(r, "the export ends within it");
			return 0;
		}
		ret = take_record(r, &e);
	}
	if (ret == 0 && b.len)
		vard_report_error(r->report, "%zu bytes behind the last variable",
				  b.len);
	return ret;
}

int vard_aws_read(const uint8_t *data, size_t len, struct vard_records *r)
{
	_cleanup_free_ uint8_t *plain = NULL;
	size_t plain_len = 0;
	int ret = check_head(data, len, r->report);

	if (ret == 0)
		ret = aws_unpack(data + HEAD_LEN, len - HEAD_LEN, r->report,
				 &plain, &plain_len);
	if (ret < 0)
		return ret;
	return read_records((struct bytes){ plain, plain_len }, r);
}

/* Returns -ENOMEM, or whether the variable could be written. */
static int put_record(struct bytes_out *o, const struct vard_var *vars,
		      size_t nr, const struct vard_var *v,
		      struct vard_report *report)
{
	static const uint8_t zero[VARD_SIGNER_LEN];
	_cleanup_free_ char *name = NULL;
	const uint8_t *signer;

	if (vard_lost_name(report, v, &name) < 0)
		return -ENOMEM;
	if (!name)
		return 0;
	bytes_add64(o, strlen(name));
	bytes_add(o, name, strlen(name));
	bytes_add64(o, v->data_len);
	bytes_add(o, v->data, v->data_len);
	bytes_add(o, v->guid, 16);
	bytes_add32(o, v->attributes);
	if (!(v->attributes & A_AT))
		return 1;
	signer = vard_lost_signer(report, vars, nr, v);
	bytes_add(o, v->time, 16);
	bytes_add64(o, VARD_SIGNER_LEN);
	bytes_add(o, signer ? signer : zero, VARD_SIGNER_LEN);
	return 1;
}

/* The content before it is packed. */
static int put_records(const struct vard_var *vars, size_t nr,
		       struct vard_report *report, uint8_t **ret,
		       size_t *ret_len)
{
	struct bytes_out o = { 0 };
	uint64_t nr_put = 0;

	bytes_add64(&o, 0);
	for (size_t i = 0; i < nr; i++) {
		int r = vard_signers_is(&vars[i]) ? 0 :
			put_record(&o, vars, nr, &vars[i], report);

		if (r < 0)
			o.is_full = true;
		nr_put += r > 0;
	}
	if (bytes_end(&o, ret, ret_len) < 0)
		return -ENOMEM;
	nr_put = htole64(nr_put);
	memcpy(*ret, &nr_put, sizeof(nr_put));
	return 0;
}

int vard_aws_write(bool use_dictionary, const struct vard_var *vars, size_t nr,
		   struct vard_report *report, uint8_t **ret, size_t *ret_len)
{
	_cleanup_free_ uint8_t *plain = NULL, *packed = NULL;
	size_t plain_len = 0, packed_len = 0;
	struct bytes_out o = { 0 };
	uint8_t version[4] = { 0 };
	int r;

	r = put_records(vars, nr, report, &plain, &plain_len);
	if (r == 0)
		r = aws_pack(use_dictionary, plain, plain_len, report, &packed,
			     &packed_len);
	if (r < 0)
		return r;
	bytes_add(&o, MAGIC, MAGIC_LEN);
	bytes_add32(&o, 0);
	bytes_add(&o, version, sizeof(version));
	bytes_add(&o, packed, packed_len);
	if (!o.is_full)
		bytes_put32(o.p + 8, crc32c(o.p + CRC_END, o.len - CRC_END));
	return bytes_end(&o, ret, ret_len);
}
