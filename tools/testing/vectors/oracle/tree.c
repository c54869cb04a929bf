// SPDX-License-Identifier: GPL-2.0-or-later
/* DER as a tree that can be changed at random and written out again. */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX	24

uint64_t tree_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed * 0x2545f4914f6cdd1dULL >> 16;
}

static void *grown(void *p, size_t len)
{
	p = realloc(p, len ? len : 1);
	if (!p)
		abort();
	return p;
}

static struct node *node_new(uint8_t tag)
{
	struct node *node = grown(NULL, sizeof(*node));

	*node = (struct node){ .tag = tag, .prefix = -1 };
	return node;
}

void tree_free(struct node *node)
{
	size_t i;

	for (i = 0; i < node->nr; i++)
		tree_free(node->parts[i]);
	free(node->parts);
	free(node->body);
	free(node);
}

/* Length of a header, 0 if there is none; the contents are inside of @len. */
static size_t header(const uint8_t *p, size_t len, size_t *ret_body)
{
	size_t nr, i, body = 0;

	if (len < 2 || (p[0] & 0x1f) == 0x1f)
		return 0;
	if (p[1] < 0x80) {
		*ret_body = p[1];
		return p[1] <= len - 2 ? 2 : 0;
	}
	nr = p[1] & 0x7f;
	if (!nr || nr > 3 || nr + 2 > len)
		return 0;
	for (i = 0; i < nr; i++)
		body = body << 8 | p[2 + i];
	*ret_body = body;
	return body <= len - 2 - nr ? 2 + nr : 0;
}

static struct node *read_one(const uint8_t *p, size_t head, size_t body,
			     int depth);

/* Elements, if that is all there is. */
static bool read_parts(struct node *node, const uint8_t *p, size_t len,
		       int depth)
{
	size_t pos = 0, head, body;

	while (pos < len) {
		head = header(p + pos, len - pos, &body);
		if (!head)
			return false;
		pos += head + body;
	}
	for (pos = 0; pos < len; pos += head + body) {
		head = header(p + pos, len - pos, &body);
		node->parts = grown(node->parts,
				    (node->nr + 1) * sizeof(*node->parts));
		node->parts[node->nr++] = read_one(p + pos, head, body, depth);
	}
	return true;
}

static struct node *read_one(const uint8_t *p, size_t head, size_t body,
			     int depth)
{
	struct node *node = node_new(p[0]);
	size_t skip = p[0] == 0x03 && body > 2;

	p += head;
	/* Strings of octets and of bits often hold elements, too. */
	if (depth < DEPTH_MAX && body > skip + 1 &&
	    (node->tag & 0x20 || node->tag == 0x03 || node->tag == 0x04) &&
	    read_parts(node, p + skip, body - skip, depth + 1)) {
		node->prefix = skip ? p[0] : -1;
		return node;
	}
	node->body = grown(NULL, body);
	node->len = body;
	memcpy(node->body, p, body);
	return node;
}

struct node *tree_read(const uint8_t *der, size_t len)
{
	size_t body, head = header(der, len, &body);

	return head ? read_one(der, head, body, 0) : NULL;
}

struct node *tree_copy(const struct node *node)
{
	struct node *copy = node_new(node->tag);
	size_t i;

	*copy = *node;
	copy->body = grown(NULL, node->len);
	if (node->len)
		memcpy(copy->body, node->body, node->len);
	copy->parts = grown(NULL, node->nr * sizeof(*copy->parts));
	for (i = 0; i < node->nr; i++)
		copy->parts[i] = tree_copy(node->parts[i]);
	return copy;
}

static size_t length_bytes(const struct node *node, size_t body)
{
	size_t nr = 0;

	if (body < 0x80 && !node->long_length)
		return 1;
	while (body >> 8 * nr)
		nr++;
	return 1 + nr + node->long_length;
}

static size_t body_size(const struct node *node)
{
	size_t size = node->len + (node->prefix >= 0), i;

	for (i = 0; i < node->nr; i++)
		size += tree_size(node->parts[i]);
	return size;
}

size_t tree_size(const struct node *node)
{
	size_t body = body_size(node);

	return 1 + length_bytes(node, body) + body;
}

uint8_t *tree_write(const struct node *node, uint8_t *out)
{
	size_t body = body_size(node), nr = length_bytes(node, body), i;

	*out++ = node->tag;
	*out++ = nr == 1 ? body : 0x80 | (nr - 1);
	while (--nr)
		*out++ = nr > 8 ? 0 : body >> 8 * (nr - 1);
	if (node->prefix >= 0)
		*out++ = node->prefix;
	if (node->len)
		memcpy(out, node->body, node->len);
	out += node->len;
	for (i = 0; i < node->nr; i++)
		out = tree_write(node->parts[i], out);
	return out;
}

