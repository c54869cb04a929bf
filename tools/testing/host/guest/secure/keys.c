// SPDX-License-Identifier: GPL-2.0-or-later
/* Boot program of the Secure Boot scenarios: does what the file \keys.txt on its disk says. */

/*
 * One step per line, words between single blanks:
 *
 *	get NAME		read a variable, print its size and first bytes
 *	set NAME ATTRS FILE	write the content of FILE, ATTRS in hex; - is no content
 *	start FILE [WORD...]	load and start an image, with these words for its arguments
 *	reset | off		of the whole machine
 *
 * Each step prints one line "keys: <step>: <answer>"; none ends the program. Names are
 * looked up in the table below. A started image finds its arguments both ways: as load
 * options, and as the protocol of the shell.
 */
#include <efi.h>
#include <efilib.h>

#define WORDS 16
#define PATH_ROOM 128

struct name {
	const CHAR16 *name;
	EFI_GUID guid;
};

/* EFI_SHELL_PARAMETERS_PROTOCOL of the shell specification. */
struct shell_parameters {
	CHAR16 **argv;
	UINTN argc;
	void *in, *out, *err;
};

#define GLOBAL { 0x8be4df61, 0x93ca, 0x11d2, \
	{ 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c } }
#define SECURITY { 0xd719b2cb, 0x3d3a, 0x4596, \
	{ 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f } }

static const struct name names[] = {
	{ u"PK", GLOBAL },
	{ u"KEK", GLOBAL },
	{ u"db", SECURITY },
	{ u"dbx", SECURITY },
	{ u"KuvVolatile", { 0x6b757630, 0x7465, 0x7374,
		{ 0x80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07 } } },
	{ u"SetupMode", GLOBAL },
	{ u"SecureBoot", GLOBAL },
	{ u"VendorKeys", GLOBAL },
	{ u"SecureBootEnable", { 0xf0a30bc7, 0xaf08, 0x4556,
		{ 0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44 } } },
	{ u"CustomMode", { 0xc076ec0c, 0x7028, 0x4399,
		{ 0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f } } },
};

static EFI_HANDLE disk;

/* The whole of a file on this program's disk, NUL-terminated. */
static EFI_STATUS read_file(CHAR16 *name, void **data, UINTN *len)
{
	EFI_FILE_HANDLE root, file;
	EFI_FILE_INFO *info;
	EFI_STATUS rc;

	root = LibOpenRoot(disk);
	if (!root)
		return EFI_NO_MEDIA;
	rc = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
	root->Close(root);
	if (EFI_ERROR(rc))
		return rc;
	info = LibFileInfo(file);
	*len = info ? info->FileSize : 0;
	*data = info ? AllocateZeroPool(*len + 1) : NULL;
	rc = *data ? file->Read(file, len, *data) : EFI_OUT_OF_RESOURCES;
	file->Close(file);
	return rc;
}

static const struct name *find(const CHAR16 *name)
{
	UINTN i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!StrCmp(names[i].name, name))
			return &names[i];
	}
	Print(u"keys: no such name: %s\r\n", name);
	return NULL;
}

static void step_get(CHAR16 **word)
{
	const struct name *n = find(word[1]);
	UINT8 data[4096];
	UINTN len = sizeof(data), i;
	UINT32 attrs = 0;
	EFI_STATUS rc;

	if (!n)
		return;
	rc = RT->GetVariable((CHAR16 *)n->name, (EFI_GUID *)&n->guid, &attrs, &len, data);
	Print(u"keys: get %s: %r", n->name, rc);
	if (!EFI_ERROR(rc)) {
		Print(u" attrs %x len %d data", attrs, len);
		for (i = 0; i < len && i < 8; i++)
			Print(u" %02x", data[i]);
	}
	Print(u"\r\n");
}

static void step_set(CHAR16 **word)
{
	const struct name *n = find(word[1]);
	void *data = NULL;
	UINTN len = 0;
	EFI_STATUS rc = EFI_SUCCESS;

	if (!n)
		return;
	if (word[3][0] != '-')
		rc = read_file(word[3], &data, &len);
	if (EFI_ERROR(rc)) {
		Print(u"keys: no file %s: %r\r\n", word[3], rc);
		return;
	}
	rc = RT->SetVariable((CHAR16 *)n->name, (EFI_GUID *)&n->guid,
			     (UINT32)xtoi(word[2]), len, data);
	Print(u"keys: set %s %s %s: %r\r\n", word[1], word[2], word[3], rc);
	if (data)
		FreePool(data);
}

