// SPDX-License-Identifier: GPL-2.0
/* What a guest asks for, by each transport, with every allocation and copy failing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fail_nth.h"

#include "fail_nth.inc"

#define NV_BS		(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS)
#define SIGNED		(NV_BS_RT | KVM_UEFIVARS_ATTR_AT)
#define APPEND		KVM_UEFIVARS_ATTR_AP
#define HDR		sizeof(struct kvm_uefivars_mm_header)
#define BODY		(HDR + sizeof(struct kvm_uefivars_var_header))
#define POLICY		(HDR + sizeof(struct kvm_uefivars_policy_header))

static const uint8_t guid_variable[16] = KVM_UEFIVARS_GUID_VARIABLE;
static const uint8_t guid_policy[16] = KVM_UEFIVARS_GUID_POLICY;
static const uint8_t end_of_dxe[16] = KVM_UEFIVARS_GUID_END_OF_DXE;
static const uint8_t ready_to_boot[16] = KVM_UEFIVARS_GUID_READY_TO_BOOT;
static const uint8_t exit_boot[16] = KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES;
static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};
static const uint8_t guid_security[16] = {
	0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
	0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f,
};
static const uint8_t guid_request[16] = {
	0xbe, 0x39, 0x09, 0xe2, 0xd4, 0x32, 0xbe, 0x41,
	0xa1, 0x50, 0x89, 0x7f, 0x85, 0xd4, 0x98, 0x29,
};
static const uint8_t guid_lock[16] = {
	0xcf, 0x3c, 0x98, 0xbb, 0x1d, 0x15, 0xe1, 0x40,
	0xa0, 0x7b, 0x4a, 0x17, 0xbe, 0x16, 0x82, 0x92,
};

/* How a message reaches the module. */
enum way { BY_DMA, BY_PIO, BY_DOORBELL };

/**
 * struct step - one request of a guest
 * @name: of the case
 * @put: writes the message, returns its bytes
 * @guid: namespace, NULL for the tests' own; of an event, which
 * @var: name of the variable
 * @data: value, and @len bytes of it
 * @attributes: of a write
 * @function: of the variable protocol; command of the policy protocol
 * @want: EFI_STATUS
 * @after: requests to make first
 * @options: of the store
 */
struct step {
	const char *name;
	uint32_t (*put)(const struct step *s, uint8_t *msg);
	const uint8_t *guid;
	const char *var;
	const void *data;
	uint32_t len;
	uint32_t attributes;
	uint32_t function;
	uint64_t want;
	const struct step *after[4];
	uint32_t options;
};

static uint32_t put_head(uint8_t *msg, const uint8_t *guid, uint32_t body)
{
	struct kvm_uefivars_mm_header *hdr = (void *)msg;

	memcpy(hdr->guid, guid, sizeof(hdr->guid));
	hdr->message_len = body;
	return (uint32_t)HDR + body;
}

static uint32_t put_write(const struct step *s, uint8_t *msg)
{
	uint32_t total = put_set(msg, s->var, s->attributes, s->data, s->len);

	if (s->guid)
		memcpy(msg + BODY, s->guid, 16);
	return total;
}

static uint32_t put_read(const struct step *s, uint8_t *msg)
{
	return put_get(msg, s->var, 64);
}

/* A function with no name. */
static uint32_t put_function(const struct step *s, uint8_t *msg)
{
	struct kvm_uefivars_var_header *var = (void *)(msg + HDR);

	memset(msg, 0, BODY + s->len);
	var->function = s->function;
	if (s->data)
		memcpy(msg + BODY, s->data, s->len);
	return put_head(msg, guid_variable, (uint32_t)sizeof(*var) + s->len);
}

static uint32_t put_next_name(const struct step *s, uint8_t *msg)
{
	struct kvm_uefivars_var_next *next = (void *)(msg + BODY);
	uint32_t room = 128;

	put_function(s, msg);
	memset(next, 0, sizeof(*next) + room);
	memcpy(next->guid, test_guid, sizeof(next->guid));
	next->name_size = room;
	if (s->var)
		utf16(s->var, (uint16_t *)(next + 1));
	return put_head(msg, guid_variable, (uint32_t)(BODY - HDR +
			sizeof(*next)) + room);
}

