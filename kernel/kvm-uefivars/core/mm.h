/* SPDX-License-Identifier: GPL-2.0 */
/* MM messages: from a private copy of a guest's buffer to a reply in place. */
#ifndef _KUV_CORE_MM_H
#define _KUV_CORE_MM_H

#include "service.h"

/**
 * struct kuv_mm_result - what the caller must know about an answered message
 * @seq: change to a non-volatile variable that must be durable before the guest
 *	sees the reply, whatever @status says; 0 for none
 * @status_offset: where the reply has its EFI_STATUS; 0 if it has none
 * @reply_len: bytes of the message from its start in which the reply can differ
 *	from it; what follows is as it was sent
 * @protocol: KUV_MM_* for statistics and tracing
 * @function: function or command of the message, 0 for an event
 * @status: status in the reply
 */
struct kuv_mm_result {
	u64 seq;
	u32 status_offset;
	u32 reply_len;
	u32 protocol;
	u64 function;
	kuv_status_t status;
};

enum {
	KUV_MM_UNKNOWN,
	KUV_MM_VARIABLE,
	KUV_MM_POLICY,
	KUV_MM_EVENT,
};

/**
 * kuv_mm_handle() - answer one message in place
 * @s: service of the VM
 * @msg: private memory: header and message
 * @total: bytes of @msg, at most @buffer_size; the reply has as many, and what
 *	lies behind them is neither read nor written
 * @buffer_size: size of the shared buffer, at most KVM_UEFIVARS_BUFFER_MAX
 * @res: result, always filled
 *
 * Every failure that a well-formed envelope can meet is reported inside the
 * reply; the header stays as it was sent.
 *
 * Context: May sleep and allocate (GFP_KERNEL_ACCOUNT).
 * Return: KVM_UEFIVARS_STS_SUCCESS (reply is valid), _UNSUPPORTED (unknown
 * GUID) or _BAD_SIZE (message shorter than its protocol's header).
 */
u16 kuv_mm_handle(struct kuv_service *s, u8 *msg, u32 total, u32 buffer_size,
		  struct kuv_mm_result *res);

/**
 * kuv_mm_set_status() - replace the status of a reply
 * @msg: reply of kuv_mm_handle()
 * @res: its result; a @res->status_offset of 0 makes this a no-op
 * @status: new status
 *
 * For a change that was made but could not be made durable in time.
 *
 * Context: Any.
 */
void kuv_mm_set_status(u8 *msg, struct kuv_mm_result *res, kuv_status_t status);

#endif /* _KUV_CORE_MM_H */
