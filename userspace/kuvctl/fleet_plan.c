// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan of kuvctl fleet apply: JSON to structures. */
#include "fleet_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "cleanup.h"
#include "fdio.h"

/* What SetVariable() is called with to append to dbx. */
#define ATTR_KEY	0x27
#define ATTR_APPEND	0x40
/* NV, BS, RT and authenticated by time. */
#define ATTR_STORED	0x27
#define ATTR_BS		0x02
/* EFI_TIME, then WIN_CERTIFICATE_UEFI_GUID. */
#define DESCRIPTOR_MIN	40

/* A plan while it is read. */
struct reader {
	struct fleet_plan *p;
	const char *path;
	char *why;
};

static __attribute__((format(printf, 2, 3))) bool
refuse(const struct reader *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->why, FLEET_WHY_MAX, format, ap);
	va_end(ap);
	return false;
}

static void *check(void *p)
{
	if (!p)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	return p;
}

/* --- members of objects --- */

static bool is_known(const char *key, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(key, *known))
			return true;
	return false;
}

/* A word that is misspelt must not be a word that is left out. */
static bool check_keys(const struct reader *r, json_object *o, const char *what,
		       const char *const *known)
{
	if (!json_object_is_type(o, json_type_object))
		return refuse(r, "%s is no object", what);
	json_object_object_foreach(o, key, value) {
		(void)value;
		if (!is_known(key, known))
			return refuse(r, "%s has an unknown member \"%s\"",
				      what, key);
	}
	return true;
}

static bool take_flag(const struct reader *r, json_object *o, const char *key,
		      bool *ret)
{
	json_object *v;

	if (!json_object_object_get_ex(o, key, &v))
		return true;
	if (!json_object_is_type(v, json_type_boolean))
		return refuse(r, "\"%s\" is true or false", key);
	*ret = json_object_get_boolean(v);
	return true;
}

static bool take_text(const struct reader *r, json_object *o, const char *key,
		      char **ret)
{
	json_object *v;

	if (!json_object_object_get_ex(o, key, &v))
		return true;
	if (!json_object_is_type(v, json_type_string) ||
	    !json_object_get_string_len(v) ||
	    strlen(json_object_get_string(v)) !=
		    (size_t)json_object_get_string_len(v))
		return refuse(r, "\"%s\" is a text that is not empty", key);
	free(*ret);
	*ret = check(strdup(json_object_get_string(v)));
	return true;
}

static bool add_word(const struct reader *r, json_object *v, const char *key,
		     struct fleet_words *ret)
{
	if (!json_object_is_type(v, json_type_string))
		return refuse(r, "\"%s\" is a text or a list of texts", key);
	ret->list = check(reallocarray(ret->list, ret->nr + 1,
				       sizeof(*ret->list)));
	ret->list[ret->nr++] = check(strdup(json_object_get_string(v)));
	return true;
}

/* One text, or a list of some. */
static bool take_words(const struct reader *r, json_object *o, const char *key,
		       struct fleet_words *ret)
{
	json_object *v;

	if (!json_object_object_get_ex(o, key, &v))
		return true;
	if (!json_object_is_type(v, json_type_array))
		return add_word(r, v, key, ret);
	for (size_t i = 0; i < json_object_array_length(v); i++)
		if (!add_word(r, json_object_array_get_idx(v, i), key, ret))
			return false;
	return true;
}

static void free_words(struct fleet_words *w)
{
	for (size_t i = 0; i < w->nr; i++)
		free(w->list[i]);
	free(w->list);
	*w = (struct fleet_words){ 0 };
}

/* --- files --- */

/* A path beside the plan, to free(). */
static char *beside(const struct reader *r, const char *path)
{
	const char *slash = strrchr(r->path, '/');
	char *ret;

	if (*path == '/' || !slash)
		return check(strdup(path));
	if (asprintf(&ret, "%.*s/%s", (int)(slash - r->path), r->path, path) < 0)
		check(NULL);
	return ret;
}

