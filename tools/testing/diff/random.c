// SPDX-License-Identifier: GPL-2.0-or-later
/* A random sequence of calls; it depends on the seed alone, never on results. */
#include "app.h"

#define A7 (NV | BSA | RT)

static UINT64 state;

static UINT32 any(UINT32 below)
{
	UINT64 x;

	state += 0x9e3779b97f4a7c15;
	x = state;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (UINT32)((x ^ x >> 31) >> 16) % below;
}

static BOOLEAN percent(UINT32 p)
{
	return any(100) < p;
}

static UINT32 any_attrs(UINT32 usual)
{
	static const UINT32 odd[] = { 0, NV, RT, BSA, NV | RT, NV | BSA,
		BSA | RT, A7, AP, NV | AP, RT | AP, A7 | HR, A7 | AW,
		A7 | AT, A7 | AW | AT, A7 | ENH, ENH, 0x80000007, ~0u };

	if (percent(85))
		return usual;
	if (percent(60))
		return odd[any(sizeof(odd) / sizeof(odd[0]))];
	return percent(50) ? usual ^ 1u << any(8) : any(0x100);
}

/* At runtime flash fills up for good: small data only. */
static UINTN any_len(UINT32 usual)
{
	if (at_runtime && usual > 48)
		usual = 48;
	return percent(80) ? 1 + any(usual) : any(5);
}

static void set_any(void)
{
	UINTN v = any((UINT32)nr_random);
	UINT32 a = any_attrs(vars[v].attrs);
	UINTN n = any_len(vars[v].len);

	if (percent(12)) {
		set_var(v, a, 0, 0);
	} else if (percent(12)) {
		set_var(v, 0, any(3), 0);
	} else if (percent(20)) {
		set_var(v, a | AP, percent(10) ? 0 : 1 + any(24), any(4));
	} else if (percent(15)) {
		/* Likely to be what it has already. */
		set_var(v, vars[v].attrs, 7, 1);
	} else {
		set_var(v, a, n, any(8));
	}
}

static void get_any(void)
{
	UINTN v = any((UINT32)nr_random);

	if (percent(60))
		get_var(v);
	else
		get_around(v, (int)any(6) - 3);
}

static void known_any(void)
{
	UINTN v = nr_own + any((UINT32)(nr_vars - nr_own));
	UINT32 a = any_attrs(vars[v].attrs);
	UINTN n;

	if (percent(30)) {
		get_var(v);
		return;
	}
	n = make_content(v, data_in, any(4));
	if (percent(20))
		n = any(24);
	if (percent(20))
		a |= AP;
	if (percent(20))
		n = 0;
	if (percent(10))
		a = 0;
	set_raw(vars[v].ns, vars[v].name, a, n, data_in, 0);
}

static void next_any(void)
{
	UINTN v = any((UINT32)nr_random);

	next_from(vars[v].ns, vars[v].name, percent(80) ? 256 : any(40));
}

void play_random(UINT64 seed, UINTN nr)
{
	UINTN i;
	UINT32 what;

	out("# -- random\n");
	state = seed;
	for (i = 0; i < nr; i++) {
		what = any(100);
		if (what < 50)
			set_any();
		else if (what < 75)
			get_any();
		else if (what < 85)
			next_any();
		else if (what < 92)
			query(percent(70) ? any_attrs(A7) : any(0x100));
		else
			known_any();
		if (i % 500 == 499)
			list_all();
	}
	list_all();
}
