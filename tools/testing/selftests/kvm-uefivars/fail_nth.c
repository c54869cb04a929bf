// SPDX-License-Identifier: GPL-2.0
/* A call again and again, each time with the next of its allocations or copies failing. */
#include "fail_nth.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEBUGFS		"/sys/kernel/debug/"
/* More chances than any call has: one that never succeeds. */
#define NTH_MAX		5000
/* A whole sweep of a signed write on a slow kernel. */
#define NTH_SECONDS	900

static int nth_fd = -1;
static unsigned int nth_next;
static bool nth_hit;
/* Shared by the processes of all cases. */
static unsigned int *nr_injected;

static bool put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

bool nth_prepare(void)
{
	nr_injected = mmap(NULL, sizeof(*nr_injected), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(nr_injected != MAP_FAILED);
	/* Also allocations that may sleep, of one page, and of user memory. */
	if (access("/proc/self/fail-nth", W_OK) ||
	    !put_file(DEBUGFS "failslab/ignore-gfp-wait", "N") ||
	    !put_file(DEBUGFS "failslab/verbose", "0") ||
	    !put_file(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N") ||
	    !put_file(DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N") ||
	    !put_file(DEBUGFS "fail_page_alloc/min-order", "0") ||
	    !put_file(DEBUGFS "fail_page_alloc/verbose", "0"))
		return false;
	/* Not every kernel lets copies from and to user space fail. */
	put_file(DEBUGFS "fail_usercopy/verbose", "0");
	return true;
}

unsigned int nth_injected(void)
{
	return *nr_injected;
}

void nth_arm(void)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth_next);

	nth_hit = false;
	if (nth_next)
		CHECK_EQ(pwrite(nth_fd, text, (size_t)len, 0), len);
}

void nth_disarm(void)
{
	char text[16] = "";
	ssize_t ret;

	if (!nth_next)
		return;
	/* Reading and writing have chances to fail of their own. */
	ret = pread(nth_fd, text, sizeof(text) - 1, 0);
	if (ret < 0)
		CHECK_EQ(errno, EFAULT);
	else
		nth_hit = !strtoul(text, NULL, 10);
	while (pwrite(nth_fd, "0", 1, 0) != 1)
		CHECK_EQ(errno, EFAULT);
}

enum nth_result nth_errno(long ret)
{
	if (ret >= 0)
		return NTH_DONE;
	switch (-ret) {
	case ENOMEM:
	case ENFILE:
	case EMFILE:
		return NTH_REFUSED;
	case EFAULT:
		return NTH_LOST;
	}
	nth_unexpected("errno", ret);
	return NTH_REFUSED;
}

void nth_unexpected(const char *what, long long value)
{
	ktap_fail(__FILE__, __LINE__, "failure %u: %s is %lld (%#llx)", nth_next,
		  what, value, value);
}

void nth_machine(struct nth_env *env, uint32_t options)
{
	struct kvm_uefivars_config config = {
		.durability = KVM_UEFIVARS_WRITE_BACK,
		.options = options,
		.change_rate = KVM_UEFIVARS_UNLIMITED,
	};

	env->dev = open_device();
	env->store = create_store_with(env->dev, &config);
	env->g = guest_start(env->store, env->eventfd);
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		hash = (hash ^ *p++) * 0x100000001b3ULL;
	return hash;
}

static uint64_t mix_variable(int store, struct kvm_uefivars_next *next,
			     uint16_t *name)
{
	static uint8_t data[65536];
	struct kvm_uefivars_var arg = {
		.size = sizeof(arg),
		.name = (uintptr_t)name,
		.name_len = next->name_len,
		.data = (uintptr_t)data,
		.data_len = sizeof(data),
	};
	uint64_t hash = 1;

	memcpy(arg.guid, next->guid, sizeof(arg.guid));
	CHECK_EQ(call(store, KVM_UEFIVARS_VAR_GET, &arg), 0);
	hash = mix(hash, arg.guid, sizeof(arg.guid));
	hash = mix(hash, name, arg.name_len);
	hash = mix(hash, &arg.attributes, sizeof(arg.attributes));
	hash = mix(hash, arg.time, sizeof(arg.time));
	return mix(hash, data, arg.data_len);
}

/* What was written to stay; the service adds variables of its own at a reset. */
static bool is_kept(const struct kvm_uefivars_next *next)
{
	return next->attributes & KVM_UEFIVARS_ATTR_NV &&
	       !memcmp(next->guid, test_guid, sizeof(next->guid));
}

/* All variables, in any order, or only the kept ones. */
static uint64_t mix_variables(int store, bool all)
{
	static uint16_t name[32768];
	struct kvm_uefivars_next next = {
		.size = sizeof(next),
		.name = (uintptr_t)name,
		.name_size = sizeof(name),
	};
	uint64_t sum = 0;
	int ret;

	while (!(ret = call(store, KVM_UEFIVARS_VAR_NEXT, &next)))
		if (all || is_kept(&next))
			sum += mix_variable(store, &next, name);
	CHECK_EQ(ret, -ENOENT);
	return sum;
}

static uint64_t count_stores(int dev)
{
	struct kvm_uefivars_store_id id = { .size = sizeof(id) };
	uint64_t nr = 0;

	while (!call(dev, KVM_UEFIVARS_NEXT_STORE_ID, &id))
		nr++;
	return nr;
}

/* What the store holds; of two stores with the same history it is the same. */
static uint64_t content(const struct nth_env *env)
{
	struct kvm_uefivars_store_info i = store_info(env->store);
	uint64_t part[] = {
		i.state, i.nv_used, i.volatile_used, i.seq, i.acked_seq,
		i.nr_nv, i.nr_volatile, count_stores(env->dev),
	};
	uint64_t hash = mix_variables(env->store, true);

	hash = mix(hash, &i.config, sizeof(i.config));
	return mix(hash, part, sizeof(part));
}

static uint64_t kept(const struct nth_env *env)
{
	return mix_variables(env->store, false);
}

static void set_registers(const struct guest *g)
{
	reg_write(g->port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, 65536);
	reg_write(g->port, KVM_UEFIVARS_REG_ADDR_LO, 8, GUEST_GPA);
}

/* The image of everything, with the guest's registers all as after its RESET. */
static uint64_t mix_image(const struct nth_env *env, uint64_t hash)
{
	static uint8_t image[1 << 20];
	struct kvm_uefivars_state arg = {
		.size = sizeof(arg),
		.flags = KVM_UEFIVARS_STATE_VARIABLES,
		.data = (uintptr_t)image,
		.len = sizeof(image),
	};

	if (env->g.mem)
		guest_command(&env->g, KVM_UEFIVARS_CMD_RESET);
	CHECK_EQ(call(env->store, KVM_UEFIVARS_SAVE_STATE, &arg), 0);
	if (env->g.mem)
		set_registers(&env->g);
	return mix(hash, image, arg.len);
}

/* All that can be seen from outside. */
static uint64_t everything(const struct nth_env *env)
{
	uint64_t hash = mix_image(env, content(env));
	int fds = count_fds();

	return mix(hash, &fds, sizeof(fds));
}

static struct nth_env *env_make(const struct nth_case *c)
{
	struct nth_env *env = calloc(1, sizeof(*env));

	CHECK(env);
	env->g.port = -1;
	env->eventfd = -1;
	env->vm = -1;
	env->dev = -1;
	env->store = -1;
	c->setup(env, c->arg);
	return env;
}

static void close_from(int first)
{
	CHECK_EQ(close_range((unsigned int)first, ~0U, 0), 0);
}

static void env_free(struct nth_env *env)
{
	/* Everything but what the process began with, and the file above. */
	close_from(nth_fd + 1);
	if (env->cmd) {
		munmap(env->cmd->memory, 65536);
		free(env->cmd);
	}
	if (env->g.mem)
		munmap(env->g.mem, GUEST_LEN);
	free(env->image);
	free(env);
}

/* A machine that is closed says so, and a reset makes it work again. */
static void check_closed(struct nth_env *env)
{
	struct kvm_uefivars_machine_reset reset = { .size = sizeof(reset) };

	CHECK_EQ(guest_get(&env->g, "None", 4), KVM_UEFIVARS_EFI_DEVICE_ERROR);
	CHECK_EQ(call(env->g.port, KVM_UEFIVARS_MACHINE_RESET, &reset), 0);
	set_registers(&env->g);
	CHECK_EQ(guest_set(&env->g, "Works", BS_RT, "1", 1), 0);
}

static void check_again(const struct nth_case *c, struct nth_env *env,
			uint64_t want)
{
	unsigned int nth = nth_next;

	nth_next = 0;
	CHECK_EQ(c->run(env, c->arg), NTH_DONE);
	CHECK_EQ(content(env), want);
	nth_next = nth;
}

/* What is left after a failure, and that the call then works. */
static void check_failed(const struct nth_case *c, struct nth_env *env,
			 enum nth_result result, const uint64_t *before,
			 uint64_t before_kept, uint64_t want)
{
	uint64_t now = everything(env);

	if (c->is_reset && result != NTH_DONE) {
		CHECK_EQ(kept(env), before_kept);
		check_again(c, env, want);
	} else if (result != NTH_DONE && now == *before) {
		check_again(c, env, want);
	} else if (c->is_event && content(env) != want) {
		CHECK_EQ(kept(env), before_kept);
		check_closed(env);
	} else {
		/* Refused and yet changed would be wrong. */
		CHECK(result != NTH_REFUSED);
		CHECK_EQ(content(env), want);
	}
}

/* One attempt with the next failure; false if there was none left. */
static bool sweep_once(const struct nth_case *c, uint64_t want)
{
	struct nth_env *env = env_make(c);
	uint64_t before = everything(env), before_kept = kept(env);
	enum nth_result result = c->run(env, c->arg);
	bool hit = nth_hit;

	if (hit) {
		check_failed(c, env, result, &before, before_kept, want);
	} else {
		CHECK_EQ(result, NTH_DONE);
		CHECK_EQ(content(env), want);
	}
	env_free(env);
	return hit;
}

void nth_sweep(const void *arg)
{
	const struct nth_case *c = arg;
	struct nth_env *env;
	uint64_t want;

	alarm(NTH_SECONDS);
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	CHECK(nth_fd >= 0);
	env = env_make(c);
	CHECK_EQ(c->run(env, c->arg), NTH_DONE);
	want = content(env);
	env_free(env);
	for (nth_next = 1; nth_next < NTH_MAX; nth_next++)
		if (!sweep_once(c, want))
			break;
	CHECK(nth_next < NTH_MAX);
	__sync_fetch_and_add(nr_injected, nth_next - 1);
	printf("# %u failures\n", nth_next - 1);
	fflush(stdout);
}
