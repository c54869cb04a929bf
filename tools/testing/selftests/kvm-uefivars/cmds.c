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

/* What only a person can tell: frozen sizes, and how to call each. */
struct call {
	const char *name;
	uint32_t min_size;
	bool is_out;
	bool is_unattached;
	void (*fill)(struct cmd_env *env, void *arg);
};

static const struct call calls[] = {
	{ "GET_INFO", 64, .is_out = true, .fill = fill_nothing },
	{ "CREATE_STORE", 88, .is_out = true, .fill = fill_nothing },
	{ "NEXT_STORE_ID", 24, .is_out = true, .fill = fill_nothing },
	{ "OPEN_STORE_BY_ID", 24, .is_out = true, .fill = fill_open_by_id },
	{ "STORE_INFO", 168, .is_out = true, .fill = fill_nothing },
	{ "SET_CONFIG", 56, .fill = fill_nothing },
	{ "VAR_SET", 80, .is_out = true, .fill = fill_var },
	{ "VAR_GET", 80, .is_out = true, .fill = fill_var },
	{ "VAR_DELETE", 80, .is_out = true, .fill = fill_var },
	{ "VAR_NEXT", 48, .is_out = true, .fill = fill_next },
	{ "ACK", 16, .fill = fill_ack },
	{ "OPEN_PORT", 16, .is_out = true, .is_unattached = true,
	  .fill = fill_nothing },
	{ "STORE_STATS", 248, .is_out = true, .fill = fill_nothing },
	{ "FREEZE", 8, .is_unattached = true, .fill = fill_nothing },
	{ "THAW", 8, .fill = fill_nothing },
	{ "SAVE_STATE", 24, .is_out = true, .fill = fill_save },
	{ "RESTORE_STATE", 24, .fill = fill_restore },
	{ "PORT_INFO", 48, .is_out = true, .fill = fill_nothing },
	{ "ATTACH", 16, .is_unattached = true, .fill = fill_attach },
	{ "SET_MEMORY", 40, .fill = fill_memory },
	{ "MMIO", 24, .is_out = true, .fill = fill_mmio },
	{ "MACHINE_RESET", 8, .fill = fill_nothing },
	{ "PAUSE", 8, .fill = fill_nothing },
	{ "RESUME", 8, .fill = fill_nothing },
	{ "TAKE_DIRTY", 144, .is_out = true, .fill = fill_nothing },
};

#define NR_CALLS	((int)(sizeof(calls) / sizeof(calls[0])))

#define RESERVED_0(type)	0
#define RESERVED_1(type)	offsetof(struct kvm_uefivars_##type, reserved)

#define ERRNO(cmd, error)
#define CMD(cmd, of, port_too, type, flags_there, flags_known, reserved_there) \
	{ .name = #cmd, .nr = KVM_UEFIVARS_##cmd, .kind = CMD_##of,	\
	  .size = sizeof(struct kvm_uefivars_##type),			\
	  .has_flags = flags_there, .flags = flags_known,		\
	  .reserved = RESERVED_##reserved_there(type),			\
	  .is_port_too = port_too },

struct cmd cmds[] = {
#include "cmd_table.inc"
};

const int nr_cmds = sizeof(cmds) / sizeof(cmds[0]);

/* Joins the two tables before main(). */
__attribute__((constructor)) static void cmd_join(void)
{
	int i, j;

	for (i = 0; i < nr_cmds; i++)
		for (j = 0; j < NR_CALLS; j++) {
			if (strcmp(cmds[i].name, calls[j].name))
				continue;
			cmds[i].min_size = calls[j].min_size;
			cmds[i].is_out = calls[j].is_out;
			cmds[i].is_unattached = calls[j].is_unattached;
			cmds[i].fill = calls[j].fill;
		}
}

const struct cmd *cmd_find(unsigned int nr)
{
	int i;

	for (i = 0; i < nr_cmds; i++)
		if (cmds[i].nr == nr)
			return &cmds[i];
	abort();
}

const char *cmd_missing(void)
{
	int i, j;

	for (i = 0; i < nr_cmds; i++)
		if (!cmds[i].fill)
			return cmds[i].name;
	for (j = 0; j < NR_CALLS; j++) {
		for (i = 0; i < nr_cmds; i++)
			if (!strcmp(cmds[i].name, calls[j].name))
				break;
		if (i == nr_cmds)
			return calls[j].name;
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

void cmd_teardown(struct cmd_env *env)
{
	enum cmd_kind kind;

	for (kind = 0; kind < CMD_KINDS; kind++)
		if (env->fd[kind] >= 0)
			close(env->fd[kind]);
	munmap(env->memory, 65536);
	free(env);
}
