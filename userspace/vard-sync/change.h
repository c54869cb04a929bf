/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change that the host makes: who may, one transaction, a line of the audit. */
#ifndef _VARD_CHANGE_H
#define _VARD_CHANGE_H

#include <systemd/sd-bus.h>

#include "loop.h"

/* What a change asks of the VM and of the client. */
#define VARD_FOR_OPERATOR	(1U << 0)
#define VARD_NOT_RUNNING	(1U << 1)
#define VARD_NOT_MOVED		(1U << 2)
#define VARD_ALL_SAVED		(1U << 3)

/**
 * struct vard_order - who asks for what
 * @d: daemon
 * @uid: of the client
 * @vm: name of the VM
 * @e: filled on failure
 */
struct vard_order {
	struct vard *d;
	uid_t uid;
	const char *vm;
	sd_bus_error *e;
};

/**
 * struct vard_change - a change while it is made
 * @o: order
 * @vm: filled by vard_change_find()
 * @audit: its line of the audit; vard_change_run() fills the digests
 * @make: the change, within the transaction; returns -errno, perhaps with an
 *	error set
 * @expect: digest that the variables must have before, or NULL
 * @is_removal: the VM is gone afterwards
 * @is_trial: roll back in the end, nothing is written
 * @old_digest: of the VM's variables before
 * @new_digest: the same for after, zero for a removal
 */
struct vard_change {
	const struct vard_order *o;
	struct vard_vm vm;
	struct vard_audit audit;
	int (*make)(struct vard_change *c);
	const uint8_t *expect;
	bool is_removal;
	bool is_trial;
	uint8_t old_digest[VARD_DIGEST_LEN];
	uint8_t new_digest[VARD_DIGEST_LEN];
};

/**
 * vard_order_is_operator() - does root ask, or the daemon's user?
 * @o: order
 *
 * Return: Whether it is so.
 */
bool vard_order_is_operator(const struct vard_order *o);

/**
 * vard_order_for_operator() - refuse everybody else
 * @o: order
 *
 * Return: 0, or -EACCES with the error set.
 */
int vard_order_for_operator(const struct vard_order *o);

/**
 * vard_order_error() - tell the client what the backend said
 * @o: order; an error that is set already stays
 * @r: -errno
 *
 * Return: @r.
 */
int vard_order_error(const struct vard_order *o, int r);

/**
 * vard_change_find() - the VM of an order, if all is as a change needs it
 * @o: order
 * @vm: filled
 * @needs: VARD_FOR_OPERATOR, ...
 *
 * Return: 0, or -errno with the error set.
 */
int vard_change_find(const struct vard_order *o, struct vard_vm *vm,
		     unsigned int needs);

/**
 * vard_change_live() - the store of a VM that runs
 * @o: order
 * @vm: VM
 * @ret: filled with it, or with NULL if the VM does not run
 *
 * Return: 0, or -errno with the error set.
 */
int vard_change_live(const struct vard_order *o, const struct vard_vm *vm,
		     struct vard_source **ret);

/**
 * vard_change_differs() - refuse if the variables are not what was expected
 * @o: order
 * @expect: digest, or NULL for whatever they are
 * @is: their digest
 *
 * Return: 0, or -ESTALE with the error set.
 */
int vard_change_differs(const struct vard_order *o, const uint8_t *expect,
			const uint8_t is[VARD_DIGEST_LEN]);

/**
 * vard_change_log() - what was done, for the journal
 * @o: order
 * @audit: its line of the audit
 */
void vard_change_log(const struct vard_order *o,
		     const struct vard_audit *audit);

/**
 * vard_change_run() - one transaction: the change and its line of the audit
 * @c: change
 *
 * Return: 0, or -errno with the error set and nothing changed.
 */
int vard_change_run(struct vard_change *c);

#endif /* _VARD_CHANGE_H */
