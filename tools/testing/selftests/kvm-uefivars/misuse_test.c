// SPDX-License-Identifier: GPL-2.0
/* A port in the hands of a process that misuses it: nothing but its own VM suffers. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "misuse.h"

#define HOST_VARS	8
#define THREADS		4
/* By default a write-through write waits so long: nobody may be held up longer. */
#define BOUND_MS	2000
/* Longest that a case misuses; all of them together stay below a minute. */
#define SECONDS		4
/* Growth of the kernel's slab that is noise. */
#define SLAB_SLACK_KB	1024

static uint32_t seed;

/* What the innocent VM's process reports, in memory that is shared. */
struct report {
	volatile int stop;
	volatile uint64_t nr_calls;
	volatile uint64_t nr_errors;
	volatile uint64_t worst_ms;
};

/* A hostile and an innocent VM on one module, and who persists both. */
struct scene {
	int store[2];
	pid_t acker;
	pid_t innocent;
	struct report *report;
	int kmsg;
};

enum { HOSTILE, INNOCENT };

/* --- vard-sync's part: acknowledge whatever comes. */

static void run_acker(const struct scene *s)
{
	struct pollfd pfd[2];
	int i;

	for (;;) {
		for (i = 0; i < 2; i++)
			pfd[i] = (struct pollfd){ .fd = s->store[i],
						  .events = POLLIN | POLLPRI };
		CHECK(poll(pfd, 2, -1) > 0);
		for (i = 0; i < 2; i++) {
			if (pfd[i].revents & POLLPRI)
				store_info(s->store[i]);
			if (pfd[i].revents & POLLIN)
				ack_all(s->store[i]);
		}
	}
}

/* --- the innocent VM */

static bool round_trip(const struct guest *g, uint32_t n)
{
	const uint8_t *data;
	bool ok = guest_set(g, "Counter", NV_BS_RT, &n, sizeof(n)) == 0;

	ok &= guest_get(g, "Counter", 64) == 0;
	ok &= reply_data(g->mem, &data) == sizeof(n) &&
	      !memcmp(data, &n, sizeof(n));
	ok &= guest_set(g, "Volatile", BS_RT, &n, sizeof(n)) == 0;
	ok &= guest_set(g, "Volatile", BS_RT, NULL, 0) == 0;
	ok &= guest_get(g, "Volatile", 64) == KVM_UEFIVARS_EFI_NOT_FOUND;
	return ok;
}

static void run_innocent(const struct scene *s)
{
	struct guest g = guest_start(s->store[INNOCENT], -1);
	struct report *r = s->report;
	uint32_t n;

	for (n = 1; !r->stop; n++) {
		uint64_t start = now_ms(), took;

		r->nr_errors += !round_trip(&g, n);
		took = now_ms() - start;
		if (took > r->worst_ms)
			r->worst_ms = took;
		r->nr_calls++;
		usleep(1000); /* leave the CPU to the hostile one, too */
	}
}

static pid_t run_in_child(void (*fn)(const struct scene *s),
			  const struct scene *s)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fn(s);
	_exit(0);
}

/* --- the scene */

static struct scene scene_start(void)
{
	struct scene s = { 0 };
	char name[16];
	int dev = open_device(), i;

