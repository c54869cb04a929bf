/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a VM begins with: its template, in the store and in the database. */
#ifndef _VARD_FILL_H
#define _VARD_FILL_H

#include <systemd/sd-bus.h>

#include "loop.h"
#include "template.h"

/* How the digest of what was in a file begins in struct vard_vm.template. */
#define VARD_FILL_DIGEST "sha256:"

/**
 * struct vard_filling - a template and where it came from
 * @template: variables
 * @name: in the directory of templates; empty for none
 * @is_file: the client's own file
 */
struct vard_filling {
	struct vard_template *template;
	char name[VARD_TEMPLATE_NAME_MAX];
	bool is_file;
};

/**
 * vard_fill_read() - read a template
 * @d: daemon
 * @vm: name of the VM, for messages
 * @fd: file, or -1
 * @name: name in the directory of templates, or NULL; refused with a file
 * @ret: filled on success, for vard_fill_free(); no variables without a template
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_fill_read(struct vard *d, const char *vm, int fd, const char *name,
		   struct vard_filling *ret, sd_bus_error *e);

/**
 * vard_fill_free() - free what vard_fill_read() filled
 * @f: filling, or zero bytes
 */
void vard_fill_free(struct vard_filling *f);

/**
 * vard_fill_put() - put a template into an empty store and the database
 * @d: daemon, in a transaction
 * @s: store; @s->vm is in the database, without variables; its template is set
 *	and stored
 * @f: what vard_fill_read() gave
 * @digest: filled with the digest of the variables
 * @e: filled on failure
 *
 * Return: 0 or -errno.
 */
int vard_fill_put(struct vard *d, struct vard_source *s,
		  const struct vard_filling *f,
		  uint8_t digest[VARD_DIGEST_LEN], sd_bus_error *e);

/**
 * vard_fill_make() - make a VM in the database and fill its store
 * @d: daemon, not in a transaction
 * @s: new store; @s->vm is completed
 * @f: what vard_fill_read() gave
 * @e: filled on failure
 *
 * Return: 0, or -errno and nothing is left of the VM in the database.
 */
int vard_fill_make(struct vard *d, struct vard_source *s,
		   const struct vard_filling *f, sd_bus_error *e);

#endif /* _VARD_FILL_H */
