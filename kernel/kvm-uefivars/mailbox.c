// SPDX-License-Identifier: GPL-2.0
/* The register file: widths, DMA and PIO modes, bounded by BUFFER_SIZE. */
#include "mailbox.h"

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <linux/kvm_uefivars_mailbox.h>

#include "compat.h"
#include "core/image.h"
#include "guest_mem.h"
#include "scratch.h"
#include "store.h"

#define KUV_HEADER_LEN	sizeof(struct kvm_uefivars_mm_header)

static __le16 *kuv_mailbox_status(struct kuv_mailbox *mb)
{
	return (__le16 *)(mb->page + KVM_UEFIVARS_REG_CMD_STS);
}

void kuv_mailbox_set_status(struct kuv_mailbox *mb, u16 status)
{
	/* A guest that sees the status must see the reply in its memory. */
	smp_store_release(kuv_mailbox_status(mb), cpu_to_le16(status));
}

/* Keep what a guest reads without an exit equal to the registers. */
static void kuv_mailbox_publish(struct kuv_mailbox *mb)
{
	put_unaligned_le32(mb->size, mb->page + KVM_UEFIVARS_REG_BUFFER_SIZE);
	put_unaligned_le64(mb->addr, mb->page + KVM_UEFIVARS_REG_ADDR_LO);
	put_unaligned_le32(~mb->pio_crc, mb->page + KVM_UEFIVARS_REG_PIO_CRC32C);
}

/* After a change of the bytes below the PIO position, or of the position. */
static void kuv_mailbox_set_pos(struct kuv_mailbox *mb, u32 pos)
{
	mb->pio_pos = pos;
	mb->pio_crc = pos ? kuv_crc32c(~0U, mb->staging, pos) : ~0U;
}

/* The staging buffer, all zero if it is new, or NULL. */
static u8 *kuv_mailbox_stage(struct kuv_mailbox *mb)
{
	if (!mb->staging)
		mb->staging = kvzalloc(KVM_UEFIVARS_BUFFER_MAX,
				       GFP_KERNEL_ACCOUNT);
	return mb->staging;
}

/* Zero everything in the staging buffer from @len on. */
static void kuv_mailbox_trim(struct kuv_mailbox *mb, u32 len)
{
	if (mb->dirty > len)
		memset(mb->staging + len, 0, mb->dirty - len);
	mb->dirty = min(mb->dirty, len);
}

void kuv_mailbox_reset(struct kuv_mailbox *mb)
{
	kvfree(mb->staging);
	mb->staging = NULL;
	mb->dirty = 0;
	kuv_mailbox_set_pos(mb, 0);
	mb->size = 0;
	mb->addr = 0;
	kuv_mailbox_publish(mb);
	kuv_mailbox_set_status(mb, KVM_UEFIVARS_STS_SUCCESS);
}

void kuv_mailbox_set_flags(struct kuv_mailbox *mb, u32 flags)
{
	put_unaligned_le32(flags, mb->page + KVM_UEFIVARS_REG_FLAGS);
}

int kuv_mailbox_init(struct kuv_mailbox *mb, struct kuv_store *store,
		     struct kuv_guest_mem *mem)
{
	*mb = (struct kuv_mailbox){
		.store = store,
		.mem = mem,
		.fetch = KUV_MEM_FETCH_USUAL,
	};
	mb->page = (u8 *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!mb->page)
		return -ENOMEM;
	memset(mb->page, 0xff, PAGE_SIZE);
	put_unaligned_le16(KVM_UEFIVARS_MAGIC_VALUE,
			   mb->page + KVM_UEFIVARS_REG_MAGIC);
	kuv_mailbox_set_flags(mb, 0);
	kuv_mailbox_reset(mb);
	return 0;
}

void kuv_mailbox_exit(struct kuv_mailbox *mb)
{
	kvfree(mb->staging);
	free_page((unsigned long)mb->page);
}

static void kuv_mailbox_set_size(struct kuv_mailbox *mb, u32 size)
{
	mb->size = min(size, KVM_UEFIVARS_BUFFER_MAX);
	if (mb->pio_pos > mb->size)
		kuv_mailbox_set_pos(mb, mb->size);
	kuv_mailbox_publish(mb);
}

/*
 * Length of the message whose header is at @buf, header included, or 0 if it is
 * more than BUFFER_SIZE.
 */
static u32 kuv_mailbox_total(const struct kuv_mailbox *mb, const u8 *buf)
{
	const struct kvm_uefivars_mm_header *hdr = (const void *)buf;
	u64 len = get_unaligned_le64(&hdr->message_len);

	if (len > mb->size - KUV_HEADER_LEN)
		return 0;
	return KUV_HEADER_LEN + len;
}

/* The next message may be like this one. */
static void kuv_mailbox_expect(struct kuv_mailbox *mb, u32 total)
{
	mb->fetch = total > KUV_MEM_FETCH_USUAL &&
		    total <= KUV_MEM_FETCH_LONGER ?
		    KUV_MEM_FETCH_LONGER : KUV_MEM_FETCH_USUAL;
}

