// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl sign-var: what a guest passes to SetVariable(), signed. */
#include "cmd_enroll.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "content.h"
#include "fdio.h"
#include "names.h"
#include "output.h"
#include "sign.h"

struct request {
	const char *key;
	const char *cert;
	const char *time;
	const char *attributes;
	const char *out;
	bool is_append;
	bool is_dry_run;
	bool content_info;
};

static const struct option options[] = {
	{ "key", required_argument, NULL, 'k' },
	{ "cert", required_argument, NULL, 'c' },
	{ "time", required_argument, NULL, 't' },
	{ "attributes", required_argument, NULL, 'a' },
	{ "append", no_argument, NULL, 'p' },
	{ "content-info", no_argument, NULL, 'i' },
	{ "output", required_argument, NULL, 'o' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ 0 },
};

static bool take_flag(struct request *q, int c)
{
	if (c == 'p')
		q->is_append = true;
	else if (c == 'i')
		q->content_info = true;
	else if (c == 'n')
		q->is_dry_run = true;
	else
		return false;
	return true;
}

static bool take_text(struct request *q, int c)
{
	if (c == 'k')
		q->key = optarg;
	else if (c == 'c')
		q->cert = optarg;
	else if (c == 't')
		q->time = optarg;
	else if (c == 'a')
		q->attributes = optarg;
	else if (c == 'o')
		q->out = optarg;
	else
		return false;
	return true;
}

static void parse(struct request *q, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) >= 0)
		if (!take_flag(q, c) && !take_text(q, c))
			kuvctl_usage(argv[0]);
	if (argc - optind != 2 || !q->key || !q->cert ||
	    (!q->out && !q->is_dry_run))
		kuvctl_usage(argv[0]);
}

/* The variable before it is signed; its name is to be freed. */
static void prepare(const struct request *q, const char *word,
		    struct vard_var *v)
{
	struct kuvctl_vars none = { .vm = (char *)"-" };

	names_resolve(&none, word, NAMES_ANY, v);
	if (q->attributes)
		v->attributes = content_attributes(q->attributes);
	v->attributes |= KVM_UEFIVARS_ATTR_AT;
	if (q->is_append)
		v->attributes |= KVM_UEFIVARS_ATTR_AP;
	if (!q->time)
		sign_time_from(time(NULL), v->time);
	else if (!sign_time_parse(q->time, v->time))
		fail(KUVCTL_EXIT_USAGE,
		     "--time: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, not \"%s\"",
		     q->time);
}

/* A file that was there stays as it is: it may be somebody's only copy. */
static void write_out(const char *path, const void *data, size_t len)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				      0644);
	int r = fd < 0 ? -errno : fdio_write_full(fd, data, len);

	if (r == -EEXIST)
		fail(KUVCTL_EXIT_REFUSED, "%s is there already", path);
	if (r < 0) {
		if (fd >= 0)
			unlink(path);
		fail(KUVCTL_EXIT_INTERNAL, "%s: %s", path, strerror(-r));
	}
}

static void say(const struct request *q, const char *word,
		const struct vard_var *v, size_t len)
{
	json_object *o;

	if (!kuvctl_json) {
		printf("%s, attributes 0x%02x, time %04u-%02u-%02u %02u:%02u:%02u UTC: %zu bytes%s\n",
		       word, v->attributes,
		       v->time[0] | (unsigned int)v->time[1] << 8, v->time[2],
		       v->time[3], v->time[4], v->time[5], v->time[6], len,
		       q->is_dry_run ? ", not written" : "");
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "name", json_object_new_string(word));
	json_object_object_add(o, "attributes",
			       json_object_new_int64(v->attributes));
	json_object_object_add(o, "bytes", json_object_new_uint64(len));
	json_object_object_add(o, "output",
			       q->out ? json_object_new_string(q->out) : NULL);
	json_object_object_add(o, "dry-run",
			       json_object_new_boolean(q->is_dry_run));
	kuvctl_print_json(o);
}

int cmd_sign_var(const struct kuvctl *k, int argc, char **argv)
{
	_cleanup_free_ uint8_t *out = NULL;
	struct request q = { 0 };
	struct content in = { 0 };
	struct sign_key key = { 0 };
	struct vard_var v;
	const char *why;
	size_t len = 0;

	(void)k;
	parse(&q, argc, argv);
	prepare(&q, argv[optind], &v);
	content_from_file(&in, argv[optind + 1]);
	v.data = in.data;
	v.data_len = (uint32_t)in.len;
	why = sign_key_load(q.key, q.cert, &key);
	if (why)
		fail(KUVCTL_EXIT_BAD_FILE, "%s, %s: %s", q.key, q.cert, why);
	why = sign_variable(&v, &key, q.content_info, &out, &len);
	if (why)
		fail(KUVCTL_EXIT_INTERNAL, "%s: %s", argv[optind], why);
	if (!q.is_dry_run)
		write_out(q.out, out, len);
	say(&q, argv[optind], &v, len);
	sign_key_free(&key);
	free((void *)(uintptr_t)v.name);
	free(in.data);
	return 0;
}