/* LOCK_VARIABLE has the name's bytes, no more. */
static uint32_t put_lock(const struct step *s, uint8_t *msg)
{
	struct kvm_uefivars_var_next *next = (void *)(msg + BODY);

	put_next_name(s, msg);
	next->name_size = 2 * strlen(s->var) + 2;
	return put_head(msg, guid_variable, (uint32_t)(BODY - HDR +
			sizeof(*next) + next->name_size));
}

static uint32_t put_property(const struct step *s, uint8_t *msg)
{
	struct kvm_uefivars_var_check *check = (void *)(msg + BODY);
	uint32_t len;

	put_function(s, msg);
	memset(check, 0, sizeof(*check) + 128);
	memcpy(check->guid, test_guid, sizeof(check->guid));
	check->property.revision = 1;
	check->property.max_size = 100;
	len = utf16(s->var, (uint16_t *)(check + 1)) + 2;
	check->name_size = len;
	return put_head(msg, guid_variable, (uint32_t)(BODY - HDR +
			sizeof(*check)) + len);
}

static uint32_t put_policy(const struct step *s, uint8_t *msg)
{
	struct kvm_uefivars_policy_header *hdr = (void *)(msg + HDR);

	memset(msg, 0, KVM_UEFIVARS_POLICY_MSG_MAX);
	hdr->signature = KVM_UEFIVARS_POLICY_SIGNATURE;
	hdr->revision = KVM_UEFIVARS_POLICY_REVISION;
	hdr->command = s->function;
	return put_head(msg, guid_policy, KVM_UEFIVARS_POLICY_MSG_MAX - HDR);
}

static uint32_t put_register(const struct step *s, uint8_t *msg)
{
	struct kvm_uefivars_policy_entry *e = (void *)(msg + POLICY);
	uint32_t len;

	put_policy(s, msg);
	len = utf16(s->var, (uint16_t *)(e + 1)) + 2;
	e->version = KVM_UEFIVARS_POLICY_ENTRY_VERSION;
	e->size = (uint16_t)(sizeof(*e) + len);
	e->name_offset = sizeof(*e);
	memcpy(e->guid, test_guid, sizeof(e->guid));
	e->max_size = ~0U;
	e->lock_type = KVM_UEFIVARS_LOCK_ON_CREATE;
	return put_head(msg, guid_policy, (uint32_t)(POLICY - HDR) + e->size);
}

/* GET_INFO: namespace, two lengths, room for the policy, the name asked for. */
static uint32_t put_policy_info(const struct step *s, uint8_t *msg)
{
	uint8_t *p = msg + POLICY;
	uint32_t total = put_policy(s, msg), room = 256, len;

	memcpy(p, test_guid, 16);
	len = utf16(s->var, (uint16_t *)(p + 24 +
			sizeof(struct kvm_uefivars_policy_entry))) + 2;
	memcpy(p + 16, &len, 4);
	memcpy(p + 20, &room, 4);
	return total;
}

static uint32_t put_phase(const struct step *s, uint8_t *msg)
{
	return put_event(msg, s->guid);
}

static const struct kvm_uefivars_var_query query_nv = { .attributes = NV_BS };

#define STEP(n, ...)	static const struct step n = { .name = #n, __VA_ARGS__ }
#define FN(f)		.function = KVM_UEFIVARS_FN_##f
#define CMD(c)		.function = KVM_UEFIVARS_POLICY_##c
#define VALUE(v, n, a, d, l) \
	.put = put_write, .var = n, .attributes = a, .data = d, .len = l, .guid = v
#define KEY(v, n, a, d)	VALUE(v, n, a, d, sizeof(d))

STEP(set_new, VALUE(NULL, "New", NV_BS, "data", 4));
STEP(set_volatile, VALUE(NULL, "Fleeting", BS_RT, "data", 4));
STEP(set_longer, VALUE(NULL, "New", NV_BS, "longer data", 11),
     .after = { &set_new });
