/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How kuvctl prints: text for people, JSON for programs, colours on a terminal. */
#ifndef _KUVCTL_OUTPUT_H
#define _KUVCTL_OUTPUT_H

#include <json-c/json.h>
#include <stdbool.h>

/* Set by the option --json, before or behind the command. */
extern bool kuvctl_json;

/**
 * kuvctl_take_json() - take --json out of a command's arguments
 * @argc: changed
 * @argv: changed
 *
 * Called by main() before each command, so none has to know the option.
 */
void kuvctl_take_json(int *argc, char **argv);

/**
 * kuvctl_print_json() - print an object or array, with a line end, and free it
 * @o: what
 */
void kuvctl_print_json(json_object *o);

/**
 * enum kuvctl_colour - what a text means
 * @KUVCTL_PLAIN: nothing
 * @KUVCTL_GOOD: as it should be
 * @KUVCTL_WARN: somebody should look at it
 * @KUVCTL_BAD: wrong
 * @KUVCTL_HEAD: a heading
 */
enum kuvctl_colour {
	KUVCTL_PLAIN,
	KUVCTL_GOOD,
	KUVCTL_WARN,
	KUVCTL_BAD,
	KUVCTL_HEAD,
};

/**
 * kuvctl_colour() - the escape sequence that begins a colour
 * @c: which; KUVCTL_PLAIN ends one
 *
 * Return: A constant string, "" if standard output is no terminal or NO_COLOR
 * is set.
 */
const char *kuvctl_colour(enum kuvctl_colour c);

#endif /* _KUVCTL_OUTPUT_H */
