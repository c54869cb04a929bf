// SPDX-License-Identifier: GPL-2.0
/* Variable policies: what firmware registers and a write must obey. */
#include "policy.h"

#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buf.h"

/* Rank of a policy for a whole namespace; below it, the number of '#'. */
#define RANK_NAMESPACE	255
#define RANK_NONE	256

#define NAME_MIN	sizeof(struct kvm_uefivars_policy_entry)
/* Where the name of a state variable starts. */
#define STATE_NAME \
	(NAME_MIN + sizeof(struct kvm_uefivars_policy_lock_state))

static u32 entry_size(const struct kvm_uefivars_policy_entry *e)
{
	return le16_to_cpu(e->size);
}

static u32 entry_name_offset(const struct kvm_uefivars_policy_entry *e)
{
	return le16_to_cpu(e->name_offset);
}

static const u8 *entry_bytes(const struct kvm_uefivars_policy_entry *e, u32 at)
{
	return (const u8 *)e + at;
}

static bool is_hex_digit(u16 c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ||
	       (c >= 'a' && c <= 'f');
}

/* How well a policy fits a name: 0 is exact, RANK_NONE not at all. */
static u32 rank_of(const struct kvm_uefivars_policy_entry *e,
		   const struct kuv_name *n)
{
	u32 at = entry_name_offset(e);
	u32 i, rank = 0;

	if (memcmp(e->guid, n->guid, sizeof(e->guid)))
		return RANK_NONE;
	if (at == entry_size(e))
		return RANK_NAMESPACE;
	if (entry_size(e) - at != n->len + 2)
		return RANK_NONE;
	for (i = 0; i < n->len / 2; i++) {
		u16 want = kuv_utf16_at(entry_bytes(e, at), i);
		u16 is = kuv_utf16_at(n->name, i);

		if (want == '#' ? !is_hex_digit(is) : is != want)
			return RANK_NONE;
		rank += want == '#';
	}
	return rank;
}

static const struct kvm_uefivars_policy_entry *
find_ranked(const struct kuv_policy *p, const struct kuv_name *n, u32 *ret_rank)
{
	const struct kvm_uefivars_policy_entry *e, *best = NULL;
	u32 pos, rank;

	*ret_rank = RANK_NONE;
	for (pos = 0; pos < p->table_len; pos += entry_size(e)) {
		e = (const void *)(p->table + pos);
		/* Each write asks every policy: most differ in this. */
		if (e->guid[0] != n->guid[0])
			continue;
		rank = rank_of(e, n);
		if (rank >= *ret_rank)
			continue;
		*ret_rank = rank;
		best = e;
	}
	return best;
}

/* Is there exactly one NUL-terminated string in [from, to) of an entry? */
static bool is_one_string(const struct kvm_uefivars_policy_entry *e, u32 from,
			  u32 to)
{
	u32 units;

	if (to < from + 2 || (to - from) % 2)
		return false;
	units = (to - from) / 2;
	return kuv_utf16_len(entry_bytes(e, from), units) == units - 1;
}

static u32 nr_wildcards(const struct kvm_uefivars_policy_entry *e)
{
	u32 at = entry_name_offset(e);
	u32 i, nr = 0;

	for (i = 0; i < (entry_size(e) - at) / 2; i++)
		nr += kuv_utf16_at(entry_bytes(e, at), i) == '#';
	return nr;
}

static bool is_valid(const struct kvm_uefivars_policy_entry *e)
{
	u32 size = entry_size(e), at = entry_name_offset(e);

	if (!e->max_size || at > size)
		return false;
	switch (e->lock_type) {
	case KVM_UEFIVARS_LOCK_NONE:
	case KVM_UEFIVARS_LOCK_NOW:
	case KVM_UEFIVARS_LOCK_ON_CREATE:
		if (at != NAME_MIN)
			return false;
		break;
	case KVM_UEFIVARS_LOCK_ON_VAR_STATE:
		if (!is_one_string(e, STATE_NAME, at))
			return false;
		break;
	default:
		return false;
	}
	if (at == size)
		return true;
	return is_one_string(e, at, size) && nr_wildcards(e) <= 255;
}

/* A name that is there literally; wildcards and namespaces never are. */
static bool has_exact(const struct kuv_policy *p,
		      const struct kvm_uefivars_policy_entry *e)
{
	u32 at = entry_name_offset(e), rank;
	struct kuv_name n = {
		.guid = e->guid,
		.name = entry_bytes(e, at),
		.len = entry_size(e) - at - 2,
	};

	if (at == entry_size(e))
		return false;
	return find_ranked(p, &n, &rank) && !rank;
}

static kuv_status_t append(struct kuv_policy *p,
			   const struct kvm_uefivars_policy_entry *e)
{
	u32 len = p->table_len + entry_size(e);
	u8 *table;

	if (p->nr >= KUV_POLICY_NR_MAX || len > KUV_POLICY_TABLE_MAX)
		return KUV_OUT_OF_RESOURCES;
	table = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!table)
		return KUV_OUT_OF_RESOURCES;
	if (p->table_len)
		memcpy(table, p->table, p->table_len);
	memcpy(table + p->table_len, e, entry_size(e));
	kvfree(p->table);
	p->table = table;
	p->table_len = len;
	p->nr++;
	return KUV_SUCCESS;
}

void kuv_policy_init(struct kuv_policy *p)
{
	memset(p, 0, sizeof(*p));
}

void kuv_policy_reset(struct kuv_policy *p)
{
	kuv_policy_dump_end(p);
	kvfree(p->table);
	kuv_policy_init(p);
}

