// SPDX-License-Identifier: GPL-2.0-or-later
/* The control interface: what there is, and what it costs. */
#include "control.h"

#include <string.h>

#include "sqlite_vfs.h"
#include "store_options.h"
#include "vm.h"

static const char *durability_text(uint32_t durability)
{
	return durability == KVM_UEFIVARS_WRITE_BACK ? "write-back" :
						       "write-through";
}

struct list_arg {
	struct vard_conn *conn;
	sd_bus_message *reply;
	sd_bus_error *e;
};

static bool may_see(const struct vard_conn *c, const struct vard_vm *vm)
{
	return vard_conn_is_operator(c) || c->uid == vm->uid;
}

static const char *state_text(const struct vard_vm *vm,
			      const struct vard_source *s)
{
	if (vm->state == VARD_VM_MOVED)
		return "moved";
	if (s && s->role == VARD_INCOMING)
		return "incoming";
	return s && s->move ? "moving" : "here";
}

static int append_store(struct vard *d, sd_bus_message *m,
			struct vard_source *s)
{
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0)
		return r;
	vard_look_later(d, s);
	return sd_bus_message_append(
		m, "{sv}{sv}{sv}{sv}", "in-use", "b", s->has_port, "pending",
		"t", info.seq - info.acked_seq, "store-id", "t", info.id,
		"nv-used", "t", info.nv_used);
}

static int append_vm(const struct vard_vm *vm,
		     const struct vard_vm_counts *counts, void *arg)
{
	struct list_arg *a = arg;
	sd_bus_message *m = a->reply;
	struct vard_source *s = vard_find_source(a->conn->daemon, vm->uuid);
	char options[KUV_STORE_OPTIONS_TEXT];
	int r;

	kuv_store_options_format(vm->options, options);
	if (!may_see(a->conn, vm))
		return 0;
	r = sd_bus_message_open_container(m, 'r', "sa{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", vm->name);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(
			m, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}", "state", "s",
			state_text(vm, s), "variables", "u",
			counts->nr_variables, "quarantined", "u",
			counts->nr_quarantined, "open", "b", s != NULL,
			"durability", "s", durability_text(vm->durability),
			"options", "s", options, "uid", "u",
			(uint32_t)vm->uid);
	if (r >= 0 && s)
		r = append_store(a->conn->daemon, m, s);
	else if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}", "in-use", "b", false,
					  "pending", "t", (uint64_t)0);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : 0;
}

/* VMs that are not here yet, but a VMM waits for. */
static int append_incoming(struct list_arg *a)
{
	const struct vard_vm_counts none = { 0 };
	int r = 0;

	for (struct vard_source *s = a->conn->daemon->sources; r == 0 && s;
	     s = s->next)
		if (s->role == VARD_INCOMING)
			r = append_vm(&s->vm, &none, a);
	return r;
}

static int fill_list(sd_bus_message *reply, void *arg)
{
	struct list_arg *a = arg;
	struct vard *d = a->conn->daemon;
	int r;

	a->reply = reply;
	d->backend->error[0] = 0;
	r = vard_renew_db(d);
	if (r == 0)
		r = d->backend->ops->list(d->backend, append_vm, a);
	if (r == 0)
		r = append_incoming(a);
	if (r < 0 && d->backend->error[0])
		sd_bus_error_set(a->e, VARD_ERROR("Database"),
				 d->backend->error);
	return r;
}

int vard_method_list(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	struct list_arg a = { .conn = arg, .e = e };

	return vard_control_reply_list(m, "(sa{sv})", fill_list, &a);
}

static int append_daemon(sd_bus_message *m, struct vard *d)
{
	const struct vard_counts *c = &d->counts;
	struct vard_syncs syncs;

	vard_vfs_syncs(&syncs);
	return sd_bus_message_append(
		m, "a{sv}", 8, "transactions", "t", c->nr_transactions,
		"batches", "t", c->nr_batches, "changes", "t", c->nr_changes,
		"failures", "t", c->nr_failures, "fsyncs-wal", "t",
		syncs.nr_wal, "fsyncs-db", "t", syncs.nr_db, "fsyncs-other",
		"t", syncs.nr_other, "stores", "u", d->nr_sources);
}

static int append_steps(sd_bus_message *m,
			const struct kvm_uefivars_store_stats *st)
{
	int r = sd_bus_message_open_container(m, 'e', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", "ack-latency");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "at");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 't', st->ack_latency,
						sizeof(st->ack_latency));
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_stats(sd_bus_message *m,
			const struct kvm_uefivars_store_stats *st)
{
	int r = sd_bus_message_append(
		m, "{sv}{sv}{sv}{sv}{sv}{sv}", "changes", "t", st->nr_changes,
		"throttled", "t", st->nr_throttled, "throttled-us", "t",
		st->throttled_us, "waits", "t", st->nr_waits, "ack-us", "t",
		st->ack_us, "ack-us-max", "t", st->ack_us_max);

	return r < 0 ? r : append_steps(m, st);
}

static int append_info(sd_bus_message *m,
		       const struct kvm_uefivars_store_info *info)
{
	return sd_bus_message_append(
		m, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}", "requests", "t",
		info->nr_requests, "batches", "t", info->nr_batches, "acks",
		"t", info->nr_acks, "timeouts", "t", info->nr_timeouts,
		"failed", "t", info->nr_failed, "pending", "t",
		info->seq - info->acked_seq, "nv-used", "t", info->nv_used,
		"change-rate", "u", info->config.change_rate, "change-burst",
		"u", info->config.change_burst);
}

static int append_numbers(struct vard *d, sd_bus_message *m,
			  struct vard_source *s)
{
	struct kvm_uefivars_store_stats st;
	struct kvm_uefivars_store_info info;
	int r = sd_bus_message_open_container(m, 'r', "sa{sv}");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", s->vm.name);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	/* A store that cannot say so has no numbers. */
	if (r >= 0 && vard_source_info(s, &info) == 0) {
		vard_look_later(d, s);
		r = append_info(m, &info);
	}
	if (r >= 0 && vard_source_stats(s, &st) == 0)
		r = append_stats(m, &st);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int fill_stats(struct vard_conn *c, sd_bus_message *m)
{
	struct vard *d = c->daemon;
	int r = append_daemon(m, d);

	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sa{sv})");
	for (struct vard_source *s = d->sources; r >= 0 && s; s = s->next)
		if (may_see(c, &s->vm))
			r = append_numbers(d, m, s);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int vard_method_stats(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	sd_bus_message *reply = NULL;
	int r = sd_bus_message_new_method_return(m, &reply);

	(void)e;
	if (r >= 0)
		r = fill_stats(arg, reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}
