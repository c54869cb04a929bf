// SPDX-License-Identifier: GPL-2.0
/* Every error of every command, each with all else valid, and nothing changed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmds.h"

/* A bad call: result, and the state as before. */
static void check_refused(const struct cmd_env *env, enum cmd_kind kind,
			  unsigned int nr, void *arg, int want)
{
	uint64_t before = fingerprint(env->fd[CMD_DEVICE], env->fd[CMD_STORE],
				      env->fd[CMD_PORT]);

	CHECK_EQ(call(env->fd[kind], nr, arg), want);
	CHECK_EQ(fingerprint(env->fd[CMD_DEVICE], env->fd[CMD_STORE],
			     env->fd[CMD_PORT]), before);
}

/* What holds for every command. */

static void errno_wrong_kind(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	enum cmd_kind kind;

	for (kind = 0; kind < CMD_KINDS; kind++)
		if (kind != cmd->kind && env->fd[kind] >= 0)
			check_refused(env, kind, cmd->nr, arg,
				      kind == CMD_PORT && cmd->is_port_too ?
				      -EPERM : -ENOTTY);
}

static void errno_unknown_flag(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint32_t bit;

	/* All structures with flags have them in the same place. */
	for (bit = 0; bit < 32; bit++) {
		if (cmd->flags & (1U << bit))
			continue;
		((uint32_t *)arg)[1] = 1U << bit;
		check_refused(env, cmd->kind, cmd->nr, arg, -EINVAL);
	}
}

static void errno_reserved_not_zero(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint32_t bit;

	for (bit = 0; bit < 32; bit++) {
		*(uint32_t *)(arg + cmd->reserved) = 1U << bit;
		check_refused(env, cmd->kind, cmd->nr, arg, -EINVAL);
	}
}

static void errno_null_pointer(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	check_refused(env, cmd->kind, cmd->nr, NULL, -EFAULT);
}

static void errno_kernel_pointer(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	check_refused(env, cmd->kind, cmd->nr, (void *)0xffff888000000000UL,
		      -EFAULT);
}

static void errno_half_mapped(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint8_t *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(page != MAP_FAILED && !munmap(page + 4096, 4096));
	memcpy(page + 4092, arg, 4);
	check_refused(env, cmd->kind, cmd->nr, page + 4092, -EFAULT);
}

static void errno_readonly_result(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(page != MAP_FAILED);
	memcpy(page, arg, cmd->size);
	CHECK(!mprotect(page, 4096, PROT_READ));
	check_refused(env, cmd->kind, cmd->nr, page, -EFAULT);
}

static void errno_unknown_command(const void *data)
{
	struct kvm_uefivars_info info = { .size = sizeof(info) };
	struct cmd_env *env = cmd_setup(&cmds[0], &(uint8_t[CMD_ARG_MAX]){});
	enum cmd_kind kind;
	unsigned int nr;
	int i;

	(void)data;
	for (kind = 0; kind < CMD_KINDS; kind++)
		for (nr = 0; nr < 256; nr++) {
			unsigned int cmd = _IO(KVM_UEFIVARS_IOC, nr);

			for (i = 0; i < nr_cmds; i++)
				if (cmds[i].nr == cmd)
					break;
			if (i == nr_cmds)
				CHECK_EQ(call(env->fd[kind], cmd, &info),
					 -ENOTTY);
		}
	CHECK_EQ(call(env->fd[CMD_DEVICE], _IOR(KVM_UEFIVARS_IOC, 0, info),
		      &info), -ENOTTY);
	CHECK_EQ(call(env->fd[CMD_DEVICE], _IO('k', 0), &info), -ENOTTY);
}

/* Particular commands. A case is a change of an otherwise valid structure. */

struct bad {
	const char *name;
	unsigned int nr;
	int want;
	void (*spoil)(struct cmd_env *env, void *arg);
};

static void create_bad_durability(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_create_store *)arg)->config.durability = 2;
}

static void create_config_option_unknown(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_create_store *)arg)->config.options = 1U << 31;
}

static struct kvm_uefivars_info get_info(const struct cmd_env *env)
{
	struct kvm_uefivars_info info = { .size = sizeof(info) };

	CHECK_EQ(call(env->fd[CMD_DEVICE], KVM_UEFIVARS_GET_INFO, &info), 0);
	return info;
}

