// SPDX-License-Identifier: GPL-2.0
/* Messages through the data register, as guests without DMA send them. */
#include <string.h>

#include "guest.h"

#define REG(name)	KVM_UEFIVARS_REG_##name
#define STS(name)	KVM_UEFIVARS_STS_##name
#define HDR		sizeof(struct kvm_uefivars_mm_header)

static struct guest start(void)
{
	return guest_start(create_store(open_device(), KVM_UEFIVARS_WRITE_BACK,
					0), -1);
}

/* CRC32C bit by bit, independent of the kernel's. */
static uint32_t crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0U;
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void pio_put(int port, const void *data, uint32_t len, uint32_t width)
{
	const uint8_t *p = data;
	uint32_t i;

	for (i = 0; i < len; i += width) {
		uint64_t word = 0;

		memcpy(&word, p + i, width);
		reg_write(port, REG(PIO_DATA), width, word);
	}
}

static void pio_get(int port, void *data, uint32_t len, uint32_t width)
{
	uint8_t *p = data;
	uint32_t i;

	for (i = 0; i < len; i += width) {
		uint64_t word = reg_read(port, REG(PIO_DATA), width);

		memcpy(p + i, &word, width);
	}
}

/* [V44] Any width moves exactly as many bytes. */
static void pio_widths(const void *data)
{
	struct guest g = start();
	char text[16];
	uint32_t width;

	(void)data;
	CHECK_EQ(crc32c((const uint8_t *)"123456789", 9), 0xe3069283);
	for (width = 1; width <= 8; width *= 2) {
		guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
		CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4), 0);
		pio_put(g.port, "sixteen letters!", 16, width);
		CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
			 crc32c((const uint8_t *)"sixteen letters!", 16));
		guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
		pio_get(g.port, text, 16, width);
		CHECK(!memcmp(text, "sixteen letters!", 16));
		CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
			 crc32c((const uint8_t *)"sixteen letters!", 16));
	}
}

static void pio_message(const void *data)
{
	struct guest g = start();
	static uint8_t msg[1024];
	const uint8_t *value;
	uint32_t total, len;

	(void)data;
	CHECK_EQ(guest_set(&g, "Pio", NV_BS_RT, "value", 5), 0);
	total = put_get(msg, "Pio", 7);
	len = (total + 3) & ~3U;
	msg[total] = 0x77; /* padding that a guest did not clear */
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, msg, len, 4);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(SUCCESS));
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO), STS(SUCCESS));
	memset(msg, 0, sizeof(msg));
	pio_get(g.port, msg, len, 4);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4), crc32c(msg, len));
	CHECK_EQ(reply_status(msg), 0);
	CHECK_EQ(reply_data(msg, &value), 5);
	CHECK(!memcmp(value, "value", 5));
}

/* A message is all there is in the buffer, whatever was behind it. */
static void zero_behind_message(const void *data)
{
	static uint8_t staging[4096];
	struct guest g = start();
	uint32_t total, i;

	(void)data;
	memset(staging, 0xa5, sizeof(staging));
	total = put_get(staging, "V", 8);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, staging, sizeof(staging), 8);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(SUCCESS));
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_get(g.port, staging, sizeof(staging), 8);
	CHECK_EQ(reply_status(staging), KVM_UEFIVARS_EFI_NOT_FOUND);
	for (i = total; i < sizeof(staging); i++)
		CHECK_EQ(staging[i], 0);
}

/* The other mode has a buffer of its own. */
static void dma_leaves_staging(const void *data)
{
	struct guest g = start();
	char text[16];

	(void)data;
	pio_put(g.port, "sixteen letters!", 16, 8);
	CHECK_EQ(guest_set(&g, "Dma", NV_BS_RT, "value", 5), 0);
	CHECK_EQ(guest_get(&g, "Dma", 16), 0);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
		 crc32c((const uint8_t *)"sixteen letters!", 16));
	CHECK_EQ(reg_read(g.port, REG(PIO_DATA), 8), 0);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_get(g.port, text, 16, 8);
	CHECK(!memcmp(text, "sixteen letters!", 16));
}

/* Read before anything was written: zeroes, which count like written ones. */
static void staging_starts_as_zero(const void *data)
{
	static const uint8_t zero[24];
	struct guest g = start();
	uint8_t got[24];

	(void)data;
	pio_get(g.port, got, sizeof(got), 8);
	CHECK(!memcmp(got, zero, sizeof(got)));
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4), crc32c(zero, 24));
	/* No message, that is one of no known kind. */
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(UNSUPPORTED));
}

