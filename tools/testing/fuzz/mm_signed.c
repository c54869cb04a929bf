// SPDX-License-Identifier: GPL-2.0-or-later
/* What must hold of keys, modes and signers when a message changes something. */
#include "mm_signed.h"

#include "fuzz.h"
#include "mode.h"
#include "sham_crypto.h"
#include "siglist.h"
#include "x509.h"

#define A_AT		KVM_UEFIVARS_ATTR_AT
#define ENTRY_HEAD	28

static u64 name_digest(const u8 *guid, const u8 *name, u32 len)
{
	return fuzz_mix(fuzz_mix(0xcbf29ce484222325ULL, guid, 16), name, len);
}

static u64 var_name_digest(const struct kuv_var *v)
{
	return name_digest(v->guid, kuv_var_name(v), v->name_len);
}

static u64 var_digest(const struct kuv_var *v)
{
	u64 h = var_name_digest(v);

	h = fuzz_mix(h, &v->attributes, sizeof(v->attributes));
	h = fuzz_mix(h, kuv_var_time(v), 16);
	return fuzz_mix(h, kuv_var_data(v), v->data_len) | 1;
}

static enum kuv_own own_id(const struct kuv_var *v)
{
	struct kuv_name n = { v->guid, kuv_var_name(v), v->name_len };

	return kuv_own_id(&n);
}

/* Bound to who signed it first. dbr is, or is a key: as the operator wants. */
static bool is_private(const struct kuv_var *v)
{
	return v->attributes & A_AT && own_id(v) == KUV_NR_OWN;
}

static u64 get_u32(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u64)p[3] << 24;
}

static u64 time_of(const struct kuv_var *v)
{
	const u8 *t = kuv_var_time(v);

	return (u64)t[1] << 48 | (u64)t[0] << 40 | (u64)t[2] << 32 |
	       (u64)t[3] << 24 | t[4] << 16 | t[5] << 8 | t[6];
}

static u64 own_digest(const struct kuv_service *s, enum kuv_own id)
{
	const struct kuv_var *v = kuv_own_find(&s->db, id);

	return v ? var_digest(v) : 0;
}

static u64 private_digest(const struct kuv_service *s)
{
	const struct kuv_var *v;
	u64 h = 0;

	/* Their order may change: a sum. */
	for (v = kuv_vardb_next(&s->db, NULL); v; v = kuv_vardb_next(&s->db, v))
		if (is_private(v))
			h += var_digest(v);
	return h;
}

static void remember_private(const struct kuv_service *s, struct mm_signed *b)
{
	const struct kuv_var *v;

	b->nr = 0;
	for (v = kuv_vardb_next(&s->db, NULL); v && b->nr < MM_PRIVATE_MAX;
	     v = kuv_vardb_next(&s->db, v)) {
		if (!is_private(v))
			continue;
		b->vars[b->nr].name = var_name_digest(v);
		b->vars[b->nr].all = var_digest(v);
		b->vars[b->nr++].time = time_of(v);
	}
}

/* The keys in one variable. */
static void remember_anchors(const struct kuv_service *s, struct mm_signed *b,
			     enum kuv_own id)
{
	const struct kuv_var *v = kuv_own_find(&s->db, id);
	struct kuv_siglist_iter it;
	struct kuv_span value;
	struct kuv_x509 cert;
	struct kuv_sig sig;

	if (!v)
		return;
	value = (struct kuv_span){ kuv_var_data(v), v->data_len };
	kuv_siglist_first(&it, &value);
	while (b->nr_anchors < MM_ANCHORS_MAX && kuv_siglist_next(&it, &sig))
		if (!kuv_x509_parse(&sig.data, &cert))
			b->anchors[b->nr_anchors++] = sham_key(&cert.n);
}

void mm_signed_remember(const struct kuv_service *s, struct mm_signed *b)
{
	u32 id;

	b->private = private_digest(s);
	for (id = 0; id < KUV_NR_OWN; id++) {
		const struct kuv_var *v = kuv_own_find(&s->db, id);

		b->own[id] = v ? var_digest(v) : 0;
		b->own_len[id] = v ? v->data_len : 0;
	}
	b->is_setup = !kuv_own_find(&s->db, KUV_OWN_PK);
	b->is_custom = kuv_mode_is_custom(s);
	b->may_delete = s->options & KUV_OPT_PRESENCE_DELETE && !s->at_runtime;
	remember_private(s, b);
	b->nr_anchors = 0;
	remember_anchors(s, b, KUV_OWN_PK);
	b->is_anchored = b->nr_anchors;
	remember_anchors(s, b, KUV_OWN_KEK);
}