static void create_nv_too_large(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_create_store *)arg)->config.nv_size =
		get_info(env).nv_size_max + 1;
}

static void create_volatile_too_large(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_create_store *)arg)->config.volatile_size =
		get_info(env).volatile_size_max + 1;
}

static void create_var_too_large(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_create_store *)arg)->config.var_size =
		get_info(env).var_size_max + 1;
}

static void create_wait_too_long(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_create_store *)arg)->config.wait_ms =
		get_info(env).wait_ms_max + 1;
}

static void set_config_option_unknown(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_set_config *)arg)->config.options = 1U << 31;
}

static void set_config_nv_too_large(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_set_config *)arg)->config.nv_size =
		get_info(env).nv_size_max + 1;
}

static void store_id_not_there(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_store_id *)arg)->id = ~0ULL;
}

static void var_absent(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_var *)arg)->name_len = utf16("gone", env->name);
}

static void var_other_namespace(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->guid[0] ^= 1;
}

static void var_name_empty(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->name_len = 0;
}

static void var_name_odd(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->name_len = 3;
}

static void var_name_with_nul(struct cmd_env *env, void *arg)
{
	(void)arg;
	env->name[2] = 0;
}

static void var_name_nul_terminated(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->name_len += 2;
}

static void var_name_huge(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->name_len = 0xfffffffe;
}

static void var_name_bad_pointer(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->name = 8;
}

static void var_data_empty(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->data_len = 0;
}

static void var_data_huge(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->data_len = 0xffffffff;
}

static void var_data_over_limit(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_var *)arg)->data_len =
		get_info(env).var_size_max - 60;
}

static void var_data_bad_pointer(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->data = 8;
}

static void var_not_boot_service(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->attributes = KVM_UEFIVARS_ATTR_NV;
}

static void var_append(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->attributes |= KVM_UEFIVARS_ATTR_AP;
}

static void var_unknown_attribute(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->attributes |= 0x100;
}

static void var_time_of_plain(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_var *)arg)->time[0] = 1;
}

static void var_pool_full(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_set_config c = {
		.size = sizeof(c),
		.config.nv_size = 128,
	};

	CHECK_EQ(call(env->fd[CMD_STORE], KVM_UEFIVARS_SET_CONFIG, &c), 0);
	((struct kvm_uefivars_var *)arg)->data_len = 100;
}

/* A descriptor without a signature, and nothing behind it. */
static void make_signed(struct cmd_env *env, void *arg)
{
	static const uint8_t pkcs7[16] = {
		0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
		0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7,
	};
	struct kvm_uefivars_var *a = arg;
	uint8_t *d = memset(env->data, 0, 40);

	d[0] = 1;
	d[16] = 24;
	d[21] = 2;
	d[22] = 0xf1;
	d[23] = 0x0e;
	memcpy(d + 24, pkcs7, sizeof(pkcs7));
	a->flags = KVM_UEFIVARS_VAR_SIGNED;
	a->attributes |= KVM_UEFIVARS_ATTR_AT;
	a->data_len = 40;
	a->name_len = utf16("Signed", env->name);
}

static void global_name(struct cmd_env *env, void *arg, const char *name)
{
	static const uint8_t global[16] = {
		0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
		0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
	};
	struct kvm_uefivars_var *a = arg;

	make_signed(env, arg);
	memcpy(a->guid, global, sizeof(global));
	a->name_len = utf16(name, env->name);
}

static void var_signed_by_nobody(struct cmd_env *env, void *arg)
{
	make_signed(env, arg);
	((struct kvm_uefivars_var *)arg)->data_len = 41;
}

static void var_signed_delete_absent(struct cmd_env *env, void *arg)
{
	global_name(env, arg, "PK");
}

static void var_signed_read_only(struct cmd_env *env, void *arg)
{
	global_name(env, arg, "SetupMode");
}

static void var_signed_and_clean(struct cmd_env *env, void *arg)
{
	make_signed(env, arg);
	((struct kvm_uefivars_var *)arg)->flags |= KVM_UEFIVARS_VAR_CLEAN;
}

static void var_signed_by_attribute_only(struct cmd_env *env, void *arg)
{
	make_signed(env, arg);
	((struct kvm_uefivars_var *)arg)->attributes = NV_BS_RT;
}

static void var_signed_with_time(struct cmd_env *env, void *arg)
{
	make_signed(env, arg);
	((struct kvm_uefivars_var *)arg)->time[15] = 1;
}

