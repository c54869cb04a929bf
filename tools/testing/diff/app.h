/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the differential test's EFI program share. */
#ifndef KUV_DIFF_APP_H
#define KUV_DIFF_APP_H

#include <efi.h>

#define NV 0x01u
#define BSA 0x02u
#define RT 0x04u
#define HR 0x08u
#define AW 0x10u
#define AT 0x20u
#define AP 0x40u
#define ENH 0x80u

/* Largest name and data that are ever handed over. */
#define NAME_ROOM 40000u
#define DATA_ROOM 0x50000u
/* Enough for what is on tapes; a message is as long as the room, and copied. */
#define SHORT_NAME 512u
#define SHORT_DATA 0x2000u
#define TRANSCRIPT_ROOM 0x800000u
#define TAPE_ROOM 0x2000000u

enum ns {
	NS_T1, /* two namespaces of our own, one bit apart */
	NS_T2,
	NS_GLOBAL,
	NS_SECURITY,
	NS_SBE,
	NS_CUSTOM,
	NS_VENDOR_KEYS,
	NS_CERTDB,
	NS_MOR,
	NS_MORLOCK,
	NS_HWERR,
	NS_ERRORFLAG,
	NS_NR
};

/* What a well-known variable has to contain. */
enum content {
	C_BYTES,
	C_PATH, /* device path */
	C_OPTION, /* load option */
	C_KEY, /* key option */
	C_TEXT, /* ends in a NUL */
	C_LANG, /* three letters and a NUL */
};

struct var {
	enum ns ns;
	const CHAR16 *name;
	UINT32 attrs; /* those it usually has */
	UINT32 len; /* data it usually has; at most, for our own names */
	enum content content;
	BOOLEAN security; /* has to do with keys and signatures */
};

/* Names of our own come first, then well-known ones; random calls use nr_random. */
extern const struct var vars[];
extern const UINTN nr_random, nr_own, nr_vars;
extern EFI_GUID namespaces[NS_NR];

extern EFI_SYSTEM_TABLE *st;
extern EFI_RUNTIME_SERVICES *rt;
extern BOOLEAN at_runtime;
/* Lists leave out the names that firmware writes itself at each boot. */
extern BOOLEAN own_names_only;
extern UINT8 *data_in, *data_out;
extern CHAR16 *name_in, *name_out;

/*
 * What a reset of the machine leaves as it is: a place in memory that firmware does not
 * touch. All zero where the machine was just switched on.
 */
struct kept {
	UINT64 boot; /* resets so far */
	UINT64 tape_len; /* 0: there is none */
	UINT64 tape; /* calls of it that are done */
	UINT64 out; /* length of the transcript */
	UINT64 line;
};

extern struct kept *kept;

/* out.c: the transcript */
void out_begin(void *memory, UINTN len);
void out_keep(void);
void out_find_port(void);
void out(const char *format, ...);
void line_begin(char op);
void line_var(const CHAR16 *name, const EFI_GUID *guid);
void line_status(EFI_STATUS status);
void line_end(void);
UINT32 hash_of(const void *data, UINTN len);

/* calls.c: one call of a service and its line */
void fill(UINT8 *data, UINTN len, UINT32 seed);
EFI_STATUS set_raw(enum ns ns, const CHAR16 *name, UINT32 attrs, UINTN len,
		   const void *data, UINT32 seed);
EFI_STATUS set_var(UINTN v, UINT32 attrs, UINTN len, UINT32 seed);
EFI_STATUS set_quiet(UINTN v, UINT32 attrs, UINTN len, const void *data);
EFI_STATUS get_room(enum ns ns, const CHAR16 *name, UINTN room);
EFI_STATUS get_var(UINTN v);
void get_around(UINTN v, int delta);
void next_from(enum ns ns, const CHAR16 *name, UINTN room);
void query(UINT32 attrs);
void query_left(void);
void list_all(void);
void begin(void);
UINTN make_content(UINTN v, UINT8 *data, UINT32 seed);

/* scripted.c, random.c */
void scripted(void);
void play_random(UINT64 seed, UINTN nr);

/* tape.c: calls that were prepared elsewhere */
enum tape_end {
	TAPE_DONE,
	TAPE_LEAVE, /* ExitBootServices comes next */
	TAPE_RESET, /* a reset of the machine does */
	TAPE_BAD,
};

enum tape_end tape_play(const UINT8 *tape, UINTN len);

UINTN str_len(const CHAR16 *s);

#endif
