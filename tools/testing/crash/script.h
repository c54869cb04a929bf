/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done to the database while power may go. */
#ifndef _CRASH_SCRIPT_H
#define _CRASH_SCRIPT_H

#include "disk.h"
#include "model.h"

struct vard;

/* The file; a placeholder is there on the real disk for stat(). */
extern char script_db[64];

/**
 * enum script_flaw - a mistake on purpose, which the sweep must notice
 * @FLAW_NONE: none
 * @FLAW_NO_SYNC: syncs do nothing
 * @FLAW_EARLY_ACK: a change is acknowledged before its transaction ends
 * @FLAW_SPLIT: each change has a transaction of its own
 * @FLAW_BARE: what a sync failed for stays in the log, as SQLite leaves it
 */
enum script_flaw {
	FLAW_NONE,
	FLAW_NO_SYNC,
	FLAW_EARLY_ACK,
	FLAW_SPLIT,
	FLAW_BARE,
};

/**
 * enum script_kind - which script
 * @SCRIPT_LIFE: all there is, from a new database on
 * @SCRIPT_UPGRADE: a database of schema 1 is brought up to date, and used
 * @SCRIPT_SICK: group commits on a disk that fails for some time
 */
enum script_kind {
	SCRIPT_LIFE,
	SCRIPT_UPGRADE,
	SCRIPT_SICK,
};

/**
 * struct script_mark - what is promised from a point of the journal on
 * @pos: operations before it
 * @acked: newest state that was acknowledged
 * @begun: newest state that may be on disk
 */
struct script_mark {
	size_t pos;
	unsigned int acked;
	unsigned int begun;
};

/**
 * struct script - the run
 * @kind: which one
 * @fail_at: SCRIPT_SICK: operations from this one on fail,
 * @fail_nr: so many of them
 * @fail_errno: with this error
 * @base: what the disk held before the journal
 * @disk: where the database is
 * @d: the daemon, as far as saving goes
 * @b: its backend
 * @flaw: what is wrong on purpose
 * @states: content of the database after each transaction; the first is empty
 * @digests: of @states
 * @nr_states: how many; one more while a transaction is open
 * @marks: promises, ascending
 * @nr_marks: how many
 * @nr_changes: variables written and removed
 * @nr_refused: group commits that failed
 * @seed: of its random choices
 */
struct script {
	enum script_kind kind;
	size_t fail_at;
	size_t fail_nr;
	int fail_errno;
	struct disk_tree base;
	struct disk disk;
	struct vard *d;
	struct vard_backend *b;
	enum script_flaw flaw;
	struct model **states;
	uint64_t *digests;
	unsigned int nr_states;
	struct script_mark *marks;
	size_t nr_marks;
	unsigned int nr_changes;
	unsigned int nr_refused;
	uint64_t seed;
};

/**
 * script_run() - do all of it
 * @s: zero but for what to do, the flaw and the seed; exits if something fails
 */
void script_run(struct script *s);

/**
 * script_free() - free what script_run() made
 * @s: script
 */
void script_free(struct script *s);

/**
 * script_promise() - what holds at a point of the journal
 * @s: script that has run
 * @pos: number of operations
 *
 * Return: the mark that counts there.
 */
const struct script_mark *script_promise(const struct script *s, size_t pos);

#endif /* _CRASH_SCRIPT_H */
