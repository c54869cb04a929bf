// SPDX-License-Identifier: GPL-2.0-or-later
/* The transcript: one line per call, kept in memory and written to a serial port. */
/*
 * The memory is the machine's RAM that the test has given QEMU as a file: there the
 * transcript is found at the start of a page, after a mark. A port is slow where each
 * byte is an exit of a nested guest; the test gives one where a human wants to look.
 */
#include "app.h"

#define PORT 0x3e8
#define LINE_STATUS 5

static UINTN line_nr;
static char *ram, *ram_begin, *ram_end;
static BOOLEAN has_port;

/* Begin a transcript at @memory, or go on with the one of the boot before. */
void out_begin(void *memory, UINTN len)
{
	/* Put together here: the program's image is in memory as well. */
	static const char mark[] = "DIFF-TRANSCRIPT";
	UINTN i;

	has_port = FALSE;
	ram = ram_begin = memory;
	ram_end = ram + len - 1;
	if (kept->boot) {
		ram += kept->out;
		line_nr = kept->line;
		return;
	}
	__builtin_memset(memory, 0, len);
	out("KUV-");
	for (i = 0; mark[i]; i++)
		*ram++ = mark[i];
	*ram++ = '\n';
}

/* The machine is about to be reset. */
void out_keep(void)
{
	kept->out = (UINT64)(ram - ram_begin);
	kept->line = line_nr;
}

static UINT8 in8(UINT16 port)
{
	UINT8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

void out_find_port(void)
{
	/* Nothing there reads as all ones. The port of a file always has room. */
	has_port = in8(PORT + LINE_STATUS) != 0xff;
}

static void put(char c)
{
	if (ram < ram_end)
		*ram++ = c;
	if (has_port)
		__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((UINT16)PORT));
}

static void put_number(UINT64 v, unsigned int base)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n)
		put(digits[--n]);
}

/* %u and %x take a UINT64, %s ASCII. */
void out(const char *format, ...)
{
	__builtin_va_list ap;
	const char *s;

	__builtin_va_start(ap, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		switch (*++format) {
		case 'u':
			put_number(__builtin_va_arg(ap, UINT64), 10);
			break;
		case 'x':
			put_number(__builtin_va_arg(ap, UINT64), 16);
			break;
		case 's':
			for (s = __builtin_va_arg(ap, const char *); *s; s++)
				put(*s);
			break;
		}
	}
	__builtin_va_end(ap);
}

void line_begin(char op)
{
	put_number(++line_nr, 10);
	put(' ');
	put(at_runtime ? 'r' : 'b');
	put(' ');
	put(op);
}

static void put_name(const CHAR16 *name)
{
	UINTN n = str_len(name), i;

	if (n > 24) {
		put('~');
		put_number(n, 10);
		put('~');
		put_number(hash_of(name, 2 * n), 16);
		return;
	}
	for (i = 0; i < n; i++) {
		CHAR16 c = name[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || c == '_' || c == '#') {
			put((char)c);
		} else {
			put('%');
			put_number(c, 16);
			put('%');
		}
	}
}

void line_var(const CHAR16 *name, const EFI_GUID *guid)
{
	static const char *const names[NS_NR] = { "t1", "t2", "gl", "sec",
		"sbe", "cm", "vk", "cdb", "mor", "morl", "hw", "vef" };
	const UINT64 *g = (const void *)guid, *h;
	int i;

	put(' ');
	put_name(name);
	put('/');
	for (i = 0; i < NS_NR; i++) {
		h = (const void *)&namespaces[i];
		if (g[0] == h[0] && g[1] == h[1]) {
			out("%s", names[i]);
			return;
		}
	}
	put('?');
}

void line_status(EFI_STATUS status)
{
	out((INT64)status < 0 ? " = E%u" : " = %u", status << 1 >> 1);
}

void line_end(void)
{
	put('\n');
}

UINT32 hash_of(const void *data, UINTN len)
{
	const UINT8 *p = data;
	UINT32 h = 0x811c9dc5;

	while (len--)
		h = (h ^ *p++) * 0x01000193;
	return h;
}