static void var_signed_pool_full(struct cmd_env *env, void *arg)
{
	/* A list of one SHA-256. */
	static const uint8_t list[28] = {
		0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40,
		0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28,
		[16] = 76, [24] = 48,
	};

	var_pool_full(env, arg);
	global_name(env, arg, "KEK");
	memset(env->data + 40, 0x5a, 76);
	memcpy(env->data + 40, list, sizeof(list));
	((struct kvm_uefivars_var *)arg)->data_len = 40 + 76;
}

static void next_at_end(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_next *a = arg;
	struct kvm_uefivars_next last = *a;

	while (!call(env->fd[CMD_STORE], KVM_UEFIVARS_VAR_NEXT, &last))
		*a = last;
}

static void next_before_absent(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_next *)arg)->name_len = utf16("gone", env->name);
}

static void next_bad_pointer(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_next *)arg)->name = 8;
}

static void ack_never_read(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_ack *)arg)->seq++;
}

static void port_open_already(struct cmd_env *env, void *arg)
{
	(void)arg;
	env->fd[CMD_PORT] = open_port(env->fd[CMD_STORE]);
}

static void port_variables_only(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_open_port *)arg)->flags =
		KVM_UEFIVARS_PORT_VARIABLES;
}

static void state_bad_pointer(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_state *)arg)->data = 8;
}

static void save_no_room(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_state *)arg)->len = 16;
}

static void restore_empty(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_state *)arg)->len = 0;
}

static void restore_cut(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_state *)arg)->len--;
}

static void restore_huge(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_state *)arg)->len = ~0ULL;
}

static void restore_garbage(struct cmd_env *env, void *arg)
{
	(void)arg;
	env->data[0] ^= 1;
}

static void restore_without_variables(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_state *)arg)->flags =
		KVM_UEFIVARS_STATE_VARIABLES;
}

static void attach_twice(struct cmd_env *env, void *arg)
{
	(void)arg;
	attach(env->fd[CMD_PORT], -1);
}

static void attach_not_eventfd(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_attach *)arg)->eventfd = 0;
}

static void attach_closed_fd(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_attach *)arg)->eventfd = 9999;
}

static void attach_negative_fd(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_attach *)arg)->eventfd = -2;
}

static void memory_overlap(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_memory *a = arg;

	CHECK_EQ(call(env->fd[CMD_PORT], KVM_UEFIVARS_SET_MEMORY, a), 0);
	a->slot = 1;
	a->gpa += a->len - 4096;
}

static void memory_slot_number(struct cmd_env *env, void *arg)
{
	((struct kvm_uefivars_memory *)arg)->slot =
		get_info(env).memory_slots_max;
}

static void memory_gpa_wraps(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_memory *)arg)->gpa = 0xfffffffffffff000ULL;
}

static void memory_hva_wraps(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_memory *)arg)->hva = 0xfffffffffffff000ULL;
}

static void memory_gpa_unaligned(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_memory *)arg)->gpa += 0x800;
}

static void memory_len_unaligned(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_memory *)arg)->len -= 1;
}

static void memory_hva_unaligned(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_memory *)arg)->hva += 1;
}

static void memory_of_kernel(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_memory *)arg)->hva = 0xffff888000000000ULL;
}

static void mmio_offset(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_mmio *)arg)->offset = 4096;
}

static void mmio_len_zero(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_mmio *)arg)->len = 0;
}

static void mmio_len_three(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_mmio *)arg)->len = 3;
}

static void mmio_len_sixteen(struct cmd_env *env, void *arg)
{
	(void)env;
	((struct kvm_uefivars_mmio *)arg)->len = 16;
}

static void attach_eventfd_with_pio(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_attach *a = arg;

	(void)env;
	a->flags = KVM_UEFIVARS_ATTACH_PIO;
	a->eventfd = eventfd(0, EFD_CLOEXEC);
	CHECK(a->eventfd >= 0);
}

static void freeze(struct cmd_env *env)
{
	struct kvm_uefivars_freeze freeze = { .size = sizeof(freeze) };
	struct kvm_uefivars_pause pause = { .size = sizeof(pause) };

	CHECK_EQ(call(env->fd[CMD_PORT], KVM_UEFIVARS_PAUSE, &pause), 0);
	CHECK_EQ(call(env->fd[CMD_STORE], KVM_UEFIVARS_FREEZE, &freeze), 0);
}

