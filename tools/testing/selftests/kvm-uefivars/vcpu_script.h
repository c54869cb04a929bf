/* SPDX-License-Identifier: GPL-2.0 */
/* What rig.c and its guest tell each other through guest memory. */
#ifndef _KUV_VCPU_SCRIPT_H
#define _KUV_VCPU_SCRIPT_H

#define RIG_RAM_LEN		0x400000
#define RIG_IMAGE_ADDR		0x100000
/* A stack for each vCPU, downwards. */
#define RIG_STACK_ADDR		0x90000
#define RIG_STACK_LEN		0x1000
/* struct rig_job of each vCPU. */
#define RIG_JOB_ADDR		0x8000
#define RIG_JOB_LEN		0x100
#define RIG_LOCK_ADDR		0x7000
#define RIG_MAILBOX_ADDR	0x200000
/* Each vCPU's two messages, one behind the other. */
#define RIG_MESSAGE_ADDR	0x240000
#define RIG_MESSAGE_LEN		0x400
/* I/O ports: a job is done; waits for a lock, another vCPU may be the one to run. */
#define RIG_PORT		0xf4
#define RIG_PORT_YIELD		0xf5

/* Begin: what firmware writes once. */
#define RIG_SETUP	1
/* One message at @addr, as it is there. */
#define RIG_RING	2
/* Both messages, @count times, with a lock around each: every reply is checked. */
#define RIG_LOCKED	3
/* The first message, @count times, whatever the others do to it meanwhile. */
#define RIG_UNLOCKED	4

/**
 * struct rig_job - what a vCPU is to do, and what came of it
 * @kind: RIG_*
 * @count: times; or until @stop
 * @stop: set from outside
 * @addr_lo: of RIG_SETUP: where the mailbox is
 * @addr_hi: and its upper half
 * @len: bytes of each message
 * @data_pos: where message and reply have their data, four bytes
 * @status_pos: where the reply has its status
 * @done: times done
 * @status: last transport status
 * @nr_success: of RIG_UNLOCKED, replies with status SUCCESS
 * @nr_busy: ... BUSY
 * @nr_bad: wrong answers
 * @bad_line: line of vcpu_guest.c that saw the first one
 * @bad_value: what it saw
 */
struct rig_job {
	unsigned int kind;
	unsigned int count;
	unsigned int stop;
	unsigned int addr_lo;
	unsigned int addr_hi;
	unsigned int len[2];
	unsigned int data_pos[2];
	unsigned int status_pos;
	unsigned int done;
	unsigned int status;
	unsigned int nr_success;
	unsigned int nr_busy;
	unsigned int nr_bad;
	unsigned int bad_line;
	unsigned int bad_value;
};

#endif /* _KUV_VCPU_SCRIPT_H */
