// SPDX-License-Identifier: GPL-2.0
/* What each descriptor gives, whoever has it: users, capabilities, copies, exec, /proc. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmds.h"
#include "guest.h"
#include "misuse.h"

#define NOBODY	65534
/* argv[1] of this program behind an exec. */
#define AFTER_EXEC	"--after-exec"

static const unsigned int admin_cmds[] = {
	KVM_UEFIVARS_NEXT_STORE_ID,
	KVM_UEFIVARS_OPEN_STORE_BY_ID,
};

static bool is_admin_cmd(const struct cmd *cmd)
{
	unsigned int i;

	for (i = 0; i < sizeof(admin_cmds) / sizeof(admin_cmds[0]); i++)
		if (admin_cmds[i] == cmd->nr)
			return true;
	return false;
}

static void become_nobody(void)
{
	if (geteuid())
		ktap_skip("needs root");
	CHECK(!setresgid(NOBODY, NOBODY, NOBODY));
	CHECK(!setresuid(NOBODY, NOBODY, NOBODY));
}

/* --- who may open the device, and what a user may do */

static void device_is_not_for_everybody(const void *data)
{
	(void)data;
	close(open_device());
	become_nobody();
	CHECK_EQ(open("/dev/kvm-uefivars", O_RDWR | O_CLOEXEC), -1);
	CHECK_EQ(errno, EACCES);
	CHECK_EQ(open("/dev/kvm-uefivars", O_RDONLY | O_CLOEXEC), -1);
	CHECK_EQ(errno, EACCES);
}

/* The descriptor is the right: no other is asked for, but by the two commands that list. */
static void command_of_any_user(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	become_nobody();
	CHECK_EQ(cmd_call(cmd, env, arg), is_admin_cmd(cmd) ? -EPERM : 0);
}

/* root there is not root here. */
static void command_in_user_namespace(const void *data)
{
	const struct cmd *cmd = data;
	uint8_t arg[CMD_ARG_MAX];
	struct cmd_env *env = cmd_setup(cmd, arg);

	if (unshare(CLONE_NEWUSER))
		ktap_skip("no user namespaces: %s", strerror(errno));
	CHECK_EQ(cmd_call(cmd, env, arg), is_admin_cmd(cmd) ? -EPERM : 0);
}

/* --- what a descriptor does not give */

static void port_gives_no_variables(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	struct guest g = guest_start(store, -1);
	char buf[64];
	int i;

	(void)data;
	CHECK_EQ(guest_set(&g, "Var", NV_BS_RT, "x", 1), 0);
	for (i = 0; i < nr_cmds; i++) {
		uint8_t arg[CMD_ARG_MAX] = { 0 };

		if (cmds[i].kind == CMD_PORT)
			continue;
		*(uint32_t *)arg = cmds[i].size;
		CHECK_EQ(call(g.port, cmds[i].nr, arg),
			 cmds[i].is_port_too ? -EPERM : -ENOTTY);
	}
	CHECK_EQ(read(g.port, buf, sizeof(buf)), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(write(g.port, buf, sizeof(buf)), -1);
	CHECK_EQ(errno, EINVAL);
}

static void rights_of_open_port(const void *data)
{
	static uint8_t image[1 << 18];
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	/* By the right a port is given: 0 is allowed, 1 with variables, too. */
	static const struct {
		uint32_t right;
		int want[2];
	} rows[] = {
		{ 0, { -EPERM, -EPERM } },
		{ KVM_UEFIVARS_PORT_STATE, { 0, -EPERM } },
		{ KVM_UEFIVARS_PORT_STATE | KVM_UEFIVARS_PORT_VARIABLES,
		  { 0, 0 } },
	};
	uint32_t i, flags;

	(void)data;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kvm_uefivars_open_port open = {
			.size = sizeof(open), .flags = rows[i].right,
		};

		CHECK_EQ(call(store, KVM_UEFIVARS_OPEN_PORT, &open), 0);
		attach(open.fd, -1);
		for (flags = 0; flags < 2; flags++) {
			struct kvm_uefivars_state arg = {
				.size = sizeof(arg), .flags = flags,
				.data = (uintptr_t)image, .len = sizeof(image),
			};

			CHECK_EQ(call(open.fd, KVM_UEFIVARS_SAVE_STATE, &arg),
				 rows[i].want[flags]);
			CHECK_EQ(call(open.fd, KVM_UEFIVARS_RESTORE_STATE,
				      &arg), rows[i].want[flags]);
		}
		close(open.fd);
	}
}