STEP(set_same, VALUE(NULL, "New", NV_BS, "data", 4), .after = { &set_new });
STEP(append, VALUE(NULL, "New", NV_BS | APPEND, " and more", 9),
     .after = { &set_new });
STEP(delete, VALUE(NULL, "New", 0, "", 0), .after = { &set_new });
STEP(revive, VALUE(NULL, "New", NV_BS, "again", 5),
     .after = { &set_new, &delete });
STEP(get, .put = put_read, .var = "New", FN(GET_VARIABLE), .after = { &set_new });
STEP(get_missing, .put = put_read, .var = "None", FN(GET_VARIABLE),
     .want = KVM_UEFIVARS_EFI_NOT_FOUND);
STEP(next_name, .put = put_next_name, .var = "New", FN(GET_NEXT_NAME),
     .after = { &set_new, &set_volatile },
     .want = KVM_UEFIVARS_EFI_NOT_FOUND);
STEP(first_name, .put = put_next_name, FN(GET_NEXT_NAME));
STEP(query_info, .put = put_function, FN(QUERY_INFO), .data = &query_nv,
     .len = sizeof(query_nv));
STEP(payload_size, .put = put_function, FN(GET_PAYLOAD_SIZE), .len = 8);
STEP(lock_variable, .put = put_lock, .var = "New", FN(LOCK_VARIABLE));
STEP(property_set, .put = put_property, .var = "New", FN(PROPERTY_SET));
STEP(property_get, .put = put_property, .var = "New", FN(PROPERTY_GET),
     .after = { &property_set });
STEP(policy_register, .put = put_register, .var = "New", CMD(REGISTER));
STEP(policy_info, .put = put_policy_info, .var = "New", CMD(GET_INFO),
     .after = { &policy_register });
STEP(policy_lock_state, .put = put_policy_info, .var = "New",
     CMD(GET_LOCK_STATE), .after = { &policy_register },
     .want = KVM_UEFIVARS_EFI_NOT_FOUND);
STEP(policy_dump, .put = put_policy, CMD(DUMP), .after = { &policy_register });
STEP(policy_is_enabled, .put = put_policy, CMD(IS_ENABLED));
STEP(policy_lock, .put = put_policy, CMD(LOCK));
STEP(policy_disable, .put = put_policy, CMD(DISABLE),
     .want = KVM_UEFIVARS_EFI_WRITE_PROTECTED);
STEP(set_locking, VALUE(NULL, "New", NV_BS, "data", 4),
     .after = { &policy_register });
STEP(lang_codes, VALUE(guid_global, "LangCodes", BS_RT, "engfra", 7));
STEP(platform_codes, VALUE(guid_global, "PlatformLangCodes", BS_RT, "en;fr", 6),
     .after = { &lang_codes });
STEP(platform_lang, VALUE(guid_global, "PlatformLang", NV_BS_RT, "fr", 3),
     .after = { &lang_codes, &platform_codes });
STEP(lang, VALUE(guid_global, "Lang", NV_BS_RT, "eng", 4),
     .after = { &lang_codes, &platform_codes });
STEP(overwrite_request, VALUE(guid_request, "MemoryOverwriteRequestControl",
			      NV_BS_RT, "", 1));
STEP(overwrite_lock, VALUE(guid_lock, "MemoryOverwriteRequestControlLock",
			   NV_BS_RT, "12345678", 8),
     .after = { &overwrite_request });
STEP(mine_create, KEY(NULL, "Mine", SIGNED, mine_first));
STEP(mine_update, KEY(NULL, "Mine", SIGNED, mine_second),
     .after = { &mine_create });
STEP(mine_remove, KEY(NULL, "Mine", SIGNED, mine_delete),
     .after = { &mine_create });
STEP(key_exchange, KEY(guid_global, "KEK", SIGNED, kek_enrol));
STEP(platform_key, KEY(guid_global, "PK", SIGNED, pk_enrol),
     .after = { &key_exchange });
