// SPDX-License-Identifier: GPL-2.0-or-later
/* What moves in both directions share: beginning, end, going back. */
#include "move.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "vm.h"

struct vard_move *vard_move_new(struct vard_conn *c, struct vard_source *s,
				enum vard_move_step step)
{
	struct vard_move *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->conn = c;
	m->source = s;
	m->step = step;
	c->move = m;
	s->move = m;
	return m;
}

void vard_move_free(struct vard_move *m)
{
	m->conn->move = NULL;
	m->source->move = NULL;
	sd_bus_message_unref(m->call);
	free(m->data);
	free(m);
}

int vard_move_may(const struct vard_conn *c, sd_bus_error *e)
{
	if (!vard_conn_is_operator(c)) {
		sd_bus_error_set(e, VARD_ERROR("NoPermission"),
				 "only root may move a VM to another host or take one in");
		return -EACCES;
	}
	if (c->move) {
		sd_bus_error_setf(e, VARD_ERROR("InUse"),
				  "this connection moves VM %s already: use another one",
				  c->move->source->vm.name);
		return -EBUSY;
	}
	return 0;
}

int vard_move_of(const struct vard_conn *c, const char *name,
		 enum vard_move_step step, struct vard_move **ret,
		 sd_bus_error *e)
{
	if (!c->move || c->move->step != step ||
	    strcmp(c->move->source->vm.name, name) != 0) {
		sd_bus_error_setf(e, VARD_ERROR("NotFound"),
				  "this connection has begun no such move of VM %s",
				  name);
		return -ENOENT;
	}
	*ret = c->move;
	return 0;
}

int vard_move_end_transaction(struct vard *d, int r)
{
	if (r == 0)
		return d->backend->ops->commit(d->backend);
	d->backend->ops->rollback(d->backend);
	return r;
}

void vard_move_look(struct vard_move *m)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r;

	if (m->step != VARD_MOVE_WAITING)
		return;
	r = vard_move_advance(m, &e);
	if (r < 0) {
		if (!sd_bus_error_is_set(&e))
			sd_bus_error_set_errno(&e, r);
		sd_bus_reply_method_error(m->call, &e);
		vard_move_free(m);
	}
	sd_bus_error_free(&e);
}

void vard_move_abort(struct vard_move *m)
{
	struct vard_source *s;
	struct vard *d;

	if (!m)
		return;
	s = m->source;
	d = m->conn->daemon;
	if (m->step == VARD_MOVE_SENT) {
		vard_log(LOG_NOTICE, "VM %s: its move ended before the commit: the VM stays here",
			 s->vm.name);
		vard_source_thaw(s);
	} else if (m->step == VARD_MOVE_READY) {
		vard_log(LOG_NOTICE, "VM %s: its move ended before the commit: the VM did not come",
			 s->vm.name);
	}
	vard_move_free(m);
	vard_settle(d, s);
}
