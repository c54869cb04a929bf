/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control interface: sd-bus peer to peer on a unix socket. */
#ifndef _VARD_CONTROL_H
#define _VARD_CONTROL_H

#include <systemd/sd-bus.h>

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
