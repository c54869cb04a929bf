/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving a VM to another host, or from there: two commits, one owner. */
#ifndef _VARD_MOVE_H
#define _VARD_MOVE_H

#include "control.h"
#include "move_head.h"

/**
 * enum vard_move_step - how far a move is
 * @VARD_MOVE_WAITING: out: until the VM's memory has left
 * @VARD_MOVE_SENT: out: frozen, saved, and the client has the state
 * @VARD_MOVE_READY: in: the store has the state, the database knows nothing
 *
 * Each ends with a commit, or goes back when the client goes away: the VM runs
 * on here, or was never here. From the source's commit to the destination's
 * nobody owns the VM.
 */
enum vard_move_step {
	VARD_MOVE_WAITING,
	VARD_MOVE_SENT,
	VARD_MOVE_READY,
};

/**
 * struct vard_move - a move under way
 * @conn: the client it belongs to
 * @source: the store
 * @step: how far it is
 * @is_now: out: do not wait until the memory has left
 * @call: out: to be answered while @step is VARD_MOVE_WAITING, else NULL
 * @data: in: head and image as they came
 * @image: in: the image in @data
 * @image_len: its bytes
 * @head: in: the head in @data
 */
struct vard_move {
	struct vard_conn *conn;
	struct vard_source *source;
	enum vard_move_step step;
	bool is_now;
	sd_bus_message *call;
	void *data;
	const void *image;
	size_t image_len;
	struct vard_move_head head;
};

/**
 * vard_move_out() - begin to move a VM away
 * @c: client
 * @name: of the VM
 * @is_now: as soon as it is paused, else when its memory has left
 * @call: answered now or later with the state of the VM
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_move_out(struct vard_conn *c, const char *name, bool is_now,
		  sd_bus_message *call, sd_bus_error *e);

/**
 * vard_move_out_commit() - give the VM up
 * @c: client that has its state
 * @name: of the VM
 * @e: filled on failure; the move is still under way then
 *
 * Return: 0 or -errno.
 */
int vard_move_out_commit(struct vard_conn *c, const char *name,
			 sd_bus_error *e);

/**
 * vard_move_out_undo() - take a VM back that was moved away
 * @c: client
 * @name: of the VM
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_move_out_undo(struct vard_conn *c, const char *name, sd_bus_error *e);

/**
 * vard_move_in() - put the state of a VM into a store
 * @c: client
 * @name: of the VM here
 * @fd: sealed memfd with the state
 * @e: filled on failure
 *
 * Return: 0 when the VM can be committed, or -errno with nothing changed.
 */
int vard_move_in(struct vard_conn *c, const char *name, int fd,
		 sd_bus_error *e);

/**
 * vard_move_in_commit() - make the VM this host's
 * @c: client that was told "ready"
 * @name: of the VM here
 * @e: filled on failure; the move is still under way then
 *
 * Return: 0 or -errno.
 */
int vard_move_in_commit(struct vard_conn *c, const char *name,
			sd_bus_error *e);

/**
 * vard_move_look() - the state of a moving VM's store has changed
 * @m: move, perhaps freed
 */
void vard_move_look(struct vard_move *m);

/**
 * vard_move_abort() - the client has gone: everything is as before
 * @m: move, freed; NULL for none
 */
void vard_move_abort(struct vard_move *m);

/* Shared by move_out.c and move_in.c. */

/**
 * vard_move_new() - begin a move
 * @c: client, which moves nothing yet
 * @s: store, which does not move yet
 * @step: first step
 *
 * Return: The move, or NULL without memory.
 */
struct vard_move *vard_move_new(struct vard_conn *c, struct vard_source *s,
				enum vard_move_step step);

/**
 * vard_move_free() - a move is over; the store stays as it is
 * @m: move, freed
 */
void vard_move_free(struct vard_move *m);

/**
 * vard_move_may() - may this client begin a move?
 * @c: client
 * @e: filled if not
 *
 * Return: 0 or -errno.
 */
int vard_move_may(const struct vard_conn *c, sd_bus_error *e);

/**
 * vard_move_of() - the client's move, which is to be committed
 * @c: client
 * @name: of the VM
 * @step: how far it has to be
 * @ret: filled
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_move_of(const struct vard_conn *c, const char *name,
		 enum vard_move_step step, struct vard_move **ret,
		 sd_bus_error *e);

/**
 * vard_move_end_transaction() - commit if all went well, else roll back
 * @d: daemon, in a transaction
 * @r: 0 or -errno
 *
 * Return: 0 or -errno.
 */
int vard_move_end_transaction(struct vard *d, int r);

/**
 * vard_move_advance() - see whether a VM that moves out has left
 * @m: move
 * @e: filled on failure
 *
 * Return: 0, with @m->call answered or not yet; or -errno.
 */
int vard_move_advance(struct vard_move *m, sd_bus_error *e);

#endif /* _VARD_MOVE_H */
