// SPDX-License-Identifier: GPL-2.0-or-later
/* A directory for the files of a unit test. */
#include "tmpdir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define TEMPLATE "/tmp/kuvctl-test.XXXXXX"

char tmpdir[sizeof(TEMPLATE)];

int tmpdir_make(void)
{
	strcpy(tmpdir, TEMPLATE);
	return mkdtemp(tmpdir) ? 0 : -1;
}

int tmpdir_remove(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", tmpdir);
	return system(command);
}

const char *in_dir(const char *name)
{
	static char paths[4][128];
	static unsigned int n;
	char *p = paths[n++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", tmpdir, name);
	return p;
}

void write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}
