// SPDX-License-Identifier: GPL-2.0-or-later
/* Mutator for images: blocks and rows change, lengths and numbers fit again. */
#include <linux/kvm_uefivars_mailbox.h>

#include "fuzz.h"
#include "image_input.h"
#include "image_rows.h"
#include "rnd.h"

#define IN	sizeof(struct image_input)
#define HEAD	sizeof(struct kuv_image_head)
#define BLOCK	sizeof(struct kuv_image_block)
#define VAR	44
#define BLOCKS_MAX	12
#define ROWS_MAX	0x8000

/* A block while it changes. */
struct block {
	uint32_t kind;
	uint32_t flags;
	uint32_t len;
	uint8_t rows[ROWS_MAX];
};

/* An image taken apart. */
static struct image {
	struct kuv_image_head head;
	struct block blocks[BLOCKS_MAX];
	uint32_t nr;
} image;

static void put_u32(uint8_t *p, uint32_t v)
{
	__le32 wire = cpu_to_le32(v);

	memcpy(p, &wire, sizeof(wire));
}

static uint32_t get_u32(const uint8_t *p)
{
	__le32 wire;

	memcpy(&wire, p, sizeof(wire));
	return le32_to_cpu(wire);
}

static int parse(const uint8_t *data, size_t size)
{
	struct kuv_image_block h;
	struct block *b;
	uint64_t len, pos;

	image.nr = 0;
	if (size < HEAD)
		return 0;
	memcpy(&image.head, data, HEAD);
	for (pos = HEAD; size - pos >= BLOCK; pos += (len + 7) / 8 * 8) {
		memcpy(&h, data + pos, BLOCK);
		pos += BLOCK;
		len = le64_to_cpu(h.len);
		if (len > ROWS_MAX || (len + 7) / 8 * 8 > size - pos ||
		    image.nr == BLOCKS_MAX)
			return 0;
		b = &image.blocks[image.nr++];
		b->kind = le32_to_cpu(h.kind);
		b->flags = le32_to_cpu(h.flags);
		b->len = len;
		memcpy(b->rows, data + pos, len);
	}
	return image.nr > 0;
}

/* Write the image anew; its old size if there is no room. */
static size_t build(uint8_t *data, size_t size, size_t max)
{
	struct kuv_image_block h;
	uint64_t pos = HEAD;
	uint32_t i;

	for (i = 0; i < image.nr; i++)
		pos += BLOCK + (image.blocks[i].len + 7) / 8 * 8;
	if (pos > max)
		return size;
	image.head.len = cpu_to_le64(pos);
	image.head.nr_blocks = cpu_to_le32(image.nr);
	memcpy(data, &image.head, HEAD);
	for (pos = HEAD, i = 0; i < image.nr; i++) {
		struct block *b = &image.blocks[i];

		h.kind = cpu_to_le32(b->kind);
		h.flags = cpu_to_le32(b->flags);
		h.len = cpu_to_le64(b->len);
		memcpy(data + pos, &h, BLOCK);
		pos += BLOCK;
		memset(data + pos, 0, (b->len + 7) / 8 * 8);
		memcpy(data + pos, b->rows, b->len);
		pos += (b->len + 7) / 8 * 8;
	}
	return pos;
}

static struct block *some_block(void)
{
	return &image.blocks[rnd(image.nr)];
}

static void drop_block(void)
{
	uint32_t i = rnd(image.nr);

	if (image.nr == 1)
		return;
	memmove(&image.blocks[i], &image.blocks[i + 1],
		(image.nr - i - 1) * sizeof(image.blocks[0]));
	image.nr--;
}

static void add_block(void)
{
	struct block *b = &image.blocks[image.nr];

	if (image.nr == BLOCKS_MAX)
		return;
	*b = *some_block();
	b->kind = rnd(4) ? image.blocks[image.nr - 1].kind + 1 : rnd(12);
	b->flags = rnd(3);
	image.nr++;
}

/* One byte or one number of a block, a little or very wrong. */
static void bend_block(struct block *b)
{
	static const uint32_t some[] = { 0, 1, 2, 7, 0x7fff, 0x8000, 0xffff,
					 0x10000, 0x7fffffff, 0x80000000,
					 0xfffffffe, 0xffffffff };
	uint32_t at;

	if (b->len < 4)
		return;
	at = rnd(b->len - 3);
	switch (rnd(4)) {
	case 0:
		put_u32(b->rows + at, some[rnd(sizeof(some) / sizeof(some[0]))]);
		break;
	case 1:
		put_u32(b->rows + at, get_u32(b->rows + at) + rnd(9) - 4);
		break;
	case 2:
		b->rows[at] ^= 1 << rnd(8);
		break;
	default:
		b->rows[rnd(4) ? at : 0] = rnd(3);
	}
}

