/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How kuvctl prints: text for people, JSON for programs, colours on a terminal. */
#ifndef _KUVCTL_OUTPUT_H
#define _KUVCTL_OUTPUT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

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
 * kuvctl_put() - add a text to an object
 * @o: object
 * @key: member
 * @text: text
 */
void kuvctl_put(json_object *o, const char *key, const char *text);

/**
 * kuvctl_put_any() - add a text to an object, if there is one
 * @o: object
 * @key: member
 * @text: text; nothing is added if it is NULL or empty
 */
void kuvctl_put_any(json_object *o, const char *key, const char *text);

/**
 * kuvctl_put_number() - add a number to an object
 * @o: object
 * @key: member
 * @n: number
 */
void kuvctl_put_number(json_object *o, const char *key, uint64_t n);

/**
 * kuvctl_put_flag() - add true or false to an object
 * @o: object
 * @key: member
 * @flag: which
 */
void kuvctl_put_flag(json_object *o, const char *key, bool flag);

/**
 * kuvctl_dict_json() - what vard-sync says in an a{sv}
 * @m: message before it
 *
 * Exits if the message cannot be read.
 *
 * Return: Object with the same keys; values of other types than texts, numbers,
 * booleans and lists of numbers are left out.
 */
json_object *kuvctl_dict_json(sd_bus_message *m);

/**
 * kuvctl_done() - say in JSON, if that is wanted, that something was done
 * @action: the command
 * @vm: name
 * @key: of one more fact, or NULL
 * @value: its text
 */
void kuvctl_done(const char *action, const char *vm, const char *key,
		 const char *value);

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