static void store_is_frozen(struct cmd_env *env, void *arg)
{
	(void)arg;
	freeze(env);
}

static void port_not_paused(struct cmd_env *env, void *arg)
{
	(void)arg;
	attach(env->fd[CMD_PORT], -1);
}

static void restore_over_limit(struct cmd_env *env, void *arg)
{
	struct kvm_uefivars_set_config c = { .size = sizeof(c) };
	struct kvm_uefivars_state *a = arg;
	static uint8_t big[4096];

	CHECK_EQ(var_set(env->fd[CMD_STORE], "big", NV_BS_RT, big, sizeof(big),
			 0), 0);
	a->flags = KVM_UEFIVARS_STATE_VARIABLES;
	a->len = sizeof(env->data);
	CHECK_EQ(call(env->fd[CMD_STORE], KVM_UEFIVARS_SAVE_STATE, a), 0);
	c.config.nv_size = 1024;
	CHECK_EQ(call(env->fd[CMD_STORE], KVM_UEFIVARS_SET_CONFIG, &c), 0);
}

static void restore_no_port(struct cmd_env *env, void *arg)
{
	(void)arg;
	close(env->fd[CMD_PORT]);
	env->fd[CMD_PORT] = -1;
}

#define BAD(cmd, err, fn) { #fn, KVM_UEFIVARS_##cmd, -(err), fn }

static const struct bad bads[] = {
	BAD(CREATE_STORE, EINVAL, create_bad_durability),
	BAD(CREATE_STORE, EINVAL, create_config_option_unknown),
	BAD(CREATE_STORE, ENOSPC, create_nv_too_large),
	BAD(CREATE_STORE, ENOSPC, create_volatile_too_large),
	BAD(CREATE_STORE, ENOSPC, create_var_too_large),
	BAD(CREATE_STORE, ENOSPC, create_wait_too_long),
	BAD(SET_CONFIG, EINVAL, set_config_option_unknown),
	BAD(SET_CONFIG, ENOSPC, set_config_nv_too_large),
	BAD(NEXT_STORE_ID, ENOENT, store_id_not_there),
	BAD(OPEN_STORE_BY_ID, ENOENT, store_id_not_there),
	BAD(VAR_GET, ENOENT, var_absent),
	BAD(VAR_GET, ENOENT, var_other_namespace),
	BAD(VAR_GET, EINVAL, var_name_empty),
	BAD(VAR_GET, EINVAL, var_name_odd),
	BAD(VAR_GET, EINVAL, var_name_with_nul),
	BAD(VAR_GET, EINVAL, var_name_nul_terminated),
	BAD(VAR_GET, EINVAL, var_name_huge),
	BAD(VAR_GET, EFAULT, var_name_bad_pointer),
	BAD(VAR_GET, EFAULT, var_data_bad_pointer),
	BAD(VAR_DELETE, ENOENT, var_absent),
	BAD(VAR_DELETE, EINVAL, var_name_empty),
	BAD(VAR_DELETE, EFAULT, var_name_bad_pointer),
	BAD(VAR_SET, EINVAL, var_name_empty),
	BAD(VAR_SET, EINVAL, var_name_odd),
	BAD(VAR_SET, EINVAL, var_name_with_nul),
	BAD(VAR_SET, EINVAL, var_name_nul_terminated),
	BAD(VAR_SET, EINVAL, var_name_huge),
	BAD(VAR_SET, EFAULT, var_name_bad_pointer),
	BAD(VAR_SET, EINVAL, var_data_empty),
	BAD(VAR_SET, ENOSPC, var_data_huge),
	BAD(VAR_SET, ENOSPC, var_data_over_limit),
	BAD(VAR_SET, EFAULT, var_data_bad_pointer),
	BAD(VAR_SET, EINVAL, var_not_boot_service),
	BAD(VAR_SET, EINVAL, var_append),
	BAD(VAR_SET, EINVAL, var_unknown_attribute),
	BAD(VAR_SET, EINVAL, var_time_of_plain),
	BAD(VAR_SET, ENOSPC, var_pool_full),
	BAD(VAR_SET, EKEYREJECTED, var_signed_by_nobody),
	BAD(VAR_SET, ENOENT, var_signed_delete_absent),
	BAD(VAR_SET, EACCES, var_signed_read_only),
	BAD(VAR_SET, EINVAL, var_signed_and_clean),
	BAD(VAR_SET, EINVAL, var_signed_by_attribute_only),
	BAD(VAR_SET, EINVAL, var_signed_with_time),
	BAD(VAR_SET, ENOSPC, var_signed_pool_full),
	BAD(VAR_NEXT, ENOENT, next_at_end),
	BAD(VAR_NEXT, EINVAL, next_before_absent),
	BAD(VAR_NEXT, EFAULT, next_bad_pointer),
	BAD(ACK, EINVAL, ack_never_read),
	BAD(OPEN_PORT, EBUSY, port_open_already),
	BAD(OPEN_PORT, EINVAL, port_variables_only),
	BAD(SAVE_STATE, EFAULT, state_bad_pointer),
	BAD(SAVE_STATE, EMSGSIZE, save_no_room),
	BAD(RESTORE_STATE, EFAULT, state_bad_pointer),
	BAD(RESTORE_STATE, EBADMSG, restore_empty),
	BAD(RESTORE_STATE, EBADMSG, restore_cut),
	BAD(RESTORE_STATE, EBADMSG, restore_huge),
	BAD(RESTORE_STATE, EBADMSG, restore_garbage),
	BAD(RESTORE_STATE, ENODATA, restore_without_variables),
	BAD(RESTORE_STATE, ENOSPC, restore_over_limit),
	BAD(RESTORE_STATE, EINVAL, restore_no_port),
	BAD(ATTACH, EBUSY, attach_twice),
	BAD(ATTACH, EINVAL, attach_not_eventfd),
	BAD(ATTACH, EINVAL, attach_closed_fd),
	BAD(ATTACH, EINVAL, attach_negative_fd),
	BAD(ATTACH, EINVAL, attach_eventfd_with_pio),
	BAD(FREEZE, EBUSY, port_not_paused),
	BAD(MACHINE_RESET, EAGAIN, store_is_frozen),
	BAD(RESUME, EAGAIN, store_is_frozen),
	BAD(SET_MEMORY, EINVAL, memory_overlap),
	BAD(SET_MEMORY, ENOSPC, memory_slot_number),
	BAD(SET_MEMORY, EINVAL, memory_gpa_wraps),
	BAD(SET_MEMORY, EINVAL, memory_hva_wraps),
	BAD(SET_MEMORY, EINVAL, memory_gpa_unaligned),
	BAD(SET_MEMORY, EINVAL, memory_len_unaligned),
	BAD(SET_MEMORY, EINVAL, memory_hva_unaligned),
	BAD(SET_MEMORY, EFAULT, memory_of_kernel),
	BAD(MMIO, EINVAL, mmio_offset),
	BAD(MMIO, EINVAL, mmio_len_zero),
	BAD(MMIO, EINVAL, mmio_len_three),
	BAD(MMIO, EINVAL, mmio_len_sixteen),
};

