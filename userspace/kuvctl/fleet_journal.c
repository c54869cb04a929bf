// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal of kuvctl fleet apply: lines of JSON, each on disk before what follows it. */
#include "fleet_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cleanup.h"
#include "fdio.h"
#include "output.h"

#define VERSION 1

const char *const fleet_states[FLEET_NR_STATES] = {
	[FLEET_NEW] = "new", [FLEET_BEGUN] = "begun", [FLEET_DONE] = "done",
	[FLEET_UNCHANGED] = "unchanged", [FLEET_FAILED] = "failed",
	[FLEET_DOUBT] = "doubt", [FLEET_MOVED] = "moved",
};

/* --- writing --- */

/* One line, durable; frees @o. */
static int write_line(int fd, json_object *o)
{
	_cleanup_free_ char *line = NULL;
	int len = asprintf(&line, "%s\n",
			   json_object_to_json_string_ext(
				   o, JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE));
	int r;

	json_object_put(o);
	if (len < 0)
		return -ENOMEM;
	r = fdio_write_full(fd, line, (size_t)len);
	return r < 0 ? r : fsync(fd) < 0 ? -errno : 0;
}

static json_object *head_json(const struct fleet_journal *j, const char *hash)
{
	json_object *o = json_object_new_object();
	json_object *list = json_object_new_array();

	kuvctl_put_number(o, "kuvctl-fleet", VERSION);
	kuvctl_put_any(o, "plan", hash);
	for (size_t i = 0; i < j->nr; i++) {
		json_object *vm = json_object_new_object();

		kuvctl_put_any(vm, "vm", j->entries[i].vm);
		kuvctl_put_any(vm, "uuid", j->entries[i].uuid);
		json_object_array_add(list, vm);
	}
	json_object_object_add(o, "vms", list);
	return o;
}

static json_object *note_json(const struct fleet_entry *e)
{
	json_object *o = json_object_new_object();

	kuvctl_put_any(o, "vm", e->vm);
	kuvctl_put_any(o, "state", fleet_states[e->state]);
	kuvctl_put_any(o, "old", e->old_digest);
	kuvctl_put_any(o, "new", e->new_digest);
	if (e->pending)
		kuvctl_put_number(o, "pending", e->pending);
	kuvctl_put_any(o, "why", e->why);
	return o;
}

/* The first line, and one for each VM that is settled already. */
static int write_begin(int fd, const struct fleet_journal *j, const char *hash)
{
	int r = write_line(fd, head_json(j, hash));

	for (size_t i = 0; r >= 0 && i < j->nr; i++)
		if (j->entries[i].state != FLEET_NEW)
			r = write_line(fd, note_json(&j->entries[i]));
	return r;
}

/* The name appears with all of its beginning behind it. */
static int begin_file(const struct fleet_journal *j, const char *hash,
		      const char *path, const char *tmp, int *ret_fd)
{
	_cleanup_close_ int fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC |
						   O_APPEND | O_CLOEXEC,
				      0600);
	int r;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	r = write_begin(fd, j, hash);
	if (r >= 0 && link(tmp, path) < 0)
		r = -errno;
	unlink(tmp);
	if (r >= 0)
		r = fdio_sync_parent(path);
	if (r >= 0)
		*ret_fd = kuv_steal_fd(&fd);
	return r;
}

bool fleet_journal_create(struct fleet_journal *j, const char *path,
			  const char *hash, char why[FLEET_WHY_MAX])
{
	_cleanup_free_ char *tmp = NULL;
	int r = -ENOMEM;

	/* Of this process alone: another one may begin the same. */
	if (asprintf(&tmp, "%s.%d.tmp", path, (int)getpid()) >= 0)
		r = begin_file(j, hash, path, tmp, &j->fd);
	if (r == -EEXIST)
		return fleet_why(why, "%s: this plan was begun: go on with --resume, or remove the file to begin anew",
			      path);
	if (r < 0)
		return fleet_why(why, "%s: %s", path, strerror(-r));
	j->path = strdup(path);
	return j->path ? true : fleet_why(why, "no memory");
}

static void write_or_exit(struct fleet_journal *j, json_object *o)
{
	int r;

	if (j->fd < 0) {
		json_object_put(o);
		return;
	}
	r = write_line(j->fd, o);
	if (r < 0)
		fail(KUVCTL_EXIT_PARTLY,
		     "%s: %s; nothing more is changed: go on with --resume",
		     j->path, strerror(-r));
}

void fleet_journal_note(struct fleet_journal *j, const struct fleet_entry *e)
{
	write_or_exit(j, note_json(e));
}

void fleet_journal_finish(struct fleet_journal *j)
{
	json_object *o = json_object_new_object();

	if (j->is_finished) {
		json_object_put(o);
		return;
	}
	j->is_finished = true;
	kuvctl_put_flag(o, "finished", true);
	write_or_exit(j, o);
}

void fleet_entry_set(struct fleet_entry *e, enum fleet_state state,
		     const char *why)
{
	char *copy = why ? strdup(why) : NULL;

	if (why && !copy)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	free(e->why);
	e->why = copy;
	e->state = state;
}

/* --- reading --- */

static const char *text_of(json_object *o, const char *key)
{
	json_object *v;

	return json_object_object_get_ex(o, key, &v) ?
		       json_object_get_string(v) : "";
}

