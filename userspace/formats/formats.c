// SPDX-License-Identifier: GPL-2.0-or-later
/* All formats of variables in files, and which one a file has. */
#include "formats.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aws.h"
#include "base64.h"
#include "cleanup.h"
#include "efivarfs.h"
#include "fdio.h"
#include "flash.h"
#include "json_read.h"
#include "json_write.h"
#include "lost.h"
#include "records.h"
#include "varstored.h"

/* Characters of base64 that the magic of the formats in it takes. */
#define PEEK_LEN 12

/* Readers and writers of formats in bytes. */
typedef int (*read_fn)(const uint8_t *data, size_t len,
		       struct vard_records *r);
typedef int (*write_fn)(int variant, const struct vard_var *vars, size_t nr,
			struct vard_report *report, uint8_t **ret,
			size_t *ret_len);

static int read_json(const uint8_t *data, size_t len, struct vard_records *r)
{
	if (len > VARD_TEMPLATE_JSON_MAX) {
		vard_report_error(r->report, "more than %u bytes",
				  VARD_TEMPLATE_JSON_MAX);
		return -EINVAL;
	}
	if (strspn((const char *)data, " \t\r\n") == len)
		return 0;
	return vard_json_read((const char *)data, len, r);
}

static int read_flash(const uint8_t *data, size_t len, struct vard_records *r)
{
	struct vard_template t = { 0 };
	int ret = vard_flash_read(data, len, &t, r->report);

	for (size_t i = 0; ret == 0 && i < t.nr; i++)
		ret = vard_records_add(r, &t.vars[i], NULL);
	vard_template_clear(&t);
	return ret;
}

/* Calls @fn with the bytes, taken out of base64 if they are not @is_it yet. */
static int read_base64(const uint8_t *data, size_t len, struct vard_records *r,
		       bool (*is_it)(const uint8_t *data, size_t len),
		       read_fn fn)
{
	_cleanup_free_ uint8_t *plain = NULL;
	size_t plain_len = 0;
	int ret;

	if (is_it(data, len))
		return fn(data, len, r);
	ret = vard_base64_decode(data, len, &plain, &plain_len);
	if (ret == -EINVAL)
		vard_report_error(r->report, "not base64");
	return ret < 0 ? ret : fn(plain, plain_len, r);
}

static int read_varstored(const uint8_t *data, size_t len,
			  struct vard_records *r)
{
	return read_base64(data, len, r, vard_varstored_is,
			   vard_varstored_read);
}

static int read_aws(const uint8_t *data, size_t len, struct vard_records *r)
{
	return read_base64(data, len, r, vard_aws_is, vard_aws_read);
}

static int write_json(int kind, const struct vard_var *vars, size_t nr,
		      struct vard_report *report, uint8_t **ret,
		      size_t *ret_len)
{
	return vard_json_write((enum vard_json_kind)kind, vars, nr, report, ret,
			       ret_len);
}

/* Flash has non-volatile variables only. */
static int write_flash(int layout, const struct vard_var *vars, size_t nr,
		       struct vard_report *report, uint8_t **ret,
		       size_t *ret_len)
{
	struct vard_var *kept = calloc(nr + 1, sizeof(*kept));
	size_t nr_kept = 0;
	int r;

	if (!kept)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		if (vars[i].attributes & KVM_UEFIVARS_ATTR_NV)
			kept[nr_kept++] = vars[i];
		else
			vard_lost_part(report, &vars[i],
				       "left out: volatile, not for flash");
	}
	r = vard_flash_write((enum vard_flash_layout)layout, kept, nr_kept, ret,
			     ret_len);
	free(kept);
	if (r != -ENOSPC)
		return r;
	vard_report_error(report, "the variables do not fit into flash of this layout");
	return -EINVAL;
}

static int write_varstored(int version, const struct vard_var *vars, size_t nr,
			   struct vard_report *report, uint8_t **ret,
			   size_t *ret_len)
{
	return vard_varstored_write((uint32_t)version, vars, nr, report, ret,
				    ret_len);
}

