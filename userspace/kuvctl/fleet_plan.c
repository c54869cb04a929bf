// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan of kuvctl fleet apply: JSON to structures. */
#include "fleet_plan.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "cleanup.h"
#include "fleet_reader.h"

/* What SetVariable() is called with to append to dbx. */
#define ATTR_KEY	0x27
#define ATTR_APPEND	0x40
/* NV, BS, RT and authenticated by time. */
#define ATTR_STORED	0x27
#define ATTR_BS		0x02
/* EFI_TIME, then WIN_CERTIFICATE_UEFI_GUID. */
#define DESCRIPTOR_MIN	40

/* --- actions --- */

static bool take_guid(const struct fleet_reader *r, json_object *o,
		      struct vard_var *v)
{
	json_object *value;

	if (!json_object_object_get_ex(o, "guid", &value) ||
	    !vard_guid_parse(json_object_get_string(value), v->guid))
		return fleet_refuse(r, "a variable needs its \"guid\"");
	return true;
}

static bool take_name(const struct fleet_reader *r, json_object *o,
		      struct vard_var *v)
{
	json_object *value;
	uint8_t *name = NULL;
	const char *bad;

	if (!json_object_object_get_ex(o, "name", &value) ||
	    !json_object_is_type(value, json_type_string))
		return fleet_refuse(r, "a variable needs its \"name\"");
	if (vard_name_from_utf8(json_object_get_string(value),
				(size_t)json_object_get_string_len(value),
				&name, &v->name_len) < 0)
		return fleet_refuse(r, "the name of a variable is not UTF-8");
	v->name = name;
	bad = vard_var_check_name(v->name, v->name_len);
	return bad ? fleet_refuse(r, "name of a variable: %s", bad) : true;
}

static bool take_hex(const struct fleet_reader *r, const char *text,
		     struct vard_var *v)
{
	size_t len = strlen(text);
	uint8_t *data = fleet_checked(malloc(len / 2 + 1));

	v->data = data;
	v->data_len = (uint32_t)(len / 2);
	return vard_hex_parse(text, len, data) ? true :
	       fleet_refuse(r, "\"data\" is pairs of hexadecimal digits");
}

static bool take_data(const struct fleet_reader *r, json_object *o,
		      struct vard_var *v)
{
	json_object *data, *file;
	bool has_data = json_object_object_get_ex(o, "data", &data);

	if (has_data == json_object_object_get_ex(o, "file", &file))
		return fleet_refuse(r, "a variable to set needs \"data\" or \"file\"");
	return has_data ? take_hex(r, json_object_get_string(data), v) :
			  fleet_read_beside(r, json_object_get_string(file), v);
}

static bool take_attributes(const struct fleet_reader *r, json_object *o,
			    struct vard_var *v)
{
	json_object *value;

	if (!json_object_object_get_ex(o, "attributes", &value) ||
	    !json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) < 0 ||
	    json_object_get_int64(value) > ATTR_STORED)
		return fleet_refuse(r, "a variable to set needs its \"attributes\", a number such as 7");
	v->attributes = (uint32_t)json_object_get_int64(value);
	return true;
}

static bool take_set(const struct fleet_reader *r, json_object *o,
		     struct fleet_action *a)
{
	static const char *const known[] = { "name", "guid", "attributes",
					     "data", "file", NULL };
	const char *bad;

	a->kind = FLEET_SET;
	if (!fleet_check_keys(r, o, "\"set\"", known) || !take_name(r, o, &a->v) ||
	    !take_guid(r, o, &a->v) || !take_attributes(r, o, &a->v) ||
	    !take_data(r, o, &a->v))
		return false;
	bad = vard_var_check(&a->v);
	return bad ? fleet_refuse(r, "variable to set: %s", bad) : true;
}

static bool take_delete(const struct fleet_reader *r, json_object *o,
			struct fleet_action *a)
{
	static const char *const known[] = { "name", "guid", NULL };

	a->kind = FLEET_DELETE;
	return fleet_check_keys(r, o, "\"delete\"", known) &&
	       take_name(r, o, &a->v) && take_guid(r, o, &a->v);
}

static bool take_dbx(const struct fleet_reader *r, json_object *o,
		     struct fleet_action *a)
{
	static const uint8_t name[] = { 'd', 0, 'b', 0, 'x', 0 };
	uint8_t *copy = fleet_checked(malloc(sizeof(name)));

	a->kind = FLEET_APPEND;
	memcpy(copy, name, sizeof(name));
	a->v.name = copy;
	a->v.name_len = sizeof(name);
	a->v.attributes = ATTR_KEY | ATTR_APPEND;
	memcpy(a->v.guid, show_security, 16);
	if (!json_object_is_type(o, json_type_string))
		return fleet_refuse(r, "\"dbx-update\" is the name of a file");
	if (!fleet_read_beside(r, json_object_get_string(o), &a->v))
		return false;
	return a->v.data_len > DESCRIPTOR_MIN ? true :
	       fleet_refuse(r, "%s is no signed update", json_object_get_string(o));
}

