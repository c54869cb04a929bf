// SPDX-License-Identifier: GPL-2.0-or-later
/* EFI program that counts what each variable service costs before ExitBootServices. */
/*
 * Results are lines on a debug port, which meter.c reads in the host. What the port reads
 * back is what to do: see enum mode. The TSC counts instructions of guest and host
 * where the machine below runs in virtual time.
 */
#include <efi.h>

#define PORT 0xe9

/* What the results port reads back. */
enum mode {
	MODE_START = 1, /* say that the boot option has started, and no more */
	MODE_MEASURE = 2,
};

#define NV_RT (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | \
	       EFI_VARIABLE_RUNTIME_ACCESS)
#define VOLATILE_RT (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

#define SMALL 64u
#define LARGE 4096u
#define CALLS 200u
#define CALLS_LEAST 9u
/* A slow operation is called less often: it may take so many ticks in all. */
#define TICKS_MOST 300000000ull
/* Time for the host to read its counters after a mark. */
#define TICKS_MARK 12000000ull
/*
 * Buffers for names, in bytes. A boot manager's grows with the names it meets, none of
 * which is longer; an operating system gives room for any name at once.
 */
#define NAME_ROOM 128u
#define NAME_ROOM_LINUX 512u
/* Index of the population's one large variable. */
#define LARGE_AT 25u

static EFI_RUNTIME_SERVICES *rt;
static EFI_GUID ours = { 0x6b757630, 0x6265, 0x6e63,
	{ 0x80, 0x02, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07 } };
static UINT64 samples[4096];
static UINT8 data[LARGE], back[LARGE];
static UINTN population, turn, bad;

static inline UINT64 ticks(void)
{
	UINT32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (UINT64)hi << 32 | lo;
}

static UINT8 port_in(void)
{
	UINT8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"((UINT16)PORT));
	return v;
}

static void put(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((UINT16)PORT));
}

static void put_number(UINT64 v)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789"[v % 10];
		v /= 10;
	} while (v);
	while (n)
		put(digits[--n]);
}

/* %u takes a UINT64, %s ASCII. */
static void out(const char *format, ...)
{
	__builtin_va_list ap;
	const char *s;

	__builtin_va_start(ap, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		if (*++format == 'u')
			put_number(__builtin_va_arg(ap, UINT64));
		else
			for (s = __builtin_va_arg(ap, const char *); *s; s++)
				put(*s);
	}
	__builtin_va_end(ap);
}

static void mark(const char *name)
{
	UINT64 end;

	out("mark %s\n", name);
	end = ticks() + TICKS_MARK;
	while (ticks() < end)
		;
}

static CHAR16 *name_of(UINTN i)
{
	static CHAR16 name[] = u"KuvBench000";

	name[8] = (CHAR16)('0' + i / 100);
	name[9] = (CHAR16)('0' + i / 10 % 10);
	name[10] = (CHAR16)('0' + i % 10);
	return name;
}

static void expect(EFI_STATUS rc, BOOLEAN is_right)
{
	if (rc || !is_right)
		bad++;
}

/* The next small variable of the population; neighbours are not asked in turn. */
static UINTN next_small(void)
{
	turn = (turn + 7) % population;
	if (turn == LARGE_AT)
		turn = (turn + 7) % population;
	return turn;
}

static UINT64 timed_get(UINTN i, UINTN size)
{
	CHAR16 *name = name_of(i);
	UINTN len = size;
	UINT32 attrs = 0;
	UINT64 t0, t1;
	EFI_STATUS rc;

	back[0] = back[size - 1] = 0;
	t0 = ticks();
	rc = rt->GetVariable(name, &ours, &attrs, &len, back);
	t1 = ticks();
	expect(rc, len == size && attrs == NV_RT && back[0] == (UINT8)i + 1 &&
	       back[size - 1] == 0x5a);
	return t1 - t0;
}

static UINT64 timed_set(CHAR16 *name, UINT32 attrs, UINTN size)
{
	UINT64 t0, t1;
	EFI_STATUS rc;

	t0 = ticks();
	rc = rt->SetVariable(name, &ours, attrs, size, data);
	t1 = ticks();
	expect(rc, TRUE);
	return t1 - t0;
}

/* Content that tells of the variable at both ends, and changes in the middle. */
static void fill(UINTN i, UINTN size)
{
	static UINT32 version;

	__builtin_memset(data, 0, size);
	data[0] = (UINT8)i + 1;
	data[size - 1] = 0x5a;
	version++;
	__builtin_memcpy(data + 8, &version, sizeof(version));
}

static UINT64 nothing(void)
{
	UINT64 t0 = ticks();

	return ticks() - t0;
}

