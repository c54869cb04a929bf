/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The variables of a VM, for the operator to see. */
#ifndef _VARD_LISTING_H
#define _VARD_LISTING_H

#include "change.h"
#include "varlist.h"

/**
 * struct vard_listing - the variables of a VM
 * @vm: its row
 * @vars: variables in the order in which a guest lists them
 * @digest: of the non-volatile ones
 * @nr_pending: plans that wait for its next start
 * @is_running: a VMM holds its port; volatile variables are there, too
 */
struct vard_listing {
	struct vard_vm vm;
	struct vard_varlist vars;
	uint8_t digest[VARD_DIGEST_LEN];
	unsigned int nr_pending;
	bool is_running;
};

/**
 * vard_listing_get() - the variables of a VM; for the operator
 * @o: order
 * @ret: filled on success, for vard_varlist_free()
 *
 * Return: 0, or -errno with the error set.
 */
int vard_listing_get(const struct vard_order *o, struct vard_listing *ret);

#endif /* _VARD_LISTING_H */
