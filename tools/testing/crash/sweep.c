// SPDX-License-Identifier: GPL-2.0-or-later
/* Cuts the power after every operation of the script and looks what is left. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"
#include "vfs.h"

/* Every so many cut points, the recovery is cut itself, or work goes on. */
#define AGAIN_EVERY 601
#define GO_ON_EVERY 7
/* Findings told in full, of each process. */
#define TOLD_MAX 3

static struct {
	unsigned int jobs;
	unsigned int step;
	uint64_t seed;
	enum script_flaw flaw;
	unsigned int nr_sick;
} options = { .jobs = 1, .step = 1, .seed = 1 };

/**
 * struct tally - what one process found
 * @cuts: cut points
 * @flavours: combinations of a cut point and a loss
 * @opened: databases opened; the rest are like one that was
 * @again: cuts during the recovery from a cut
 * @went_on: databases written to, closed and read once more
 * @lost: acknowledged changes were missing
 * @torn: the database held what it never should
 */
struct tally {
	unsigned long cuts;
	unsigned long flavours;
	unsigned long opened;
	unsigned long again;
	unsigned long went_on;
	unsigned long lost;
	unsigned long torn;
};

/**
 * struct sweep - one process' part
 * @s: the script, done
 * @t: result
 * @r: replay of its journal
 * @seen: content of a database
 * @told: findings told
 */
struct sweep {
	const struct script *s;
	struct tally t;
	struct disk_replay r;
	struct model *seen;
	unsigned int told;
};

static const char *const loss_names[DISK_LOSSES] = {
	"all lost", "none lost", "tail lost", "some lost", "many lost", "garbled",
};

static uint64_t seed_of(size_t pos, unsigned int loss)
{
	uint64_t n = options.seed ^ pos * 64 ^ loss;

	return disk_random(&n);
}

static bool is_to_tell(struct sweep *w)
{
	return options.flaw == FLAW_NONE && w->told++ < TOLD_MAX;
}

static void tell(struct sweep *w, const char *what, enum disk_loss loss,
		 const struct script_mark *m, const char *error)
{
	if (!is_to_tell(w))
		return;
	fprintf(stderr, "cut at %zu, %s: %s: states %u to %u: %s\n", w->r.pos,
		loss_names[loss], what, m->acked, m->begun,
		error ? error : "");
	if (!error)
		model_print_diff(w->s->states[m->acked], w->seen);
}

/* Which of the script's states this is, or -1. */
static int find_state(const struct script *s, uint64_t digest, int newest)
{
	while (newest >= 0 && s->digests[newest] != digest)
		newest--;
	return newest;
}

/* One more transaction, as the next guest would cause. */
static int write_more(struct vard_backend *b, struct model *m)
{
	struct vard_vm vm = { .uid = 7, .uuid.bytes = { 7 } };
	static const uint8_t data[5000] = { 1 };
	struct vard_var v = {
		.name = (const uint8_t *)"A", .name_len = 2,
		.data = data, .data_len = sizeof(data), .attributes = 3,
	};
	int r;

	strcpy(vm.name, "next");
	r = b->ops->begin(b);
	if (r == 0)
		r = b->ops->create(b, &vm);
	if (r == 0)
		r = b->ops->apply(b, &vm, &v);
	if (r == 0)
		r = b->ops->commit(b);
	if (r == 0)
		model_apply(&model_add(m, &vm)->vars, &v);
	return r;
}

/* Writes, closes, reads: nothing else may have changed. */
static int go_on(struct sweep *w, struct vard_backend *b)
{
	uint64_t want;
	int r = write_more(b, w->seen);

	if (r < 0)
		return r;
	w->t.went_on++;
	want = model_digest(w->seen);
	b->ops->close(b);
	r = b->ops->open(b, script_db, 0);
	if (r == 0)
		r = model_read(b, w->seen);
	if (r == 0 && model_digest(w->seen) != want)
		r = -EBADMSG;
	return r;
}

/*
 * Opens what a cut left, as vard-sync would. Returns the state found, -1 if
 * it is none.
 */
static int look(struct sweep *w, struct disk *d, enum disk_loss loss,
		const struct script_mark *m, bool goes_on)
{
	struct vard_backend *b = vard_sqlite_new();
	int r, state = -1;

	if (!b)
		exit(2);
	crash_vfs_use(d);
	w->t.opened++;
	r = b->ops->open(b, script_db, VARD_OPEN_CREATE);
	if (r == 0)
		r = model_read(b, w->seen);
	if (r == 0)
		state = find_state(w->s, model_digest(w->seen), (int)m->begun);
	if (r == 0 && state < 0)
		tell(w, "torn", loss, m, NULL);
	else if (r == 0 && state < (int)m->acked)
		tell(w, "lost", loss, m, NULL);
	if (state >= 0 && goes_on)
		r = go_on(w, b);
	if (r < 0) {
		tell(w, "torn", loss, m, b->error[0] ? b->error : strerror(-r));
		state = -1;
	}
	/* What closing does to it matters only where that is cut, too. */
	if (d->is_unwritten)
		disk_fail(d, EIO);
	b->ops->free(b);
	return state;
}

