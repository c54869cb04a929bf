// SPDX-License-Identifier: GPL-2.0-or-later
/* Mutator for signature lists: it moves, makes and bends lists and signatures. */
#include "fuzz.h"
#include "guids.h"
#include "rnd.h"
#include "siglist_input.h"

#define HEAD_LEN	28
#define OWNER_LEN	16
#define VALUE_MAX	0x10000

/* The two values of an input while they change. */
struct value {
	uint8_t data[VALUE_MAX];
	uint32_t len;
};

/* One list of a value, as its own lengths have it. */
struct place {
	uint32_t at;
	uint32_t len;
	uint32_t sig_len;
	uint32_t nr;
};

static uint32_t get_u32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_u32(uint8_t *p, uint32_t v)
{
	p[0] = v;
	p[1] = v >> 8;
	p[2] = v >> 16;
	p[3] = v >> 24;
}

/* The list at @at; anything that makes no sense ends there. */
static int place_at(const struct value *v, uint32_t at, struct place *p)
{
	if (v->len - at < HEAD_LEN)
		return 0;
	p->at = at;
	p->len = get_u32(v->data + at + 16);
	p->sig_len = get_u32(v->data + at + 24);
	if (p->len < HEAD_LEN || p->len > v->len - at)
		return 0;
	p->nr = p->sig_len ? (p->len - HEAD_LEN) / p->sig_len : 0;
	return 1;
}

/* One list by chance. */
static int find_list(const struct value *v, struct place *ret)
{
	struct place p;
	uint32_t at, nr = 0;

	for (at = 0; place_at(v, at, &p); at += p.len)
		if (!rnd(++nr))
			*ret = p;
	return nr > 0;
}

/* Make room for @len bytes at @at. */
static uint8_t *open_gap(struct value *v, uint32_t at, uint32_t len)
{
	if (len > VALUE_MAX - v->len)
		return NULL;
	memmove(v->data + at + len, v->data + at, v->len - at);
	v->len += len;
	return v->data + at;
}

static void close_gap(struct value *v, uint32_t at, uint32_t len)
{
	memmove(v->data + at, v->data + at + len, v->len - at - len);
	v->len -= len;
}

/* A list of few signatures out of few: so that two are often the same. */
static void make_list(struct value *v)
{
	static const struct {
		uint8_t guid[16];
		uint32_t len;
	} types[] = {
		{ KUV_GUID_SHA1, 20 }, { KUV_GUID_SHA224, 28 },
		{ KUV_GUID_SHA256, 32 }, { KUV_GUID_SHA256, 32 },
		{ KUV_GUID_SHA384, 48 }, { KUV_GUID_SHA512, 64 },
		{ KUV_GUID_RSA2048, 256 }, { KUV_GUID_RSA2048_SHA1, 256 },
		{ KUV_GUID_RSA2048_SHA256, 256 }, { KUV_GUID_X509_SHA256, 48 },
		{ KUV_GUID_X509_SHA384, 64 }, { KUV_GUID_X509_SHA512, 80 },
		{ KUV_GUID_X509, 33 }, { KUV_GUID_GLOBAL, 1 },
	};
	uint32_t i = rnd(sizeof(types) / sizeof(types[0])), nr = rnd(4);
	uint32_t sig_len = OWNER_LEN + types[i].len, header = rnd(16) ? 0 : 4;
	uint32_t len = HEAD_LEN + header + nr * sig_len;
	uint8_t *p = open_gap(v, v->len, len);

	if (!p)
		return;
	memset(p, 0, len);
	memcpy(p, types[i].guid, 16);
	put_u32(p + 16, len);
	put_u32(p + 20, header);
	put_u32(p + 24, sig_len);
	for (p += HEAD_LEN + header; nr--; p += sig_len)
		memset(p, rnd(4), sig_len);
}

static void copy_list(struct value *to, const struct value *from)
{
	uint8_t copy[4096], *p;
	struct place l;

	if (!find_list(from, &l) || l.len > sizeof(copy))
		return;
	memcpy(copy, from->data + l.at, l.len);
	p = open_gap(to, rnd(2) ? 0 : to->len, l.len);
	if (p)
		memcpy(p, copy, l.len);
}

static void drop_list(struct value *v)
{
	struct place l;

	if (find_list(v, &l))
		close_gap(v, l.at, l.len);
}

/* Double, drop or bend one signature, the list's length with it. */
static void edit_signature(struct value *v)
{
	struct place l;
	uint32_t at;
	uint8_t *p;

	if (!find_list(v, &l) || !l.nr)
		return;
	at = l.at + HEAD_LEN + rnd(l.nr) * l.sig_len;
	switch (rnd(3)) {
	case 0:
		p = open_gap(v, at, l.sig_len);
		if (!p)
			return;
		memcpy(p, p + l.sig_len, l.sig_len);
		put_u32(v->data + l.at + 16, l.len + l.sig_len);
		break;
	case 1:
		close_gap(v, at, l.sig_len);
		put_u32(v->data + l.at + 16, l.len - l.sig_len);
		break;
	default:
		v->data[at + rnd(l.sig_len)] += rnd(3) - 1;
	}
}

/* A length of a list that is a little, or very, wrong. */
static void bend_list(struct value *v)
{
	static const uint32_t some[] = { 0, 1, 15, 16, 17, 27, 28, 29, 0x10000,
					 0x7fffffff, 0x80000000, 0xffffffff,
					 0xffffffe4, 0xfffffff0 };
	struct place l;
	uint8_t *p;

	if (!find_list(v, &l))
		return;
	p = v->data + l.at + 16 + 4 * rnd(3);
	if (!rnd(3) && l.sig_len) {
		/* Nothing wrong but the length: even what wraps has no rest. */
		l.len = rnd(40);
		put_u32(v->data + l.at + 16, l.len);
		put_u32(v->data + l.at + 20,
			((uint64_t)l.len - HEAD_LEN) % l.sig_len);
	} else if (rnd(2)) {
		put_u32(p, some[rnd(sizeof(some) / sizeof(some[0]))]);
	} else {
		put_u32(p, get_u32(p) + rnd(9) - 4);
	}
}

static void mutate_value(struct value *v, const struct value *other)
{
	switch (rnd(10)) {
	case 0:
	case 1:
		make_list(v);
		break;
	case 2:
		copy_list(v, v);
		break;
	case 3:
	case 4:
		copy_list(v, other);
		break;
	case 5:
		drop_list(v);
		break;
	case 6:
		bend_list(v);
		break;
	case 7:
		v->len = LLVMFuzzerMutate(v->data, v->len, VALUE_MAX / 8);
		break;
	default:
		edit_signature(v);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed)
{
	static struct value old, added;
	struct siglist_input in;

	rnd_seed(seed);
	siglist_input_split(&in, data, size);
	if (max > VALUE_MAX || in.old_len + in.added_len > VALUE_MAX / 8 ||
	    !rnd(32))
		return LLVMFuzzerMutate(data, size, max);
	memcpy(old.data, in.old, old.len = in.old_len);
	memcpy(added.data, in.added, added.len = in.added_len);
	if (rnd(2))
		mutate_value(&old, &added);
	else
		mutate_value(&added, &old);
	if (SIGLIST_INPUT_HEAD + old.len + added.len > max)
		return size;
	data[0] = old.len;
	data[1] = old.len >> 8;
	memcpy(data + SIGLIST_INPUT_HEAD, old.data, old.len);
	memcpy(data + SIGLIST_INPUT_HEAD + old.len, added.data, added.len);
	return SIGLIST_INPUT_HEAD + old.len + added.len;
}
