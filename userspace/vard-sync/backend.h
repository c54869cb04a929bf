/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where variables are kept for good: one small set of operations. */
#ifndef _VARD_BACKEND_H
#define _VARD_BACKEND_H

#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-id128.h>

#include "digest.h"
#include "step.h"
#include "var.h"

/* Bytes of a VM name, NUL included. */
#define VARD_VM_NAME_MAX 129
/* Bytes of the name of a snapshot, or of a template, NUL included. */
#define VARD_SNAPSHOT_NAME_MAX 129
#define VARD_TEMPLATE_NAME_MAX 129

/**
 * enum vard_vm_state - where a VM is
 * @VARD_VM_HERE: it belongs to this database
 * @VARD_VM_MOVED: it was moved away; the row keeps its name and last variables
 */
enum vard_vm_state {
	VARD_VM_HERE,
	VARD_VM_MOVED,
};

/**
 * struct vard_vm - one VM as the database knows it
 * @id: the backend's number of it, 0 for none
 * @name: unique
 * @uuid: unique; the cookie of its store in the kernel
 * @uid: the user that made it
 * @durability: KVM_UEFIVARS_WRITE_THROUGH or KVM_UEFIVARS_WRITE_BACK
 * @options: KVM_UEFIVARS_OPT_*
 * @change_rate: as in struct kvm_uefivars_config; 0 for the module's default
 * @change_burst: the same
 * @state: where it is
 * @template: what it was made from: a name in the directory of templates,
 *	"sha256:" and the digest of a file, or empty
 */
