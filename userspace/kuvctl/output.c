// SPDX-License-Identifier: GPL-2.0-or-later
/* How kuvctl prints. */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool kuvctl_json;

void kuvctl_take_json(int *argc, char **argv)
{
	int n = 0;
	bool is_option = true;

	for (int i = 0; i < *argc; i++) {
		is_option = is_option && strcmp(argv[i], "--") != 0;
		if (is_option && strcmp(argv[i], "--json") == 0)
			kuvctl_json = true;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	*argc = n;
}

void kuvctl_print_json(json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

const char *kuvctl_colour(enum kuvctl_colour c)
{
	static const char *const sequences[] = {
		[KUVCTL_PLAIN] = "\033[0m", [KUVCTL_GOOD] = "\033[32m",
		[KUVCTL_WARN] = "\033[33m", [KUVCTL_BAD] = "\033[31m",
		[KUVCTL_HEAD] = "\033[1m",
	};
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no) ? sequences[c] : "";
}
