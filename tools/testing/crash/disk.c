// SPDX-License-Identifier: GPL-2.0-or-later
/* The disk in memory: its journal, the replay of that, and the cut. */
#include "disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
	if (p)
		return p;
	perror("memory");
	exit(2);
}

uint64_t disk_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned int disk_name(struct disk *d, const char *path)
{
	unsigned int i;

	for (i = 0; i < DISK_NAMES && d->names[i][0]; i++)
		if (strcmp(d->names[i], path) == 0)
			return i;
	if (i == DISK_NAMES || strlen(path) >= DISK_NAME_MAX) {
		fprintf(stderr, "no room for the name %s\n", path);
		exit(2);
	}
	strcpy(d->names[i], path);
	return i;
}

static void make_room(struct disk_file *f, size_t len)
{
	if (len <= f->room)
		return;
	f->room = len + len / 8;
	f->data = must(realloc(f->data, f->room));
}

/* What is new between the old and the new end reads as zero. */
static void set_len(struct disk_file *f, size_t len)
{
	make_room(f, len);
	if (len > f->len)
		memset(f->data + f->len, 0, len - f->len);
	f->len = len;
}

static void put_bytes(struct disk_file *f, size_t pos, const void *data,
		      size_t len)
{
	make_room(f, pos + len);
	if (pos > f->len)
		set_len(f, pos);
	memcpy(f->data + pos, data, len);
	if (pos + len > f->len)
		f->len = pos + len;
}

static unsigned int add_file(struct disk_tree *t)
{
	t->files = must(reallocarray(t->files, t->nr_files + 1,
				     sizeof(*t->files)));
	t->files[t->nr_files] = (struct disk_file){ 0 };
	return t->nr_files++;
}

/* All of an operation that is no sync. */
static void apply(struct disk_tree *t, const struct disk_op *op)
{
	switch (op->kind) {
	case DISK_WRITE:
		put_bytes(&t->files[op->file], op->pos, op->data, op->len);
		break;
	case DISK_TRUNCATE:
		set_len(&t->files[op->file], op->len);
		break;
	case DISK_CREATE:
		t->names[op->name] = op->file + 1;
		break;
	case DISK_DELETE:
		t->names[op->name] = 0;
		break;
	default:
		break;
	}
}

static void note(struct disk *d, const struct disk_op *op)
{
	struct disk_op *copy;

	if (d->is_unwritten)
		return;
	if (d->nr_ops == d->room_ops) {
		d->room_ops = d->room_ops * 2 + 64;
		d->ops = must(reallocarray(d->ops, d->room_ops,
					   sizeof(*d->ops)));
	}
	copy = &d->ops[d->nr_ops++];
	*copy = *op;
	copy->data = NULL;
	if (op->kind == DISK_WRITE) {
		copy->data = must(malloc(op->len + 1));
		memcpy(copy->data, op->data, op->len);
	}
}

/* Half of a write that fails may be done; what a failed sync left is unknown. */
static int fail(struct disk *d, const struct disk_op *op)
{
	struct disk_op part = *op;

	if (op->kind == DISK_WRITE) {
		part.len /= 2;
		apply(&d->tree, &part);
		note(d, &part);
	} else if (op->kind == DISK_SYNC) {
		part.kind = DISK_SYNC_FAILED;
		note(d, &part);
	}
	return -d->fail_errno;
}

int disk_do(struct disk *d, struct disk_op *op)
{
	bool is_sync = op->kind == DISK_SYNC || op->kind == DISK_SYNC_DIR;

	d->nr_tried++;
	/* SQLite's unix VFS does not look whether a directory's sync fails. */
	if (op->kind != DISK_SYNC_DIR && d->nr_tried - 1 >= d->fail_at &&
	    d->nr_tried - 1 - d->fail_at < d->fail_nr)
		return fail(d, op);
	if (is_sync && d->drops_syncs)
		return 0;
	if (op->kind == DISK_CREATE)
		op->file = add_file(&d->tree);
	apply(&d->tree, op);
	note(d, op);
	return 0;
}

void disk_fail(struct disk *d, int error)
{
	d->fail_at = d->nr_tried;
	d->fail_nr = SIZE_MAX;
	d->fail_errno = error;
}

void disk_tree_copy(struct disk_tree *to, const struct disk_tree *from)
{
	*to = (struct disk_tree){ 0 };
	memcpy(to->names, from->names, sizeof(to->names));
	for (unsigned int i = 0; i < from->nr_files; i++) {
		unsigned int n = add_file(to);

		if (from->files[i].len)
			put_bytes(&to->files[n], 0, from->files[i].data,
				  from->files[i].len);
	}
}

void disk_tree_free(struct disk_tree *t)
{
	for (unsigned int i = 0; i < t->nr_files; i++)
		free(t->files[i].data);
	free(t->files);
	*t = (struct disk_tree){ 0 };
}

void disk_forget(struct disk *d)
{
	for (size_t i = 0; i < d->nr_ops; i++)
		free(d->ops[i].data);
	d->nr_ops = 0;
}

void disk_free(struct disk *d)
{
	disk_tree_free(&d->tree);
	disk_forget(d);
	free(d->ops);
	*d = (struct disk){ 0 };
}

void disk_replay_start(struct disk_replay *r, const struct disk *from,
		       const struct disk_tree *base)
{
	*r = (struct disk_replay){ .from = from };
	if (base)
		disk_tree_copy(&r->durable, base);
}

