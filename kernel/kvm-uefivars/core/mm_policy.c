// SPDX-License-Identifier: GPL-2.0
/* The variable policy protocol: one message in, its result in place. */
#include "mm_policy.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "buf.h"

/* Bytes of a message whose command has a fixed size. */
#define FIXED_LEN \
	(KVM_UEFIVARS_POLICY_MSG_MAX - sizeof(struct kvm_uefivars_mm_header))

/**
 * struct dump - parameters of DUMP
 * @page: 0 takes the copy, 1 and up read it
 * @total_size: bytes of all policies
 * @page_size: bytes of @data in use
 * @has_more: pages follow
 * @data: part of the copy
 */
struct dump {
	__le32 page;
	__le32 total_size;
	__le32 page_size;
	u8 has_more;
	u8 data[];
} __packed;

#define HEADER_LEN	sizeof(struct kvm_uefivars_policy_header)
#define DUMP_PAGE	(FIXED_LEN - HEADER_LEN - sizeof(struct dump))

/**
 * struct info - parameters of GET_INFO and GET_LOCK_STATE
 * @guid: vendor namespace
 * @in_len: bytes of the name asked for, at the start of @names
 * @out_len: room for a name behind it; the name's size in a reply
 * @entry: GET_INFO: policy found
 * @state: GET_LOCK_STATE: what its lock looks at; zero behind it
 * @names: both names
 */
struct info {
	u8 guid[16];
	__le32 in_len;
	__le32 out_len;
	union {
		struct kvm_uefivars_policy_entry entry;
		struct kvm_uefivars_policy_lock_state state;
	} __packed;
	u8 names[];
} __packed;

#define INFO_NAMES	(FIXED_LEN - HEADER_LEN - sizeof(struct info))

static kuv_status_t do_disable(struct kuv_service *s, u8 *param, u32 len)
{
	return kuv_policy_disable(&s->policy);
}

static kuv_status_t do_is_enabled(struct kuv_service *s, u8 *param, u32 len)
{
	param[0] = !s->policy.disabled;
	return KUV_SUCCESS;
}

static kuv_status_t do_register(struct kuv_service *s, u8 *param, u32 len)
{
	return kuv_policy_register(&s->policy, param, len);
}

static kuv_status_t do_lock(struct kuv_service *s, u8 *param, u32 len)
{
	return kuv_policy_lock(&s->policy);
}

static void dump_reply(struct dump *d, u32 total, u32 size, bool has_more)
{
	d->total_size = cpu_to_le32(total);
	d->page_size = cpu_to_le32(size);
	d->has_more = has_more;
}

static kuv_status_t dump_first(struct kuv_policy *p, struct dump *d)
{
	kuv_status_t status = kuv_policy_dump_start(p);

	dump_reply(d, p->dump_len, 0, p->dump_len);
	return status;
}

static kuv_status_t do_dump(struct kuv_service *s, u8 *param, u32 len)
{
	struct kuv_policy *p = &s->policy;
	struct dump *d = (void *)param;
	u32 page = le32_to_cpu(d->page);
	u32 total = p->dump_len, pos, size;

	BUILD_BUG_ON(DUMP_PAGE != 16327);
	if (!page)
		return dump_first(p, d);
	if (!p->dump) {
		dump_reply(d, 0, 0, false);
		return KUV_TIMEOUT;
	}
	if (page > (total + DUMP_PAGE - 1) / DUMP_PAGE)
		return KUV_INVALID_PARAMETER;
	pos = (page - 1) * DUMP_PAGE;
	size = total - pos < DUMP_PAGE ? total - pos : DUMP_PAGE;
	memcpy(d->data, p->dump + pos, size);
	dump_reply(d, total, size, pos + size < total);
	if (pos + size == total)
		kuv_policy_dump_end(p);
	return KUV_SUCCESS;
}

