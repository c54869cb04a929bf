/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DER as a tree that can be bent and written again with right lengths. */
#ifndef _FUZZ_DER_TREE_H
#define _FUZZ_DER_TREE_H

#include <stddef.h>
#include <stdint.h>

#define DER_NODES_MAX	4096
#define DER_NONE	0

/* How the length of an element is written. */
enum der_style {
	DER_MINIMAL,
	DER_LONG,		/* one byte more than needed */
	DER_INDEFINITE,		/* and two zeroes behind */
	DER_TOO_LONG,		/* by one: ends in what follows */
	DER_TOO_SHORT,		/* by one: leaves a byte over */
	DER_HUGE,		/* 0xffffffff */
	DER_NR_STYLES,
};

/**
 * struct der_node - an element, or bytes that are none
 * @next: its right neighbour, or DER_NONE
 * @child: its first child, DER_NONE if it has bytes of its own
 * @data: those
 * @len: how many
 * @tag: tag
 * @is_raw: no element: no tag and no length
 * @style: enum der_style
 */
struct der_node {
	uint32_t next;
	uint32_t child;
	const uint8_t *data;
	uint32_t len;
	uint8_t tag;
	uint8_t is_raw;
	uint8_t style;
};

/**
 * struct der_tree - elements
 * @nr: nodes in use; the first one is the root, whose children are the top
 * @nodes: they
 */
struct der_tree {
	uint32_t nr;
	struct der_node nodes[DER_NODES_MAX];
};

/**
 * der_tree_parse() - make a tree of bytes
 * @t: tree
 * @data: bytes, must stay as long as @t is used
 * @len: how many
 *
 * Whatever is not DER becomes bytes.
 */
void der_tree_parse(struct der_tree *t, const uint8_t *data, uint32_t len);

/**
 * der_tree_write() - write a tree
 * @t: tree
 * @out: memory
 * @max: bytes of it
 *
 * Return: Bytes written, 0 if they do not fit.
 */
size_t der_tree_write(const struct der_tree *t, uint8_t *out, size_t max);

/**
 * der_tree_bend() - change one thing by chance
 * @t: tree
 * @spare: memory for new bytes, must stay as long as @t is used
 * @spare_max: bytes of it
 */
void der_tree_bend(struct der_tree *t, uint8_t *spare, uint32_t spare_max);

#endif /* _FUZZ_DER_TREE_H */
