/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables and namespaces that kuvctl knows by name. */
#ifndef _KUVCTL_SHOW_NAMES_H
#define _KUVCTL_SHOW_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "var.h"

/**
 * enum show_kind - what the data of a variable is
 * @SHOW_UNKNOWN: anything
 * @SHOW_OPTION: EFI_LOAD_OPTION
 * @SHOW_KEY: EFI_KEY_OPTION
 * @SHOW_ORDER: numbers of options
 * @SHOW_NUMBER_OF: number of one option
 * @SHOW_NUMBER: integer of the data's length
 * @SHOW_SECONDS: integer of 16 bits; 0xffff for ever
 * @SHOW_FLAG: one byte, 0 or 1
 * @SHOW_PATHS: device path with instances
 * @SHOW_TEXT: ASCII or UTF-8
 * @SHOW_TEXT16: UTF-16
 * @SHOW_INDICATIONS: EFI_OS_INDICATIONS_*
 * @SHOW_SIGNATURES: EFI_SIGNATURE_LISTs
 * @SHOW_SIGNERS: edk2's certdb
 * @SHOW_GUIDS: GUIDs
 */
enum show_kind {
	SHOW_UNKNOWN,
	SHOW_OPTION,
	SHOW_KEY,
	SHOW_ORDER,
	SHOW_NUMBER_OF,
	SHOW_NUMBER,
	SHOW_SECONDS,
	SHOW_FLAG,
	SHOW_PATHS,
	SHOW_TEXT,
	SHOW_TEXT16,
	SHOW_INDICATIONS,
	SHOW_SIGNATURES,
	SHOW_SIGNERS,
	SHOW_GUIDS,
};

/**
 * struct show_known - a well known variable
 * @guid: its namespace, EFI byte order
 * @name: ASCII; four '#' at the end stand for as many hexadecimal digits
 * @kind: what its data is
 * @attributes: what it is made with
 */
struct show_known {
	const uint8_t *guid;
	const char *name;
	enum show_kind kind;
	uint32_t attributes;
};

/* EFI_GLOBAL_VARIABLE and EFI_IMAGE_SECURITY_DATABASE_GUID. */
extern const uint8_t show_global[16];
extern const uint8_t show_security[16];

/**
 * show_known_find() - what is known of a variable
 * @guid: namespace, or NULL for any
 * @name: UTF-16LE
 * @name_len: bytes of it
 *
 * Return: The first one that fits, those of the specification first, or NULL.
 */
const struct show_known *show_known_find(const uint8_t *guid,
					 const uint8_t *name, size_t name_len);

/**
 * show_is_specified() - does a variable stand in the UEFI specification?
 * @known: variable
 */
bool show_is_specified(const struct show_known *known);

/**
 * show_guid_name() - a short name for a namespace or an owner of signatures
 * @guid: EFI byte order
 *
 * Return: A constant string or NULL.
 */
const char *show_guid_name(const uint8_t guid[16]);

/**
 * show_signature_type() - a short name for a type of signatures
 * @guid: SignatureType, EFI byte order
 *
 * Return: A constant string or NULL.
 */
const char *show_signature_type(const uint8_t guid[16]);

#endif /* _KUVCTL_SHOW_NAMES_H */
