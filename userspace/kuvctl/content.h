/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data of a variable as it is given on the command line. */
#ifndef _KUVCTL_CONTENT_H
#define _KUVCTL_CONTENT_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct content - data of a variable
 * @data: owned
 * @len: bytes of it
 * @attributes: those that came with it, 0 if none did
 */
struct content {
	uint8_t *data;
	size_t len;
	uint32_t attributes;
};

/*
 * Each fills @c, or exits with what is wrong; kuvctl.1 describes the forms.
 */
void content_from_hex(struct content *c, const char *text);
void content_from_string(struct content *c, const char *text);
void content_from_string16(struct content *c, const char *text);
void content_from_boot_order(struct content *c, const char *text);
void content_from_file(struct content *c, const char *path);
void content_from_efivarfs(struct content *c, const char *path);

/**
 * content_attributes() - attributes from the command line, or exit
 * @text: names with commas, or a number
 *
 * Return: The attributes.
 */
uint32_t content_attributes(const char *text);

/**
 * content_parse_order() - numbers of options, such as 0001,0002
 * @text: hexadecimal, with commas; Boot and so on may stand before each
 * @out: filled, little endian, room for as many bytes as @text has
 *
 * Return: Bytes filled, 0 if @text is malformed.
 */
size_t content_parse_order(const char *text, uint8_t *out);

#endif /* _KUVCTL_CONTENT_H */
