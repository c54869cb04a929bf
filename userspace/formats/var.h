/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One UEFI variable in flight between kernel, database and template. */
#ifndef _VARD_VAR_H
#define _VARD_VAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a GUID in registry form, NUL included. */
#define VARD_GUID_TEXT 37

/**
 * struct vard_var - a variable or its removal; name and data are borrowed
 * @guid: vendor namespace, EFI byte order
 * @time: EFI_TIME of an authenticated variable, else zero
 * @name: UTF-16LE without NUL, any alignment
 * @data: content
 * @name_len: bytes of @name
 * @data_len: bytes of @data
 * @attributes: stored attributes
 * @seq: the kernel's number of the change, 0 if it has none
 * @is_deleted: the variable is gone; only @guid, @name and @seq mean something
 */
struct vard_var {
	uint8_t guid[16];
	uint8_t time[16];
	const uint8_t *name;
	const uint8_t *data;
	uint32_t name_len;
	uint32_t data_len;
	uint32_t attributes;
	uint64_t seq;
	bool is_deleted;
};

/**
 * vard_var_check_name() - is this a variable name?
 * @name: bytes
 * @len: how many
 *
 * Return: NULL if it is, else why not.
 */
const char *vard_var_check_name(const uint8_t *name, size_t len);

/**
 * vard_var_check() - can this variable be stored?
 * @v: variable, not a removal
 *
 * The rules that need no knowledge of other variables or of limits.
 *
 * Return: NULL if it can, else why not.
 */
const char *vard_var_check(const struct vard_var *v);

/**
 * vard_guid_format() - a GUID in registry form, lower case
 * @guid: EFI byte order
 * @text: filled, NUL-terminated
 */
void vard_guid_format(const uint8_t guid[16], char text[VARD_GUID_TEXT]);

/**
 * vard_guid_parse() - a GUID from registry form, any case
 * @text: string
 * @guid: filled in EFI byte order; untouched on failure
 *
 * Return: Whether @text is exactly a GUID.
 */
bool vard_guid_parse(const char *text, uint8_t guid[16]);

/**
 * vard_guid_compare() - order GUIDs as their text is ordered
 * @a: EFI byte order
 * @b: EFI byte order
 *
 * Return: Less than, equal to, or greater than 0, as memcmp().
 */
int vard_guid_compare(const uint8_t a[16], const uint8_t b[16]);

/**
 * vard_hex_parse() - bytes from pairs of hexadecimal digits
 * @text: digits
 * @len: how many characters
 * @out: room for @len / 2 bytes
 *
 * Return: Whether all of @text is such pairs.
 */
bool vard_hex_parse(const char *text, size_t len, uint8_t *out);

/**
 * vard_name_format() - a name for people
 * @name: UTF-16LE, any bytes
 * @len: bytes of @name
 *
 * Names come from guests: what is no character, and every control character,
 * is shown as U+FFFD, so that the text can go to a terminal.
 *
 * Return: UTF-8 to free(), or NULL without memory.
 */
char *vard_name_format(const uint8_t *name, size_t len);

/**
 * vard_var_describe() - a variable for messages
 * @v: variable
 *
 * Return: "NAME-GUID" to free(), or NULL without memory.
 */
char *vard_var_describe(const struct vard_var *v);

/**
 * vard_text_clean() - make text of any origin fit for a terminal
 * @text: changed in place: '?' for each byte of a control character, and of
 *	what is not UTF-8, such as a character cut in two
 */
void vard_text_clean(char *text);

/**
 * vard_name_from_utf8() - a name from a template
 * @text: UTF-8
 * @text_len: bytes of @text
 * @ret: filled with UTF-16LE to free()
 * @ret_len: filled with its bytes
 *
 * Return: 0, -EINVAL if @text is not UTF-8, or -ENOMEM.
 */
int vard_name_from_utf8(const char *text, size_t text_len, uint8_t **ret,
			uint32_t *ret_len);

/**
 * vard_name_to_utf8() - a name for a file
 * @name: UTF-16LE, any bytes
 * @len: bytes of @name
 * @ret: filled with UTF-8 to free(), control characters and all
 *
 * Return: 0, -EINVAL if @name is not UTF-16 or has a NUL in it, or -ENOMEM.
 */
int vard_name_to_utf8(const uint8_t *name, size_t len, char **ret);

#endif /* _VARD_VAR_H */
