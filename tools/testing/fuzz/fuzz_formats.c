// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: the readers of all formats; what they take is written and read again. */
#include <errno.h>
#include <zlib.h>

#include "base64.h"
#include "efivarfs.h"
#include "formats.h"
#include "formats_input.h"
#include "fuzz.h"
#include "records.h"
#include "siglist.h"

/* Clean text, in ASCII where it is ours: for a terminal. */
static void check_line(void *arg, bool is_error, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;

	for (; *p; p++) {
		CHECK(*p >= 0x20 && *p != 0x7f);
		CHECK(*p != 0xc2 || p[1] >= 0xa0);
	}
	++*(unsigned int *)arg;
}

static void check_var(const struct vard_var *v)
{
	CHECK(!vard_var_check(v));
	CHECK(!vard_var_is_made_anew(v));
	fuzz_touch(v->name, v->name_len);
	fuzz_touch(v->data, v->data_len);
}

static bool same_name(const struct vard_var *a, const struct vard_var *b)
{
	return a->name_len == b->name_len && !memcmp(a->guid, b->guid, 16) &&
	       !memcmp(a->name, b->name, a->name_len);
}

static void check_all(const struct vard_template *t)
{
	size_t i, j;

	for (i = 0; i < t->nr; i++) {
		check_var(&t->vars[i]);
		for (j = 0; j < i; j++)
			CHECK(!same_name(&t->vars[i], &t->vars[j]));
	}
}

static void check_same(const struct vard_template *a,
		       const struct vard_template *b)
{
	size_t i;

	CHECK(a->nr == b->nr);
	for (i = 0; i < a->nr; i++) {
		const struct vard_var *x = &a->vars[i], *y = &b->vars[i];

		CHECK(same_name(x, y) && x->attributes == y->attributes);
		CHECK(!memcmp(x->time, y->time, sizeof(x->time)));
		CHECK(x->data_len == y->data_len);
		CHECK(!memcmp(x->data, y->data, x->data_len));
	}
}

static int read_as(enum vard_format f, const uint8_t *data, size_t len,
		   bool is_partial, struct vard_template *t)
{
	unsigned int nr_lines = 0;
	struct vard_report report = { .line = check_line, .arg = &nr_lines };
	int ret = vard_format_read(f, data, len, is_partial, t, &report);

	CHECK(ret == 0 || (ret == -EINVAL && report.nr_errors && !t->nr));
	CHECK(nr_lines == report.nr_errors + report.nr_warnings);
	CHECK(ret < 0 || is_partial || !report.nr_errors);
	return ret;
}

/* Written without loss, it is read as it was. Others keep certdb elsewhere. */
static void round_trip(enum vard_format f, const struct vard_template *t)
{
	bool is_exact = f != VARD_FORMAT_UEFIVARS &&
			f != VARD_FORMAT_VARSTORED && f != VARD_FORMAT_AWS_PLAIN;
	struct vard_template again = { 0 };
	struct vard_report report = { 0 };
	uint8_t *data = NULL, *copy;
	size_t len = 0;

	if (vard_format_write(f, t->vars, t->nr, false, &report, &data, &len)) {
		CHECK(report.nr_errors && !data);
		return;
	}
	copy = malloc(len + 1);
	CHECK(copy);
	memcpy(copy, data, len);
	copy[len] = 0;
	CHECK(read_as(f, copy, len, false, &again) == 0);
	if (is_exact)
		check_same(t, &again);
	vard_template_clear(&again);
	free(copy);
	free(data);
}

static void run_file(const uint8_t *data, size_t len)
{
	static const enum vard_format back[] = {
		VARD_FORMAT_JSON, VARD_FORMAT_OVMF_4M, VARD_FORMAT_UEFIVARS,
		VARD_FORMAT_VARSTORED, VARD_FORMAT_AWS_PLAIN,
	};
	struct vard_template t = { 0 }, whole = { 0 };
	enum vard_format f;
	int ret;

	if (!vard_format_detect(data, len, &f))
		return;
	ret = read_as(f, data, len, true, &t);
	if (read_as(f, data, len, false, &whole) == 0)
		check_same(&t, &whole);
	vard_template_clear(&whole);
	check_all(&t);
	if (ret == 0 && len)
		round_trip(back[data[len / 2] % 5], &t);
	vard_template_clear(&t);
}

/* What an export of EC2 holds: packed here, so that it is reached. */
static void run_aws(const uint8_t *data, size_t len)
{
	uLongf packed_len = compressBound(len);
	uint8_t *p = malloc(FORMATS_AWS_HEAD + packed_len + 1);

	CHECK(p);
	CHECK(compress2(p + FORMATS_AWS_HEAD, &packed_len, data, len, 1) == Z_OK);
	formats_aws_head(p, packed_len);
	p[FORMATS_AWS_HEAD + packed_len] = 0;
	run_file(p, FORMATS_AWS_HEAD + packed_len);
	free(p);
}

/* A file name up to the first NUL, then the content. */
static void run_efivarfs(const uint8_t *data, size_t len)
{
	const uint8_t *nul = memchr(data, 0, len);
	unsigned int nr_lines = 0;
	struct vard_report report = { .line = check_line, .arg = &nr_lines };
	struct vard_records r = { .report = &report, .skip_volatile = true };
	struct vard_template t = { 0 };

	if (!nul)
		return;
	CHECK(!vard_efivarfs_add((const char *)data, nul + 1,
				 len - (nul + 1 - data), &r));
	CHECK(r.next == 1);
	CHECK(!vard_records_end(&r, &t));
	check_all(&t);
	vard_template_clear(&t);
}

static int touch_sig(const struct vard_sig *sig, void *arg)
{
	fuzz_touch(sig->type, 16);
	fuzz_touch(sig->owner, 16);
	fuzz_touch(sig->data, sig->len);
	*(size_t *)arg += 16 + sig->len;
	return 0;
}

static void run_siglist(const uint8_t *data, size_t len)
{
	size_t sum = 0;
	int ret = vard_siglist_walk(data, len, touch_sig, &sum);

	CHECK(ret == 0 || (ret == -EBADMSG && !sum));
	CHECK(sum <= len);
}

static void run_base64(const uint8_t *data, size_t len)
{
	uint8_t *p = NULL, *text = NULL, *again = NULL;
	size_t p_len, text_len, again_len;

	if (vard_base64_decode(data, len, &p, &p_len) < 0)
		return;
	fuzz_touch(p, p_len);
	CHECK(!vard_base64_encode(p, p_len, &text, &text_len));
	CHECK(!vard_base64_decode(text, text_len, &again, &again_len));
	CHECK(p_len == again_len && !memcmp(p, again, p_len));
	free(p);
	free(text);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const runs[])(const uint8_t *data, size_t len) = {
		[FORMATS_FILE] = run_file, [FORMATS_AWS] = run_aws,
		[FORMATS_EFIVARFS] = run_efivarfs,
		[FORMATS_SIGLIST] = run_siglist, [FORMATS_BASE64] = run_base64,
	};
	uint8_t *copy;

	if (!size || data[0] >= FORMATS_NR)
		return 0;
	/* One NUL behind, as after a file that was read. */
	copy = malloc(size);
	CHECK(copy);
	memcpy(copy, data + 1, size - 1);
	copy[size - 1] = 0;
	runs[data[0]](copy, size - 1);
	free(copy);
	return 0;
}
