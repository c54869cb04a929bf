/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of keys, modes and signers when a message changes something. */
#ifndef _FUZZ_MM_SIGNED_H
#define _FUZZ_MM_SIGNED_H

#include "own.h"
#include "service.h"

#define MM_PRIVATE_MAX	64
#define MM_ANCHORS_MAX	32

/**
 * struct mm_signed - what is remembered while a record runs
 * @own: digest of each of the service's own variables and of keys, 0 if absent
 * @own_len: bytes of the data of each
 * @private: digest of all private variables
 * @is_setup: no platform key is enrolled
 * @is_custom: keys may be written without a signature
 * @may_delete: private variables may be deleted without one
 * @nr: private variables in @vars, as many as fit
 * @vars: digests of their name and of all they are, and when they were signed
 * @nr_anchors: keys in @anchors, as many as fit; first that of the platform
 * @is_anchored: the first one is the key of the platform
 * @anchors: keys that may sign keys
 */
struct mm_signed {
	u64 own[KUV_NR_OWN];
	u32 own_len[KUV_NR_OWN];
	u64 private;
	bool is_setup;
	bool is_custom;
	bool may_delete;
	u32 nr;
	struct {
		u64 name;
		u64 all;
		u64 time;
	} vars[MM_PRIVATE_MAX];
	u32 nr_anchors;
	bool is_anchored;
	u64 anchors[MM_ANCHORS_MAX];
};

/**
 * struct mm_owners - who signed the private variables that messages made
 * @nr: how many are known
 * @vars: digest of each name, and the key
 */
struct mm_owners {
	u32 nr;
	struct {
		u64 name;
		u64 key;
	} vars[MM_PRIVATE_MAX];
};

/**
 * enum mm_host - what the host did that the service need not have followed
 * @MM_HOST_NOTHING: nothing
 * @MM_HOST_BEFORE: variables came or went in front of the last reset
 * @MM_HOST_NOW: or behind it
 */
enum mm_host {
	MM_HOST_NOTHING,
	MM_HOST_BEFORE,
	MM_HOST_NOW,
};

/**
 * mm_signed_remember() - what is before a record
 * @s: service
 * @b: filled
 */
void mm_signed_remember(const struct kuv_service *s, struct mm_signed *b);

/**
 * mm_signed_check() - what a message may do to what is signed
 * @s: service
 * @b: before
 * @at_runtime: the operating system runs, before the message
 */
void mm_signed_check(const struct kuv_service *s, const struct mm_signed *b,
		     bool at_runtime);

/**
 * mm_signed_check_owners() - private variables are their owners'
 * @s: service
 * @b: before
 * @o: owners, made up to date
 */
void mm_signed_check_owners(const struct kuv_service *s,
			    const struct mm_signed *b, struct mm_owners *o);

/**
 * mm_signed_forget() - forget the owners of variables that are gone
 * @s: service
 * @o: owners
 */
void mm_signed_forget(const struct kuv_service *s, struct mm_owners *o);

/**
 * mm_signed_check_state() - modes and signers fit what is stored
 * @s: service, not closed
 * @host: what the host did
 */
void mm_signed_check_state(const struct kuv_service *s, enum mm_host host);

/**
 * mm_signed_check_reset() - what a machine reset leaves
 * @s: service, not closed
 */
void mm_signed_check_reset(const struct kuv_service *s);

#endif /* _FUZZ_MM_SIGNED_H */
