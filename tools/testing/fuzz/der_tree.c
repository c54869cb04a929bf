// SPDX-License-Identifier: GPL-2.0-or-later
/* DER as a tree that can be bent and written again with right lengths. */
#include "der_tree.h"

#include "fuzz.h"
#include "rnd.h"

#define DEPTH_MAX	24

#define TAG_OCTET_STRING	0x04
#define TAG_OID			0x06
#define TAG_CONSTRUCTED		0x20

/* The head of an element; a length of up to three bytes is enough here. */
static int take_head(const uint8_t *p, uint32_t left, uint32_t *ret_head,
		     uint32_t *ret_len)
{
	uint32_t nr, i, len = 0;

	if (left < 2 || (p[0] & 0x1f) == 0x1f)
		return 0;
	nr = p[1] & 0x80 ? p[1] & 0x7f : 0;
	if (nr > 3 || p[1] == 0x80 || left < 2 + nr)
		return 0;
	for (i = 0; i < nr; i++)
		len = len << 8 | p[2 + i];
	*ret_head = 2 + nr;
	*ret_len = nr ? len : p[1];
	return *ret_len <= left - *ret_head;
}

/* Are these bytes elements one after the other, and one at least? */
static int is_tiled(const uint8_t *p, uint32_t left)
{
	uint32_t head, len;

	if (!left)
		return 0;
	for (; left; p += head + len, left -= head + len)
		if (!take_head(p, left, &head, &len))
			return 0;
	return 1;
}

/* Strings hold certificates' extensions and keys. */
static int has_children(uint8_t tag, const uint8_t *p, uint32_t len)
{
	if (tag & TAG_CONSTRUCTED)
		return is_tiled(p, len);
	return tag == TAG_OCTET_STRING && len > 2 && is_tiled(p, len);
}

static uint32_t new_node(struct der_tree *t, uint8_t tag, const uint8_t *data,
			 uint32_t len)
{
	struct der_node *n;

	if (t->nr >= DER_NODES_MAX)
		return DER_NONE;
	n = &t->nodes[t->nr];
	memset(n, 0, sizeof(*n));
	n->tag = tag;
	n->data = data;
	n->len = len;
	return t->nr++;
}

static uint32_t new_raw(struct der_tree *t, const uint8_t *data, uint32_t len)
{
	uint32_t i = new_node(t, 0, data, len);

	if (i != DER_NONE)
		t->nodes[i].is_raw = 1;
	return i;
}

static void parse_children(struct der_tree *t, uint32_t parent, uint32_t depth)
{
	const uint8_t *p = t->nodes[parent].data;
	uint32_t left = t->nodes[parent].len, head, len, i;
	uint32_t *link = &t->nodes[parent].child;

	while (left && take_head(p, left, &head, &len)) {
		i = new_node(t, p[0], p + head, len);
		*link = i;
		if (i == DER_NONE)
			return;
		link = &t->nodes[i].next;
		if (depth < DEPTH_MAX && has_children(p[0], p + head, len))
			parse_children(t, i, depth + 1);
		p += head + len;
		left -= head + len;
	}
	if (left)
		*link = new_raw(t, p, left);
}

void der_tree_parse(struct der_tree *t, const uint8_t *data, uint32_t len)
{
	t->nr = 0;
	new_raw(t, data, len);
	parse_children(t, 0, 0);
}

/* Bytes that a length takes, and that length. */
static uint32_t put_len(uint8_t *out, uint32_t len, uint8_t style)
{
	uint32_t nr = len < 0x80 ? 0 : len < 0x100 ? 1 : len < 0x10000 ? 2 : 3;
	uint32_t i;

	if (style == DER_INDEFINITE) {
		out[0] = 0x80;
		return 1;
	}
	if (style == DER_HUGE) {
		memset(out, 0xff, 5);
		out[0] = 0x84;
		return 5;
	}
	nr += style == DER_LONG;
	out[0] = nr ? 0x80 | nr : len;
	for (i = 0; i < nr; i++)
		out[1 + i] = len >> 8 * (nr - 1 - i);
	return 1 + nr;
}

/* Writes from the end to the front: so lengths are known in time. */
static size_t write_back(const struct der_tree *t, uint32_t i, uint8_t *out,
			 size_t room)
{
	const struct der_node *n = &t->nodes[i];
	uint8_t head[8];
	uint32_t list[DER_NODES_MAX / 16], nr = 0, child, len, head_len;
	size_t start = room;

	if (n->style == DER_INDEFINITE) {
		if (room < 2)
			return SIZE_MAX;
		out[--room] = 0;
		out[--room] = 0;
	}
	for (child = n->child; child != DER_NONE && nr < DER_NODES_MAX / 16;
	     child = t->nodes[child].next)
		list[nr++] = child;
	while (nr && room != SIZE_MAX)
		room = write_back(t, list[--nr], out, room);
	if (room == SIZE_MAX)
		return room;
	if (n->child == DER_NONE) {
		if (n->len > room)
			return SIZE_MAX;
		room -= n->len;
		if (n->len)
			memcpy(out + room, n->data, n->len);
	}
	if (n->is_raw)
		return room;
	len = start - room - 2 * (n->style == DER_INDEFINITE);
	len += (n->style == DER_TOO_LONG) - (n->style == DER_TOO_SHORT && len);
	head[0] = n->tag;
	head_len = 1 + put_len(head + 1, len, n->style);
	if (head_len > room)
		return SIZE_MAX;
	room -= head_len;
	memcpy(out + room, head, head_len);
	return room;
}

size_t der_tree_write(const struct der_tree *t, uint8_t *out, size_t max)
{
	size_t start = write_back(t, 0, out, max);

	if (start == SIZE_MAX)
		return 0;
	memmove(out, out + start, max - start);
	return max - start;
}