/* Policy that applies to the name in the message. */
static kuv_status_t find_asked(const struct kuv_service *s,
			       const struct info *i,
			       const struct kvm_uefivars_policy_entry **ret)
{
	u32 in_len = le32_to_cpu(i->in_len);
	struct kuv_name n = { .guid = i->guid, .name = i->names };
	u32 units;

	BUILD_BUG_ON(INFO_NAMES != 16272);
	if (in_len > INFO_NAMES || le32_to_cpu(i->out_len) > INFO_NAMES - in_len)
		return KUV_INVALID_PARAMETER;
	units = kuv_utf16_len(i->names, in_len / 2);
	if (units == in_len / 2)
		return KUV_INVALID_PARAMETER;
	n.len = 2 * units;
	*ret = kuv_policy_find(&s->policy, &n);
	return *ret ? KUV_SUCCESS : KUV_NOT_FOUND;
}

/* Name that goes with a policy, into the room the caller left for it. */
static kuv_status_t return_name(struct info *i, const u8 *name, u32 len)
{
	u32 room = le32_to_cpu(i->out_len);

	i->out_len = cpu_to_le32(len);
	if (room < len)
		return KUV_BUFFER_TOO_SMALL;
	memcpy(i->names + le32_to_cpu(i->in_len), name, len);
	return KUV_SUCCESS;
}

static kuv_status_t do_get_info(struct kuv_service *s, u8 *param, u32 len)
{
	const struct kvm_uefivars_policy_entry *e;
	struct info *i = (void *)param;
	kuv_status_t status = find_asked(s, i, &e);
	u32 at;

	if (status != KUV_SUCCESS)
		return status;
	at = le16_to_cpu(e->name_offset);
	i->entry = *e;
	return return_name(i, (const u8 *)e + at, le16_to_cpu(e->size) - at);
}

static kuv_status_t do_get_lock_state(struct kuv_service *s, u8 *param, u32 len)
{
	const struct kvm_uefivars_policy_lock_state *tail;
	const struct kvm_uefivars_policy_entry *e;
	struct info *i = (void *)param;
	kuv_status_t status = find_asked(s, i, &e);

	if (status != KUV_SUCCESS)
		return status;
	if (e->lock_type != KVM_UEFIVARS_LOCK_ON_VAR_STATE)
		return KUV_NOT_FOUND;
	tail = (const void *)(e + 1);
	memset(&i->entry, 0, sizeof(i->entry));
	i->state = *tail;
	return return_name(i, (const u8 *)(tail + 1),
			   le16_to_cpu(e->name_offset) - sizeof(*e) -
			   sizeof(*tail));
}

static const struct {
	kuv_status_t (*fn)(struct kuv_service *s, u8 *param, u32 len);
	u32 min_len;
} commands[] = {
	[KVM_UEFIVARS_POLICY_DISABLE] = { do_disable, HEADER_LEN },
	[KVM_UEFIVARS_POLICY_IS_ENABLED] = { do_is_enabled, HEADER_LEN + 1 },
	[KVM_UEFIVARS_POLICY_REGISTER] = {
		do_register,
		HEADER_LEN + sizeof(struct kvm_uefivars_policy_entry)
	},
	[KVM_UEFIVARS_POLICY_DUMP] = { do_dump, FIXED_LEN },
	[KVM_UEFIVARS_POLICY_LOCK] = { do_lock, HEADER_LEN },
	[KVM_UEFIVARS_POLICY_GET_INFO] = { do_get_info, FIXED_LEN },
	[KVM_UEFIVARS_POLICY_GET_LOCK_STATE] = { do_get_lock_state, FIXED_LEN },
};

kuv_status_t kuv_mm_policy(struct kuv_service *s, u8 *msg, u32 len)
{
	const struct kvm_uefivars_policy_header *h = (const void *)msg;
	u32 command = le32_to_cpu(h->command);

	if (len > KVM_UEFIVARS_POLICY_MSG_MAX ||
	    le32_to_cpu(h->signature) != KVM_UEFIVARS_POLICY_SIGNATURE ||
	    le32_to_cpu(h->revision) != KVM_UEFIVARS_POLICY_REVISION)
		return KUV_INVALID_PARAMETER;
	if (command != KVM_UEFIVARS_POLICY_DUMP)
		kuv_policy_dump_end(&s->policy);
	if (command >= ARRAY_SIZE(commands) ||
	    !commands[command].fn)
		return KUV_UNSUPPORTED;
	if (len < commands[command].min_len)
		return KUV_INVALID_PARAMETER;
	return commands[command].fn(s, msg + HEADER_LEN, len - HEADER_LEN);
}
