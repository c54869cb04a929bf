// SPDX-License-Identifier: GPL-2.0-or-later
/* One call of a variable service each, with what it returned on one line. */
#include "app.h"

#define SENTINEL 0xA5u
/* Bytes looked at behind a buffer that was handed over. */
#define GUARD 32u
#define ENUMERATED_MAX 2000

void fill(UINT8 *data, UINTN len, UINT32 seed)
{
	UINT32 x = seed * 2654435761u + 12345;
	UINTN i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		data[i] = (UINT8)x;
	}
}

EFI_STATUS set_raw(enum ns ns, const CHAR16 *name, UINT32 attrs, UINTN len,
		   const void *data, UINT32 seed)
{
	EFI_STATUS rc;

	line_begin('S');
	line_var(name, &namespaces[ns]);
	out(" a=%x n=%u d=%x", (UINT64)attrs, (UINT64)len, (UINT64)seed);
	rc = rt->SetVariable((CHAR16 *)name, &namespaces[ns], attrs, len,
			     (void *)data);
	line_status(rc);
	line_end();
	return rc;
}

EFI_STATUS set_var(UINTN v, UINT32 attrs, UINTN len, UINT32 seed)
{
	fill(data_in, len, seed);
	return set_raw(vars[v].ns, vars[v].name, attrs, len, data_in, seed);
}

EFI_STATUS set_quiet(UINTN v, UINT32 attrs, UINTN len, const void *data)
{
	return rt->SetVariable((CHAR16 *)vars[v].name,
			       &namespaces[vars[v].ns], attrs, len,
			       (void *)data);
}

static void guard_set(UINTN room)
{
	UINTN i;

	for (i = 0; i < GUARD; i++)
		data_out[room + i] = SENTINEL;
}

/* Was a byte behind the buffer written? */
static BOOLEAN guard_hit(UINTN room)
{
	UINTN i;

	for (i = 0; i < GUARD; i++)
		if (data_out[room + i] != SENTINEL)
			return TRUE;
	return FALSE;
}

EFI_STATUS get_room(enum ns ns, const CHAR16 *name, UINTN room)
{
	UINTN len = room;
	UINT32 attrs = 0xEEEEEEEE;
	EFI_STATUS rc;

	guard_set(room);
	line_begin('G');
	line_var(name, &namespaces[ns]);
	out(" room=%u", (UINT64)room);
	rc = rt->GetVariable((CHAR16 *)name, &namespaces[ns], &attrs, &len,
			     data_out);
	line_status(rc);
	out(" a=%x n=%u", (UINT64)attrs, (UINT64)len);
	if (!EFI_ERROR(rc))
		out(" h=%x", (UINT64)hash_of(data_out, len));
	if (guard_hit(room))
		out(" OVERRUN");
	line_end();
	return rc;
}

EFI_STATUS get_var(UINTN v)
{
	return get_room(vars[v].ns, vars[v].name, DATA_ROOM - GUARD);
}

/* Get with a buffer that is @delta larger than needed. */
void get_around(UINTN v, int delta)
{
	UINTN len = 0;
	EFI_STATUS rc;

	rc = rt->GetVariable((CHAR16 *)vars[v].name,
			     &namespaces[vars[v].ns], NULL, &len, data_out);
	if (rc != EFI_BUFFER_TOO_SMALL)
		len = 8;
	get_room(vars[v].ns, vars[v].name, (UINTN)((INTN)len + delta));
}

static UINTN copy_name(CHAR16 *to, const CHAR16 *from)
{
	UINTN n = 0;

	while ((to[n] = from[n]))
		n++;
	return n;
}

static BOOLEAN is_in(enum ns ns, const EFI_GUID *guid)
{
	const UINT64 *g = (const void *)guid, *h = (const void *)&namespaces[ns];

	return g[0] == h[0] && g[1] == h[1];
}

static BOOLEAN is_known(const struct var *v, const CHAR16 *name)
{
	UINTN n;

	for (n = 0; name[n] == v->name[n]; n++)
		if (!name[n])
			return TRUE;
	return FALSE;
}

/* Is it about this variable that both sides should say the same? */
static BOOLEAN is_ours(const CHAR16 *name, const EFI_GUID *guid)
{
	UINTN i;

	if (own_names_only && (is_in(NS_T1, guid) || is_in(NS_T2, guid)))
		return TRUE;
	for (i = 0; i < nr_vars; i++) {
		if (own_names_only && !vars[i].security)
			continue;
		if (is_in(vars[i].ns, guid) && is_known(&vars[i], name))
			return TRUE;
	}
	return FALSE;
}

