/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host may do to a VM's variables: snapshots, clones, reset, removal. */
#ifndef _VARD_SNAPSHOT_H
#define _VARD_SNAPSHOT_H

#include "change.h"

/* Most snapshots of one VM: whoever may run it must not fill the disk. */
#define VARD_SNAPSHOTS_MAX 100

/*
 * Every change is one transaction together with its line of the audit. Who may
 * use a VM (root, its owner) may keep snapshots of it. What could bring back an
 * older state of Secure Boot is for root and the daemon's user only: a VMM that
 * was taken over runs as the owner.
 *
 * All return 0, or -errno with @e filled.
 */

/**
 * struct vard_clone - what a clone gets
 * @name: of the new VM
 * @remove: globs of NAME-GUID, any case, that it does not get; ends with NULL
 * @keeps_machine: nor does it lose what identifies a machine, see clone.h
 * @nr_removed: filled: variables that it did not get
 */
struct vard_clone {
	const char *name;
	char **remove;
	bool keeps_machine;
	unsigned int nr_removed;
};

/**
 * vard_snapshot_create() - keep a VM's variables as they are now
 * @o: order; the VM may be running
 * @name: of the snapshot, by the rules for a VM's name
 */
int vard_snapshot_create(const struct vard_order *o, const char *name);

/**
 * vard_snapshot_list() - every snapshot of a VM, oldest first
 * @o: order
 * @fn: called for each
 * @arg: for @fn
 */
int vard_snapshot_list(const struct vard_order *o, vard_snapshot_fn fn,
		       void *arg);

/**
 * vard_snapshot_restore() - go back to a snapshot; for the operator
 * @o: order; the VM must not be running
 * @name: of the snapshot
 */
int vard_snapshot_restore(const struct vard_order *o, const char *name);

/**
 * vard_snapshot_delete() - forget a snapshot; for the operator and who made it
 * @o: order
 * @name: of the snapshot
 */
int vard_snapshot_delete(const struct vard_order *o, const char *name);

/**
 * vard_vm_clone() - make a VM like another one; for the operator
 * @o: order; the VM may be running
 * @clone: what to make
 */
int vard_vm_clone(const struct vard_order *o, struct vard_clone *clone);

/**
 * vard_vm_reset() - begin anew with a template; for the operator
 * @o: order; the VM must not be running
 * @template: name in the directory of templates, or empty for the one that the
 *	VM was made from
 */
int vard_vm_reset(const struct vard_order *o, const char *template);

/**
 * vard_vm_remove() - forget a VM with its snapshots; for the operator
 * @o: order; the VM must not be running
 */
int vard_vm_remove(const struct vard_order *o);

/**
 * vard_audit_list() - the newest changes that were made on the host
 * @o: order; an empty name is every VM, for the operator
 * @max: most entries
 * @fn: called for each, oldest first
 * @arg: for @fn
 */
int vard_audit_list(const struct vard_order *o, unsigned int max,
		    vard_audit_fn fn, void *arg);

#endif /* _VARD_SNAPSHOT_H */
