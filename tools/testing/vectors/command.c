// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines of a case: what is done to a machine and what must come of it. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	8
#define NAME_MAX_BYTES	1024

/**
 * struct value - bytes from a line or from a file
 * @data: owned, exactly as long, so that ASan sees what is read behind it
 * @len: bytes
 */
struct value {
	u8 *data;
	u32 len;
};

/**
 * struct call - one line, taken apart
 * @m: machine
 * @dir: where the files are
 * @words: arguments
 * @nr: number of them
 * @name: words 0 and 1 as a variable
 * @utf16: name of @name
 * @guid: namespace of @name
 */
struct call {
	struct machine *m;
	const char *dir;
	char *words[WORDS_MAX];
	int nr;
	struct kuv_name name;
	u8 utf16[NAME_MAX_BYTES];
	u8 guid[16];
};

static char failure[512];

#define FAIL(...) \
	(snprintf(failure, sizeof(failure), __VA_ARGS__), failure)

static const struct {
	const char *name;
	u64 status;
} statuses[] = {
#define STATUS(n)	{ #n, KVM_UEFIVARS_EFI_##n }
	STATUS(SUCCESS), STATUS(INVALID_PARAMETER), STATUS(UNSUPPORTED),
	STATUS(DEVICE_ERROR), STATUS(WRITE_PROTECTED),
	STATUS(OUT_OF_RESOURCES), STATUS(NOT_FOUND), STATUS(ACCESS_DENIED),
	STATUS(SECURITY_VIOLATION),
};

static const char *status_name(kuv_status_t status)
{
	static char number[32];
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == (u64)status)
			return statuses[i].name;
	snprintf(number, sizeof(number), "%#llx", (unsigned long long)status);
	return number;
}