	s.report = mmap(NULL, sizeof(*s.report), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(s.report != MAP_FAILED);
	for (i = 0; i < 2; i++)
		s.store[i] = create_store(dev, KVM_UEFIVARS_WRITE_THROUGH, 10000);
	for (i = 0; i < HOST_VARS; i++) {
		snprintf(name, sizeof(name), "Host%d", i);
		CHECK_EQ(var_set(s.store[HOSTILE], name, NV_BS_RT, name, 6, 0), 0);
	}
	close(dev);
	s.kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CHECK(s.kmsg >= 0);
	lseek(s.kmsg, 0, SEEK_END);
	s.acker = run_in_child(run_acker, &s);
	s.innocent = run_in_child(run_innocent, &s);
	return s;
}

static void check_kernel_log(const struct scene *s)
{
	char line[8192];
	ssize_t n;

	while ((n = read(s->kmsg, line, sizeof(line) - 1)) > 0) {
		line[n] = 0;
		/* Nothing of ours, and nothing from warning up but of the clock. */
		if (strstr(line, "uefivars") || strstr(line, "BUG") ||
		    strstr(line, "WARNING"))
			ktap_fail(__FILE__, __LINE__, "kernel log: %s", line);
	}
}

/* 0 and the data of a variable by its name as the module has it, or -errno. */
static int get_raw(int store, const struct kvm_uefivars_next *next, uint8_t *data,
		   uint32_t *len)
{
	struct kvm_uefivars_var arg = { .size = sizeof(arg), .name = next->name,
					.name_len = next->name_len,
					.data = (uintptr_t)data,
					.data_len = *len };
	int ret;

	memcpy(arg.guid, next->guid, sizeof(arg.guid));
	ret = call(store, KVM_UEFIVARS_VAR_GET, &arg);
	*len = arg.data_len;
	return ret;
}

/* What the service itself puts into each store is the same in both. */
static void check_same_in_both(const struct scene *s,
			       const struct kvm_uefivars_next *next)
{
	static uint8_t a[65536], b[65536];
	uint32_t a_len = sizeof(a), b_len = sizeof(b);

	CHECK_EQ(get_raw(s->store[HOSTILE], next, a, &a_len), 0);
	CHECK_EQ(get_raw(s->store[INNOCENT], next, b, &b_len), 0);
	CHECK_EQ(a_len, b_len);
	CHECK(!memcmp(a, b, a_len));
}

static void check_host_vars(int store)
{
	char name[16], data[16];
	uint32_t len;
	int i;

	for (i = 0; i < HOST_VARS; i++) {
		snprintf(name, sizeof(name), "Host%d", i);
		len = sizeof(data);
		CHECK_EQ(var_get(store, name, data, &len), 0);
		CHECK_EQ(len, 6);
		CHECK(!memcmp(data, name, 6));
	}
}

/*
 * What the host put there is as it was. What a hostile guest asks for properly is
 * done: such a name begins as MISUSE_PREFIX does, whatever became of its end.
 */
static void check_hostile_store(const struct scene *s)
{
	static uint16_t name[32768];
	struct kvm_uefivars_next next = { .size = sizeof(next),
					  .name = (uintptr_t)name,
					  .name_size = sizeof(name) };
	int ret;

	check_host_vars(s->store[HOSTILE]);
	while (!(ret = call(s->store[HOSTILE], KVM_UEFIVARS_VAR_NEXT, &next))) {
		if (!(next.attributes & KVM_UEFIVARS_ATTR_NV) ||
		    name[0] == MISUSE_PREFIX[0] ||
		    (!memcmp(next.guid, test_guid, sizeof(next.guid)) &&
		     name[0] == 'H'))
			continue;
		check_same_in_both(s, &next);
	}
	CHECK_EQ(ret, -ENOENT);
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
}

static void scene_end(struct scene *s)
{
	struct report *r = s->report;
	int status;

	r->stop = 1;
	CHECK_EQ(waitpid(s->innocent, &status, 0), s->innocent);
	CHECK_EQ(status, 0);
	/* It has its answers or it has failed. */
	CHECK_EQ(waitpid(s->acker, NULL, WNOHANG), 0);
	end_child(s->acker);
	printf("# innocent VM: %llu rounds, worst %llu ms\n",
	       (unsigned long long)r->nr_calls,
	       (unsigned long long)r->worst_ms);
	CHECK(r->nr_calls > 10);
	CHECK_EQ(r->nr_errors, 0);
	CHECK(r->worst_ms < ktap_ms(BOUND_MS));
	CHECK_EQ(store_info(s->store[INNOCENT]).nr_timeouts, 0);
	check_hostile_store(s);
	check_kernel_log(s);
	close(s->store[HOSTILE]);
	close(s->store[INNOCENT]);
	close(s->kmsg);
}

/* --- the hostile process */

/* Has the port and nothing else. The innocent get the CPU first. */
static void run_hostile(int socket, void (*fn)(struct misuse *m))
{
	struct misuse m;
	int port;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK_EQ(dup2(socket, 3), 3);
	CHECK(!syscall(SYS_close_range, 4, ~0U, 0));
	CHECK_EQ(nice(5), 5);
	port = misuse_receive_fd(3);
	CHECK(port >= 0);
	misuse_init(&m, port, seed);
	fn(&m);
	_exit(0);
}

static pid_t hostile_start(const struct scene *s, void (*fn)(struct misuse *m))
{
	int pair[2], port;
	pid_t pid;

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid)
		run_hostile(pair[1], fn);
	port = open_port(s->store[HOSTILE]);
	CHECK(misuse_send_fd(pair[0], port));
	close(port);
	close(pair[0]);
	close(pair[1]);
	return pid;
}