/* Of what was signed, nothing becomes older than it was. */
static void check_times(const struct kuv_service *s, const struct mm_signed *b)
{
	const struct kuv_var *v;
	u32 i;

	for (v = kuv_vardb_next(&s->db, NULL); v;
	     v = kuv_vardb_next(&s->db, v)) {
		u64 name = var_name_digest(v);

		for (i = 0; i < b->nr && is_private(v); i++)
			if (b->vars[i].name == name)
				CHECK(time_of(v) >= b->vars[i].time);
	}
}

static bool is_changed(const struct kuv_service *s, const struct mm_signed *b,
		       enum kuv_own id)
{
	return own_digest(s, id) != b->own[id];
}

/* What an operating system cannot reach, with whatever signature. */
static void check_runtime(const struct kuv_service *s,
			  const struct mm_signed *b)
{
	static const enum kuv_own still[] = {
		KUV_OWN_SECURE_BOOT, KUV_OWN_SECURE_BOOT_ENABLE,
		KUV_OWN_CUSTOM_MODE, KUV_OWN_VENDOR_KEYS,
		KUV_OWN_VENDOR_KEYS_NV, KUV_OWN_CERTDBV,
	};
	u32 i;

	for (i = 0; i < sizeof(still) / sizeof(still[0]); i++)
		CHECK(!is_changed(s, b, still[i]));
}

/* Keys change in modes that want no signature, else by one of these keys. */
static void check_keys(const struct kuv_service *s, const struct mm_signed *b)
{
	/* Nobody whom it only issued a certificate to: signers come first. */
	bool by_platform = b->is_anchored && sham_first_key() == b->anchors[0];
	bool by_any = false;
	u32 id, i;

	for (id = KUV_OWN_PK; id <= KUV_OWN_DBT; id++)
		if (is_changed(s, b, id) && b->is_custom && !b->is_setup)
			CHECK(!kuv_own_value(&s->db, KUV_OWN_VENDOR_KEYS, 1));
	if (b->is_setup || b->is_custom)
		return;
	for (i = 0; i < b->nr_anchors; i++)
		by_any |= sham_has_signed(b->anchors[i]);
	for (id = KUV_OWN_PK; id <= KUV_OWN_DBT; id++)
		if (is_changed(s, b, id))
			CHECK(id <= KUV_OWN_KEK ? by_platform : by_any);
}

void mm_signed_check(const struct kuv_service *s, const struct mm_signed *b,
		     bool at_runtime)
{
	bool has_modes = s->options & KUV_OPT_AUDIT_MODE;

	/* The way into Audit Mode drops the platform key. */
	if (!(has_modes && !at_runtime &&
	      is_changed(s, b, KUV_OWN_AUDIT_MODE) &&
	      !kuv_own_find(&s->db, KUV_OWN_PK)))
		check_keys(s, b);
	if (private_digest(s) != b->private)
		CHECK(sham_nr_right() || b->may_delete);
	if (at_runtime)
		check_runtime(s, b);
	check_times(s, b);
	CHECK(!is_changed(s, b, KUV_OWN_SIGNATURE_SUPPORT));
	/* Spoiled once, spoiled for good. */
	if (is_changed(s, b, KUV_OWN_VENDOR_KEYS))
		CHECK(!kuv_own_value(&s->db, KUV_OWN_VENDOR_KEYS, 1));
	if (is_changed(s, b, KUV_OWN_VENDOR_KEYS_NV))
		CHECK(!kuv_own_value(&s->db, KUV_OWN_VENDOR_KEYS_NV, 1));
	if (!has_modes)
		CHECK(!is_changed(s, b, KUV_OWN_STORED_MODE));
}

static void check_modes(const struct kuv_service *s)
{
	bool is_setup = !kuv_own_find(&s->db, KUV_OWN_PK);

	CHECK(kuv_own_value(&s->db, KUV_OWN_SETUP_MODE, 2) == is_setup);
	if (!s->at_runtime && is_setup)
		CHECK(!kuv_own_value(&s->db, KUV_OWN_SECURE_BOOT, 2));
	CHECK(kuv_own_value(&s->db, KUV_OWN_VENDOR_KEYS, 2) ==
	      kuv_own_value(&s->db, KUV_OWN_VENDOR_KEYS_NV, 3));
}

/*
 * Each entry has its variable; returns how many there are. A switch that the
 * firmware made a signed variable is one of the service's own all the same: it
 * takes it back without a look at who signed it.
 */