/* The words as one text, NUL-terminated. */
static CHAR16 *join(CHAR16 **word, UINTN nr)
{
	static CHAR16 text[WORDS * PATH_ROOM];
	UINTN i;

	text[0] = 0;
	for (i = 0; i < nr; i++) {
		if (i)
			StrCat(text, u" ");
		StrCat(text, word[i]);
	}
	return text;
}

static EFI_STATUS start(EFI_HANDLE self, CHAR16 **word, UINTN nr)
{
	static EFI_GUID shell_guid = { 0x752f3136, 0x4e16, 0x4fdc,
		{ 0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca } };
	static struct shell_parameters shell;
	EFI_LOADED_IMAGE *info;
	EFI_HANDLE image = NULL;
	EFI_STATUS rc;

	rc = BS->LoadImage(FALSE, self, FileDevicePath(disk, word[0]), NULL, 0, &image);
	if (EFI_ERROR(rc)) {
		/* An image that was refused may be loaded all the same. */
		if (image)
			BS->UnloadImage(image);
		return rc;
	}
	rc = BS->HandleProtocol(image, &LoadedImageProtocol, (void **)&info);
	if (EFI_ERROR(rc))
		return rc;
	info->LoadOptions = join(word, nr);
	info->LoadOptionsSize = (UINT32)StrSize(info->LoadOptions);
	shell.argv = word;
	shell.argc = nr;
	rc = BS->InstallProtocolInterface(&image, &shell_guid, EFI_NATIVE_INTERFACE,
					  &shell);
	if (EFI_ERROR(rc))
		return rc;
	Print(u"keys: starting %s\r\n", word[0]);
	return BS->StartImage(image, NULL, NULL);
}

static void step(EFI_HANDLE self, CHAR16 **word, UINTN nr)
{
	EFI_STATUS rc;

	if (nr == 2 && !StrCmp(word[0], u"get")) {
		step_get(word);
	} else if (nr == 4 && !StrCmp(word[0], u"set")) {
		step_set(word);
	} else if (nr >= 2 && !StrCmp(word[0], u"start")) {
		rc = start(self, word + 1, nr - 1);
		Print(u"keys: start %s: %r\r\n", word[1], rc);
	} else if (nr == 1 && !StrCmp(word[0], u"reset")) {
		RT->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
	} else if (nr == 1 && !StrCmp(word[0], u"off")) {
		RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	} else {
		Print(u"keys: not understood: %s\r\n", word[0]);
	}
}

/* Takes one line off the text and returns the number of its words. */
static UINTN next_line(const CHAR8 **text, CHAR16 **word)
{
	static CHAR16 room[WORDS][PATH_ROOM];
	UINTN nr = 0, at = 0;

	for (; **text && **text != '\n'; (*text)++) {
		if (**text == ' ') {
			nr += at > 0;
			at = 0;
		} else if (nr < WORDS && at < PATH_ROOM - 1) {
			room[nr][at++] = **text;
			room[nr][at] = 0;
			word[nr] = room[nr];
		}
	}
	*text += **text == '\n';
	return nr + (at > 0);
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	CHAR16 *word[WORDS + 1] = { 0 };
	EFI_LOADED_IMAGE *image;
	void *steps;
	const CHAR8 *text;
	EFI_STATUS rc;
	UINTN len, nr;

	InitializeLib(self, system);
	rc = BS->HandleProtocol(self, &LoadedImageProtocol, (void **)&image);
	if (EFI_ERROR(rc))
		return rc;
	disk = image->DeviceHandle;
	rc = read_file(u"\\keys.txt", &steps, &len);
	Print(u"keys: running: %r\r\n", rc);
	if (EFI_ERROR(rc))
		return rc;
	for (text = steps; *text;) {
		nr = next_line(&text, word);
		if (nr && nr <= WORDS)
			step(self, word, nr);
	}
	Print(u"keys: end\r\n");
	return EFI_SUCCESS;
}