static void copy_text(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
}

static bool read_vms(struct fleet_journal *j, json_object *list)
{
	size_t n = json_object_array_length(list);

	j->entries = calloc(n ? n : 1, sizeof(*j->entries));
	if (!j->entries)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	for (; j->nr < n; j->nr++) {
		json_object *o = json_object_array_get_idx(list, j->nr);
		struct fleet_entry *e = &j->entries[j->nr];

		if (!json_object_is_type(o, json_type_object) ||
		    !*text_of(o, "vm"))
			return false;
		e->vm = strdup(text_of(o, "vm"));
		if (!e->vm)
			fail(KUVCTL_EXIT_INTERNAL, "no memory");
		copy_text(e->uuid, sizeof(e->uuid), text_of(o, "uuid"));
	}
	return true;
}

static bool read_head(struct fleet_journal *j, json_object *o, const char *hash,
		      char why[FLEET_WHY_MAX])
{
	json_object *version, *list;

	if (!json_object_object_get_ex(o, "kuvctl-fleet", &version) ||
	    !json_object_object_get_ex(o, "vms", &list) ||
	    !json_object_is_type(list, json_type_array))
		return fleet_why(why, "%s: no journal of kuvctl fleet", j->path);
	if (json_object_get_int(version) != VERSION)
		return fleet_why(why, "%s: a newer kuvctl wrote this", j->path);
	if (strcmp(text_of(o, "plan"), hash) != 0)
		return fleet_why(why, "%s: the plan, or a file that it names, is not the one that was begun",
			      j->path);
	return read_vms(j, list) ? true :
	       fleet_why(why, "%s: the list of VMs is damaged", j->path);
}

static struct fleet_entry *find(struct fleet_journal *j, const char *vm)
{
	for (size_t i = 0; i < j->nr; i++)
		if (!strcmp(j->entries[i].vm, vm))
			return &j->entries[i];
	return NULL;
}

static bool read_note(struct fleet_journal *j, json_object *o)
{
	struct fleet_entry *e = find(j, text_of(o, "vm"));
	const char *word = text_of(o, "state"), *why = text_of(o, "why");
	json_object *pending;

	if (json_object_object_get_ex(o, "finished", &pending)) {
		j->is_finished = true;
		return true;
	}
	for (int s = 0; e && s < FLEET_NR_STATES; s++) {
		if (strcmp(fleet_states[s], word) != 0)
			continue;
		fleet_entry_set(e, (enum fleet_state)s, *why ? why : NULL);
		copy_text(e->old_digest, 65, text_of(o, "old"));
		copy_text(e->new_digest, 65, text_of(o, "new"));
		e->pending = json_object_object_get_ex(o, "pending", &pending) ?
				     json_object_get_uint64(pending) : 0;
		return true;
	}
	return false;
}

static bool read_lines(struct fleet_journal *j, char *text, const char *hash,
		       char why[FLEET_WHY_MAX])
{
	unsigned int nr = 0;
	char *end;

	for (; (end = strchr(text, '\n')); text = end + 1) {
		json_object *o;
		bool ok;

		*end = 0;
		o = json_tokener_parse(text);
		ok = json_object_is_type(o, json_type_object);
		if (!ok || (nr && !read_note(j, o)))
			ok = fleet_why(why, "%s: line %u is damaged", j->path,
				    nr + 1);
		else if (!nr)
			ok = read_head(j, o, hash, why);
		json_object_put(o);
		if (!ok)
			return false;
		nr++;
	}
	return nr ? true : fleet_why(why, "%s: no journal of kuvctl fleet", j->path);
}

/* What a crash cut short was not said: nothing was done because of it. */
static int drop_tail(int fd, const char *text, size_t len)
{
	const char *last = memrchr(text, '\n', len);
	size_t whole = last ? (size_t)(last - text) + 1 : 0;

	if (whole == len)
		return 0;
	if (ftruncate(fd, (off_t)whole) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

bool fleet_journal_open(struct fleet_journal *j, const char *path,
			const char *hash, char why[FLEET_WHY_MAX])
{
	_cleanup_free_ void *text = NULL;
	size_t len = 0;
	int r;

	*j = (struct fleet_journal){ .fd = -1 };
	j->path = strdup(path);
	j->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
	if (j->fd < 0 || !j->path)
		return fleet_why(why, "%s: %s", path, errno == ENOENT ?
			      "nothing was begun, so there is nothing to resume" :
			      strerror(errno));
	if (flock(j->fd, LOCK_EX | LOCK_NB) < 0)
		return fleet_why(why, "%s: another kuvctl is at it", path);
	r = fdio_read_file(j->fd, FLEET_JOURNAL_MAX, &text, &len);
	if (!r)
		r = drop_tail(j->fd, text, len);
	if (r < 0)
		return fleet_why(why, "%s: %s", path, strerror(-r));
	return read_lines(j, text, hash, why);
}

void fleet_journal_close(struct fleet_journal *j)
{
	for (size_t i = 0; i < j->nr; i++) {
		free(j->entries[i].vm);
		free(j->entries[i].why);
	}
	free(j->entries);
	free(j->path);
	j->fd = kuv_close(j->fd);
	*j = (struct fleet_journal){ .fd = -1 };
}
