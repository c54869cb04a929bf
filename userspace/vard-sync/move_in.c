// SPDX-License-Identifier: GPL-2.0-or-later
/* Moving a VM here: its state into a store, then the store into the database. */
#include "move.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"
#include "fdio.h"
#include "incoming.h"
#include "log.h"
#include "notify.h"
#include "vm.h"

/* What came, as it came; the daemon does not wait for a client to write it. */
struct parcel {
	void *data;
	const void *image;
	size_t image_len;
	struct vard_move_head head;
};

static void free_parcel(struct parcel *p)
{
	free(p->data);
}

static int read_parcel(int fd, struct parcel *p, sd_bus_error *e)
{
	int seals = fcntl(fd, F_GET_SEALS);
	const char *reason = NULL;
	size_t len;
	int r;

	if (seals < 0 || !(seals & F_SEAL_WRITE) || !(seals & F_SEAL_SHRINK)) {
		sd_bus_error_set(e, SD_BUS_ERROR_INVALID_ARGS,
				 "the state of a VM is wanted in a memfd that is sealed");
		return -EINVAL;
	}
	r = fdio_read_file(fd, VARD_MOVE_MAX, &p->data, &len);
	if (r == 0)
		reason = vard_move_head_read(p->data, len, &p->head, &p->image,
					     &p->image_len);
	if (r == 0 && !reason)
		return 0;
	sd_bus_error_setf(e, VARD_ERROR("BadImage"),
			  "the state of the VM is not usable: %s",
			  reason ? reason : strerror(-r));
	return r < 0 ? r : -EBADMSG;
}

/* Is the VM that is here on its way out? On one host it may come in again. */
static bool is_leaving(struct vard *d, const struct vard_vm *vm)
{
	struct vard_source *s = vard_find_source(d, vm->uuid);

	return vm->state == VARD_VM_MOVED ||
	       (s && s->move && s->move->step == VARD_MOVE_SENT);
}

static int exists(const char *name, sd_bus_error *e)
{
	sd_bus_error_setf(e, VARD_ERROR("Exists"),
			  "there is a VM %s here, which has not moved away: remove it, or choose another name",
			  name);
	return -EEXIST;
}

static int check_name(struct vard *d, const char *name, sd_bus_error *e)
{
	struct vard_vm vm;
	int r = vard_vm_find(d, name, 0, &vm, e);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return is_leaving(d, &vm) ? 0 : exists(name, e);
}

static int use_config(struct vard *d, struct vard_source *s,
		      const struct vard_move_head *head, sd_bus_error *e)
{
	struct kvm_uefivars_config config = head->config;
	int r;

	config.wait_ms = d->options->wait_ms;
	r = vard_source_set_config(s, &config);
	if (r < 0)
		return vard_incoming_error(s, e, r);
	s->vm.durability = head->vm.durability;
	s->vm.options = head->vm.options;
	strcpy(s->vm.template, head->vm.template);
	return 0;
}

static int fill_store(struct vard *d, struct vard_source *s,
		      const struct parcel *p, sd_bus_error *e)
{
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0)
		return vard_device_error(d, e, r);
	vard_look_later(d, s);
	if (s->has_port && !p->head.has_machine)
		return vard_incoming_error(s, e, -ENODATA);
	r = use_config(d, s, &p->head, e);
	if (r < 0)
		return r;
	r = vard_source_restore(s, p->image, p->image_len,
				KVM_UEFIVARS_STATE_VARIABLES);
	return r < 0 ? vard_incoming_error(s, e, r) : 0;
}

/* The store of a VMM that waits, or a new one. */
static int find_store(struct vard_conn *c, const char *name,
		      struct vard_source **ret, sd_bus_error *e)
{
	struct vard_vm vm = { .uid = c->uid };

	*ret = vard_find_incoming(c->daemon, name);
	if (*ret && (*ret)->move)
		return vard_vm_busy(*ret, e);
	if (*ret)
		return 0;
	strcpy(vm.name, name);
	return vard_incoming_make(c->daemon, &vm, ret, e);
}

static int begin(struct vard_conn *c, struct vard_source *s, struct parcel *p,
		 sd_bus_error *e)
{
	struct vard_move *m;
	int r = fill_store(c->daemon, s, p, e);

	if (r < 0)
		return r;
	m = vard_move_new(c, s, VARD_MOVE_READY);
	if (!m)
		return -ENOMEM;
	m->head = p->head;
	m->image = p->image;
	m->image_len = p->image_len;
	m->data = kuv_steal_ptr(p->data);
	return 0;
}

