/* SPDX-License-Identifier: GPL-2.0 */
/* Short forms of the module's commands, for tests. */
#ifndef _KUV_FIXTURE_H
#define _KUV_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/ioctl.h>
#include <sys/types.h>

#include <linux/kvm_uefivars.h>
#include <linux/kvm_uefivars_mailbox.h>

#include "ktap.h"

#define NV_BS_RT \
	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)
#define BS_RT	(KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)

/* A namespace of the tests' own. */
#define TEST_GUID { 0x6b, 0x75, 0x76, 0x2d, 0x74, 0x65, 0x73, 0x74, \
		    0x80, 1, 2, 3, 4, 5, 6, 7 }
extern const uint8_t test_guid[16];

/* ioctl() that returns 0 or -errno. */
int call(int fd, unsigned int cmd, void *arg);

/* Each of these fails the case if the command does. */
int open_device(void);
int create_store(int dev, uint32_t durability, uint32_t wait_ms);
int create_store_with(int dev, const struct kvm_uefivars_config *config);
int open_port(int store);
int open_store_by_id(int dev, uint64_t id);
struct kvm_uefivars_store_info store_info(int store);
struct kvm_uefivars_store_stats store_stats(int store);
struct kvm_uefivars_port_info port_info(int port);
/* Another configuration, all of it. */
void configure(int store, const struct kvm_uefivars_config *config);
/* Read what there is and acknowledge it; false if there is nothing. */
bool ack_all(int store);
void attach(int port, int eventfd);

/* ASCII to UTF-16LE without a NUL; returns bytes. */
uint32_t utf16(const char *ascii, uint16_t *out);

/* Host access to a variable of @test_guid; 0 or -errno. */
int var_set(int store, const char *name, uint32_t attributes, const void *data,
	    uint32_t len, uint32_t flags);
int var_get(int store, const char *name, void *data, uint32_t *len);
int var_delete(int store, const char *name);

/* poll() without waiting: events that are there. */
short events(int fd, short wanted);

int count_fds(void);

/* Wait for a child, which must have had nothing to complain about. */
void join_child(pid_t pid);

/* Everything an ioctl may change, as a number to compare. */
uint64_t fingerprint(int dev, int store, int port);

uint64_t now_ms(void);

#endif /* _KUV_FIXTURE_H */
