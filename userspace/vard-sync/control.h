/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control interface: sd-bus peer to peer on a unix socket. */
#ifndef _VARD_CONTROL_H
#define _VARD_CONTROL_H

#include <systemd/sd-bus.h>

#include "change.h"
#include "loop.h"
#include "var.h"

#define VARD_OBJECT "/org/kvm_uefivars/VardSync"

struct vard_move;

/**
 * struct vard_conn - one client
 * @next: list of the daemon
 * @prev: the same backwards
 * @daemon: daemon
 * @bus: connection, owned
 * @uid: who it is, by the kernel's word (SO_PEERCRED)
 * @move: the VM it moves, or NULL; ends with the connection
 * @watch_bytes: what it was told since its queue was empty
 * @is_cut_off: it will be gone soon, and is told nothing any more
 */
struct vard_conn {
	struct vard_conn *next;
	struct vard_conn *prev;
	struct vard *daemon;
	sd_bus *bus;
	uid_t uid;
	struct vard_move *move;
	size_t watch_bytes;
	bool is_cut_off;
};

/**
 * vard_conn_is_operator() - may this client do what is not a VM user's?
 * @c: client
 *
 * Return: Whether it is root or who runs the daemon.
 */
bool vard_conn_is_operator(const struct vard_conn *c);

/**
 * vard_control_snapshot() - serve org.kvm_uefivars.Snapshot1
 * @c: client
 *
 * Return: 0 or -errno. In control_snapshot.c.
 */
int vard_control_snapshot(struct vard_conn *c);

/**
 * vard_control_move() - serve org.kvm_uefivars.Move1
 * @c: client
 *
 * Return: 0 or -errno. In control_move.c.
 */
int vard_control_move(struct vard_conn *c);

/**
 * vard_control_variables() - serve org.kvm_uefivars.Variables1
 * @c: client
 *
 * Return: 0 or -errno. In control_variables.c.
 */
int vard_control_variables(struct vard_conn *c);

/**
 * vard_control_append_var() - append a variable to a message
 * @m: message, at ayayuayay
 * @v: variable
 *
 * Return: as sd-bus. In control_variables.c.
 */
int vard_control_append_var(sd_bus_message *m, const struct vard_var *v);

/**
 * vard_control_bad_argument() - refuse a call for what is in it
 * @e: filled
 * @what: what is wrong, or what would be right
 *
 * Return: -EINVAL. In control_args.c, as are the next three.
 */
int vard_control_bad_argument(sd_bus_error *e, const char *what);

/**
 * vard_control_read_order() - read a call whose first argument is a VM
 * @m: call
 * @c: who calls
 * @e: for what becomes of it
 * @o: filled
 *
 * Return: as sd-bus.
 */
int vard_control_read_order(sd_bus_message *m, struct vard_conn *c,
			    sd_bus_error *e, struct vard_order *o);

/* Reads the value of an option, a variant. Returns as sd-bus. */
typedef int (*vard_option_fn)(sd_bus_message *m, const char *key, void *arg,
			      sd_bus_error *e);

/**
 * vard_control_read_options() - read an a{sv}
 * @m: call
 * @fn: called with each option
 * @arg: for @fn
 * @e: filled if @fn found a value of another type than it reads
 *
 * Return: as sd-bus, or what @fn returned below 0.
 */
int vard_control_read_options(sd_bus_message *m, vard_option_fn fn, void *arg,
			      sd_bus_error *e);

/* Appends the elements of an array. Returns as sd-bus. */
typedef int (*vard_fill_fn)(sd_bus_message *reply, void *arg);

/**
 * vard_control_reply_list() - answer a call with an array
 * @m: call
 * @type: type of an element
 * @fill: appends them
 * @arg: for @fill
 *
 * Return: as sd-bus, or what @fill returned below 0.
 */
int vard_control_reply_list(sd_bus_message *m, const char *type,
			    vard_fill_fn fill, void *arg);

/* Methods in control_stats.c. */
int vard_method_list(sd_bus_message *m, void *arg, sd_bus_error *e);
int vard_method_stats(sd_bus_message *m, void *arg, sd_bus_error *e);

/**
 * vard_control_listen() - make and serve the socket
 * @d: daemon
 * @fd: socket that systemd made, or -1 to make @d->options->socket
 *
 * Return: 0 or -errno, logged.
 */
int vard_control_listen(struct vard *d, int fd);

/**
 * vard_control_connect() - serve one client
 * @d: daemon
 * @client: its connection, owned from now on
 *
 * Return: 0 or -errno, logged.
 */
int vard_control_connect(struct vard *d, int client);

/**
 * vard_control_exit() - close every connection and the socket
 * @d: daemon
 */
void vard_control_exit(struct vard *d);

#endif /* _VARD_CONTROL_H */
