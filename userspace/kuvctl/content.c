// SPDX-License-Identifier: GPL-2.0-or-later
/* The data of a variable as it is given on the command line. */
#include "content.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "kuvctl.h"
#include "var.h"

/* More than any store takes. */
#define FILE_MAX (16U << 20)

static uint8_t *allocate(size_t len)
{
	uint8_t *p = malloc(len + 1);

	if (!p)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	return p;
}

void content_from_hex(struct content *c, const char *text)
{
	_cleanup_free_ char *digits = (char *)allocate(strlen(text));
	size_t nr = 0;

	for (const char *p = text; *p; p++)
		if (!isspace((unsigned char)*p) && *p != ':')
			digits[nr++] = *p;
	c->data = allocate(nr / 2);
	c->len = nr / 2;
	if (!vard_hex_parse(digits, nr, c->data))
		fail(KUVCTL_EXIT_USAGE,
		     "--data: pairs of hexadecimal digits are wanted");
}

void content_from_string(struct content *c, const char *text)
{
	c->len = strlen(text) + 1;
	c->data = allocate(c->len);
	memcpy(c->data, text, c->len);
}

void content_from_string16(struct content *c, const char *text)
{
	uint8_t *name = NULL;
	uint32_t len = 0;

	if (vard_name_from_utf8(text, strlen(text), &name, &len) < 0)
		fail(KUVCTL_EXIT_USAGE, "--string16: the text is not UTF-8");
	c->len = len + 2;
	c->data = allocate(c->len);
	memcpy(c->data, name, len);
	memset(c->data + len, 0, 2);
	free(name);
}

/* Boot, Driver or SysPrep may stand before a number. */
static const char *skip_word(const char *text)
{
	static const char *const words[] = { "Boot", "Driver", "SysPrep" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(text, words[i], strlen(words[i])))
			return text + strlen(words[i]);
	return text;
}

size_t content_parse_order(const char *text, uint8_t *out)
{
	size_t nr = 0;

	for (;;) {
		unsigned long n;
		const char *end;

		text = skip_word(text);
		end = text + strspn(text, "0123456789abcdefABCDEF");
		if (end == text || end - text > 4 || (*end && *end != ','))
			return 0;
		n = strtoul(text, NULL, 16);
		out[nr++] = (uint8_t)n;
		out[nr++] = (uint8_t)(n >> 8);
		if (!*end)
			return nr;
		text = end + 1;
	}
}

void content_from_boot_order(struct content *c, const char *text)
{
	c->data = allocate(strlen(text) * 2 + 2);
	c->len = content_parse_order(text, c->data);
	if (c->len == 0)
		fail(KUVCTL_EXIT_USAGE,
		     "--boot-order %s: numbers as in 0001,0002 are wanted",
		     text);
}

/* Of a file or a pipe. Returns -errno. */
static int read_all(int fd, struct content *c)
{
	size_t room = 4096;
	ssize_t n;

	c->data = allocate(room);
	while ((n = read(fd, c->data + c->len, room - c->len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		c->len += (size_t)n;
		if (c->len > FILE_MAX)
			return -EFBIG;
		if (c->len < room)
			continue;
		room *= 2;
		c->data = realloc(c->data, room);
		if (!c->data)
			return -ENOMEM;
	}
	return 0;
}

void content_from_file(struct content *c, const char *path)
{
	_cleanup_close_ int fd = -1;
	int r;

	fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
				 dup(STDIN_FILENO);
	if (fd < 0)
		fail(KUVCTL_EXIT_USAGE, "%s: %s", path, strerror(errno));
	r = read_all(fd, c);
	if (r < 0)
		fail(KUVCTL_EXIT_USAGE, "%s: %s", path, strerror(-r));
}

void content_from_efivarfs(struct content *c, const char *path)
{
	content_from_file(c, path);
	if (c->len < 4)
		fail(KUVCTL_EXIT_USAGE,
		     "%s: it is shorter than the attributes before the data",
		     path);
	for (unsigned int i = 0; i < 4; i++)
		c->attributes |= (uint32_t)c->data[i] << (8 * i);
	c->len -= 4;
	memmove(c->data, c->data + 4, c->len);
}

static uint32_t one_attribute(const char *word)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} names[] = {
		{ "NV", KVM_UEFIVARS_ATTR_NV }, { "BS", KVM_UEFIVARS_ATTR_BS },
		{ "RT", KVM_UEFIVARS_ATTR_RT }, { "HR", KVM_UEFIVARS_ATTR_HR },
		{ "AT", KVM_UEFIVARS_ATTR_AT },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(word, names[i].name))
			return names[i].bit;
	fail(KUVCTL_EXIT_USAGE,
	     "--attributes: no attribute \"%s\": NV, BS, RT, HR and AT are there, with commas, or a number",
	     word);
}

uint32_t content_attributes(const char *text)
{
	_cleanup_free_ char *words = strdup(text);
	char *rest = words, *word, *end;
	uint32_t attributes = 0;
	unsigned long n;

	if (!words)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	if (isdigit((unsigned char)*text)) {
		n = strtoul(text, &end, 0);
		if (*end || n > UINT32_MAX)
			fail(KUVCTL_EXIT_USAGE,
			     "--attributes %s: not a number", text);
		return (uint32_t)n;
	}
	while ((word = strsep(&rest, ",")))
		attributes |= one_attribute(word);
	return attributes;
}