static void errno_bad(const void *data)
{
	const struct bad *bad = data;
	const struct cmd *cmd = cmd_find(bad->nr);
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	bad->spoil(env, arg);
	check_refused(env, cmd->kind, cmd->nr, arg, bad->want);
}

/* Errors that say more, or need a caller of another kind. */

static void var_get_too_small(const void *data)
{
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd_find(KVM_UEFIVARS_VAR_GET), arg);
	struct kvm_uefivars_var *a = (void *)arg;

	(void)data;
	a->data_len = 3;
	check_refused(env, CMD_STORE, KVM_UEFIVARS_VAR_GET, arg, -EMSGSIZE);
	CHECK_EQ(a->data_len, 4);
	CHECK_EQ(env->data[0], 0);
}

static void var_next_too_small(const void *data)
{
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd_find(KVM_UEFIVARS_VAR_NEXT), arg);
	struct kvm_uefivars_next *a = (void *)arg;

	(void)data;
	a->name_size = 1;
	env->name[0] = 0xa5a5;
	check_refused(env, CMD_STORE, KVM_UEFIVARS_VAR_NEXT, arg, -EMSGSIZE);
	CHECK(a->name_len > 1);
	CHECK_EQ(env->name[0], 0xa5a5);
}

static void without_capability(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	if (setresuid(65534, 65534, 65534))
		ktap_skip("needs root");
	CHECK_EQ(cmd_call(cmd, env, arg), -EPERM);
}