void next_from(enum ns ns, const CHAR16 *name, UINTN room)
{
	EFI_GUID guid = namespaces[ns];
	UINTN len = room;
	EFI_STATUS rc;

	copy_name(name_out, name);
	line_begin('N');
	line_var(name, &guid);
	out(" room=%u", (UINT64)room);
	rc = rt->GetNextVariableName(&len, name_out, &guid);
	/* What firmware writes at each boot may be anywhere between. */
	while (own_names_only && !EFI_ERROR(rc) && !is_ours(name_out, &guid)) {
		len = SHORT_NAME;
		rc = rt->GetNextVariableName(&len, name_out, &guid);
	}
	line_status(rc);
	if (!EFI_ERROR(rc) && !is_ours(name_out, &guid)) {
		out(" other");
	} else {
		if (!EFI_ERROR(rc))
			line_var(name_out, &guid);
		out(" n=%u", (UINT64)len);
	}
	line_end();
}

/* What was left at the last query_left(), by class. */
static UINT64 base_left[2];

void query_left(void)
{
	UINT64 max, one;

	rt->QueryVariableInfo(NV | BSA | RT, &max, &base_left[1], &one);
	rt->QueryVariableInfo(BSA | RT, &max, &base_left[0], &one);
	out("# left nv=%u volatile=%u\n", base_left[1], base_left[0]);
}

void query(UINT32 attrs)
{
	UINT64 max = 1, left = 1, one = 1, used;
	EFI_STATUS rc;

	line_begin('Q');
	out(" a=%x", (UINT64)attrs);
	rc = rt->QueryVariableInfo(attrs, &max, &left, &one);
	line_status(rc);
	if (!EFI_ERROR(rc)) {
		used = base_left[attrs & NV] - left;
		out(" max=%u one=%u", max, one);
	}
	/* Error records have a pool of their own, of no size. */
	if (!EFI_ERROR(rc) && !(attrs & HR)) {
		out((INT64)used < 0 ? " used=-%u" : " used=%u",
		    (INT64)used < 0 ? 0 - used : used);
	}
	line_end();
}

/* Every variable with one of our names, in the order of GetNext. */
void list_all(void)
{
	EFI_GUID guid = { 0 };
	UINTN len, n = 0;
	UINT32 attrs;
	EFI_STATUS rc;

	name_out[0] = 0;
	for (;;) {
		len = own_names_only ? SHORT_NAME : NAME_ROOM;
		rc = rt->GetNextVariableName(&len, name_out, &guid);
		if (EFI_ERROR(rc) || ++n > ENUMERATED_MAX)
			break;
		if (!is_ours(name_out, &guid))
			continue;
		line_begin('E');
		line_var(name_out, &guid);
		len = own_names_only ? SHORT_DATA : DATA_ROOM;
		attrs = 0;
		rc = rt->GetVariable(name_out, &guid, &attrs, &len, data_out);
		line_status(rc);
		out(" a=%x n=%u h=%x", (UINT64)attrs, (UINT64)len,
		    (UINT64)hash_of(data_out, EFI_ERROR(rc) ? 0 : len));
		line_end();
	}
	line_begin('X');
	line_status(rc);
	line_end();
	out("# %u variables in all\n", (UINT64)n);
}

/* Whatever this firmware keeps in the names that are played with. */
static void forget_names(void)
{
	UINTN v;

	for (v = 0; v < nr_vars; v++)
		set_quiet(v, 0, 0, data_in);
}

/* After power-on: what there was, and what is left of it. */
void begin(void)
{
	out("# begin\n");
	list_all();
	forget_names();
	out("# -- values at the start\n");
}

static UINTN put_path(UINT8 *d)
{
	/* A PCI node, the end of the path. */
	static const UINT8 path[] = { 1, 1, 6, 0, 1, 5, 0x7f, 0xff, 4, 0 };
	UINTN i;

	for (i = 0; i < sizeof(path); i++)
		d[i] = path[i];
	return sizeof(path);
}

/* What a well-known variable may contain; @seed makes it differ. */
UINTN make_content(UINTN v, UINT8 *data, UINT32 seed)
{
	UINTN n;

	fill(data, vars[v].len, seed);
	switch (vars[v].content) {
	case C_PATH:
		n = put_path(data);
		data[4] = (UINT8)seed;
		return n;
	case C_OPTION:
		data[0] = 1;
		data[1] = data[2] = data[3] = 0;
		data[4] = 10;
		data[5] = 0;
		data[6] = 'A' + seed % 26;
		data[7] = data[8] = data[9] = 0;
		return 10 + put_path(data + 10);
	case C_TEXT:
		data[vars[v].len - 1] = 0;
		return vars[v].len;
	case C_LANG:
		data[0] = seed & 1 ? 'e' : 'f';
		data[1] = seed & 1 ? 'n' : 'r';
		data[2] = seed & 1 ? 'g' : 'a';
		data[3] = 0;
		if (vars[v].len == 3)
			data[2] = 0;
		return vars[v].len;
	default:
		return vars[v].len;
	}
}
