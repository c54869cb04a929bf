// SPDX-License-Identifier: GPL-2.0
/* Structures grow at their end: short, exact, longer and far too long ones. */
#include <errno.h>
#include <stdlib.h>
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

/* Each call its own: many cannot be made twice. */
static void call_with_size(const struct cmd *cmd, uint32_t size)
{
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	*(uint32_t *)arg = size;
	CHECK_EQ(cmd_call(cmd, env, arg), 0);
	CHECK_EQ(*(uint32_t *)arg, size);
	cmd_teardown(env);
}

/* The structure of today, and each that a caller may have been built with. */
static void size_known(const void *data)
{
	const struct cmd *cmd = data;
	uint32_t size;

	CHECK(cmd->min_size >= 8 && cmd->min_size <= cmd->size);
	for (size = cmd->min_size; size <= cmd->size; size++)
		call_with_size(cmd, size);
}

static void size_short(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint32_t size;

	for (size = 0; size < cmd->min_size; size++) {
		*(uint32_t *)arg = size;
		check_unchanged(cmd, env, arg, -EINVAL);
	}
}

static void size_longer_zero_tail(const void *data)
{
	static const uint32_t more[] = { 1, 2, 3, 4, 7, 8, 16, 63, 128 };
	const struct cmd *cmd = data;
	unsigned int i;

	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		call_with_size(cmd, cmd->size + more[i]);
}

/* The one byte that is not zero is each of the tail in turn. */
static void size_longer_dirty_tail(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint32_t i;

	*(uint32_t *)arg = cmd->size + 32;
	for (i = 0; i < 32; i++) {
		arg[cmd->size + i] = 1;
		check_unchanged(cmd, env, arg, -E2BIG);
		arg[cmd->size + i] = 0;
	}
}

/* A page is the most that a structure may ever be, whatever is in it. */
static void size_page(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);
	uint8_t *big = calloc(2, 4096);

	CHECK(big);
	memcpy(big, arg, cmd->size);
	*(uint32_t *)big = 4097;
	check_unchanged(cmd, env, big, -E2BIG);
	*(uint32_t *)big = 4096;
	CHECK_EQ(cmd_call(cmd, env, big), 0);
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

	/* As an old caller has it, where the structure has grown. */
	*(uint32_t *)arg = cmd->min_size;
	memset(arg + cmd->min_size, 0xa5, CMD_ARG_MAX - cmd->min_size);
	CHECK_EQ(cmd_call(cmd, env, arg), 0);
	for (i = cmd->min_size; i < CMD_ARG_MAX; i++)
		CHECK_EQ(arg[i], 0xa5);
}

static void all_commands_are_tested(const void *data)
{
	const char *missing = cmd_missing();

	(void)data;
	if (missing)
		ktap_fail(__FILE__, __LINE__, "%s is not both in the header and in calls[]", missing);
}

int main(void)
{
	static const struct {
		const char *name;
		ktap_fn *fn;
	} aspects[] = {
		{ "known", size_known },
		{ "short", size_short },
		{ "longer_zero_tail", size_longer_zero_tail },
		{ "longer_dirty_tail", size_longer_dirty_tail },
		{ "page", size_page },
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
