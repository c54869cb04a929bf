// SPDX-License-Identifier: GPL-2.0-or-later
/* org.kvm_uefivars.Variables1: the operator sees and changes variables. */
#include "control.h"
#include "listing.h"
#include "pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "store_options.h"
#include "vm.h"
#include "watcher.h"

#define INTERFACE "org.kvm_uefivars.Variables1"

/* Before anything that costs: a VMM's user has no business here. */
static int read_order(sd_bus_message *m, void *arg, sd_bus_error *e,
		      struct vard_order *o)
{
	int r = vard_control_read_order(m, arg, e, o);

	return r < 0 ? r : vard_order_for_operator(o);
}

int vard_control_append_var(sd_bus_message *m, const struct vard_var *v)
{
	uint32_t attributes = v->is_deleted ? 0 : v->attributes;
	int r = sd_bus_message_append_array(m, 'y', v->guid, sizeof(v->guid));

	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', v->name, v->name_len);
	if (r >= 0)
		r = sd_bus_message_append(m, "u", attributes);
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', v->time,
						sizeof(v->time));
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', v->data, v->data_len);
	return r;
}

static int append_vars(sd_bus_message *m, const struct vard_varlist *l)
{
	int r = sd_bus_message_open_container(m, 'a', "(ayayuayay)");

	for (size_t i = 0; r >= 0 && i < l->nr; i++) {
		r = sd_bus_message_open_container(m, 'r', "ayayuayay");
		if (r >= 0)
			r = vard_control_append_var(m, &l->vars[i]);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_listing(sd_bus_message *m, const struct vard_listing *l)
{
	char options[KUV_STORE_OPTIONS_TEXT], digest[VARD_DIGEST_TEXT];
	int r;

	kuv_store_options_format(l->vm.options, options);
	vard_digest_format(l->digest, digest);
	r = sd_bus_message_append(
		m, "a{sv}", 7, "running", "b", l->is_running, "moved", "b",
		l->vm.state == VARD_VM_MOVED, "digest", "s", digest, "uuid",
		"s", SD_ID128_TO_UUID_STRING(l->vm.uuid), "options", "s",
		options, "template", "s", l->vm.template, "pending", "u",
		l->nr_pending);
	return r < 0 ? r : append_vars(m, &l->vars);
}

static int method_list(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_listing listing = { 0 };
	sd_bus_message *reply = NULL;
	struct vard_order o;
	int r = read_order(m, arg, e, &o);

	if (r >= 0)
		r = vard_listing_get(&o, &listing);
	if (r >= 0)
		r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = append_listing(reply, &listing);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	vard_varlist_free(&listing.vars);
	return r;
}

/* A Change as it came; what is in it is borrowed from the message. */
struct request {
	struct vard_edit edit;
	struct vard_step *steps;
	size_t bytes;
	uint8_t expect[VARD_DIGEST_LEN];
};

static int read_flag(sd_bus_message *m, bool *ret)
{
	int flag = 0;
	int r = sd_bus_message_read(m, "v", "b", &flag);

	*ret = flag;
	return r;
}

static int read_expect(sd_bus_message *m, struct request *rq, sd_bus_error *e)
{
	const char *text;
	int r = sd_bus_message_read(m, "v", "s", &text);

	if (r < 0)
		return r;
	if (strlen(text) != VARD_DIGEST_TEXT - 1 ||
	    !vard_hex_parse(text, VARD_DIGEST_TEXT - 1, rq->expect))
		return vard_control_bad_argument(e, "expect-digest is 64 hexadecimal digits");
	rq->edit.expect = rq->expect;
	return r;
}

static int read_action(sd_bus_message *m, struct request *rq, sd_bus_error *e)
{
	const char *text;
	size_t len;
	int r = sd_bus_message_read(m, "v", "s", &text);

	if (r < 0)
		return r;
	len = strlen(text);
	if (len == 0 || len >= VARD_EDIT_ACTION_MAX ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
		return vard_control_bad_argument(e, "action is a word of 1 to 32 of a-z 0-9 -");
	rq->edit.action = text;
	return r;
}

static int read_detail(sd_bus_message *m, struct request *rq, sd_bus_error *e)
{
	const char *text;
	int r = sd_bus_message_read(m, "v", "s", &text);

	if (r < 0)
		return r;
	if (strlen(text) >= VARD_EDIT_DETAIL_MAX)
		return vard_control_bad_argument(e, "detail is text of at most 4096 bytes");
	rq->edit.detail = *text ? text : NULL;
	return r;
}

static int read_option(sd_bus_message *m, const char *key, void *arg,
		       sd_bus_error *e)
{
	struct request *rq = arg;

	if (strcmp(key, "dry-run") == 0)
		return read_flag(m, &rq->edit.is_dry_run);
	if (strcmp(key, "at-next-boot") == 0)
		return read_flag(m, &rq->edit.at_next_boot);
	if (strcmp(key, "expect-digest") == 0)
		return read_expect(m, rq, e);
	if (strcmp(key, "action") == 0)
		return read_action(m, rq, e);
	if (strcmp(key, "detail") == 0)
		return read_detail(m, rq, e);
	return vard_control_bad_argument(e, "unknown option; known: dry-run, at-next-boot, expect-digest, action, detail");
}

static int read_bytes(sd_bus_message *m, const uint8_t **ret, size_t *len)
{
	return sd_bus_message_read_array(m, 'y', (const void **)ret, len);
}

/* Exactly 16 bytes. */
static int read_16(sd_bus_message *m, uint8_t ret[16], const char *what,
		   sd_bus_error *e)
{
	const uint8_t *p;
	size_t len;
	int r = read_bytes(m, &p, &len);

	if (r < 0)
		return r;
	if (len != 16) {
		sd_bus_error_setf(e, VARD_ERROR("BadVariable"),
				  "a %s of %zu bytes, it has 16", what, len);
		return -EINVAL;
	}
	memcpy(ret, p, 16);
	return r;
}

static int too_much(sd_bus_error *e)
{
	sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
			  "at most %u changes with %u bytes together in one call",
			  VARD_EDIT_MAX, VARD_EDIT_BYTES_MAX);
	return -E2BIG;
}

static int read_step(sd_bus_message *m, struct request *rq,
		     struct vard_step *step, sd_bus_error *e)
{
	size_t name_len, data_len;
	uint32_t kind;
	int r = sd_bus_message_read(m, "u", &kind);

	if (r >= 0)
		r = read_16(m, step->v.guid, "GUID", e);
	if (r >= 0)
		r = read_bytes(m, &step->v.name, &name_len);
	if (r >= 0)
		r = sd_bus_message_read(m, "u", &step->v.attributes);
	if (r >= 0)
		r = read_16(m, step->v.time, "time", e);
	if (r >= 0)
		r = read_bytes(m, &step->v.data, &data_len);
	if (r < 0)
		return r;
	/* Neither can wrap: a message is smaller. */
	rq->bytes += name_len + data_len;
	if (rq->bytes > VARD_EDIT_BYTES_MAX)
		return too_much(e);
	if (kind > VARD_STEP_SIGNED)
		return vard_control_bad_argument(e, "a change is 0 set, 1 delete or 2 signed");
	step->kind = (enum vard_step_kind)kind;
	step->v.name_len = (uint32_t)name_len;
	step->v.data_len = (uint32_t)data_len;
	return 0;
}

static int read_steps(sd_bus_message *m, struct request *rq, sd_bus_error *e)
{
	size_t nr = 0;
	int r = sd_bus_message_enter_container(m, 'a', "(uayayuayay)");

	rq->steps = calloc(VARD_EDIT_MAX, sizeof(*rq->steps));
	if (!rq->steps)
		return -ENOMEM;
	while (r >= 0) {
		r = sd_bus_message_enter_container(m, 'r', "uayayuayay");
		if (r <= 0)
			break;
		if (nr == VARD_EDIT_MAX)
			return too_much(e);
		r = read_step(m, rq, &rq->steps[nr++], e);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	rq->edit.steps = rq->steps;
	rq->edit.nr = nr;
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int reply_edited(sd_bus_message *m, const struct vard_edited *done)
{
	char before[VARD_DIGEST_TEXT], after[VARD_DIGEST_TEXT];

	vard_digest_format(done->old_digest, before);
	vard_digest_format(done->new_digest, after);
	return sd_bus_reply_method_return(
		m, "a{sv}", 5, "old-digest", "s", before, "new-digest", "s",
		after, "changed", "u", done->nr_changed, "pending", "t",
		done->pending, "running", "b", done->is_running);
}

static int method_change(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct request rq = { .edit.action = "change" };
	struct vard_edited done;
	struct vard_order o;
	int r = read_order(m, arg, e, &o);

	if (r >= 0)
		r = vard_control_read_options(m, read_option, &rq, e);
	if (r >= 0)
		r = read_steps(m, &rq, e);
	if (r >= 0)
		r = vard_edit(&o, &rq.edit, &done);
	free(rq.steps);
	return r < 0 ? r : reply_edited(m, &done);
}

static int append_steps(sd_bus_message *m, const struct vard_plan *plan)
{
	int r = sd_bus_message_open_container(m, 'a', "(uayayuayay)");

	for (size_t i = 0; r >= 0 && i < plan->nr; i++) {
		r = sd_bus_message_open_container(m, 'r', "uayayuayay");
		if (r >= 0)
			r = sd_bus_message_append(m, "u",
						  (uint32_t)plan->steps[i].kind);
		if (r >= 0)
			r = vard_control_append_var(m, &plan->steps[i].v);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_plan(const struct vard_plan *plan, void *arg)
{
	sd_bus_message *m = arg;
	int r = sd_bus_message_open_container(m, 'r',
					      "ta{sv}a(uayayuayay)");

	if (r >= 0)
		r = sd_bus_message_append(
			m, "ta{sv}", (uint64_t)plan->id, 6, "created", "s",
			plan->created, "uid", "u", (uint32_t)plan->uid,
			"action", "s", plan->action, "detail", "s",
			plan->detail, "reason", "s", plan->reason, "damaged",
			"b", plan->is_damaged);
	if (r >= 0)
		r = append_steps(m, plan);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : 0;
}

static int fill_plans(sd_bus_message *reply, void *arg)
{
	return vard_pending_list(arg, append_plan, reply);
}

static int method_pending(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_order o;
	int r = read_order(m, arg, e, &o);

	return r < 0 ? r : vard_control_reply_list(m, "(ta{sv}a(uayayuayay))",
						   fill_plans, &o);
}

static int method_drop_pending(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_order o;
	uint64_t id;
	int r = read_order(m, arg, e, &o);

	if (r >= 0)
		r = sd_bus_message_read(m, "t", &id);
	if (r >= 0)
		r = vard_pending_drop(&o, id);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

static int method_watch(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct vard_order o;
	struct vard_vm vm;
	int r = read_order(m, arg, e, &o);

	if (r >= 0)
		r = vard_change_find(&o, &vm, VARD_FOR_OPERATOR);
	if (r >= 0)
		r = vard_watcher_add(arg, vm.name, e);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

/* Everybody who can connect may call: read_order() looks at the uid. */
static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("List", "s", "a{sv}a(ayayuayay)", method_list,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Change", "sa{sv}a(uayayuayay)", "a{sv}", method_change,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Pending", "s", "a(ta{sv}a(uayayuayay))", method_pending,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("DropPending", "st", "", method_drop_pending,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Watch", "s", "", method_watch,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL("Changed", "sta(bayayuayay)", 0),
	SD_BUS_SIGNAL("State", "ss", 0),
	SD_BUS_VTABLE_END,
};

int vard_control_variables(struct vard_conn *c)
{
	return sd_bus_add_object_vtable(c->bus, NULL, VARD_OBJECT, INTERFACE,
					vtable, c);
}
