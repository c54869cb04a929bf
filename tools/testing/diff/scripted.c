// SPDX-License-Identifier: GPL-2.0-or-later
/* Edge cases, one after the other; played before and after ExitBootServices. */
#include "app.h"

#define A7 (NV | BSA | RT)
#define A6 (BSA | RT)
#define A3 (NV | BSA)
/* Most a variable of OVMF's 4 MiB flash takes, header of 60 included. */
#define VAR_MAX 0x8400u
#define HEADER 60u

static const UINT32 odd_attrs[] = { 0x100, 0x107, 0x8000, 0x80000000,
	0x80000007, 0xffffffff };

static UINTN find(enum ns ns, const CHAR16 *name)
{
	UINTN v, i;

	for (v = 0; v < nr_vars; v++) {
		if (vars[v].ns != ns)
			continue;
		for (i = 0; name[i] == vars[v].name[i]; i++)
			if (!name[i])
				return v;
	}
	return 0;
}

static void comment(const char *what)
{
	out("# -- %s\n", what);
}

/* Each set of attributes on a variable that does not exist. */
static void creations(UINTN x)
{
	UINT32 a;
	UINTN i;

	comment("creations");
	for (a = 0; a < 0x100; a++) {
		set_var(x, a, 4, a);
		if (!EFI_ERROR(get_var(x)))
			set_var(x, 0, 0, 0);
		if (a % 16 == 7)
			set_var(x, a, 0, 0);
	}
	for (i = 0; i < sizeof(odd_attrs) / sizeof(odd_attrs[0]); i++)
		set_var(x, odd_attrs[i], 4, 1);
	set_var(x, 0, 0, 0);
}

/* Each set of attributes on one that does, with data and without. */
static void changes(UINTN x)
{
	static const UINT32 exists[] = { A7, A6, A3, BSA };
	UINTN e, len, i;
	UINT32 a;

	comment("changes");
	/* At runtime only the first can come to be. */
	for (e = 0; e < (at_runtime ? 1 : 4); e++) {
		for (a = 0; a < 0x80; a++) {
			if (a & (HR | AW) && a % 8 != 7)
				continue;
			for (len = 0; len <= 4; len += 4) {
				set_var(x, exists[e], 8, 1);
				set_var(x, a, len, 2);
				get_var(x);
			}
		}
		for (i = 0; i < sizeof(odd_attrs) / sizeof(odd_attrs[0]); i++)
			set_var(x, odd_attrs[i], 4, 1);
		set_var(x, 0, 0, 0);
	}
}

/* The same data again, a new length, the order that follows from it. */
static void rewrites(UINTN x, UINTN y)
{
	comment("rewrites");
	set_var(x, A7, 8, 1);
	set_var(y, A7, 8, 1);
	next_from(vars[x].ns, vars[x].name, 64);
	set_var(x, A7, 8, 1);
	next_from(vars[x].ns, vars[x].name, 64);
	set_var(x, A7 | AP, 0, 1);
	next_from(vars[x].ns, vars[x].name, 64);
	set_var(x, A7, 8, 2);
	next_from(vars[y].ns, vars[y].name, 64);
	set_var(y, A7, 7, 1);
	set_var(y, A7 | AP, 1, 1);
	get_var(y);
	next_from(vars[x].ns, vars[x].name, 64);
	set_var(x, 0, 4, 1);
	set_var(x, 0, 4, 1);
	set_var(y, AP, 0, 0);
	set_var(y, AP, 4, 0);
	get_var(y);
	set_var(y, NV, 0, 0);
	set_var(y, A7, 0, 0);
	set_var(y, A7, 0, 0);
	set_var(y, A7 | AP, 5, 3);
	get_var(y);
	set_var(y, A7, 0, 0);
}

/* Around the largest size of a volatile variable that both sides can have. */
static void sizes_volatile(UINTN x)
{
	UINTN max = VAR_MAX - HEADER - 2 * (str_len(vars[x].name) + 1);
	int d;

	comment("sizes, volatile");
	for (d = -1; d <= 1; d++) {
		set_var(x, A6, max + (UINTN)(INTN)d, 5);
		get_var(x);
		set_var(x, A6, 0, 0);
		set_var(x, A6, max - 10, 6);
		set_var(x, A6 | AP, 10 + (UINTN)(INTN)d, 7);
		get_var(x);
		get_around(x, -1);
		get_around(x, 0);
		set_var(x, A6, 0, 0);
	}
}

