// SPDX-License-Identifier: GPL-2.0-or-later
/* Plays variable calls before and after ExitBootServices, logs each answer. */
/*
 * The first line of \diff.cfg on its disk has the seed, the number of random calls
 * before and the number after ExitBootServices.
 */
#include "app.h"

EFI_SYSTEM_TABLE *st;
EFI_RUNTIME_SERVICES *rt;
BOOLEAN at_runtime;
UINT8 *data_in, *data_out;
CHAR16 *name_in, *name_out;

static EFI_BOOT_SERVICES *bs;

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

static void read_config(EFI_HANDLE self, struct config *c)
{
	static EFI_GUID loaded = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	static EFI_GUID filesystem = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_LOADED_IMAGE_PROTOCOL *image;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;
	EFI_FILE_PROTOCOL *root, *file;
	char text[128];
	const char *p = text;
	UINTN len = sizeof(text) - 1;

	must("image", bs->HandleProtocol(self, &loaded, (void **)&image));
	must("disk", bs->HandleProtocol(image->DeviceHandle, &filesystem,
					(void **)&fs));
	must("root", fs->OpenVolume(fs, &root));
	must("diff.cfg", root->Open(root, &file, (CHAR16 *)u"diff.cfg",
				    EFI_FILE_MODE_READ, 0));
	must("read", file->Read(file, &len, text));
	file->Close(file);
	root->Close(root);
	text[len] = 0;
	c->seed = number(&p);
	c->before = number(&p);
	c->after = number(&p);
	out("# seed %u before %u after %u\n", c->seed, c->before, c->after);
}

/* Whatever this firmware keeps in the names that are played with. */
static void forget_names(void)
{
	UINTN v;

	for (v = 0; v < nr_vars; v++)
		set_quiet(v, 0, 0, data_in);
}

static void leave_boot(EFI_HANDLE self)
{
	static UINT8 map[0x8000];
	UINTN len, key, entry, i;
	UINT32 version;
	EFI_STATUS rc = EFI_ABORTED;

	for (i = 0; i < 4 && EFI_ERROR(rc); i++) {
		len = sizeof(map);
		must("memory map", bs->GetMemoryMap(&len, (void *)map, &key,
						    &entry, &version));
		rc = bs->ExitBootServices(self, key);
	}
	must("ExitBootServices", rc);
	__asm__ volatile("cli");
	at_runtime = TRUE;
	out("# -- ExitBootServices\n");
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *table)
{
	struct config c;

	st = table;
	rt = st->RuntimeServices;
	bs = st->BootServices;
	out_begin(allocate(TRANSCRIPT_ROOM), TRANSCRIPT_ROOM);
	out_find_port();
	out("# begin\n");
	bs->SetWatchdogTimer(0, 0, 0, NULL);
	data_in = allocate(DATA_ROOM);
	data_out = allocate(DATA_ROOM);
	name_in = allocate(NAME_ROOM);
	name_out = allocate(NAME_ROOM);
	read_config(self, &c);
	list_all();
	forget_names();
	out("# -- values at the start\n");
	list_all();
	query_left();
	scripted();
	play_random(c.seed, c.before);
	leave_boot(self);
	query_left();
	list_all();
	scripted();
	play_random(c.seed + 1, c.after);
	query_left();
	out("# end\n");
	rt->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		;
}
