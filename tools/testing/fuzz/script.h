/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts: the input of fuzz_mm, a list of messages and of host actions. */
#ifndef _FUZZ_SCRIPT_H
#define _FUZZ_SCRIPT_H

#include <linux/kvm_uefivars_mailbox.h>
#include <linux/types.h>

/* A script has at most this many records; what follows is ignored. */
#define SCRIPT_RECORDS_MAX	128
#define SCRIPT_RECORD_HEAD	3

/*
 * Each record is one byte of enum script_op (modulo their number), two bytes of
 * length (little-endian, cut at the end of the input), and as many bytes.
 */
enum script_op {
	/* Message as long as its header says (at most 64 KiB), zero-filled. */
	SCRIPT_MSG,
	/* Message of exactly these bytes, whatever its header says. */
	SCRIPT_MSG_EXACT,
	/* Machine reset. */
	SCRIPT_RESET,
	/* Acknowledge: u64 above the last acknowledgement. */
	SCRIPT_ACK,
	/* The reader stores all changes; u8: how many it acknowledges not. */
	SCRIPT_READ,
	/* struct script_host, name, data. */
	SCRIPT_HOST_SET,
	SCRIPT_HOST_DELETE,
	/* struct script_limits. */
	SCRIPT_LIMITS,
	/* u8: this allocation of the next record fails. */
	SCRIPT_FAIL_NTH,
	/* u32: shared buffer of the messages that follow, 0 for the largest. */
	SCRIPT_BUFFER_SIZE,
	/* u32: what the operator decides from now on, KUV_OPT_*. */
	SCRIPT_OPTIONS,
	/* u8: this crypto operation of the next record fails. */
	SCRIPT_FAIL_CRYPTO,
	SCRIPT_NR_OPS,
};

#define SCRIPT_HOST_CLEAN	(1U << 0)
#define SCRIPT_HOST_TIME	(1U << 1)

/**
 * struct script_host - what the host's operator does to a variable
 * @flags: SCRIPT_HOST_*
 * @name_units: UTF-16 units of the name that follows
 * @attributes: stored attributes
 * @guid: namespace
 */
struct script_host {
	u8 flags;
	u8 name_units;
	u16 attributes;
	u8 guid[16];
} __attribute__((packed));

/**
 * struct script_limits - new limits, in units of 16 bytes; 0 means 16 bytes
 * @nv: non-volatile pool
 * @vol: volatile pool
 * @var: one variable
 */
struct script_limits {
	u16 nv;
	u16 vol;
	u16 var;
} __attribute__((packed));

/**
 * struct script_record - one record of a script
 * @op: enum script_op
 * @len: bytes of @body
 * @body: in the input
 */
struct script_record {
	u8 op;
	u32 len;
	const u8 *body;
};

/**
 * struct script_buf - a script or a record being written
 * @data: memory
 * @len: bytes written
 * @max: bytes of @data; what does not fit sets @is_full
 * @is_full: something did not fit
 */
struct script_buf {
	u8 *data;
	size_t len;
	size_t max;
	bool is_full;
};

/**
 * script_next() - take the next record of a script
 * @pos: first byte not taken yet
 * @left: bytes at @pos
 * @r: filled
 *
 * Return: Whether there was one.
 */
bool script_next(const u8 **pos, size_t *left, struct script_record *r);

/**
 * script_bytes() - append bytes
 * @b: buffer
 * @p: bytes
 * @len: how many
 */
void script_bytes(struct script_buf *b, const void *p, size_t len);

/**
 * script_int() - append a little-endian integer
 * @b: buffer
 * @v: value
 * @len: its bytes
 */
void script_int(struct script_buf *b, u64 v, u32 len);

/**
 * script_begin() - start a record
 * @b: buffer
 * @op: enum script_op
 *
 * Return: Where it starts, for script_end().
 */
size_t script_begin(struct script_buf *b, u8 op);

/**
 * script_end() - write the length of a record, and of a message in its header
 * @b: buffer
 * @start: what script_begin() returned
 */
void script_end(struct script_buf *b, size_t start);

/**
 * struct script_name - a name that means something to the service, or does not
 * @text: ASCII
 * @guid: index of the namespace where it does
 * @attributes: those that it should have there, 0 if any will do
 */
struct script_name {
	const char *text;
	u32 guid;
	u32 attributes;
};

/* Names, and namespaces. */
extern const struct script_name script_names[];
extern const u32 script_nr_names;
extern const u8 script_guids[][16];
extern const u32 script_nr_guids;

/**
 * struct script_choice - what a generated record is about
 * @kind: which of SCRIPT_NR_KINDS records
 * @name: index of a name
 * @guid: index of a namespace
 * @attributes: attributes
 * @len: bytes of data
 * @value: whatever else the kind has a use for; in signed writes bits 0 to 2 say
 *	how it is signed, 3 and 4 who signs, the rest when
 */
struct script_choice {
	u32 kind;
	u32 name;
	u32 guid;
	u32 attributes;
	u32 len;
	u32 value;
};

#define SCRIPT_NR_KINDS	30

/**
 * script_find_name() - index of a name
 * @text: one of script_names
 *
 * Return: Its index.
 */
u32 script_find_name(const char *text);

/**
 * script_generate() - append a well-formed record
 * @b: buffer
 * @c: what about; everything is taken modulo what exists
 */
void script_generate(struct script_buf *b, const struct script_choice *c);

#endif /* _FUZZ_SCRIPT_H */