/* Is the status one of those in A|B|C? */
static bool status_in(kuv_status_t status, const char *wanted)
{
	const char *name = status_name(status), *p = wanted;
	size_t len = strlen(name);

	while ((p = strstr(p, name))) {
		if ((p == wanted || p[-1] == '|') &&
		    (!p[len] || p[len] == '|'))
			return true;
		p += len;
	}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(const char *text, u8 *out, size_t len)
{
	size_t i;

	if (strlen(text) != 2 * len)
		return false;
	for (i = 0; i < len; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (u8)(high << 4 | low);
	}
	return true;
}

static bool value_from_file(const char *dir, const char *name,
			    struct value *ret)
{
	char path[512];
	long len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/blobs/%s", dir, name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	rewind(f);
	ret->data = malloc(len ? (size_t)len : 1);
	ret->len = (u32)len;
	if (fread(ret->data, 1, (size_t)len, f) != (size_t)len)
		abort();
	fclose(f);
	return true;
}

/* xHEX or @FILE; the caller frees ret->data. */
static bool value_get(const struct call *c, const char *word,
		      struct value *ret)
{
	if (word[0] == '@')
		return value_from_file(c->dir, word + 1, ret);
	if (word[0] != 'x')
		return false;
	ret->len = (u32)strlen(word + 1) / 2;
	ret->data = malloc(ret->len ? ret->len : 1);
	if (from_hex(word + 1, ret->data, ret->len))
		return true;
	free(ret->data);
	return false;
}

/* Words 0 and 1: a name, "-" for the empty one, and a namespace. */
static bool take_name(struct call *c)
{
	const char *p = c->words[0];
	u32 len = 0;

	if (c->nr < 2 || !from_hex(c->words[1], c->guid, 16))
		return false;
	if (strcmp(p, "-") != 0)
		for (; *p && len < sizeof(c->utf16); p++) {
			c->utf16[len++] = (u8)*p;
			c->utf16[len++] = 0;
		}
	c->name = (struct kuv_name){ c->guid, c->utf16, len };
	return true;
}

/* Write a value and compare the status; frees the value. */
static const char *set_value(struct call *c, struct value *v,
			     const char *wanted)
{
	struct kuv_write w = { .name = c->name };
	kuv_status_t status;
	bool intact;

	w.attributes = (u32)strtoul(c->words[2], NULL, 0);
	w.data = v->data;
	w.len = v->len;
	status = machine_set(c->m, &w, &intact);
	free(v->data);
	if (!status_in(status, wanted))
		return FAIL("%s instead of %s", status_name(status), wanted);
	return intact ? NULL : FAIL("%s, but something changed",
				    status_name(status));
}

/* set NAME GUID ATTRIBUTES VALUE => STATUS */
static const char *do_set(struct call *c)
{
	struct value v;

	if (c->nr != 6 || !value_get(c, c->words[3], &v))
		return FAIL("bad line");
	return set_value(c, &v, c->words[5]);
}

/* flip NAME GUID ATTRIBUTES VALUE OFFSET MASK => STATUS */
static const char *do_flip(struct call *c)
{
	struct value v;
	u32 offset;

	if (c->nr != 8 || !value_get(c, c->words[3], &v))
		return FAIL("bad line");
	offset = (u32)strtoul(c->words[4], NULL, 0);
	if (offset >= v.len) {
		free(v.data);
		return FAIL("offset behind the value");
	}
	v.data[offset] ^= (u8)strtoul(c->words[5], NULL, 0);
	return set_value(c, &v, c->words[7]);
}

/* host NAME GUID ATTRIBUTES VALUE TIME */
static const char *do_host(struct call *c)
{
	kuv_status_t status;
	struct value v;
	u8 time[16];

	if (c->nr != 5 || !from_hex(c->words[4], time, sizeof(time)) ||
	    !value_get(c, c->words[3], &v))
		return FAIL("bad line");
	status = kuv_service_host_set(&c->m->s, &c->name,
				      (u32)strtoul(c->words[2], NULL, 0), time,
				      v.data, v.len, false, NULL);
	free(v.data);
	return status == KUV_SUCCESS ? NULL :
		FAIL("the host got %s", status_name(status));
}

static const struct kuv_var *find(struct call *c)
{
	return kuv_vardb_find_visible(&c->m->s.db, &c->name, false);
}

/* is NAME GUID VALUE [ATTRIBUTES] */
static const char *do_is(struct call *c)
{
	const struct kuv_var *var = find(c);
	struct value v;
	bool same;

	if (c->nr < 3 || !value_get(c, c->words[2], &v))
		return FAIL("bad line");
	same = var && var->data_len == v.len &&
	       !memcmp(kuv_var_data(var), v.data, v.len);
	free(v.data);
	if (!var)
		return FAIL("not there");
	if (!same)
		return FAIL("another value of %u bytes", var->data_len);
	if (c->nr > 3 && var->attributes != strtoul(c->words[3], NULL, 0))
		return FAIL("attributes are %#x", var->attributes);
	return NULL;
}

static const char *do_absent(struct call *c)
{
	return find(c) ? FAIL("there") : NULL;
}

/* time NAME GUID HEX */
static const char *do_time(struct call *c)
{
	const struct kuv_var *var = find(c);
	u8 time[16];

	if (c->nr != 3 || !from_hex(c->words[2], time, sizeof(time)))
		return FAIL("bad line");
	if (!var)
		return FAIL("not there");
	return memcmp(kuv_var_time(var), time, sizeof(time)) ?
		FAIL("another time") : NULL;
}

static const char *do_phase(struct call *c)
{
	if (!strcmp(c->words[0], "end-of-dxe"))
		kuv_service_end_of_dxe(&c->m->s, NULL);
	else if (!strcmp(c->words[0], "ready"))
		kuv_service_ready_to_boot(&c->m->s, NULL);
	else if (!strcmp(c->words[0], "runtime"))
		kuv_service_exit_boot_services(&c->m->s, NULL);
	else
		return FAIL("no such phase");
	return NULL;
}

static const char *do_reset(struct call *c)
{
	return kuv_service_reset(&c->m->s) ? FAIL("the reset failed") : NULL;
}

static const char *do_option(struct call *c)
{
	static const struct {
		const char *name;
		u32 bit;
	} options[] = {
		{ "force-secure-boot", KUV_OPT_FORCE_SECURE_BOOT },
		{ "no-custom-mode", KUV_OPT_NO_CUSTOM_MODE },
		{ "self-signed-pk", KUV_OPT_SELF_SIGNED_PK },
		{ "presence-delete", KUV_OPT_PRESENCE_DELETE },
		{ "audit-mode", KUV_OPT_AUDIT_MODE },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(options[i].name, c->words[0])) {
			c->m->s.options |= options[i].bit;
			return NULL;
		}
	return FAIL("no such option");
}

/* bound RSA BYTES MILLISECONDS: what the last write may have cost */
static const char *do_bound(struct call *c)
{
	const struct cost *cost = &c->m->cost;

	printf("# cost: %llu rsa, %llu bytes hashed, %llu us\n",
	       (unsigned long long)cost->rsa, (unsigned long long)cost->hashed,
	       (unsigned long long)cost->us);
	if (cost->rsa > strtoull(c->words[0], NULL, 0))
		return FAIL("too many RSA operations");
	if (cost->hashed > strtoull(c->words[1], NULL, 0))
		return FAIL("too much hashed");
	if (cost->us / 1000 > strtoull(c->words[2], NULL, 0))
		return FAIL("too slow");
	return NULL;
}

static const struct {
	const char *name;
	bool has_name;
	int words_min;
	const char *(*run)(struct call *c);
} commands[] = {
	{ "set", true, 6, do_set },
	{ "flip", true, 8, do_flip },
	{ "host", true, 5, do_host },
	{ "is", true, 3, do_is },
	{ "absent", true, 2, do_absent },
	{ "time", true, 3, do_time },
	{ "phase", false, 1, do_phase },
	{ "reset", false, 0, do_reset },
	{ "option", false, 1, do_option },
	{ "bound", false, 3, do_bound },
};

const char *command_run(struct machine *m, const char *dir, char *line)
{
	struct call c = { .m = m, .dir = dir };
	char *word, *at, *verb = strtok_r(line, " ", &at);
	size_t i;

	while (c.nr < WORDS_MAX && (word = strtok_r(NULL, " ", &at)))
		c.words[c.nr++] = word;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!verb || strcmp(commands[i].name, verb) != 0)
			continue;
		if (c.nr < commands[i].words_min ||
		    (commands[i].has_name && !take_name(&c)))
			return FAIL("bad line");
		return commands[i].run(&c);
	}
	return FAIL("no such command");
}
