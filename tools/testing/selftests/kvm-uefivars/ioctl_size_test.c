// SPDX-License-Identifier: GPL-2.0
/* Structures grow at their end: short, exact, longer and far too long ones. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmds.h"

static void check_unchanged(const struct cmd *cmd, struct cmd_env *env,
			    void *arg, int want)
{
	uint64_t before = fingerprint(env->fd[CMD_DEVICE], env->fd[CMD_STORE],
				      env->fd[CMD_PORT]);

	CHECK_EQ(cmd_call(cmd, env, arg), want);
	CHECK_EQ(fingerprint(env->fd[CMD_DEVICE], env->fd[CMD_STORE],
			     env->fd[CMD_PORT]), before);
}

static void size_exact(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	CHECK_EQ(cmd_call(cmd, env, arg), 0);
	CHECK_EQ(*(uint32_t *)arg, cmd->size);
}

static void size_short(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	*(uint32_t *)arg = cmd->size - 1;
	check_unchanged(cmd, env, arg, -EINVAL);
}

static void size_zero(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	*(uint32_t *)arg = 0;
	check_unchanged(cmd, env, arg, -EINVAL);
}

static void size_longer_zero_tail(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	*(uint32_t *)arg = cmd->size + 16;
	CHECK_EQ(cmd_call(cmd, env, arg), 0);
}

static void size_longer_dirty_tail(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	*(uint32_t *)arg = cmd->size + 16;
	arg[cmd->size + 15] = 1;
	check_unchanged(cmd, env, arg, -E2BIG);
}

static void size_huge(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint8_t *big = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(big != MAP_FAILED);
	memcpy(big, arg, cmd->size);
	*(uint32_t *)big = ~0U;
	check_unchanged(cmd, env, big, -E2BIG);
}

static void size_results_stay_inside(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint32_t i;

	memset(arg + cmd->size, 0xa5, CMD_ARG_MAX - cmd->size);
	CHECK_EQ(cmd_call(cmd, env, arg), 0);
	for (i = cmd->size; i < CMD_ARG_MAX; i++)
		CHECK_EQ(arg[i], 0xa5);
}

static void all_commands_are_tested(const void *data)
{
	const char *missing = cmd_missing();

	(void)data;
	if (missing)
		ktap_fail(__FILE__, __LINE__, "%s is not in cmds[]", missing);
}

int main(void)
{
	static const struct {
		const char *name;
		ktap_fn *fn;
	} aspects[] = {
		{ "exact", size_exact },
		{ "short", size_short },
		{ "zero", size_zero },
		{ "longer_zero_tail", size_longer_zero_tail },
		{ "longer_dirty_tail", size_longer_dirty_tail },
		{ "huge", size_huge },
		{ "results_stay_inside", size_results_stay_inside },
	};
	unsigned int i;
	int j;

	ktap_add(all_commands_are_tested, NULL, "all_commands_are_tested");
	for (j = 0; j < nr_cmds; j++)
		for (i = 0; i < sizeof(aspects) / sizeof(aspects[0]); i++)
			ktap_add(aspects[i].fn, &cmds[j], "%s_size_%s",
				 cmds[j].name, aspects[i].name);
	return ktap_run();
}
