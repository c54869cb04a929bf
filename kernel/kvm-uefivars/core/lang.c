// SPDX-License-Identifier: GPL-2.0
/* Lang and PlatformLang follow each other. */
#include "lang.h"

#include <linux/slab.h>
#include <linux/string.h>

#include "guids.h"
#include "own_name.h"
#include "set.h"

#define NV_BS_RT \
	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)
#define SIGNED	(KVM_UEFIVARS_ATTR_AT | KVM_UEFIVARS_ATTR_AW)

/* Characters of an ISO 639-2 code. */
#define ISO_LEN	3

static const u8 guid_global[16] = KUV_GUID_GLOBAL;

static const char * const lang_names[KUV_NR_LANG] = {
	"Lang", "PlatformLang",
};

static const char * const codes_names[KUV_NR_LANG] = {
	"LangCodes", "PlatformLangCodes",
};

/* Which kind of a variable is meant; KUV_NR_LANG if it is another one. */
static enum kuv_lang_kind kind_of(const struct kuv_name *n,
				  const char * const names[KUV_NR_LANG])
{
	enum kuv_lang_kind kind;

	for (kind = 0; kind < KUV_NR_LANG; kind++)
		if (kuv_name_is(n, guid_global, names[kind]))
			break;
	return kind;
}

static enum kuv_lang_kind other(enum kuv_lang_kind kind)
{
	return kind == KUV_LANG_ISO639 ? KUV_LANG_RFC4646 : KUV_LANG_ISO639;
}

/* Bytes in front of a NUL, or of @stop. */
static u32 len_until(const u8 *p, u32 max, u8 stop)
{
	u32 len;

	for (len = 0; len < max; len++)
		if (!p[len] || p[len] == stop)
			break;
	return len;
}

/* Take the first code off a list; false at its end. */
static bool take_code(struct kuv_span *list, enum kuv_lang_kind kind,
		      struct kuv_span *code)
{
	code->len = ISO_LEN;
	if (kind == KUV_LANG_RFC4646) {
		while (list->len && *list->data == ';') {
			list->data++;
			list->len--;
		}
		code->len = len_until(list->data, list->len, ';');
	}
	if (!code->len || code->len > list->len)
		return false;
	code->data = list->data;
	list->data += code->len;
	list->len -= code->len;
	return true;
}

static struct kuv_span codes_of(const struct kuv_lang *lang,
				enum kuv_lang_kind kind)
{
	struct kuv_span list = { .data = lang->codes[kind] };

	list.len = len_until(list.data, lang->len[kind], 0);
	return list;
}

/* The language that a variable asks for: the first one if it lists several. */
static struct kuv_span asked(enum kuv_lang_kind kind, const u8 *data, u32 len)
{
	struct kuv_span lang = { .data = data };

	if (kind == KUV_LANG_RFC4646)
		lang.len = len_until(data, len, ';');
	else
		lang.len = len_until(data, len < ISO_LEN ? len : ISO_LEN, 0);
	return lang;
}

/*
 * How much of a language a code begins with, 0 for nothing that counts: all of
 * it, or by RFC 4646 what is left when subtags are cut off from the right.
 */
static u32 match_len(enum kuv_lang_kind kind, const struct kuv_span *lang,
		     const struct kuv_span *code)
{
	u32 len = 0;

	while (len < lang->len && len < code->len &&
	       lang->data[len] == code->data[len])
		len++;
	if (len == lang->len)
		return len;
	if (kind == KUV_LANG_ISO639)
		return 0;
	while (len && lang->data[len] != '-')
		len--;
	return len;
}

/* Index of the code that matches best, the first one of equals. */
static bool find_best(const struct kuv_lang *lang, enum kuv_lang_kind kind,
		      const struct kuv_span *want, u32 *ret_index)
{
	struct kuv_span list = codes_of(lang, kind), code;
	u32 i, len, best = 0;

	for (i = 0; take_code(&list, kind, &code); i++) {
		len = match_len(kind, want, &code);
		if (len <= best)
			continue;
		best = len;
		*ret_index = i;
	}
	return best;
}

/* What the other variable must be when one gets @data; false: no change. */
static bool translate(const struct kuv_lang *lang, enum kuv_lang_kind kind,
		      const u8 *data, u32 len, struct kuv_span *ret_code)
{
	struct kuv_span want = asked(kind, data, len), list;
	u32 i;

	if (!lang->codes[KUV_LANG_ISO639] || !lang->codes[KUV_LANG_RFC4646] ||
	    !find_best(lang, kind, &want, &i))
		return false;
	list = codes_of(lang, other(kind));
	do {
		if (!take_code(&list, other(kind), ret_code))
			return false;
	} while (i--);
	return true;
}

/* May a variable be written along with the other one? */
static kuv_status_t check_follower(const struct kuv_service *s,
				   const struct kuv_write *w,
				   const struct kuv_var *old)
{
	const struct kvm_uefivars_var_property *p;

	if (old && old->attributes != NV_BS_RT &&
	    (s->at_runtime || old->attributes & SIGNED))
		return KUV_WRITE_PROTECTED;
	if (w->name.len + 2 + w->len >
	    kuv_limits_content_max(&s->limits, w->attributes))
		return KUV_OUT_OF_RESOURCES;
	if (!s->end_of_dxe)
		return KUV_SUCCESS;
	p = kuv_varcheck_property(&s->varcheck, &w->name);
	if (p && le16_to_cpu(p->property) & KUV_PROPERTY_READ_ONLY)
		return KUV_WRITE_PROTECTED;
	return kuv_policy_check(&s->policy, &s->db, w, s->at_runtime);
}

