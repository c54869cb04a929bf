// SPDX-License-Identifier: GPL-2.0-or-later
/* A reader of the change log, and the disk it writes to. */
#include "disk.h"

#include "fuzz.h"

static u32 find(const struct disk *d, const struct kuv_var *v)
{
	u32 i;

	for (i = 0; i < d->nr; i++)
		if (!memcmp(d->vars[i].guid, v->guid, 16) &&
		    d->vars[i].name_len == v->name_len &&
		    !memcmp(d->vars[i].name, kuv_var_name(v), v->name_len))
			break;
	return i;
}

static void drop(struct disk *d, u32 i)
{
	free(d->vars[i].name);
	free(d->vars[i].data);
	d->vars[i] = d->vars[--d->nr];
}

void disk_apply(struct disk *d, const struct kuv_var *v)
{
	u32 i = find(d, v);
	struct disk_var *var;

	if (i < d->nr)
		drop(d, i);
	if (v->deleted)
		return;
	CHECK(d->nr < DISK_MAX);
	var = &d->vars[d->nr++];
	memcpy(var->guid, v->guid, sizeof(var->guid));
	memcpy(var->time, kuv_var_time(v), sizeof(var->time));
	var->attributes = v->attributes;
	var->name_len = v->name_len;
	var->data_len = v->data_len;
	var->name = fuzz_copy(kuv_var_name(v), v->name_len, 0);
	var->data = fuzz_copy(kuv_var_data(v), v->data_len, 0);
}

void disk_check(const struct disk *d, const struct kuv_vardb *db)
{
	const struct kuv_var *v;

	CHECK(d->nr == db->nr_nv);
	for (v = kuv_vardb_next(db, NULL); v; v = kuv_vardb_next(db, v)) {
		u32 i;

		if (!kuv_var_is_nv(v))
			continue;
		i = find(d, v);
		CHECK(i < d->nr);
		CHECK(d->vars[i].attributes == v->attributes);
		CHECK(d->vars[i].data_len == v->data_len);
		CHECK(!memcmp(d->vars[i].time, kuv_var_time(v), 16));
		CHECK(!memcmp(d->vars[i].data, kuv_var_data(v), v->data_len));
	}
}

void disk_clear(struct disk *d)
{
	while (d->nr)
		drop(d, d->nr - 1);
}