static u32 check_entries(const struct kuv_service *s, enum kuv_own id)
{
	const struct kuv_var *db = kuv_own_find(&s->db, id), *v;
	u32 nr = 0, pos, len, name_len;
	const u8 *e;

	CHECK(db && db->data_len >= 4);
	CHECK(get_u32(kuv_var_data(db)) == db->data_len);
	for (pos = 4; pos < db->data_len; pos += len) {
		struct kuv_name n;

		e = kuv_var_data(db) + pos;
		CHECK(db->data_len - pos >= ENTRY_HEAD);
		len = get_u32(e + 16);
		name_len = 2 * get_u32(e + 20);
		CHECK(len <= db->data_len - pos);
		CHECK(len == ENTRY_HEAD + name_len + get_u32(e + 24));
		n = (struct kuv_name){ e, e + ENTRY_HEAD, name_len };
		if (kuv_own_id(&n) != KUV_NR_OWN)
			continue;
		nr++;
		v = kuv_vardb_find(&s->db, &n);
		CHECK(v && v->attributes & A_AT);
		CHECK(kuv_var_is_nv(v) == (id == KUV_OWN_CERTDB));
	}
	return nr;
}

static u32 count_private(const struct kuv_service *s, bool is_nv)
{
	const struct kuv_var *v;
	u32 nr = 0;

	for (v = kuv_vardb_next(&s->db, NULL); v; v = kuv_vardb_next(&s->db, v))
		nr += is_private(v) && kuv_var_is_nv(v) == is_nv;
	return nr;
}

/* Where the host has no part in it, signers and variables are one to one. */
static void check_signers(const struct kuv_service *s)
{
	/* What dbr is bound to depends on when the operator gave it a meaning. */
	if (kuv_own_find(&s->db, KUV_OWN_DBR))
		return;
	CHECK(check_entries(s, KUV_OWN_CERTDB) == count_private(s, true));
	CHECK(check_entries(s, KUV_OWN_CERTDBV) == count_private(s, false));
}

void mm_signed_check_state(const struct kuv_service *s, enum mm_host host)
{
	if (host != MM_HOST_NOW)
		check_modes(s);
	if (host == MM_HOST_NOTHING)
		check_signers(s);
}

void mm_signed_check_reset(const struct kuv_service *s)
{
	bool is_user = kuv_own_find(&s->db, KUV_OWN_PK);
	bool is_on = is_user &&
		     kuv_own_value(&s->db, KUV_OWN_SECURE_BOOT_ENABLE, 0) == 1;

	CHECK(kuv_own_value(&s->db, KUV_OWN_SETUP_MODE, 2) == !is_user);
	CHECK(kuv_own_value(&s->db, KUV_OWN_SECURE_BOOT, 2) == is_on);
	CHECK(kuv_own_value(&s->db, KUV_OWN_CUSTOM_MODE, 1) == 0);
	if (s->options & KUV_OPT_FORCE_SECURE_BOOT)
		CHECK(is_on == is_user);
	CHECK(!check_entries(s, KUV_OWN_CERTDBV));
	check_modes(s);
}

static u64 *find_owner(struct mm_owners *o, u64 name)
{
	u32 i;

	for (i = 0; i < o->nr; i++)
		if (o->vars[i].name == name)
			return &o->vars[i].key;
	return NULL;
}

static const struct kuv_var *find_private(const struct kuv_service *s, u64 name)
{
	const struct kuv_var *v;

	for (v = kuv_vardb_next(&s->db, NULL); v; v = kuv_vardb_next(&s->db, v))
		if (is_private(v) && var_name_digest(v) == name)
			return v;
	return NULL;
}

static bool was_there(const struct mm_signed *b, u64 name)
{
	u32 i;

	for (i = 0; i < b->nr; i++)
		if (b->vars[i].name == name)
			return true;
	return b->nr == MM_PRIVATE_MAX;
}

static void remember_owner(struct mm_owners *o, u64 name)
{
	if (o->nr == MM_PRIVATE_MAX || find_owner(o, name))
		return;
	o->vars[o->nr].name = name;
	o->vars[o->nr++].key = sham_first_key();
}

void mm_signed_check_owners(const struct kuv_service *s,
			    const struct mm_signed *b, struct mm_owners *o)
{
	const struct kuv_var *v;
	u32 i;

	for (i = 0; i < b->nr; i++) {
		const u64 *key = find_owner(o, b->vars[i].name);

		v = find_private(s, b->vars[i].name);
		if (v && var_digest(v) == b->vars[i].all)
			continue;
		if (key && (v || !b->may_delete))
			CHECK(sham_has_signed(*key));
	}
	for (v = kuv_vardb_next(&s->db, NULL); v; v = kuv_vardb_next(&s->db, v))
		if (is_private(v) && !was_there(b, var_name_digest(v)))
			remember_owner(o, var_name_digest(v));
}

void mm_signed_forget(const struct kuv_service *s, struct mm_owners *o)
{
	u32 i = 0;

	while (i < o->nr) {
		if (find_private(s, o->vars[i].name))
			i++;
		else
			o->vars[i] = o->vars[--o->nr];
	}
}
