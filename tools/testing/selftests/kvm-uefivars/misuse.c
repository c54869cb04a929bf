// SPDX-License-Identifier: GPL-2.0
/* What a VMM that was taken over does with its port. */
#include "misuse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmds.h"

#define ARG_MAX_BYTES	8192

void misuse_init(struct misuse *m, int port, uint32_t seed)
{
	*m = (struct misuse){ .port = port, .random = seed * 2 + 1 };
	m->mem = mmap(NULL, MISUSE_MEM, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(m->mem != MAP_FAILED);
	m->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	CHECK(m->eventfd >= 0);
	/* Holes of each kind, between pages that are all right. */
	CHECK(!mprotect(m->mem + 16 * MISUSE_PAGE, MISUSE_PAGE, PROT_NONE));
	CHECK(!mprotect(m->mem + 24 * MISUSE_PAGE, MISUSE_PAGE, PROT_READ));
	CHECK(!munmap(m->mem + 32 * MISUSE_PAGE, MISUSE_PAGE));
}

uint32_t misuse_random(struct misuse *m, uint32_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 17;
	m->random ^= m->random << 5;
	return m->random % below;
}

#define PICK(m, list) \
	((list)[misuse_random(m, sizeof(list) / sizeof((list)[0]))])

static uint64_t any_number(struct misuse *m)
{
	static const uint64_t edges[] = {
		0, 1, 2, 3, 4, 7, 8, 12, 15, 16, 31, 32, 255, 256, 1023, 1024,
		4095, 4096, 4097, 65535, 65536, 65537, 0x7fffffff, 0x80000000,
		0xfffff000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
		0x8000000000000000, 0xfffffffffffff000, 0xffffffffffffffff,
		GUEST_GPA, GUEST_GPA + 4096, KVM_UEFIVARS_MMIO_BASE,
	};

	if (misuse_random(m, 3))
		return PICK(m, edges);
	return (uint64_t)misuse_random(m, ~0U) << misuse_random(m, 33);
}

/* Addresses: ours, of each kind, and such as no process may have. */
static uint64_t any_address(struct misuse *m)
{
	static const uint64_t foreign[] = {
		0, 1, 4095, 0x7ffffffff000, 0x800000000000, 0x8000000000000000,
		0xffff800000000000, 0xffff888000000000, 0xffffffff81000000,
		0xfffffffffffff000, 0xffffffffffffffff,
	};
	uint64_t here = (uintptr_t)m->mem +
			misuse_random(m, 60) * MISUSE_PAGE;

	switch (misuse_random(m, 4)) {
	case 0:
		return PICK(m, foreign);
	case 1:
		return here + misuse_random(m, MISUSE_PAGE);
	default:
		return here;
	}
}

static int do_ioctl(struct misuse *m, unsigned long cmd, uint64_t arg)
{
	m->nr_calls++;
	return ioctl(m->port, cmd, arg);
}

/* A structure of any command, or none, with some members changed. */
static void any_ioctl(struct misuse *m)
{
	const struct cmd *cmd = &cmds[misuse_random(m, (uint32_t)nr_cmds)];
	static const uint32_t sizes[] = { 0, 1, 4, 7, 4095, 4096, 4097, ~0U };
	uint64_t arg[CMD_ARG_MAX / 8 + 1] = { 0 };
	uint32_t n = misuse_random(m, 6);

	arg[0] = misuse_random(m, 4) ? cmd->size : PICK(m, sizes);
	while (n--)
		arg[misuse_random(m, cmd->size / 8 + 1)] |=
			misuse_random(m, 2) ? any_number(m) : any_address(m);
	if (!misuse_random(m, 8))
		arg[misuse_random(m, CMD_ARG_MAX / 8)] = 1ULL << 32;
	do_ioctl(m, misuse_random(m, 10) ? cmd->nr : misuse_random(m, ~0U),
		 misuse_random(m, 10) ? (uintptr_t)arg : any_address(m));
}

static void mmio(struct misuse *m, uint32_t offset, uint32_t len, uint64_t data,
		 uint32_t flags)
{
	struct kvm_uefivars_mmio arg = { .size = sizeof(arg), .flags = flags,
					 .offset = offset, .len = len,
					 .data = data };

	do_ioctl(m, KVM_UEFIVARS_MMIO, (uintptr_t)&arg);
}

static void write_register(struct misuse *m, uint32_t offset, uint32_t len,
			   uint64_t data)
{
	mmio(m, offset, len, data, KVM_UEFIVARS_MMIO_WRITE);
}

static void any_register(struct misuse *m)
{
	static const uint32_t lens[] = { 1, 2, 4, 8 };

	mmio(m, misuse_random(m, 4) ? misuse_random(m, 0x24) :
				      misuse_random(m, 8192),
	     PICK(m, lens), any_number(m), misuse_random(m, 2));
}

/* Another thread may have taken the page away: an error then, no signal. */
static void put(uint8_t *to, const void *from, size_t len)
{
	struct iovec local = { .iov_base = (void *)(uintptr_t)from,
			       .iov_len = len };
	struct iovec remote = { .iov_base = to, .iov_len = len };

	(void)!process_vm_writev(getpid(), &local, 1, &remote, 1, 0);
}

/* Registers that are fine, a message that is nearly so, then the command. */
static void any_message(struct misuse *m)
{
	uint64_t at = misuse_random(m, 8) * MISUSE_PAGE;
	char name[32], data[64] = "misused";
	uint8_t msg[MISUSE_PAGE];

	set_memory(m->port, misuse_random(m, 4), GUEST_GPA, 8 * MISUSE_PAGE,
		   m->mem, 0);
	snprintf(name, sizeof(name), MISUSE_PREFIX "%u", misuse_random(m, 10));
	if (misuse_random(m, 3))
		put_set(msg, name,
			misuse_random(m, 4) ? NV_BS_RT : misuse_random(m, 256),
			data, misuse_random(m, sizeof(data)));
	else
		put_get(msg, name, misuse_random(m, 2000));
	/* Not the first letter of the name, by which it is known afterwards. */
	if (!misuse_random(m, 2))
		memcpy(msg + misuse_random(m, 64), &(uint64_t){ any_number(m) },
		       misuse_random(m, 9));
	put(m->mem + at, msg, sizeof(msg));
	write_register(m, KVM_UEFIVARS_REG_BUFFER_SIZE, 4,
		       misuse_random(m, 4) ? 8 * MISUSE_PAGE : any_number(m));
	write_register(m, KVM_UEFIVARS_REG_ADDR_LO, 8,
		       misuse_random(m, 8) ? GUEST_GPA + at : any_number(m));
	write_register(m, KVM_UEFIVARS_REG_CMD_STS, 2, 1 + misuse_random(m, 4));
}

static void any_slot(struct misuse *m)
{
	set_memory(m->port, misuse_random(m, 1026), any_number(m) & ~4095ULL,
		   any_number(m) & ~4095ULL,
		   (void *)(uintptr_t)(any_address(m) & ~4095ULL),
		   misuse_random(m, 3));
}

/* Another thread's pages go and come while requests use them. */
static void any_hole(struct misuse *m)
{
	uint8_t *page = m->mem + misuse_random(m, 8) * MISUSE_PAGE;

	switch (misuse_random(m, 4)) {
	case 0:
		mprotect(page, MISUSE_PAGE, PROT_NONE);
		break;
	case 1:
		mprotect(page, MISUSE_PAGE, PROT_READ);
		break;
	case 2:
		mmap(page, MISUSE_PAGE, PROT_READ, MAP_SHARED | MAP_FIXED,
		     m->port, 0);
		break;
	default:
		madvise(page, MISUSE_PAGE, MADV_DONTNEED);
	}
	/* Always whole again: this thread writes there itself. */
	mmap(page, MISUSE_PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void one_mapping(struct misuse *m, size_t len, int prot, int flags,
			off_t offset)
{
	void *p = mmap(NULL, len, prot, flags, m->port, offset), *q;

	m->nr_calls++;
	if (p == MAP_FAILED)
		return;
	if (prot & PROT_READ)
		(void)*(volatile uint8_t *)p;
	CHECK(mprotect(p, MISUSE_PAGE, PROT_READ | PROT_WRITE));
	madvise(p, MISUSE_PAGE, MADV_DONTNEED);
	madvise(p, MISUSE_PAGE, MADV_REMOVE);
	madvise(p, MISUSE_PAGE, MADV_DOFORK);
	madvise(p, MISUSE_PAGE, MADV_PAGEOUT);
	mlock(p, MISUSE_PAGE);
	q = mremap(p, MISUSE_PAGE, 4 * MISUSE_PAGE, MREMAP_MAYMOVE);
	CHECK(q == MAP_FAILED);
	q = mremap(p, MISUSE_PAGE, MISUSE_PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
	if (q != MAP_FAILED)
		munmap(q, MISUSE_PAGE);
	munmap(p, len);
}

static void any_mapping(struct misuse *m)
{
	static const int flags[] = {
		MAP_SHARED, MAP_SHARED, MAP_PRIVATE, MAP_SHARED | MAP_POPULATE,
		MAP_SHARED | MAP_LOCKED, MAP_SHARED_VALIDATE, MAP_SHARED | MAP_32BIT,
	};

	one_mapping(m, (size_t)misuse_random(m, 4) * MISUSE_PAGE,
		    (int)misuse_random(m, 8), PICK(m, flags),
		    (off_t)misuse_random(m, 3) * 4096);
}

void misuse_every_mapping(struct misuse *m)
{
	static const size_t lens[] = { 0, 1, 4096, 4097, 8192, 1UL << 21,
				       1UL << 28, ~0UL };
	static const int flags[] = { MAP_SHARED, MAP_PRIVATE,
				     MAP_SHARED_VALIDATE };
	static const off_t offsets[] = { 0, 1, 4096, 1LL << 32, -4096 };
	size_t i, j, k;
	int prot;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		for (j = 0; j < sizeof(flags) / sizeof(flags[0]); j++)
			for (k = 0; k < sizeof(offsets) / sizeof(offsets[0]); k++)
				for (prot = 0; prot < 8; prot++)
					one_mapping(m, lens[i], prot, flags[j],
						    offsets[k]);
}

/* Whatever else takes a descriptor. */
static void any_file_call(struct misuse *m)
{
	struct pollfd pfd = { .fd = m->port, .events = (short)misuse_random(m, ~0U) };
	struct epoll_event ev = { .events = misuse_random(m, ~0U) };
	int fd = -1, p[2];
	char buf[64];
	loff_t pos = 0;

	switch (misuse_random(m, 12)) {
	case 0:
		fd = dup(m->port);
		break;
	case 1:
		fd = fcntl(m->port, F_DUPFD_CLOEXEC, misuse_random(m, 200));
		break;
	case 2:
		(void)!read(m->port, buf, sizeof(buf));
		(void)!write(m->port, buf, sizeof(buf));
		(void)!pread(m->port, buf, sizeof(buf), (off_t)any_number(m));
		break;
	case 3:
		poll(&pfd, 1, 0);
		break;
	case 4:
		fd = epoll_create1(0);
		epoll_ctl(fd, EPOLL_CTL_ADD, m->port, &ev);
		epoll_wait(fd, &ev, 1, 0);
		break;
	case 5:
		lseek(m->port, (off_t)any_number(m), (int)misuse_random(m, 6));
		(void)!ftruncate(m->port, (off_t)misuse_random(m, 9999));
		fallocate(m->port, (int)misuse_random(m, 64), 0, 4096);
		break;
	case 6:
		fcntl(m->port, F_SETFL, misuse_random(m, ~0U) & ~O_DIRECT);
		fcntl(m->port, F_SETSIG, 0);
		fcntl(m->port, F_SETLEASE, F_RDLCK);
		break;
	case 7:
		flock(m->port, LOCK_EX | LOCK_NB);
		flock(m->port, LOCK_UN);
		fsync(m->port);
		break;
	case 8:
		if (!pipe(p)) {
			splice(m->port, &pos, p[1], NULL, 4096, SPLICE_F_NONBLOCK);
			close(p[0]);
			close(p[1]);
		}
		break;
	case 9:
		snprintf(buf, sizeof(buf), "/proc/self/fd/%d", m->port);
		fd = open(buf, O_RDWR | O_CLOEXEC);
		break;
	case 10:
		(void)!fchmod(m->port, 0777);
		(void)!fchown(m->port, 1, 1);
		break;
	default:
		fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	}
	m->nr_calls++;
	if (fd >= 0)
		close(fd);
}

/* The doorbell, often faster than anybody could answer. */
static void any_ring(struct misuse *m)
{
	uint32_t n = 1 + misuse_random(m, 40);
	uint64_t count;

	while (n--)
		(void)!write(m->eventfd, &(uint64_t){ 1 }, 8);
	if (!misuse_random(m, 4))
		(void)!read(m->eventfd, &count, 8);
	m->nr_calls++;
}

/* Attached already: each of these must be refused, or harm nobody else. */
static void any_attach(struct misuse *m)
{
	struct kvm_uefivars_attach arg = { .size = sizeof(arg) };
	int fds[] = { -1, -2, 0, m->port, 1 << 20, eventfd(0, EFD_CLOEXEC) };

	arg.eventfd = PICK(m, fds);
	do_ioctl(m, KVM_UEFIVARS_ATTACH, (uintptr_t)&arg);
	close(fds[5]);
}

bool misuse_send_fd(int socket, int fd)
{
	char body[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = (char[1]){ 'p' }, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = body,
			      .msg_controllen = sizeof(body) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(socket, &msg, MSG_DONTWAIT) == 1;
}

int misuse_receive_fd(int socket)
{
	char body[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = body,
			      .msg_controllen = sizeof(body) };
	struct cmsghdr *c;
	int fd;

	if (recvmsg(socket, &msg, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&msg);
	if (!c)
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* In flight in a socket that is in flight itself, and then forgotten. */
static void any_flight(struct misuse *m)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return;
	misuse_send_fd(pair[0], m->port);
	if (misuse_random(m, 2))
		misuse_send_fd(pair[0], pair[1]);
	if (misuse_random(m, 2))
		misuse_send_fd(pair[1], pair[0]);
	m->nr_calls++;
	close(pair[0]);
	close(pair[1]);
}

/* A child has the port, but is not the VM. */
static void any_child(struct misuse *m)
{
	pid_t pid = fork();
	int i;

	if (!pid) {
		for (i = 0; i < 20; i++) {
			any_ioctl(m);
			any_register(m);
			any_mapping(m);
		}
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

void misuse_anything(struct misuse *m)
{
	uint32_t what = misuse_random(m, 1000);

	if (what < 300)
		any_ioctl(m);
	else if (what < 500)
		any_register(m);
	else if (what < 750)
		any_message(m);
	else if (what < 820)
		any_slot(m);
	else if (what < 860)
		any_hole(m);
	else if (what < 900)
		any_mapping(m);
	else if (what < 960)
		any_file_call(m);
	else if (what < 975)
		any_attach(m);
	else if (what < 990)
		any_ring(m);
	else if (what < 997)
		any_flight(m);
	else
		any_child(m);
}

/* One command with structures of odd sizes, and each member odd in turn. */
static void every_argument(struct misuse *m, unsigned int cmd, uint32_t size)
{
	static const uint64_t values[] = { 1, 0xffffffff, 0x80000000,
					   0xffffffffffffffff,
					   0xffff888000000000 };
	static uint8_t big[ARG_MAX_BYTES];
	uint8_t arg[CMD_ARG_MAX + 8];
	uint32_t i, j, given;

	for (i = 0; i <= size + 8; i += 4) {
		memset(big, 0, sizeof(big));
		*(uint32_t *)big = i;
		do_ioctl(m, cmd, (uintptr_t)big);
		/* The structure ends where memory does. */
		do_ioctl(m, cmd, (uintptr_t)m->mem + 16 * MISUSE_PAGE - i);
	}
	for (i = 0; i < size / 4; i++)
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			memset(arg, 0, sizeof(arg));
			memcpy(arg + i * 4, &values[j], sizeof(values[j]));
			given = i ? size : (uint32_t)values[j];
			memcpy(arg, &given, sizeof(given));
			do_ioctl(m, cmd, (uintptr_t)arg);
		}
	/* Results cannot be written. */
	do_ioctl(m, cmd, (uintptr_t)m->mem + 24 * MISUSE_PAGE);
}

static uint32_t size_of(unsigned int cmd)
{
	int i;

	for (i = 0; i < nr_cmds; i++)
		if (cmds[i].nr == cmd)
			return cmds[i].size;
	return 24;
}

void misuse_every_ioctl(struct misuse *m)
{
	static const uint64_t bad[] = { 0, 1, 0x800000000000,
					0xffff888000000000,
					0xffffffff81000000, ~0ULL };
	static const unsigned int kinds[] = { 0, 0x80000000, 0x40180000,
					      0xc0180000 };
	unsigned int nr, cmd;
	size_t i;

	for (nr = 0; nr < 256; nr++) {
		cmd = _IO(KVM_UEFIVARS_IOC, nr);
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			do_ioctl(m, cmd, bad[i]);
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			do_ioctl(m, cmd | kinds[i], (uintptr_t)m->mem);
		if (nr < 0x60)
			every_argument(m, cmd, size_of(cmd));
		/* What every file knows: FIOCLEX, FIONBIO, TCGETS, ... */
		do_ioctl(m, 0x5400 + nr, (uintptr_t)m->mem);
	}
}
