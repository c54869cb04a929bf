/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where variables are kept for good: one small set of operations. */
#ifndef _VARD_BACKEND_H
#define _VARD_BACKEND_H

#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-id128.h>

#include "var.h"

/* Bytes of a VM name, NUL included. */
#define VARD_VM_NAME_MAX 129

/**
 * struct vard_vm - one VM as the database knows it
 * @id: the backend's number of it, 0 for none
 * @name: unique
 * @uuid: unique; the cookie of its store in the kernel
 * @uid: the user that made it
 * @durability: KVM_UEFIVARS_WRITE_THROUGH or KVM_UEFIVARS_WRITE_BACK
 * @options: KVM_UEFIVARS_OPT_*
 */
struct vard_vm {
	int64_t id;
	char name[VARD_VM_NAME_MAX];
	sd_id128_t uuid;
	uid_t uid;
	uint32_t durability;
	uint32_t options;
};

/**
 * struct vard_vm_counts - what the database holds of a VM
 * @nr_variables: variables
 * @nr_quarantined: rows that could not be loaded
 */
struct vard_vm_counts {
	unsigned int nr_variables;
	unsigned int nr_quarantined;
};

/*
 * Called for each VM by list(). Return 0 to go on, or -errno to stop with.
 */
typedef int (*vard_vm_fn)(const struct vard_vm *vm,
			  const struct vard_vm_counts *counts, void *arg);

/*
 * Called for each sound variable by load(). Return 0 if it was taken; 1 with
 * *reason set (a constant string) to have it quarantined; -errno to stop with.
 */
typedef int (*vard_var_fn)(const struct vard_var *v, const char **reason,
			   void *arg);

/**
 * struct vard_backend - an open database; backends embed it
 * @ops: what it can do
 * @error: after a call failed: what, which file, and the remedy
 */
struct vard_backend {
	const struct vard_backend_ops *ops;
	char error[512];
};

/* Make an empty database if there is none. */
#define VARD_OPEN_CREATE	(1U << 0)
/* Refuse (-ESTALE) another database than was open before. */
#define VARD_OPEN_SAME		(1U << 1)

/**
 * struct vard_backend_ops - what a backend can do
 * @open: open the database at @where; @flags are VARD_OPEN_*. A file that is
 *	no database stays as it is. On failure @b holds nothing but the error.
 * @is_moved: is the open database no longer what its name leads to?
 * @close: everything committed is on disk already
 * @free: free @b, which open() may have failed on
 * @check: look for damage for at most @ms milliseconds. 0 if there is none or
 *	time was up, else -errno.
 * @list: every VM, by name
 * @find: the VM of a name, -ENOENT without
 * @find_uuid: the VM of a uuid, -ENOENT without
 * @load: every variable of a VM in the order of the last change. Damaged and
 *	refused ones move to quarantine, in the transaction if one is open.
 * @begin: start a transaction
 * @create: add @vm, whose id is filled; within a transaction
 * @apply: store or remove one variable; within a transaction
 * @update: store durability and options of @vm; within a transaction
 * @commit: end the transaction: 0 after it is durable. On failure it is
 *	rolled back.
 * @rollback: undo the transaction; nothing without one
 *
 * All return 0 or -errno, -ENOSPC and -EROFS with their usual meaning.
 */
struct vard_backend_ops {
	int (*open)(struct vard_backend *b, const char *where,
		    unsigned int flags);
	bool (*is_moved)(struct vard_backend *b);
	void (*close)(struct vard_backend *b);
	void (*free)(struct vard_backend *b);
	int (*check)(struct vard_backend *b, unsigned int ms);
	int (*list)(struct vard_backend *b, vard_vm_fn fn, void *arg);
	int (*find)(struct vard_backend *b, const char *name,
		    struct vard_vm *ret);
	int (*find_uuid)(struct vard_backend *b, sd_id128_t uuid,
			 struct vard_vm *ret);
	int (*load)(struct vard_backend *b, const struct vard_vm *vm,
		    vard_var_fn fn, void *arg, struct vard_vm_counts *counts);
	int (*begin)(struct vard_backend *b);
	int (*create)(struct vard_backend *b, struct vard_vm *vm);
	int (*apply)(struct vard_backend *b, const struct vard_vm *vm,
		     const struct vard_var *v);
	int (*update)(struct vard_backend *b, const struct vard_vm *vm);
	int (*commit)(struct vard_backend *b);
	void (*rollback)(struct vard_backend *b);
};

/**
 * vard_sqlite_new() - a backend in one SQLite file, not open yet
 *
 * Return: The backend, or NULL without memory.
 */
struct vard_backend *vard_sqlite_new(void);

#endif /* _VARD_BACKEND_H */