STEP(key_exchange_signed, KEY(guid_global, "KEK", SIGNED, kek_signed),
     .after = { &key_exchange, &platform_key });
STEP(signer, KEY(guid_security, "db", SIGNED, db_signed),
     .after = { &key_exchange, &platform_key });
STEP(signer_append, KEY(guid_security, "db", SIGNED | APPEND, db_append),
     .after = { &key_exchange, &platform_key, &signer });
STEP(platform_key_delete, KEY(guid_global, "PK", SIGNED, pk_delete),
     .after = { &key_exchange, &platform_key });
STEP(audit_mode, VALUE(guid_global, "AuditMode", BS_RT, "\x01", 1),
     .after = { &key_exchange, &platform_key },
     .options = KVM_UEFIVARS_OPT_AUDIT_MODE);
STEP(ends_dxe, .put = put_phase, .guid = end_of_dxe,
     .after = { &overwrite_request });
STEP(is_ready_to_boot, .put = put_phase, .guid = ready_to_boot);
STEP(exits_boot, .put = put_phase, .guid = exit_boot);

static const struct step *const steps[] = {
	&set_new, &set_volatile, &set_longer, &set_same, &append, &delete,
	&revive, &get, &get_missing, &next_name, &first_name, &query_info,
	&payload_size, &lock_variable, &property_set, &property_get,
	&policy_register, &policy_info, &policy_lock_state, &policy_dump,
	&policy_is_enabled, &policy_lock, &policy_disable, &set_locking,
	&lang_codes, &platform_codes, &platform_lang, &lang,
	&overwrite_request, &overwrite_lock, &mine_create, &mine_update,
	&mine_remove, &key_exchange, &platform_key, &key_exchange_signed,
	&signer, &signer_append, &platform_key_delete, &audit_mode, &ends_dxe,
	&is_ready_to_boot, &exits_boot,
};

#define NR_STEPS	(sizeof(steps) / sizeof(steps[0]))

static bool is_event(const struct step *s)
{
	return s->put == put_phase;
}

/* Status in the reply; an event has none. */
static uint64_t step_status(const struct step *s, const uint8_t *msg)
{
	const struct kvm_uefivars_policy_header *policy =
		(const void *)(msg + HDR);

	if (is_event(s))
		return KVM_UEFIVARS_EFI_SUCCESS;
	if (!memcmp(msg, guid_policy, sizeof(guid_policy)))
		return policy->result;
	return reply_status(msg);
}

static enum nth_result step_result(const struct step *s, uint16_t transport,
				   const uint8_t *msg)
{
	uint64_t status;

	switch (transport) {
	case KVM_UEFIVARS_STS_SUCCESS:
		break;
	case KVM_UEFIVARS_STS_BAD_SIZE: /* no memory for the message */
		return NTH_REFUSED;
	case KVM_UEFIVARS_STS_UNKNOWN: /* guest memory went away */
		return NTH_LOST;
	default:
		nth_unexpected("transport status", transport);
	}
	status = step_status(s, msg);
	if (status == s->want)
		return NTH_DONE;
	if (status != KVM_UEFIVARS_EFI_OUT_OF_RESOURCES &&
	    status != KVM_UEFIVARS_EFI_DEVICE_ERROR)
		nth_unexpected("EFI status", (long long)status);
	return NTH_REFUSED;
}

static uint16_t status_register(const struct nth_env *env)
{
	return (uint16_t)reg_read(env->g.port, KVM_UEFIVARS_REG_CMD_STS, 2);
}

static enum nth_result by_write(struct nth_env *env, const struct step *s,
				uint16_t cmd, bool *is_rung)
{
	struct kvm_uefivars_mmio arg = {
		.size = sizeof(arg),
		.flags = KVM_UEFIVARS_MMIO_WRITE,
		.offset = KVM_UEFIVARS_REG_CMD_STS,
		.len = 2,
		.data = cmd,
	};
	int ret;

	(void)s;
	nth_arm();
	ret = call(env->g.port, KVM_UEFIVARS_MMIO, &arg);
	nth_disarm();
	*is_rung = !ret;
	return nth_errno(ret);
}