/* The same where flash is written: slow, and it fills up. */
static void sizes(UINTN x)
{
	UINTN max = VAR_MAX - HEADER - 2 * (str_len(vars[x].name) + 1);

	comment("sizes");
	set_var(x, A7, max + 1, 5);
	set_var(x, A7 | AP, max + 1, 5);
	set_var(x, 0, max + 1, 5);
	set_var(x, 0, max, 5);
	set_var(x, A7, 100, 5);
	set_var(x, A7 | AP, max - 99, 5);
	set_var(x, A7 | AP, max - 100, 5);
	get_var(x);
	get_around(x, -1);
	set_var(x, A7 | AP, 1, 5);
	set_var(x, 0, max, 5);
	set_var(x, A3, max + 1, 5);
	get_var(x);
}

/* Larger than a message carries, or than one variable may be. */
static void oversize(UINTN x)
{
	static const UINT32 attrs[] = { A7, A6, A3, BSA, A7 | AP, 0, A7 | AT };
	static const UINT32 lens[] = { 33801, 60000, 65458, 65490, 65536,
		262020, 262144, 270000 };
	UINTN i, n;

	comment("oversize");
	for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		for (n = 0; n < sizeof(lens) / sizeof(lens[0]); n++) {
			set_var(x, attrs[i], lens[n], 9);
			set_quiet(x, 0, 0, data_in);
		}
}

static void buffers(UINTN x, UINT32 attrs)
{
	UINTN one = 1;
	EFI_STATUS rc;
	int d;

	comment("buffers");
	set_var(x, attrs, 16, 1);
	for (d = -16; d <= 2; d++)
		get_around(x, d);
	line_begin('G');
	out(" null-data");
	rc = rt->GetVariable((CHAR16 *)vars[x].name, &namespaces[vars[x].ns],
			     NULL, &one, NULL);
	line_status(rc);
	one = 16;
	rc = rt->GetVariable((CHAR16 *)vars[x].name, &namespaces[vars[x].ns],
			     NULL, &one, NULL);
	line_status(rc);
	line_end();
	set_raw(vars[x].ns, vars[x].name, attrs, 4, NULL, 0);
	set_raw(vars[x].ns, vars[x].name, attrs, 0, NULL, 0);
	get_room(vars[x].ns, vars[x].name, 0);
	get_room(vars[x].ns, vars[x].name, 8);
}

/* Names of no, one and very many characters. */
static void names(void)
{
	static const UINT32 lens[] = { 0, 1, 2, 255, 256, 1024, 8000, 16860, 16861, 16862,
		16863, 16864, 17000, 19000 };
	UINT32 usual;
	UINTN i, n;

	comment("names");
	fill(data_in, 8, 1);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		if (at_runtime && lens[i] > 1024)
			continue;
		for (n = 0; n < lens[i]; n++)
			name_in[n] = (CHAR16)('A' + n % 26);
		name_in[n] = 0;
		usual = n > 1024 && n < 16862 ? A6 : A7;
		set_raw(NS_T1, name_in, usual, 8, data_in, 1);
		get_room(NS_T1, name_in, 8);
		get_room(NS_T2, name_in, 8);
		next_from(NS_T1, name_in, 2 * n + 2);
		set_raw(NS_T1, name_in, usual | AP, 8, data_in, 1);
		get_room(NS_T1, name_in, 15);
		set_raw(NS_T1, name_in, 0, 0, data_in, 1);
		set_raw(NS_T1, name_in, A6, 8, data_in, 1);
		set_raw(NS_T1, name_in, A6, 0, data_in, 1);
	}
}

static void case_and_namespace(void)
{
	static const CHAR16 *const variants[] = { u"Xy", u"xY", u"XY", u"xy",
		u"Xyz", u"X" };
	UINTN i;

	comment("case");
	for (i = 0; i < 6; i++) {
		fill(data_in, 4, (UINT32)i);
		if (i != 3)
			set_raw(i & 1 ? NS_T1 : NS_T2, variants[i], A7, 4,
				data_in, (UINT32)i);
	}
	for (i = 0; i < 6; i++) {
		get_room(NS_T1, variants[i], 8);
		get_room(NS_T2, variants[i], 8);
	}
	for (i = 0; i < 6; i++) {
		set_raw(NS_T1, variants[i], A7, 0, data_in, 0);
		set_raw(NS_T2, variants[i], A7, 0, data_in, 0);
	}
}