static void judge(struct sweep *w, int state, const struct script_mark *m)
{
	w->t.torn += state < 0;
	w->t.lost += state >= 0 && state < (int)m->acked;
}

/* The power goes again while the database is opened: what was found stays. */
static void cut_again(struct sweep *w, const struct disk *opened,
		      const struct disk_tree *before, int state)
{
	struct script_mark m = { .acked = (unsigned int)state,
				 .begun = (unsigned int)state };
	struct disk_replay r;
	struct disk d;

	disk_replay_start(&r, opened, before);
	while (r.pos < opened->nr_ops) {
		enum disk_loss loss = r.pos % DISK_LOSSES;

		disk_replay_step(&r);
		disk_replay_cut(&r, loss, seed_of(r.pos, loss), &d);
		d.is_unwritten = true;
		judge(w, look(w, &d, loss, &m, false), &m);
		w->t.again++;
		disk_free(&d);
	}
	disk_replay_free(&r);
}

static void cut(struct sweep *w, enum disk_loss loss,
		const struct script_mark *m)
{
	bool is_again = w->r.pos % AGAIN_EVERY == loss;
	struct disk_tree before;
	struct disk d;
	int state;

	disk_replay_cut(&w->r, loss, seed_of(w->r.pos, loss), &d);
	d.is_unwritten = !is_again;
	if (is_again)
		disk_tree_copy(&before, &d.tree);
	state = look(w, &d, loss, m, w->r.pos % GO_ON_EVERY == loss && !is_again);
	judge(w, state, m);
	if (is_again) {
		if (state >= 0)
			cut_again(w, &d, &before, state);
		disk_tree_free(&before);
	}
	disk_free(&d);
}

/*
 * Without anything pending, all losses are alike; and what is durable for sure
 * changes with syncs only.
 */
static void cut_all_ways(struct sweep *w, bool is_synced)
{
	const struct script_mark *m = script_promise(w->s, w->r.pos);
	bool is_promise = m->pos == w->r.pos;

	w->t.cuts++;
	w->t.flavours += DISK_LOSSES;
	if (is_synced || is_promise)
		cut(w, DISK_LOSE_ALL, m);
	for (int loss = 1; loss < DISK_LOSSES && w->r.nr_pending; loss++)
		cut(w, (enum disk_loss)loss, m);
}

static bool is_sync(const struct disk_op *op)
{
	return op->kind == DISK_SYNC || op->kind == DISK_SYNC_DIR;
}

/* Every cut point whose turn it is. */
static void sweep_part(struct sweep *w, unsigned int part)
{
	const struct disk *d = &w->s->disk;
	size_t group = 0;

	disk_replay_start(&w->r, d, &w->s->base);
	for (;;) {
		bool synced = w->r.pos == 0 || is_sync(&d->ops[w->r.pos - 1]);

		if (w->r.pos % options.step == 0 &&
		    group++ % options.jobs == part)
			cut_all_ways(w, synced || options.step > 1);
		if (w->r.pos == d->nr_ops)
			break;
		disk_replay_step(&w->r);
	}
	disk_replay_free(&w->r);
}

/* A child tells its tally through a pipe. */
static int start_part(const struct script *s, unsigned int part)
{
	struct sweep w = { .s = s, .seen = calloc(1, sizeof(*w.seen)) };
	int fds[2];

	if (!w.seen || pipe(fds) < 0)
		exit(2);
	switch (fork()) {
	case -1:
		exit(2);
	case 0:
		sweep_part(&w, part);
		if (write(fds[1], &w.t, sizeof(w.t)) != sizeof(w.t))
			_exit(2);
		_exit(0);
	default:
		free(w.seen);
		close(fds[1]);
		return fds[0];
	}
}

static void add(struct tally *sum, const struct tally *t)
{
	sum->cuts += t->cuts;
	sum->flavours += t->flavours;
	sum->opened += t->opened;
	sum->again += t->again;
	sum->went_on += t->went_on;
	sum->lost += t->lost;
	sum->torn += t->torn;
}

static struct tally sweep(const struct script *s)
{
	struct tally sum = { 0 }, t;
	int fds[64];

