/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk in memory that keeps a journal, and what a power cut leaves of it. */
#ifndef _CRASH_DISK_H
#define _CRASH_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_NAME_MAX 128
#define DISK_NAMES 8
#define DISK_SECTOR 512

/**
 * enum disk_kind - what happened to the disk
 * @DISK_WRITE: bytes of a file
 * @DISK_TRUNCATE: its length
 * @DISK_CREATE: a name in the directory leads to a new file
 * @DISK_DELETE: a name leads nowhere
 * @DISK_SYNC: bytes and length of one file are on disk, not its name
 * @DISK_SYNC_DIR: all names are on disk
 * @DISK_SYNC_FAILED: a sync that returned an error; what it was for is on disk by
 *	chance, and no later sync covers it
 */
enum disk_kind {
	DISK_WRITE,
	DISK_TRUNCATE,
	DISK_CREATE,
	DISK_DELETE,
	DISK_SYNC,
	DISK_SYNC_DIR,
	DISK_SYNC_FAILED,
};

/**
 * struct disk_op - one entry of the journal
 * @kind: what happened
 * @file: to which file
 * @name: under which name
 * @pos: first byte of a write
 * @len: bytes of a write, or the new length
 * @data: bytes written
 */
struct disk_op {
	enum disk_kind kind;
	unsigned int file;
	unsigned int name;
	size_t pos;
	size_t len;
	uint8_t *data;
};

/**
 * struct disk_file - content of a file
 * @data: bytes
 * @len: how many
 * @room: memory behind @data
 */
struct disk_file {
	uint8_t *data;
	size_t len;
	size_t room;
};

/**
 * struct disk_tree - files and the names that lead to them
 * @files: grows by one with each creation
 * @nr_files: how many
 * @names: file of a name plus one, 0 for none
 */
struct disk_tree {
	struct disk_file *files;
	unsigned int nr_files;
	unsigned int names[DISK_NAMES];
};

/**
 * struct disk - a running machine's disk
 * @tree: what programs see
 * @names: paths; a name is an index here
 * @ops: the journal
 * @nr_ops: its length
 * @room_ops: memory behind @ops
 * @is_unwritten: keeps no journal
 * @drops_syncs: broken on purpose: syncs succeed and do nothing
 * @nr_tried: operations, failed ones included
 * @fail_at: operations from this one on fail,
 * @fail_nr: so many of them
 * @fail_errno: with this error
 */
struct disk {
	struct disk_tree tree;
	char names[DISK_NAMES][DISK_NAME_MAX];
	struct disk_op *ops;
	size_t nr_ops;
	size_t room_ops;
	bool is_unwritten;
	bool drops_syncs;
	size_t nr_tried;
	size_t fail_at;
	size_t fail_nr;
	int fail_errno;
};

/**
 * disk_name() - the number of a path
 * @d: disk
 * @path: path; aborts if there are too many
 *
 * Return: Index into @d->names.
 */
unsigned int disk_name(struct disk *d, const char *path);

/**
 * disk_do() - change the disk and note it in the journal
 * @d: disk
 * @op: what to do; data is copied; the file of a creation is filled
 *
 * Return: 0, or -errno if the disk is set to fail.
 */
int disk_do(struct disk *d, struct disk_op *op);

/**
 * disk_fail() - from now on every change fails
 * @d: disk
 * @error: errno
 */
void disk_fail(struct disk *d, int error);

/**
 * disk_forget() - empty the journal; the files stay
 * @d: disk
 */
void disk_forget(struct disk *d);

/**
 * disk_free() - free what a disk holds
 * @d: disk
 */
void disk_free(struct disk *d);

/**
 * enum disk_loss - what becomes of changes that were not synced at the cut
 * @DISK_LOSE_ALL: none is on disk
 * @DISK_LOSE_NONE: all are
 * @DISK_LOSE_TAIL: the first ones, the last of them up to a sector
 * @DISK_LOSE_SOME: of each operation and each sector it is chance
 * @DISK_LOSE_MANY: the same, but few are kept
 * @DISK_GARBLE: the same, and some sectors hold noise where they were written
 * @DISK_LOSSES: how many kinds there are
 */
enum disk_loss {
	DISK_LOSE_ALL,
	DISK_LOSE_NONE,
	DISK_LOSE_TAIL,
	DISK_LOSE_SOME,
	DISK_LOSE_MANY,
	DISK_GARBLE,
	DISK_LOSSES,
};

/**
 * struct disk_replay - the platter: what is durable after part of a journal
 * @from: the journal
 * @pos: operations seen
 * @durable: what is on disk for sure
 * @pending: operations that are not
 * @nr_pending: how many
 * @room_pending: memory behind @pending
 */
struct disk_replay {
	const struct disk *from;
	size_t pos;
	struct disk_tree durable;
	const struct disk_op **pending;
	size_t nr_pending;
	size_t room_pending;
};

/**
 * disk_replay_start() - the platter before the journal's first operation
 * @r: filled, for disk_replay_free()
 * @from: disk with the journal; must not change
 * @base: what was there before, or NULL for nothing
 */
void disk_replay_start(struct disk_replay *r, const struct disk *from,
		       const struct disk_tree *base);

/**
 * disk_replay_step() - one operation more
 * @r: replay, not at the end of the journal
 */
void disk_replay_step(struct disk_replay *r);

/**
 * disk_replay_cut() - the disk after power is cut here and comes back
 * @r: replay
 * @loss: what becomes of pending operations
 * @seed: chooses among what @loss allows
 * @ret: filled with a disk whose journal is empty, for disk_free()
 */
void disk_replay_cut(const struct disk_replay *r, enum disk_loss loss,
		     uint64_t seed, struct disk *ret);

/**
 * disk_replay_free() - free what a replay holds
 * @r: replay
 */
void disk_replay_free(struct disk_replay *r);

/**
 * disk_tree_copy() - another tree with the same content
 * @to: filled, for disk_tree_free()
 * @from: tree
 */
void disk_tree_copy(struct disk_tree *to, const struct disk_tree *from);

/**
 * disk_tree_free() - free what a tree holds
 * @t: tree
 */
void disk_tree_free(struct disk_tree *t);

/**
 * disk_random() - the next number of a small generator
 * @state: its state, any value
 *
 * Return: 64 bits.
 */
uint64_t disk_random(uint64_t *state);

#endif /* _CRASH_DISK_H */
