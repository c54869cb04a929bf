// SPDX-License-Identifier: GPL-2.0
/* Every allocation and copy of every call fails once: nothing changes, nothing leaks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "fail_nth.h"

#define VARIABLES	KVM_UEFIVARS_STATE_VARIABLES

static long sys(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* One ioctl, and only that, between arming and disarming. */
static enum nth_result run_ioctl(int fd, unsigned int cmd, void *arg)
{
	long ret;

	nth_arm();
	ret = sys(ioctl(fd, cmd, arg));
	nth_disarm();
	return nth_errno(ret);
}

/* --- every command, as the table of cmds.c calls it ------------------------- */

static void setup_cmd(struct nth_env *env, const void *arg)
{
	env->cmd = cmd_setup(arg, env->arg);
	env->dev = env->cmd->fd[CMD_DEVICE];
	env->store = env->cmd->fd[CMD_STORE];
	env->g.port = env->cmd->fd[CMD_PORT];
}

static enum nth_result run_cmd(struct nth_env *env, const void *arg)
{
	const struct cmd *cmd = arg;
	uint8_t copy[CMD_ARG_MAX];

	memcpy(copy, env->arg, sizeof(copy));
	return run_ioctl(env->cmd->fd[cmd->kind], cmd->nr, copy);
}

static bool resets(unsigned int nr)
{
	return nr == KVM_UEFIVARS_MACHINE_RESET || nr == KVM_UEFIVARS_ATTACH;
}

/* --- calls that the table has only one kind of ------------------------------ */

static void setup_machine(struct nth_env *env, const void *arg)
{
	(void)arg;
	nth_machine(env, 0);
	CHECK_EQ(var_set(env->store, "there", NV_BS_RT, "data", 4, 0), 0);
	CHECK_EQ(guest_set(&env->g, "Fleeting", BS_RT, "data", 4), 0);
}

static void setup_store(struct nth_env *env, const void *arg)
{
	(void)arg;
	env->dev = open_device();
	env->store = create_store(env->dev, KVM_UEFIVARS_WRITE_BACK, 0);
	CHECK_EQ(var_set(env->store, "there", NV_BS_RT, "data", 4, 0), 0);
}

static void setup_port(struct nth_env *env, const void *arg)
{
	setup_store(env, arg);
	env->g.port = open_port(env->store);
}

struct set {
	const char *name;
	uint32_t attributes;
	uint32_t len;
	uint32_t flags;
};

static enum nth_result run_set(struct nth_env *env, const void *arg)
{
	static const uint8_t data[60000] = { 1 };
	const struct set *s = arg;
	uint16_t name[64];
	struct kvm_uefivars_var v = {
		.size = sizeof(v),
		.flags = s->flags,
		.name = (uintptr_t)name,
		.name_len = utf16(s->name, name),
		.data = (uintptr_t)data,
		.data_len = s->len,
		.attributes = s->attributes,
	};

	memcpy(v.guid, test_guid, sizeof(v.guid));
	return run_ioctl(env->store, KVM_UEFIVARS_VAR_SET, &v);
}

static enum nth_result run_read(struct nth_env *env, const void *arg)
{
	static uint8_t batch[65536];
	long ret;

	(void)arg;
	nth_arm();
	ret = sys(read(env->store, batch, sizeof(batch)));
	nth_disarm();
	return nth_errno(ret);
}

static enum nth_result run_open_port(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_open_port a = {
		.size = sizeof(a),
		.flags = KVM_UEFIVARS_PORT_STATE | KVM_UEFIVARS_PORT_VARIABLES,
	};

	(void)arg;
	return run_ioctl(env->store, KVM_UEFIVARS_OPEN_PORT, &a);
}

static enum nth_result run_save(struct nth_env *env, const void *arg)
{
	static uint8_t image[1 << 18];
	struct kvm_uefivars_state a = {
		.size = sizeof(a),
		.flags = *(const uint32_t *)arg,
		.data = (uintptr_t)image,
		.len = sizeof(image),
	};

	return run_ioctl(env->store, KVM_UEFIVARS_SAVE_STATE, &a);
}

