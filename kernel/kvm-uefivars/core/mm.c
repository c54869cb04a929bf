// SPDX-License-Identifier: GPL-2.0
/* MM messages: from a private copy of a guest's buffer to a reply in place. */
#include "mm.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "buf.h"
#include "mm_policy.h"

#define MM_HEADER	sizeof(struct kvm_uefivars_mm_header)

/**
 * struct request - one message of the variable protocol
 * @s: service
 * @body: cursor behind the protocol's header
 * @buffer_size: size of the shared buffer
 * @seq: see kuv_mm_result
 * @reply_end: behind the last byte of the message that was changed
 */
struct request {
	struct kuv_service *s;
	struct kuv_buf body;
	u8 *reply_end;
	u32 buffer_size;
	u64 seq;
};

/* Name of @size bytes with a NUL at its very end; it stops at the first one. */
static kuv_status_t take_name(struct request *r, __le64 size,
			      struct kuv_name *n)
{
	u64 len = le64_to_cpu(size);
	const u8 *p = kuv_buf_take(&r->body, len);

	if (!p || len < 2 || kuv_utf16_at(p, len / 2 - 1))
		return KUV_ACCESS_DENIED;
	n->name = p;
	n->len = 2 * kuv_utf16_len(p, len / 2);
	return KUV_SUCCESS;
}

/* Name of GET_NEXT_NAME and LOCK_VARIABLE: the message ends with a NUL. */
static kuv_status_t take_next_name(struct request *r, __le64 size,
				   struct kuv_name *n)
{
	u32 room = kuv_buf_left(&r->body);
	u64 len = le64_to_cpu(size);
	const u8 *p = kuv_buf_take(&r->body, len);
	u32 units;

	if (!p || room < 2 || kuv_utf16_at(p, room / 2 - 1))
		return KUV_ACCESS_DENIED;
	units = kuv_utf16_len(p, len / 2);
	if (units == len / 2)
		return KUV_INVALID_PARAMETER;
	n->name = p;
	n->len = 2 * units;
	return KUV_SUCCESS;
}

/* Header, name and data of GET_VARIABLE and SET_VARIABLE. */
static kuv_status_t take_access(struct request *r,
				struct kvm_uefivars_var_access **ret_access,
				struct kuv_name *n, u8 **ret_data)
{
	struct kvm_uefivars_var_access *a =
		kuv_buf_take(&r->body, sizeof(*a));
	kuv_status_t status;

	if (!a)
		return KUV_ACCESS_DENIED;
	n->guid = a->guid;
	status = take_name(r, a->name_size, n);
	if (status != KUV_SUCCESS)
		return status;
	*ret_access = a;
	*ret_data = kuv_buf_take(&r->body, le64_to_cpu(a->data_size));
	return *ret_data ? KUV_SUCCESS : KUV_ACCESS_DENIED;
}

static kuv_status_t do_get(struct request *r)
{
	struct kvm_uefivars_var_access *a;
	const struct kuv_var *v;
	kuv_status_t status;
	struct kuv_name n;
	u64 room;
	u8 *data;

	status = take_access(r, &a, &n, &data);
	if (status == KUV_SUCCESS)
		status = kuv_service_get(r->s, &n, &v);
	if (status != KUV_SUCCESS)
		return status;
	room = le64_to_cpu(a->data_size);
	a->data_size = cpu_to_le64(v->data_len);
	a->attributes = cpu_to_le32(v->attributes);
	r->reply_end = data;
	if (v->data_len > room)
		return KUV_BUFFER_TOO_SMALL;
	memcpy(data, kuv_var_data(v), v->data_len);
	r->reply_end += v->data_len;
	return KUV_SUCCESS;
}

static kuv_status_t do_next(struct request *r)
{
	struct kvm_uefivars_var_next *a = kuv_buf_take(&r->body, sizeof(*a));
	const struct kuv_var *v;
	kuv_status_t status;
	struct kuv_name n;
	u64 room, need;
	u8 *name;

	if (!a)
		return KUV_ACCESS_DENIED;
	name = (u8 *)(a + 1);
	n.guid = a->guid;
	status = take_next_name(r, a->name_size, &n);
	if (status == KUV_SUCCESS)
		status = kuv_service_next(r->s, &n, &v);
	if (status != KUV_SUCCESS)
		return status;
	room = le64_to_cpu(a->name_size);
	need = v->name_len + 2;
	a->name_size = cpu_to_le64(need);
	r->reply_end = name;
	if (need > room)
		return KUV_BUFFER_TOO_SMALL;
	/* Usually much less than the room: 512 bytes is what guests have. */
	r->reply_end += need;
	memcpy(a->guid, v->guid, sizeof(a->guid));
	memcpy(name, kuv_var_name(v), v->name_len);
	memset(name + v->name_len, 0, 2);
	return KUV_SUCCESS;
}