/*
 * Snapshot header and message. What is used of each guest byte was read once.
 * One copy is enough for most: they are no longer than KUV_MEM_FETCH_USUAL; and a
 * listing has many that are longer, one after the other.
 */
static u16 kuv_mailbox_fetch(struct kuv_mailbox *mb, u8 *buf, u32 *dirty,
			     u32 *total)
{
	const struct kuv_guest_mem_ops *ops = mb->mem->ops;
	u32 first = min(mb->size, mb->fetch);

	*dirty = first;
	if (unlikely(ops->read(mb->mem, mb->addr, buf, first))) {
		/* The memory may end behind a short message. */
		first = KUV_HEADER_LEN;
		if (ops->read(mb->mem, mb->addr, buf, first))
			return KVM_UEFIVARS_STS_UNKNOWN;
	}
	*total = kuv_mailbox_total(mb, buf);
	if (!*total)
		return KVM_UEFIVARS_STS_BAD_SIZE;
	kuv_mailbox_expect(mb, *total);
	if (*total <= first)
		return KVM_UEFIVARS_STS_SUCCESS;
	*dirty = max(*dirty, *total);
	if (ops->read(mb->mem, mb->addr + first, buf + first, *total - first))
		return KVM_UEFIVARS_STS_UNKNOWN;
	return KVM_UEFIVARS_STS_SUCCESS;
}

/* What is fetched behind a message nobody looks at, and is wiped with it. */
static u16 kuv_mailbox_exchange(struct kuv_mailbox *mb, u8 *buf, u32 *dirty)
{
	u32 total, reply_len;
	u16 status = kuv_mailbox_fetch(mb, buf, dirty, &total);

	if (unlikely(status != KVM_UEFIVARS_STS_SUCCESS))
		return status;
	status = kuv_store_request(mb->store, buf, total, mb->size, &reply_len);
	/* What is not written is as the guest wrote it. */
	if (status == KVM_UEFIVARS_STS_SUCCESS &&
	    mb->mem->ops->write(mb->mem, mb->addr, buf, reply_len))
		status = KVM_UEFIVARS_STS_UNKNOWN;
	return status;
}

static u16 kuv_mailbox_dma(struct kuv_mailbox *mb)
{
	u32 dirty = KVM_UEFIVARS_BUFFER_MAX;
	u16 status;
	u8 *buf;

	if (mb->size < KUV_HEADER_LEN)
		return KVM_UEFIVARS_STS_BAD_SIZE;
	buf = kuv_scratch_get();
	if (unlikely(!buf))
		return KVM_UEFIVARS_STS_BAD_SIZE;
	status = kuv_mailbox_exchange(mb, buf, &dirty);
	kuv_scratch_put(buf, dirty);
	return status;
}

static u16 kuv_mailbox_pio(struct kuv_mailbox *mb)
{
	u32 total, reply_len;
	u16 status;

	if (mb->size < KUV_HEADER_LEN || !kuv_mailbox_stage(mb))
		return KVM_UEFIVARS_STS_BAD_SIZE;
	total = kuv_mailbox_total(mb, mb->staging);
	if (!total)
		return KVM_UEFIVARS_STS_BAD_SIZE;
	kuv_mailbox_trim(mb, total);
	mb->dirty = total;
	status = kuv_store_request(mb->store, mb->staging, total, mb->size,
				   &reply_len);
	kuv_mailbox_set_pos(mb, mb->pio_pos);
	return status;
}

void kuv_mailbox_command(struct kuv_mailbox *mb, u16 cmd)
{
	u16 status = KVM_UEFIVARS_STS_SUCCESS;

	switch (cmd) {
	case KVM_UEFIVARS_CMD_DMA_MM:
		status = kuv_mailbox_dma(mb);
		break;
	case KVM_UEFIVARS_CMD_PIO_MM:
		status = kuv_mailbox_pio(mb);
		break;
	case KVM_UEFIVARS_CMD_PIO_ZERO:
		kuv_mailbox_set_pos(mb, 0);
		break;
	case KVM_UEFIVARS_CMD_RESET:
		kuv_mailbox_reset(mb);
		break;
	default:
		status = KVM_UEFIVARS_STS_UNSUPPORTED;
	}
	if (cmd != KVM_UEFIVARS_CMD_DMA_MM)
		kuv_mailbox_publish(mb);
	kuv_mailbox_set_status(mb, status);
}

/* The next @len staging bytes, or NULL with the position unchanged. */
static u8 *kuv_mailbox_pio_take(struct kuv_mailbox *mb, u32 len)
{
	if (len > mb->size - mb->pio_pos || !kuv_mailbox_stage(mb))
		return NULL;
	return mb->staging + mb->pio_pos;
}

static void kuv_mailbox_pio_advance(struct kuv_mailbox *mb, u32 len)
{
	mb->pio_crc = kuv_crc32c(mb->pio_crc, mb->staging + mb->pio_pos, len);
	mb->pio_pos += len;
	kuv_mailbox_publish(mb);
}

