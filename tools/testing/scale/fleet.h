/* SPDX-License-Identifier: GPL-2.0 */
/* Many VMs in one process: opened through vard-sync, attached without KVM. */
#ifndef _KUV_SCALE_FLEET_H
#define _KUV_SCALE_FLEET_H

#include "guest.h"

/* One VM: its port and guest memory, and what it wrote last. */
struct vm {
	struct guest g;
	char name[32];
	uint64_t store_id;
	/* Number of its newest write that was acknowledged, 0 for none. */
	unsigned int acked;
};

struct fleet {
	const char *socket;
	struct vm *vms;
	int nr;
	/* Address space for the guest memory of all. */
	uint8_t *mem;
};

/* Most VMs of a fleet. */
#define FLEET_MAX	20000

/* An empty fleet that asks vard-sync at @socket. */
void fleet_init(struct fleet *f, const char *socket);

/*
 * Opens VMs PREFIX0001... through one connection and puts them at the end of the
 * fleet. @template_fd: variables they begin with, or -1. @durability: as Open has it,
 * or NULL. @took_us: filled with the time of each call. A failure fails the program.
 */
void fleet_open(struct fleet *f, const char *prefix, int count, int template_fd,
		const char *durability, uint64_t *took_us);

/* Attaches VMs @from and later, and sets their registers up as firmware does. */
void fleet_attach(struct fleet *f, int from);

/* A store descriptor for a look; to be closed soon. */
int fleet_store(const struct vm *vm);

/* Connects to the control socket; returns a descriptor or -errno. */
int fleet_connect(const char *socket);

uint64_t now_us(void);

#endif /* _KUV_SCALE_FLEET_H */
