/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kuvctl: what its commands share. One file per group of commands. */
#ifndef _KUVCTL_H
#define _KUVCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/* Interfaces of vard-sync, all on one object. */
#define KUVCTL_VARD_SYNC	"org.kvm_uefivars.VardSync1"
#define KUVCTL_SNAPSHOT		"org.kvm_uefivars.Snapshot1"
#define KUVCTL_MOVE		"org.kvm_uefivars.Move1"

/* Exit status; kuvctl.1 lists them. The first ones are those of kuv-run. */
enum kuvctl_exit {
	KUVCTL_EXIT_INTERNAL = 1,	/* out of memory and the like */
	KUVCTL_EXIT_USAGE = 2,
	KUVCTL_EXIT_NO_MODULE = 3,
	KUVCTL_EXIT_PERMISSION = 4,
	KUVCTL_EXIT_NO_DAEMON = 5,
	KUVCTL_EXIT_IN_USE = 6,
	KUVCTL_EXIT_REFUSED = 9,	/* vard-sync said no */
	KUVCTL_EXIT_STREAM = 10,	/* a move ended early; nothing changed */
	KUVCTL_EXIT_DOUBT = 11,		/* moved away, arrival not confirmed */
	KUVCTL_EXIT_DIFFERS = 12,	/* compared, and found what was looked for */
	KUVCTL_EXIT_PARTLY = 13,	/* done for some, not for all */
	KUVCTL_EXIT_NO_VARIABLE = 14,	/* the VM has no such variable */
	KUVCTL_EXIT_CHANGED = 15,	/* --expect-digest: changed since */
	KUVCTL_EXIT_BAD_FILE = 16,	/* bad records, or not for this format */
};

/**
 * struct kuvctl - the command line before the command
 * @socket: where vard-sync listens
 */
struct kuvctl {
	const char *socket;
};

/**
 * struct kuvctl_command - one command
 * @name: first word
 * @arguments: for the help
 * @help: one line for the help
 * @run: called with argv[0] being the command; returns the exit status
 */
struct kuvctl_command {
	const char *name;
	const char *arguments;
	const char *help;
	int (*run)(const struct kuvctl *k, int argc, char **argv);
};

/**
 * fail() - say what went wrong and what to do about it, then exit
 * @status: exit status
 * @format: as printf(), one line without its end
 */
_Noreturn void fail(enum kuvctl_exit status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * kuvctl_usage() - show how a command is called, then exit
 * @name: of the command
 */
_Noreturn void kuvctl_usage(const char *name);

/**
 * kuvctl_connect() - connect to vard-sync, or exit
 * @k: where
 *
 * Return: The connection.
 */
sd_bus *kuvctl_connect(const struct kuvctl *k);

/**
 * kuvctl_connect_try() - connect to vard-sync
 * @k: where
 * @ret: filled with the connection
 *
 * Return: 0 or -errno.
 */
int kuvctl_connect_try(const struct kuvctl *k, sd_bus **ret);

/**
 * kuvctl_request() - begin a call, or exit
 * @bus: connection
 * @interface: KUVCTL_VARD_SYNC or one of the others
 * @method: its name
 *
 * Return: The message, for kuvctl_ask().
 */
sd_bus_message *kuvctl_request(sd_bus *bus, const char *interface,
			       const char *method);

/**
 * kuvctl_ask() - make a call and wait for the answer, or exit with what it says
 * @bus: connection
 * @call: message, freed
 *
 * Return: The reply.
 */
sd_bus_message *kuvctl_ask(sd_bus *bus, sd_bus_message *call);

/**
 * kuvctl_call() - kuvctl_request() and kuvctl_ask() in one
 * @bus: connection
 * @interface: as of kuvctl_request()
 * @method: as of kuvctl_request()
 * @types: of the arguments that follow, "" for none
 *
 * Return: The reply.
 */
sd_bus_message *kuvctl_call(sd_bus *bus, const char *interface,
			    const char *method, const char *types, ...);

/**
 * kuvctl_refused() - exit with what an error reply says
 * @e: error
 * @r: -errno beside it
 */
_Noreturn void kuvctl_refused(const sd_bus_error *e, int r);

/**
 * kuvctl_is_lost() - did a call end with the connection?
 * @e: error of the call
 * @r: -errno beside it
 *
 * Return: Whether vard-sync may or may not have done it.
 */
bool kuvctl_is_lost(const sd_bus_error *e, int r);

/**
 * kuvctl_check() - exit if building or reading a message failed
 * @r: what the sd-bus call returned
 */
void kuvctl_check(int r);

/*
 * The values of an a{sv} are read one by one:
 *	while ((key = kuvctl_next(reply, &value)))
 */

/**
 * struct kuvctl_value - one value of an a{sv}
 * @type: 's' text, 'u', 't' or 'b' number, 'a' list of @nr numbers, 0 for any
 *	other
 * @text: text, borrowed
 * @number: number
 * @list: borrowed
 * @nr: its length
 */
struct kuvctl_value {
	char type;
	const char *text;
	uint64_t number;
	const uint64_t *list;
	size_t nr;
};

/**
 * kuvctl_next() - the next entry of an a{sv}, or exit
 * @m: message within an entered a{sv}
 * @value: filled
 *
 * Return: The key, or NULL at the end, with the array left.
 */
const char *kuvctl_next(sd_bus_message *m, struct kuvctl_value *value);

/* Groups of commands. */
extern const struct kuvctl_command kuvctl_vm_commands[];
extern const struct kuvctl_command kuvctl_var_commands[];
extern const struct kuvctl_command kuvctl_file_commands[];
extern const struct kuvctl_command kuvctl_sb_commands[];
extern const struct kuvctl_command kuvctl_fleet_commands[];

/* The commands of the first one. */
int cmd_list(const struct kuvctl *k, int argc, char **argv);
int cmd_stats(const struct kuvctl *k, int argc, char **argv);
int cmd_configure(const struct kuvctl *k, int argc, char **argv);
int cmd_snapshot(const struct kuvctl *k, int argc, char **argv);
int cmd_snapshots(const struct kuvctl *k, int argc, char **argv);
int cmd_restore(const struct kuvctl *k, int argc, char **argv);
int cmd_delete_snapshot(const struct kuvctl *k, int argc, char **argv);
int cmd_clone(const struct kuvctl *k, int argc, char **argv);
int cmd_reset(const struct kuvctl *k, int argc, char **argv);
int cmd_remove(const struct kuvctl *k, int argc, char **argv);
int cmd_audit(const struct kuvctl *k, int argc, char **argv);

int cmd_move_out(const struct kuvctl *k, int argc, char **argv);
int cmd_move_in(const struct kuvctl *k, int argc, char **argv);

#endif /* _KUVCTL_H */
