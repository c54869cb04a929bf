/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The variables of Secure Boot, and what a TPM's PCR 7 gets to see of them. */
#ifndef _KUVCTL_PCR_H
#define _KUVCTL_PCR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vars.h"

/* In the order in which firmware measures them. */
enum pcr_var {
	PCR_SECURE_BOOT,
	PCR_PK,
	PCR_KEK,
	PCR_DB,
	PCR_DBX,
	PCR_DBT,
	PCR_NR,
};

/**
 * struct pcr_name - how a variable of Secure Boot is called
 * @text: ASCII
 * @name: UTF-16LE
 * @name_len: bytes of it
 * @guid: its namespace
 */
struct pcr_name {
	const char *text;
	const uint8_t *name;
	uint32_t name_len;
	const uint8_t *guid;
};

extern const struct pcr_name pcr_names[PCR_NR];

/**
 * struct pcr_state - the variables of Secure Boot at the next boot
 * @data: content, owned; NULL if there is none
 * @len: bytes of each
 * @is_off: SecureBootEnable says so
 * @is_forced: the VM's options say that Secure Boot is on
 *
 * SecureBoot itself follows from the others.
 */
struct pcr_state {
	uint8_t *data[PCR_NR];
	size_t len[PCR_NR];
	bool is_off;
	bool is_forced;
};

/**
 * pcr_state_get() - the state that a VM has now
 * @v: its variables
 * @ret: filled, for pcr_state_free(); exits without memory
 */
void pcr_state_get(const struct kuvctl_vars *v, struct pcr_state *ret);

/**
 * pcr_state_apply() - what a plan makes of a state
 * @s: state
 * @p: plan; what it signs is taken to be accepted
 *
 * Return: 0, or -EBADMSG if a signed change is no EFI_VARIABLE_AUTHENTICATION_2
 * or cannot be appended.
 */
int pcr_state_apply(struct pcr_state *s, const struct kuvctl_plan *p);

/**
 * pcr_state_is_on() - does the next boot check signatures?
 * @s: state
 */
bool pcr_state_is_on(const struct pcr_state *s);

/**
 * pcr_state_free() - free what is in it
 * @s: state
 */
void pcr_state_free(struct pcr_state *s);

/**
 * struct pcr7 - what firmware extends PCR 7 with, before it starts anything
 * @is_measured: whether the variable is
 * @digest: SHA-256 of its UEFI_VARIABLE_DATA
 * @variables: PCR 7 of the SHA-256 bank behind the last of them
 * @separator: and behind the separator that follows
 */
struct pcr7 {
	bool is_measured[PCR_NR];
	uint8_t digest[PCR_NR][32];
	uint8_t variables[32];
	uint8_t separator[32];
};

/**
 * pcr7_predict() - what a state looks like to a TPM
 * @s: state
 * @ret: filled
 */
void pcr7_predict(const struct pcr_state *s, struct pcr7 *ret);

/**
 * struct pcr_auth - the parts of a signed change
 * @time: EFI_TIME
 * @payload: behind the descriptor
 * @len: bytes of it
 */
struct pcr_auth {
	const uint8_t *time;
	const uint8_t *payload;
	size_t len;
};

/**
 * pcr_auth_parse() - take EFI_VARIABLE_AUTHENTICATION_2 apart
 * @data: any bytes
 * @len: how many
 * @ret: filled; points into @data
 *
 * Return: Whether it is one of the kind that variables take.
 */
bool pcr_auth_parse(const uint8_t *data, size_t len, struct pcr_auth *ret);

/**
 * pcr_append() - append signature lists as a variable service does
 * @old: lists there are
 * @old_len: bytes of them
 * @added: lists; what @old has already is left out
 * @added_len: bytes of them
 * @ret: filled with memory to free()
 * @ret_len: its bytes
 * @nr_new: filled with the signatures that came in, or NULL
 *
 * Return: 0, -EBADMSG if either is malformed, or -ENOMEM.
 */
int pcr_append(const uint8_t *old, size_t old_len, const uint8_t *added,
	       size_t added_len, uint8_t **ret, size_t *ret_len,
	       unsigned int *nr_new);

/**
 * pcr_has_signature() - is a signature in a database?
 * @data: lists
 * @len: bytes of them
 * @type: of the signature
 * @owner: of it, or NULL for any
 * @sig: its bytes
 * @sig_len: how many
 */
bool pcr_has_signature(const uint8_t *data, size_t len, const uint8_t *type,
		       const uint8_t *owner, const uint8_t *sig,
		       uint32_t sig_len);

#endif /* _KUVCTL_PCR_H */