static bool read_beside(const struct reader *r, const char *path,
			struct vard_var *v)
{
	_cleanup_free_ char *full = beside(r, path);
	_cleanup_close_ int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	void *data;
	size_t len;
	int err = fd < 0 ? -errno :
			   fdio_read_file(fd, FLEET_PLAN_MAX, &data, &len);

	if (err)
		return refuse(r, "%s: %s", full, strerror(-err));
	v->data = data;
	v->data_len = (uint32_t)len;
	return true;
}

/* --- actions --- */

static bool take_guid(const struct reader *r, json_object *o,
		      struct vard_var *v)
{
	json_object *value;

	if (!json_object_object_get_ex(o, "guid", &value) ||
	    !vard_guid_parse(json_object_get_string(value), v->guid))
		return refuse(r, "a variable needs its \"guid\"");
	return true;
}

static bool take_name(const struct reader *r, json_object *o,
		      struct vard_var *v)
{
	json_object *value;
	uint8_t *name = NULL;
	const char *bad;

	if (!json_object_object_get_ex(o, "name", &value) ||
	    !json_object_is_type(value, json_type_string))
		return refuse(r, "a variable needs its \"name\"");
	if (vard_name_from_utf8(json_object_get_string(value),
				(size_t)json_object_get_string_len(value),
				&name, &v->name_len) < 0)
		return refuse(r, "the name of a variable is not UTF-8");
	v->name = name;
	bad = vard_var_check_name(v->name, v->name_len);
	return bad ? refuse(r, "name of a variable: %s", bad) : true;
}

static bool take_hex(const struct reader *r, const char *text,
		     struct vard_var *v)
{
	size_t len = strlen(text);
	uint8_t *data = check(malloc(len / 2 + 1));

	v->data = data;
	v->data_len = (uint32_t)(len / 2);
	return vard_hex_parse(text, len, data) ? true :
	       refuse(r, "\"data\" is pairs of hexadecimal digits");
}

static bool take_data(const struct reader *r, json_object *o,
		      struct vard_var *v)
{
	json_object *data, *file;
	bool has_data = json_object_object_get_ex(o, "data", &data);

	if (has_data == json_object_object_get_ex(o, "file", &file))
		return refuse(r, "a variable to set needs \"data\" or \"file\"");
	return has_data ? take_hex(r, json_object_get_string(data), v) :
			  read_beside(r, json_object_get_string(file), v);
}

static bool take_attributes(const struct reader *r, json_object *o,
			    struct vard_var *v)
{
	json_object *value;

	if (!json_object_object_get_ex(o, "attributes", &value) ||
	    !json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) < 0 ||
	    json_object_get_int64(value) > ATTR_STORED)
		return refuse(r, "a variable to set needs its \"attributes\", a number such as 7");
	v->attributes = (uint32_t)json_object_get_int64(value);
	return true;
}

static bool take_set(const struct reader *r, json_object *o,
		     struct fleet_action *a)
{
	static const char *const known[] = { "name", "guid", "attributes",
					     "data", "file", NULL };
	const char *bad;

	a->kind = FLEET_SET;
	if (!check_keys(r, o, "\"set\"", known) || !take_name(r, o, &a->v) ||
	    !take_guid(r, o, &a->v) || !take_attributes(r, o, &a->v) ||
	    !take_data(r, o, &a->v))
		return false;
	bad = vard_var_check(&a->v);
	return bad ? refuse(r, "variable to set: %s", bad) : true;
}

static bool take_delete(const struct reader *r, json_object *o,
			struct fleet_action *a)
{
	static const char *const known[] = { "name", "guid", NULL };

	a->kind = FLEET_DELETE;
	return check_keys(r, o, "\"delete\"", known) &&
	       take_name(r, o, &a->v) && take_guid(r, o, &a->v);
}

static bool take_dbx(const struct reader *r, json_object *o,
		     struct fleet_action *a)
{
	static const uint8_t name[] = { 'd', 0, 'b', 0, 'x', 0 };
	uint8_t *copy = check(malloc(sizeof(name)));