/* Where certificates go that are not known. */
static bool take_into(const struct fleet_reader *r, json_object *action,
		      enum pcr_var *ret)
{
	json_object *v;

	if (!json_object_object_get_ex(action, "into", &v))
		return true;
	if (!strcmp(json_object_get_string(v), "KEK"))
		*ret = PCR_KEK;
	else if (!strcmp(json_object_get_string(v), "db"))
		*ret = PCR_DB;
	else
		return fleet_refuse(r, "\"into\" is KEK or db");
	return true;
}

static bool take_enroll(const struct fleet_reader *r, json_object *action,
			struct fleet_action *a)
{
	_cleanup_free_ char *dir = r->p->certs ? fleet_beside(r, r->p->certs) : NULL;
	struct enroll_options options = { .certs_dir = dir };
	struct fleet_words words = { 0 };
	bool ok = fleet_take_words(r, action, "enroll", &words) &&
		  take_into(r, action, &options.into);

	a->kind = FLEET_ENROLL;
	if (ok && !words.nr)
		ok = fleet_refuse(r, "\"enroll\" names no certificates");
	for (size_t i = 0; ok && i < words.nr; i++) {
		char *word = words.list[i];

		/* A file, or the directory behind "own". */
		if (strchr(word, '/') || strchr(word, '.') ||
		    (i && !strcmp(words.list[i - 1], "own"))) {
			words.list[i] = fleet_beside(r, word);
			free(word);
		}
	}
	if (ok)
		enroll_collect(&a->set, words.list, (int)words.nr, &options);
	fleet_free_words(&words);
	return ok && fleet_take_flag(r, action, "replace", &a->replace);
}

static bool take_one_action(const struct fleet_reader *r, json_object *o,
			    struct fleet_action *a)
{
	json_object *v;

	if (json_object_object_get_ex(o, "enroll", &v))
		return take_enroll(r, o, a);
	if (json_object_object_length(o) != 1)
		return fleet_refuse(r, "an action is one of enroll, dbx-update, set and delete");
	if (json_object_object_get_ex(o, "dbx-update", &v))
		return take_dbx(r, v, a);
	if (json_object_object_get_ex(o, "set", &v))
		return take_set(r, v, a);
	json_object_object_get_ex(o, "delete", &v);
	return take_delete(r, v, a);
}

static bool take_actions(const struct fleet_reader *r, json_object *o)
{
	static const char *const known[] = { "enroll", "into", "replace",
					     "dbx-update", "set", "delete",
					     NULL };
	struct fleet_plan *p = r->p;
	json_object *list;
	size_t n;

	if (!json_object_object_get_ex(o, "actions", &list) ||
	    !json_object_is_type(list, json_type_array) ||
	    !json_object_array_length(list))
		return fleet_refuse(r, "a plan needs \"actions\", a list");
	n = json_object_array_length(list);
	p->actions = fleet_checked(calloc(n, sizeof(*p->actions)));
	while (p->nr_actions < n) {
		json_object *one = json_object_array_get_idx(list,
							     p->nr_actions);

		if (!fleet_check_keys(r, one, "an action", known) ||
		    !take_one_action(r, one, &p->actions[p->nr_actions++]))
			return false;
	}
	return true;
}

/* --- selection and stages --- */

static bool find_one(const struct fleet_reader *r, const char *key, json_object *v)
{
	struct fleet_plan *p = r->p;
	bool is_path = json_object_is_type(v, json_type_string) &&
		       strcmp(key, "dbx-below") != 0 &&
		       strpbrk(json_object_get_string(v), "./");
	_cleanup_free_ char *path =
		is_path ? fleet_beside(r, json_object_get_string(v)) : NULL;

	return fleet_find_add(&p->find, key,
			      path ? path : json_object_get_string(v), r->why);
}

static bool find_key(const struct fleet_reader *r, const char *key, json_object *v)
{
	int needs_value = fleet_find_needs_value(key);

	if (needs_value < 0)
		return fleet_refuse(r, "\"find\" has an unknown member \"%s\"", key);
	if (!needs_value && !json_object_is_type(v, json_type_boolean))
		return fleet_refuse(r, "\"%s\" is true or false", key);
	if (!needs_value)
		return json_object_get_boolean(v) ? find_one(r, key, v) : true;
	if (!json_object_is_type(v, json_type_array))
		return find_one(r, key, v);
	for (size_t i = 0; i < json_object_array_length(v); i++)
		if (!find_one(r, key, json_object_array_get_idx(v, i)))
			return false;
	return true;
}

static bool take_find(const struct fleet_reader *r, json_object *select)
{
	json_object *o;

	if (!json_object_object_get_ex(select, "find", &o))
		return true;
	if (!json_object_is_type(o, json_type_object))
		return fleet_refuse(r, "\"find\" is no object");
	r->p->has_find = true;
	json_object_object_foreach(o, key, value)
		if (!find_key(r, key, value))
			return false;
	fleet_find_finish(&r->p->find);
	return true;
}

