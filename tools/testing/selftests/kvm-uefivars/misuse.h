/* SPDX-License-Identifier: GPL-2.0 */
/* What a VMM that was taken over does with its port. */
#ifndef _KUV_MISUSE_H
#define _KUV_MISUSE_H

#include "guest.h"

/* One hostile thread: the port, memory to point at, a seeded generator. */
struct misuse {
	int port;
	/* Rings the port, if attach() was given it. */
	int eventfd;
	uint32_t random;
	/* MISUSE_MEM bytes, some pages without access or read-only. */
	uint8_t *mem;
	uint64_t nr_calls;
};

#define MISUSE_PAGE	4096UL
#define MISUSE_MEM	(64 * MISUSE_PAGE)

/* Names that a hostile guest writes by proper messages begin with this. */
#define MISUSE_PREFIX	"Misuse"

void misuse_init(struct misuse *m, int port, uint32_t seed);

uint32_t misuse_random(struct misuse *m, uint32_t below);

/* One thing that a thread may do, by chance. */
void misuse_anything(struct misuse *m);

/* Every command number with every kind of argument. */
void misuse_every_ioctl(struct misuse *m);

/* Everything mmap() and its relatives take. */
void misuse_every_mapping(struct misuse *m);

/* Sends @fd through @socket; gets one, -1 for none. */
bool misuse_send_fd(int socket, int fd);
int misuse_receive_fd(int socket);

#endif /* _KUV_MISUSE_H */
