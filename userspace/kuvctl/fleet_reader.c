// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a plan of kuvctl fleet: members of its objects, and files beside it. */
#include "fleet_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "fdio.h"

bool fleet_refuse(const struct fleet_reader *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->why, FLEET_WHY_MAX, format, ap);
	va_end(ap);
	return false;
}

void *fleet_checked(void *p)
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
bool fleet_check_keys(const struct fleet_reader *r, json_object *o, const char *what,
		       const char *const *known)
{
	if (!json_object_is_type(o, json_type_object))
		return fleet_refuse(r, "%s is no object", what);
	json_object_object_foreach(o, key, value) {
		(void)value;
		if (!is_known(key, known))
			return fleet_refuse(r, "%s has an unknown member \"%s\"",
				      what, key);
	}
	return true;
}

bool fleet_take_flag(const struct fleet_reader *r, json_object *o, const char *key,
		      bool *ret)
{
	json_object *v;

	if (!json_object_object_get_ex(o, key, &v))
		return true;
	if (!json_object_is_type(v, json_type_boolean))
		return fleet_refuse(r, "\"%s\" is true or false", key);
	*ret = json_object_get_boolean(v);
	return true;
}

bool fleet_take_text(const struct fleet_reader *r, json_object *o, const char *key,
		      char **ret)
{
	json_object *v;

	if (!json_object_object_get_ex(o, key, &v))
		return true;
	if (!json_object_is_type(v, json_type_string) ||
	    !json_object_get_string_len(v) ||
	    strlen(json_object_get_string(v)) !=
		    (size_t)json_object_get_string_len(v))
		return fleet_refuse(r, "\"%s\" is a text that is not empty", key);
	free(*ret);
	*ret = fleet_checked(strdup(json_object_get_string(v)));
	return true;
}

static bool add_word(const struct fleet_reader *r, json_object *v, const char *key,
		     struct fleet_words *ret)
{
	if (!json_object_is_type(v, json_type_string))
		return fleet_refuse(r, "\"%s\" is a text or a list of texts", key);
	ret->list = fleet_checked(reallocarray(ret->list, ret->nr + 1,
				       sizeof(*ret->list)));
	ret->list[ret->nr++] = fleet_checked(strdup(json_object_get_string(v)));
	return true;
}

/* One text, or a list of some. */
bool fleet_take_words(const struct fleet_reader *r, json_object *o, const char *key,
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

void fleet_free_words(struct fleet_words *w)
{
	for (size_t i = 0; i < w->nr; i++)
		free(w->list[i]);
	free(w->list);
	*w = (struct fleet_words){ 0 };
}

/* --- files --- */

/* A path beside the plan, to free(). */
char *fleet_beside(const struct fleet_reader *r, const char *path)
{
	const char *slash = strrchr(r->path, '/');
	char *ret;

	if (*path == '/' || !slash)
		return fleet_checked(strdup(path));
	if (asprintf(&ret, "%.*s/%s", (int)(slash - r->path), r->path, path) < 0)
		fleet_checked(NULL);
	return ret;
}

bool fleet_read_beside(const struct fleet_reader *r, const char *path,
			struct vard_var *v)
{
	_cleanup_free_ char *full = fleet_beside(r, path);
	_cleanup_close_ int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	void *data;
	size_t len;
	int err = fd < 0 ? -errno :
			   fdio_read_file(fd, FLEET_PLAN_MAX, &data, &len);

	if (err)
		return fleet_refuse(r, "%s: %s", full, strerror(-err));
	v->data = data;
	v->data_len = (uint32_t)len;
	return true;
}