static bool holds(const struct kuv_var *v, const struct kuv_span *code)
{
	const u8 *data = kuv_var_data(v);

	return v->data_len == code->len + 1 && !data[code->len] &&
	       !memcmp(data, code->data, code->len);
}

static kuv_status_t put(struct kuv_set *set, enum kuv_lang_kind kind,
			const struct kuv_span *code)
{
	struct kuv_service *s = set->s;
	struct kuv_write w = {
		.attributes = NV_BS_RT,
		.data = (const u8 *)"",
		.len = code->len + 1,
	};
	const struct kuv_var *old;
	struct kuv_own_name o;
	kuv_status_t status;

	kuv_own_name_init(&o, guid_global, lang_names[kind]);
	w.name = o.n;
	old = kuv_vardb_find(&s->db, &o.n);
	if (old && holds(old, code))
		return KUV_SUCCESS;
	status = check_follower(s, &w, old);
	if (status != KUV_SUCCESS)
		return status;
	/* The code, then its NUL. */
	w.len = 1;
	return kuv_group_set(&set->group, &w, code->data, code->len, NULL, 0);
}

static kuv_status_t follow(struct kuv_set *set, const struct kuv_lang *lang,
			   enum kuv_lang_kind kind, const u8 *data, u32 len)
{
	struct kuv_span code;

	if (!translate(lang, kind, data, len, &code))
		return KUV_SUCCESS;
	return put(set, other(kind), &code);
}

/* New codes: let Lang follow PlatformLang, or the other way if there is none. */
static kuv_status_t follow_stored(struct kuv_set *set,
				  const struct kuv_lang *lang)
{
	enum kuv_lang_kind kind = KUV_LANG_RFC4646;
	const struct kuv_var *v;
	struct kuv_own_name o;
	kuv_status_t status;

	kuv_own_name_init(&o, guid_global, lang_names[kind]);
	v = kuv_vardb_find(&set->s->db, &o.n);
	if (!v) {
		kind = KUV_LANG_ISO639;
		kuv_own_name_init(&o, guid_global, lang_names[kind]);
		v = kuv_vardb_find(&set->s->db, &o.n);
	}
	if (!v)
		return KUV_SUCCESS;
	status = follow(set, lang, kind, kuv_var_data(v), v->data_len);
	/* The codes do not depend on it. */
	return status == KUV_DEVICE_ERROR ? status : KUV_SUCCESS;
}

static kuv_status_t check_codes(struct kuv_set *set, enum kuv_lang_kind kind)
{
	struct kuv_lang lang = set->s->lang;

	if (set->s->at_runtime)
		return KUV_WRITE_PROTECTED;
	set->own_data = kvmalloc(set->w.len, GFP_KERNEL_ACCOUNT);
	if (!set->own_data)
		return KUV_DEVICE_ERROR;
	memcpy(set->own_data, set->w.data, set->w.len);
	lang.codes[kind] = set->own_data;
	lang.len[kind] = set->w.len;
	return follow_stored(set, &lang);
}

kuv_status_t kuv_lang_check(struct kuv_set *set)
{
	const struct kuv_write *w = &set->w;
	enum kuv_lang_kind kind;

	if (!w->len || memcmp(w->name.guid, guid_global, sizeof(guid_global)))
		return KUV_SUCCESS;
	kind = kind_of(&w->name, lang_names);
	if (kind < KUV_NR_LANG)
		return follow(set, &set->s->lang, kind, w->data, w->len);
	kind = kind_of(&w->name, codes_names);
	/* A signed one keeps its memory for the signature. */
	if (kind < KUV_NR_LANG && !(w->attributes & SIGNED))
		return check_codes(set, kind);
	return KUV_SUCCESS;
}

static void remember(struct kuv_set *set, enum kuv_lang_kind kind)
{
	struct kuv_lang *lang = &set->s->lang;

	kvfree(lang->codes[kind]);
	lang->codes[kind] = set->own_data;
	lang->len[kind] = set->w.len;
	set->own_data = NULL;
}

/* Both are what the guest will see: neither may still be on its way to disk. */
static void wait_for_both(struct kuv_set *set)
{
	enum kuv_lang_kind kind;
	struct kuv_own_name o;
	u64 seq;

	for (kind = 0; kind < KUV_NR_LANG; kind++) {
		kuv_own_name_init(&o, guid_global, lang_names[kind]);
		seq = kuv_vardb_pending_seq(&set->s->db, &o.n);
		if (seq > set->pending)
			set->pending = seq;
	}
}

void kuv_lang_done(struct kuv_set *set)
{
	const struct kuv_write *w = &set->w;
	enum kuv_lang_kind kind;

	if (!w->len || memcmp(w->name.guid, guid_global, sizeof(guid_global)))
		return;
	if (kind_of(&w->name, lang_names) < KUV_NR_LANG)
		wait_for_both(set);
	kind = kind_of(&w->name, codes_names);
	if (kind < KUV_NR_LANG && set->own_data)
		remember(set, kind);
}

void kuv_lang_reset(struct kuv_lang *lang)
{
	enum kuv_lang_kind kind;

	for (kind = 0; kind < KUV_NR_LANG; kind++)
		kvfree(lang->codes[kind]);
	memset(lang, 0, sizeof(*lang));
}