/* Nobody changes all VMs by leaving something out. */
static bool take_select(const struct fleet_reader *r, json_object *o)
{
	static const char *const known[] = { "vms", "except", "find", NULL };
	json_object *select;

	if (!json_object_object_get_ex(o, "select", &select))
		return fleet_refuse(r, "a plan needs \"select\"; {\"vms\": \"*\"} selects all VMs");
	if (!fleet_check_keys(r, select, "\"select\"", known) ||
	    !fleet_take_words(r, select, "vms", &r->p->vms) ||
	    !fleet_take_words(r, select, "except", &r->p->except) ||
	    !take_find(r, select))
		return false;
	return r->p->vms.nr ? true :
	       fleet_refuse(r, "\"select\" needs \"vms\"; \"*\" selects all");
}

static bool take_number(const struct fleet_reader *r, json_object *v,
			const char *what, int64_t min, int64_t max,
			int64_t *ret)
{
	if (!json_object_is_type(v, json_type_int) ||
	    json_object_get_int64(v) < min || json_object_get_int64(v) > max)
		return fleet_refuse(r, "%s is a number from %lld to %lld", what,
			      (long long)min, (long long)max);
	*ret = json_object_get_int64(v);
	return true;
}

static bool take_size(const struct fleet_reader *r, json_object *v,
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

static bool take_stage(const struct fleet_reader *r, json_object *o,
		       struct fleet_stage *s)
{
	static const char *const known[] = { "size", "pause", NULL };
	json_object *v = NULL;
	int64_t pause = 0;

	if (!json_object_is_type(o, json_type_object))
		return take_size(r, o, s);
	if (!fleet_check_keys(r, o, "a stage", known))
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

static bool take_stages(const struct fleet_reader *r, json_object *o)
{
	struct fleet_plan *p = r->p;
	json_object *list = NULL;
	size_t n = 0;

	if (json_object_object_get_ex(o, "stages", &list)) {
		if (!json_object_is_type(list, json_type_array) ||
		    !json_object_array_length(list))
			return fleet_refuse(r, "\"stages\" is a list such as [1, 10, \"rest\"]");
		n = json_object_array_length(list);
	}
	/* Without any there is one. */
	p->stages = fleet_checked(calloc(n ? n : 1, sizeof(*p->stages)));
	p->nr_stages = n ? n : 1;
	for (size_t i = 0; i < n; i++) {
		if (!take_stage(r, json_object_array_get_idx(list, i),
				&p->stages[i]))
			return false;
		if (!p->stages[i].size && i + 1 < n)
			return fleet_refuse(r, "nothing is left for a stage behind \"rest\"");
	}
	return true;
}

static bool take_stop(const struct fleet_reader *r, json_object *o)
{
	static const char *const known[] = { "running", "pending", "setup-mode",
					     "unchanged", NULL };
	struct fleet_plan *p = r->p;
	json_object *stop;

	if (!json_object_object_get_ex(o, "stop", &stop))
		return true;
	return fleet_check_keys(r, stop, "\"stop\"", known) &&
	       fleet_take_flag(r, stop, "running", &p->stop_running) &&
	       fleet_take_flag(r, stop, "pending", &p->stop_pending) &&
	       fleet_take_flag(r, stop, "setup-mode", &p->stop_setup) &&
	       fleet_take_flag(r, stop, "unchanged", &p->stop_unchanged);
}

static bool take_name_of_plan(const struct fleet_reader *r, json_object *o)
{
	const char *slash = strrchr(r->path, '/');

	r->p->name = fleet_checked(strdup(slash ? slash + 1 : r->path));
	if (!fleet_take_text(r, o, "name", &r->p->name))
		return false;
	vard_text_clean(r->p->name);
	return strlen(r->p->name) <= 128 ? true :
	       fleet_refuse(r, "the name of a plan has at most 128 bytes");
}

static bool take_plan(const struct fleet_reader *r, json_object *o)
{
	static const char *const known[] = {
		"name", "select", "actions", "stages", "certs", "snapshot",
		"at-next-boot", "stop", NULL,
	};
	struct fleet_plan *p = r->p;

	p->snapshot = true;
	return fleet_check_keys(r, o, "the plan", known) && take_name_of_plan(r, o) &&
	       fleet_take_text(r, o, "certs", &p->certs) && take_select(r, o) &&
	       take_stages(r, o) && take_stop(r, o) &&
	       fleet_take_flag(r, o, "snapshot", &p->snapshot) &&
	       fleet_take_flag(r, o, "at-next-boot", &p->at_next_boot) &&
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
	EVP_MD_CTX *ctx = fleet_checked(EVP_MD_CTX_new());
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
	const struct fleet_reader r = { .p = ret, .path = path, .why = why };
	json_tokener *tok = fleet_checked(json_tokener_new());
	json_object *o;
	bool ok;

	*ret = (struct fleet_plan){ 0 };
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
					    JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, (int)len);
	if (o && json_tokener_get_parse_end(tok) == len)
		ok = take_plan(&r, o);
	else
		ok = fleet_refuse(&r, "not JSON: %s",
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
	fleet_free_words(&p->vms);
	fleet_free_words(&p->except);
	fleet_find_free(&p->find);
	free(p->certs);
	free(p->name);
	*p = (struct fleet_plan){ 0 };
}
