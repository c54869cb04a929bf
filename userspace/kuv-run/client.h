/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gets the port of a VM from vard-sync. */
#ifndef _KUV_CLIENT_H
#define _KUV_CLIENT_H

#include <stdint.h>

#define KUV_DEVICE_PATH		"/dev/kvm-uefivars"
/* Where vard-sync listens unless told otherwise. */
#define KUV_DEFAULT_SOCKET	"/run/vard-sync/control"

/**
 * struct kuv_request - what to ask vard-sync for
 * @vm: name of the VM
 * @socket: where vard-sync listens
 * @db: database for a private vard-sync, or NULL
 * @template: file with the content of a new store, or NULL
 * @durability: "write-through", "write-back", or NULL
 * @options: names of store options with commas between them, or NULL
 * @is_incoming: the VM is to be moved here
 * @is_verbose: say on stderr what was got
 */
struct kuv_request {
	const char *vm;
	const char *socket;
	const char *db;
	const char *template;
	const char *durability;
	const char *options;
	int is_incoming;
	int is_verbose;
};

/**
 * kuv_client_open() - get a port for a VM, or say why not and exit
 * @request: what to ask for
 *
 * Return: The port descriptor, close-on-exec.
 */
int kuv_client_open(const struct kuv_request *request);

#endif /* _KUV_CLIENT_H */
