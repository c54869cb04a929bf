// SPDX-License-Identifier: GPL-2.0-or-later
/* What a VM lacks of a set of certificates, and one plan that gives it. */
#include "enroll.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "kuvctl.h"
#include "siglist.h"

#define USUAL                                                                 \
	(KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT | \
	 KVM_UEFIVARS_ATTR_AT)

static const struct vard_var *find(const struct kuvctl_vars *v,
				   enum pcr_var which)
{
	return kuvctl_vars_find(v, pcr_names[which].guid,
				pcr_names[which].text);
}

const struct vard_var *enroll_variable(const struct kuvctl_vars *v,
				       enum pcr_var which, struct vard_var *ret)
{
	const struct vard_var *old = find(v, which);

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->guid, pcr_names[which].guid, 16);
	ret->name = pcr_names[which].name;
	ret->name_len = pcr_names[which].name_len;
	ret->attributes = USUAL;
	/* With its time kept, every signed change after it stays possible. */
	if (old)
		memcpy(ret->time, old->time, 16);
	return old;
}

/* A list of its own for each certificate, as firmware's own tools make them. */
static void append(uint8_t **data, size_t *len, const struct enroll_cert *c)
{
	const struct vard_sig sig = { vard_sig_x509, c->owner, c->der,
				      (uint32_t)c->len };

	if (vard_siglist_append(data, len, &sig) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
}

static bool has_cert(const uint8_t *data, size_t len,
		     const struct enroll_cert *c)
{
	return pcr_has_signature(data, len, vard_sig_x509, NULL, c->der,
				 (uint32_t)c->len);
}

static int nothing(const struct vard_sig *sig, void *arg)
{
	(void)sig;
	(void)arg;
	return 0;
}

static bool is_sound(const struct vard_var *v)
{
	return !v || !vard_siglist_walk(v->data, v->data_len, nothing, NULL);
}

static void change(struct kuvctl_plan *p, struct vard_var *v,
		   const struct vard_var *old, const uint8_t *data, size_t len)
{
	if (old && old->data_len == len && !memcmp(old->data, data, len))
		return;
	v->data = data;
	v->data_len = (uint32_t)len;
	kuvctl_plan_add(p, KUVCTL_SET, v);
}

static bool wants(const struct enroll_set *s, enum pcr_var which)
{
	for (size_t i = 0; i < s->nr; i++)
		if (s->certs[i].where == which)
			return true;
	return false;
}

static const char *plan_list(const struct kuvctl_vars *v, struct enroll_set *s,
			     enum pcr_var which, bool replace,
			     struct kuvctl_plan *p)
{
	struct vard_var var;
	const struct vard_var *old = enroll_variable(v, which, &var);
	_cleanup_free_ uint8_t *data = NULL;
	size_t len = 0;

	if (!wants(s, which))
		return NULL;
	if (!replace && !is_sound(old))
		return which == PCR_KEK ? "its KEK is damaged: --replace makes a new one" :
					  "its db is damaged: --replace makes a new one";
	if (old && !replace) {
		data = malloc(old->data_len + 1);
		if (!data)
			fail(KUVCTL_EXIT_INTERNAL, "no memory");
		memcpy(data, old->data, old->data_len);
		len = old->data_len;
	}
	for (size_t i = 0; i < s->nr; i++) {
		struct enroll_cert *c = &s->certs[i];

		if (c->where != which)
			continue;
		c->is_new = !old || !has_cert(old->data, old->data_len, c);
		/* The same certificate may be asked for twice. */
		if (!has_cert(data, len, c))
			append(&data, &len, c);
	}
	change(p, &var, old, data, len);
	return NULL;
}

static const char *plan_pk(const struct kuvctl_vars *v, struct enroll_cert *c,
			   bool replace, struct kuvctl_plan *p)
{
	struct vard_var var;
	const struct vard_var *old = enroll_variable(v, PCR_PK, &var);
	_cleanup_free_ uint8_t *data = NULL;
	size_t len = 0;

	c->is_new = !old || !has_cert(old->data, old->data_len, c);
	if (!c->is_new)
		return NULL;
	if (old && !replace) {
		c->is_new = false;
		return c->is_spare ? NULL :
				     "it has another PK: kuvctl pk-replace changes that";
	}
	append(&data, &len, c);
	change(p, &var, old, data, len);
	return NULL;
}

const char *enroll_plan(const struct kuvctl_vars *v, struct enroll_set *s,
			bool replace, struct kuvctl_plan *p)
{
	struct enroll_cert *pk = NULL;
	const char *why;

	for (size_t i = 0; i < s->nr; i++) {
		if (s->certs[i].where != PCR_PK)
			continue;
		/* A file given for PK wins over that of the own directory. */
		if (!pk || pk->is_spare)
			pk = &s->certs[i];
	}
	why = plan_list(v, s, PCR_KEK, replace, p);
	if (!why)
		why = plan_list(v, s, PCR_DB, replace, p);
	/* The mode changes last. */
	if (!why && pk)
		why = plan_pk(v, pk, replace, p);
	return why;
}