	a->kind = FLEET_APPEND;
	memcpy(copy, name, sizeof(name));
	a->v.name = copy;
	a->v.name_len = sizeof(name);
	a->v.attributes = ATTR_KEY | ATTR_APPEND;
	memcpy(a->v.guid, fleet_security, 16);
	if (!json_object_is_type(o, json_type_string))
		return refuse(r, "\"dbx-update\" is the name of a file");
	if (!read_beside(r, json_object_get_string(o), &a->v))
		return false;
	return a->v.data_len > DESCRIPTOR_MIN ? true :
	       refuse(r, "%s is no signed update", json_object_get_string(o));
}

static bool take_enroll(const struct reader *r, json_object *action,
			struct fleet_action *a)
{
	_cleanup_free_ char *dir = r->p->certs ? beside(r, r->p->certs) : NULL;
	struct enroll_options options = { .certs_dir = dir };
	struct fleet_words words = { 0 };
	bool ok = take_words(r, action, "enroll", &words);

	a->kind = FLEET_ENROLL;
	if (ok && !words.nr)
		ok = refuse(r, "\"enroll\" names no certificates");
	for (size_t i = 0; ok && i < words.nr; i++) {
		char *word = words.list[i];

		/* A file, or the directory behind "own". */
		if (strchr(word, '/') || strchr(word, '.') ||
		    (i && !strcmp(words.list[i - 1], "own"))) {
			words.list[i] = beside(r, word);
			free(word);
		}
	}
	if (ok)
		enroll_collect(&a->set, words.list, (int)words.nr, &options);
	free_words(&words);
	return ok && take_flag(r, action, "replace", &a->replace);
}

static bool take_one_action(const struct reader *r, json_object *o,
			    struct fleet_action *a)
{
	json_object *v;

	if (json_object_object_get_ex(o, "enroll", &v))
		return take_enroll(r, o, a);
	if (json_object_object_length(o) != 1)
		return refuse(r, "an action is one of enroll, dbx-update, set and delete");
	if (json_object_object_get_ex(o, "dbx-update", &v))
		return take_dbx(r, v, a);
	if (json_object_object_get_ex(o, "set", &v))
		return take_set(r, v, a);
	json_object_object_get_ex(o, "delete", &v);
	return take_delete(r, v, a);
}

static bool take_actions(const struct reader *r, json_object *o)
{
	static const char *const known[] = { "enroll", "replace", "dbx-update",
					     "set", "delete", NULL };
	struct fleet_plan *p = r->p;
	json_object *list;
	size_t n;

	if (!json_object_object_get_ex(o, "actions", &list) ||
	    !json_object_is_type(list, json_type_array) ||
	    !json_object_array_length(list))
		return refuse(r, "a plan needs \"actions\", a list");
	n = json_object_array_length(list);
	p->actions = check(calloc(n, sizeof(*p->actions)));
	while (p->nr_actions < n) {
		json_object *one = json_object_array_get_idx(list,
							     p->nr_actions);

		if (!check_keys(r, one, "an action", known) ||
		    !take_one_action(r, one, &p->actions[p->nr_actions++]))
			return false;
	}
	return true;
}

/* --- selection and stages --- */

static bool find_one(const struct reader *r, const char *key, json_object *v)
{
	struct fleet_plan *p = r->p;
	bool is_path = json_object_is_type(v, json_type_string) &&
		       strcmp(key, "dbx-below") != 0 &&
		       strpbrk(json_object_get_string(v), "./");
	_cleanup_free_ char *path =
		is_path ? beside(r, json_object_get_string(v)) : NULL;

	return fleet_find_add(&p->find, key,
			      path ? path : json_object_get_string(v), r->why);
}

static bool find_key(const struct reader *r, const char *key, json_object *v)
{
	int needs_value = fleet_find_needs_value(key);

	if (needs_value < 0)
		return refuse(r, "\"find\" has an unknown member \"%s\"", key);
	if (!needs_value && !json_object_is_type(v, json_type_boolean))
		return refuse(r, "\"%s\" is true or false", key);
	if (!needs_value)
		return json_object_get_boolean(v) ? find_one(r, key, v) : true;
	if (!json_object_is_type(v, json_type_array))
		return find_one(r, key, v);
	for (size_t i = 0; i < json_object_array_length(v); i++)
		if (!find_one(r, key, json_object_array_get_idx(v, i)))
			return false;
	return true;
}

