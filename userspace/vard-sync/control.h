/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control interface: sd-bus peer to peer on a unix socket. */
#ifndef _VARD_CONTROL_H
#define _VARD_CONTROL_H

#include "loop.h"

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