/* GetNextVariableName with buffers and names that are not as they should be. */
static void next_names(UINTN x, UINTN y)
{
	EFI_GUID g = namespaces[vars[x].ns];
	UINTN len, n = str_len(vars[y].name), i;
	EFI_STATUS rc;

	comment("next");
	set_var(x, A7, 4, 1);
	set_var(y, A7, 4, 1);
	for (i = 0; i <= 2 * n + 4; i++)
		next_from(vars[x].ns, vars[x].name, i);
	next_from(vars[y].ns, vars[y].name, 64);
	next_from(NS_T2, vars[x].name, 64);
	next_from(NS_T1, u"nobody", 64);
	next_from(NS_GLOBAL, u"nobody", 64);
	for (i = 0; i < 3; i++) {
		len = 64;
		line_begin('N');
		out(" null-%u", (UINT64)i);
		rc = rt->GetNextVariableName(i == 0 ? NULL : &len,
					     i == 1 ? NULL : name_out,
					     i == 2 ? NULL : &g);
		line_status(rc);
		line_end();
	}
	/* A first name in any namespace begins the list; too little room. */
	for (i = 0; i <= 4; i++) {
		len = i;
		name_out[0] = 0;
		line_begin('N');
		out(" first room=%u", (UINT64)i);
		rc = rt->GetNextVariableName(&len, name_out, &g);
		line_status(rc);
		line_end();
	}
	set_var(x, A7, 0, 0);
	next_from(vars[x].ns, vars[x].name, 64);
	set_var(y, A7, 0, 0);
}

static void null_pointers(void)
{
	UINT64 n = 0;
	UINTN len = 8;
	UINT32 a = 0;

	comment("null pointers");
	line_begin('P');
	line_status(rt->GetVariable(NULL, &namespaces[0], &a, &len, data_out));
	line_status(rt->GetVariable(u"x", NULL, &a, &len, data_out));
	line_status(rt->GetVariable(u"x", &namespaces[0], &a, NULL, data_out));
	line_status(rt->SetVariable(NULL, &namespaces[0], A7, 8, data_in));
	line_status(rt->SetVariable(u"x", NULL, A7, 8, data_in));
	line_status(rt->QueryVariableInfo(A7, NULL, &n, &n));
	line_status(rt->QueryVariableInfo(A7, &n, NULL, &n));
	line_status(rt->QueryVariableInfo(A7, &n, &n, NULL));
	line_end();
}

static void queries(void)
{
	UINT32 a;
	UINTN i;

	comment("queries");
	for (a = 0; a < 0x100; a++)
		query(a);
	for (i = 0; i < sizeof(odd_attrs) / sizeof(odd_attrs[0]); i++)
		query(odd_attrs[i]);
}

/* A descriptor of time-based authentication without a signature in data_in. */
static UINTN descriptor(UINT32 length, UINT16 type, UINT8 payload)
{
	static const UINT8 pkcs7[16] = { 0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68,
		0xee, 0x49, 0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7 };
	UINTN i;

	for (i = 0; i < 400; i++)
		data_in[i] = 0;
	data_in[0] = 0xe8;
	data_in[1] = 7;
	data_in[2] = data_in[3] = 1;
	for (i = 0; i < 4; i++)
		data_in[16 + i] = (UINT8)(length >> (8 * i));
	data_in[21] = 2;
	data_in[22] = (UINT8)type;
	data_in[23] = (UINT8)(type >> 8);
	for (i = 0; i < 16; i++)
		data_in[24 + i] = pkcs7[i];
	for (i = 0; i < payload; i++)
		data_in[40 + i] = (UINT8)i;
	return 40u + payload;
}

