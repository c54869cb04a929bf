/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fake kernel behind ioctl() and read(): stores that really keep variables. */
#ifndef _VARD_TEST_FAKE_STORE_H
#define _VARD_TEST_FAKE_STORE_H

#include <linux/kvm_uefivars.h>
#include <stdbool.h>
#include <stdint.h>

#define FAKE_STORES 8
#define FAKE_VARS 64
#define FAKE_DATA 64

/* A variable, or what is left of one until it is acknowledged. */
struct fake_var {
	uint8_t guid[16];
	uint8_t time[16];
	uint8_t name[16];
	uint8_t data[FAKE_DATA];
	uint32_t name_len;
	uint32_t data_len;
	uint32_t attributes;
	uint64_t seq;
	bool is_deleted;
};

/*
 * A write that is signed is good if its data begins with '+', which is not
 * stored, and makes a variable "S" beside it. Data that begins with '$' is over a
 * limit; a name "W" is write-protected for what is signed.
 */
struct fake_store {
	int fd;
	uint8_t cookie[16];
	struct kvm_uefivars_config config;
	uint32_t state;
	uint64_t seq;
	uint64_t read_seq;
	uint64_t acked_seq;
	uint64_t failed_seq;
	uint64_t nr_requests;
	unsigned int nr_acks;
	unsigned int nr_failed;
	unsigned int nr_restored;
	struct fake_var vars[FAKE_VARS];
	unsigned int nr;
	/* What goes wrong with it. */
	int read_error;
	int save_error;
	bool is_malformed;
};

/* What SAVE_STATE gives, and RESTORE_STATE takes. */
struct fake_image {
	char magic[8];
	uint64_t nr_vars;
};

#define FAKE_MAGIC "machine"

/* For the next RESTORE_STATE of any store; 0 for none. */
extern int fake_restore_error;

extern struct fake_store fakes[FAKE_STORES];

/* Set to have the n-th change of a store with a port fail, from 1; 0 for none. */
extern struct fake_fault {
	unsigned int at;
	int error;
	/* What its guest does just before that, instead of the failure. */
	void (*guest)(struct fake_store *f);
} fake_fault;

void fake_reset(void);

/* The next change is the first one. */
void fake_reset_count(void);

/* A store that nobody created by ioctl(); NULL if there are too many. */
struct fake_store *fake_new(const uint8_t cookie[16]);

/* The store with a port, or the one of a descriptor. */
struct fake_store *fake_running(void);
struct fake_store *fake_of(int fd);

/* What a guest does: a name of one letter; without data it deletes. */
void fake_write(struct fake_store *f, char name, uint32_t attributes,
		const char *data);

/* Changes until there were @seq, of which nobody is told. */
void fake_change(struct fake_store *f, uint64_t seq);

/* "A=1/7 B=2/3 ": name, data and attributes of all, in the order of the list. */
const char *fake_text(const struct fake_store *f);

#endif /* _VARD_TEST_FAKE_STORE_H */