static void only_ports_are_mapped(const void *data)
{
	int dev = open_device(), store = create_store(dev, 0, 0);

	(void)data;
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev, 0) == MAP_FAILED);
	CHECK_EQ(errno, ENODEV);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, store, 0) == MAP_FAILED);
	CHECK_EQ(errno, ENODEV);
}

/* --- copies */

static void copies_are_as_good(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	int store2 = dup(store), port, port2;
	struct kvm_uefivars_open_port again = { .size = sizeof(again) };
	uint32_t len = 0;

	(void)data;
	close(store);
	CHECK_EQ(var_set(store2, "Var", NV_BS_RT, "x", 1, 0), 0);
	port = open_port(store2);
	port2 = dup(port);
	attach(port, -1);
	close(port);
	/* It is one port, attached, and open as long as either is. */
	CHECK_EQ(call(store2, KVM_UEFIVARS_OPEN_PORT, &again), -EBUSY);
	CHECK_EQ(reg_read(port2, KVM_UEFIVARS_REG_MAGIC, 2),
		 KVM_UEFIVARS_MAGIC_VALUE);
	close(port2);
	CHECK_EQ(call(store2, KVM_UEFIVARS_OPEN_PORT, &again), 0);
	CHECK_EQ(var_get(store2, "Var", NULL, &len), -EMSGSIZE);
}

/* A process of another user, with what it is sent and nothing else. */
static void stranger(int socket)
{
	struct kvm_uefivars_store_id id = { .size = sizeof(id) };
	int store, port;

	become_nobody();
	store = misuse_receive_fd(socket);
	port = misuse_receive_fd(socket);
	CHECK(store >= 0 && port >= 0);
	CHECK_EQ(fcntl(store, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(var_set(store, "Sent", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(call(store, KVM_UEFIVARS_NEXT_STORE_ID, &id), -ENOTTY);
	attach(port, -1);
	CHECK_EQ(reg_read(port, KVM_UEFIVARS_REG_MAGIC, 2),
		 KVM_UEFIVARS_MAGIC_VALUE);
	_exit(0);
}

static void sent_to_another_user(const void *data)
{
	struct kvm_uefivars_mmio mmio = { .size = sizeof(mmio), .len = 2 };
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	int pair[2], port = open_port(store);
	uint32_t len = 0;
	pid_t pid;

	(void)data;
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		/* Only what comes over the socket. */
		close(store);
		close(port);
		stranger(pair[1]);
	}
	CHECK(misuse_send_fd(pair[0], store));
	CHECK(misuse_send_fd(pair[0], port));
	join_child(pid);
	CHECK_EQ(var_get(store, "Sent", NULL, &len), -EMSGSIZE);
	/* It was attached there, by a process that is gone. */
	CHECK_EQ(call(port, KVM_UEFIVARS_MMIO, &mmio), -EPERM);
}

/* The last descriptor is in a socket that nobody reads. */
static void lost_in_a_socket(const void *data)
{
	struct kvm_uefivars_store_id id = { .size = sizeof(id) };
	int dev = open_device(), store = create_store(dev, 0, 0), pair[2];
	uint64_t until = now_ms() + ktap_ms(5000);

	(void)data;
	id.id = store_info(store).id;
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	CHECK(misuse_send_fd(pair[0], store));
	CHECK(misuse_send_fd(pair[0], pair[1]));
	close(store);
	CHECK_EQ(call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &id), 0);
	close(id.fd);
	close(pair[0]);
	close(pair[1]);
	while (!call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &id) &&
	       now_ms() < until) {
		close(id.fd);
		/* The kernel looks for such sockets when one is closed. */
		CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
		close(pair[0]);
		close(pair[1]);
		usleep(10000);
	}
	CHECK_EQ(call(dev, KVM_UEFIVARS_OPEN_STORE_BY_ID, &id), -ENOENT);
}

/* --- fork and exec */

static void child_has_the_store(const void *data)
{
	int store = create_store(open_device(), KVM_UEFIVARS_WRITE_BACK, 0);
	uint32_t len = 0;
	pid_t pid;

	(void)data;
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		CHECK_EQ(var_set(store, "Child", NV_BS_RT, "x", 1, 0), 0);
		_exit(0);
	}
	join_child(pid);
	CHECK_EQ(var_get(store, "Child", NULL, &len), -EMSGSIZE);
}