static bool take_find(const struct reader *r, json_object *select)
{
	json_object *o;

	if (!json_object_object_get_ex(select, "find", &o))
		return true;
	if (!json_object_is_type(o, json_type_object))
		return refuse(r, "\"find\" is no object");
	r->p->has_find = true;
	json_object_object_foreach(o, key, value)
		if (!find_key(r, key, value))
			return false;
	fleet_find_finish(&r->p->find);
	return true;
}

/* Nobody changes all VMs by leaving something out. */
static bool take_select(const struct reader *r, json_object *o)
{
	static const char *const known[] = { "vms", "except", "find", NULL };
	json_object *select;

	if (!json_object_object_get_ex(o, "select", &select))
		return refuse(r, "a plan needs \"select\"; {\"vms\": \"*\"} selects all VMs");
	if (!check_keys(r, select, "\"select\"", known) ||
	    !take_words(r, select, "vms", &r->p->vms) ||
	    !take_words(r, select, "except", &r->p->except) ||
	    !take_find(r, select))
		return false;
	return r->p->vms.nr ? true :
	       refuse(r, "\"select\" needs \"vms\"; \"*\" selects all");
}

static bool take_number(const struct reader *r, json_object *v,
			const char *what, int64_t min, int64_t max,
			int64_t *ret)
{
	if (!json_object_is_type(v, json_type_int) ||
	    json_object_get_int64(v) < min || json_object_get_int64(v) > max)
		return refuse(r, "%s is a number from %lld to %lld", what,
			      (long long)min, (long long)max);
	*ret = json_object_get_int64(v);
	return true;
}

static bool take_size(const struct reader *r, json_object *v,
		      struct fleet_stage *s)
{
	int64_t size = 0;

	if (json_object_is_type(v, json_type_string) &&
	    !strcmp(json_object_get_string(v), "rest"))
		return true;
	if (!take_number(r, v, "the size of a stage, if not \"rest\",", 1,
			 1000000, &size))
		return false;
	s->size = (size_t)size;
	return true;
}

static bool take_stage(const struct reader *r, json_object *o,
		       struct fleet_stage *s)
{
	static const char *const known[] = { "size", "pause", NULL };
	json_object *v = NULL;
	int64_t pause = 0;

	if (!json_object_is_type(o, json_type_object))
		return take_size(r, o, s);
	if (!check_keys(r, o, "a stage", known))
		return false;
	json_object_object_get_ex(o, "size", &v);
	if (!take_size(r, v, s))
		return false;
	if (json_object_object_get_ex(o, "pause", &v) &&
	    !take_number(r, v, "the pause of a stage", 0, FLEET_PAUSE_MAX,
			 &pause))
		return false;
	s->pause = (unsigned int)pause;
	return true;
}

static bool take_stages(const struct reader *r, json_object *o)
{
	struct fleet_plan *p = r->p;
	json_object *list = NULL;
	size_t n = 0;

	if (json_object_object_get_ex(o, "stages", &list)) {
		if (!json_object_is_type(list, json_type_array) ||
		    !json_object_array_length(list))
			return refuse(r, "\"stages\" is a list such as [1, 10, \"rest\"]");
		n = json_object_array_length(list);
	}
	/* Without any there is one. */
	p->stages = check(calloc(n ? n : 1, sizeof(*p->stages)));
	p->nr_stages = n ? n : 1;
	for (size_t i = 0; i < n; i++) {
		if (!take_stage(r, json_object_array_get_idx(list, i),
				&p->stages[i]))
			return false;
		if (!p->stages[i].size && i + 1 < n)
			return refuse(r, "nothing is left for a stage behind \"rest\"");
	}
	return true;
}

