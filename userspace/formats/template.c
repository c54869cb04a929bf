// SPDX-License-Identifier: GPL-2.0-or-later
/* Templates: a flash image, or JSON as QEMU's uefi-vars device writes it. */
#include "template.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "fdio.h"
#include "flash.h"
#include "json_read.h"

static int parse_flash(const char *image, size_t len, struct vard_records *r)
{
	struct vard_template t = { 0 };
	int ret = vard_flash_read((const uint8_t *)image, len, &t, r->report);

	for (size_t i = 0; ret == 0 && i < t.nr; i++)
		ret = vard_records_add(r, &t.vars[i], NULL);
	vard_template_clear(&t);
	return ret;
}

static int collect(const char *text, size_t len, struct vard_records *r)
{
	if (vard_flash_is((const uint8_t *)text, len))
		return parse_flash(text, len, r);
	if (len > VARD_TEMPLATE_JSON_MAX) {
		vard_report_error(r->report,
			"neither a flash image nor JSON of at most %u bytes",
			VARD_TEMPLATE_JSON_MAX);
		return -EINVAL;
	}
	return strspn(text, " \t\r\n") < len ? vard_json_read(text, len, r) : 0;
}

int vard_template_parse(const char *text, size_t len,
			struct vard_template **ret, struct vard_report *report)
{
	struct vard_records records = { .report = report };
	struct vard_template *t = calloc(1, sizeof(*t));
	int r = -ENOMEM;

	*report = (struct vard_report){ 0 };
	if (t)
		r = collect(text, len, &records);
	if (r == 0)
		r = vard_records_end(&records, t);
	vard_records_free(&records);
	if (r == 0 && report->nr_errors)
		r = -EINVAL;
	if (r < 0) {
		vard_template_free(t);
		return r;
	}
	*ret = t;
	return 0;
}

int vard_template_read(int fd, struct vard_template **ret,
		       struct vard_report *report)
{
	_cleanup_free_ void *text = NULL;
	struct statfs fs;
	size_t len;
	int r;

	*report = (struct vard_report){ 0 };
	/* Reading there can block for as long as the file's owner likes. */
	if (fstatfs(fd, &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC) {
		vard_report_error(report, "on a FUSE file system, copy it first");
		return -EINVAL;
	}
	r = fdio_read_file(fd, VARD_TEMPLATE_MAX, &text, &len);
	if (r < 0) {
		vard_report_error(report, "cannot be read: %s", strerror(-r));
		return r;
	}
	return vard_template_parse(text, len, ret, report);
}

void vard_template_clear(struct vard_template *t)
{
	for (size_t i = 0; i < t->nr; i++) {
		free((void *)(uintptr_t)t->vars[i].name);
		free((void *)(uintptr_t)t->vars[i].data);
	}
	free(t->vars);
	*t = (struct vard_template){ 0 };
}

void vard_template_free(struct vard_template *t)
{
	if (!t)
		return;
	vard_template_clear(t);
	free(t);
}
