/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What variables hold, for people and programs. Pure: any bytes may come in. */
#ifndef _KUVCTL_SHOW_H
#define _KUVCTL_SHOW_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "show_names.h"
#include "var.h"

/*
 * Variables come from guests. No text made here has control characters, and no
 * length in the data is believed.
 */

/**
 * show_var() - a variable with everything that is known of it
 * @v: variable
 *
 * Return: Object with name, guid, attributes, size, data, value, and time if it
 * has one. The data is in hexadecimal.
 */
json_object *show_var(const struct vard_var *v);

/**
 * show_value() - what the data of a variable means
 * @v: variable
 *
 * Return: Object with type and summary, a line, and more as kuvctl.1 lists it.
 */
json_object *show_value(const struct vard_var *v);

/**
 * struct show_style - how much of variables is printed
 * @is_all: nothing is left out, however long
 * @is_hex: the data as it is instead of what it means
 */
struct show_style {
	bool is_all;
	bool is_hex;
};

/**
 * show_print() - print a variable for people
 * @out: where
 * @v: variable
 * @style: how much
 */
void show_print(FILE *out, const struct vard_var *v,
		const struct show_style *style);

/**
 * show_print_value() - print what show_value() returned
 * @out: where
 * @value: object
 * @v: its variable
 * @style: how much
 */
void show_print_value(FILE *out, json_object *value, const struct vard_var *v,
		      const struct show_style *style);

/**
 * show_attributes() - attributes as text
 * @attributes: any
 * @separator: between names
 * @text: filled
 *
 * Return: @text.
 */
const char *show_attributes(uint32_t attributes, char separator, char text[64]);

/* The decoders, one per kind; each fills an object that has its type. */

/**
 * struct show_data - bytes to decode
 * @p: any
 * @len: how many
 */
struct show_data {
	const uint8_t *p;
	size_t len;
};

/**
 * show_option() - EFI_LOAD_OPTION
 * @o: filled
 * @d: data
 *
 * Return: NULL, or why the data is none.
 */
const char *show_option(json_object *o, struct show_data d);

/**
 * show_key() - EFI_KEY_OPTION
 * @o: filled
 * @d: data
 *
 * Return: NULL, or why the data is none.
 */
const char *show_key(json_object *o, struct show_data d);

/**
 * show_paths() - device paths, one behind the other
 * @d: data
 * @reason: filled on failure
 *
 * Return: Array of strings, one per path or instance of one, or NULL.
 */
json_object *show_paths(struct show_data d, const char **reason);

/**
 * show_signatures() - EFI_SIGNATURE_LISTs
 * @o: filled
 * @d: data
 *
 * Return: NULL, or why the data is none.
 */
const char *show_signatures(json_object *o, struct show_data d);

/**
 * show_signers() - edk2's certdb: who signs private authenticated variables
 * @o: filled
 * @d: data
 *
 * Return: NULL, or why the data is none.
 */
const char *show_signers(json_object *o, struct show_data d);

/**
 * show_certificate() - an X.509 certificate
 * @o: filled with subject, issuer, validity, SHA-256 and, if it is one that is
 *	known, its name
 * @d: DER
 *
 * Return: Whether it is one; the digest is filled in any case.
 */
bool show_certificate(json_object *o, struct show_data d);

/* What the decoders share. */

/**
 * show_put() - add formatted text to an object
 * @o: object
 * @key: key
 * @format: as printf(); the result is cleaned
 */
void show_put(json_object *o, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * show_hex() - bytes as hexadecimal digits
 * @d: bytes
 *
 * Return: String.
 */
json_object *show_hex(struct show_data d);

/**
 * show_text16() - UTF-16 as a string
 * @d: bytes; one NUL at the end is dropped
 *
 * Return: String, or NULL if it does not look like text.
 */
json_object *show_text16(struct show_data d);

/**
 * show_text8() - UTF-8 as a string
 * @d: bytes; one NUL at the end is dropped
 *
 * Return: String, or NULL if it does not look like text.
 */
json_object *show_text8(struct show_data d);

/**
 * show_guess() - text in bytes of which nothing is known
 * @d: bytes; a few of them are never text
 *
 * Return: String if they are ASCII, in UTF-16 or plain, else NULL.
 */
json_object *show_guess(struct show_data d);

/**
 * show_le() - an integer
 * @p: little endian
 * @len: bytes of it, at most 8
 */
uint64_t show_le(const uint8_t *p, size_t len);

/**
 * show_time() - EFI_TIME as text
 * @time: 16 bytes
 * @text: filled; empty if @time is zero
 *
 * Return: Whether there is one.
 */
bool show_time(const uint8_t time[16], char text[32]);

/**
 * show_dump() - print bytes as people read them
 * @out: where
 * @d: bytes
 * @indent: spaces before each line
 * @max: bytes at most; says how many more there are
 */
void show_dump(FILE *out, struct show_data d, int indent, size_t max);

#endif /* _KUVCTL_SHOW_H */
