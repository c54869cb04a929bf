// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of a file while it is read: good ones are kept, others reported. */
#include "records.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "signers.h"

#define ID_LEN 96

static const uint8_t guid_global[16] = {
	0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
	0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
};
static const uint8_t guid_custom_mode[16] = {
	0x0c, 0xec, 0x76, 0xc0, 0x28, 0x70, 0x99, 0x43,
	0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f,
};
static const uint8_t guid_error_flag[16] = {
	0xe8, 0x7f, 0xb3, 0x04, 0xae, 0xf6, 0x0b, 0x48,
	0xbd, 0xd5, 0x37, 0xd9, 0x8c, 0x5e, 0x89, 0xaa,
};

bool vard_var_is(const struct vard_var *v, const uint8_t guid[16],
		 const char *ascii)
{
	size_t len = strlen(ascii);

	if (memcmp(v->guid, guid, 16) != 0 || v->name_len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (v->name[2 * i] != (uint8_t)ascii[i] || v->name[2 * i + 1])
			return false;
	return true;
}

bool vard_var_is_made_anew(const struct vard_var *v)
{
	static const char *const global[] = { "SetupMode", "SecureBoot",
		"SignatureSupport", "VendorKeys", "AuditMode", "DeployedMode" };

	for (size_t i = 0; i < sizeof(global) / sizeof(global[0]); i++)
		if (vard_var_is(v, guid_global, global[i]))
			return true;
	return vard_var_is(v, guid_custom_mode, "CustomMode") ||
	       vard_var_is(v, guid_error_flag, "VarErrorFlag");
}

/* "variables[3] (BootOrder)" */
static int make_id(size_t place, const struct vard_var *v, char id[ID_LEN])
{
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);

	if (!name)
		return -ENOMEM;
	if (v->name_len)
		snprintf(id, ID_LEN, "variables[%zu] (%.60s)", place, name);
	else
		snprintf(id, ID_LEN, "variables[%zu]", place);
	return 0;
}

static int keep(struct vard_records *r, const struct vard_var *v,
		const uint8_t *signer)
{
	uint8_t *name = malloc(v->name_len + 1U), *data = malloc(v->data_len + 1UL);
	struct vard_record *list, *e;

	list = reallocarray(r->list, r->nr + 1, sizeof(*list));
	if (list)
		r->list = list;
	if (!list || !name || !data) {
		free(name);
		free(data);
		return -ENOMEM;
	}
	memcpy(name, v->name, v->name_len);
	memcpy(data, v->data, v->data_len);
	e = &list[r->nr++];
	*e = (struct vard_record){ .v = *v, .place = r->next };
	e->v.name = name;
	e->v.data = data;
	if (!(v->attributes & KVM_UEFIVARS_ATTR_AT))
		memset(e->v.time, 0, sizeof(e->v.time));
	else if (signer)
		memcpy(e->signer, signer, VARD_SIGNER_LEN);
	e->has_signer = signer && v->attributes & KVM_UEFIVARS_ATTR_AT;
	return 0;
}

/* Why a record is left out without being wrong, or NULL. */
static const char *why_skip(const struct vard_records *r,
			    const struct vard_var *v)
{
	if (!r->skip_volatile)
		return NULL;
	if (vard_var_is_made_anew(v))
		return "left out: the firmware makes it at each start";
	if (!(v->attributes & KVM_UEFIVARS_ATTR_NV))
		return "left out: it is volatile";
	return NULL;
}

int vard_records_add(struct vard_records *r, const struct vard_var *v,
		     const uint8_t *signer)
{
	static const uint8_t zero[sizeof(v->time)];
	const char *skip = NULL, *reason;
	char id[ID_LEN];

	if (make_id(r->next, v, id) < 0)
		return -ENOMEM;
	reason = vard_var_check_name(v->name, v->name_len);
	if (!reason)
		skip = why_skip(r, v);
	if (!reason && !skip)
		reason = vard_var_check(v);
	if (skip)
		vard_report_warning(r->report, "%s: %s", id, skip);
	if (reason)
		vard_report_error(r->report, "%s: %s", id, reason);
	if (!skip && !reason) {
		if (!(v->attributes & KVM_UEFIVARS_ATTR_AT) &&
		    memcmp(v->time, zero, sizeof(zero)) != 0)
			vard_report_warning(r->report,
				"%s: not authenticated, its time is ignored", id);
		if (keep(r, v, signer) < 0)
			return -ENOMEM;
	}
	r->next++;
	return 0;
}

void vard_records_bad(struct vard_records *r, const char *reason)
{
	vard_report_error(r->report, "variables[%zu]: %s", r->next++, reason);
}

static int compare(const void *a, const void *b)
{
	const struct vard_record *x = *(const struct vard_record *const *)a;
	const struct vard_record *y = *(const struct vard_record *const *)b;
	int r = memcmp(x->v.guid, y->v.guid, sizeof(x->v.guid));

	if (r == 0 && x->v.name_len != y->v.name_len)
		r = x->v.name_len < y->v.name_len ? -1 : 1;
	return r ? r : memcmp(x->v.name, y->v.name, x->v.name_len);
}

static int compare_places(const void *a, const void *b)
{
	const struct vard_record *x = *(const struct vard_record *const *)a;
	const struct vard_record *y = *(const struct vard_record *const *)b;
	int r = compare(a, b);

	return r ? r : x->place < y->place ? -1 : 1;
}

static void drop(struct vard_record *e)
{
	free((void *)(uintptr_t)e->v.name);
	free((void *)(uintptr_t)e->v.data);
	e->v.name = NULL;
}

void vard_records_drop(struct vard_records *r, struct vard_record *e)
{
	size_t at = (size_t)(e - r->list);

	drop(e);
	memmove(e, e + 1, (--r->nr - at) * sizeof(*e));
}

/* Of those with the same name the first stays. */
static int drop_duplicates(struct vard_records *r)
{
	_cleanup_free_ struct vard_record **sorted = NULL;
	size_t first = 0, nr = 0;

	sorted = calloc(r->nr + 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < r->nr; i++)
		sorted[i] = &r->list[i];
	qsort(sorted, r->nr, sizeof(*sorted), compare_places);
	for (size_t i = 1; i < r->nr; i++) {
		if (compare(&sorted[first], &sorted[i]) != 0) {
			first = i;
			continue;
		}
		vard_report_error(r->report,
			"variables[%zu]: the same variable as variables[%zu]",
			sorted[i]->place, sorted[first]->place);
		drop(sorted[i]);
	}
	for (size_t i = 0; i < r->nr; i++)
		if (r->list[i].v.name)
			r->list[nr++] = r->list[i];
	r->nr = nr;
	return 0;
}

int vard_records_end(struct vard_records *r, struct vard_template *t)
{
	if (drop_duplicates(r) < 0 || vard_signers_put(r) < 0)
		return -ENOMEM;
	if (r->skip_volatile)
		vard_signers_check(r);
	t->vars = calloc(r->nr + 1, sizeof(*t->vars));
	if (!t->vars)
		return -ENOMEM;
	for (size_t i = 0; i < r->nr; i++)
		t->vars[i] = r->list[i].v;
	t->nr = r->nr;
	r->nr = 0;
	vard_records_free(r);
	return 0;
}

void vard_records_free(struct vard_records *r)
{
	for (size_t i = 0; i < r->nr; i++)
		drop(&r->list[i]);
	free(r->list);
	r->list = NULL;
	r->nr = 0;
}
