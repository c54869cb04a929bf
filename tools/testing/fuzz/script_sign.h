/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of scripts that look signed: right for sham_crypto.c, for nobody else. */
#ifndef _FUZZ_SCRIPT_SIGN_H
#define _FUZZ_SCRIPT_SIGN_H

#include "script.h"

#define SCRIPT_KEYS		4
#define SCRIPT_NR_SIGNATURES	8

/**
 * script_put_cert() - append a certificate
 * @b: buffer
 * @key: whose
 * @issuer: who issued it
 */
void script_put_cert(struct script_buf *b, u32 key, u32 issuer);

/**
 * script_put_descriptor() - append a descriptor of authentication
 * @b: buffer
 * @kind: which of SCRIPT_NR_SIGNATURES kinds of messages is in it; 0 for none
 * @key: who signs
 * @time: the larger the later
 */
void script_put_descriptor(struct script_buf *b, u32 kind, u32 key, u32 time);

/**
 * script_put_list() - append a signature list
 * @b: buffer
 * @kind: even: certificates, odd: hashes
 * @nr: signatures in it
 * @first: key or value of the first one
 */
void script_put_list(struct script_buf *b, u32 kind, u32 nr, u32 first);

#endif /* _FUZZ_SCRIPT_SIGN_H */
