// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl import: a VM's variables from a file or directory. */
#include "cmd_files.h"

#include <errno.h>
#include <getopt.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cleanup.h"
#include "fdio.h"
#include "import_plan.h"
#include "json_write.h"
#include "output.h"
#include "vars.h"

#define NOT_FOUND "org.kvm_uefivars.Error.NotFound"

struct options {
	enum vard_format format;
	struct kuvctl_apply how;
	bool has_format;
	bool is_partial;
	bool is_merge;
	bool is_new;
};

static const struct option long_options[] = {
	{ "format", required_argument, NULL, 'f' },
	{ "partial", no_argument, NULL, 'p' },
	{ "replace", no_argument, NULL, 'r' },
	{ "merge", no_argument, NULL, 'm' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "at-next-boot", no_argument, NULL, 'N' },
	{ "new", no_argument, NULL, 'w' },
	{ 0 },
};

static void take_option(struct options *o, int c, const char *name)
{
	switch (c) {
	case 'f':
		o->format = files_format(optarg);
		o->has_format = true;
		break;
	case 'p':
		o->is_partial = true;
		break;
	case 'r':
		o->is_merge = false;
		break;
	case 'm':
		o->is_merge = true;
		break;
	case 'n':
		o->how.is_dry_run = true;
		break;
	case 'N':
		o->how.at_next_boot = true;
		break;
	case 'w':
		o->is_new = true;
		break;
	default:
		kuvctl_usage(name);
	}
}

static void parse(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "f:", long_options, NULL)) >= 0)
		take_option(o, c, argv[0]);
	if (argc - optind != 2)
		kuvctl_usage(argv[0]);
	if (o->is_new && (o->is_merge || o->how.at_next_boot))
		fail(KUVCTL_EXIT_USAGE,
		     "--new makes the VM: --merge and --at-next-boot are for one that is there");
}

/* A file as vard-sync takes it for a template. */
static int make_template(const struct vard_template *t)
{
	struct vard_report ignored = { 0 };
	uint8_t *data = NULL;
	size_t len = 0;
	int fd = memfd_create("template", MFD_CLOEXEC), r;

	if (fd < 0)
		fail(KUVCTL_EXIT_INTERNAL, "memory for the template: %m");
	r = vard_json_write(VARD_JSON_QEMU, t->vars, t->nr, &ignored, &data,
			    &len);
	if (r == 0)
		r = fdio_write_full(fd, data, len);
	free(data);
	if (r < 0)
		fail(KUVCTL_EXIT_INTERNAL, "template: %s", strerror(-r));
	if (ignored.nr_errors)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "a new VM cannot begin with this: %s", ignored.text);
	return fd;
}

/* Makes the VM: opens it with the variables, and gives its port back. */
static void create(sd_bus *bus, const char *vm, const struct vard_template *t)
{
	sd_bus_message *call = kuvctl_request(bus, KUVCTL_VARD_SYNC, "Open");
	int fd = make_template(t);

	kuvctl_check(sd_bus_message_append(call, "sa{sv}", vm, 1, "template",
					   "h", fd));
	close(fd);
	/* The port is closed with the reply. */
	sd_bus_message_unref(kuvctl_ask(bus, call));
	sd_bus_message_unref(kuvctl_call(bus, KUVCTL_VARD_SYNC, "Close", "s",
					 vm));
}

/* Is the VM there? Then its variables are in @v. */
static bool look_up(sd_bus *bus, const char *vm, struct kuvctl_vars *v)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = kuvctl_vars_try(bus, vm, v, &e);

	if (r < 0 && !sd_bus_error_has_name(&e, NOT_FOUND))
		kuvctl_refused(&e, r);
	sd_bus_error_free(&e);
	return r >= 0;
}

static void print_new(const struct options *o, const char *vm,
		      const struct vard_template *t, struct files_report *f)
{
	json_object *out;

	if (!kuvctl_json) {
		printf(o->how.is_dry_run ?
			       "VM %s: would be made with %zu variables; nothing was done\n" :
			       "VM %s: made with %zu variables\n",
		       vm, t->nr);
		return;
	}
	out = json_object_new_object();
	json_object_object_add(out, "vm", json_object_new_string(vm));
	json_object_object_add(out, "new", json_object_new_boolean(true));
	json_object_object_add(out, "dry-run",
			       json_object_new_boolean(o->how.is_dry_run));
	json_object_object_add(out, "changed", json_object_new_uint64(t->nr));
	files_report_json(f, out);
	kuvctl_print_json(out);
}

static void import_new(const struct options *o, sd_bus *bus, const char *vm,
		       const struct vard_template *t, struct files_report *f)
{
	struct kuvctl_vars v = { 0 };

	if (look_up(bus, vm, &v))
		fail(KUVCTL_EXIT_REFUSED,
		     "VM %s is there already: without --new its variables are replaced",
		     vm);
	if (!o->how.is_dry_run)
		create(bus, vm, t);
	print_new(o, vm, t, f);
}

static void import_into(struct options *o, sd_bus *bus, const char *vm,
			const struct vard_template *t, struct files_report *f)
{
	struct kuvctl_applied a = { 0 };
	struct kuvctl_vars v = { 0 };
	struct kuvctl_plan p = { 0 };
	json_object *out;

	if (!look_up(bus, vm, &v))
		fail(KUVCTL_EXIT_REFUSED, "no VM %s: --new makes it", vm);
	import_plan(&p, &v.list, t, o->is_merge);
	o->how.expect_digest = v.digest;
	kuvctl_plan_apply(bus, vm, &p, &o->how, &a);
	if (kuvctl_json) {
		out = kuvctl_applied_json(vm, &o->how, &a);
		files_report_json(f, out);
		kuvctl_print_json(out);
	} else {
		kuvctl_applied_print(vm, &o->how, &a);
	}
	kuvctl_plan_free(&p);
	kuvctl_vars_free(&v);
}

int cmd_import(const struct kuvctl *k, int argc, char **argv)
{
	struct options o = { .how.action = "import" };
	_cleanup_free_ char *detail = NULL;
	struct vard_template t = { 0 };
	struct files_report f;
	enum vard_format format;
	sd_bus *bus;

	parse(&o, argc, argv);
	files_report_init(&f, argv[optind + 1]);
	format = files_read(&f, o.has_format ? &o.format : NULL, o.is_partial,
			    &t);
	if (!kuvctl_json)
		files_report_print(&f);
	if (asprintf(&detail, "%s %s", vard_format_name(format),
		     basename(argv[optind + 1])) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	vard_text_clean(detail);
	o.how.detail = detail;
	bus = kuvctl_connect(k);
	if (o.is_new)
		import_new(&o, bus, argv[optind], &t, &f);
	else
		import_into(&o, bus, argv[optind], &t, &f);
	sd_bus_close_unref(bus);
	files_report_free(&f);
	vard_template_clear(&t);
	return f.r.nr_errors ? KUVCTL_EXIT_PARTLY : 0;
}