static int write_aws(int use_dictionary, const struct vard_var *vars, size_t nr,
		     struct vard_report *report, uint8_t **ret, size_t *ret_len)
{
	return vard_aws_write(use_dictionary, vars, nr, report, ret, ret_len);
}

/**
 * struct format - how a format is read and written
 * @name: word for it
 * @read: reader; formats with the same one are read alike
 * @write: writer
 * @variant: the first argument of @write
 * @is_base64: what @write writes goes into base64
 */
struct format {
	const char *name;
	read_fn read;
	write_fn write;
	int variant;
	bool is_base64;
};

static const struct format formats[VARD_FORMAT_NR] = {
	[VARD_FORMAT_JSON] = { "json", read_json, write_json, VARD_JSON_QEMU,
			       false },
	[VARD_FORMAT_UEFIVARS] = { "uefivars", read_json, write_json,
				   VARD_JSON_UEFIVARS, false },
	[VARD_FORMAT_UEFIVARS_V1] = { "uefivars-v1", read_json, write_json,
				      VARD_JSON_UEFIVARS_V1, false },
	[VARD_FORMAT_OVMF_4M] = { "ovmf-4m", read_flash, write_flash,
				  VARD_FLASH_OVMF_4M, false },
	[VARD_FORMAT_OVMF_2M] = { "ovmf-2m", read_flash, write_flash,
				  VARD_FLASH_OVMF_2M, false },
	[VARD_FORMAT_ARMVIRT] = { "armvirt", read_flash, write_flash,
				  VARD_FLASH_ARMVIRT, false },
	[VARD_FORMAT_VARSTORED] = { "varstored", read_varstored,
				    write_varstored, 2, false },
	[VARD_FORMAT_VARSTORED_V1] = { "varstored-v1", read_varstored,
				       write_varstored, 1, false },
	[VARD_FORMAT_XAPI] = { "xapi", read_varstored, write_varstored, 2,
			       true },
	[VARD_FORMAT_AWS] = { "aws", read_aws, write_aws, true, true },
	[VARD_FORMAT_AWS_PLAIN] = { "aws-plain", read_aws, write_aws, false,
				    true },
	[VARD_FORMAT_EFIVARFS] = { "efivarfs", NULL, NULL, 0, false },
};

const char *vard_format_name(enum vard_format f)
{
	return formats[f].name;
}

bool vard_format_find(const char *name, enum vard_format *ret)
{
	for (int f = 0; f < VARD_FORMAT_NR; f++) {
		if (strcmp(name, formats[f].name) == 0) {
			*ret = (enum vard_format)f;
			return true;
		}
	}
	return false;
}

/* What is in base64, by its first bytes. */
static bool detect_base64(const uint8_t *data, size_t len,
			  enum vard_format *ret)
{
	uint8_t text[PEEK_LEN], *plain = NULL;
	size_t n = 0, plain_len = 0;
	bool is_known = true;

	for (size_t i = 0; i < len && n < PEEK_LEN; i++)
		if (!strchr(" \t\r\n", data[i]))
			text[n++] = data[i];
	if (vard_base64_decode(text, n, &plain, &plain_len) < 0)
		return false;
	if (vard_varstored_is(plain, plain_len))
		*ret = VARD_FORMAT_XAPI;
	else if (vard_aws_is(plain, plain_len))
		*ret = VARD_FORMAT_AWS;
	else
		is_known = false;
	free(plain);
	return is_known;
}

bool vard_format_detect(const uint8_t *data, size_t len, enum vard_format *ret)
{
	size_t skip = 0;

	while (skip < len && strchr(" \t\r\n", data[skip]) && data[skip])
		skip++;
	if (vard_flash_is(data, len))
		*ret = VARD_FORMAT_OVMF_4M;
	else if (vard_varstored_is(data, len))
		*ret = VARD_FORMAT_VARSTORED;
	else if (vard_aws_is(data, len))
		*ret = VARD_FORMAT_AWS;
	else if (skip == len || data[skip] == '{' || data[skip] == '[')
		*ret = VARD_FORMAT_JSON;
	else
		return detect_base64(data, len, ret);
	return true;
}

