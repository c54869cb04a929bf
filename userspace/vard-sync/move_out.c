// SPDX-License-Identifier: GPL-2.0-or-later
/* Moving a VM away: wait until it has left, freeze, save, give it up. */
#include "move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cleanup.h"
#include "fdio.h"
#include "incoming.h"
#include "log.h"
#include "vm.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* The row of a VM of any user. */
static int find_row(struct vard *d, const char *name, struct vard_vm *vm,
		    sd_bus_error *e)
{
	int r = vard_vm_find(d, name, 0, vm, e);

	if (r == -ENOENT)
		sd_bus_error_setf(e, VARD_ERROR("NotFound"), "no VM %s in %s",
				  name, d->options->db);
	return r;
}

static int make_memfd(const void *data, size_t len)
{
	_cleanup_close_ int fd = memfd_create("kuv-move",
					      MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	r = fdio_write_full(fd, data, len);
	if (r < 0)
		return r;
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return -errno;
	return kuv_steal_fd(&fd);
}

/* Everything of a frozen store in a memfd. Returns it, or -errno. */
static int save(struct vard_move *m, const struct kvm_uefivars_store_info *info)
{
	struct vard_move_head head = {
		.vm = m->source->vm,
		.config = info->config,
		.has_machine = info->state & KVM_UEFIVARS_STORE_HAS_PORT,
	};
	_cleanup_free_ void *image = NULL;
	_cleanup_free_ void *all = NULL;
	size_t image_len, len;
	int r = vard_source_save(m->source, &image, &image_len);

	if (r == 0)
		r = vard_move_head_write(&head, image, image_len, &all, &len);
	return r < 0 ? r : make_memfd(all, len);
}

/* Saves all there is, and answers the client with it. */
static int send_state(struct vard_move *m,
		      const struct kvm_uefivars_store_info *info,
		      sd_bus_error *e)
{
	struct vard *d = m->conn->daemon;
	_cleanup_close_ int fd = -1;
	int r = vard_flush(d, &m->source, 1, true);

	if (r < 0)
		return vard_database_error(d, e, r);
	fd = save(m, info);
	if (fd < 0) {
		sd_bus_error_setf(e, SD_BUS_ERROR_FAILED,
				  "the state of VM %s cannot be saved: %s",
				  m->source->vm.name, strerror(-fd));
		return fd;
	}
	r = sd_bus_reply_method_return(m->call, "h", fd);
	if (r < 0)
		return r;
	m->call = sd_bus_message_unref(m->call);
	m->step = VARD_MOVE_SENT;
	return 0;
}

static int not_paused(struct vard_move *m, sd_bus_error *e)
{
	/* Resumed between two looks: it has to leave once more. */
	if (!m->is_now)
		return 0;
	sd_bus_error_setf(e, VARD_ERROR("InUse"),
			  "VM %s is running, or its VMM does not tell when it is paused: pause it (in QEMU: stop); a VMM that kuv-run did not start has to call PAUSE",
			  m->source->vm.name);
	return -EBUSY;
}

int vard_move_advance(struct vard_move *m, sd_bus_error *e)
{
	struct vard_source *s = m->source;
	struct kvm_uefivars_store_info info;
	int r = vard_source_info(s, &info);

	if (r < 0)
		return vard_device_error(m->conn->daemon, e, r);
	if (s->has_port && !m->is_now &&
	    !(info.state & KVM_UEFIVARS_STORE_DEPARTED))
		return 0;
	r = vard_source_freeze(s);
	if (r == -EBUSY)
		return not_paused(m, e);
	if (r < 0)
		return vard_device_error(m->conn->daemon, e, r);
	r = send_state(m, &info, e);
	if (r < 0)
		vard_source_thaw(s);
	return r;
}

/* A saved machine has no store to be saved from again. */
static int check_has_run(struct vard *d, const struct vard_vm *vm,
			 struct vard_source *s, sd_bus_error *e)
{
	if ((s && s->has_port) || !vard_incoming_has_machine(d, vm))
		return 0;
	sd_bus_error_setf(e, VARD_ERROR("InUse"),
			  "VM %s has moved here and has not run since: run it first, with -incoming to go on where it was",
			  vm->name);
	return -EBUSY;
}

static int find_store(struct vard *d, const char *name,
		      struct vard_source **ret, sd_bus_error *e)
{
	struct vard_opened opened;
	struct vard_vm vm;
	int r = find_row(d, name, &vm, e);

	if (r < 0)
		return r;
	if (vm.state == VARD_VM_MOVED) {
		sd_bus_error_setf(e, VARD_ERROR("Moved"),
				  "VM %s has moved away already; if it did not arrive: kuvctl move-out --undo %s",
				  name, name);
		return -EREMOTE;
	}
	*ret = vard_find_source(d, vm.uuid);
	if (*ret && (*ret)->move)
		return vard_vm_busy(*ret, e);
	r = check_has_run(d, &vm, *ret, e);
	if (r < 0)
		return r;
	if (!*ret)
		return vard_vm_load(d, &vm, &opened, ret, e);
	(*ret)->vm = vm;
	return 0;
}

int vard_move_out(struct vard_conn *c, const char *name, bool is_now,
		  sd_bus_message *call, sd_bus_error *e)
{
	struct vard *d = c->daemon;
	struct vard_source *s;
	struct vard_move *m;
	int r = vard_move_may(c, e);

	if (r == 0)
		r = find_store(d, name, &s, e);
	if (r < 0)
		return r;
	m = vard_move_new(c, s, VARD_MOVE_WAITING);
	if (!m)
		return -ENOMEM;
	m->is_now = is_now;
	m->call = sd_bus_message_ref(call);
	r = vard_move_advance(m, e);
	if (r < 0) {
		vard_move_free(m);
		vard_settle(d, s);
	}
	return r;
}

/* Writes down where the VM is now. */
static int set_state(struct vard *d, struct vard_vm *vm,
		     enum vard_vm_state state, const char *action, uid_t uid)
{
	uint8_t digest[VARD_DIGEST_LEN];
	/* Only the place changes: the other host notes the same digest. */
	const struct vard_audit audit = { .uid = uid, .vm = vm->name,
					  .action = action,
					  .old_digest = digest,
					  .new_digest = digest };
	struct vard_backend *b = d->backend;
	int r = b->ops->begin(b);

	if (r < 0)
		return r;
	vm->state = state;
	r = b->ops->update(b, vm);
	if (r == 0)
		r = b->ops->device_drop(b, vm);
	if (r == 0)
		r = b->ops->digest(b, vm, digest);
	if (r == 0)
		r = b->ops->audit(b, &audit);
	return vard_move_end_transaction(d, r);
}

static void warn_of_plans(struct vard *d, const struct vard_vm *vm)
{
	unsigned int nr;

	if (d->backend->ops->pending_count(d->backend, vm, &nr) == 0 && nr > 0)
		vard_log(LOG_WARNING, "VM %s: %u plans for its next start stay behind: make them where it is now",
			 vm->name, nr);
}

int vard_move_out_commit(struct vard_conn *c, const char *name,
			 sd_bus_error *e)
{
	struct vard *d = c->daemon;
	struct vard_source *s;
	struct vard_move *m;
	struct vard_vm vm;
	int r = vard_move_of(c, name, VARD_MOVE_SENT, &m, e);

	if (r == 0)
		r = find_row(d, name, &vm, e);
	if (r < 0)
		return r;
	r = set_state(d, &vm, VARD_VM_MOVED, "move-out", c->uid);
	if (r < 0)
		return vard_database_error(d, e, r);
	s = m->source;
	s->vm = vm;
	vard_set_role(d, s, VARD_DEPARTED);
	vard_move_free(m);
	vard_log(LOG_NOTICE, "VM %s: moved away", name);
	warn_of_plans(d, &vm);
	vard_settle(d, s);
	return 0;
}

int vard_move_out_undo(struct vard_conn *c, const char *name, sd_bus_error *e)
{
	struct vard *d = c->daemon;
	struct vard_source *s;
	struct vard_vm vm;
	int r = vard_move_may(c, e);

	if (r == 0)
		r = find_row(d, name, &vm, e);
	if (r < 0)
		return r;
	if (vm.state != VARD_VM_MOVED) {
		sd_bus_error_setf(e, VARD_ERROR("NotMoved"),
				  "VM %s has not moved away: it is here", name);
		return -EALREADY;
	}
	r = set_state(d, &vm, VARD_VM_HERE, "undo-move-out", c->uid);
	if (r < 0)
		return vard_database_error(d, e, r);
	vard_log(LOG_NOTICE, "VM %s: taken back", name);
	s = vard_find_source(d, vm.uuid);
	if (!s)
		return 0;
	s->vm = vm;
	vard_set_role(d, s, VARD_ORDINARY);
	vard_source_thaw(s);
	vard_settle(d, s);
	return 0;
}