kuv_status_t kuv_policy_register(struct kuv_policy *p, const u8 *entry, u32 len)
{
	const struct kvm_uefivars_policy_entry *e = (const void *)entry;

	if (len < sizeof(*e) ||
	    le32_to_cpu(e->version) != KVM_UEFIVARS_POLICY_ENTRY_VERSION ||
	    entry_size(e) < sizeof(*e) || entry_size(e) > len)
		return KUV_INVALID_PARAMETER;
	if (p->locked)
		return KUV_WRITE_PROTECTED;
	if (!is_valid(e))
		return KUV_INVALID_PARAMETER;
	if (has_exact(p, e))
		return KUV_ALREADY_STARTED;
	return append(p, e);
}

static kuv_status_t register_lock(struct kuv_policy *p,
				  const struct kuv_name *n)
{
	u32 size = NAME_MIN + n->len + 2;
	struct kvm_uefivars_policy_entry *e;
	kuv_status_t status;

	if (size > U16_MAX)
		return KUV_INVALID_PARAMETER;
	e = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!e)
		return KUV_OUT_OF_RESOURCES;
	e->version = cpu_to_le32(KVM_UEFIVARS_POLICY_ENTRY_VERSION);
	e->size = cpu_to_le16(size);
	e->name_offset = cpu_to_le16(NAME_MIN);
	memcpy(e->guid, n->guid, sizeof(e->guid));
	e->max_size = cpu_to_le32(U32_MAX);
	e->lock_type = KVM_UEFIVARS_LOCK_NOW;
	memcpy((u8 *)e + NAME_MIN, n->name, n->len);
	status = kuv_policy_register(p, (const u8 *)e, size);
	kvfree(e);
	return status;
}

kuv_status_t kuv_policy_lock_name(struct kuv_policy *p,
				  const struct kuv_vardb *db,
				  const struct kuv_name *name, bool at_runtime)
{
	struct kuv_write deletion = { .name = *name };
	kuv_status_t status = register_lock(p, name);

	if (status != KUV_ALREADY_STARTED)
		return status;
	status = kuv_policy_check(p, db, &deletion, at_runtime);
	return status == KUV_WRITE_PROTECTED ? KUV_SUCCESS : KUV_ACCESS_DENIED;
}

kuv_status_t kuv_policy_lock(struct kuv_policy *p)
{
	if (p->locked)
		return KUV_WRITE_PROTECTED;
	p->locked = true;
	return KUV_SUCCESS;
}

kuv_status_t kuv_policy_disable(struct kuv_policy *p)
{
	return p->disabled ? KUV_ALREADY_STARTED : KUV_WRITE_PROTECTED;
}

const struct kvm_uefivars_policy_entry *
kuv_policy_find(const struct kuv_policy *p, const struct kuv_name *name)
{
	u32 rank;

	return find_ranked(p, name, &rank);
}

static bool is_allowed(const struct kvm_uefivars_policy_entry *e,
		       const struct kuv_write *w)
{
	u32 must = le32_to_cpu(e->attr_must);

	return w->len >= le32_to_cpu(e->min_size) &&
	       w->len <= le32_to_cpu(e->max_size) &&
	       (w->attributes & must) == must &&
	       !(w->attributes & le32_to_cpu(e->attr_cant));
}

/* Does the state variable of a policy have the value that locks? */
static bool is_state_locking(const struct kvm_uefivars_policy_entry *e,
			     const struct kuv_vardb *db, bool at_runtime)
{
	const struct kvm_uefivars_policy_lock_state *state =
		(const void *)entry_bytes(e, NAME_MIN);
	struct kuv_name n = {
		.guid = state->guid,
		.name = entry_bytes(e, STATE_NAME),
		.len = entry_name_offset(e) - STATE_NAME - 2,
	};
	const struct kuv_var *v = kuv_vardb_find_visible(db, &n, at_runtime);

	return v && v->data_len == 1 && kuv_var_data(v)[0] == state->value;
}

static bool is_locked(const struct kvm_uefivars_policy_entry *e,
		      const struct kuv_vardb *db, const struct kuv_name *n,
		      bool at_runtime)
{
	switch (e->lock_type) {
	case KVM_UEFIVARS_LOCK_NOW:
		return true;
	case KVM_UEFIVARS_LOCK_ON_CREATE:
		return kuv_vardb_find_visible(db, n, at_runtime);
	case KVM_UEFIVARS_LOCK_ON_VAR_STATE:
		return is_state_locking(e, db, at_runtime);
	default:
		return false;
	}
}

kuv_status_t kuv_policy_check(const struct kuv_policy *p,
			      const struct kuv_vardb *db,
			      const struct kuv_write *w, bool at_runtime)
{
	const struct kvm_uefivars_policy_entry *e;
	bool is_delete = !w->len && !(w->attributes & KVM_UEFIVARS_ATTR_AP);

	if (p->disabled)
		return KUV_SUCCESS;
	e = kuv_policy_find(p, &w->name);
	if (!e)
		return KUV_SUCCESS;
	if (!is_delete && !is_allowed(e, w))
		return KUV_INVALID_PARAMETER;
	return is_locked(e, db, &w->name, at_runtime) ? KUV_WRITE_PROTECTED :
							KUV_SUCCESS;
}

kuv_status_t kuv_policy_dump_start(struct kuv_policy *p)
{
	u8 *dump;

	kuv_policy_dump_end(p);
	if (!p->table_len)
		return KUV_SUCCESS;
	dump = kvmalloc(p->table_len, GFP_KERNEL_ACCOUNT);
	if (!dump)
		return KUV_OUT_OF_RESOURCES;
	memcpy(dump, p->table, p->table_len);
	p->dump = dump;
	p->dump_len = p->table_len;
	return KUV_SUCCESS;
}

void kuv_policy_dump_end(struct kuv_policy *p)
{
	kvfree(p->dump);
	p->dump = NULL;
	p->dump_len = 0;
}