static void pio_out_of_range(const void *data)
{
	struct guest g = start();

	(void)data;
	reg_write(g.port, REG(BUFFER_SIZE), 4, 30);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, "abcdefghijklmnopqrstuvwx", 24, 8);
	reg_write(g.port, REG(PIO_DATA), 8, ~0ULL);
	CHECK_EQ(reg_read(g.port, REG(PIO_DATA), 8), 0);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
		 crc32c((const uint8_t *)"abcdefghijklmnopqrstuvwx", 24));
}

/* [M3] A smaller buffer moves the position back to its end. */
static void pio_crc_after_buffer_shrinks(const void *data)
{
	struct guest g = start();

	(void)data;
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, "abcdefghijklmnopqrstuvwx", 24, 8);
	reg_write(g.port, REG(BUFFER_SIZE), 4, 10);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
		 crc32c((const uint8_t *)"abcdefghij", 10));
	CHECK_EQ(reg_read(g.port, REG(PIO_DATA), 1), 0);
}

static void reset_clears_staging(const void *data)
{
	struct guest g = start();
	char text[8];

	(void)data;
	pio_put(g.port, "private!", 8, 8);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_RESET), STS(SUCCESS));
	reg_write(g.port, REG(BUFFER_SIZE), 4, 65536);
	pio_get(g.port, text, 8, 8);
	CHECK(!memcmp(text, "\0\0\0\0\0\0\0\0", 8));
}

/* [R1] 25 bytes, sent as 28. */
static void pio_event_message(const void *data)
{
	static const uint8_t dxe[] = KVM_UEFIVARS_GUID_END_OF_DXE;
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	struct guest g = guest_start(store, -1);
	uint8_t sent[28] = { 0 }, got[28];

	(void)data;
	CHECK_EQ(put_event(sent, dxe), 25);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, sent, sizeof(sent), 4);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
		 crc32c(sent, sizeof(sent)));
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(SUCCESS));
	CHECK(store_info(store).state & KVM_UEFIVARS_STORE_END_OF_DXE);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_get(g.port, got, sizeof(got), 4);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
		 crc32c(got, sizeof(got)));
	CHECK(!memcmp(got, sent, 24));
}

/* [M2] [R3] The reply is whole, header included, and nothing is behind it. */
static void pio_message_of_buffer_size(const void *data)
{
	static uint8_t msg[65536], got[65536];
	struct kvm_uefivars_mm_header *hdr = (void *)msg;
	struct guest g = start();

	(void)data;
	put_get(msg, "Nix", 4);
	hdr->message_len = sizeof(msg) - HDR;
	msg[sizeof(msg) - 1] = 0x77;
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, msg, sizeof(msg), 8);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(SUCCESS));
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_get(g.port, got, sizeof(got), 8);
	CHECK_EQ(reg_read(g.port, REG(PIO_CRC32C), 4),
		 crc32c(got, sizeof(got)));
	CHECK(!memcmp(got, msg, HDR));
	CHECK_EQ(reply_status(got), KVM_UEFIVARS_EFI_NOT_FOUND);
	CHECK_EQ(got[sizeof(got) - 1], 0x77);
}

/* [M4] The buffer ends where the value does. */
static void pio_get_that_fills_a_small_buffer(const void *data)
{
	struct guest g = start();
	uint8_t msg[128];
	const uint8_t *value;
	uint32_t total;

	(void)data;
	CHECK_EQ(guest_set(&g, "Fit", NV_BS_RT, "12345678", 8), 0);
	total = put_get(msg, "Fit", 8);
	reg_write(g.port, REG(BUFFER_SIZE), 4, total);
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	pio_put(g.port, msg, total, 1);
	CHECK_EQ(guest_command(&g, KVM_UEFIVARS_CMD_PIO_MM), STS(SUCCESS));
	guest_command(&g, KVM_UEFIVARS_CMD_PIO_ZERO);
	memset(msg, 0, sizeof(msg));
	pio_get(g.port, msg, total, 1);
	CHECK_EQ(reply_status(msg), 0);
	CHECK_EQ(reply_data(msg, &value), 8);
	CHECK(!memcmp(value, "12345678", 8));
	CHECK_EQ(reg_read(g.port, REG(PIO_DATA), 1), 0);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(pio_widths);
	ADD(pio_message);
	ADD(pio_event_message);
	ADD(pio_message_of_buffer_size);
	ADD(pio_get_that_fills_a_small_buffer);
	ADD(zero_behind_message);
	ADD(dma_leaves_staging);
	ADD(staging_starts_as_zero);
	ADD(pio_out_of_range);
	ADD(pio_crc_after_buffer_shrinks);
	ADD(reset_clears_staging);
	return ktap_run();
}
