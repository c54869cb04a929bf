/* SPDX-License-Identifier: GPL-2.0 */
/* The register file a guest sees; one copy in and one copy out per message. */
#ifndef _KUV_MAILBOX_H
#define _KUV_MAILBOX_H

#include <linux/types.h>

struct kuv_guest_mem;
struct kuv_regs;
struct kuv_store;

/**
 * struct kuv_mailbox - registers and staging buffer of one port
 * @store: who answers messages
 * @mem: guest memory of DMA mode
 * @page: what a guest reads: registers at 0, all ones where there are none.
 *	May be mapped into the guest, so it holds nothing else.
 * @staging: buffer of PIO mode, KVM_UEFIVARS_BUFFER_MAX bytes; NULL until a
 *	guest first uses that mode, and again after a reset. DMA mode has
 *	no part in it.
 * @size: register BUFFER_SIZE, at most KVM_UEFIVARS_BUFFER_MAX
 * @dirty: bytes of @staging that may be other than zero
 * @addr: registers ADDR_LO and ADDR_HI
 * @pio_pos: where PIO_DATA is in @staging, at most @size; 0 without @staging
 * @pio_crc: running CRC32C over @staging up to @pio_pos
 * @fetch: how much of the next message to read at once
 *
 * No lock of its own: the owner serialises every call but
 * kuv_mailbox_set_status().
 */
struct kuv_mailbox {
	struct kuv_store *store;
	struct kuv_guest_mem *mem;
	u8 *page;
	u8 *staging;
	u32 size;
	u32 dirty;
	u64 addr;
	u32 pio_pos;
	u32 pio_crc;
	u32 fetch;
};

/**
 * kuv_mailbox_init() - a mailbox as at power-on
 * @mb: uninitialised memory
 * @store: who answers messages; must outlive @mb
 * @mem: guest memory; must outlive @mb
 *
 * Context: May sleep.
 * Return: 0 or -ENOMEM.
 */
int kuv_mailbox_init(struct kuv_mailbox *mb, struct kuv_store *store,
		     struct kuv_guest_mem *mem);

/**
 * kuv_mailbox_exit() - free what a mailbox owns
 * @mb: mailbox
 *
 * Context: May sleep.
 */
void kuv_mailbox_exit(struct kuv_mailbox *mb);

/**
 * kuv_mailbox_reset() - registers and staging buffer as at power-on
 * @mb: mailbox
 *
 * Context: May sleep.
 */
void kuv_mailbox_reset(struct kuv_mailbox *mb);

/**
 * kuv_mailbox_set_flags() - what register FLAGS reads from now on
 * @mb: mailbox
 * @flags: KVM_UEFIVARS_FLAG_*
 *
 * Context: Any.
 */
void kuv_mailbox_set_flags(struct kuv_mailbox *mb, u32 flags);

/**
 * kuv_mailbox_command() - run a command as if written to CMD_STS
 * @mb: mailbox
 * @cmd: KVM_UEFIVARS_CMD_*, or anything else a guest made up
 *
 * The result is in CMD_STS when this returns. Without memory for a message that
 * is BAD_SIZE.
 *
 * Context: May sleep and wait for a change to be durable. Guest memory must be
 * reachable.
 */
void kuv_mailbox_command(struct kuv_mailbox *mb, u16 cmd);

/**
 * kuv_mailbox_read() - a guest reads a register
 * @mb: mailbox
 * @offset: in the register page
 * @len: 1, 2, 4 or 8
 *
 * Context: May sleep.
 * Return: The value in the low bytes; all ones where no register of this width
 * is.
 */
u64 kuv_mailbox_read(struct kuv_mailbox *mb, u32 offset, u32 len);

/**
 * kuv_mailbox_write() - a guest writes a register
 * @mb: mailbox
 * @offset: in the register page
 * @len: 1, 2, 4 or 8
 * @data: value in the low bytes
 *
 * Context: As kuv_mailbox_command().
 */
void kuv_mailbox_write(struct kuv_mailbox *mb, u32 offset, u32 len, u64 data);

/**
 * kuv_mailbox_save() - copy the registers out
 * @mb: mailbox
 * @regs: filled; @regs->staging points into @mb and is valid while @mb is not
 *	used
 *
 * Context: Any.
 */
void kuv_mailbox_save(const struct kuv_mailbox *mb, struct kuv_regs *regs);

/**
 * kuv_mailbox_prepare() - get memory that kuv_mailbox_restore() will need
 * @mb: mailbox; what a guest sees of it stays
 * @regs: registers to be restored, checked by kuv_image_read()
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: 0 or -ENOMEM.
 */
int kuv_mailbox_prepare(struct kuv_mailbox *mb, const struct kuv_regs *regs);

/**
 * kuv_mailbox_restore() - put saved registers in force, which cannot fail
 * @mb: mailbox, prepared for @regs
 * @regs: registers; @regs->staging is copied
 *
 * Context: May sleep.
 */
void kuv_mailbox_restore(struct kuv_mailbox *mb, const struct kuv_regs *regs);

/**
 * kuv_mailbox_set_status() - set what CMD_STS reads
 * @mb: mailbox
 * @status: KVM_UEFIVARS_STS_*
 *
 * Context: Any, without the owner's lock too: a single store.
 */
void kuv_mailbox_set_status(struct kuv_mailbox *mb, u16 status);

#endif /* _KUV_MAILBOX_H */