/* A command of stores, on a port that was not given the right. */
static void port_without_right(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	check_refused(env, CMD_PORT, cmd->nr, arg, -EPERM);
}

static void port_not_attached(const void *data)
{
	struct cmd cmd = *(const struct cmd *)data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env;

	cmd.is_unattached = true;
	env = cmd_setup(&cmd, arg);
	check_refused(env, CMD_PORT, cmd.nr, arg, -EPERM);
}

static void too_many_stores(const void *data)
{
	struct kvm_uefivars_create_store arg = { .size = sizeof(arg) };
	struct rlimit limit = { .rlim_cur = 32768, .rlim_max = 32768 };
	int dev = open_device(), ret;
	struct kvm_uefivars_info info = { .size = sizeof(info) };
	uint32_t n = 0;

	(void)data;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		ktap_skip("cannot have enough descriptors");
	CHECK_EQ(call(dev, KVM_UEFIVARS_GET_INFO, &info), 0);
	while (!(ret = call(dev, KVM_UEFIVARS_CREATE_STORE, &arg)))
		CHECK(++n <= info.stores_max);
	CHECK_EQ(ret, -ENOSPC);
	CHECK_EQ(n, info.stores_max);
}

static void too_many_descriptors(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	struct rlimit limit = { .rlim_cur = 3, .rlim_max = 64 };
	uint64_t id = store_info(env->fd[CMD_STORE]).id;

	CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
	CHECK_EQ(cmd_call(cmd, env, arg), -EMFILE);
	CHECK_EQ(store_info(env->fd[CMD_STORE]).id, id);
	CHECK_EQ(events(env->fd[CMD_STORE], 2 /* POLLPRI */), 0);
	limit.rlim_cur = 64;
	CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
	CHECK_EQ(cmd_call(cmd, env, arg), 0);
}

/* Another number of open files for the whole host; the old one, or -1. */
static long set_file_max(long max)
{
	FILE *f = fopen("/proc/sys/fs/file-max", "r+");
	long old = -1;

	if (!f || fscanf(f, "%ld", &old) != 1)
		return -1;
	rewind(f);
	fprintf(f, "%ld\n", max);
	return fclose(f) ? -1 : old;
}

/* In a process that the limit counts for; it has what it needs open. */
static void call_at_file_max(const struct cmd *cmd, const struct cmd_env *env,
			     void *arg)
{
	CHECK(!setresuid(65534, 65534, 65534));
	CHECK_EQ(cmd_call(cmd, env, arg), -ENFILE);
	_exit(0);
}

static void host_has_no_file_left(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	int status = -1;
	long old;
	pid_t pid;

	if (!getenv("KUV_MODULE"))
		ktap_skip("takes every file of the host; run.sh has one of its own");
	old = set_file_max(0);
	CHECK(old > 0);
	pid = fork();
	if (!pid)
		call_at_file_max(cmd, env, arg);
	waitpid(pid, &status, 0);
	CHECK_EQ(set_file_max(old), 0);
	CHECK_EQ(status, 0);
	CHECK_EQ(cmd_call(cmd, env, arg), 0);
}