/* The image of another machine, with registers and a staged message. */
static void setup_restore(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_state a = {
		.size = sizeof(a),
		.flags = VARIABLES,
		.len = 1 << 18,
	};

	setup_machine(env, arg);
	reg_write(env->g.port, KVM_UEFIVARS_REG_PIO_DATA, 8, 0x1122334455667788);
	env->image = malloc(a.len);
	CHECK(env->image);
	a.data = (uintptr_t)env->image;
	CHECK_EQ(call(env->store, KVM_UEFIVARS_SAVE_STATE, &a), 0);
	env->image_len = a.len;
	CHECK_EQ(guest_set(&env->g, "Later", NV_BS_RT, "data", 4), 0);
	CHECK_EQ(var_delete(env->store, "there"), 0);
}

static enum nth_result run_restore(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_state a = {
		.size = sizeof(a),
		.flags = *(const uint32_t *)arg,
		.data = (uintptr_t)env->image,
		.len = env->image_len,
	};

	return run_ioctl(env->store, KVM_UEFIVARS_RESTORE_STATE, &a);
}

static void setup_eventfd(struct nth_env *env, const void *arg)
{
	setup_port(env, arg);
	env->eventfd = eventfd(0, EFD_CLOEXEC);
	CHECK(env->eventfd >= 0);
}

static enum nth_result run_attach(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_attach a = {
		.size = sizeof(a),
		.eventfd = env->eventfd,
		.flags = *(const uint32_t *)arg,
	};

	return run_ioctl(env->g.port, KVM_UEFIVARS_ATTACH, &a);
}

/* More slots than the first table has. */
static void setup_slots(struct nth_env *env, const void *arg)
{
	uint32_t i;

	setup_machine(env, arg);
	for (i = 1; i < 8; i++)
		CHECK_EQ(set_memory(env->g.port, i, (uint64_t)i << 32, 4096,
				    env->g.mem, 0), 0);
}

static enum nth_result run_slot(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_memory a = {
		.size = sizeof(a),
		.slot = 8,
		.gpa = 8ULL << 32,
		.len = 4096,
		.hva = (uintptr_t)env->g.mem,
	};

	(void)arg;
	return run_ioctl(env->g.port, KVM_UEFIVARS_SET_MEMORY, &a);
}

/* What ATTACH of a frozen store means is done by THAW. */
static void setup_frozen(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_freeze a = { .size = sizeof(a) };

	setup_port(env, arg);
	CHECK_EQ(call(env->store, KVM_UEFIVARS_FREEZE, &a), 0);
	attach(env->g.port, -1);
}

static enum nth_result run_thaw(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_freeze a = { .size = sizeof(a) };

	(void)arg;
	return run_ioctl(env->store, KVM_UEFIVARS_THAW, &a);
}

static enum nth_result run_reset(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_machine_reset a = { .size = sizeof(a) };

	(void)arg;
	return run_ioctl(env->g.port, KVM_UEFIVARS_MACHINE_RESET, &a);
}

/* The first access to the staging buffer makes it; without memory it is as not there. */
static enum nth_result run_pio_data(struct nth_env *env, const void *arg)
{
	struct kvm_uefivars_mmio a = {
		.size = sizeof(a),
		.flags = KVM_UEFIVARS_MMIO_WRITE,
		.offset = KVM_UEFIVARS_REG_PIO_DATA,
		.len = 8,
		.data = ~0ULL,
	};

	(void)arg;
	return run_ioctl(env->g.port, KVM_UEFIVARS_MMIO, &a);
}

/* --- KVM_CAP_UEFI_VARS ------------------------------------------------------ */

static void setup_vm(struct nth_env *env, const void *arg)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0)
		ktap_skip("no /dev/kvm");
	if (ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_UEFI_VARS) <= 0)
		ktap_skip("this KVM has no KVM_CAP_UEFI_VARS");
	env->vm = ioctl(kvm, KVM_CREATE_VM, 0);
	CHECK(env->vm >= 0);
	setup_port(env, arg);
}

static enum nth_result run_enable_cap(struct nth_env *env, const void *arg)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_UEFI_VARS,
		.args = { (uint64_t)env->g.port, KVM_UEFIVARS_MMIO_BASE,
			  *(const uint32_t *)arg },
	};

	return run_ioctl(env->vm, KVM_ENABLE_CAP, &cap);
}

