// SPDX-License-Identifier: GPL-2.0-or-later
/* The SQLite VFS: does what the unix one does, on the disk in memory. */
#include "vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite_vfs.h"

#define SHM_REGIONS 64

/* One open file. Temporary ones are not on the disk. */
struct vfs_file {
	sqlite3_file base;
	unsigned int file;
	bool is_temp;
	/* As the unix VFS: the first sync of a journal that might be new syncs names, too. */
	bool syncs_dir;
	struct disk_file temp;
	void *shm[SHM_REGIONS];
};

static struct disk *disk;
static int last_errno;

int __wrap_fdio_sync_parent(const char *path);

static struct vfs_file *to_vfs(sqlite3_file *f)
{
	return (struct vfs_file *)f;
}

static struct disk_file *content(struct vfs_file *f)
{
	return f->is_temp ? &f->temp : &disk->tree.files[f->file];
}

/* Does it on the disk; @code is what SQLite hears if that fails. */
static int change(struct disk_op op, int code)
{
	int r = disk_do(disk, &op);

	if (r == 0)
		return SQLITE_OK;
	last_errno = -r;
	return r == -ENOSPC ? SQLITE_FULL : code;
}

static int vfs_shm_unmap(sqlite3_file *file, int delete)
{
	struct vfs_file *f = to_vfs(file);

	(void)delete;
	for (int i = 0; i < SHM_REGIONS; i++) {
		free(f->shm[i]);
		f->shm[i] = NULL;
	}
	return SQLITE_OK;
}

static int vfs_close(sqlite3_file *file)
{
	vfs_shm_unmap(file, 0);
	free(to_vfs(file)->temp.data);
	return SQLITE_OK;
}

static int vfs_read(sqlite3_file *file, void *buf, int len, sqlite3_int64 pos)
{
	struct disk_file *f = content(to_vfs(file));
	size_t start = (size_t)pos, want = (size_t)len, have;

	have = start < f->len ? f->len - start : 0;
	if (have > want)
		have = want;
	if (have)
		memcpy(buf, f->data + start, have);
	memset((char *)buf + have, 0, want - have);
	return have == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int write_temp(struct disk_file *f, const void *buf, size_t len,
		      size_t pos)
{
	if (pos + len > f->room) {
		void *p = realloc(f->data, 2 * (pos + len));

		if (!p)
			return SQLITE_IOERR_NOMEM;
		f->data = p;
		f->room = 2 * (pos + len);
	}
	if (pos > f->len)
		memset(f->data + f->len, 0, pos - f->len);
	memcpy(f->data + pos, buf, len);
	if (pos + len > f->len)
		f->len = pos + len;
	return SQLITE_OK;
}

static int vfs_write(sqlite3_file *file, const void *buf, int len,
		     sqlite3_int64 pos)
{
	struct vfs_file *f = to_vfs(file);

	if (f->is_temp)
		return write_temp(&f->temp, buf, (size_t)len, (size_t)pos);
	return change((struct disk_op){ .kind = DISK_WRITE, .file = f->file,
					.pos = (size_t)pos, .len = (size_t)len,
					.data = (uint8_t *)(uintptr_t)buf },
		      SQLITE_IOERR_WRITE);
}

static int vfs_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	struct vfs_file *f = to_vfs(file);

	if (f->is_temp) {
		f->temp.len = (size_t)len;
		return SQLITE_OK;
	}
	return change((struct disk_op){ .kind = DISK_TRUNCATE, .file = f->file,
					.len = (size_t)len },
		      SQLITE_IOERR_TRUNCATE);
}

static int vfs_sync(sqlite3_file *file, int flags)
{
	struct vfs_file *f = to_vfs(file);
	int code;

	(void)flags;
	if (f->is_temp)
		return SQLITE_OK;
	code = change((struct disk_op){ .kind = DISK_SYNC, .file = f->file },
		      SQLITE_IOERR_FSYNC);
	if (code != SQLITE_OK || !f->syncs_dir)
		return code;
	f->syncs_dir = false;
	return change((struct disk_op){ .kind = DISK_SYNC_DIR },
		      SQLITE_IOERR_DIR_FSYNC);
}

static int vfs_size(sqlite3_file *file, sqlite3_int64 *ret)
{
	*ret = (sqlite3_int64)content(to_vfs(file))->len;
	return SQLITE_OK;
}

/* One process, one connection: nobody to lock out. */
static int vfs_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int vfs_check_lock(sqlite3_file *file, int *ret)
{
	(void)file;
	*ret = 0;
	return SQLITE_OK;
}

static int vfs_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	if (op != SQLITE_FCNTL_HAS_MOVED)
		return SQLITE_NOTFOUND;
	*(int *)arg = 0;
	return SQLITE_OK;
}

static int vfs_sector_size(sqlite3_file *file)
{
	(void)file;
	return 4096;
}