static void add_pending(struct disk_replay *r, const struct disk_op *op)
{
	if (r->nr_pending == r->room_pending) {
		r->room_pending = r->room_pending * 2 + 64;
		r->pending = must(reallocarray(r->pending, r->room_pending,
					       sizeof(*r->pending)));
	}
	r->pending[r->nr_pending++] = op;
}

/* What chance does with one sector: 0 lost, 1 kept, 2 noise. */
static int fate(enum disk_loss loss, uint64_t *rnd)
{
	uint64_t n = disk_random(rnd) % 16;

	switch (loss) {
	case DISK_LOSE_SOME:
		return n < 8;
	case DISK_LOSE_MANY:
		return n < 2;
	case DISK_GARBLE:
		return n < 6 ? 1 : n < 11 ? 2 : 0;
	default:
		return loss == DISK_LOSE_NONE;
	}
}

static void put_noise(struct disk_file *f, size_t pos, size_t len,
		      uint64_t *rnd)
{
	uint8_t noise[DISK_SECTOR];

	for (size_t i = 0; i < len; i++)
		noise[i] = (uint8_t)disk_random(rnd);
	put_bytes(f, pos, noise, len);
}

/* A write, sector by sector; at most @nr sectors of it. */
static void write_sectors(struct disk_tree *t, const struct disk_op *op,
			  enum disk_loss loss, uint64_t *rnd, size_t nr)
{
	struct disk_file *f = &t->files[op->file];
	size_t done = 0;

	while (done < op->len && nr--) {
		size_t pos = op->pos + done;
		size_t len = DISK_SECTOR - pos % DISK_SECTOR;
		int what = loss == DISK_LOSE_TAIL ? 1 : fate(loss, rnd);

		if (len > op->len - done)
			len = op->len - done;
		if (what == 1)
			put_bytes(f, pos, op->data + done, len);
		else if (what == 2)
			put_noise(f, pos, len, rnd);
		done += len;
	}
}

static void apply_by_chance(struct disk_tree *t, const struct disk_op *op,
			    enum disk_loss loss, uint64_t *rnd)
{
	if (op->kind == DISK_WRITE)
		write_sectors(t, op, loss, rnd, SIZE_MAX);
	else if (fate(loss, rnd))
		apply(t, op);
}

/* A sync takes what belongs to its file, or all names, out of the pending. */
static bool is_covered(const struct disk_op *sync, const struct disk_op *op)
{
	bool is_name = op->kind == DISK_CREATE || op->kind == DISK_DELETE;

	if (sync->kind == DISK_SYNC_DIR)
		return is_name;
	return !is_name && op->file == sync->file;
}

/* No creation is pending here: a sync of the directory was the last thing. */
static bool is_named(const struct disk_replay *r, unsigned int file)
{
	for (unsigned int i = 0; i < DISK_NAMES; i++)
		if (r->durable.names[i] == file + 1)
			return true;
	return false;
}

static void settle(struct disk_replay *r, const struct disk_op *sync)
{
	uint64_t seed = r->pos;
	size_t left = 0;

	for (size_t i = 0; i < r->nr_pending; i++) {
		const struct disk_op *op = r->pending[i];

		if (!is_covered(sync, op))
			r->pending[left++] = op;
		else if (sync->kind == DISK_SYNC_FAILED)
			/* Linux forgets it: no later sync covers it. */
			apply_by_chance(&r->durable, op, DISK_LOSE_SOME, &seed);
		else
			apply(&r->durable, op);
	}
	r->nr_pending = left;
	/* What no name leads to any more is never seen again. */
	for (size_t i = 0; sync->kind == DISK_SYNC_DIR && i < r->durable.nr_files; i++)
		if (!is_named(r, (unsigned int)i))
			r->durable.files[i].len = 0;
}

void disk_replay_step(struct disk_replay *r)
{
	const struct disk_op *op = &r->from->ops[r->pos++];

	if (op->kind == DISK_SYNC || op->kind == DISK_SYNC_DIR ||
	    op->kind == DISK_SYNC_FAILED) {
		settle(r, op);
		return;
	}
	while (op->kind == DISK_CREATE && r->durable.nr_files <= op->file)
		add_file(&r->durable);
	add_pending(r, op);
}

void disk_replay_free(struct disk_replay *r)
{
	disk_tree_free(&r->durable);
	free(r->pending);
	*r = (struct disk_replay){ 0 };
}

/* The first operations, and the beginning of the one after them. */
static void apply_head(const struct disk_replay *r, struct disk_tree *t,
		       uint64_t *rnd)
{
	size_t nr = disk_random(rnd) % (r->nr_pending + 1);

	for (size_t i = 0; i < nr; i++)
		apply(t, r->pending[i]);
	if (nr < r->nr_pending && r->pending[nr]->kind == DISK_WRITE)
		write_sectors(t, r->pending[nr], DISK_LOSE_TAIL, rnd,
			      disk_random(rnd) % 8);
}

void disk_replay_cut(const struct disk_replay *r, enum disk_loss loss,
		     uint64_t seed, struct disk *ret)
{
	*ret = (struct disk){ 0 };
	memcpy(ret->names, r->from->names, sizeof(ret->names));
	disk_tree_copy(&ret->tree, &r->durable);
	if (loss == DISK_LOSE_TAIL) {
		apply_head(r, &ret->tree, &seed);
		return;
	}
	for (size_t i = 0; i < r->nr_pending; i++) {
		if (loss == DISK_LOSE_NONE)
			apply(&ret->tree, r->pending[i]);
		else if (loss != DISK_LOSE_ALL)
			apply_by_chance(&ret->tree, r->pending[i], loss, &seed);
	}
}