static const uint32_t nothing;
static const uint32_t with_variables = VARIABLES;
static const uint32_t for_pio = KVM_UEFIVARS_ATTACH_PIO;
static const struct set new_nv = { "New", NV_BS_RT, 8, 0 };
static const struct set new_clean = { "New", NV_BS_RT, 8, KVM_UEFIVARS_VAR_CLEAN };
static const struct set new_volatile = { "New", BS_RT, 8, 0 };
static const struct set new_large = { "New", NV_BS_RT, 60000, 0 };
static const struct set longer = { "there", NV_BS_RT, 4000, 0 };
static const struct set other_pool = { "Fleeting", NV_BS_RT, 8, 0 };

static const struct {
	const char *name;
	struct nth_case nth;
} variants[] = {
	{ "VAR_SET_new", { setup_machine, run_set, .arg = &new_nv } },
	{ "VAR_SET_clean", { setup_machine, run_set, .arg = &new_clean } },
	{ "VAR_SET_volatile", { setup_machine, run_set, .arg = &new_volatile } },
	{ "VAR_SET_large", { setup_machine, run_set, .arg = &new_large } },
	{ "VAR_SET_longer", { setup_machine, run_set, .arg = &longer } },
	{ "VAR_SET_other_pool", { setup_machine, run_set, .arg = &other_pool } },
	{ "read", { setup_machine, run_read, .arg = &nothing } },
	{ "OPEN_PORT_rights", { setup_store, run_open_port, .arg = &nothing } },
	{ "SAVE_STATE_machine", { setup_machine, run_save, .arg = &nothing } },
	{ "SAVE_STATE_all", { setup_machine, run_save, .arg = &with_variables } },
	{ "RESTORE_STATE_machine", { setup_restore, run_restore, .arg = &nothing } },
	{ "RESTORE_STATE_all", { setup_restore, run_restore,
				 .arg = &with_variables } },
	{ "ATTACH_eventfd", { setup_eventfd, run_attach, .arg = &nothing,
			      .is_reset = true } },
	{ "ATTACH_pio", { setup_port, run_attach, .arg = &for_pio,
			  .is_reset = true } },
	{ "SET_MEMORY_ninth", { setup_slots, run_slot, .arg = &nothing } },
	{ "THAW_attached", { setup_frozen, run_thaw, .arg = &nothing,
			     .is_reset = true } },
	{ "MACHINE_RESET_running", { setup_machine, run_reset, .arg = &nothing,
				     .is_reset = true } },
	{ "MMIO_pio_data", { setup_machine, run_pio_data, .arg = &nothing } },
	{ "ENABLE_CAP", { setup_vm, run_enable_cap, .arg = &nothing,
			  .is_reset = true } },
	{ "ENABLE_CAP_pio", { setup_vm, run_enable_cap, .arg = &for_pio,
			      .is_reset = true } },
};

static void no_fault_injection(const void *arg)
{
	(void)arg;
	ktap_skip("this kernel has no fault injection, or debugfs is not mounted");
}

static void add_ioctls(void)
{
	struct nth_case *c = calloc((size_t)nr_cmds, sizeof(*c));
	unsigned int n;
	int i;

	if (!c)
		abort();
	for (i = 0; i < nr_cmds; i++) {
		c[i] = (struct nth_case){
			.setup = setup_cmd,
			.run = run_cmd,
			.arg = &cmds[i],
			.is_reset = resets(cmds[i].nr),
		};
		ktap_add(nth_sweep, &c[i], "%s", cmds[i].name);
	}
	for (n = 0; n < sizeof(variants) / sizeof(variants[0]); n++)
		ktap_add(nth_sweep, &variants[n].nth, "%s", variants[n].name);
}

int main(void)
{
	int ret;

	if (!nth_prepare()) {
		ktap_add(no_fault_injection, NULL, "fault_injection");
		return ktap_run();
	}
	/* Also makes sure that the table is complete. */
	CHECK(!cmd_missing());
	add_ioctls();
	nth_add_guest();
	ret = ktap_run();
	printf("# %u failures injected\n", nth_injected());
	return ret;
}
