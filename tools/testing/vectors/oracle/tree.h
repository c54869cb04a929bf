/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DER as a tree that can be changed at random and written out again. */
#ifndef _ORACLE_TREE_H
#define _ORACLE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct node - one element
 * @tag: its tag
 * @prefix: the byte in front of elements in a bit string, else -1
 * @long_length: bytes more than needed for the length
 * @body: contents, if it has no elements
 * @len: bytes of @body
 * @nr: elements in it
 * @parts: they
 */
struct node {
	uint8_t tag;
	int prefix;
	uint32_t long_length;
	uint8_t *body;
	size_t len;
	size_t nr;
	struct node **parts;
};

struct node *tree_read(const uint8_t *der, size_t len);
void tree_free(struct node *node);
struct node *tree_copy(const struct node *node);

/* Writes it out, tree_size() bytes of it, and returns the end. */
size_t tree_size(const struct node *node);
uint8_t *tree_write(const struct node *node, uint8_t *out);

/* Element number @at of all of them, the whole first. */
struct node *tree_at(struct node *node, size_t at);
size_t tree_count(const struct node *node);

/* One change at random. */
void tree_mutate(struct node *node, uint64_t *seed);

/* Puts @with, which is copied, in place of each element that is written as @der. */
bool tree_replace(struct node *node, const uint8_t *der, size_t len,
		  const struct node *with);

uint64_t tree_random(uint64_t *seed);

#endif /* _ORACLE_TREE_H */
