// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts, in a Linux guest, what listing and reading all variables through efivarfs costs. */
/*
 * lister DIR NR: makes variables in DIR until there are NR, then does the system calls
 * of "ls -l" and of a "cat" of each, without the programs' own start.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 9
#define GUID "6b757630-6265-6e63-8002-020304050607"

static int dir;
static uint8_t data[65536];

static uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static _Noreturn void die(const char *what)
{
	printf("failed lister: %s: %s\n", what, strerror(errno));
	exit(1);
}

static DIR *open_list(void)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d)
		die("directory");
	return d;
}

/* "ls -l": returns the number of variables. */
static int list(void)
{
	DIR *d = open_list();
	struct dirent *e;
	struct stat st;
	int n = 0;

	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		if (fstatat(dir, e->d_name, &st, 0))
			die(e->d_name);
		n++;
	}
	closedir(d);
	return n;
}

/* "cat" of each: returns the bytes read. */
static size_t read_all(void)
{
	DIR *d = open_list();
	struct dirent *e;
	size_t sum = 0;
	ssize_t n;
	int fd;

	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		fd = openat(dir, e->d_name, O_RDONLY);
		if (fd < 0)
			die(e->d_name);
		while ((n = read(fd, data, sizeof(data))) > 0)
			sum += (size_t)n;
		if (n < 0)
			die(e->d_name);
		close(fd);
	}
	closedir(d);
	return sum;
}

/* Attributes and 64 bytes. */
static void make(int i)
{
	uint32_t attributes = 7;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "KuvList%03d-" GUID, i);
	memset(data, i, 68);
	memcpy(data, &attributes, sizeof(attributes));
	fd = openat(dir, name, O_WRONLY | O_CREAT, 0600);
	if (fd < 0 || write(fd, data, 68) != 68)
		die(name);
	close(fd);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void report(const char *what, uint64_t *v, int n, size_t count)
{
	qsort(v, (size_t)n, sizeof(*v), by_value);
	printf("result %zu %s calls %d min %llu median %llu max %llu bad 0\n",
	       count, what, n, (unsigned long long)v[0],
	       (unsigned long long)v[n / 2], (unsigned long long)v[n - 1]);
}

int main(int argc, char **argv)
{
	uint64_t listed[ROUNDS], read_in[ROUNDS], both[ROUNDS], t;
	int i, wanted, n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 3)
		return 2;
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	wanted = atoi(argv[2]);
	if (dir < 0)
		die(argv[1]);
	for (i = list(); i < wanted; i++)
		make(i);
	for (i = 0; i < ROUNDS; i++) {
		t = ticks();
		n = list();
		listed[i] = ticks() - t;
		t = ticks();
		if (read_all() < (size_t)n * 4)
			die("nothing in them");
		read_in[i] = ticks() - t;
		both[i] = listed[i] + read_in[i];
	}
	if (n != wanted)
		die("number of variables");
	report("efivarfs-ls", listed, ROUNDS, (size_t)n);
	report("efivarfs-cat", read_in, ROUNDS, (size_t)n);
	report("efivarfs", both, ROUNDS, (size_t)n);
	return 0;
}
