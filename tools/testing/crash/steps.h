/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that the files of the script share; each exits if it fails. */
#ifndef _CRASH_STEPS_H
#define _CRASH_STEPS_H

#include "script.h"

/* Largest content of a variable here. */
#define BIG_LEN 65000
/* A sick disk is well again after so many attempts. */
#define TRIES_MAX 500

/**
 * script_expect() - something must have gone well
 * @s: script
 * @what: what
 * @r: its result, -errno if it failed
 */
void script_expect(struct script *s, const char *what, int r);

/**
 * script_now() - the content after the transaction under way, or the last one
 * @s: script
 *
 * Return: the newest state.
 */
struct model *script_now(struct script *s);

/**
 * script_note() - from this point of the journal on a state is promised
 * @s: script
 * @acked: number of the state
 */
void script_note(struct script *s, unsigned int acked);

/**
 * script_add_state() - a new newest state, which may be on disk from now on
 * @s: script
 * @from: what it is like, NULL for empty
 */
void script_add_state(struct script *s, const struct model *from);

/**
 * script_tx_begin() - begin a transaction
 * @s: script
 */
void script_tx_begin(struct script *s);

/**
 * script_tx_commit() - end it, and acknowledge it
 * @s: script
 */
void script_tx_commit(struct script *s);

/**
 * script_apply() - one change, within a transaction
 * @s: script
 * @m: VM in the newest state
 * @v: variable or removal
 */
void script_apply(struct script *s, struct model_vm *m,
		  const struct vard_var *v);

/**
 * script_put() - write a variable with new content, within a transaction
 * @s: script
 * @vm: name of the VM
 * @name: of the variable
 * @len: bytes of content, 0 to remove it
 */
void script_put(struct script *s, const char *vm, const char *name, size_t len);

/**
 * script_new_vm() - the row of a VM that is not made yet
 * @s: script
 * @name: of the VM
 *
 * Return: the row.
 */
struct vard_vm script_new_vm(struct script *s, const char *name);

/**
 * script_make_vm() - a new VM with a template, in one transaction
 * @s: script
 * @name: of the VM
 * @template: JSON, or empty
 */
void script_make_vm(struct script *s, const char *name, const char *template);

/**
 * script_put_template() - the variables of a template, within a transaction
 * @s: script
 * @m: VM in the newest state
 * @template: JSON, or empty
 */
void script_put_template(struct script *s, struct model_vm *m,
			 const char *template);

/**
 * script_batch() - some changes of one VM, within a transaction
 * @s: script
 * @vm: name of the VM
 */
void script_batch(struct script *s, const char *vm);

/**
 * script_flush() - a batch of each of some VMs, in one group commit
 * @s: script
 * @vms: names of VMs
 * @nr: how many
 */
void script_flush(struct script *s, const char *const *vms, unsigned int nr);

/**
 * script_fills_batch() - put a change into a batch, if one is being made
 * @v: variable or removal
 *
 * Return: Whether one is.
 */
bool script_fills_batch(const struct vard_var *v);

/**
 * script_below() - a random number
 * @s: script
 * @n: bound
 *
 * Return: from 0 to @n - 1.
 */
unsigned int script_below(struct script *s, unsigned int n);

/**
 * script_open_db() - open the database, make it if there is none
 * @s: script
 */
void script_open_db(struct script *s);

/**
 * script_reopen() - close the database and open it again
 * @s: script
 */
void script_reopen(struct script *s);

/**
 * script_operate() - what operators do: snapshots, clones, moves
 * @s: script with an open database
 * @vm: name of a VM with variables
 */
void script_operate(struct script *s, const char *vm);

/**
 * script_old() - a database of schema 1 becomes @s->base
 * @s: script with nothing on its disk
 */
void script_old(struct script *s);

/* A template with four variables. */
extern const char script_template[];

#endif /* _CRASH_STEPS_H */