static UINT64 get_64(void)
{
	return timed_get(next_small(), SMALL);
}

static UINT64 get_4096(void)
{
	return timed_get(LARGE_AT, LARGE);
}

static UINT64 query(void)
{
	UINT64 max = 0, left = 0, largest = 0, t0, t1;
	EFI_STATUS rc;

	t0 = ticks();
	rc = rt->QueryVariableInfo(NV_RT, &max, &left, &largest);
	t1 = ticks();
	expect(rc, left && left < max && largest);
	return t1 - t0;
}

static UINT64 set_volatile(void)
{
	fill(0, SMALL);
	return timed_set(u"KuvVolatile", VOLATILE_RT, SMALL);
}

static UINT64 set_nv(void)
{
	UINTN i = next_small();

	fill(i, SMALL);
	return timed_set(name_of(i), NV_RT, SMALL);
}

static const struct operation {
	const char *name;
	UINT64 (*call)(void);
} operations[] = {
	{ "nothing", nothing },
	{ "get-64", get_64 },
	{ "get-4096", get_4096 },
	{ "query", query },
	{ "set-volatile-64", set_volatile },
	{ "set-nv-64", set_nv },
};

/* Shell sort: sampled numbers are few. */
static void sort(UINT64 *v, UINTN n)
{
	UINTN gap, i, j;
	UINT64 x;

	for (gap = n / 2; gap; gap /= 2)
		for (i = gap; i < n; i++) {
			x = v[i];
			for (j = i; j >= gap && v[j - gap] > x; j -= gap)
				v[j] = v[j - gap];
			v[j] = x;
		}
}

static void report(const char *name, UINTN n)
{
	sort(samples, n);
	out("result %u %s calls %u min %u median %u max %u bad %u\n",
	    (UINT64)population, name, (UINT64)n, samples[0], samples[n / 2],
	    samples[n - 1], (UINT64)bad);
	bad = 0;
}

static void measure(const struct operation *op)
{
	UINT64 end;
	UINTN n;

	/* First calls touch code and buffers for the first time. */
	for (n = 0; n < 3; n++)
		op->call();
	mark(op->name);
	end = ticks() + TICKS_MOST;
	for (n = 0; n < CALLS && (n < CALLS_LEAST || ticks() < end); n++)
		samples[n] = op->call();
	mark("end");
	report(op->name, n);
}

static BOOLEAN is_ours(const EFI_GUID *guid)
{
	return guid->Data1 == ours.Data1 && guid->Data2 == ours.Data2 &&
	       guid->Data3 == ours.Data3;
}

/* One list of all variables: a sample per step, the last one included. */
static UINTN walk(UINTN n, UINTN room)
{
	static CHAR16 name[NAME_ROOM_LINUX / 2];
	UINTN len, own = 0;
	EFI_STATUS rc;
	EFI_GUID guid;
	UINT64 t0;

	name[0] = 0;
	do {
		len = room;
		t0 = ticks();
		rc = rt->GetNextVariableName(&len, name, &guid);
		if (n < sizeof(samples) / sizeof(samples[0]))
			samples[n++] = ticks() - t0;
		own += !rc && is_ours(&guid);
	} while (!rc);
	/* The population and the volatile one. */
	expect(rc == EFI_NOT_FOUND ? EFI_SUCCESS : rc, own == population + 1);
	return n;
}

static void measure_walk(const char *what, UINTN room)
{
	UINT64 end;
	UINTN n = 0;

	walk(0, room);
	bad = 0;
	mark(what);
	end = ticks() + TICKS_MOST;
	while (n < CALLS && ticks() < end)
		n = walk(n, room);
	mark("end");
	report(what, n);
}

static void populate(UINTN nr)
{
	UINTN i, size;

	for (i = population; i < nr; i++) {
		size = i == LARGE_AT ? LARGE : SMALL;
		fill(i, size);
		timed_set(name_of(i), NV_RT, size);
	}
	out("populated %u bad %u\n", (UINT64)nr, (UINT64)bad);
	bad = 0;
	population = nr;
	turn = 0;
}

static void pass(UINTN nr)
{
	UINTN i;

	populate(nr);
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		measure(&operations[i]);
	measure_walk("get-next", NAME_ROOM);
	measure_walk("get-next-512", NAME_ROOM_LINUX);
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *table)
{
	UINT64 start = ticks();

	(void)self;
	rt = table->RuntimeServices;
	out("start %u\n", start);
	mark("end");
	table->BootServices->SetWatchdogTimer(0, 0, 0, NULL);
	if (port_in() == MODE_MEASURE) {
		pass(50);
		pass(200);
	}
	out("done\n");
	rt->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		;
}