static void descriptors(enum ns ns, const CHAR16 *name, BOOLEAN may_pass)
{
	static const UINT32 lengths[] = { 0, 1, 23, 24, 25, 44, 45, 46, 60,
		0x7fffffff, 0xfffffff0, 0xffffffff };
	static const UINT32 attrs[] = { 0x27, 0x67, 0x26, 0x66, 0x23, 0x21,
		0x20, 0x24, 0x22, 0x60, 0x37, 0x17, 0x57, 0x2f };
	static const UINT8 reserved[] = { 7, 8, 12, 14, 15 };
	UINTN i, n;

	for (n = 0; n <= 42; n += n < 38 ? 19 : 1) {
		descriptor(24, 0x0ef1, 0);
		set_raw(ns, name, 0x27, n, data_in, 0);
		set_raw(ns, name, 0x67, n, data_in, 0);
	}
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		n = descriptor(lengths[i], 0x0ef1, 21);
		/* Where no signature is needed, this one would do. */
		if (may_pass || lengths[i] < 24 || lengths[i] > 45)
			set_raw(ns, name, 0x27, n, data_in, lengths[i]);
	}
	for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		n = descriptor(24, 0x0ef1, 5);
		if (may_pass || (attrs[i] & 0x21) != 0x21)
			set_raw(ns, name, attrs[i], n, data_in, 24);
	}
	for (i = 0; may_pass && i < 5; i++) {
		n = descriptor(24, 0x0ef1, 5);
		data_in[reserved[i]] = 1;
		set_raw(ns, name, 0x27, n, data_in, 24);
	}
	n = descriptor(24, 0x0ef0, 5);
	if (may_pass)
		set_raw(ns, name, 0x27, n, data_in, 0xef0);
	for (i = 559; i <= 561; i++) {
		fill(data_in, i, 3);
		set_raw(ns, name, 0x17, i, data_in, 3);
		set_raw(ns, name, 0x57, i, data_in, 3);
	}
	set_raw(ns, name, 0, 0, data_in, 0);
	set_raw(ns, name, 7, 0, data_in, 0);
	set_raw(ns, name, 0, 8, data_in, 0);
	get_room(ns, name, 600);
}

static void authenticated(UINTN x)
{
	comment("authenticated");
	descriptors(vars[x].ns, vars[x].name, TRUE);
	set_var(x, A7, 4, 1);
	descriptors(vars[x].ns, vars[x].name, TRUE);
	set_var(x, 0, 0, 0);
	descriptors(NS_GLOBAL, u"PK", FALSE);
	descriptors(NS_GLOBAL, u"KEK", FALSE);
	descriptors(NS_SECURITY, u"db", FALSE);
	descriptors(NS_SECURITY, u"dbx", FALSE);
	descriptors(NS_SECURITY, u"dbt", FALSE);
	descriptors(NS_SECURITY, u"dbr", FALSE);
	descriptors(NS_GLOBAL, u"dbr", FALSE);
}

/* Everything that can be wrong about one well-known variable. */
static void well_known(UINTN v)
{
	static const UINT32 wrong[] = { A7, A6, A3, BSA, A7 | HR, A7 | AT };
	UINT32 a = vars[v].attrs;
	UINTN n, i;

	get_var(v);
	n = make_content(v, data_in, 1);
	set_raw(vars[v].ns, vars[v].name, a, n, data_in, 1);
	get_var(v);
	for (i = 0; i < 6; i++) {
		n = make_content(v, data_in, 2);
		if (wrong[i] != a)
			set_raw(vars[v].ns, vars[v].name, wrong[i], n, data_in,
				2);
	}
	for (i = 1; i <= n + 2; i = i < 8 ? i + 1 : i + 5) {
		make_content(v, data_in, 3);
		set_raw(vars[v].ns, vars[v].name, a, i, data_in, 3);
	}
	make_content(v, data_in, 4);
	set_raw(vars[v].ns, vars[v].name, a | AP, 1, data_in, 4);
	set_raw(vars[v].ns, vars[v].name, a | AP, 2, data_in, 4);
	set_raw(vars[v].ns, vars[v].name, a | AP, 0, data_in, 4);
	get_var(v);
	fill(data_in, 32, 5);
	set_raw(vars[v].ns, vars[v].name, a, n, data_in, 5);
	get_var(v);
	set_raw(vars[v].ns, vars[v].name, 0, 4, data_in, 5);
	get_var(v);
	n = make_content(v, data_in, 6);
	set_raw(vars[v].ns, vars[v].name, a, n, data_in, 6);
	set_raw(vars[v].ns, vars[v].name, a ^ NV, 0, data_in, 6);
	set_raw(vars[v].ns, vars[v].name, a, 0, data_in, 6);
	get_var(v);
}

