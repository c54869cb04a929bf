/* SPDX-License-Identifier: GPL-2.0 */
/* The variable policy protocol: one message in, its result in place. */
#ifndef _KUV_CORE_MM_POLICY_H
#define _KUV_CORE_MM_POLICY_H

#include "service.h"

/**
 * kuv_mm_policy() - answer a message of the variable policy protocol
 * @s: service, not closed
 * @msg: message behind its MM header; begins with a complete
 *	struct kvm_uefivars_policy_header
 * @len: bytes of @msg
 *
 * The result is returned, not stored in the message.
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: Result of the command.
 */
kuv_status_t kuv_mm_policy(struct kuv_service *s, u8 *msg, u32 len);

#endif /* _KUV_CORE_MM_POLICY_H */
