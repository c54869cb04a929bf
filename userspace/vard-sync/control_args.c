// SPDX-License-Identifier: GPL-2.0-or-later
/* What methods of the control interface have in common: arguments and answers. */
#include "control.h"

#include <errno.h>

int vard_control_bad_argument(sd_bus_error *e, const char *what)
{
	sd_bus_error_set(e, SD_BUS_ERROR_INVALID_ARGS, what);
	return -EINVAL;
}

int vard_control_read_order(sd_bus_message *m, struct vard_conn *c,
			    sd_bus_error *e, struct vard_order *o)
{
	*o = (struct vard_order){ .d = c->daemon, .uid = c->uid, .e = e };
	return sd_bus_message_read(m, "s", &o->vm);
}

int vard_control_read_options(sd_bus_message *m, vard_option_fn fn, void *arg,
			      sd_bus_error *e)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0) {
		const char *key;

		r = sd_bus_message_enter_container(m, 'e', "sv");
		if (r <= 0)
			break;
		r = sd_bus_message_read(m, "s", &key);
		if (r >= 0)
			r = fn(m, key, arg, e);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	if (r == -ENXIO)
		return vard_control_bad_argument(e, "the value of an option is of the wrong type");
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

int vard_control_reply_list(sd_bus_message *m, const char *type,
			    vard_fill_fn fill, void *arg)
{
	sd_bus_message *reply = NULL;
	int r = sd_bus_message_new_method_return(m, &reply);

	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', type);
	if (r >= 0)
		r = fill(reply, arg);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}