static u64 kuv_mailbox_pio_read(struct kuv_mailbox *mb, u32 len)
{
	const u8 *p = kuv_mailbox_pio_take(mb, len);
	__le64 data = 0;

	if (!p)
		return 0;
	memcpy(&data, p, len);
	kuv_mailbox_pio_advance(mb, len);
	return le64_to_cpu(data);
}

static void kuv_mailbox_pio_write(struct kuv_mailbox *mb, u32 len, u64 data)
{
	u8 *p = kuv_mailbox_pio_take(mb, len);
	__le64 raw = cpu_to_le64(data);

	if (!p)
		return;
	memcpy(p, &raw, len);
	mb->dirty = max(mb->dirty, mb->pio_pos + len);
	kuv_mailbox_pio_advance(mb, len);
}

/* Whether there is a register that an access of @len bytes covers exactly. */
static bool kuv_mailbox_has(u32 offset, u32 len)
{
	switch (offset) {
	case KVM_UEFIVARS_REG_MAGIC:
	case KVM_UEFIVARS_REG_CMD_STS:
		return len == 2;
	case KVM_UEFIVARS_REG_ADDR_LO:
		return len == 4 || len == 8;
	case KVM_UEFIVARS_REG_BUFFER_SIZE:
	case KVM_UEFIVARS_REG_ADDR_HI:
	case KVM_UEFIVARS_REG_PIO_CRC32C:
	case KVM_UEFIVARS_REG_FLAGS:
		return len == 4;
	case KVM_UEFIVARS_REG_PIO_DATA:
		return len == 1 || len == 2 || len == 4 || len == 8;
	}
	return false;
}

u64 kuv_mailbox_read(struct kuv_mailbox *mb, u32 offset, u32 len)
{
	__le64 data = 0;

	if (!kuv_mailbox_has(offset, len))
		return ~0ULL >> (64 - 8 * len);
	if (offset == KVM_UEFIVARS_REG_PIO_DATA)
		return kuv_mailbox_pio_read(mb, len);
	memcpy(&data, mb->page + offset, len);
	return le64_to_cpu(data);
}

void kuv_mailbox_write(struct kuv_mailbox *mb, u32 offset, u32 len, u64 data)
{
	if (!kuv_mailbox_has(offset, len))
		return;
	switch (offset) {
	case KVM_UEFIVARS_REG_CMD_STS:
		kuv_mailbox_command(mb, data);
		return;
	case KVM_UEFIVARS_REG_BUFFER_SIZE:
		kuv_mailbox_set_size(mb, data);
		return;
	case KVM_UEFIVARS_REG_PIO_DATA:
		kuv_mailbox_pio_write(mb, len, data);
		return;
	case KVM_UEFIVARS_REG_ADDR_LO:
		if (len == 4)
			data = (mb->addr & ~0xffffffffULL) | (u32)data;
		break;
	case KVM_UEFIVARS_REG_ADDR_HI:
		data = (data << 32) | (u32)mb->addr;
		break;
	default:
		return;
	}
	mb->addr = data;
	kuv_mailbox_publish(mb);
}

/* Bytes up to the last one that is not zero, and up to the PIO position. */
static u32 kuv_mailbox_staged(const struct kuv_mailbox *mb)
{
	u32 len = mb->dirty;

	while (len > mb->pio_pos && !mb->staging[len - 1])
		len--;
	return max(len, mb->pio_pos);
}

void kuv_mailbox_save(const struct kuv_mailbox *mb, struct kuv_regs *regs)
{
	u32 len = kuv_mailbox_staged(mb);

	*regs = (struct kuv_regs){
		.addr = mb->addr,
		.size = mb->size,
		.pio_pos = mb->pio_pos,
		.status = get_unaligned_le16(mb->page +
					     KVM_UEFIVARS_REG_CMD_STS),
		.staging_len = len,
		.staging = len ? mb->staging : NULL,
	};
}

int kuv_mailbox_prepare(struct kuv_mailbox *mb, const struct kuv_regs *regs)
{
	if (regs->staging_len && !kuv_mailbox_stage(mb))
		return -ENOMEM;
	return 0;
}

void kuv_mailbox_restore(struct kuv_mailbox *mb, const struct kuv_regs *regs)
{
	u32 len = min(regs->staging_len, KVM_UEFIVARS_BUFFER_MAX);
	u32 pos = min(regs->pio_pos, len);

	if (!len)
		kuv_mailbox_reset(mb);
	else
		memcpy(mb->staging, regs->staging, len);
	kuv_mailbox_trim(mb, len);
	mb->dirty = len;
	mb->size = min(regs->size, KVM_UEFIVARS_BUFFER_MAX);
	mb->addr = regs->addr;
	kuv_mailbox_set_pos(mb, min(pos, mb->size));
	kuv_mailbox_publish(mb);
	kuv_mailbox_set_status(mb, regs->status);
}
