// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts syncs, cuts off what one that failed was for: a layer over the default VFS. */
#include "sqlite_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Nothing is to be cut off, or nothing was written. */
#define NOWHERE (-1)

/* A write-ahead log by its name: it is closed and opened again, this stays. */
struct wal {
	struct wal *next;
	/* Its end, once it can be truncated again. */
	sqlite3_int64 cut_at;
	char name[];
};

/* The file of the VFS below follows directly. */
struct counted_file {
	sqlite3_file base;
	uint64_t *nr_syncs;
	/* Of a log only. */
	struct wal *wal;
	/* The first byte written since the last sync. */
	sqlite3_int64 unsynced;
};

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *below;
	struct vard_syncs syncs;
	struct wal *wals;
} g;

static struct counted_file *to_counted(sqlite3_file *f)
{
	return (struct counted_file *)f;
}

static sqlite3_file *below(sqlite3_file *f)
{
	return (sqlite3_file *)(to_counted(f) + 1);
}

static int file_close(sqlite3_file *f)
{
	return below(f)->pMethods->xClose(below(f));
}

static int file_read(sqlite3_file *f, void *buf, int n, sqlite3_int64 at)
{
	return below(f)->pMethods->xRead(below(f), buf, n, at);
}

static int file_write(sqlite3_file *f, const void *buf, int n, sqlite3_int64 at)
{
	struct counted_file *c = to_counted(f);

	if (c->unsynced == NOWHERE || at < c->unsynced)
		c->unsynced = at;
	return below(f)->pMethods->xWrite(below(f), buf, n, at);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return below(f)->pMethods->xTruncate(below(f), size);
}

/* Cuts what is beyond wal->cut_at off; it is tried again when the log is opened. */
static int cut_off(struct counted_file *c)
{
	sqlite3_file *f = below(&c->base);
	sqlite3_int64 size;
	int code = f->pMethods->xFileSize(f, &size);

	if (code == SQLITE_OK && size > c->wal->cut_at)
		code = f->pMethods->xTruncate(f, c->wal->cut_at);
	if (code == SQLITE_OK)
		c->wal->cut_at = NOWHERE;
	return code;
}

/*
 * Linux forgets what a sync failed for: it can be read, and no later sync
 * covers it. When the log is opened again it would look like a transaction,
 * and what is acknowledged after it would be lost with it when power fails.
 * So it goes; nothing in it was acknowledged.
 */
static int file_sync(sqlite3_file *f, int flags)
{
	struct counted_file *c = to_counted(f);
	int code;

	(*c->nr_syncs)++;
	code = below(f)->pMethods->xSync(below(f), flags);
	if (code == SQLITE_OK) {
		c->unsynced = NOWHERE;
		if (c->wal)
			c->wal->cut_at = NOWHERE;
	} else if (c->wal && c->unsynced != NOWHERE) {
		c->wal->cut_at = c->unsynced;
		cut_off(c);
	}
	return code;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return below(f)->pMethods->xFileSize(below(f), size);
}

static int file_lock(sqlite3_file *f, int level)
{
	return below(f)->pMethods->xLock(below(f), level);
}

static int file_unlock(sqlite3_file *f, int level)
{
	return below(f)->pMethods->xUnlock(below(f), level);
}

static int file_check_lock(sqlite3_file *f, int *ret)
{
	return below(f)->pMethods->xCheckReservedLock(below(f), ret);
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
	return below(f)->pMethods->xFileControl(below(f), op, arg);
}

static int file_sector_size(sqlite3_file *f)
{
	return below(f)->pMethods->xSectorSize(below(f));
}

static int file_characteristics(sqlite3_file *f)
{
	return below(f)->pMethods->xDeviceCharacteristics(below(f));
}

static int file_shm_map(sqlite3_file *f, int region, int size, int extend,
			void volatile **ret)
{
	return below(f)->pMethods->xShmMap(below(f), region, size, extend, ret);
}

static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return below(f)->pMethods->xShmLock(below(f), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *f)
{
	below(f)->pMethods->xShmBarrier(below(f));
}

static int file_shm_unmap(sqlite3_file *f, int is_delete)
{
	return below(f)->pMethods->xShmUnmap(below(f), is_delete);
}

static int file_fetch(sqlite3_file *f, sqlite3_int64 at, int n, void **ret)
{
	return below(f)->pMethods->xFetch(below(f), at, n, ret);
}

static int file_unfetch(sqlite3_file *f, sqlite3_int64 at, void *p)
{
	return below(f)->pMethods->xUnfetch(below(f), at, p);
}