static kuv_status_t do_set(struct request *r)
{
	struct kvm_uefivars_var_access *a;
	struct kuv_write w;
	kuv_status_t status;
	u8 *data;

	status = take_access(r, &a, &w.name, &data);
	if (status != KUV_SUCCESS)
		return status;
	w.attributes = le32_to_cpu(a->attributes);
	w.data = data;
	w.len = le64_to_cpu(a->data_size);
	w.old = NULL;
	return kuv_service_set(r->s, &w, &r->seq);
}

static kuv_status_t do_query(struct request *r)
{
	struct kvm_uefivars_var_query *a = kuv_buf_take(&r->body, sizeof(*a));
	struct kuv_storage_info info;
	kuv_status_t status;

	if (!a)
		return KUV_INVALID_PARAMETER;
	status = kuv_service_query(r->s, le32_to_cpu(a->attributes), &info);
	if (status != KUV_SUCCESS)
		return status;
	a->storage_max = cpu_to_le64(info.storage_max);
	a->storage_left = cpu_to_le64(info.storage_left);
	a->var_max = cpu_to_le64(info.var_max);
	r->reply_end = (u8 *)(a + 1);
	return KUV_SUCCESS;
}

static kuv_status_t do_ready_to_boot(struct request *r)
{
	if (r->s->at_runtime)
		return KUV_UNSUPPORTED;
	kuv_service_ready_to_boot(r->s, &r->seq);
	return r->s->closed ? KUV_DEVICE_ERROR : KUV_SUCCESS;
}

static kuv_status_t do_exit_boot_service(struct request *r)
{
	kuv_service_exit_boot_services(r->s, &r->seq);
	return r->s->closed ? KUV_DEVICE_ERROR : KUV_SUCCESS;
}

static kuv_status_t do_lock(struct request *r)
{
	struct kvm_uefivars_var_next *a = kuv_buf_take(&r->body, sizeof(*a));
	kuv_status_t status;
	struct kuv_name n;

	if (!a)
		return KUV_ACCESS_DENIED;
	n.guid = a->guid;
	status = take_next_name(r, a->name_size, &n);
	if (status != KUV_SUCCESS)
		return KUV_ACCESS_DENIED;
	if (r->s->end_of_dxe)
		return KUV_ACCESS_DENIED;
	if (!n.len)
		return KUV_INVALID_PARAMETER;
	return kuv_policy_lock_name(&r->s->policy, &r->s->db, &n,
				    r->s->at_runtime);
}

static struct kvm_uefivars_var_check *take_check(struct request *r,
						 struct kuv_name *n)
{
	struct kvm_uefivars_var_check *a = kuv_buf_take(&r->body, sizeof(*a));

	if (!a)
		return NULL;
	n->guid = a->guid;
	return take_name(r, a->name_size, n) == KUV_SUCCESS ? a : NULL;
}

static kuv_status_t do_property_set(struct request *r)
{
	struct kvm_uefivars_var_check *a;
	struct kuv_name n;

	a = take_check(r, &n);
	if (!a || r->s->end_of_dxe)
		return KUV_ACCESS_DENIED;
	return kuv_varcheck_set_property(&r->s->varcheck, &n, &a->property);
}

static kuv_status_t do_property_get(struct request *r)
{
	const struct kvm_uefivars_var_property *p;
	struct kvm_uefivars_var_check *a;
	struct kuv_name n;

	a = take_check(r, &n);
	if (!a)
		return KUV_ACCESS_DENIED;
	p = kuv_varcheck_property(&r->s->varcheck, &n);
	if (!p)
		return KUV_NOT_FOUND;
	a->property = *p;
	r->reply_end = (u8 *)(a + 1);
	return KUV_SUCCESS;
}

static kuv_status_t do_payload_size(struct request *r)
{
	u8 *size = kuv_buf_take(&r->body, sizeof(__le64));
	u32 buffer = r->buffer_size < KVM_UEFIVARS_BUFFER_MAX ?
		     r->buffer_size : KVM_UEFIVARS_BUFFER_MAX;
	__le64 payload = cpu_to_le64(buffer - MM_HEADER -
				     sizeof(struct kvm_uefivars_var_header));

	if (!size)
		return KUV_INVALID_PARAMETER;
	memcpy(size, &payload, sizeof(payload));
	r->reply_end = size + sizeof(payload);
	return KUV_SUCCESS;
}

static kuv_status_t (*const functions[])(struct request *r) = {
	[KVM_UEFIVARS_FN_GET_VARIABLE] = do_get,
	[KVM_UEFIVARS_FN_GET_NEXT_NAME] = do_next,
	[KVM_UEFIVARS_FN_SET_VARIABLE] = do_set,
	[KVM_UEFIVARS_FN_QUERY_INFO] = do_query,
	[KVM_UEFIVARS_FN_READY_TO_BOOT] = do_ready_to_boot,
	[KVM_UEFIVARS_FN_EXIT_BOOT_SERVICE] = do_exit_boot_service,
	[KVM_UEFIVARS_FN_LOCK_VARIABLE] = do_lock,
	[KVM_UEFIVARS_FN_PROPERTY_SET] = do_property_set,
	[KVM_UEFIVARS_FN_PROPERTY_GET] = do_property_get,
	[KVM_UEFIVARS_FN_GET_PAYLOAD_SIZE] = do_payload_size,
};

