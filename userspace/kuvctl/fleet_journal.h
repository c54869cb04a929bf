/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal of kuvctl fleet apply: what was done, on disk before the next thing is. */
#ifndef _KUVCTL_FLEET_JOURNAL_H
#define _KUVCTL_FLEET_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet.h"

/* Largest journal read. */
#define FLEET_JOURNAL_MAX (64U << 20)

/**
 * enum fleet_state - how far a VM is
 * @FLEET_NEW: nothing was done
 * @FLEET_BEGUN: it is being changed; after a crash, nobody knows whether it was
 * @FLEET_DONE: changed and verified, or its changes wait for its next start
 * @FLEET_UNCHANGED: it was as the plan wants it
 * @FLEET_FAILED: something was not as expected; it is as before
 * @FLEET_DOUBT: changed, but not as expected, or not known to be
 * @FLEET_MOVED: left out: it belongs to another host now
 * @FLEET_NR_STATES: how many
 */
enum fleet_state {
	FLEET_NEW,
	FLEET_BEGUN,
	FLEET_DONE,
	FLEET_UNCHANGED,
	FLEET_FAILED,
	FLEET_DOUBT,
	FLEET_MOVED,
	FLEET_NR_STATES,
};

/* The states in words, "new" and so on. */
extern const char *const fleet_states[FLEET_NR_STATES];

/**
 * struct fleet_entry - a VM of a plan
 * @vm: its name, owned
 * @uuid: of the VM that had this name when the plan began
 * @state: how far it is
 * @old_digest: of its variables before
 * @new_digest: of what they were to become, or are
 * @pending: number of the plan that waits for its next start
 * @nr_changed: variables that differ by it; not in the file
 * @why: what was not as expected, owned, or NULL
 */
struct fleet_entry {
	char *vm;
	char uuid[37];
	enum fleet_state state;
	char old_digest[65];
	char new_digest[65];
	uint64_t pending;
	unsigned int nr_changed;
	char *why;
};

/**
 * struct fleet_journal - a journal and what is in it
 * @fd: of the file, locked; negative for none: nothing is kept
 * @path: of the file, owned
 * @entries: the VMs, in the order in which they are changed
 * @nr: how many
 * @is_finished: nothing is left to do
 */
struct fleet_journal {
	int fd;
	char *path;
	struct fleet_entry *entries;
	size_t nr;
	bool is_finished;
};

/**
 * fleet_journal_create() - begin a journal; it is on disk when this returns
 * @j: with the VMs and their states; @j->fd is filled
 * @path: of the file, which must not be there
 * @hash: of the plan
 * @why: filled on failure
 *
 * Return: Whether it is there.
 */
bool fleet_journal_create(struct fleet_journal *j, const char *path,
			  const char *hash, char why[FLEET_WHY_MAX]);

/**
 * fleet_journal_open() - go on with a journal
 * @j: filled, also in part on failure, for fleet_journal_close()
 * @path: of the file
 * @hash: of the plan, which must be the one that it was begun for
 * @why: filled on failure
 *
 * A line that a crash cut short is taken off.
 *
 * Return: Whether it can.
 */
bool fleet_journal_open(struct fleet_journal *j, const char *path,
			const char *hash, char why[FLEET_WHY_MAX]);

/**
 * fleet_journal_note() - write down how far a VM is
 * @j: journal
 * @e: one of its VMs
 *
 * Exits if that cannot be made durable: nothing may be done then.
 */
void fleet_journal_note(struct fleet_journal *j, const struct fleet_entry *e);

/**
 * fleet_journal_finish() - write down that nothing is left to do
 * @j: journal
 */
void fleet_journal_finish(struct fleet_journal *j);

/**
 * fleet_entry_set() - say how far a VM is
 * @e: VM
 * @state: how far
 * @why: what was not as expected, copied, or NULL
 */
void fleet_entry_set(struct fleet_entry *e, enum fleet_state state,
		     const char *why);

/**
 * fleet_journal_close() - close the file and free what is in it
 * @j: journal
 */
void fleet_journal_close(struct fleet_journal *j);

#endif /* _KUVCTL_FLEET_JOURNAL_H */