static bool take_stop(const struct reader *r, json_object *o)
{
	static const char *const known[] = { "running", "pending", "setup-mode",
					     "unchanged", NULL };
	struct fleet_plan *p = r->p;
	json_object *stop;

	if (!json_object_object_get_ex(o, "stop", &stop))
		return true;
	return check_keys(r, stop, "\"stop\"", known) &&
	       take_flag(r, stop, "running", &p->stop_running) &&
	       take_flag(r, stop, "pending", &p->stop_pending) &&
	       take_flag(r, stop, "setup-mode", &p->stop_setup) &&
	       take_flag(r, stop, "unchanged", &p->stop_unchanged);
}

static bool take_name_of_plan(const struct reader *r, json_object *o)
{
	const char *slash = strrchr(r->path, '/');

	r->p->name = check(strdup(slash ? slash + 1 : r->path));
	if (!take_text(r, o, "name", &r->p->name))
		return false;
	vard_text_clean(r->p->name);
	return strlen(r->p->name) <= 128 ? true :
	       refuse(r, "the name of a plan has at most 128 bytes");
}

static bool take_plan(const struct reader *r, json_object *o)
{
	static const char *const known[] = {
		"name", "select", "actions", "stages", "certs", "snapshot",
		"at-next-boot", "stop", NULL,
	};
	struct fleet_plan *p = r->p;

	p->snapshot = true;
	return check_keys(r, o, "the plan", known) && take_name_of_plan(r, o) &&
	       take_text(r, o, "certs", &p->certs) && take_select(r, o) &&
	       take_stages(r, o) && take_stop(r, o) &&
	       take_flag(r, o, "snapshot", &p->snapshot) &&
	       take_flag(r, o, "at-next-boot", &p->at_next_boot) &&
	       take_actions(r, o);
}

/* --- the whole --- */

static void hash_action(EVP_MD_CTX *ctx, const struct fleet_action *a)
{
	for (size_t i = 0; i < a->set.nr; i++)
		EVP_DigestUpdate(ctx, a->set.certs[i].info.sha256, 32);
	EVP_DigestUpdate(ctx, &a->v.data_len, sizeof(a->v.data_len));
	if (a->v.data_len)
		EVP_DigestUpdate(ctx, a->v.data, a->v.data_len);
}

/* Two plans that do not do the same have different ones. */
static void hash_plan(struct fleet_plan *p, const char *text, size_t len)
{
	EVP_MD_CTX *ctx = check(EVP_MD_CTX_new());
	uint8_t hash[32];

	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	EVP_DigestUpdate(ctx, text, len);
	for (size_t i = 0; i < p->nr_actions; i++)
		hash_action(ctx, &p->actions[i]);
	if (EVP_DigestFinal_ex(ctx, hash, NULL) != 1)
		fail(KUVCTL_EXIT_INTERNAL, "no SHA-256");
	EVP_MD_CTX_free(ctx);
	cert_hex(hash, sizeof(hash), p->hash);
}

bool fleet_plan_parse(const char *text, size_t len, const char *path,
		      struct fleet_plan *ret, char why[FLEET_WHY_MAX])
{
	const struct reader r = { .p = ret, .path = path, .why = why };
	json_tokener *tok = check(json_tokener_new());
	json_object *o;
	bool ok;

	*ret = (struct fleet_plan){ 0 };
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
					    JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, (int)len);
	if (o && json_tokener_get_parse_end(tok) == len)
		ok = take_plan(&r, o);
	else
		ok = refuse(&r, "not JSON: %s",
			    json_tokener_error_desc(json_tokener_get_error(tok)));
	if (ok)
		hash_plan(ret, text, len);
	json_object_put(o);
	json_tokener_free(tok);
	return ok;
}

void fleet_plan_free(struct fleet_plan *p)
{
	for (size_t i = 0; i < p->nr_actions; i++) {
		enroll_set_free(&p->actions[i].set);
		kuvctl_var_free(&p->actions[i].v);
	}
	free(p->actions);
	free(p->stages);
	free_words(&p->vms);
	free_words(&p->except);
	fleet_find_free(&p->find);
	free(p->certs);
	free(p->name);
	*p = (struct fleet_plan){ 0 };
}