static enum nth_result run_dma(struct nth_env *env, const void *arg)
{
	enum nth_result result;
	bool is_rung;

	((const struct step *)arg)->put(arg, env->g.mem);
	result = by_write(env, arg, KVM_UEFIVARS_CMD_DMA_MM, &is_rung);
	return is_rung ? step_result(arg, status_register(env), env->g.mem) :
			 result;
}

static void pio(int port, uint8_t *msg, uint32_t len, bool is_write)
{
	uint32_t i;

	reg_write(port, KVM_UEFIVARS_REG_CMD_STS, 2, KVM_UEFIVARS_CMD_PIO_ZERO);
	for (i = 0; i < len; i += 8) {
		uint64_t word;

		memcpy(&word, msg + i, 8);
		if (is_write)
			reg_write(port, KVM_UEFIVARS_REG_PIO_DATA, 8, word);
		else
			word = reg_read(port, KVM_UEFIVARS_REG_PIO_DATA, 8);
		memcpy(msg + i, &word, 8);
	}
}

static enum nth_result run_pio(struct nth_env *env, const void *arg)
{
	static uint8_t msg[65536];
	uint32_t len = ((const struct step *)arg)->put(arg, msg);
	enum nth_result result;
	uint16_t transport;
	bool is_rung;

	pio(env->g.port, msg, (len + 7) & ~7U, true);
	result = by_write(env, arg, KVM_UEFIVARS_CMD_PIO_MM, &is_rung);
	if (!is_rung)
		return result;
	transport = status_register(env);
	pio(env->g.port, msg, (len + 7) & ~7U, false);
	return step_result(arg, transport, msg);
}

/* Answered by this thread on its way back from write(). */
static enum nth_result run_doorbell(struct nth_env *env, const void *arg)
{
	uint64_t one = 1;
	ssize_t ret;

	((const struct step *)arg)->put(arg, env->g.mem);
	nth_arm();
	ret = write(env->eventfd, &one, sizeof(one));
	ret = ret < 0 ? -errno : ret;
	nth_disarm();
	if (ret < 0)
		return nth_errno(ret);
	return step_result(arg, status_register(env), env->g.mem);
}

static void setup(struct nth_env *env, const void *arg)
{
	const struct step *s = arg;
	unsigned int i;

	nth_machine(env, s->options);
	for (i = 0; i < 4 && s->after[i]; i++) {
		const struct step *first = s->after[i];

		first->put(first, env->g.mem);
		CHECK_EQ(guest_command(&env->g, KVM_UEFIVARS_CMD_DMA_MM),
			 KVM_UEFIVARS_STS_SUCCESS);
		CHECK_EQ(step_status(first, env->g.mem), first->want);
	}
}

static void setup_doorbell(struct nth_env *env, const void *arg)
{
	env->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	CHECK(env->eventfd >= 0);
	setup(env, arg);
}

static void add(const struct step *s, const char *way, enum way by)
{
	static enum nth_result (*const runs[])(struct nth_env *, const void *) = {
		run_dma, run_pio, run_doorbell,
	};
	struct nth_case *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct nth_case){
		.setup = by == BY_DOORBELL ? setup_doorbell : setup,
		.run = runs[by],
		.arg = s,
		.is_event = is_event(s),
	};
	ktap_add(nth_sweep, c, "%s_%s", way, s->name);
}

void nth_add_guest(void)
{
	unsigned int i;

	for (i = 0; i < NR_STEPS; i++)
		add(steps[i], "guest", BY_DMA);
	add(&set_new, "pio", BY_PIO);
	add(&get, "pio", BY_PIO);
	add(&mine_create, "pio", BY_PIO);
	add(&set_new, "doorbell", BY_DOORBELL);
	add(&get, "doorbell", BY_DOORBELL);
	add(&mine_create, "doorbell", BY_DOORBELL);
}
