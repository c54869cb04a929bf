// SPDX-License-Identifier: GPL-2.0-or-later
/* Target: signature lists, checked, walked and filtered. */
#include <linux/types.h>

#include "fuzz.h"
#include "guids.h"
#include "siglist.h"
#include "siglist_input.h"
#include "x509.h"

#define HEAD_LEN	28
#define OWNER_LEN	16

/**
 * struct summary - what the rules, written down once more, say about a value
 * @is_tiled: lists one after the other, each well-formed by itself
 * @is_valid: and each of a known type and size, with good certificates
 * @has_empty: a list without signatures
 * @nr: signatures in all lists
 */
struct summary {
	bool is_tiled;
	bool is_valid;
	bool has_empty;
	u64 nr;
};

static u64 get_u32(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u64)p[3] << 24;
}

static bool is_type(const u8 *p, const u8 *guid)
{
	return !memcmp(p, guid, 16);
}

/* Bytes of data that a type wants; 0: some. Returns false if it is unknown. */
static bool type_size(const u8 *type, u64 *ret_len)
{
	static const struct {
		u8 guid[16];
		u32 len;
	} types[] = {
		{ KUV_GUID_X509_SHA512, 80 }, { KUV_GUID_X509_SHA384, 64 },
		{ KUV_GUID_X509_SHA256, 48 }, { KUV_GUID_RSA2048_SHA1, 256 },
		{ KUV_GUID_RSA2048_SHA256, 256 }, { KUV_GUID_RSA2048, 256 },
		{ KUV_GUID_SHA512, 64 }, { KUV_GUID_SHA384, 48 },
		{ KUV_GUID_SHA256, 32 }, { KUV_GUID_SHA224, 28 },
		{ KUV_GUID_SHA1, 20 }, { KUV_GUID_X509, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is_type(type, types[i].guid)) {
			*ret_len = types[i].len;
			return true;
		}
	return false;
}

static bool is_good_cert(const u8 *data, u64 len)
{
	struct kuv_span der = { data, len };
	struct kuv_x509 cert;

	return !kuv_x509_parse(&der, &cert) && kuv_x509_is_rsa(&cert);
}

static bool is_valid_list(const u8 *list, u64 nr, u64 sig_len)
{
	static const u8 x509[16] = KUV_GUID_X509;
	u64 want, i;

	if (get_u32(list + 20) || !type_size(list, &want))
		return false;
	if (!is_type(list, x509))
		return want == sig_len - OWNER_LEN;
	for (i = 0; i < nr; i++)
		if (!is_good_cert(list + HEAD_LEN + i * sig_len + OWNER_LEN,
				  sig_len - OWNER_LEN))
			return false;
	return nr > 0;
}

static void summarise(const struct kuv_span *v, struct summary *s)
{
	u64 pos, size, header, sig_len, nr;

	memset(s, 0, sizeof(*s));
	s->is_valid = true;
	for (pos = 0; pos < v->len; pos += size) {
		const u8 *list = v->data + pos;

		if (v->len - pos < HEAD_LEN)
			break;
		size = get_u32(list + 16);
		header = get_u32(list + 20);
		sig_len = get_u32(list + 24);
		if (size < HEAD_LEN + header || size > v->len - pos ||
		    sig_len < OWNER_LEN + 1 ||
		    (size - HEAD_LEN - header) % sig_len)
			break;
		nr = (size - HEAD_LEN - header) / sig_len;
		s->nr += nr;
		s->has_empty |= !nr;
		s->is_valid &= is_valid_list(list, nr, sig_len);
	}
	s->is_tiled = pos == v->len;
	s->is_valid &= s->is_tiled;
}

static void check_rules(const struct kuv_span *v, const struct summary *s)
{
	kuv_status_t any = kuv_siglist_check(v, false);
	kuv_status_t pk = kuv_siglist_check(v, true);

	CHECK(any == (s->is_valid ? KUV_SUCCESS : KUV_INVALID_PARAMETER));
	CHECK(pk == (s->is_valid && s->nr <= 1 ? KUV_SUCCESS :
					       KUV_INVALID_PARAMETER));
}

/* Signatures come in order and lie inside; all of them, if all is well. */
static void check_walk(const struct kuv_span *v, const struct summary *s)
{
	const u8 *pos = v->data, *end = v->data + v->len;
	struct kuv_siglist_iter it;
	struct kuv_sig sig;
	u64 nr = 0;

	kuv_siglist_first(&it, v);
	while (kuv_siglist_next(&it, &sig)) {
		CHECK(sig.type >= v->data && sig.type + HEAD_LEN <= sig.owner);
		CHECK(sig.owner >= pos && sig.owner < end);
		CHECK(sig.data.data == sig.owner + OWNER_LEN && sig.data.len);
		CHECK(sig.data.len <= end - sig.data.data);
		fuzz_touch(sig.data.data, sig.data.len);
		pos = sig.data.data + sig.data.len;
		nr++;
	}
	CHECK(!kuv_siglist_next(&it, &sig));
	CHECK(nr == s->nr);
}

static bool is_same(const struct kuv_sig *a, const struct kuv_sig *b)
{
	return is_type(a->type, b->type) && a->data.len == b->data.len &&
	       !memcmp(a->owner, b->owner, OWNER_LEN + a->data.len);
}

static bool has_sig(const struct kuv_span *v, const struct kuv_sig *want)
{
	struct kuv_siglist_iter it;
	struct kuv_sig sig;

	kuv_siglist_first(&it, v);
	while (kuv_siglist_next(&it, &sig))
		if (is_same(&sig, want))
			return true;
	return false;
}

/* Of @added in its order, @out has what @old has not, and nothing else. */
static void check_kept(const struct kuv_span *old, const struct kuv_span *added,
		       const struct kuv_span *out)
{
	struct kuv_siglist_iter from, to;
	struct kuv_sig sig, kept;

	kuv_siglist_first(&from, added);
	kuv_siglist_first(&to, out);
	while (kuv_siglist_next(&from, &sig)) {
		if (has_sig(old, &sig))
			continue;
		CHECK(kuv_siglist_next(&to, &kept));
		CHECK(is_same(&sig, &kept));
	}
	CHECK(!kuv_siglist_next(&to, &kept));
}

/* Filters into memory that ends where @added may end. */
static bool run_filter(const struct kuv_span *old, const struct kuv_span *added,
		       struct kuv_span *out)
{
	u8 *p = fuzz_copy(added->data, added->len, 0);
	kuv_status_t status;

	out->data = p;
	out->len = 0xdead;
	status = kuv_siglist_filter(old, added, p, &out->len);
	if (status == KUV_SUCCESS) {
		CHECK(out->len <= added->len);
		return true;
	}
	CHECK(status == KUV_INVALID_PARAMETER && out->len == 0xdead);
	free(p);
	return false;
}

/* What was appended once adds nothing when it comes again. */
static void check_again(const struct kuv_span *old,
			const struct kuv_span *added,
			const struct kuv_span *out)
{
	struct kuv_span all = { NULL, old->len + out->len }, again;
	u8 *p = malloc(all.len + 1);

	CHECK(p);
	memcpy(p, old->data, old->len);
	memcpy(p + old->len, out->data, out->len);
	all.data = p;
	CHECK(run_filter(&all, added, &again));
	CHECK(!again.len);
	free((void *)again.data);
	CHECK(run_filter(old, out, &again));
	CHECK(again.len == out->len && !memcmp(again.data, out->data, out->len));
	free((void *)again.data);
	free(p);
}

static void check_filter(const struct kuv_span *old,
			 const struct kuv_span *added)
{
	struct summary from, to, result;
	struct kuv_span out;

	summarise(old, &from);
	summarise(added, &to);
	if (!run_filter(old, added, &out)) {
		CHECK(!from.is_tiled || !to.is_tiled);
		return;
	}
	CHECK(from.is_tiled && to.is_tiled);
	summarise(&out, &result);
	CHECK(result.is_tiled && !result.has_empty);
	CHECK(result.is_valid || !to.is_valid);
	CHECK(out.len == added->len || result.nr < to.nr || to.has_empty);
	check_kept(old, added, &out);
	check_again(old, added, &out);
	free((void *)out.data);
}

static void check_value(const struct kuv_span *v)
{
	struct summary s;

	summarise(v, &s);
	check_rules(v, &s);
	check_walk(v, &s);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct siglist_input in;
	struct kuv_span old, added;
	u8 *p, *q;

	siglist_input_split(&in, data, size);
	/* Off any alignment; the memory ends with the value. */
	p = fuzz_copy(in.old, in.old_len, 1);
	q = fuzz_copy(in.added, in.added_len, 3);
	old = (struct kuv_span){ p + 1, in.old_len };
	added = (struct kuv_span){ q + 3, in.added_len };
	check_value(&old);
	check_value(&added);
	check_filter(&old, &added);
	free(p);
	free(q);
	return 0;
}