static kuv_status_t call(struct request *r, u64 function)
{
	if (r->s->closed)
		return KUV_DEVICE_ERROR;
	if (function >= ARRAY_SIZE(functions) ||
	    !functions[function])
		return KUV_UNSUPPORTED;
	return functions[function](r);
}

static u16 handle_variable(struct kuv_service *s, u8 *msg, u32 total,
			   u32 buffer_size, struct kuv_mm_result *res)
{
	struct request r = { .s = s, .buffer_size = buffer_size };
	struct kvm_uefivars_var_header *h;

	kuv_buf_init(&r.body, msg + MM_HEADER, total - MM_HEADER);
	h = kuv_buf_take(&r.body, sizeof(*h));
	if (!h)
		return KVM_UEFIVARS_STS_BAD_SIZE;
	res->protocol = KUV_MM_VARIABLE;
	res->function = le64_to_cpu(h->function);
	res->status_offset = (u8 *)&h->status - msg;
	r.reply_end = (u8 *)(h + 1);
	kuv_mm_set_status(msg, res, call(&r, res->function));
	res->reply_len = r.reply_end - msg;
	res->seq = r.seq;
	return KVM_UEFIVARS_STS_SUCCESS;
}

static u16 handle_policy(struct kuv_service *s, u8 *msg, u32 total,
			 u32 buffer_size, struct kuv_mm_result *res)
{
	struct kvm_uefivars_policy_header *h = (void *)(msg + MM_HEADER);
	kuv_status_t status = KUV_DEVICE_ERROR;

	if (total < MM_HEADER + sizeof(*h))
		return KVM_UEFIVARS_STS_BAD_SIZE;
	res->protocol = KUV_MM_POLICY;
	res->function = le32_to_cpu(h->command);
	res->status_offset = (u8 *)&h->result - msg;
	if (!s->closed)
		status = kuv_mm_policy(s, (u8 *)h, total - MM_HEADER);
	kuv_mm_set_status(msg, res, status);
	return KVM_UEFIVARS_STS_SUCCESS;
}

static u16 handle_end_of_dxe(struct kuv_service *s, u8 *msg, u32 total,
			     u32 buffer_size, struct kuv_mm_result *res)
{
	res->protocol = KUV_MM_EVENT;
	kuv_service_end_of_dxe(s, &res->seq);
	return KVM_UEFIVARS_STS_SUCCESS;
}

static u16 handle_ready_to_boot(struct kuv_service *s, u8 *msg, u32 total,
				u32 buffer_size, struct kuv_mm_result *res)
{
	res->protocol = KUV_MM_EVENT;
	kuv_service_ready_to_boot(s, &res->seq);
	return KVM_UEFIVARS_STS_SUCCESS;
}

static u16 handle_exit_boot_services(struct kuv_service *s, u8 *msg, u32 total,
				     u32 buffer_size,
				     struct kuv_mm_result *res)
{
	res->protocol = KUV_MM_EVENT;
	kuv_service_exit_boot_services(s, &res->seq);
	return KVM_UEFIVARS_STS_SUCCESS;
}

static const struct {
	u8 guid[16];
	u16 (*fn)(struct kuv_service *s, u8 *msg, u32 total, u32 buffer_size,
		  struct kuv_mm_result *res);
} protocols[] = {
	{ KVM_UEFIVARS_GUID_VARIABLE, handle_variable },
	{ KVM_UEFIVARS_GUID_POLICY, handle_policy },
	{ KVM_UEFIVARS_GUID_END_OF_DXE, handle_end_of_dxe },
	{ KVM_UEFIVARS_GUID_READY_TO_BOOT, handle_ready_to_boot },
	{ KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES, handle_exit_boot_services },
};

u16 kuv_mm_handle(struct kuv_service *s, u8 *msg, u32 total, u32 buffer_size,
		  struct kuv_mm_result *res)
{
	const struct kvm_uefivars_mm_header *h = (const void *)msg;
	u32 i;

	memset(res, 0, sizeof(*res));
	res->reply_len = total;
	if (total < MM_HEADER || total > buffer_size ||
	    le64_to_cpu(h->message_len) != total - MM_HEADER)
		return KVM_UEFIVARS_STS_BAD_SIZE;
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!memcmp(h->guid, protocols[i].guid, sizeof(h->guid)))
			return protocols[i].fn(s, msg, total, buffer_size, res);
	return KVM_UEFIVARS_STS_UNSUPPORTED;
}

void kuv_mm_set_status(u8 *msg, struct kuv_mm_result *res, kuv_status_t status)
{
	__le64 wire = kuv_status_wire(status);

	if (!res->status_offset)
		return;
	memcpy(msg + res->status_offset, &wire, sizeof(wire));
	res->status = status;
}
