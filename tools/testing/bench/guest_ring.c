// SPDX-License-Identifier: GPL-2.0-or-later
/* The measuring guest's way to the mailbox: registers, DMA and PIO, each call timed. */

#include "guest.h"

static int is_pio;

static void *reg(u32 offset)
{
	return (void *)(u32)(KVM_UEFIVARS_MMIO_BASE + offset);
}

static u16 read16(u32 offset)
{
	return *(volatile u16 *)reg(offset);
}

static u32 read32(u32 offset)
{
	return *(volatile u32 *)reg(offset);
}

static void write16(u32 offset, u16 v)
{
	*(volatile u16 *)reg(offset) = v;
}

static void write32(u32 offset, u32 v)
{
	*(volatile u32 *)reg(offset) = v;
}

static u64 rdtsc(void)
{
	u64 t;

	asm volatile("rdtsc" : "=A"(t) : : "memory");
	return t;
}

/* The other side reads and writes the message behind the compiler's back. */
static inline void barrier(void)
{
	asm volatile("" : : : "memory");
}

void *memcpy(void *to, const void *from, u32 len)
{
	void *ret = to;

	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
	return ret;
}

void *memset(void *to, int c, u32 len)
{
	void *ret = to;

	asm volatile("rep stosb" : "+D"(to), "+c"(len) : "a"(c) : "memory");
	return ret;
}

/* KVM decodes the instruction: it must not be the compiler's choice. */
static inline __attribute__((always_inline)) u16 command(u16 cmd)
{
	asm volatile("movw %1, %0"
		     : "=m"(*(u16 *)reg(KVM_UEFIVARS_REG_CMD_STS))
		     : "i"(cmd) : "memory");
	barrier();
	return read16(KVM_UEFIVARS_REG_CMD_STS);
}

/* Checksums as the device told them, after sending and after receiving. */
static u32 crc_sent, crc_received;

static u32 words(const struct message *m)
{
	return ((u32)m->head.message_len + HEAD_LEN + 3) / 4;
}

/*
 * One call as firmware makes it: the message in and out word by word, a
 * checksum of each. What firmware spends on its own checksums is not in it.
 */
static u16 pio_ring(u32 nr)
{
	u32 *m = (u32 *)BENCH_MAILBOX_ADDR;
	u16 status;
	u32 i;

	status = command(KVM_UEFIVARS_CMD_PIO_ZERO);
	for (i = 0; i < nr; i++)
		write32(KVM_UEFIVARS_REG_PIO_DATA, m[i]);
	crc_sent = read32(KVM_UEFIVARS_REG_PIO_CRC32C);
	status |= command(KVM_UEFIVARS_CMD_PIO_MM);
	status |= command(KVM_UEFIVARS_CMD_PIO_ZERO);
	for (i = 0; i < nr; i++)
		m[i] = read32(KVM_UEFIVARS_REG_PIO_DATA);
	crc_received = read32(KVM_UEFIVARS_REG_PIO_CRC32C);
	return status;
}

static u32 crc32c(const u8 *p, u32 len)
{
	u32 crc = ~0u, i;

	while (len--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

/* pio_checked(): with the device's checksums compared to our own. */
static u16 pio_checked(struct bench_job *j, u64 *ticks)
{
	const u8 *m = (const u8 *)BENCH_MAILBOX_ADDR;
	u32 nr = words(mailbox()), sum = crc32c(m, 4 * nr);
	u64 start = rdtsc();
	u16 status = pio_ring(nr);

	*ticks = rdtsc() - start;
	check(j, crc_sent == sum, crc_sent);
	sum = crc32c(m, 4 * nr);
	check(j, crc_received == sum, crc_received);
	return status;
}

u16 ring(struct bench_job *j)
{
	u64 ticks;

	return is_pio ? pio_checked(j, &ticks) :
			command(KVM_UEFIVARS_CMD_DMA_MM);
}

void timed_ring(struct bench_job *j)
{
	u16 status;
	u64 ticks;

	if (is_pio) {
		status = pio_checked(j, &ticks);
	} else {
		ticks = rdtsc();
		status = command(KVM_UEFIVARS_CMD_DMA_MM);
		ticks = rdtsc() - ticks;
	}
	record(j, ticks);
	check(j, status == KVM_UEFIVARS_STS_SUCCESS, status);
}

void timed_nothing(struct bench_job *j)
{
	u64 start = rdtsc();

	record(j, rdtsc() - start);
}

void set_up_registers(struct bench_job *j)
{
	is_pio = !!(j->flags & BENCH_PIO);
	write16(KVM_UEFIVARS_REG_CMD_STS, KVM_UEFIVARS_CMD_RESET);
	write32(KVM_UEFIVARS_REG_BUFFER_SIZE, KVM_UEFIVARS_BUFFER_MAX);
	write32(KVM_UEFIVARS_REG_ADDR_LO, BENCH_MAILBOX_ADDR);
	write32(KVM_UEFIVARS_REG_ADDR_HI, 0);
	check(j, read16(KVM_UEFIVARS_REG_MAGIC) == KVM_UEFIVARS_MAGIC_VALUE,
	      read16(KVM_UEFIVARS_REG_MAGIC));
	check(j, read32(KVM_UEFIVARS_REG_FLAGS) == (u32)is_pio,
	      read32(KVM_UEFIVARS_REG_FLAGS));
}