/* Ends within so long, or can be killed. */
static int hostile_end(pid_t pid, uint64_t within_ms)
{
	uint64_t until = now_ms() + within_ms;
	int status;
	pid_t r;

	while (!(r = waitpid(pid, &status, WNOHANG)) && now_ms() < until)
		usleep(20000);
	CHECK(r == pid || !r);
	return r ? status : -1;
}

static void kill_hostile(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK(hostile_end(pid, ktap_ms(10000)) != -1);
}

/* The port is free again, and the store works. */
static void check_port_again(const struct scene *s)
{
	struct kvm_uefivars_open_port arg = { .size = sizeof(arg) };
	uint64_t until = now_ms() + 5000;
	int ret;

	do {
		ret = call(s->store[HOSTILE], KVM_UEFIVARS_OPEN_PORT, &arg);
		usleep(10000);
	} while (ret == -EBUSY && now_ms() < until);
	CHECK_EQ(ret, 0);
	close(arg.fd);
}

/* A whole case: @fn misuses until it returns. */
static void misuse_with(void (*fn)(struct misuse *m))
{
	struct scene s = scene_start();
	int status = hostile_end(hostile_start(&s, fn), ktap_ms(40000));

	CHECK_EQ(status, 0);
	check_port_again(&s);
	scene_end(&s);
}

static void attach_here(const struct misuse *m)
{
	attach(m->port, m->eventfd);
	CHECK_EQ(set_memory(m->port, 0, GUEST_GPA, 8 * MISUSE_PAGE, m->mem, 0), 0);
}

/* Again and again, so that the innocent VM has something to notice. */
static void for_a_while(struct misuse *m, void (*fn)(struct misuse *m))
{
	uint64_t until = now_ms() + 1000;

	do
		fn(m);
	while (now_ms() < until);
}

static void do_every_ioctl_unattached(struct misuse *m)
{
	/* One of them attaches. */
	for_a_while(m, misuse_every_ioctl);
}

static void do_every_ioctl(struct misuse *m)
{
	attach_here(m);
	for_a_while(m, misuse_every_ioctl);
}

static void do_every_mapping(struct misuse *m)
{
	for_a_while(m, misuse_every_mapping);
}

static void until_late(struct misuse *m)
{
	uint64_t until = now_ms() + SECONDS * 1000;

	while (now_ms() < until)
		misuse_anything(m);
}

static void do_anything(struct misuse *m)
{
	attach_here(m);
	until_late(m);
	printf("# seed %u: %llu calls\n", seed, (unsigned long long)m->nr_calls);
}

static void *misuse_thread(void *arg)
{
	until_late(arg);
	return NULL;
}

