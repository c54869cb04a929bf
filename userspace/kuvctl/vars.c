// SPDX-License-Identifier: GPL-2.0-or-later
/* The variables of a VM, over vard-sync's org.kvm_uefivars.Variables1. */
#include "vars.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kuvctl.h"

/* A scratch store is filled and a disk is waited for. */
#define NO_TIMEOUT UINT64_MAX

static void *copy(const void *p, size_t len)
{
	/* Something to free also for nothing. */
	void *ret = malloc(len + 1);

	if (!ret)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	if (len > 0)
		memcpy(ret, p, len);
	return ret;
}

static char *copy_text(const char *text)
{
	return copy(text, strlen(text) + 1);
}

static void take_info(struct kuvctl_vars *v, const char *key,
		      const struct kuvctl_value *value)
{
	if (!strcmp(key, "running"))
		v->is_running = value->number;
	else if (!strcmp(key, "moved"))
		v->is_moved = value->number;
	else if (!strcmp(key, "pending"))
		v->nr_pending = (unsigned int)value->number;
	else if (!strcmp(key, "digest") && value->text)
		snprintf(v->digest, sizeof(v->digest), "%s", value->text);
	else if (!strcmp(key, "uuid") && value->text)
		snprintf(v->uuid, sizeof(v->uuid), "%s", value->text);
	else if (!strcmp(key, "options") && value->text && !v->options)
		v->options = copy_text(value->text);
}

static int read_fixed(sd_bus_message *m, uint8_t out[16])
{
	const void *p = NULL;
	size_t len = 0;
	int r = sd_bus_message_read_array(m, 'y', &p, &len);

	if (r < 0)
		return r;
	if (len != 16)
		return -EBADMSG;
	memcpy(out, p, 16);
	return 0;
}

static int read_bytes(sd_bus_message *m, const uint8_t **ret, uint32_t *ret_len)
{
	const void *p = NULL;
	size_t len = 0;
	int r = sd_bus_message_read_array(m, 'y', &p, &len);

	if (r < 0)
		return r;
	*ret = copy(p, len);
	*ret_len = (uint32_t)len;
	return 0;
}

int kuvctl_vars_read_one(sd_bus_message *m, struct vard_var *v)
{
	int r = read_fixed(m, v->guid);

	if (r >= 0)
		r = read_bytes(m, &v->name, &v->name_len);
	if (r >= 0)
		r = sd_bus_message_read(m, "u", &v->attributes);
	if (r >= 0)
		r = read_fixed(m, v->time);
	if (r >= 0)
		r = read_bytes(m, &v->data, &v->data_len);
	return r;
}

void kuvctl_var_free(struct vard_var *v)
{
	free((void *)(uintptr_t)v->name);
	free((void *)(uintptr_t)v->data);
	*v = (struct vard_var){ 0 };
}

/* Room for one more, zeroed. */
static struct vard_var *grow(struct vard_template *t)
{
	struct vard_var *vars = t->vars;

	/* At 0, 1, 2, 4, 8, ... */
	if ((t->nr & (t->nr - 1)) == 0)
		vars = reallocarray(vars, t->nr ? t->nr * 2 : 1, sizeof(*vars));
	if (!vars)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	t->vars = vars;
	vars[t->nr] = (struct vard_var){ 0 };
	return &vars[t->nr++];
}

static int read_list(sd_bus_message *m, struct vard_template *t)
{
	int r = sd_bus_message_enter_container(m, 'a', "(ayayuayay)");

	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'r', "ayayuayay")) > 0) {
		r = kuvctl_vars_read_one(m, grow(t));
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r < 0)
			break;
	}
	return r;
}

static int read_vars(sd_bus_message *m, struct kuvctl_vars *v)
{
	struct kuvctl_value value;
	const char *key;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	if (r < 0)
		return r;
	while ((key = kuvctl_next(m, &value)))
		take_info(v, key, &value);
	if (!v->options)
		v->options = copy_text("");
	return read_list(m, &v->list);
}

/* Makes a call that was built with @r and frees it. */
static int make_call(sd_bus *bus, sd_bus_message *call, int r, sd_bus_error *e,
		     sd_bus_message **ret)
{
	if (r >= 0)
		r = sd_bus_call(bus, call, NO_TIMEOUT, e, ret);
	sd_bus_message_unref(call);
	return r;
}

int kuvctl_vars_try(sd_bus *bus, const char *vm, struct kuvctl_vars *ret,
		    sd_bus_error *e)
{
	sd_bus_message *call = kuvctl_request(bus, KUVCTL_VARIABLES, "List");
	sd_bus_message *reply = NULL;
	int r;

	*ret = (struct kuvctl_vars){ .vm = copy_text(vm) };
	r = make_call(bus, call, sd_bus_message_append(call, "s", vm), e,
		      &reply);
	if (r >= 0)
		r = read_vars(reply, ret);
	sd_bus_message_unref(reply);
	if (r < 0)
		kuvctl_vars_free(ret);
	return r < 0 ? r : 0;
}

void kuvctl_vars_get(sd_bus *bus, const char *vm, struct kuvctl_vars *ret)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = kuvctl_vars_try(bus, vm, ret, &e);

	if (r < 0)
		kuvctl_refused(&e, r);
}

void kuvctl_vars_free(struct kuvctl_vars *v)
{
	for (size_t i = 0; i < v->list.nr; i++)
		kuvctl_var_free(&v->list.vars[i]);
	free(v->list.vars);
	free(v->options);
	free(v->vm);
	*v = (struct kuvctl_vars){ 0 };
}

