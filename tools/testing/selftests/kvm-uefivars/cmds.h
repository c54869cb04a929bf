/* SPDX-License-Identifier: GPL-2.0 */
/* Every command: its kind, its structure, and how to call it successfully. */
#ifndef _KUV_CMDS_H
#define _KUV_CMDS_H

#include "fixture.h"

enum cmd_kind { CMD_DEVICE, CMD_STORE, CMD_PORT, CMD_KINDS };

/* What one command is tried on. */
struct cmd_env {
	int fd[CMD_KINDS];
	uint16_t name[32768];
	uint8_t data[65536];
	void *memory;
};

/*
 * From the header, by gen_cmds.awk:
 * @size: bytes of its structure now
 * @has_flags: its second member is flags, of which it knows @flags
 * @reserved: offset of a member that must be 0, or 0
 * @is_port_too: a command of a store that ports with the right have, too
 * Of this table:
 * @min_size: bytes at ABI 1, frozen
 * @is_out: writes results
 * @is_unattached: tried on a port that is not attached
 * @fill: make a call that succeeds
 */
struct cmd {
	const char *name;
	unsigned int nr;
	enum cmd_kind kind;
	uint32_t size;
	uint32_t min_size;
	bool has_flags;
	uint32_t flags;
	uint32_t reserved;
	bool is_out;
	bool is_unattached;
	bool is_port_too;
	void (*fill)(struct cmd_env *env, void *arg);
};

#define CMD_ARG_MAX	512

extern struct cmd cmds[];
extern const int nr_cmds;

/* A command by its number. */
const struct cmd *cmd_find(unsigned int nr);

/*
 * What the header has and the table of this file has not, or the other way round, or
 * NULL.
 */
const char *cmd_missing(void);

/* Fresh device, store and port with one variable, and a structure in @arg. */
struct cmd_env *cmd_setup(const struct cmd *cmd, void *arg);

/* Close what cmd_setup() opened. */
void cmd_teardown(struct cmd_env *env);

/* Run it on its own kind of descriptor. */
int cmd_call(const struct cmd *cmd, const struct cmd_env *env, void *arg);

#endif /* _KUV_CMDS_H */
