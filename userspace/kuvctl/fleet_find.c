// SPDX-License-Identifier: GPL-2.0-or-later
/* What to look for in many VMs, and what was found in one. */
#include "fleet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fleet_why(char why[FLEET_WHY_MAX], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, FLEET_WHY_MAX, format, ap);
	va_end(ap);
	return false;
}

static void *grow(void *list, size_t nr, size_t size)
{
	list = reallocarray(list, nr + 1, size);
	if (!list)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	return list;
}

static void want(struct fleet_find *f, const uint8_t sha256[32],
		 unsigned int where, const char *label)
{
	struct fleet_want *w;

	f->wants = grow(f->wants, f->nr_wants, sizeof(*f->wants));
	w = &f->wants[f->nr_wants++];
	memcpy(w->sha256, sha256, 32);
	w->where = where & (CERT_KEK | CERT_DB);
	snprintf(w->label, sizeof(w->label), "%s", label);
}

static void want_known(struct fleet_find *f, const struct cert_known *c)
{
	want(f, c->sha256, c->flags, c->id);
}

bool fleet_is_of(const struct cert_known *c, unsigned int generation)
{
	return c->flags & generation && strcmp(c->id, "ms-option-rom-2023") != 0;
}

static void want_all(struct fleet_find *f, unsigned int generation)
{
	const struct cert_known *c;

	for (size_t i = 0; (c = cert_known_at(i)); i++)
		if (fleet_is_of(c, generation))
			want_known(f, c);
}

static int want_one(const uint8_t *der, size_t len, void *arg)
{
	struct cert_info info;

	cert_describe(der, len, &info);
	want(arg, info.sha256, CERT_KEK | CERT_DB, info.name);
	return 0;
}

static int own_one(const uint8_t *der, size_t len, void *arg)
{
	struct fleet_find *f = arg;
	struct cert_info info;

	cert_describe(der, len, &info);
	f->own = grow(f->own, f->nr_own, sizeof(*f->own));
	memcpy(f->own[f->nr_own++].sha256, info.sha256, 32);
	return 0;
}

static bool from_file(struct fleet_find *f, const char *path, cert_fn fn,
		      char why[FLEET_WHY_MAX])
{
	int r = cert_walk_file(path, fn, f);

	if (r == -EBADMSG)
		return fleet_why(why, "%s: no certificate is in it", path);
	return r < 0 ? fleet_why(why, "%s: %s", path, strerror(-r)) : true;
}

static bool add_missing(struct fleet_find *f, const char *value,
			char why[FLEET_WHY_MAX])
{
	const struct cert_known *c = cert_known_by_id(value);

	if (c && c->flags & (CERT_KEK | CERT_DB))
		want_known(f, c);
	else if (!strcmp(value, "2011"))
		want_all(f, CERT_2011);
	else if (!strcmp(value, "2023"))
		want_all(f, CERT_2023);
	else if (strchr(value, '/') || strchr(value, '.'))
		return from_file(f, value, want_one, why);
	else
		return fleet_why(why, "no known certificate \"%s\": 2011, 2023, a word such as ms-kek-2023, or a file with a / or . in its name",
			      value);
	return true;
}

static bool parse_number(const char *text, char **end, unsigned long max,
			 unsigned long *ret)
{
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoul(text, end, 10);
	return !errno && *ret <= max;
}

/* "450" entries, or a version "7.0" of the boot manager. */
static bool add_dbx_below(struct fleet_find *f, const char *value,
			  char why[FLEET_WHY_MAX])
{
	unsigned long major, minor = 0;
	char *end;

	if (!parse_number(value, &end, 1000000, &major))
		return fleet_why(why, "dbx-below takes a number of entries or a version such as 7.0, not \"%s\"",
			      value);
	if (!*end) {
		f->has_dbx_below = true;
		f->dbx_below = (unsigned int)major;
		return true;
	}
	if (*end != '.' || major > UINT16_MAX ||
	    !parse_number(end + 1, &end, UINT16_MAX, &minor) || *end ||
	    major + minor == 0)
		return fleet_why(why, "\"%s\" is no version such as 7.0", value);
	f->svn_below = (uint32_t)(major << 16 | minor);
	return true;
}

static bool *flag_of(struct fleet_find *f, const char *key)
{
	const struct {
		const char *key;
		bool *flag;
	} flags[] = {
		{ "setup-mode", &f->setup_mode },
		{ "foreign-pk", &f->foreign_pk },
		{ "test-pk", &f->test_pk },
		{ "expired", &f->expired },
		{ "pending", &f->pending },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].key, key))
			return flags[i].flag;
	return NULL;
}

