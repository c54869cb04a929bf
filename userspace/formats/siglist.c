// SPDX-License-Identifier: GPL-2.0-or-later
/* EFI_SIGNATURE_LIST: every signature of a database, and lists of one. */
#include "siglist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define HEAD_LEN	28
#define OWNER_LEN	16

const uint8_t vard_sig_x509[16] = {
	0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
	0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
};

const uint8_t vard_sig_sha256[16] = {
	0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40,
	0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28,
};

/* One list: where its signatures are. */
struct list {
	const uint8_t *type;
	const uint8_t *first;
	size_t nr;
	uint32_t sig_len;
	size_t len;
};

/* The list at the start of these bytes, which it does not leave. */
static bool peek(const uint8_t *data, size_t len, struct list *l)
{
	uint32_t list_len, header_len, body;

	if (len < HEAD_LEN)
		return false;
	list_len = bytes_get32(data + 16);
	header_len = bytes_get32(data + 20);
	l->sig_len = bytes_get32(data + 24);
	if (list_len < HEAD_LEN || list_len > len ||
	    header_len > list_len - HEAD_LEN || l->sig_len <= OWNER_LEN)
		return false;
	body = list_len - HEAD_LEN - header_len;
	l->type = data;
	l->first = data + HEAD_LEN + header_len;
	l->nr = body / l->sig_len;
	l->len = list_len;
	return body % l->sig_len == 0;
}

static bool is_tiled(const uint8_t *data, size_t len)
{
	struct list l;

	while (len > 0) {
		if (!peek(data, len, &l))
			return false;
		data += l.len;
		len -= l.len;
	}
	return true;
}

static int walk_list(const struct list *l, vard_sig_fn fn, void *arg)
{
	struct vard_sig sig = { .type = l->type, .len = l->sig_len - OWNER_LEN };
	int r = 0;

	for (size_t i = 0; i < l->nr && !r; i++) {
		sig.owner = l->first + i * l->sig_len;
		sig.data = sig.owner + OWNER_LEN;
		r = fn(&sig, arg);
	}
	return r;
}

int vard_siglist_walk(const uint8_t *data, size_t len, vard_sig_fn fn,
		      void *arg)
{
	struct list l;
	int r = 0;

	if (!is_tiled(data, len))
		return -EBADMSG;
	while (!r && len > 0 && peek(data, len, &l)) {
		r = walk_list(&l, fn, arg);
		data += l.len;
		len -= l.len;
	}
	return r;
}

int vard_siglist_append(uint8_t **buf, size_t *len, const struct vard_sig *sig)
{
	size_t more = (size_t)HEAD_LEN + OWNER_LEN + sig->len;
	uint8_t *p;

	if (more > UINT32_MAX)
		return -ENOMEM;
	p = realloc(*buf, *len + more);
	if (!p)
		return -ENOMEM;
	*buf = p;
	p += *len;
	*len += more;
	memcpy(p, sig->type, 16);
	bytes_put32(p + 16, (uint32_t)more);
	bytes_put32(p + 20, 0);
	bytes_put32(p + 24, OWNER_LEN + sig->len);
	memcpy(p + HEAD_LEN, sig->owner, OWNER_LEN);
	memcpy(p + HEAD_LEN + OWNER_LEN, sig->data, sig->len);
	return 0;
}