/* Where in a block of variables one of them is; 0 if it makes no sense. */
static uint32_t find_var(const struct block *b, uint32_t *len)
{
	uint32_t at = 4, nr = 0, found = 0;

	while (b->len - at >= VAR) {
		uint64_t l = VAR + (uint64_t)get_u32(b->rows + at + 36) +
			     get_u32(b->rows + at + 40);

		if (l > b->len - at)
			break;
		if (!rnd(++nr)) {
			found = at;
			*len = l;
		}
		at += l;
	}
	return found;
}

/* A variable or a property more or less, or another name. */
static void edit_vars(struct block *b)
{
	uint32_t len, at, nr;

	if (b->len < 4)
		return;
	nr = get_u32(b->rows);
	at = find_var(b, &len);
	if (!at || !rnd(3)) {
		static const u8 attributes[] = { 2, 3, 6, 7, 0x22, 0x27 };
		uint8_t *p = b->rows + b->len;
		uint32_t data_len = 1 + rnd(8);

		if (b->len + VAR + 4 + data_len > ROWS_MAX)
			return;
		memset(p, 0, VAR);
		p[0] = rnd(3);
		p[32] = attributes[rnd(sizeof(attributes))];
		if (p[32] & 0x20)
			p[16] = rnd(256);
		put_u32(p + 36, 4);
		put_u32(p + 40, data_len);
		memcpy(p + VAR, "a\0b\0", 4);
		p[VAR] = 'a' + rnd(26);
		memset(p + VAR + 4, 'd', data_len);
		b->len += VAR + 4 + data_len;
		put_u32(b->rows, nr + 1);
	} else if (rnd(2)) {
		memmove(b->rows + at, b->rows + at + len, b->len - at - len);
		b->len -= len;
		put_u32(b->rows, nr - 1);
	} else if (b->len + len <= ROWS_MAX) {
		memmove(b->rows + at + len, b->rows + at, b->len - at);
		b->len += len;
		b->rows[at + VAR] += 1 + rnd(3);
		put_u32(b->rows, nr + 1);
	}
}

/* One policy more, for a whole namespace or for a name. */
static void add_policy(struct block *b)
{
	struct kvm_uefivars_policy_entry e = {
		.version = cpu_to_le32(KVM_UEFIVARS_POLICY_ENTRY_VERSION),
		.name_offset = cpu_to_le16(sizeof(e)),
		.max_size = cpu_to_le32(rnd(3) ? 0xffffffff : rnd(20)),
		.lock_type = rnd(3),
	};
	uint32_t name = rnd(2) ? 4 : 0, len = sizeof(e) + name;

	if (b->len < 10 || b->len + len > ROWS_MAX)
		return;
	e.size = cpu_to_le16(len);
	e.guid[0] = rnd(3);
	memmove(b->rows + 4 + len, b->rows + 4, b->len - 4);
	memcpy(b->rows + 4, &e, sizeof(e));
	memset(b->rows + 4 + sizeof(e), 0, name);
	if (name)
		b->rows[4 + sizeof(e)] = rnd(8) ? 'a' + rnd(26) : '#';
	b->len += len;
	put_u32(b->rows, get_u32(b->rows) + len);
}

static void mutate_rows(struct block *b)
{
	b->len = LLVMFuzzerMutate(b->rows, b->len, ROWS_MAX / 4 > b->len ?
				  ROWS_MAX / 4 : b->len);
}

static void mutate(void)
{
	struct block *b = some_block();

	switch (rnd(16)) {
	case 0:
		drop_block();
		break;
	case 1:
		add_block();
		break;
	case 2:
		mutate_rows(b);
		break;
	case 3:
		b->flags ^= rnd(3);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		bend_block(b);
		break;
	default:
		if (b->kind == KUV_IMAGE_POLICIES)
			add_policy(b);
		else if (b->kind >= KUV_IMAGE_VOLATILE)
			edit_vars(b);
		else
			bend_block(b);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed)
{
	rnd_seed(seed);
	if (size < IN || !rnd(16) || !parse(data + IN, size - IN))
		return LLVMFuzzerMutate(data, size, max);
	if (!rnd(4))
		data[rnd(IN)] = rnd(4) ? rnd(256) : 0;
	if (!rnd(4))
		data[1] = 0;
	do {
		mutate();
	} while (!rnd(3));
	return IN + build(data + IN, size - IN, max - IN);
}
