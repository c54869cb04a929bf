// SPDX-License-Identifier: GPL-2.0-or-later
/* What a VM begins with: its template, in the store and in the database. */
#include "fill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "library.h"
#include "log.h"
#include "vm.h"

static int open_named(struct vard *d, const char *name, sd_bus_error *e)
{
	int fd = vard_library_open(d->options->templates, name);

	if (fd == -EINVAL)
		sd_bus_error_set(e, VARD_ERROR("BadTemplate"),
				 "the name of a template is 1 to 128 of A-Z a-z 0-9 _ . + @ - and starts with neither . nor -");
	else if (fd < 0)
		sd_bus_error_setf(e, VARD_ERROR("BadTemplate"),
				  "template %s in %s, .json or .fd: %s", name,
				  d->options->templates, strerror(-fd));
	return fd;
}

static int read_fd(const char *vm, int fd, struct vard_template **ret,
		   sd_bus_error *e)
{
	struct vard_report report;
	int r;

	if (fd < 0)
		return vard_template_parse("", 0, ret, &report);
	r = vard_template_read(fd, ret, &report);
	if (r < 0)
		sd_bus_error_setf(e, VARD_ERROR("BadTemplate"),
				  "template refused, VM %s stays as it is (%u problems):\n%s",
				  vm, report.nr_errors, report.text);
	else if (report.nr_warnings)
		vard_log(LOG_WARNING, "VM %s: template: %s", vm, report.text);
	return r;
}

int vard_fill_read(struct vard *d, const char *vm, int fd, const char *name,
		   struct vard_filling *ret, sd_bus_error *e)
{
	_cleanup_close_ int named = -1;

	*ret = (struct vard_filling){ .is_file = fd >= 0 };
	if (name && fd >= 0) {
		sd_bus_error_set(e, SD_BUS_ERROR_INVALID_ARGS,
				 "template and template-name are given: leave one out");
		return -EINVAL;
	}
	if (name) {
		named = open_named(d, name, e);
		if (named < 0)
			return named;
		/* vard_library_open() has looked at its length. */
		snprintf(ret->name, sizeof(ret->name), "%s", name);
	}
	return read_fd(vm, name ? named : fd, &ret->template, e);
}

void vard_fill_free(struct vard_filling *f)
{
	vard_template_free(f->template);
}

static int put_vars(struct vard *d, struct vard_source *s,
		    const struct vard_template *t, sd_bus_error *e)
{
	for (size_t i = 0; i < t->nr; i++) {
		const char *reason = NULL;
		int r = vard_load_var(&t->vars[i], &reason, s);

		if (r > 0) {
			sd_bus_error_setf(e, VARD_ERROR("BadTemplate"),
					  "template refused, VM %s stays as it is: variables[%zu]: %s",
					  s->vm.name, i, reason);
			return -EINVAL;
		}
		if (r < 0)
			return vard_device_error(d, e, r);
		r = d->backend->ops->apply(d->backend, &s->vm, &t->vars[i]);
		if (r < 0)
			return vard_database_error(d, e, r);
	}
	return 0;
}

static void note_template(struct vard_vm *vm, const struct vard_filling *f,
			  const uint8_t digest[VARD_DIGEST_LEN])
{
	char text[VARD_DIGEST_TEXT];

	strcpy(vm->template, f->name);
	if (!f->is_file)
		return;
	vard_digest_format(digest, text);
	snprintf(vm->template, sizeof(vm->template), VARD_FILL_DIGEST "%s",
		 text);
}

int vard_fill_put(struct vard *d, struct vard_source *s,
		  const struct vard_filling *f,
		  uint8_t digest[VARD_DIGEST_LEN], sd_bus_error *e)
{
	int r = put_vars(d, s, f->template, e);

	if (r < 0)
		return r;
	r = d->backend->ops->digest(d->backend, &s->vm, digest);
	if (r == 0) {
		note_template(&s->vm, f, digest);
		r = d->backend->ops->update(d->backend, &s->vm);
	}
	return r < 0 ? vard_database_error(d, e, r) : 0;
}

/* Within a transaction; nothing is left of a VM that could not be made. */
static int make(struct vard *d, struct vard_source *s,
		const struct vard_filling *f, sd_bus_error *e)
{
	uint8_t digest[VARD_DIGEST_LEN];
	struct vard_audit audit = { .uid = s->vm.uid, .vm = s->vm.name,
				    .action = "create", .new_digest = digest };
	int r = d->backend->ops->create(d->backend, &s->vm);

	if (r < 0)
		return vard_database_error(d, e, r);
	r = vard_fill_put(d, s, f, digest, e);
	if (r < 0)
		return r;
	audit.detail = s->vm.template;
	r = d->backend->ops->audit(d->backend, &audit);
	return r < 0 ? vard_database_error(d, e, r) : 0;
}

int vard_fill_make(struct vard *d, struct vard_source *s,
		   const struct vard_filling *f, sd_bus_error *e)
{
	int r = d->backend->ops->begin(d->backend);

	if (r < 0)
		return vard_database_error(d, e, r);
	r = make(d, s, f, e);
	if (r < 0) {
		d->backend->ops->rollback(d->backend);
		return r;
	}
	r = d->backend->ops->commit(d->backend);
	return r < 0 ? vard_database_error(d, e, r) : 0;
}