/* The link that leads to node @i. */
static uint32_t *link_to(struct der_tree *t, uint32_t i)
{
	uint32_t j;

	for (j = 0; j < t->nr; j++) {
		if (t->nodes[j].child == i)
			return &t->nodes[j].child;
		if (t->nodes[j].next == i)
			return &t->nodes[j].next;
	}
	return NULL;
}

/* With all below it: a copy may come to lie in what it is a copy of. */
static uint32_t copy_node(struct der_tree *t, uint32_t i)
{
	uint32_t copy = new_node(t, 0, NULL, 0), child, *link;

	if (copy == DER_NONE)
		return DER_NONE;
	t->nodes[copy] = t->nodes[i];
	t->nodes[copy].next = DER_NONE;
	t->nodes[copy].child = DER_NONE;
	link = &t->nodes[copy].child;
	for (child = t->nodes[i].child; child != DER_NONE;
	     child = t->nodes[child].next) {
		*link = copy_node(t, child);
		if (*link == DER_NONE)
			break;
		link = &t->nodes[*link].next;
	}
	return copy;
}

static void drop(struct der_tree *t, uint32_t i)
{
	uint32_t *link = link_to(t, i);

	if (link)
		*link = t->nodes[i].next;
}

/* Put a copy of @i behind @at, or where @at was. */
static void put_copy(struct der_tree *t, uint32_t i, uint32_t at, int is_swap)
{
	uint32_t copy = copy_node(t, i), *link;

	if (copy == DER_NONE)
		return;
	link = is_swap ? link_to(t, at) : &t->nodes[at].next;
	if (!link)
		return;
	t->nodes[copy].next = t->nodes[at].next;
	*link = copy;
}

static void bend_tag(struct der_node *n)
{
	static const uint8_t tags[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
					0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17,
					0x18, 0x1c, 0x1e, 0x1f, 0x24, 0x30,
					0x31, 0x80, 0x81, 0x82, 0xa0, 0xa1,
					0xa2, 0xa3, 0x00, 0x3f };

	if (rnd(3))
		n->tag = tags[rnd(sizeof(tags))];
	else
		n->tag ^= 1 << rnd(8);
}

/* Another name, out of those that mean something in certificates. */
static void bend_oid(struct der_node *n)
{
#define OID(...) { sizeof((uint8_t []){ __VA_ARGS__ }), { __VA_ARGS__ } }
	static const struct {
		uint8_t len;
		uint8_t bytes[9];
	} oids[] = {
		OID(0x55, 0x04, 0x03), OID(0x55, 0x04, 0x0a),
		OID(0x55, 0x1d, 0x0e), OID(0x55, 0x1d, 0x0f),
		OID(0x55, 0x1d, 0x11), OID(0x55, 0x1d, 0x13),
		OID(0x55, 0x1d, 0x1e), OID(0x55, 0x1d, 0x1f),
		OID(0x55, 0x1d, 0x20), OID(0x55, 0x1d, 0x23),
		OID(0x55, 0x1d, 0x25), OID(0x55, 0x1d, 0x36),
		OID(0x2b, 6, 1, 5, 5, 7, 1, 7), OID(0x2b, 6, 1, 5, 5, 7, 1, 14),
		OID(0x2b, 0x0e, 3, 2, 0x1d), OID(0x2b, 0x0e, 3, 2, 0x1a),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2),
		OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4),
		OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1),
		OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2),
		OID(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3),
		OID(0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1),
	};
#undef OID
	uint32_t i = rnd(sizeof(oids) / sizeof(oids[0]));

	n->data = oids[i].bytes;
	n->len = oids[i].len;
}

/* New bytes for an element without children: often those of an integer. */
static void bend_data(struct der_node *n, uint8_t *spare, uint32_t max)
{
	uint32_t len = n->len < max ? n->len : max;

	if (len)
		memcpy(spare, n->data, len);
	switch (rnd(6)) {
	case 0:
		len = LLVMFuzzerMutate(spare, len, max);
		break;
	case 1:
		len = rnd(4) < max ? rnd(4) : 0;
		memset(spare, rnd(2) ? 0 : 0xff, len);
		break;
	case 2: /* one more byte in front */
		if (len < max) {
			memmove(spare + 1, spare, len++);
			spare[0] = rnd(2) ? 0 : rnd(256);
		}
		break;
	case 3: /* one less, at either end */
		if (len && rnd(2))
			memmove(spare, spare + 1, len - 1);
		len -= !!len;
		break;
	default:
		if (len)
			spare[rnd(len)] += rnd(2) ? rnd(3) - 1 : rnd(256);
	}
	n->data = spare;
	n->len = len;
	n->child = DER_NONE;
}

void der_tree_bend(struct der_tree *t, uint8_t *spare, uint32_t spare_max)
{
	uint32_t i = rnd(t->nr), other = rnd(t->nr);
	struct der_node *n = &t->nodes[i];

	if (!i)
		return;
	switch (rnd(12)) {
	case 0:
		drop(t, i);
		break;
	case 1:
		put_copy(t, i, i, 0);
		break;
	case 2:
		if (other)
			put_copy(t, other, i, rnd(2));
		break;
	case 3:
	case 4:
		bend_tag(n);
		break;
	case 5:
		n->style = rnd(DER_NR_STYLES);
		break;
	case 6: /* an element that is one no longer, or empty */
		n->child = DER_NONE;
		n->len = rnd(2) ? n->len : 0;
		break;
	default:
		for (other = 8; n->child != DER_NONE && other; other--)
			n = &t->nodes[1 + rnd(t->nr - 1)];
		if (n->tag == TAG_OID && rnd(4))
			bend_oid(n);
		else
			bend_data(n, spare, spare_max);
	}
}
