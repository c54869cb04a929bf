// SPDX-License-Identifier: GPL-2.0-or-later
/* Appending signature lists: what is there already is left out. */
#include "pcr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "siglist.h"

#define HEAD_LEN	28
#define OWNER_LEN	16

struct wanted {
	const uint8_t *type;
	const uint8_t *owner;
	const uint8_t *data;
	uint32_t len;
};

static int compare(const struct vard_sig *sig, void *arg)
{
	const struct wanted *w = arg;

	return sig->len == w->len && !memcmp(sig->type, w->type, 16) &&
	       (!w->owner || !memcmp(sig->owner, w->owner, OWNER_LEN)) &&
	       !memcmp(sig->data, w->data, w->len);
}

bool pcr_has_signature(const uint8_t *data, size_t len, const uint8_t *type,
		       const uint8_t *owner, const uint8_t *sig,
		       uint32_t sig_len)
{
	struct wanted w = { type, owner, sig, sig_len };

	return vard_siglist_walk(data, len, compare, &w) == 1;
}

/* Signatures that are kept, list by list, in room that is large enough. */
struct filter {
	const uint8_t *old;
	size_t old_len;
	const uint8_t *list;
	uint8_t *out_list;
	uint8_t *out;
	size_t len;
	unsigned int nr;
};

static void add_bytes(struct filter *f, const uint8_t *p, size_t len)
{
	memcpy(f->out + f->len, p, len);
	f->len += len;
}

/* The first signature of a list that is kept brings the list's head. */
static void open_list(struct filter *f, const uint8_t *list)
{
	f->list = list;
	f->out_list = f->out + f->len;
	add_bytes(f, list, HEAD_LEN + (size_t)bytes_get32(list + 20));
}

static int keep_new(const struct vard_sig *sig, void *arg)
{
	struct filter *f = arg;

	if (pcr_has_signature(f->old, f->old_len, sig->type, sig->owner,
			      sig->data, sig->len))
		return 0;
	if (f->list != sig->type)
		open_list(f, sig->type);
	add_bytes(f, sig->owner, OWNER_LEN + (size_t)sig->len);
	bytes_put32(f->out_list + 16,
		    (uint32_t)(f->out + f->len - f->out_list));
	f->nr++;
	return 0;
}

static int count(const struct vard_sig *sig, void *arg)
{
	(void)sig;
	(void)arg;
	return 0;
}

int pcr_append(const uint8_t *old, size_t old_len, const uint8_t *added,
	       size_t added_len, uint8_t **ret, size_t *ret_len,
	       unsigned int *nr_new)
{
	struct filter f = { .old = old, .old_len = old_len };

	if (vard_siglist_walk(old, old_len, count, NULL))
		return -EBADMSG;
	f.out = malloc(old_len + added_len + 1);
	if (!f.out)
		return -ENOMEM;
	if (old_len)
		add_bytes(&f, old, old_len);
	if (vard_siglist_walk(added, added_len, keep_new, &f)) {
		free(f.out);
		return -EBADMSG;
	}
	*ret = f.out;
	*ret_len = f.len;
	if (nr_new)
		*nr_new = f.nr;
	return 0;
}