static bool is_name(const struct vard_var *v, const char *name)
{
	size_t len = strlen(name);

	if (v->name_len != len * 2)
		return false;
	for (size_t i = 0; i < len; i++)
		if (v->name[i * 2] != (uint8_t)name[i] || v->name[i * 2 + 1])
			return false;
	return true;
}

const struct vard_var *kuvctl_vars_find(const struct kuvctl_vars *v,
					const uint8_t guid[16],
					const char *name)
{
	for (size_t i = 0; i < v->list.nr; i++)
		if (!memcmp(v->list.vars[i].guid, guid, 16) &&
		    is_name(&v->list.vars[i], name))
			return &v->list.vars[i];
	return NULL;
}

struct vard_var *kuvctl_list_find(const struct vard_template *t,
				  const struct vard_var *which)
{
	for (size_t i = 0; i < t->nr; i++) {
		struct vard_var *v = &t->vars[i];

		if (!memcmp(v->guid, which->guid, 16) &&
		    v->name_len == which->name_len &&
		    !memcmp(v->name, which->name, v->name_len))
			return v;
	}
	return NULL;
}

void kuvctl_plan_add(struct kuvctl_plan *p, enum kuvctl_op op,
		     const struct vard_var *v)
{
	struct kuvctl_change *c = reallocarray(p->changes, p->nr + 1,
					       sizeof(*c));

	if (!c)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	p->changes = c;
	c += p->nr++;
	*c = (struct kuvctl_change){ .op = op, .v = *v };
	c->v.name = copy(v->name, v->name_len);
	c->v.data = copy(v->data, v->data_len);
}

void kuvctl_plan_free(struct kuvctl_plan *p)
{
	for (size_t i = 0; i < p->nr; i++)
		kuvctl_var_free(&p->changes[i].v);
	free(p->changes);
	*p = (struct kuvctl_plan){ 0 };
}

static int append_options(sd_bus_message *m, const struct kuvctl_apply *how)
{
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "action", "s",
					  how->action);
	if (r >= 0 && how->is_dry_run)
		r = sd_bus_message_append(m, "{sv}", "dry-run", "b", true);
	if (r >= 0 && how->at_next_boot)
		r = sd_bus_message_append(m, "{sv}", "at-next-boot", "b", true);
	if (r >= 0 && how->expect_digest)
		r = sd_bus_message_append(m, "{sv}", "expect-digest", "s",
					  how->expect_digest);
	if (r >= 0 && how->detail)
		r = sd_bus_message_append(m, "{sv}", "detail", "s",
					  how->detail);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_change(sd_bus_message *m, const struct kuvctl_change *c)
{
	const struct vard_var *v = &c->v;
	int r = sd_bus_message_open_container(m, 'r', "uayayuayay");

	if (r >= 0)
		r = sd_bus_message_append(m, "u", (uint32_t)c->op);
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', v->guid, 16);
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', v->name, v->name_len);
	if (r >= 0)
		r = sd_bus_message_append(m, "u", v->attributes);
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', v->time, 16);
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', v->data, v->data_len);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_plan(sd_bus_message *m, const struct kuvctl_plan *p)
{
	int r = sd_bus_message_open_container(m, 'a', "(uayayuayay)");

	for (size_t i = 0; r >= 0 && i < p->nr; i++)
		r = append_change(m, &p->changes[i]);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static void take_applied(struct kuvctl_applied *a, const char *key,
			 const struct kuvctl_value *value)
{
	if (!strcmp(key, "old-digest") && value->text)
		snprintf(a->old_digest, sizeof(a->old_digest), "%s",
			 value->text);
	else if (!strcmp(key, "new-digest") && value->text)
		snprintf(a->new_digest, sizeof(a->new_digest), "%s",
			 value->text);
	else if (!strcmp(key, "changed"))
		a->nr_changed = (unsigned int)value->number;
	else if (!strcmp(key, "pending"))
		a->pending_id = value->number;
	else if (!strcmp(key, "running"))
		a->was_running = value->number;
}

static int read_applied(sd_bus_message *m, struct kuvctl_applied *a)
{
	struct kuvctl_value value;
	const char *key;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (key = kuvctl_next(m, &value)))
		take_applied(a, key, &value);
	return r < 0 ? r : 0;
}

int kuvctl_plan_try(sd_bus *bus, const char *vm, const struct kuvctl_plan *p,
		    const struct kuvctl_apply *how, struct kuvctl_applied *ret,
		    sd_bus_error *e)
{
	sd_bus_message *call = kuvctl_request(bus, KUVCTL_VARIABLES, "Change");
	sd_bus_message *reply = NULL;
	int r;

	*ret = (struct kuvctl_applied){ 0 };
	r = sd_bus_message_append(call, "s", vm);
	if (r >= 0)
		r = append_options(call, how);
	if (r >= 0)
		r = append_plan(call, p);
	r = make_call(bus, call, r, e, &reply);
	if (r >= 0)
		r = read_applied(reply, ret);
	sd_bus_message_unref(reply);
	return r;
}

void kuvctl_plan_apply(sd_bus *bus, const char *vm,
		       const struct kuvctl_plan *p,
		       const struct kuvctl_apply *how,
		       struct kuvctl_applied *ret)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	int r = kuvctl_plan_try(bus, vm, p, how, ret, &e);

	if (r < 0)
		kuvctl_refused(&e, r);
}