/* Threads of one VM, on one port and in one another's memory. */
static void do_anything_in_threads(struct misuse *m)
{
	struct misuse more[THREADS];
	pthread_t threads[THREADS];
	uint64_t sum = 0;
	int i, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	CHECK(null >= 0);
	attach_here(m);
	for (i = 0; i < THREADS; i++) {
		more[i] = *m;
		more[i].random = (seed + (uint32_t)i + 1) * 2 + 1;
		CHECK_EQ(pthread_create(&threads[i], NULL, misuse_thread,
					&more[i]), 0);
	}
	/* Closed in the middle, and its number not given to a file that may block. */
	sleep(SECONDS - 2);
	CHECK_EQ(dup2(null, m->port), m->port);
	for (i = 0; i < THREADS; i++) {
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
		sum += more[i].nr_calls;
	}
	printf("# seed %u: %llu calls in %d threads\n", seed,
	       (unsigned long long)sum, THREADS);
}

#define CASE(name)							\
	static void name(const void *data)				\
	{								\
		(void)data;						\
		misuse_with(do_##name);					\
	}

CASE(every_ioctl)
CASE(every_ioctl_unattached)
CASE(every_mapping)
CASE(anything)
CASE(anything_in_threads)

/* --- calls that need a right which the port was not given */

static void rights_are_the_stores(const void *data)
{
	static uint8_t image[65536];
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	int port = open_port(store);
	uint32_t flags;

	(void)data;
	for (flags = 0; flags < 2; flags++) {
		struct kvm_uefivars_state arg = {
			.size = sizeof(arg), .flags = flags,
			.data = (uintptr_t)image, .len = sizeof(image),
		};

		CHECK_EQ(call(port, KVM_UEFIVARS_SAVE_STATE, &arg), -EPERM);
		CHECK_EQ(call(port, KVM_UEFIVARS_RESTORE_STATE, &arg), -EPERM);
		attach(port, -1);
		CHECK_EQ(call(port, KVM_UEFIVARS_SAVE_STATE, &arg), -EPERM);
		CHECK_EQ(call(port, KVM_UEFIVARS_RESTORE_STATE, &arg), -EPERM);
		close(port);
		port = open_port(store);
	}
}

static void freezing_is_the_stores(const void *data)
{
	struct kvm_uefivars_freeze arg = { .size = sizeof(arg) };
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	int port = open_port(store);

	(void)data;
	CHECK_EQ(call(port, KVM_UEFIVARS_FREEZE, &arg), -ENOTTY);
	CHECK_EQ(call(port, KVM_UEFIVARS_THAW, &arg), -ENOTTY);
	CHECK_EQ(call(store, KVM_UEFIVARS_FREEZE, &arg), 0);
	CHECK_EQ(call(port, KVM_UEFIVARS_THAW, &arg), -ENOTTY);
}

/* --- a VMM that hangs */

/* Guest memory whose page faults nobody answers: the request hangs in the kernel. */
static void do_hang_in_fault(struct misuse *m)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	uint8_t *mem = mmap(NULL, MISUSE_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(!ioctl(fd, UFFDIO_API, &api));
	reg.range.start = (uintptr_t)mem;
	reg.range.len = MISUSE_PAGE;
	CHECK(!ioctl(fd, UFFDIO_REGISTER, &reg));
	attach(m->port, -1);
	CHECK_EQ(set_memory(m->port, 0, GUEST_GPA, MISUSE_PAGE, mem, 0), 0);
	reg_write(m->port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, MISUSE_PAGE);
	reg_write(m->port, KVM_UEFIVARS_REG_ADDR_LO, 8, GUEST_GPA);
	reg_write(m->port, KVM_UEFIVARS_REG_CMD_STS, 2, KVM_UEFIVARS_CMD_DMA_MM);
	_exit(1);
}

static void hang_in_fault(const void *data)
{
	struct scene s = scene_start();
	pid_t pid = hostile_start(&s, do_hang_in_fault);
	uint64_t start;
	uint32_t len = 0;

	(void)data;
	CHECK_EQ(hostile_end(pid, 1500), -1);
	/* The store's holder does not notice. */
	start = now_ms();
	CHECK(store_info(s.store[HOSTILE]).state & KVM_UEFIVARS_STORE_ATTACHED);
	CHECK_EQ(var_get(s.store[HOSTILE], "Host0", NULL, &len), -EMSGSIZE);
	CHECK(now_ms() - start < ktap_ms(1000));
	kill_hostile(pid);
	check_port_again(&s);
	scene_end(&s);
}

static void do_messages(struct misuse *m)
{
	struct guest g = { .port = m->port, .mem = m->mem };

	attach_here(m);
	reg_write(m->port, KVM_UEFIVARS_REG_BUFFER_SIZE, 4, 8 * MISUSE_PAGE);
	reg_write(m->port, KVM_UEFIVARS_REG_ADDR_LO, 8, GUEST_GPA);
	for (;;)
		guest_set(&g, MISUSE_PREFIX, NV_BS_RT, "x", 1);
}

/* Stopped at any moment; it never keeps what others need. */
static void stopped_at_random(const void *data)
{
	struct scene s = scene_start();
	pid_t pid = hostile_start(&s, do_messages);
	struct misuse m;
	int i;

	(void)data;
	misuse_init(&m, -1, seed);
	for (i = 0; i < 50; i++) {
		uint64_t start;

		usleep(misuse_random(&m, 20000));
		kill(pid, SIGSTOP);
		usleep(misuse_random(&m, 20000));
		start = now_ms();
		store_info(s.store[HOSTILE]);
		CHECK(now_ms() - start < ktap_ms(1000));
		kill(pid, SIGCONT);
	}
	kill_hostile(pid);
	check_port_again(&s);
	scene_end(&s);
}

static void do_die(struct misuse *m)
{
	attach_here(m);
	for (;;)
		misuse_anything(m);
}

static void killed_at_random(const void *data)
{
	struct scene s = scene_start();
	struct misuse m;
	int i;

	(void)data;
	misuse_init(&m, -1, seed);
	for (i = 0; i < 15; i++) {
		pid_t pid = hostile_start(&s, do_die);

		usleep(50000 + misuse_random(&m, 200000));
		kill_hostile(pid);
		check_port_again(&s);
	}
	scene_end(&s);
}

/* --- and the memory of all this */

static long slab_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kb = -1;

	CHECK(f);
	while (kb < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "Slab: %ld", &kb);
	fclose(f);
	CHECK(kb > 0);
	return kb;
}

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "4", 1), 1); /* from now on without a line in the log */
	CHECK_EQ(write(fd, "3", 1), 1);
	close(fd);
}