/* Decides what becomes of the records, with what their reader returned. */
static int end_read(struct vard_records *records, int r, bool is_partial,
		    struct vard_template *t)
{
	struct vard_report *report = records->report;

	if (r == 0)
		r = vard_records_end(records, t);
	vard_records_free(records);
	if (r == 0 && report->nr_errors && (!is_partial || !t->nr))
		r = -EINVAL;
	if (r < 0)
		vard_template_clear(t);
	return r;
}

int vard_format_read(enum vard_format f, const uint8_t *data, size_t len,
		     bool is_partial, struct vard_template *t,
		     struct vard_report *report)
{
	struct vard_records records = { .report = report,
					.skip_volatile = true };

	return end_read(&records, formats[f].read(data, len, &records),
			is_partial, t);
}

static int read_dir(int fd, bool is_partial, struct vard_template *t,
		    struct vard_report *report)
{
	struct vard_records records = { .report = report,
					.skip_volatile = true };
	int r = vard_efivarfs_read(fd, &records);

	if (r < 0 && r != -ENOMEM)
		vard_report_error(report, "cannot be read: %s", strerror(-r));
	return end_read(&records, r, is_partial, t);
}

static int read_file(int fd, const enum vard_format *want, bool is_partial,
		     struct vard_template *t, struct vard_report *report,
		     enum vard_format *f)
{
	_cleanup_free_ void *data = NULL;
	size_t len;
	int r = fdio_read_file(fd, VARD_TEMPLATE_MAX, &data, &len);

	if (r < 0) {
		vard_report_error(report, "cannot be read: %s",
				  r == -EINVAL ? "not a regular file" :
						 strerror(-r));
		return r;
	}
	if (want)
		*f = *want;
	else if (!vard_format_detect(data, len, f)) {
		vard_report_error(report, "its format is not known");
		return -EINVAL;
	}
	return vard_format_read(*f, data, len, is_partial, t, report);
}

int vard_format_read_path(const char *path, const enum vard_format *want,
			  bool is_partial, struct vard_template *t,
			  struct vard_report *report, enum vard_format *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum vard_format f = VARD_FORMAT_EFIVARFS;
	struct stat st;
	bool is_dir;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0) {
		r = -errno;
		vard_report_error(report, "cannot be opened: %s", strerror(-r));
		return r;
	}
	is_dir = S_ISDIR(st.st_mode);
	if (want && is_dir != (*want == VARD_FORMAT_EFIVARFS)) {
		vard_report_error(report, is_dir ? "a directory can only be efivarfs" :
						   "efivarfs is a directory");
		return -EINVAL;
	}
	r = is_dir ? read_dir(fd, is_partial, t, report) :
		     read_file(fd, want, is_partial, t, report, &f);
	if (r == 0 && ret)
		*ret = f;
	return r;
}

static int to_base64(uint8_t **data, size_t *len)
{
	uint8_t *plain = *data;
	int r = vard_base64_encode(plain, *len, data, len);

	free(plain);
	return r;
}

int vard_format_write(enum vard_format f, const struct vard_var *vars,
		      size_t nr, bool is_partial, struct vard_report *report,
		      uint8_t **ret, size_t *ret_len)
{
	uint8_t *data = NULL;
	size_t len = 0;
	int r = formats[f].write(formats[f].variant, vars, nr, report, &data,
				 &len);

	if (r < 0)
		return r;
	if (report->nr_errors && !is_partial) {
		free(data);
		return -EINVAL;
	}
	if (formats[f].is_base64)
		r = to_base64(&data, &len);
	if (r < 0)
		return r;
	*ret = data;
	*ret_len = len;
	return 0;
}
