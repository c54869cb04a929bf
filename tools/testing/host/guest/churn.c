// SPDX-License-Identifier: GPL-2.0-or-later
/* Guest test tool: writes, appends, deletes and reads without end, and checks every answer. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#define DIR "/sys/firmware/efi/efivars/"
#define GUID "6b757630-7465-7374-8001-020304050607"
#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define NV_BS_RT 7u
#define APPEND 0x40u
#define NAMES 8
#define ROOM 2048

/* What the variables have to be, when this is all that writes them. */
static struct model {
	char text[ROOM];
	size_t len;
} model[NAMES];

/* What firmware left in memory, and nobody may change. */
static struct kept {
	const char *path;
	uint8_t value[4 + ROOM];
	ssize_t len;
} kept[] = {
	{ .path = DIR "KuvVolatile-" GUID },
	{ .path = DIR "SecureBoot-" GLOBAL },
	{ .path = DIR "BootCurrent-" GLOBAL },
};
#define NR_KEPT (sizeof(kept) / sizeof(kept[0]))

static volatile sig_atomic_t is_told;
static unsigned long calls;

static void on_term(int nr)
{
	(void)nr;
	is_told = 1;
}

static void wrong(const char *format, ...)
{
	va_list ap;

	printf("churn: call %lu: WRONG: ", calls);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

/* efivarfs guards what it does not know against changes; a test knows. */
static void unguard(const char *path)
{
	int flags = 0, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (!ioctl(fd, FS_IOC_GETFLAGS, &flags)) {
		flags &= ~FS_IMMUTABLE_FL;
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	close(fd);
}

/* Returns 0 or errno. */
static int put(const char *path, uint32_t attrs, const void *data, size_t len)
{
	uint8_t msg[4 + ROOM];
	int fd, rc = 0;

	calls++;
	unguard(path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	memcpy(msg, &attrs, 4);
	memcpy(msg + 4, data, len);
	if (write(fd, msg, 4 + len) != (ssize_t)(4 + len))
		rc = errno;
	close(fd);
	return rc;
}

static void path_of(unsigned int nr, char path[128])
{
	snprintf(path, 128, DIR "KuvC%u-" GUID, nr);
}

/* Attributes and value; returns their bytes. */
static ssize_t get(const char *path, uint8_t buf[4 + ROOM])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	calls++;
	n = fd < 0 ? -1 : read(fd, buf, 4 + ROOM);
	if (n < 0)
		wrong("%s: %s", path, strerror(errno));
	close(fd);
	return n;
}

static void expect(const char *path, uint32_t attrs, const char *text,
		   size_t len)
{
	uint8_t buf[4 + ROOM];
	ssize_t n = get(path, buf);

	if ((size_t)n != 4 + len || memcmp(buf, &attrs, 4) ||
	    memcmp(buf + 4, text, len))
		wrong("%s: %zd bytes, attributes 0x%x", path, n - 4, buf[0]);
}

static void expect_kept(const struct kept *k)
{
	uint8_t buf[4 + ROOM];

	if (get(k->path, buf) != k->len || memcmp(buf, k->value, (size_t)k->len))
		wrong("%s is not what it was", k->path);
}

static void write_one(unsigned long i, unsigned int nr, const char *path)
{
	struct model *m = &model[nr];
	int rc;

	m->len = (size_t)snprintf(m->text, ROOM, "%lu:%0*d", i,
				  (int)(i * 37 % 900) + 1, 0);
	rc = put(path, NV_BS_RT, m->text, m->len);
	if (rc)
		wrong("write %s: %s", path, strerror(rc));
	if (i % 5)
		return;
	rc = put(path, NV_BS_RT | APPEND, "more", 4);
	if (rc)
		wrong("append to %s: %s", path, strerror(rc));
	memcpy(m->text + m->len, "more", 4);
	m->len += 4;
}

static void delete_one(unsigned int nr, const char *path)
{
	calls++;
	unguard(path);
	if (unlink(path))
		wrong("delete %s: %s", path, strerror(errno));
	calls++;
	if (open(path, O_RDONLY | O_CLOEXEC) >= 0)
		wrong("%s is still there", path);
	model[nr].len = 0;
}

static void step(unsigned long i)
{
	unsigned int nr = (unsigned int)(i % NAMES), other = (nr + 3) % NAMES;
	char path[128];
	int rc;

	path_of(nr, path);
	write_one(i, nr, path);
	expect(path, NV_BS_RT, model[nr].text, model[nr].len);
	if (i % 7 == 0)
		delete_one(nr, path);
	path_of(other, path);
	if (model[other].len)
		expect(path, NV_BS_RT, model[other].text, model[other].len);
	for (size_t k = 0; i % 3 == 0 && k < NR_KEPT; k++)
		expect_kept(&kept[k]);
	if (i % 4)
		return;
	/* Firmware's boot manager has a policy against it, nothing else is. */
	rc = put(DIR "HwErrRecSupport-" GLOBAL, NV_BS_RT, "\1", 2);
	if (rc != EROFS)
		wrong("policy against a write: %s", strerror(rc));
	rc = put(DIR "KuvBootOnly-" GUID, 3, "x", 1);
	if (rc != EINVAL)
		wrong("boot-time access: %s", strerror(rc));
}

int main(void)
{
	struct sigaction act = { .sa_handler = on_term };
	unsigned long i;
	char path[128];

	sigaction(SIGTERM, &act, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t k = 0; k < NR_KEPT; k++)
		kept[k].len = get(kept[k].path, kept[k].value);
	for (unsigned int nr = 0; nr < NAMES; nr++) {
		path_of(nr, path);
		unguard(path);
		unlink(path);
	}
	for (i = 1; !is_told; i++) {
		step(i);
		if (i % 5 == 0)
			printf("churn: %lu calls\n", calls);
	}
	printf("churn: %lu calls, every answer right\n", calls);
	return 0;
}