struct vard_vm {
	int64_t id;
	char name[VARD_VM_NAME_MAX];
	sd_id128_t uuid;
	uid_t uid;
	uint32_t durability;
	uint32_t options;
	uint32_t change_rate;
	uint32_t change_burst;
	enum vard_vm_state state;
	char template[VARD_TEMPLATE_NAME_MAX];
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
 * struct vard_snapshot - one snapshot of a VM
 * @name: unique for the VM
 * @created: UTC, "2026-01-31 23:59:59"
 * @uid: the user that made it
 * @nr_variables: variables
 * @digest: of the variables
 */
struct vard_snapshot {
	char name[VARD_SNAPSHOT_NAME_MAX];
	char created[20];
	uid_t uid;
	unsigned int nr_variables;
	uint8_t digest[VARD_DIGEST_LEN];
};

/* Called for each snapshot. Return 0 to go on, or -errno to stop with. */
typedef int (*vard_snapshot_fn)(const struct vard_snapshot *snapshot,
				void *arg);

/**
 * struct vard_audit - one change that was made on the host; all is borrowed
 * @when: UTC, "2026-01-31 23:59:59"; ignored by audit(), which takes now
 * @uid: who did it
 * @vm: name of the VM
 * @action: a word: "create", "restore", ...
 * @detail: more text, or NULL
 * @old_digest: of the VM's variables before, VARD_DIGEST_LEN bytes, or NULL
 * @new_digest: the same for after
 */
struct vard_audit {
	const char *when;
	uid_t uid;
	const char *vm;
	const char *action;
	const char *detail;
	const uint8_t *old_digest;
	const uint8_t *new_digest;
};

/* Called for each change. Return 0 to go on, or -errno to stop with. */
typedef int (*vard_audit_fn)(const struct vard_audit *audit, void *arg);

/*
 * Called for each variable by clone(). Return 1 if the new VM gets it, 0 if not,
 * or -errno to stop with.
 */
typedef int (*vard_keep_fn)(const struct vard_var *v, void *arg);

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
 * @digest: SHA-256 over the variables of a VM, as vard_digest_add() says;
 *	rows that load() would quarantine as damaged do not count
 * @begin: start a transaction
 * @create: add @vm, whose id is filled; within a transaction
 * @replace: give the row of @vm->name, which must be VARD_VM_MOVED (else
 *	-EEXIST), everything that @vm says, a new uuid too, and fill @vm->id; its
 *	variables, quarantined rows, device state and plans go, its snapshots
 *	stay; -ENOENT without a row; within a transaction
 * @update: store durability, options, rate, state and template of @vm; within a
 *	transaction
 * @remove: forget @vm with everything that belongs to it, but not what audit()
 *	was told; within a transaction
 * @apply: store or remove one variable; within a transaction
 * @clear: drop all variables of @vm; within a transaction
 * @device_put: keep the saved machine of a VM that does not run, in place of
 *	the one there is; within a transaction
 * @device_get: the saved machine, to free(); -ENOENT without one, -EBADMSG if
 *	it is damaged
 * @device_drop: forget it, also if there is none; within a transaction
 * @snapshot_create: keep the variables of @vm under a name, -EEXIST if it is
 *	taken; damaged rows move to quarantine; within a transaction
 * @snapshot_find: one snapshot, -ENOENT without
 * @snapshot_list: every snapshot of a VM, oldest first
 * @snapshot_restore: replace the variables of @vm by those of a snapshot,
 *	-ENOENT without, -EBADMSG if a row of it is damaged; within a transaction
 * @snapshot_drop: forget a snapshot, -ENOENT without; within a transaction
 * @clone: add @to, whose id is filled, with those variables of @from that @keep
 *	wants; within a transaction
 * @pending_put: keep @plan, whose id is filled; within a transaction
 * @pending_list: every plan of a VM, oldest first
 * @pending_count: how many plans a VM has
 * @pending_drop: forget a plan, -ENOENT without; within a transaction
 * @pending_fail: note why a plan could not be carried out, -ENOENT without;
 *	within a transaction
 * @audit: note a change that was made on the host; within its transaction
 * @audit_list: the newest @max changes, of all VMs or of the name @vm, oldest
 *	first
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
	int (*digest)(struct vard_backend *b, const struct vard_vm *vm,
		      uint8_t ret[VARD_DIGEST_LEN]);
	int (*begin)(struct vard_backend *b);
	int (*create)(struct vard_backend *b, struct vard_vm *vm);
	int (*replace)(struct vard_backend *b, struct vard_vm *vm);
	int (*update)(struct vard_backend *b, const struct vard_vm *vm);
	int (*remove)(struct vard_backend *b, const struct vard_vm *vm);
	int (*apply)(struct vard_backend *b, const struct vard_vm *vm,
		     const struct vard_var *v);
	int (*clear)(struct vard_backend *b, const struct vard_vm *vm);
	int (*device_put)(struct vard_backend *b, const struct vard_vm *vm,
			  const void *blob, size_t len);
	int (*device_get)(struct vard_backend *b, const struct vard_vm *vm,
			  void **ret, size_t *ret_len);
	int (*device_drop)(struct vard_backend *b, const struct vard_vm *vm);
	int (*snapshot_create)(struct vard_backend *b, const struct vard_vm *vm,
			       const char *name, uid_t uid);
	int (*snapshot_find)(struct vard_backend *b, const struct vard_vm *vm,
			     const char *name, struct vard_snapshot *ret);
	int (*snapshot_list)(struct vard_backend *b, const struct vard_vm *vm,
			     vard_snapshot_fn fn, void *arg);
	int (*snapshot_restore)(struct vard_backend *b,
				const struct vard_vm *vm, const char *name);
	int (*snapshot_drop)(struct vard_backend *b, const struct vard_vm *vm,
			     const char *name);
	int (*clone)(struct vard_backend *b, const struct vard_vm *from,
		     struct vard_vm *to, vard_keep_fn keep, void *arg);
	int (*pending_put)(struct vard_backend *b, const struct vard_vm *vm,
			   struct vard_plan *plan);
	int (*pending_list)(struct vard_backend *b, const struct vard_vm *vm,
			    vard_plan_fn fn, void *arg);
	int (*pending_count)(struct vard_backend *b, const struct vard_vm *vm,
			     unsigned int *nr);
	int (*pending_drop)(struct vard_backend *b, const struct vard_vm *vm,
			    int64_t id);
	int (*pending_fail)(struct vard_backend *b, const struct vard_vm *vm,
			    int64_t id, const char *reason);
	int (*audit)(struct vard_backend *b, const struct vard_audit *audit);
	int (*audit_list)(struct vard_backend *b, const char *vm,
			  unsigned int max, vard_audit_fn fn, void *arg);
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