static void do_a_bit(struct misuse *m)
{
	uint64_t until = now_ms() + 1500;

	attach_here(m);
	while (now_ms() < until)
		misuse_anything(m);
}

static void in_process(void (*fn)(struct misuse *m))
{
	pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (!pid) {
		misuse_with(fn);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

/* Some 100,000 calls may not leave more than noise. */
static void memory_comes_back(const void *data)
{
	uint64_t until;
	long before, after;

	(void)data;
	close(open_device());
	in_process(do_a_bit);
	drop_caches();
	before = slab_kb();
	in_process(do_a_bit);
	in_process(do_every_ioctl);
	until = now_ms() + 10000;
	do {
		drop_caches();
		after = slab_kb();
	} while (after > before + SLAB_SLACK_KB && now_ms() < until &&
		 !usleep(200000));
	printf("# slab %ld kB before, %ld kB after\n", before, after);
	CHECK(after <= before + SLAB_SLACK_KB);
}

int main(void)
{
	const char *text = getenv("MISUSE_SEED");

	seed = text ? (uint32_t)strtoul(text, NULL, 0) :
		      (uint32_t)time(NULL) & 0xffffff;
	printf("# MISUSE_SEED=%u repeats this run\n", seed);
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(every_ioctl);
	ADD(every_ioctl_unattached);
	ADD(every_mapping);
	ADD(anything);
	ADD(anything_in_threads);
	ADD(rights_are_the_stores);
	ADD(freezing_is_the_stores);
	ADD(hang_in_fault);
	ADD(stopped_at_random);
	ADD(killed_at_random);
	ADD(memory_comes_back);
	return ktap_run();
}
