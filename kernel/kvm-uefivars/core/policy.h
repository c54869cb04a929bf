/* SPDX-License-Identifier: GPL-2.0 */
/* Variable policies: what firmware registers and a write must obey. */
#ifndef _KUV_CORE_POLICY_H
#define _KUV_CORE_POLICY_H

#include "vardb.h"

/* What a guest may register in one boot. */
#define KUV_POLICY_NR_MAX	512
#define KUV_POLICY_TABLE_MAX	65536

/**
 * struct kuv_policy - registered policies of one boot
 * @table: entries in wire format, in order of registration, each one valid
 * @table_len: bytes of @table
 * @nr: entries
 * @dump: copy of @table that a DUMP pages through, or NULL
 * @dump_len: bytes of @dump
 * @locked: nothing more can be registered
 * @disabled: writes are not checked; the platform never allows this now
 */
struct kuv_policy {
	u8 *table;
	u32 table_len;
	u32 nr;
	u8 *dump;
	u32 dump_len;
	bool locked;
	bool disabled;
};

/**
 * kuv_policy_init() - no policies, not locked
 * @p: uninitialised memory
 *
 * Context: Any.
 */
void kuv_policy_init(struct kuv_policy *p);

/**
 * kuv_policy_reset() - forget everything; frees all memory
 * @p: policies
 *
 * Context: May sleep.
 */
void kuv_policy_reset(struct kuv_policy *p);

/**
 * kuv_policy_register() - add a policy
 * @p: policies
 * @entry: entry in wire format
 * @len: bytes at @entry; the entry must not say it is longer
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS; INVALID_PARAMETER (malformed), WRITE_PROTECTED (locked),
 * ALREADY_STARTED (this very name has one), OUT_OF_RESOURCES.
 */
kuv_status_t kuv_policy_register(struct kuv_policy *p, const u8 *entry,
				 u32 len);

/**
 * kuv_policy_lock_name() - register "read-only from now on" for one variable
 * @p: policies
 * @db: variables, for the locks of a policy that exists already
 * @name: variable, not empty
 * @at_runtime: ExitBootServices was called
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS, also if a policy locks the variable already; ACCESS_DENIED
 * if one exists that does not; WRITE_PROTECTED, OUT_OF_RESOURCES.
 */
kuv_status_t kuv_policy_lock_name(struct kuv_policy *p,
				  const struct kuv_vardb *db,
				  const struct kuv_name *name, bool at_runtime);

/**
 * kuv_policy_lock() - refuse further registration until reset
 * @p: policies
 *
 * Context: Any.
 * Return: SUCCESS, or WRITE_PROTECTED if that was done before.
 */
kuv_status_t kuv_policy_lock(struct kuv_policy *p);

/**
 * kuv_policy_disable() - ask to stop checking writes
 * @p: policies
 *
 * Context: Any.
 * Return: WRITE_PROTECTED: the platform does not permit it; ALREADY_STARTED if
 * it is the case.
 */
kuv_status_t kuv_policy_disable(struct kuv_policy *p);

/**
 * kuv_policy_find() - the policy that decides about a name
 * @p: policies
 * @name: variable
 *
 * An exact name wins over one with fewer wildcards, that over one with more,
 * and a whole namespace comes last; of equals, the one registered first.
 *
 * Context: Any.
 * Return: The entry (as long as it says), or NULL.
 */
const struct kvm_uefivars_policy_entry *
kuv_policy_find(const struct kuv_policy *p, const struct kuv_name *name);

/**
 * kuv_policy_check() - may this write happen?
 * @p: policies
 * @db: variables, for the locks that depend on them
 * @w: write; a deletion if empty and not an append
 * @at_runtime: ExitBootServices was called: other variables are not seen
 *
 * Context: Any.
 * Return: SUCCESS, INVALID_PARAMETER or WRITE_PROTECTED.
 */
kuv_status_t kuv_policy_check(const struct kuv_policy *p,
			      const struct kuv_vardb *db,
			      const struct kuv_write *w, bool at_runtime);

/**
 * kuv_policy_dump_start() - take the copy that a DUMP pages through
 * @p: policies
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: SUCCESS or OUT_OF_RESOURCES.
 */
kuv_status_t kuv_policy_dump_start(struct kuv_policy *p);

/**
 * kuv_policy_dump_end() - drop the copy, if there is one
 * @p: policies
 *
 * Context: May sleep.
 */
void kuv_policy_dump_end(struct kuv_policy *p);

#endif /* _KUV_CORE_POLICY_H */