static void new_descriptors_close_on_exec(const void *data)
{
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(&cmds[0], arg);

	(void)data;
	CHECK_EQ(fcntl(env->fd[CMD_STORE], F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(env->fd[CMD_PORT], F_GETFD), FD_CLOEXEC);
}

/* One more test of an error, with the command as its argument. */
struct special {
	const char *name;
	unsigned int nr;
	int want;
	ktap_fn *fn;
};

#define SPECIAL(cmd, err, fn) { #fn, KVM_UEFIVARS_##cmd, -(err), fn }

static const struct special specials[] = {
	SPECIAL(VAR_GET, EMSGSIZE, var_get_too_small),
	SPECIAL(VAR_NEXT, EMSGSIZE, var_next_too_small),
	SPECIAL(NEXT_STORE_ID, EPERM, without_capability),
	SPECIAL(OPEN_STORE_BY_ID, EPERM, without_capability),
	SPECIAL(SAVE_STATE, EPERM, port_without_right),
	SPECIAL(RESTORE_STATE, EPERM, port_without_right),
	SPECIAL(SET_MEMORY, EPERM, port_not_attached),
	SPECIAL(MMIO, EPERM, port_not_attached),
	SPECIAL(MACHINE_RESET, EPERM, port_not_attached),
	SPECIAL(PAUSE, EPERM, port_not_attached),
	SPECIAL(RESUME, EPERM, port_not_attached),
	SPECIAL(TAKE_DIRTY, EPERM, port_not_attached),
	SPECIAL(CREATE_STORE, ENOSPC, too_many_stores),
	SPECIAL(CREATE_STORE, EMFILE, too_many_descriptors),
	SPECIAL(OPEN_STORE_BY_ID, EMFILE, too_many_descriptors),
	SPECIAL(OPEN_PORT, EMFILE, too_many_descriptors),
	SPECIAL(CREATE_STORE, ENFILE, host_has_no_file_left),
	SPECIAL(OPEN_PORT, ENFILE, host_has_no_file_left),
};

/* Errors of the header that are not found here, and why. */
static const struct {
	const char *cmd;
	const char *error;
	const char *where;
} elsewhere[] = {
#if __has_include("fail_nth_test.c")
	{ "ATTACH", "ENOMEM", "fail_nth_test: every allocation fails in turn" },
	{ "MACHINE_RESET", "ENOMEM", "fail_nth_test" },
	{ "THAW", "ENOMEM", "fail_nth_test" },
#endif
	/* The limit does not hold for CAP_SYS_ADMIN, which this one needs. */
	{ "OPEN_STORE_BY_ID", "ENFILE", "cannot be" },
};

/* What the header documents of each command. */
static const struct documented {
	const char *cmd;
	const char *error;
	unsigned int nr;
	int want;
} documented[] = {
#define CMD(...)
#define ERRNO(cmd, error) { #cmd, #error, KVM_UEFIVARS_##cmd, -(error) },
#include "cmd_table.inc"
};

#define NR(list) ((int)(sizeof(list) / sizeof((list)[0])))

static bool is_tested(const struct documented *d)
{
	int i;

	for (i = 0; i < NR(bads); i++)
		if (bads[i].nr == d->nr && bads[i].want == d->want)
			return true;
	for (i = 0; i < NR(specials); i++)
		if (specials[i].nr == d->nr && specials[i].want == d->want)
			return true;
	for (i = 0; i < NR(elsewhere); i++)
		if (!strcmp(elsewhere[i].cmd, d->cmd) &&
		    !strcmp(elsewhere[i].error, d->error))
			return true;
	return false;
}

static void every_documented_error_is_tested(const void *data)
{
	bool ok = true;
	int i;

	(void)data;
	/* The reader of the header has found something. */
	CHECK(NR(documented) > 40);
	for (i = 0; i < NR(documented); i++) {
		if (is_tested(&documented[i]))
			continue;
		printf("# %s of %s has no test\n", documented[i].error,
		       documented[i].cmd);
		ok = false;
	}
	CHECK(ok);
}

static void add_common(const struct cmd *cmd)
{
	ktap_add(errno_wrong_kind, cmd, "%s_wrong_kind", cmd->name);
	if (cmd->has_flags)
		ktap_add(errno_unknown_flag, cmd, "%s_unknown_flag", cmd->name);
	if (cmd->reserved)
		ktap_add(errno_reserved_not_zero, cmd, "%s_reserved_not_zero",
			 cmd->name);
	ktap_add(errno_null_pointer, cmd, "%s_null_pointer", cmd->name);
	ktap_add(errno_kernel_pointer, cmd, "%s_kernel_pointer", cmd->name);
	ktap_add(errno_half_mapped, cmd, "%s_half_mapped", cmd->name);
	if (cmd->is_out)
		ktap_add(errno_readonly_result, cmd, "%s_readonly_result",
			 cmd->name);
}

int main(void)
{
	unsigned int i;

	ktap_add(errno_unknown_command, NULL, "unknown_command");
	for (i = 0; i < (unsigned int)nr_cmds; i++)
		add_common(&cmds[i]);
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		ktap_add(errno_bad, &bads[i], "%s_%s", cmd_find(bads[i].nr)->name,
			 bads[i].name);
	for (i = 0; i < (unsigned int)NR(specials); i++)
		ktap_add(specials[i].fn, cmd_find(specials[i].nr), "%s_%s",
			 cmd_find(specials[i].nr)->name, specials[i].name);
	ktap_add(every_documented_error_is_tested, NULL,
		 "every_documented_error_is_tested");
	ktap_add(new_descriptors_close_on_exec, NULL,
		 "new_descriptors_close_on_exec");
	return ktap_run();
}
