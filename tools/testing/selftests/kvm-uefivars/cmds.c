// SPDX-License-Identifier: GPL-2.0
/* Every command: its kind, its structure, and how to call it successfully. */
#include "cmds.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void fill_nothing(struct cmd_env *env, void *arg)
{
	(void)env;
	(void)arg;
}

static void fill_open_by_id(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_store_id *a = arg;

	a->id = store_info(env->fd[CMD_STORE]).id;
}

static void fill_var(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_var *a = arg;

	memcpy(a->guid, test_guid, sizeof(a->guid));
	a->name = (uintptr_t)env->name;
	a->name_len = utf16("there", env->name);
	a->data = (uintptr_t)env->data;
	a->data_len = 64;
	a->attributes = NV_BS_RT;
}

static void fill_next(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_next *a = arg;

	a->name = (uintptr_t)env->name;
	a->name_size = sizeof(env->name);
}

static void fill_ack(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_ack *a = arg;
	struct kvm_uefivars_batch *batch = (void *)env->data;

	CHECK(read(env->fd[CMD_STORE], env->data, sizeof(env->data)) > 0);
	a->seq = batch->seq;
}

static void fill_attach(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_attach *a = arg;

	(void)env;
	a->eventfd = -1;
}

static void fill_memory(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_memory *a = arg;

	a->gpa = 0x100000;
	a->len = 65536;
	a->hva = (uintptr_t)env->memory;
}

static void fill_mmio(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_mmio *a = arg;

	(void)env;
	a->offset = KVM_UEFIVARS_REG_MAGIC;
	a->len = 2;
}

static void fill_save(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_state *a = arg;

	a->data = (uintptr_t)env->data;
	a->len = sizeof(env->data);
}

static void fill_restore(struct cmd_env *env, void *arg)
{
	fill_save(env, arg);
	CHECK_EQ(call(env->fd[CMD_STORE], KVM_UEFIVARS_SAVE_STATE, arg), 0);
}

#define RESERVED(type)	offsetof(struct kvm_uefivars_##type, reserved)

