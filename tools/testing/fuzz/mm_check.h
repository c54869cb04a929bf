/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of a service after every record of a script. */
#ifndef _FUZZ_MM_CHECK_H
#define _FUZZ_MM_CHECK_H

#include "mm.h"
#include "mm_signed.h"

/**
 * struct mm_before - what is remembered of a service while a record runs
 * @state: digest of everything a failure must not change
 * @frozen: digest of the variables a guest must not change now
 * @policies: digest of the policies, if they may not change any more
 * @nv_used: bytes in use
 * @volatile_used: bytes in use
 * @tombstone_used: bytes in use
 * @seq: newest change
 * @end_of_dxe: phase
 * @ready_to_boot: phase
 * @at_runtime: phase
 * @is_locked: no policies can be registered
 * @is_mor_locked: the memory overwrite request cannot be changed
 * @auth: keys, modes and signers
 */
struct mm_before {
	u64 state;
	u64 frozen;
	u64 policies;
	u64 nv_used;
	u64 volatile_used;
	u64 tombstone_used;
	u64 seq;
	bool end_of_dxe;
	bool ready_to_boot;
	bool at_runtime;
	bool is_locked;
	bool is_mor_locked;
	struct mm_signed auth;
};

/**
 * mm_remember() - what a service is before a record
 * @s: service
 * @b: filled
 */
void mm_remember(const struct kuv_service *s, struct mm_before *b);

/**
 * mm_state_digest() - everything a failing request must not change
 * @s: service
 *
 * Return: Digest of variables, changes, accounting, policies and phases.
 */
u64 mm_state_digest(const struct kuv_service *s);

/**
 * mm_check_service() - accounting, order, enumeration, memory
 * @s: service
 * @batch_max: bound of a batch under these limits, as it was told
 */
void mm_check_service(const struct kuv_service *s, u64 batch_max);

/**
 * mm_check_growth() - no pool grew beyond its limit
 * @s: service
 * @b: before
 */
void mm_check_growth(const struct kuv_service *s, const struct mm_before *b);

/**
 * mm_check_guest() - what a message may do: limits, phases, frozen variables
 * @s: service
 * @b: before
 */
void mm_check_guest(const struct kuv_service *s, const struct mm_before *b);

/**
 * mm_check_reply() - what the reply to a message may be
 * @s: service
 * @b: before
 * @sent: message
 * @reply: its reply
 * @total: bytes of both
 * @sts: transport status
 * @res: result
 */
void mm_check_reply(const struct kuv_service *s, const struct mm_before *b,
		    const u8 *sent, const u8 *reply, u32 total, u16 sts,
		    const struct kuv_mm_result *res);

/**
 * mm_batch_bound() - the most a batch needs, as the module tells its reader
 * @s: service
 *
 * Return: Bytes of all records.
 */
u64 mm_batch_bound(const struct kuv_service *s);

#endif /* _FUZZ_MM_CHECK_H */
