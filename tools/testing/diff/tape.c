// SPDX-License-Identifier: GPL-2.0-or-later
/* Plays calls that signed.py has prepared, with all their data, to the next reset. */
#include "app.h"

/* A call; name, label and data follow, all together a multiple of 4 bytes. */
struct record {
	UINT8 op;
	UINT8 ns; /* enum ns */
	UINT16 label_len;
	UINT16 name_len; /* bytes, with its NUL */
	UINT16 pad;
	UINT32 attrs;
	UINT32 len; /* data */
	UINT32 payload; /* data without the descriptor of a signature */
};

struct tape {
	char magic[8];
	UINT32 len; /* all records */
	UINT32 nr;
};

static const CHAR16 *name_of(const struct record *r)
{
	return (const void *)(r + 1);
}

static const char *label_of(const struct record *r)
{
	return (const char *)(r + 1) + r->name_len;
}

static const UINT8 *data_of(const struct record *r)
{
	return (const UINT8 *)label_of(r) + r->label_len;
}

static UINTN record_len(const struct record *r)
{
	return (sizeof(*r) + r->name_len + r->label_len + r->len + 3) & ~(UINTN)3;
}

static void label(const struct record *r)
{
	char text[2] = { 0 };
	UINTN i;

	for (i = 0; i < r->label_len; i++) {
		text[0] = label_of(r)[i];
		out("%s", text);
	}
}

static void set(const struct record *r)
{
	EFI_STATUS rc;

	line_begin('S');
	line_var(name_of(r), &namespaces[r->ns]);
	out(" a=%x n=%u p=%u d=", (UINT64)r->attrs, (UINT64)r->len,
	    (UINT64)r->payload);
	label(r);
	rc = rt->SetVariable((CHAR16 *)name_of(r), &namespaces[r->ns], r->attrs,
			     r->len, (void *)data_of(r));
	line_status(rc);
	line_end();
}

static BOOLEAN play(const struct record *r)
{
	switch (r->op) {
	case 'S':
		set(r);
		return TRUE;
	case 'G':
		get_room(r->ns, name_of(r), SHORT_DATA);
		return TRUE;
	case 'N':
		next_from(r->ns, name_of(r), 256);
		return TRUE;
	case 'Q':
		query(r->attrs);
		return TRUE;
	case 'L':
		list_all();
		return TRUE;
	case '#':
		out("# -- ");
		label(r);
		out("\n");
		return TRUE;
	}
	return FALSE;
}

enum tape_end tape_play(const UINT8 *tape, UINTN len)
{
	const struct tape *t = (const void *)tape;
	const UINT8 *p = tape + sizeof(*t);
	const struct record *r;
	UINT32 i;

	if (len < sizeof(*t) || len != sizeof(*t) + t->len)
		return TAPE_BAD;
	for (i = 0; i < t->nr; i++, p += record_len(r)) {
		r = (const void *)p;
		if (i < kept->tape)
			continue;
		kept->tape = i + 1;
		if (r->op == 'X')
			return TAPE_LEAVE;
		if (r->op == 'R')
			return TAPE_RESET;
		if (!play(r))
			return TAPE_BAD;
	}
	return TAPE_DONE;
}