const struct cmd cmds[] = {
	{ .name = "GET_INFO", .nr = KVM_UEFIVARS_GET_INFO, .kind = CMD_DEVICE,
	  .size = 64, .flags = ~0U, .is_out = true, .fill = fill_nothing },
	{ .name = "CREATE_STORE", .nr = KVM_UEFIVARS_CREATE_STORE,
	  .kind = CMD_DEVICE, .size = 88, .reserved = RESERVED(create_store),
	  .is_out = true, .fill = fill_nothing },
	{ .name = "NEXT_STORE_ID", .nr = KVM_UEFIVARS_NEXT_STORE_ID,
	  .kind = CMD_DEVICE, .size = 24, .reserved = RESERVED(store_id),
	  .is_out = true, .fill = fill_nothing },
	{ .name = "OPEN_STORE_BY_ID", .nr = KVM_UEFIVARS_OPEN_STORE_BY_ID,
	  .kind = CMD_DEVICE, .size = 24, .reserved = RESERVED(store_id),
	  .is_out = true, .fill = fill_open_by_id },
	{ .name = "STORE_INFO", .nr = KVM_UEFIVARS_STORE_INFO,
	  .kind = CMD_STORE, .size = 168, .flags = ~0U, .is_out = true,
	  .fill = fill_nothing },
	{ .name = "SET_CONFIG", .nr = KVM_UEFIVARS_SET_CONFIG,
	  .kind = CMD_STORE, .size = 56, .fill = fill_nothing },
	{ .name = "VAR_SET", .nr = KVM_UEFIVARS_VAR_SET, .kind = CMD_STORE,
	  .size = 80, .flags = KVM_UEFIVARS_VAR_CLEAN,
	  .reserved = RESERVED(var), .is_out = true, .fill = fill_var },
	{ .name = "VAR_GET", .nr = KVM_UEFIVARS_VAR_GET, .kind = CMD_STORE,
	  .size = 80, .reserved = RESERVED(var), .is_out = true,
	  .fill = fill_var },
	{ .name = "VAR_DELETE", .nr = KVM_UEFIVARS_VAR_DELETE,
	  .kind = CMD_STORE, .size = 80, .reserved = RESERVED(var),
	  .is_out = true, .fill = fill_var },
	{ .name = "VAR_NEXT", .nr = KVM_UEFIVARS_VAR_NEXT, .kind = CMD_STORE,
	  .size = 48, .is_out = true, .fill = fill_next },
	{ .name = "ACK", .nr = KVM_UEFIVARS_ACK, .kind = CMD_STORE, .size = 16,
	  .flags = KVM_UEFIVARS_ACK_FAILED, .fill = fill_ack },
	{ .name = "OPEN_PORT", .nr = KVM_UEFIVARS_OPEN_PORT, .kind = CMD_STORE,
	  .size = 16, .flags = KVM_UEFIVARS_PORT_STATE |
			       KVM_UEFIVARS_PORT_VARIABLES,
	  .reserved = RESERVED(open_port), .is_out = true,
	  .is_unattached = true, .fill = fill_nothing },
	{ .name = "STORE_STATS", .nr = KVM_UEFIVARS_STORE_STATS,
	  .kind = CMD_STORE, .size = 248, .is_out = true,
	  .fill = fill_nothing },
	{ .name = "FREEZE", .nr = KVM_UEFIVARS_FREEZE, .kind = CMD_STORE,
	  .size = 8, .is_unattached = true, .fill = fill_nothing },
	{ .name = "THAW", .nr = KVM_UEFIVARS_THAW, .kind = CMD_STORE,
	  .size = 8, .fill = fill_nothing },
	{ .name = "SAVE_STATE", .nr = KVM_UEFIVARS_SAVE_STATE,
	  .kind = CMD_STORE, .size = 24, .is_out = true,
	  .flags = KVM_UEFIVARS_STATE_VARIABLES, .is_port_too = true,
	  .fill = fill_save },
	{ .name = "RESTORE_STATE", .nr = KVM_UEFIVARS_RESTORE_STATE,
	  .kind = CMD_STORE, .size = 24,
	  .flags = KVM_UEFIVARS_STATE_VARIABLES, .is_port_too = true,
	  .fill = fill_restore },
	{ .name = "PORT_INFO", .nr = KVM_UEFIVARS_PORT_INFO, .kind = CMD_PORT,
	  .size = 48, .flags = ~0U, .is_out = true, .fill = fill_nothing },
	{ .name = "ATTACH", .nr = KVM_UEFIVARS_ATTACH, .kind = CMD_PORT,
	  .size = 16, .reserved = RESERVED(attach), .is_unattached = true,
	  .fill = fill_attach },
	{ .name = "SET_MEMORY", .nr = KVM_UEFIVARS_SET_MEMORY, .kind = CMD_PORT,
	  .size = 40, .flags = KVM_UEFIVARS_MEM_READONLY,
	  .reserved = RESERVED(memory), .fill = fill_memory },
	{ .name = "MMIO", .nr = KVM_UEFIVARS_MMIO, .kind = CMD_PORT, .size = 24,
	  .flags = KVM_UEFIVARS_MMIO_WRITE, .is_out = true,
	  .fill = fill_mmio },
	{ .name = "MACHINE_RESET", .nr = KVM_UEFIVARS_MACHINE_RESET,
	  .kind = CMD_PORT, .size = 8, .fill = fill_nothing },
	{ .name = "PAUSE", .nr = KVM_UEFIVARS_PAUSE, .kind = CMD_PORT,
	  .size = 8, .flags = KVM_UEFIVARS_PAUSE_DEPARTED,
	  .fill = fill_nothing },
	{ .name = "RESUME", .nr = KVM_UEFIVARS_RESUME, .kind = CMD_PORT,
	  .size = 8, .fill = fill_nothing },
	{ .name = "TAKE_DIRTY", .nr = KVM_UEFIVARS_TAKE_DIRTY,
	  .kind = CMD_PORT, .size = 144, .reserved = RESERVED(dirty),
	  .is_out = true, .fill = fill_nothing },
};

const int nr_cmds = sizeof(cmds) / sizeof(cmds[0]);

static const char *const cmd_names[] = {
#include "cmd_names.inc"
};

const char *cmd_missing(void)
{
	unsigned int i;
	int j;

	for (i = 0; i < sizeof(cmd_names) / sizeof(cmd_names[0]); i++) {
		for (j = 0; j < nr_cmds; j++)
			if (!strcmp(cmds[j].name, cmd_names[i]))
				break;
		if (j == nr_cmds)
			return cmd_names[i];
	}
	return NULL;
}

struct cmd_env *cmd_setup(const struct cmd *cmd, void *arg)
{
	struct cmd_env *env = calloc(1, sizeof(*env));
	int store;

	CHECK(env);
	env->memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(env->memory != MAP_FAILED);
	env->fd[CMD_DEVICE] = open_device();
	store = create_store(env->fd[CMD_DEVICE], KVM_UEFIVARS_WRITE_BACK, 0);
	env->fd[CMD_STORE] = store;
	CHECK_EQ(var_set(store, "there", NV_BS_RT, "data", 4, 0), 0);
	env->fd[CMD_PORT] = -1;
	if (cmd->nr != KVM_UEFIVARS_OPEN_PORT)
		env->fd[CMD_PORT] = open_port(store);
	if (!cmd->is_unattached)
		attach(env->fd[CMD_PORT], -1);
	memset(arg, 0, CMD_ARG_MAX);
	*(uint32_t *)arg = cmd->size;
	cmd->fill(env, arg);
	return env;
}

int cmd_call(const struct cmd *cmd, const struct cmd_env *env, void *arg)
{
	return call(env->fd[cmd->kind], cmd->nr, arg);
}
