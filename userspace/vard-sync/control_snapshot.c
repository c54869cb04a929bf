// SPDX-License-Identifier: GPL-2.0-or-later
/* org.kvm_uefivars.Snapshot1: snapshots, clones, reset, removal, audit. */
#include "control.h"
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define INTERFACE "org.kvm_uefivars.Snapshot1"
/* Most lines of the audit in one answer. */
#define AUDIT_MAX 10000

static int run_named(sd_bus_message *m, void *arg, sd_bus_error *e,
		     int (*fn)(const struct vard_order *o, const char *name))
{
	struct vard_order o;
	const char *name;
	int r = vard_control_read_order(m, arg, e, &o);

	if (r >= 0)
		r = sd_bus_message_read(m, "s", &name);
	if (r >= 0)
		r = fn(&o, name);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

static int method_create(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	return run_named(m, arg, e, vard_snapshot_create);
}

static int method_restore(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	return run_named(m, arg, e, vard_snapshot_restore);
}

static int method_delete(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	return run_named(m, arg, e, vard_snapshot_delete);
}

static int method_reset(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	return run_named(m, arg, e, vard_vm_reset);
}

static int method_remove(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_order o;
	int r = vard_control_read_order(m, arg, e, &o);

	if (r >= 0)
		r = vard_vm_remove(&o);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

static int append_snapshot(const struct vard_snapshot *s, void *reply)
{
	char digest[VARD_DIGEST_TEXT];
	int r;

	vard_digest_format(s->digest, digest);
	r = sd_bus_message_append(reply, "(sa{sv})", s->name, 4, "created", "s",
				  s->created, "uid", "u", (uint32_t)s->uid,
				  "variables", "u", s->nr_variables, "digest",
				  "s", digest);
	return r < 0 ? r : 0;
}

static int append_audit(const struct vard_audit *a, void *reply)
{
	char before[VARD_DIGEST_TEXT] = "", after[VARD_DIGEST_TEXT] = "";
	int r;

	if (a->old_digest)
		vard_digest_format(a->old_digest, before);
	if (a->new_digest)
		vard_digest_format(a->new_digest, after);
	r = sd_bus_message_append(reply, "a{sv}", 7, "when", "s", a->when,
				  "uid", "u", (uint32_t)a->uid, "vm", "s", a->vm,
				  "action", "s", a->action, "detail", "s",
				  a->detail, "old-digest", "s", before,
				  "new-digest", "s", after);
	return r < 0 ? r : 0;
}

static int fill_snapshots(sd_bus_message *reply, void *arg)
{
	return vard_snapshot_list(arg, append_snapshot, reply);
}

static int method_list(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_order o;
	int r = vard_control_read_order(m, arg, e, &o);

	return r < 0 ? r : vard_control_reply_list(m, "(sa{sv})",
						   fill_snapshots, &o);
}

struct audit_query {
	struct vard_order o;
	uint32_t max;
};

static int fill_audit(sd_bus_message *reply, void *arg)
{
	const struct audit_query *q = arg;

	return vard_audit_list(&q->o, q->max < AUDIT_MAX ? q->max : AUDIT_MAX,
			       append_audit, reply);
}

static int method_audit(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct audit_query q;
	int r = vard_control_read_order(m, arg, e, &q.o);

	if (r >= 0)
		r = sd_bus_message_read(m, "u", &q.max);
	return r < 0 ? r : vard_control_reply_list(m, "a{sv}", fill_audit, &q);
}

static void free_strings(char ***list)
{
	for (char **s = *list; s && *s; s++)
		free(*s);
	free(*list);
}

static int read_clone_option(sd_bus_message *m, struct vard_clone *clone,
			     sd_bus_error *e)
{
	const char *key;
	int keep, r = sd_bus_message_read(m, "s", &key);

	if (r < 0)
		return r;
	if (strcmp(key, "keep-machine") == 0) {
		r = sd_bus_message_read(m, "v", "b", &keep);
		clone->keeps_machine = r >= 0 && keep;
		return r;
	}
	/* A second list would be lost, or leak. */
	if (strcmp(key, "remove") != 0 || clone->remove)
		return vard_control_bad_argument(e, "options of Clone are remove and keep-machine, each once");
	r = sd_bus_message_enter_container(m, 'v', "as");
	if (r >= 0)
		r = sd_bus_message_read_strv(m, &clone->remove);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_clone_options(sd_bus_message *m, struct vard_clone *clone,
			      sd_bus_error *e)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0) {
		r = sd_bus_message_enter_container(m, 'e', "sv");
		if (r <= 0)
			break;
		r = read_clone_option(m, clone, e);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int method_clone(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	_cleanup_(free_strings) char **remove = NULL;
	struct vard_clone clone = { 0 };
	struct vard_order o;
	int r = vard_control_read_order(m, arg, e, &o);

	if (r >= 0)
		r = sd_bus_message_read(m, "s", &clone.name);
	if (r >= 0)
		r = read_clone_options(m, &clone, e);
	remove = clone.remove;
	if (r >= 0)
		r = vard_vm_clone(&o, &clone);
	return r < 0 ? r : sd_bus_reply_method_return(m, "u", clone.nr_removed);
}

/* Everybody who can connect may call: what is behind looks at the uid. */
static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Create", "ss", "", method_create,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("List", "s", "a(sa{sv})", method_list,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Restore", "ss", "", method_restore,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Delete", "ss", "", method_delete,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Clone", "ssa{sv}", "u", method_clone,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Reset", "ss", "", method_reset,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Remove", "s", "", method_remove,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Audit", "su", "aa{sv}", method_audit,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

int vard_control_snapshot(struct vard_conn *c)
{
	return sd_bus_add_object_vtable(c->bus, NULL, VARD_OBJECT, INTERFACE,
					vtable, c);
}
