// SPDX-License-Identifier: GPL-2.0-or-later
/* Plays a tape on the core, in user space: play TAPE >TRANSCRIPT. */
/*
 * The program's own files below a firmware that is not there: seconds instead of minutes,
 * with sanitizers, and a debugger where one is needed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../app.h"
#include "machine.h"

EFI_SYSTEM_TABLE *st;
EFI_RUNTIME_SERVICES *rt;
BOOLEAN at_runtime;
UINT8 *data_in, *data_out;
CHAR16 *name_in, *name_out;
struct kept *kept;
BOOLEAN own_names_only = TRUE;

enum { FN_GET = 1, FN_NEXT = 2, FN_SET = 3, FN_QUERY = 4 };

/* Bodies of requests, as the firmware's driver writes them. */
struct access {
	EFI_GUID guid;
	UINT64 data_len;
	UINT64 name_len;
	UINT32 attrs;
} __attribute__((packed));

struct next {
	EFI_GUID guid;
	UINT64 name_len;
} __attribute__((packed));

struct info {
	UINT64 max, left, one;
	UINT32 attrs;
	UINT32 pad;
};

static UINT8 body[MACHINE_BODY_MAX];

static UINTN name_bytes(const CHAR16 *name)
{
	return 2 * (str_len(name) + 1);
}

/* Name and data; the driver limits them to what a message carries. */
static struct access *access_body(const CHAR16 *name, const EFI_GUID *guid,
				  UINTN len, UINT32 attrs)
{
	struct access *a = (void *)body;

	a->guid = *guid;
	a->name_len = name_bytes(name);
	a->data_len = len;
	a->attrs = attrs;
	memcpy(a + 1, name, a->name_len);
	return a;
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *guid, UINT32 *attrs,
				      UINTN *len, VOID *data)
{
	UINTN room = sizeof(body) - sizeof(struct access) - name_bytes(name);
	struct access *a;
	EFI_STATUS rc;

	if (*len < room)
		room = *len;
	a = access_body(name, guid, room, attrs ? *attrs : 0);
	rc = machine_call(FN_GET, body, sizeof(*a) + a->name_len + room);
	if (rc == EFI_SUCCESS || rc == EFI_BUFFER_TOO_SMALL)
		*len = a->data_len;
	if (attrs)
		*attrs = a->attrs;
	if (!EFI_ERROR(rc))
		memcpy(data, (UINT8 *)(a + 1) + a->name_len, *len);
	return rc;
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *guid, UINT32 attrs,
				      UINTN len, VOID *data)
{
	UINTN used = sizeof(struct access) + name_bytes(name);
	struct access *a;

	if (!name[0] || used > sizeof(body) || len > sizeof(body) - used)
		return EFI_INVALID_PARAMETER;
	a = access_body(name, guid, len, attrs);
	memcpy((UINT8 *)(a + 1) + a->name_len, data, len);
	return machine_call(FN_SET, body, used + len);
}

static EFI_STATUS EFIAPI next_name(UINTN *len, CHAR16 *name, EFI_GUID *guid)
{
	struct next *n = (void *)body;
	UINTN room = *len < 0x8000 ? *len : 0x8000, used = name_bytes(name);
	EFI_STATUS rc;

	memset(body, 0, sizeof(*n) + 0x8000);
	n->guid = *guid;
	n->name_len = room;
	memcpy(n + 1, name, used);
	rc = machine_call(FN_NEXT, body, sizeof(*n) + (room > used ? room : used));
	if (rc == EFI_SUCCESS || rc == EFI_BUFFER_TOO_SMALL)
		*len = n->name_len;
	if (EFI_ERROR(rc))
		return rc;
	*guid = n->guid;
	memcpy(name, n + 1, n->name_len);
	return rc;
}

static EFI_STATUS EFIAPI query_info(UINT32 attrs, UINT64 *max, UINT64 *left, UINT64 *one)
{
	struct info i = { .attrs = attrs };
	EFI_STATUS rc;

	if (!attrs)
		return EFI_INVALID_PARAMETER;
	rc = machine_call(FN_QUERY, &i, sizeof(i));
	if (EFI_ERROR(rc))
		return rc;
	*max = i.max;
	*left = i.left;
	*one = i.one;
	return rc;
}

static void *zeroes(size_t len)
{
	void *p = calloc(1, len);

	if (!p)
		abort();
	return p;
}

/* The whole file; the tape's own header says how long it should be. */
static UINT8 *read_tape(const char *path, UINTN *len)
{
	FILE *f = fopen(path, "rb");
	UINT8 *tape = zeroes(TAPE_ROOM);

	if (!f) {
		perror(path);
		exit(1);
	}
	*len = fread(tape, 1, TAPE_ROOM, f);
	fclose(f);
	return tape;
}

static enum tape_end boot(const UINT8 *tape, UINTN len)
{
	enum tape_end end;

	machine_boot();
	at_runtime = FALSE;
	if (kept->boot)
		out("# -- boot %u\n", kept->boot + 1);
	else
		begin();
	list_all();
	query_left();
	while ((end = tape_play(tape, len)) == TAPE_LEAVE) {
		machine_exit_boot_services();
		at_runtime = TRUE;
		out("# -- ExitBootServices\n");
		query_left();
	}
	kept->boot++;
	return end;
}

int main(int argc, char **argv)
{
	static EFI_RUNTIME_SERVICES services = {
		.GetVariable = get_variable,
		.SetVariable = set_variable,
		.GetNextVariableName = next_name,
		.QueryVariableInfo = query_info,
	};
	enum tape_end end;
	char *transcript = zeroes(TRANSCRIPT_ROOM);
	UINT8 *tape;
	UINTN len;

	if (argc != 2)
		return 2;
	rt = &services;
	kept = zeroes(sizeof(*kept));
	data_in = zeroes(DATA_ROOM);
	data_out = zeroes(DATA_ROOM);
	name_in = zeroes(NAME_ROOM);
	name_out = zeroes(NAME_ROOM);
	tape = read_tape(argv[1], &len);
	out_begin(transcript, TRANSCRIPT_ROOM);
	machine_power_on();
	while ((end = boot(tape, len)) == TAPE_RESET)
		;
	query_left();
	machine_power_off();
	out("# end\n");
	/* Without the mark. */
	fputs(strchr(transcript, '\n') + 1, stdout);
	free(tape);
	return end != TAPE_DONE;
}
