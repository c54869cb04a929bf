/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a case: what is done to a machine and what must come of it. */
#ifndef _VECTORS_COMMAND_H
#define _VECTORS_COMMAND_H

#include <stdbool.h>

#include "machine.h"

/**
 * command_run() - one line of a case
 * @m: machine
 * @dir: where the files with the bytes are
 * @line: the line, taken apart in place
 *
 * Return: NULL, or what went wrong, valid until the next call.
 */
const char *command_run(struct machine *m, const char *dir, char *line);

#endif /* _VECTORS_COMMAND_H */
