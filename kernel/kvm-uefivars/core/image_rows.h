/* SPDX-License-Identifier: GPL-2.0 */
/* The one table of all that an image holds: it writes, it reads, it is tested. */
#ifndef _KUV_CORE_IMAGE_ROWS_H
#define _KUV_CORE_IMAGE_ROWS_H

#include "image.h"

/*
 * An image, all integers little-endian:
 *
 *	struct kuv_image_head
 *	for each block, by ascending kind:
 *		struct kuv_image_block
 *		its rows, one after the other, nothing between them
 *		zero bytes up to a multiple of eight
 *
 * A version stays readable for ever. What an older reader may do without goes
 * into a block of a new kind with KUV_IMAGE_SKIP; anything else is a new
 * KUV_IMAGE_VERSION.
 */
#define KUV_IMAGE_MAGIC		"KUVSTATE"
#define KUV_IMAGE_ALIGN		8

/**
 * struct kuv_image_head - how an image begins
 * @magic: KUV_IMAGE_MAGIC without its NUL
 * @version: KUV_IMAGE_VERSION of the writer
 * @nr_blocks: blocks that follow
 * @len: bytes of the image, this head included
 */
struct kuv_image_head {
	u8 magic[8];
	__le32 version;
	__le32 nr_blocks;
	__le64 len;
};

/* Flag of a block: a reader that does not know its kind goes on behind it. */
#define KUV_IMAGE_SKIP		BIT(0)

/**
 * struct kuv_image_block - how a block begins
 * @kind: enum kuv_image_kind
 * @flags: KUV_IMAGE_SKIP or 0; always 0 for the kinds of this version
 * @len: bytes of its rows, without the zero bytes behind them
 */
struct kuv_image_block {
	__le32 kind;
	__le32 flags;
	__le64 len;
};

/**
 * enum kuv_image_kind - what a block holds
 * @KUV_IMAGE_PHASES: how far the firmware came
 * @KUV_IMAGE_REGISTERS: registers and staging buffer of the mailbox
 * @KUV_IMAGE_POLICIES: variable policies
 * @KUV_IMAGE_PROPERTIES: properties that the firmware set
 * @KUV_IMAGE_MOR: lock of the memory overwrite request
 * @KUV_IMAGE_LANGUAGES: languages the firmware has
 * @KUV_IMAGE_VOLATILE: volatile variables in their order
 * @KUV_IMAGE_VARIABLES: non-volatile variables in their order
 * @KUV_NR_IMAGE_KINDS: one more than the last kind
 *
 * All but the last one make a machine: they are there together or not at all.
 */
enum kuv_image_kind {
	KUV_IMAGE_PHASES = 1,
	KUV_IMAGE_REGISTERS,
	KUV_IMAGE_POLICIES,
	KUV_IMAGE_PROPERTIES,
	KUV_IMAGE_MOR,
	KUV_IMAGE_LANGUAGES,
	KUV_IMAGE_VOLATILE,
	KUV_IMAGE_VARIABLES,
	KUV_NR_IMAGE_KINDS,
};

/**
 * struct kuv_image_from - what is written
 * @s: service
 * @regs: registers, NULL without a machine
 */
struct kuv_image_from {
	const struct kuv_service *s;
	const struct kuv_regs *regs;
};

/**
 * struct kuv_image_out - where it is written to
 * @p: room, NULL to count only
 * @len: bytes written so far
 */
struct kuv_image_out {
	u8 *p;
	u64 len;
};

/**
 * struct kuv_image_in - what is left of a block that is read
 * @p: next byte
 * @left: bytes from there to the end
 */
struct kuv_image_in {
	const u8 *p;
	u64 left;
};

/* How a row looks in an image. */
enum kuv_image_form {
	KUV_IMAGE_BOOL,	/* a byte, 0 or 1 */
	KUV_IMAGE_INT,	/* as many bytes as the member has */
	KUV_IMAGE_BYTES, /* likewise, as they are */
	KUV_IMAGE_BODY,	/* what its functions make of it */
};

/**
 * struct kuv_image_row - one member of a service or of the registers
 * @member: its name; that of struct kuv_regs begins with "regs."
 * @kind: block it is in
 * @form: how it looks
 * @in_regs: @offset is in struct kuv_regs, not in struct kuv_service
 * @offset: where it is
 * @len: bytes it has there
 * @write: KUV_IMAGE_BODY: writes it
 * @read: KUV_IMAGE_BODY: reads it into a fresh image, returns 0 or an errno as
 *	kuv_image_read() does
 */
struct kuv_image_row {
	const char *member;
	enum kuv_image_kind kind;
	enum kuv_image_form form;
	bool in_regs;
	u32 offset;
	u32 len;
	void (*write)(const struct kuv_image_from *from,
		      struct kuv_image_out *out);
	int (*read)(struct kuv_image *img, struct kuv_image_in *in);
};

/* All rows, by kind and in the order of the image. */
extern const struct kuv_image_row kuv_image_rows[];
extern const u32 kuv_image_nr_rows;

/**
 * kuv_image_put() - write bytes
 * @out: where
 * @data: bytes
 * @len: how many
 *
 * Context: Any.
 */
void kuv_image_put(struct kuv_image_out *out, const void *data, u64 len);

/**
 * kuv_image_take() - the next bytes of a block
 * @in: block
 * @len: bytes wanted, straight from the image
 *
 * Context: Any.
 * Return: The first byte, or NULL with @in unchanged if fewer than @len remain.
 */
const u8 *kuv_image_take(struct kuv_image_in *in, u64 len);

/**
 * kuv_image_is_zero() - are bytes all zero?
 * @p: bytes
 * @len: how many
 *
 * Context: Any.
 * Return: true if they are.
 */
bool kuv_image_is_zero(const u8 *p, u64 len);

/**
 * kuv_image_write_row() - write one row
 * @row: row
 * @from: state
 * @out: where
 *
 * Context: Any.
 */
void kuv_image_write_row(const struct kuv_image_row *row,
			 const struct kuv_image_from *from,
			 struct kuv_image_out *out);

/**
 * kuv_image_read_row() - read one row
 * @row: row
 * @img: fresh image, the rows in front of this one were read
 * @in: rest of its block
 *
 * Context: May sleep, GFP_KERNEL_ACCOUNT.
 * Return: 0, or as kuv_image_read().
 */
int kuv_image_read_row(const struct kuv_image_row *row, struct kuv_image *img,
		       struct kuv_image_in *in);

#endif /* _KUV_CORE_IMAGE_ROWS_H */
