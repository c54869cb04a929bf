// SPDX-License-Identifier: GPL-2.0-or-later
/* Plays variable calls before and after ExitBootServices, logs each answer. */
/*
 * The first line of \diff.cfg on its disk has the seed, the number of random calls
 * before and the number after ExitBootServices. If \diff.tape is there, that is played
 * instead, over as many boots as it takes.
 */
#include "app.h"

EFI_SYSTEM_TABLE *st;
EFI_RUNTIME_SERVICES *rt;
BOOLEAN at_runtime;
UINT8 *data_in, *data_out;
CHAR16 *name_in, *name_out;
struct kept *kept;
BOOLEAN own_names_only;

/* Memory that no firmware uses: far from both ends. Transcript and tape follow. */
#define KEPT 0x8000000u
#define KEPT_TRANSCRIPT (KEPT + 0x1000)
#define KEPT_TAPE (KEPT_TRANSCRIPT + TRANSCRIPT_ROOM)
#define KEPT_END (KEPT_TAPE + TAPE_ROOM)

static EFI_BOOT_SERVICES *bs;
static EFI_HANDLE image_handle;
static EFI_FILE_PROTOCOL *root;

struct config {
	UINT64 seed;
	UINT64 before;
	UINT64 after;
};

static void stop(const char *why, EFI_STATUS rc)
{
	out("# failed: %s %x\n", why, (UINT64)rc);
	rt->ResetSystem(EfiResetShutdown, EFI_ABORTED, 0, NULL);
	for (;;)
		;
}

static void must(const char *what, EFI_STATUS rc)
{
	if (EFI_ERROR(rc))
		stop(what, rc);
}

static void *allocate(UINTN len)
{
	EFI_PHYSICAL_ADDRESS at;

	must("memory", bs->AllocatePages(AllocateAnyPages, EfiLoaderData,
					 (len + 0xfff) / 0x1000, &at));
	return (void *)at;
}

static UINT64 number(const char **p)
{
	UINT64 v = 0;

	while (**p == ' ')
		(*p)++;
	while (**p >= '0' && **p <= '9')
		v = v * 10 + (UINT64)(*(*p)++ - '0');
	return v;
}

static void open_disk(void)
{
	static EFI_GUID loaded = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	static EFI_GUID filesystem = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_LOADED_IMAGE_PROTOCOL *image;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;

	must("image", bs->HandleProtocol(image_handle, &loaded, (void **)&image));
	must("disk", bs->HandleProtocol(image->DeviceHandle, &filesystem,
					(void **)&fs));
	must("root", fs->OpenVolume(fs, &root));
}

/* The first @room bytes of a file; 0 if there is none. */
static UINTN read_file(const CHAR16 *name, void *to, UINTN room)
{
	EFI_FILE_PROTOCOL *file;

	if (EFI_ERROR(root->Open(root, &file, (CHAR16 *)name, EFI_FILE_MODE_READ,
				 0)))
		return 0;
	must("read", file->Read(file, &room, to));
	file->Close(file);
	return room;
}

static void read_config(struct config *c)
{
	char text[128];
	const char *p = text;

	text[read_file(u"diff.cfg", text, sizeof(text) - 1)] = 0;
	c->seed = number(&p);
	c->before = number(&p);
	c->after = number(&p);
	out("# seed %u before %u after %u\n", c->seed, c->before, c->after);
}

static void leave_boot(void)
{
	static UINT8 map[0x8000];
	UINTN len, key, entry, i;
	UINT32 version;
	EFI_STATUS rc = EFI_ABORTED;

	for (i = 0; i < 4 && EFI_ERROR(rc); i++) {
		len = sizeof(map);
		must("memory map", bs->GetMemoryMap(&len, (void *)map, &key,
						    &entry, &version));
		rc = bs->ExitBootServices(image_handle, key);
	}
	must("ExitBootServices", rc);
	__asm__ volatile("cli");
	at_runtime = TRUE;
	out("# -- ExitBootServices\n");
}

static void play_sequences(const struct config *c)
{
	scripted();
	play_random(c->seed, c->before);
	leave_boot();
	query_left();
	list_all();
	scripted();
	play_random(c->seed + 1, c->after);
}

static void reset(void)
{
	kept->boot++;
	out_keep();
	rt->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
	for (;;)
		;
}

static void play_tape(void)
{
	enum tape_end end;

	while ((end = tape_play((void *)(UINTN)KEPT_TAPE, kept->tape_len)) ==
	       TAPE_LEAVE) {
		leave_boot();
		query_left();
	}
	if (end == TAPE_RESET)
		reset();
	if (end != TAPE_DONE)
		stop("tape", EFI_COMPROMISED_DATA);
}

static void set_up(void)
{
	EFI_PHYSICAL_ADDRESS at = KEPT;

	must("memory to keep", bs->AllocatePages(AllocateAddress, EfiLoaderData,
						 (KEPT_END - KEPT) / 0x1000,
						 &at));
	kept = (void *)at;
	out_begin((void *)(UINTN)KEPT_TRANSCRIPT, TRANSCRIPT_ROOM);
	out_find_port();
	bs->SetWatchdogTimer(0, 0, 0, NULL);
	data_in = allocate(DATA_ROOM);
	data_out = allocate(DATA_ROOM);
	name_in = allocate(NAME_ROOM);
	name_out = allocate(NAME_ROOM);
	open_disk();
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *table)
{
	struct config c;

	st = table;
	rt = st->RuntimeServices;
	bs = st->BootServices;
	image_handle = self;
	set_up();
	read_config(&c);
	if (!kept->boot)
		kept->tape_len = read_file(u"diff.tape", (void *)(UINTN)KEPT_TAPE,
					   TAPE_ROOM);
	own_names_only = kept->tape_len != 0;
	if (!kept->boot)
		begin();
	else
		out("# -- boot %u\n", kept->boot + 1);
	list_all();
	query_left();
	if (kept->tape_len)
		play_tape();
	else
		play_sequences(&c);
	query_left();
	out("# end\n");
	rt->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		;
}
