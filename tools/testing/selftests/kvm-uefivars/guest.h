/* SPDX-License-Identifier: GPL-2.0 */
/* A guest without a VM: this process' memory, registers through MMIO. */
#ifndef _KUV_GUEST_H
#define _KUV_GUEST_H

#include "fixture.h"

#define GUEST_GPA	0x100000ULL
#define GUEST_LEN	0x20000ULL

/* @mem is guest memory at GUEST_GPA; messages start at its first byte. */
struct guest {
	int port;
	uint8_t *mem;
};

/* A port that is attached, with memory and registers as firmware sets them. */
struct guest guest_start(int store, int eventfd);

uint64_t reg_read(int port, uint32_t offset, uint32_t len);
void reg_write(int port, uint32_t offset, uint32_t len, uint64_t data);
int set_memory(int port, uint32_t slot, uint64_t gpa, uint64_t len,
	       const void *hva, uint32_t flags);

/* Write a message; each returns its bytes, header included. */
uint32_t put_set(uint8_t *msg, const char *name, uint32_t attributes,
		 const void *data, uint32_t len);
uint32_t put_get(uint8_t *msg, const char *name, uint32_t room);
uint32_t put_event(uint8_t *msg, const uint8_t *guid);

/* Ring by a register write; returns the transport status. */
uint16_t guest_command(const struct guest *g, uint16_t cmd);

/* EFI_STATUS of the reply at @msg. */
uint64_t reply_status(const uint8_t *msg);
/* Data size in a reply of GetVariable, and where the data is. */
uint64_t reply_data(const uint8_t *msg, const uint8_t **data);

/* Both steps; transport errors fail the case. */
uint64_t guest_set(const struct guest *g, const char *name, uint32_t attributes,
		   const void *data, uint32_t len);
uint64_t guest_get(const struct guest *g, const char *name, uint32_t room);

#endif /* _KUV_GUEST_H */
