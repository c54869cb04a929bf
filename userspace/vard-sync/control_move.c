// SPDX-License-Identifier: GPL-2.0-or-later
/* org.kvm_uefivars.Move1: moving VMs between hosts. */
#include "control.h"

#include "move.h"

#define INTERFACE "org.kvm_uefivars.Move1"

static int method_move_out(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	const char *name;
	int is_now;
	int r = sd_bus_message_read(m, "sb", &name, &is_now);

	if (r >= 0)
		r = vard_move_out(arg, name, is_now, m, e);
	/* 1: whoever finishes it answers. */
	return r < 0 ? r : 1;
}

static int method_move_in(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	const char *name;
	int fd;
	int r = sd_bus_message_read(m, "sh", &name, &fd);

	if (r >= 0)
		r = vard_move_in(arg, name, fd, e);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

typedef int (*step_fn)(struct vard_conn *c, const char *name, sd_bus_error *e);

static int call_step(sd_bus_message *m, struct vard_conn *c, step_fn fn,
		     sd_bus_error *e)
{
	const char *name;
	int r = sd_bus_message_read(m, "s", &name);

	if (r >= 0)
		r = fn(c, name, e);
	return r < 0 ? r : sd_bus_reply_method_return(m, "");
}

static int method_move_out_commit(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	return call_step(m, arg, vard_move_out_commit, e);
}

static int method_move_out_undo(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	return call_step(m, arg, vard_move_out_undo, e);
}

static int method_move_in_commit(sd_bus_message *m, void *arg, sd_bus_error *e)
{
	return call_step(m, arg, vard_move_in_commit, e);
}

/* Who may call: vard_move_may(). */
static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("MoveOut", "sb", "h", method_move_out,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("MoveOutCommit", "s", "", method_move_out_commit,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("MoveOutUndo", "s", "", method_move_out_undo,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("MoveIn", "sh", "", method_move_in,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("MoveInCommit", "s", "", method_move_in_commit,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

int vard_control_move(struct vard_conn *c)
{
	return sd_bus_add_object_vtable(c->bus, NULL, VARD_OBJECT, INTERFACE,
					vtable, c);
}