int vard_move_in(struct vard_conn *c, const char *name, int fd,
		 sd_bus_error *e)
{
	_cleanup_(free_parcel) struct parcel p = { 0 };
	struct vard_source *s;
	int r = vard_move_may(c, e);

	if (r == 0)
		r = check_name(c->daemon, name, e);
	if (r == 0)
		r = read_parcel(fd, &p, e);
	if (r == 0)
		r = find_store(c, name, &s, e);
	if (r < 0)
		return r;
	r = begin(c, s, &p, e);
	if (r < 0)
		vard_settle(c->daemon, s);
	return r;
}

/* The row: a new one, or that of a VM that comes back. */
static int make_row(struct vard *d, struct vard_source *s, struct vard_vm *vm,
		    sd_bus_error *e)
{
	struct vard_backend *b = d->backend;
	struct vard_vm old;
	int r = b->ops->find(b, vm->name, &old);

	if (r == -ENOENT)
		return b->ops->create(b, vm);
	if (r < 0)
		return r;
	if (old.state != VARD_VM_MOVED)
		return exists(vm->name, e);
	if (s->has_port && vm->uid != 0 && vm->uid != old.uid) {
		sd_bus_error_setf(e, VARD_ERROR("NoPermission"),
				  "VM %s belongs to user %u, but the VMM that waits for it to user %u",
				  vm->name, (unsigned int)old.uid,
				  (unsigned int)vm->uid);
		return -EACCES;
	}
	vm->uid = old.uid;
	return b->ops->replace(b, vm);
}

static int put_variables(struct vard *d, const struct vard_vm *vm,
			 struct vard_batch *b)
{
	struct vard_var v;
	int r = 0;

	while (r == 0 && vard_batch_next(b, &v))
		r = d->backend->ops->apply(d->backend, vm, &v);
	return r;
}

/* Within a transaction. Fills @seq with what may be acknowledged after it. */
static int put_all(struct vard_move *m, struct vard_vm *vm, uint64_t *seq,
		   sd_bus_error *e)
{
	struct vard *d = m->conn->daemon;
	uint8_t digest[VARD_DIGEST_LEN];
	const struct vard_audit audit = { .uid = m->conn->uid, .vm = vm->name,
					  .action = "move-in",
					  .new_digest = digest };
	struct vard_backend *b = d->backend;
	struct vard_batch batch;
	int r = make_row(d, m->source, vm, e);

	if (r < 0)
		return r;
	r = vard_source_read(m->source, &d->buf, &batch);
	if (r > 0) {
		*seq = batch.seq;
		r = put_variables(d, vm, &batch);
	}
	if (r == 0 && m->head.has_machine)
		r = b->ops->device_put(b, vm, m->image, m->image_len);
	if (r == 0)
		r = b->ops->digest(b, vm, digest);
	if (r == 0)
		r = b->ops->audit(b, &audit);
	return r;
}

static int put_into_database(struct vard_move *m, struct vard_vm *vm,
			     uint64_t *seq, sd_bus_error *e)
{
	struct vard *d = m->conn->daemon;
	int r;

	d->backend->error[0] = 0;
	r = vard_renew_db(d);
	if (r == 0)
		r = d->backend->ops->begin(d->backend);
	if (r == 0)
		r = vard_move_end_transaction(d, put_all(m, vm, seq, e));
	if (r < 0 && !sd_bus_error_is_set(e))
		vard_database_error(d, e, r);
	return r;
}

/* The VM is this host's: tell systemd, then the guest may go on. */
static void let_run(struct vard *d, struct vard_source *s, uint64_t seq)
{
	struct vard_source before = *s;

	if (seq && vard_source_ack(s, seq, true) < 0)
		vard_log(LOG_ERR, "VM %s: store %llu refused an acknowledgement",
			 s->vm.name, (unsigned long long)s->store_id);
	vard_set_role(d, s, VARD_ORDINARY);
	vard_notify_store(s);
	vard_notify_unstore(&before);
	vard_source_thaw(s);
}

int vard_move_in_commit(struct vard_conn *c, const char *name,
			sd_bus_error *e)
{
	struct vard *d = c->daemon;
	struct vard_source *s;
	struct vard_move *m;
	struct vard_vm vm;
	uint64_t seq = 0;
	int r = vard_move_of(c, name, VARD_MOVE_READY, &m, e);

	if (r < 0)
		return r;
	s = m->source;
	vm = s->vm;
	vm.uuid = s->uuid;
	vm.state = VARD_VM_HERE;
	r = put_into_database(m, &vm, &seq, e);
	if (r < 0)
		return r;
	s->vm = vm;
	s->has_device = m->head.has_machine;
	s->is_adopted = false;
	vard_move_free(m);
	let_run(d, s, seq);
	vard_log(LOG_NOTICE, "VM %s: moved in%s", name,
		 s->has_port ? "" : ", no VMM waits for it yet");
	vard_settle(d, s);
	return 0;
}
