// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes one seed. */
#include "seeds.h"

#include <sys/stat.h>

#include "fuzz.h"

void seeds_save(const char *dir, const char *target, const char *name,
		const void *data, size_t len)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, target, name);
	f = fopen(path, "wb");
	CHECK(f);
	CHECK(fwrite(data, 1, len, f) == len && !fclose(f));
}
