// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl export: a VM's variables in a file or directory. */
#include "cmd_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "efivarfs.h"
#include "fdio.h"
#include "output.h"
#include "vars.h"

struct options {
	enum vard_format format;
	const char *path;
	bool is_partial;
	bool with_volatile;
	bool is_forced;
};

static const struct option long_options[] = {
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "partial", no_argument, NULL, 'p' },
	{ "volatile", no_argument, NULL, 'V' },
	{ "force", no_argument, NULL, 'F' },
	{ 0 },
};

static void parse(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "f:o:", long_options, NULL)) >= 0) {
		if (c == 'f')
			o->format = files_format(optarg);
		else if (c == 'o')
			o->path = optarg;
		else if (c == 'p')
			o->is_partial = true;
		else if (c == 'V')
			o->with_volatile = true;
		else if (c == 'F')
			o->is_forced = true;
		else
			kuvctl_usage(argv[0]);
	}
	if (argc - optind != 1)
		kuvctl_usage(argv[0]);
	if (o->format == VARD_FORMAT_EFIVARFS && !o->path)
		fail(KUVCTL_EXIT_USAGE, "efivarfs is a directory: -o names it");
}

static void drop_volatile(struct vard_template *t)
{
	size_t nr = 0;

	for (size_t i = 0; i < t->nr; i++) {
		struct vard_var v = t->vars[i];

		/* Swapped, so that all of them are freed in the end. */
		if (v.attributes & KVM_UEFIVARS_ATTR_NV) {
			t->vars[i] = t->vars[nr];
			t->vars[nr++] = v;
		}
	}
	for (size_t i = nr; i < t->nr; i++) {
		free((void *)(uintptr_t)t->vars[i].name);
		free((void *)(uintptr_t)t->vars[i].data);
	}
	t->nr = nr;
}

/* Gives what was written under @temp its name. */
static int put_in_place(const char *temp, const char *path, bool is_forced)
{
	int r = renameat2(AT_FDCWD, temp, AT_FDCWD, path,
			  is_forced ? 0 : RENAME_NOREPLACE);

	/* Some file systems cannot refuse to replace. */
	if (r < 0 && errno == EINVAL && !is_forced)
		r = access(path, F_OK) == 0 ? (errno = EEXIST, -1) :
					      rename(temp, path);
	return r < 0 ? -errno : fdio_sync_parent(path);
}

static char *temp_name(const char *path)
{
	size_t len = strlen(path);
	char *temp;

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (asprintf(&temp, "%.*s.kuvctl-XXXXXX", (int)len, path) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	return temp;
}

static _Noreturn void cannot_write(const struct options *o, int r)
{
	if (r == -EEXIST || r == -ENOTEMPTY)
		fail(KUVCTL_EXIT_USAGE, "%s is there already%s", o->path,
		     o->format == VARD_FORMAT_EFIVARFS ?
			     ": name a new directory" :
			     ": --force replaces it");
	fail(KUVCTL_EXIT_INTERNAL, "cannot write %s: %s", o->path, strerror(-r));
}

static int write_temp(char *temp, const uint8_t *data, size_t len)
{
	_cleanup_close_ int fd = mkostemp(temp, O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = fdio_write_full(fd, data, len);
	return r == 0 && fsync(fd) < 0 ? -errno : r;
}

static void write_file(const struct options *o, const uint8_t *data, size_t len)
{
	_cleanup_free_ char *temp = temp_name(o->path);
	int r = write_temp(temp, data, len);

	if (r == 0)
		r = put_in_place(temp, o->path, o->is_forced);
	if (r == 0)
		return;
	unlink(temp);
	cannot_write(o, r);
}

/* A directory of files that was not finished. */
static void remove_temp(const char *temp, int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			unlinkat(dirfd(dir), d->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(temp);
}

static void write_dir(const struct options *o, const struct vard_template *t)
{
	_cleanup_free_ char *temp = temp_name(o->path);
	int fd = mkdtemp(temp) ? open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC) :
				 -1;
	int r = fd < 0 ? -errno : vard_efivarfs_write(fd, t->vars, t->nr);

	if (r == 0)
		r = put_in_place(temp, o->path, false);
	if (r == 0) {
		close(fd);
		return;
	}
	if (fd >= 0)
		remove_temp(temp, fd);
	cannot_write(o, r);
}

static void print_bytes(const struct options *o, const uint8_t *data, size_t len)
{
	bool is_binary = len && memchr(data, 0, len);

	if (is_binary && isatty(STDOUT_FILENO))
		fail(KUVCTL_EXIT_USAGE, "%s is not for a terminal: use -o FILE",
		     vard_format_name(o->format));
	fwrite(data, 1, len, stdout);
}

/* Finds out what the format cannot hold; makes the bytes of a file. */
static int make(const struct options *o, const struct vard_template *t,
		struct files_report *f, uint8_t **data, size_t *len)
{
	int r;

	if (o->format != VARD_FORMAT_EFIVARFS)
		return vard_format_write(o->format, t->vars, t->nr,
					 o->is_partial, &f->r, data, len);
	r = vard_efivarfs_check(t->vars, t->nr, &f->r);
	return r == 0 && f->r.nr_errors && !o->is_partial ? -EINVAL : r;
}

static void say(const struct options *o, const char *vm,
		const struct vard_template *t, struct files_report *f)
{
	json_object *out;

	if (!kuvctl_json || !o->path) {
		files_report_print(f);
		return;
	}
	out = json_object_new_object();
	json_object_object_add(out, "vm", json_object_new_string(vm));
	json_object_object_add(out, "file", json_object_new_string(o->path));
	json_object_object_add(out, "format",
		json_object_new_string(vard_format_name(o->format)));
	json_object_object_add(out, "variables",
			       json_object_new_uint64(t->nr - f->r.nr_errors));
	files_report_json(f, out);
	kuvctl_print_json(out);
}

/* The variables of a VM; or of a file, with what there is to say about it. */
static void read_source(const struct kuvctl *k, const struct options *o,
			const char *word, struct kuvctl_vars *v)
{
	const char *path = files_path(word);
	struct files_report f;
	sd_bus *bus;

	if (!path) {
		bus = kuvctl_connect(k);
		kuvctl_vars_get(bus, word, v);
		sd_bus_close_unref(bus);
		return;
	}
	files_report_init(&f, path);
	files_read(&f, NULL, o->is_partial, &v->list);
	if (!kuvctl_json)
		files_report_print(&f);
	files_report_free(&f);
}

int cmd_export(const struct kuvctl *k, int argc, char **argv)
{
	struct options o = { .format = VARD_FORMAT_JSON };
	_cleanup_free_ uint8_t *data = NULL;
	struct kuvctl_vars v = { 0 };
	struct files_report f;
	size_t len = 0;
	int r;

	parse(&o, argc, argv);
	files_report_init(&f, o.path ? o.path : argv[optind]);
	read_source(k, &o, argv[optind], &v);
	if (!o.with_volatile)
		drop_volatile(&v.list);
	r = make(&o, &v.list, &f, &data, &len);
	if (r == -ENOMEM)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	if (r < 0) {
		files_report_print(&f);
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: not everything can be written as %s, nothing was",
		     argv[optind], vard_format_name(o.format));
	}
	if (o.format == VARD_FORMAT_EFIVARFS)
		write_dir(&o, &v.list);
	else if (o.path)
		write_file(&o, data, len);
	else
		print_bytes(&o, data, len);
	say(&o, argv[optind], &v.list, &f);
	files_report_free(&f);
	kuvctl_vars_free(&v);
	return 0;
}