size_t tree_count(const struct node *node)
{
	size_t nr = 1, i;

	for (i = 0; i < node->nr; i++)
		nr += tree_count(node->parts[i]);
	return nr;
}

struct node *tree_at(struct node *node, size_t at)
{
	size_t i, nr;

	if (!at)
		return node;
	at--;
	for (i = 0; i < node->nr; i++) {
		nr = tree_count(node->parts[i]);
		if (at < nr)
			return tree_at(node->parts[i], at);
		at -= nr;
	}
	return NULL;
}

static void drop_part(struct node *node, size_t i)
{
	tree_free(node->parts[i]);
	memmove(node->parts + i, node->parts + i + 1,
		(--node->nr - i) * sizeof(*node->parts));
}

static void add_part(struct node *node, size_t i, struct node *part)
{
	node->parts = grown(node->parts,
			    (node->nr + 1) * sizeof(*node->parts));
	memmove(node->parts + i + 1, node->parts + i,
		(node->nr++ - i) * sizeof(*node->parts));
	node->parts[i] = part;
}

static const uint8_t tags[] = {
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x0d, 0x12, 0x13, 0x14,
	0x16, 0x17, 0x18, 0x1a, 0x1c, 0x1e, 0x10, 0x24, 0x30, 0x31, 0x80, 0x81,
	0x82, 0xa0, 0xa1, 0xa2, 0xa3, 0x00,
};

static const uint8_t values[] = { 0x00, 0x01, 0x20, 0x7f, 0x80, 0xff };

/* A change of the contents of an element that has no elements. */
static void mutate_body(struct node *node, uint64_t *seed)
{
	uint64_t how = tree_random(seed) % 5, at = tree_random(seed);

	if (how < 3 && node->len) {
		uint8_t *p = &node->body[at % node->len];

		if (how == 0)
			*p ^= 1 << tree_random(seed) % 8;
		else if (how == 1)
			*p = values[tree_random(seed) % sizeof(values)];
		else
			*p = tree_random(seed);
	} else if (how == 3 && node->len) {
		node->len--;
		if (at & 1)
			memmove(node->body, node->body + 1, node->len);
	} else {
		node->body = grown(node->body, node->len + 1);
		if (at & 1) {
			memmove(node->body + 1, node->body, node->len);
			node->body[0] = values[at / 2 % sizeof(values)];
		} else {
			node->body[node->len] = values[at / 2 % sizeof(values)];
		}
		node->len++;
	}
}

/* A change of the elements in an element; @whole is where others come from. */
static void mutate_parts(struct node *node, struct node *whole, uint64_t *seed)
{
	size_t i = tree_random(seed) % node->nr;
	struct node *other;

	switch (tree_random(seed) % 5) {
	case 0:
		drop_part(node, i);
		break;
	case 1:
		add_part(node, tree_random(seed) % (node->nr + 1),
			 tree_copy(node->parts[i]));
		break;
	case 2:
		other = tree_at(whole, tree_random(seed) % tree_count(whole));
		other = tree_copy(other);
		add_part(node, i, other);
		drop_part(node, i + 1);
		break;
	case 3:
		other = tree_at(whole, tree_random(seed) % tree_count(whole));
		add_part(node, i, tree_copy(other));
		break;
	default:
		other = node->parts[i];
		node->parts[i] = node->parts[node->nr - 1];
		node->parts[node->nr - 1] = other;
	}
}

void tree_mutate(struct node *node, uint64_t *seed)
{
	struct node *at = tree_at(node, tree_random(seed) % tree_count(node));

	switch (tree_random(seed) % 8) {
	case 0:
		at->tag = tags[tree_random(seed) % sizeof(tags)];
		break;
	case 1:
		at->long_length = 1 + tree_random(seed) % 2;
		break;
	case 2:
		if (at->prefix >= 0) {
			at->prefix = tree_random(seed) % 9;
			break;
		}
		/* fall through */
	default:
		if (at->nr)
			mutate_parts(at, node, seed);
		else
			mutate_body(at, seed);
	}
}

static bool is_written_as(const struct node *node, const uint8_t *der,
			  size_t len)
{
	uint8_t *out;
	bool is_same;

	if (tree_size(node) != len)
		return false;
	out = grown(NULL, len);
	tree_write(node, out);
	is_same = !memcmp(out, der, len);
	free(out);
	return is_same;
}

bool tree_replace(struct node *node, const uint8_t *der, size_t len,
		  const struct node *with)
{
	bool was_found = false;
	size_t i;

	for (i = 0; i < node->nr; i++) {
		if (is_written_as(node->parts[i], der, len)) {
			add_part(node, i, tree_copy(with));
			drop_part(node, i + 1);
			was_found = true;
		} else if (tree_replace(node->parts[i], der, len, with)) {
			was_found = true;
		}
	}
	return was_found;
}