/* In a new program: which of the numbers are still open, and what the port does. */
static int after_exec(char **argv)
{
	struct kvm_uefivars_mmio mmio = { .size = sizeof(mmio), .len = 2 };
	struct kvm_uefivars_attach arg = { .size = sizeof(arg), .eventfd = -1 };
	int i, kept = atoi(argv[1]);

	for (i = 2; argv[i]; i++)
		if (fcntl(atoi(argv[i]), F_GETFD) != -1 || errno != EBADF)
			return 1;
	if (kept < 0)
		return 0;
	/* Attached before: to a VM that this program is not. */
	if (call(kept, KVM_UEFIVARS_MMIO, &mmio) != -EPERM)
		return 2;
	if (call(kept, KVM_UEFIVARS_ATTACH, &arg) != -EBUSY)
		return 3;
	return port_info(kept).store_id ? 0 : 4;
}

static void exec_with(int kept, const int *closed, int nr)
{
	char text[8][12], *argv[12] = { (char *)"rights_test",
					(char *)AFTER_EXEC };
	int i;

	snprintf(text[7], sizeof(text[7]), "%d", kept);
	argv[2] = text[7];
	for (i = 0; i < nr; i++) {
		snprintf(text[i], sizeof(text[i]), "%d", closed[i]);
		argv[3 + i] = text[i];
	}
	execv("/proc/self/exe", argv);
	_exit(99);
}

static void exec_closes_descriptors(const void *data)
{
	int dev = open_device(), store = create_store(dev, 0, 0);
	int by_id = open_store_by_id(dev, store_info(store).id);
	int fds[] = { store, by_id, open_port(store) };
	pid_t pid;

	(void)data;
	pid = fork();
	CHECK(pid >= 0);
	if (!pid)
		exec_with(-1, fds, 3);
	join_child(pid);
}

static void port_kept_over_exec(const void *data)
{
	int store = create_store(open_device(), 0, 0), port = open_port(store);
	pid_t pid;

	(void)data;
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		attach(port, -1);
		CHECK(!fcntl(port, F_SETFD, 0));
		exec_with(port, &store, 1);
	}
	join_child(pid);
}

/* --- /proc */

static int reopen(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC);
}

static void proc_makes_no_new_ones(const void *data)
{
	static const int flags[] = { O_RDWR, O_RDONLY, O_WRONLY };
	int dev = open_device(), store = create_store(dev, 0, 0);
	int port = open_port(store), path_fd, again;
	struct kvm_uefivars_info info = { .size = sizeof(info) };
	unsigned int i;

	(void)data;
	for (i = 0; i < 3; i++) {
		CHECK_EQ(reopen(store, flags[i]), -1);
		CHECK_EQ(errno, ENXIO);
		CHECK_EQ(reopen(port, flags[i]), -1);
		CHECK_EQ(errno, ENXIO);
	}
	/* A name without a file behind it: no command works. */
	path_fd = reopen(port, O_PATH);
	CHECK(path_fd < 0 || call(path_fd, KVM_UEFIVARS_MMIO, &info) == -EBADF);
	/* The device is a file of the file system: as opening it. */
	again = reopen(dev, O_RDWR);
	CHECK(again >= 0);
	CHECK_EQ(call(again, KVM_UEFIVARS_GET_INFO, &info), 0);
	become_nobody();
	CHECK_EQ(reopen(dev, O_RDWR), -1);
	CHECK_EQ(errno, EACCES);
}

int main(int argc, char **argv)
{
	int i;

	if (argc > 2 && !strcmp(argv[1], AFTER_EXEC))
		return after_exec(argv + 1);
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(device_is_not_for_everybody);
	for (i = 0; i < nr_cmds; i++) {
		ktap_add(command_of_any_user, &cmds[i], "%s_of_any_user",
			 cmds[i].name);
		ktap_add(command_in_user_namespace, &cmds[i],
			 "%s_in_user_namespace", cmds[i].name);
	}
	ADD(port_gives_no_variables);
	ADD(rights_of_open_port);
	ADD(only_ports_are_mapped);
	ADD(copies_are_as_good);
	ADD(sent_to_another_user);
	ADD(lost_in_a_socket);
	ADD(child_has_the_store);
	ADD(exec_closes_descriptors);
	ADD(port_kept_over_exec);
	ADD(proc_makes_no_new_ones);
	return ktap_run();
}
