/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an input of fuzz_show is: which variable, then its data. */
#ifndef _FUZZ_SHOW_INPUT_H
#define _FUZZ_SHOW_INPUT_H

/* The first byte; each is a kind of data that kuvctl decodes. */
enum show_input {
	SHOW_INPUT_OPTION,
	SHOW_INPUT_PATHS,
	SHOW_INPUT_KEY,
	SHOW_INPUT_DB,
	SHOW_INPUT_CERTDB,
	SHOW_INPUT_ORDER,
	SHOW_INPUT_TEXT,
	SHOW_INPUT_TEXT16,
	SHOW_INPUT_GUIDS,
	SHOW_INPUT_INDICATIONS,
	SHOW_INPUT_TIMEOUT,
	SHOW_INPUT_NUMBER,
	SHOW_INPUT_FLAG,
	SHOW_INPUT_NEXT,
	SHOW_INPUT_OTHER,
	NR_SHOW_INPUTS,
};

#endif /* _FUZZ_SHOW_INPUT_H */
