// SPDX-License-Identifier: GPL-2.0-or-later
/* The core behind the program's calls, in user space. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "mm.h"
#include "../../../../kernel/kvm-uefivars/crypto.h"

#define HEAD	sizeof(struct kvm_uefivars_mm_header)
#define VAR_HEAD	sizeof(struct kvm_uefivars_var_header)

static const u8 guid_variable[16] = KVM_UEFIVARS_GUID_VARIABLE;
static const u8 guid_end_of_dxe[16] = KVM_UEFIVARS_GUID_END_OF_DXE;
static const u8 guid_ready_to_boot[16] = KVM_UEFIVARS_GUID_READY_TO_BOOT;
static const u8 guid_exit_boot[16] = KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES;

static struct kuv_service service;

static void must(bool ok)
{
	if (!ok)
		abort();
}

void machine_power_on(void)
{
	static const u8 hash_key[16] = "differential run";
	/* As limits.c has them. */
	static const struct kuv_limits limits = {
		.nv_size = 0x40000 - 0x48 - 28,
		.volatile_size = 0x80000 - 28,
		.var_size = 0x8400,
		.auth_var_size = 0x8400,
		.volatile_var_size = KUV_VAR_SIZE_MAX,
	};

	must(!kuv_crypto_init());
	must(!kuv_service_init(&service, &limits, &kuv_crypto_ops, hash_key));
	service.options = KUV_OPT_SELF_SIGNED_PK | KUV_OPT_PRESENCE_DELETE;
}

void machine_power_off(void)
{
	kuv_service_exit(&service);
	kuv_crypto_exit();
	must(!shim_nr_live);
}

/* Each message in memory of its own, so that nothing behind it can be read. */
static void message(u8 *msg, size_t len)
{
	struct kuv_mm_result res;

	must(kuv_mm_handle(&service, msg, len, KVM_UEFIVARS_BUFFER_MAX, &res) ==
	     KVM_UEFIVARS_STS_SUCCESS);
	/* Durable at once. */
	kuv_vardb_ack(&service.db, service.db.seq);
}

static u8 *new_message(const u8 *guid, size_t len)
{
	struct kvm_uefivars_mm_header *h = calloc(1, KVM_UEFIVARS_BUFFER_MAX);

	must(h && HEAD + len <= KVM_UEFIVARS_BUFFER_MAX);
	memcpy(h->guid, guid, sizeof(h->guid));
	h->message_len = cpu_to_le64(len);
	return (u8 *)h;
}

static void event(const u8 *guid)
{
	u8 *msg = new_message(guid, 1);

	message(msg, HEAD + 1);
	free(msg);
}

void machine_boot(void)
{
	must(!kuv_service_reset(&service));
	event(guid_end_of_dxe);
	event(guid_ready_to_boot);
}

void machine_exit_boot_services(void)
{
	event(guid_exit_boot);
}

uint64_t machine_call(uint64_t function, void *body, size_t len)
{
	u8 *msg = new_message(guid_variable, VAR_HEAD + len);
	struct kvm_uefivars_var_header *h = (void *)(msg + HEAD);
	u64 status;

	h->function = cpu_to_le64(function);
	memcpy(h + 1, body, len);
	message(msg, HEAD + VAR_HEAD + len);
	memcpy(body, h + 1, len);
	status = le64_to_cpu(h->status);
	free(msg);
	return status;
}
