// SPDX-License-Identifier: GPL-2.0-or-later
/* Directories like Linux's efivarfs: a file NAME-GUID for each variable. */
#include "efivarfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cleanup.h"
#include "fdio.h"
#include "lost.h"
#include "signers.h"

#define ATTR_LEN	4
/* A hyphen and a GUID. */
#define SUFFIX_LEN	VARD_GUID_TEXT

static void bad_file(struct vard_records *r, const char *file,
		     const char *reason)
{
	vard_report_error(r->report, "%.100s: %s", file, reason);
	r->next++;
}

/* The name before the GUID; false if @file is not NAME-GUID. */
static bool split(const char *file, size_t *name_len, uint8_t guid[16])
{
	size_t len = strlen(file);

	if (len <= SUFFIX_LEN || file[len - SUFFIX_LEN] != '-')
		return false;
	*name_len = len - SUFFIX_LEN;
	return vard_guid_parse(file + *name_len + 1, guid);
}

static void warn_time(struct vard_records *r, const char *file,
		      const struct vard_var *v)
{
	if (v->attributes & KVM_UEFIVARS_ATTR_AT && !vard_signers_is(v) &&
	    v->attributes & KVM_UEFIVARS_ATTR_NV)
		vard_report_error(r->report,
			"%.100s: authenticated, but its time is not in the file: only time 0 can be had",
			file);
}

int vard_efivarfs_add(const char *file, const uint8_t *data, size_t len,
		      struct vard_records *r)
{
	struct vard_var v = { 0 };
	uint8_t *name = NULL;
	size_t name_len = 0;
	int ret;

	if (!split(file, &name_len, v.guid)) {
		bad_file(r, file, "its name is not NAME-GUID");
		return 0;
	}
	if (len < ATTR_LEN) {
		bad_file(r, file, "too short for attributes");
		return 0;
	}
	ret = vard_name_from_utf8(file, name_len, &name, &v.name_len);
	if (ret == -EINVAL) {
		bad_file(r, file, "its name is not UTF-8");
		return 0;
	}
	if (ret < 0)
		return ret;
	v.name = name;
	v.attributes = bytes_get32(data);
	v.data = data + ATTR_LEN;
	v.data_len = (uint32_t)(len - ATTR_LEN);
	warn_time(r, file, &v);
	ret = vard_records_add(r, &v, NULL);
	free(name);
	return ret;
}

static int read_file(int dir, const char *file, struct vard_records *r)
{
	_cleanup_close_ int fd = openat(dir, file, O_RDONLY | O_CLOEXEC |
					O_NOFOLLOW | O_NONBLOCK);
	_cleanup_free_ void *data = NULL;
	size_t len = 0;
	int ret = fd < 0 ? -errno :
		fdio_read_file(fd, VARD_EFIVARFS_FILE_MAX, &data, &len);

	if (ret == -ENOMEM)
		return ret;
	if (ret == -EINVAL || ret == -ELOOP)
		bad_file(r, file, "not a regular file");
	else if (ret < 0)
		bad_file(r, file, strerror(-ret));
	else
		return vard_efivarfs_add(file, data, len, r);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a directory, each and all to free(). */
static int read_names(DIR *dir, char ***ret, size_t *nr)
{
	struct dirent *d;

	for (errno = 0; (d = readdir(dir)); errno = 0) {
		char **names;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (*nr == VARD_EFIVARFS_NR_MAX)
			return -EFBIG;
		names = reallocarray(*ret, *nr + 1, sizeof(*names));
		if (!names)
			return -ENOMEM;
		*ret = names;
		names[*nr] = strdup(d->d_name);
		if (!names[*nr])
			return -ENOMEM;
		++*nr;
	}
	return -errno;
}

int vard_efivarfs_read(int fd, struct vard_records *r)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	char **names = NULL;
	size_t nr = 0;

	if (!dir) {
		ret = -errno;
		kuv_close(copy);
		return ret;
	}
	ret = read_names(dir, &names, &nr);
	if (nr)
		qsort(names, nr, sizeof(*names), compare);
	for (size_t i = 0; ret == 0 && i < nr; i++)
		ret = read_file(fd, names[i], r);
	for (size_t i = 0; i < nr; i++)
		free(names[i]);
	free(names);
	closedir(dir);
	return ret;
}

/* The file of a variable; NULL, with an error in the report, if it has none. */
static int make_file(const struct vard_var *v, struct vard_report *report,
		     char **ret)
{
	_cleanup_free_ char *name = NULL;
	char guid[VARD_GUID_TEXT];

	*ret = NULL;
	if (vard_lost_name(report, v, &name) < 0)
		return -ENOMEM;
	if (!name)
		return 0;
	if (strchr(name, '/')) {
		vard_lost(report, v, "no file can have a '/' in its name");
		return 0;
	}
	if (strlen(name) + SUFFIX_LEN > NAME_MAX) {
		vard_lost(report, v, "its name is too long for a file");
		return 0;
	}
	vard_guid_format(v->guid, guid);
	return asprintf(ret, "%s-%s", name, guid) < 0 ? -ENOMEM : 0;
}

int vard_efivarfs_check(const struct vard_var *vars, size_t nr,
			struct vard_report *report)
{
	for (size_t i = 0; i < nr; i++) {
		char *file;

		if (make_file(&vars[i], report, &file) < 0)
			return -ENOMEM;
		if (file && vars[i].attributes & KVM_UEFIVARS_ATTR_AT &&
		    !vard_signers_is(&vars[i]))
			vard_lost_part(report, &vars[i],
				       "a file has no time: it is lost");
		free(file);
	}
	return 0;
}

static int write_file(int dir, const char *file, const struct vard_var *v)
{
	_cleanup_close_ int fd = openat(dir, file, O_WRONLY | O_CREAT | O_EXCL |
					O_CLOEXEC | O_NOFOLLOW, 0600);
	uint8_t attributes[ATTR_LEN];
	int r;

	if (fd < 0)
		return -errno;
	bytes_put32(attributes, v->attributes);
	r = fdio_write_full(fd, attributes, sizeof(attributes));
	if (r == 0)
		r = fdio_write_full(fd, v->data, v->data_len);
	return r == 0 && fsync(fd) < 0 ? -errno : r;
}

int vard_efivarfs_write(int fd, const struct vard_var *vars, size_t nr)
{
	struct vard_report ignored = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < nr; i++) {
		_cleanup_free_ char *file = NULL;

		r = make_file(&vars[i], &ignored, &file);
		if (r == 0 && file)
			r = write_file(fd, file, &vars[i]);
	}
	return r == 0 && fsync(fd) < 0 ? -errno : r;
}