int fleet_find_needs_value(const char *key)
{
	struct fleet_find f = { 0 };

	if (flag_of(&f, key))
		return 0;
	return !strcmp(key, "missing") || !strcmp(key, "dbx-below") ||
		       !strcmp(key, "own") ? 1 : -1;
}

bool fleet_find_add(struct fleet_find *f, const char *key, const char *value,
		    char why[FLEET_WHY_MAX])
{
	bool *flag = flag_of(f, key);

	if (flag)
		return *flag = true;
	if (!value)
		return fleet_why(why, "%s needs a value", key);
	if (!strcmp(key, "missing"))
		return add_missing(f, value, why);
	if (!strcmp(key, "dbx-below"))
		return add_dbx_below(f, value, why);
	if (!strcmp(key, "own"))
		return from_file(f, value, own_one, why);
	return fleet_why(why, "unknown: %s", key);
}

void fleet_find_finish(struct fleet_find *f)
{
	f->is_default = !f->setup_mode && !f->foreign_pk && !f->test_pk &&
			!f->expired && !f->pending && !f->has_dbx_below &&
			!f->svn_below && !f->nr_wants;
	if (!f->is_default)
		return;
	f->setup_mode = true;
	f->test_pk = true;
	/* Without knowing whose are whose, all would be. */
	f->foreign_pk = f->nr_own > 0;
	want_all(f, CERT_2023);
}

void fleet_find_free(struct fleet_find *f)
{
	free(f->wants);
	free(f->own);
	*f = (struct fleet_find){ 0 };
}

static __attribute__((format(printf, 2, 3))) void
found(json_object *list, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	json_object_array_add(list, json_object_new_string(text));
}

/* Does a VM trust anything of Microsoft's? */
static bool is_microsoft(const struct fleet_facts *f)
{
	for (size_t i = 0; i < f->nr_certs; i++)
		if (f->certs[i].info.known &&
		    f->certs[i].info.known->flags & (CERT_2011 | CERT_2023))
			return true;
	return false;
}

static void find_missing(json_object *list, const struct fleet_find *find,
			 const struct fleet_facts *f)
{
	/* Who has keys of his own only lacks nothing. */
	if (find->is_default && !is_microsoft(f))
		return;
	for (size_t i = 0; i < find->nr_wants; i++) {
		const struct fleet_want *w = &find->wants[i];

		if (!fleet_facts_has(f, w->sha256, w->where))
			found(list, "missing: %s", w->label);
	}
}

static void find_expired(json_object *list, const struct fleet_facts *f,
			 int64_t now)
{
	for (size_t i = 0; i < f->nr_certs; i++) {
		const struct cert_info *c = &f->certs[i].info;
		char date[CERT_DATE];

		if (!cert_is_expired(c, now))
			continue;
		cert_date(c->not_after, date);
		found(list, "expired: %s (%s)", c->name, date);
	}
}

static void find_pk(json_object *list, const struct fleet_find *find,
		    const struct fleet_facts *f)
{
	if (find->setup_mode && f->pk == FLEET_PK_NONE)
		found(list, "setup-mode");
	if (find->test_pk && f->pk == FLEET_PK_TEST)
		found(list, "test-pk: %s", fleet_facts_pk(f));
	if (find->foreign_pk &&
	    (f->pk == FLEET_PK_FOREIGN || f->pk == FLEET_PK_TEST))
		found(list, "foreign-pk: %s", fleet_facts_pk(f));
}

json_object *fleet_findings(const struct fleet_find *find,
			    const struct fleet_facts *f,
			    unsigned int nr_pending, int64_t now)
{
	json_object *list = json_object_new_array();

	find_pk(list, find, f);
	find_missing(list, find, f);
	if (find->has_dbx_below && f->nr_dbx < find->dbx_below)
		found(list, "dbx-below: %u entries", f->nr_dbx);
	if (f->svn < find->svn_below)
		found(list, "dbx-below: version %u.%u", f->svn >> 16,
		      f->svn & UINT16_MAX);
	if (find->expired)
		find_expired(list, f, now);
	if (find->pending && nr_pending)
		found(list, "pending: %u", nr_pending);
	if (f->is_damaged)
		found(list, "damaged");
	return list;
}