/* Contents that look nearly right. */
static void contents(void)
{
	UINTN option = find(NS_GLOBAL, u"Boot7F0A");
	UINTN path = find(NS_GLOBAL, u"ErrOut");
	UINTN n, i;
	UINT8 old;

	comment("contents");
	for (i = 0; i < 20; i++) {
		n = make_content(option, data_in, 1);
		old = data_in[i];
		data_in[i] = 0xff;
		set_raw(NS_GLOBAL, u"Boot7F0A", A7, n, data_in, (UINT32)i);
		data_in[i] = old;
		data_in[4] = (UINT8)i;
		set_raw(NS_GLOBAL, u"Boot7F0A", A7, n, data_in, (UINT32)i);
	}
	set_raw(NS_GLOBAL, u"Boot7F0A", A7, 0, data_in, 0);
	for (i = 0; i < 10; i++) {
		n = make_content(path, data_in, 1);
		data_in[i] = i & 1 ? 4 : 0x7f;
		set_raw(NS_GLOBAL, u"ErrOut", A7, n, data_in, (UINT32)i);
	}
	/* A file path has to end in a NUL. */
	n = make_content(path, data_in, 1);
	data_in[0] = data_in[1] = 4;
	set_raw(NS_GLOBAL, u"ErrOut", A7, n, data_in, 4);
	data_in[4] = data_in[5] = 0;
	set_raw(NS_GLOBAL, u"ErrOut", A7, n, data_in, 5);
	set_raw(NS_GLOBAL, u"ErrOut", A7, 0, data_in, 0);
	for (n = 8; n <= 28; n++) {
		fill(data_in, n, 1);
		set_raw(NS_GLOBAL, u"Key7F0A", A7, n, data_in, 1);
	}
	set_raw(NS_GLOBAL, u"Key7F0A", A7, 0, data_in, 0);
}

/* Lang and PlatformLang follow each other. */
static void languages(void)
{
	static const char *const plat[] = { "en", "fr", "fr-FR", "en-US",
		"de", "en-GB", "", "en;fr" };
	static const char *const lang[] = { "eng", "fra", "deu", "en", "engfra" };
	UINTN i, n;

	comment("languages");
	set_raw(NS_GLOBAL, u"Lang", A7, 0, data_in, 0);
	set_raw(NS_GLOBAL, u"PlatformLang", A7, 0, data_in, 0);
	for (i = 0; i < 8; i++) {
		for (n = 0; plat[i][n]; n++)
			data_in[n] = (UINT8)plat[i][n];
		data_in[n] = 0;
		set_raw(NS_GLOBAL, u"PlatformLang", A7, n + 1, data_in,
			(UINT32)i);
		get_room(NS_GLOBAL, u"Lang", 16);
		get_room(NS_GLOBAL, u"PlatformLang", 16);
	}
	for (i = 0; i < 5; i++) {
		for (n = 0; lang[i][n]; n++)
			data_in[n] = (UINT8)lang[i][n];
		data_in[n] = 0;
		set_raw(NS_GLOBAL, u"Lang", A7, n + 1, data_in, (UINT32)i);
		get_room(NS_GLOBAL, u"Lang", 16);
		get_room(NS_GLOBAL, u"PlatformLang", 16);
	}
	set_raw(NS_GLOBAL, u"Lang", A7, 0, data_in, 0);
	set_raw(NS_GLOBAL, u"PlatformLang", A7, 0, data_in, 0);
	get_room(NS_GLOBAL, u"Lang", 16);
	get_room(NS_GLOBAL, u"PlatformLang", 16);
}

void scripted(void)
{
	UINTN x = find(NS_T1, u"x"), y = find(NS_T1, u"y");
	UINTN v;

	creations(x);
	changes(x);
	rewrites(x, y);
	null_pointers();
	buffers(x, A7);
	if (!at_runtime) {
		sizes(x);
		sizes_volatile(x);
		buffers(x, BSA);
	}
	oversize(x);
	names();
	case_and_namespace();
	next_names(x, y);
	queries();
	authenticated(x);
	comment("well-known");
	for (v = nr_own; v < nr_vars; v++)
		well_known(v);
	contents();
	languages();
	list_all();
}