/* By version of the methods below: SQLite asks for no more than is there. */
#define METHODS(version)                                          \
	{                                                         \
		.iVersion = (version),                            \
		.xClose = file_close,                             \
		.xRead = file_read,                               \
		.xWrite = file_write,                             \
		.xTruncate = file_truncate,                       \
		.xSync = file_sync,                               \
		.xFileSize = file_size,                           \
		.xLock = file_lock,                               \
		.xUnlock = file_unlock,                           \
		.xCheckReservedLock = file_check_lock,            \
		.xFileControl = file_control,                     \
		.xSectorSize = file_sector_size,                  \
		.xDeviceCharacteristics = file_characteristics,   \
		.xShmMap = file_shm_map,                          \
		.xShmLock = file_shm_lock,                        \
		.xShmBarrier = file_shm_barrier,                  \
		.xShmUnmap = file_shm_unmap,                      \
		.xFetch = file_fetch,                             \
		.xUnfetch = file_unfetch,                         \
	}

static const sqlite3_io_methods methods[] = {
	METHODS(1),
	METHODS(2),
	METHODS(3),
};

static uint64_t *counter_of(int flags)
{
	if (flags & SQLITE_OPEN_WAL)
		return &g.syncs.nr_wal;
	if (flags & SQLITE_OPEN_MAIN_DB)
		return &g.syncs.nr_db;
	return &g.syncs.nr_other;
}

static struct wal *get_wal(const char *name)
{
	struct wal *w = g.wals;
	size_t len = strlen(name) + 1;

	while (w && strcmp(w->name, name) != 0)
		w = w->next;
	if (w)
		return w;
	w = malloc(sizeof(*w) + len);
	if (!w)
		return NULL;
	w->cut_at = NOWHERE;
	memcpy(w->name, name, len);
	w->next = g.wals;
	g.wals = w;
	return w;
}

/* Before anybody reads it. */
static int open_wal(struct counted_file *c, const char *name)
{
	c->wal = get_wal(name);
	if (!c->wal)
		return SQLITE_NOMEM;
	return c->wal->cut_at == NOWHERE ? SQLITE_OK : cut_off(c);
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f,
		    int flags, int *ret_flags)
{
	struct counted_file *c = to_counted(f);
	int code = g.below->xOpen(g.below, name, below(f), flags, ret_flags);
	const sqlite3_io_methods *m = below(f)->pMethods;

	(void)vfs;
	c->nr_syncs = counter_of(flags);
	c->wal = NULL;
	c->unsynced = NOWHERE;
	/* Also after a failure: with methods it wants to be closed. */
	c->base.pMethods = !m ? NULL :
			   &methods[(m->iVersion > 3 ? 3 : m->iVersion) - 1];
	if (code == SQLITE_OK && flags & SQLITE_OPEN_WAL)
		code = open_wal(c, name);
	return code;
}

/* The VFS below may be part of something larger: it is called with itself. */

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	(void)vfs;
	return g.below->xDelete(g.below, name, sync_dir);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
	(void)vfs;
	return g.below->xAccess(g.below, name, flags, ret);
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int n,
			     char *ret)
{
	(void)vfs;
	return g.below->xFullPathname(g.below, name, n, ret);
}

static int vfs_randomness(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs;
	return g.below->xRandomness(g.below, n, ret);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return g.below->xSleep(g.below, us);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *ret)
{
	(void)vfs;
	return g.below->xCurrentTime(g.below, ret);
}

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *ret)
{
	(void)vfs;
	return g.below->xGetLastError(g.below, n, ret);
}

static int vfs_current_time_64(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
	(void)vfs;
	return g.below->xCurrentTimeInt64(g.below, ret);
}

static void fill_vfs(void)
{
	/* No extensions are loaded: nothing of that is here. */
	g.vfs = (sqlite3_vfs){
		.iVersion = g.below->iVersion > 2 ? 2 : g.below->iVersion,
		.szOsFile = g.below->szOsFile +
			    (int)sizeof(struct counted_file),
		.mxPathname = g.below->mxPathname,
		.zName = "vard-sync",
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_pathname,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_current_time,
		.xGetLastError = vfs_last_error,
		.xCurrentTimeInt64 = vfs_current_time_64,
	};
}

int vard_vfs_init(void)
{
	if (g.below)
		return 0;
	g.below = sqlite3_vfs_find(NULL);
	if (!g.below)
		return -ENXIO;
	fill_vfs();
	if (sqlite3_vfs_register(&g.vfs, 1) == SQLITE_OK)
		return 0;
	g.below = NULL;
	return -ENOMEM;
}

void vard_vfs_exit(void)
{
	struct wal *w;

	if (!g.below)
		return;
	sqlite3_vfs_unregister(&g.vfs);
	g.below = NULL;
	while ((w = g.wals)) {
		g.wals = w->next;
		free(w);
	}
}

void vard_vfs_syncs(struct vard_syncs *ret)
{
	*ret = g.syncs;
}
