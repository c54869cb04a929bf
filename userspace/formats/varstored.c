// SPDX-License-Identifier: GPL-2.0-or-later
/* Xen's varstored: the blob in XAPI's database and in its state files. */
#include "varstored.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "lost.h"
#include "signers.h"

#define MAGIC		"VARS"
#define HEAD_LEN	24
/* Version 2: key of the memory overwrite lock, index and data of PPI. */
#define HEAD2_LEN	(8 + 4 + 256)
/* GUID, attributes, time, digest. */
#define TAIL_LEN	(16 + 4 + 16 + 32)
/* What varstored loads. */
#define NR_MAX		1024
#define NAME_LEN_MAX	4096
#define DATA_LEN_MAX	57344
#define TOTAL_MAX	131072
/* What it accounts for a variable beside its name and data. */
#define OVERHEAD	128

bool vard_varstored_is(const uint8_t *data, size_t len)
{
	return len >= 4 && memcmp(data, MAGIC, 4) == 0;
}

static bool is_zero(const uint8_t *p, size_t len)
{
	while (len && !*p)
		p++, len--;
	return len == 0;
}

static int read_head(struct bytes *b, struct vard_report *report, uint64_t *nr)
{
	const uint8_t *p = bytes_take(b, HEAD_LEN);
	uint32_t version = p ? bytes_get32(p + 4) : 0;

	if (!p || memcmp(p, MAGIC, 4) != 0) {
		vard_report_error(report, "not a blob of varstored");
		return -EINVAL;
	}
	if (version != 1 && version != 2) {
		vard_report_error(report, "version %u of varstored's blob, known are 1 and 2",
				  version);
		return -EINVAL;
	}
	*nr = bytes_get64(p + 8);
	if (version == 1)
		return 0;
	p = bytes_take(b, HEAD2_LEN);
	if (!p) {
		vard_report_error(report, "the blob ends in its header");
		return -EINVAL;
	}
	if (!is_zero(p, HEAD2_LEN))
		vard_report_warning(report,
			"the key of the memory overwrite lock and physical presence operations are left out");
	return 0;
}

static int take_record(struct vard_records *r, struct bytes name,
		       struct bytes data, const uint8_t *tail)
{
	const uint8_t *signer = tail + 36;
	struct vard_var v = {
		.name = name.p,
		.name_len = (uint32_t)name.len,
		.data = data.p,
		.data_len = (uint32_t)data.len,
		.attributes = bytes_get32(tail + 16),
	};

	if (name.len == 0 || name.len > NAME_LEN_MAX) {
		vard_records_bad(r, "the length of the name is not 2 to 4096 bytes");
		return 0;
	}
	if (data.len == 0 || data.len > DATA_LEN_MAX) {
		vard_records_bad(r, "the length of the data is not 1 to 57344 bytes");
		return 0;
	}
	memcpy(v.guid, tail, 16);
	memcpy(v.time, tail + 20, 16);
	return vard_records_add(r, &v, is_zero(signer, VARD_SIGNER_LEN) ?
					       NULL : signer);
}

int vard_varstored_read(const uint8_t *data, size_t len,
			struct vard_records *r)
{
	struct bytes b = { data, len }, name, content;
	uint64_t nr = 0;
	int ret = read_head(&b, r->report, &nr);

	if (ret == 0 && nr > NR_MAX)
		vard_report_error(r->report, "%llu variables, varstored takes at most %d",
				  (unsigned long long)nr, NR_MAX);
	for (uint64_t i = 0; ret == 0 && i < nr && i < NR_MAX; i++) {
		const uint8_t *tail = NULL;

		if (bytes_take_sized(&b, &name) && bytes_take_sized(&b, &content))
			tail = bytes_take(&b, TAIL_LEN);
		if (!tail) {
			vard_records_bad(r, "the blob ends within it");
			return 0;
		}
		ret = take_record(r, name, content, tail);
	}
	if (ret == 0 && b.len && nr <= NR_MAX)
		vard_report_error(r->report, "%zu bytes behind the last variable",
				  b.len);
	return ret;
}

static bool fits(const struct vard_var *v, size_t nr, struct vard_report *report)
{
	if (nr == NR_MAX)
		return vard_lost(report, v, "varstored takes at most 1024 variables");
	if (v->name_len > NAME_LEN_MAX)
		return vard_lost(report, v, "its name is too long for varstored");
	if (v->data_len > DATA_LEN_MAX)
		return vard_lost(report, v, "it is too large for varstored");
	return true;
}

static void put_record(struct bytes_out *o, const struct vard_var *v,
		       const uint8_t *signer)
{
	static const uint8_t zero[VARD_SIGNER_LEN];

	bytes_add64(o, v->name_len);
	bytes_add(o, v->name, v->name_len);
	bytes_add64(o, v->data_len);
	bytes_add(o, v->data, v->data_len);
	bytes_add(o, v->guid, 16);
	bytes_add32(o, v->attributes);
	bytes_add(o, v->time, 16);
	bytes_add(o, signer ? signer : zero, VARD_SIGNER_LEN);
}

static void put_head(struct bytes_out *o, uint32_t version, size_t nr,
		     size_t len)
{
	static const uint8_t zero[HEAD2_LEN];

	bytes_add(o, MAGIC, 4);
	bytes_add32(o, version);
	bytes_add64(o, nr);
	bytes_add64(o, len);
	if (version == 2)
		bytes_add(o, zero, HEAD2_LEN);
}

int vard_varstored_write(uint32_t version, const struct vard_var *vars,
			 size_t nr, struct vard_report *report, uint8_t **ret,
			 size_t *ret_len)
{
	struct bytes_out o = { 0 }, records = { 0 };
	size_t nr_put = 0, total = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct vard_var *v = &vars[i];

		if (vard_signers_is(v) || !fits(v, nr_put, report))
			continue;
		put_record(&records, v, vard_lost_signer(report, vars, nr, v));
		total += v->name_len + v->data_len + OVERHEAD;
		nr_put++;
	}
	if (total > TOTAL_MAX)
		vard_report_error(report, "all variables take %zu bytes, varstored has room for %d",
				  total, TOTAL_MAX);
	put_head(&o, version, nr_put, records.len);
	bytes_add(&o, records.p, records.len);
	o.is_full |= records.is_full;
	free(records.p);
	return bytes_end(&o, ret, ret_len);
}
