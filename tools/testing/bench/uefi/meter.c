// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a VM with app.c in it and adds to its lines what the host's KVM counted. */
/*
 * meter FIFO COMMAND...: the command starts QEMU, whose debug port writes to FIFO. Lines are
 * copied to standard output. After "start" comes the time from here to that line, after a
 * mark the exits since the mark before, without those of the lines themselves and of
 * the host's interrupts. All times are of the TSC, which counts instructions here.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define VM_DIR "/sys/kernel/debug/kvm/[0-9]*-*"

struct counts {
	uint64_t exits;
	uint64_t irq_exits;
	uint64_t mmio_exits;
	uint64_t io_exits;
};

struct meter {
	uint64_t begin;
	uint64_t bytes;
	char vm[128];
	char name[64];
	struct counts last;
};

static uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static _Noreturn void die(const char *what)
{
	printf("failed meter: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The directory of the one VM there is. */
static void find_vm(struct meter *m)
{
	glob_t found;

	if (m->vm[0])
		return;
	if (glob(VM_DIR, 0, NULL, &found) || found.gl_pathc != 1)
		die("not one VM in " VM_DIR);
	snprintf(m->vm, sizeof(m->vm), "%s", found.gl_pathv[0]);
	globfree(&found);
}

static int64_t number_in(const struct meter *m, const char *name)
{
	char path[256], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/%s", m->vm, name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die(path);
	close(fd);
	return strtoll(text, NULL, 10);
}

static void sample(const struct meter *m, struct counts *c)
{
	c->exits = (uint64_t)number_in(m, "exits");
	c->irq_exits = (uint64_t)number_in(m, "irq_exits");
	c->mmio_exits = (uint64_t)number_in(m, "mmio_exits");
	c->io_exits = (uint64_t)number_in(m, "io_exits");
}

/* The guest's TSC began with an offset to ours. */
static void on_start(struct meter *m, uint64_t guest_ticks)
{
	int64_t offset = number_in(m, "vcpu0/tsc-offset");

	printf("boot-option %llu\n",
	       (unsigned long long)(guest_ticks - (uint64_t)offset - m->begin));
}

static void on_mark(struct meter *m, const char *name)
{
	struct counts now;

	sample(m, &now);
	if (m->name[0] && strcmp(m->name, "end"))
		printf("exits %s all %lld irq %lld mmio %lld io %lld\n", m->name,
		       (long long)(now.exits - m->last.exits - m->bytes),
		       (long long)(now.irq_exits - m->last.irq_exits),
		       (long long)(now.mmio_exits - m->last.mmio_exits),
		       (long long)(now.io_exits - m->last.io_exits - m->bytes));
	m->last = now;
	m->bytes = 0;
	snprintf(m->name, sizeof(m->name), "%.60s", name);
}

static void on_line(struct meter *m, const char *line)
{
	unsigned long long guest_ticks;

	m->bytes += strlen(line) + 1;
	find_vm(m);
	if (!strncmp(line, "mark ", 5)) {
		on_mark(m, line + 5);
		return;
	}
	puts(line);
	if (sscanf(line, "start %llu", &guest_ticks) == 1)
		on_start(m, guest_ticks);
}

/* As read(), but a child's end is no reason to stop. */
static ssize_t read_on(int fd, void *buf, size_t len)
{
	ssize_t n;

	do
		n = read(fd, buf, len);
	while (n < 0 && errno == EINTR);
	return n;
}

static void read_lines(struct meter *m, int fd)
{
	char buf[4096];
	size_t len = 0;
	ssize_t n;
	char *end;

	while ((n = read_on(fd, buf + len, sizeof(buf) - 1 - len)) > 0) {
		len += (size_t)n;
		buf[len] = '\0';
		while ((end = memchr(buf, '\n', len))) {
			*end++ = '\0';
			on_line(m, buf);
			len -= (size_t)(end - buf);
			memmove(buf, end, len + 1);
		}
		if (len == sizeof(buf) - 1)
			die("line too long");
	}
}

/* An open() that waits for a QEMU which has ended is not to wait for ever. */
static void on_child(int sig)
{
	(void)sig;
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		execvp(argv[0], argv);
		die(argv[0]);
	}
	return pid;
}

int main(int argc, char **argv)
{
	struct sigaction child = { .sa_handler = on_child };
	struct meter m = { 0 };
	int fd, status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: meter FIFO COMMAND...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	unlink(argv[1]);
	if (mkfifo(argv[1], 0600))
		die(argv[1]);
	sigaction(SIGCHLD, &child, NULL);
	m.begin = ticks();
	pid = start(argv + 2);
	/* Ends when QEMU has: nobody else writes. */
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(argv[1]);
	read_lines(&m, fd);
	if (waitpid(pid, &status, 0) != pid || status)
		die("QEMU did not end well");
	return 0;
}