	fflush(NULL);
	for (unsigned int i = 0; i < options.jobs; i++)
		fds[i] = start_part(s, i);
	for (unsigned int i = 0; i < options.jobs; i++) {
		if (read(fds[i], &t, sizeof(t)) != sizeof(t)) {
			fprintf(stderr, "a part of the sweep ended early\n");
			exit(2);
		}
		close(fds[i]);
		add(&sum, &t);
	}
	while (wait(NULL) > 0)
		;
	return sum;
}

static enum script_flaw parse_flaw(const char *text)
{
	static const char *const names[] = { "none", "no-sync", "early-ack",
					     "split", "bare" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0)
			return (enum script_flaw)i;
	fprintf(stderr, "no flaw %s\n", text);
	exit(2);
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "jobs", required_argument, NULL, 'j' },
		{ "step", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'S' },
		{ "flaw", required_argument, NULL, 'f' },
		{ "sick", required_argument, NULL, 'd' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
		if (c == 'j')
			options.jobs = (unsigned int)atoi(optarg);
		else if (c == 's')
			options.step = (unsigned int)atoi(optarg);
		else if (c == 'S')
			options.seed = strtoull(optarg, NULL, 0);
		else if (c == 'd')
			options.nr_sick = (unsigned int)atoi(optarg);
		else if (c == 'f')
			options.flaw = parse_flaw(optarg);
		else
			exit(2);
	}
	if (options.jobs - 1 > 63 || options.step == 0)
		exit(2);
}

/* The backend asks the real disk only which file this is. */
static void make_placeholder(void)
{
	strcpy(script_db, "/tmp/kuv-crash.XXXXXX");
	close(mkstemp(script_db));
}

/* The database is the first file there was. */
static unsigned int count_checkpoints(const struct disk *d)
{
	unsigned int n = 0;

	for (size_t i = 0; i < d->nr_ops; i++)
		n += d->ops[i].kind == DISK_SYNC && d->ops[i].file == 0;
	return n;
}

/* One script and its sweep. */
static struct tally run(enum script_kind kind)
{
	struct script s = { .kind = kind, .flaw = options.flaw,
			    .seed = options.seed };
	struct tally t;

	script_run(&s);
	printf("# %s: %u changes in %u transactions, %u checkpoints, %zu operations on the disk\n",
	       kind == SCRIPT_LIFE ? "a database's life" : "upgrade of schema 1",
	       s.nr_changes, s.nr_states - 1, count_checkpoints(&s.disk),
	       s.disk.nr_ops);
	t = sweep(&s);
	script_free(&s);
	return t;
}

/* Disks that fail from different operations on, for a short time or longer. */
static struct tally run_sick(unsigned int *refused)
{
	static const int errors[] = { EIO, ENOSPC };
	static const size_t lengths[] = { 1, 2, 5, 30, 200 };
	struct tally sum = { 0 }, t;

	*refused = 0;
	for (unsigned int i = 0; i < options.nr_sick; i++) {
		struct script s = { .kind = SCRIPT_SICK, .seed = options.seed,
				    .fail_at = 3 * i,
				    .fail_nr = lengths[i % 5],
				    .fail_errno = errors[i / 5 % 2],
				    .flaw = options.flaw };

		script_run(&s);
		*refused += s.nr_refused;
		t = sweep(&s);
		add(&sum, &t);
		script_free(&s);
	}
	return sum;
}

static void print(const char *what, const struct tally *t)
{
	printf("# %lu databases opened, %lu of them after a cut in the recovery, %lu written to again\n",
	       t->opened, t->again, t->went_on);
	printf("## %s: %lu cut points x %d flavours, %lu lost, %lu torn\n", what,
	       t->cuts, DISK_LOSSES, t->lost, t->torn);
}

static struct tally sweep_scripts(void)
{
	struct tally sum = run(SCRIPT_LIFE), t = run(SCRIPT_UPGRADE);

	add(&sum, &t);
	print("power cuts", &sum);
	return sum;
}

static struct tally sweep_sick(void)
{
	unsigned int refused;
	struct tally sum = run_sick(&refused);

	printf("# %u disks that fail for a while, %u commits that failed and were made again\n",
	       options.nr_sick, refused);
	print("power cuts on failing disks", &sum);
	return sum;
}

int main(int argc, char **argv)
{
	struct tally t;

	parse(argc, argv);
	/* Images come and go: do not give their memory back each time. */
	mallopt(M_MMAP_THRESHOLD, 1 << 28);
	mallopt(M_TRIM_THRESHOLD, 1 << 28);
	make_placeholder();
	crash_vfs_register();
	printf("# seed %llu\n", (unsigned long long)options.seed);
	t = options.nr_sick ? sweep_sick() : sweep_scripts();
	unlink(script_db);
	return t.lost || t.torn;
}
