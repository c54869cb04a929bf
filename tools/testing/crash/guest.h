/* SPDX-License-Identifier: GPL-2.0 */
/* Where the writing guest and kills.py meet: in the guest's memory, a shared file. */
#ifndef _CRASH_GUEST_H
#define _CRASH_GUEST_H

#define GUEST_REPORT_ADDR	0x10000
#define GUEST_STACK_ADDR	0x80000
#define GUEST_MAILBOX_ADDR	0x100000
/* Numbers go round over so many variables, CrashA and so on. */
#define GUEST_NAMES		8

/* States; anything else has not begun. */
#define GUEST_WRITING		0x57524954
#define GUEST_FAILED		0x4641494c
#define GUEST_STOPPED		0x53544f50

#ifndef __ASSEMBLER__
/*
 * The report, 32 bits each: state, first number written, newest number whose
 * write returned success, line and status of a failure, set by the host to
 * stop.
 */
struct guest_report {
	unsigned int state;
	unsigned int first;
	unsigned int acked;
	unsigned int line;
	unsigned int status;
	unsigned int stop;
};
#endif

#endif /* _CRASH_GUEST_H */