static int vfs_characteristics(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int vfs_shm_map(sqlite3_file *file, int region, int size, int extend,
		       void volatile **ret)
{
	struct vfs_file *f = to_vfs(file);

	*ret = NULL;
	if (region >= SHM_REGIONS)
		return SQLITE_IOERR_SHMSIZE;
	if (!f->shm[region] && extend) {
		f->shm[region] = calloc(1, (size_t)size);
		if (!f->shm[region])
			return SQLITE_IOERR_NOMEM;
	}
	*ret = f->shm[region];
	return SQLITE_OK;
}

static int vfs_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	(void)file;
	(void)offset;
	(void)n;
	(void)flags;
	return SQLITE_OK;
}

static void vfs_shm_barrier(sqlite3_file *file)
{
	(void)file;
}

static const sqlite3_io_methods vfs_methods = {
	.iVersion = 2,
	.xClose = vfs_close,
	.xRead = vfs_read,
	.xWrite = vfs_write,
	.xTruncate = vfs_truncate,
	.xSync = vfs_sync,
	.xFileSize = vfs_size,
	.xLock = vfs_lock,
	.xUnlock = vfs_lock,
	.xCheckReservedLock = vfs_check_lock,
	.xFileControl = vfs_control,
	.xSectorSize = vfs_sector_size,
	.xDeviceCharacteristics = vfs_characteristics,
	.xShmMap = vfs_shm_map,
	.xShmLock = vfs_shm_lock,
	.xShmBarrier = vfs_shm_barrier,
	.xShmUnmap = vfs_shm_unmap,
};

static int open_named(struct vfs_file *f, const char *path, int flags)
{
	unsigned int name = disk_name(disk, path);
	struct disk_op op = { .kind = DISK_CREATE, .name = name };
	int r;

	if (flags & SQLITE_OPEN_CREATE)
		f->syncs_dir = flags & (SQLITE_OPEN_WAL |
					SQLITE_OPEN_MAIN_JOURNAL |
					SQLITE_OPEN_SUPER_JOURNAL);
	if (disk->tree.names[name]) {
		f->file = disk->tree.names[name] - 1;
		return SQLITE_OK;
	}
	if (!(flags & SQLITE_OPEN_CREATE)) {
		last_errno = ENOENT;
		return SQLITE_CANTOPEN;
	}
	r = disk_do(disk, &op);
	if (r < 0) {
		last_errno = -r;
		return SQLITE_CANTOPEN;
	}
	f->file = op.file;
	return SQLITE_OK;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
		    int flags, int *ret_flags)
{
	struct vfs_file *f = to_vfs(file);
	int code = SQLITE_OK;

	(void)vfs;
	memset(f, 0, sizeof(*f));
	f->is_temp = !path || flags & SQLITE_OPEN_DELETEONCLOSE;
	if (!f->is_temp)
		code = open_named(f, path, flags);
	if (code == SQLITE_OK)
		f->base.pMethods = &vfs_methods;
	if (ret_flags)
		*ret_flags = flags;
	return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
	unsigned int name = disk_name(disk, path);
	int code;

	(void)vfs;
	if (!disk->tree.names[name])
		return SQLITE_IOERR_DELETE_NOENT;
	code = change((struct disk_op){ .kind = DISK_DELETE, .name = name,
					.file = disk->tree.names[name] - 1 },
		      SQLITE_IOERR_DELETE);
	if (code != SQLITE_OK || !sync_dir)
		return code;
	return change((struct disk_op){ .kind = DISK_SYNC_DIR },
		      SQLITE_IOERR_DIR_FSYNC);
}

/* As the unix VFS: an empty file does not count as there. */
static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
	unsigned int file = disk->tree.names[disk_name(disk, path)];

	(void)vfs;
	*ret = file && (flags != SQLITE_ACCESS_EXISTS ||
			disk->tree.files[file - 1].len > 0);
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int room, char *ret)
{
	(void)vfs;
	snprintf(ret, (size_t)room, "%s", path);
	return SQLITE_OK;
}

/* The same bytes in each run: a cut point keeps its number. */
static int vfs_randomness(sqlite3_vfs *vfs, int len, char *ret)
{
	static uint64_t state;

	(void)vfs;
	for (int i = 0; i < len; i++)
		ret[i] = (char)disk_random(&state);
	return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
	(void)vfs;
	*ret = 2461000 * (sqlite3_int64)86400000;
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *text)
{
	(void)vfs;
	(void)len;
	(void)text;
	return last_errno;
}

void crash_vfs_register(void)
{
	static sqlite3_vfs vfs = {
		.iVersion = 2,
		.szOsFile = sizeof(struct vfs_file),
		.mxPathname = DISK_NAME_MAX,
		.zName = "crash",
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_path,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xGetLastError = vfs_last_error,
		.xCurrentTimeInt64 = vfs_time,
	};

	sqlite3_vfs_register(&vfs, 1);
}

void crash_vfs_use(struct disk *d)
{
	disk = d;
	/* Above it, as in the daemon. */
	vard_vfs_exit();
	if (vard_vfs_init() < 0)
		exit(2);
}

int __wrap_fdio_sync_parent(const char *path)
{
	struct disk_op op = { .kind = DISK_SYNC_DIR };

	(void)path;
	return disk_do(disk, &op);
}
