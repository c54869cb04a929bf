// SPDX-License-Identifier: GPL-2.0
/* What a variable must look like: well-known names and set properties. */
#include "varcheck.h"

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "varcheck_names.h"

static struct kuv_property *find_set(const struct kuv_varcheck *vc,
				     const struct kuv_name *n)
{
	struct kuv_property *p;

	list_for_each_entry(p, &vc->properties, node)
		if (p->name_len == n->len && !memcmp(p->guid, n->guid, 16) &&
		    !memcmp(p->name, n->name, n->len))
			return p;
	return NULL;
}

/* Property set for a wildcard itself, as for "Boot####". */
static struct kuv_property *
find_set_wildcard(const struct kuv_varcheck *vc, const u8 *guid,
		  const char *name)
{
	struct kuv_property *p;

	list_for_each_entry(p, &vc->properties, node) {
		struct kuv_name n = { p->guid, p->name, p->name_len };

		if (kuv_name_is(&n, guid, name))
			return p;
	}
	return NULL;
}

static const struct kuv_known *find_known(const struct kuv_varcheck *vc,
					  const struct kuv_name *n)
{
	const struct kuv_known *k = kuv_known_find(n);

	return k && k->is_mode && !vc->has_modes ? NULL : k;
}

void kuv_varcheck_init(struct kuv_varcheck *vc)
{
	INIT_LIST_HEAD(&vc->properties);
	vc->nr = 0;
	vc->names_len = 0;
	vc->has_modes = false;
}

void kuv_varcheck_reset(struct kuv_varcheck *vc)
{
	struct kuv_property *p, *next;

	list_for_each_entry_safe(p, next, &vc->properties, node)
		kvfree(p);
	kuv_varcheck_init(vc);
}

kuv_status_t
kuv_varcheck_set_property(struct kuv_varcheck *vc, const struct kuv_name *name,
			  const struct kvm_uefivars_var_property *property)
{
	struct kuv_property *p;

	if (le16_to_cpu(property->revision) != KUV_PROPERTY_REVISION ||
	    !name->len)
		return KUV_INVALID_PARAMETER;
	p = find_set(vc, name);
	if (p) {
		p->value = *property;
		return KUV_SUCCESS;
	}
	if (vc->nr >= KUV_PROPERTY_NR_MAX ||
	    name->len > KUV_PROPERTY_NAMES_MAX - vc->names_len)
		return KUV_OUT_OF_RESOURCES;
	p = kvmalloc(sizeof(*p) + name->len, GFP_KERNEL_ACCOUNT);
	if (!p)
		return KUV_OUT_OF_RESOURCES;
	p->value = *property;
	memcpy(p->guid, name->guid, sizeof(p->guid));
	p->name_len = name->len;
	memcpy(p->name, name->name, name->len);
	list_add_tail(&p->node, &vc->properties);
	vc->nr++;
	vc->names_len += name->len;
	return KUV_SUCCESS;
}

/* The property of a name of which @k is known, NULL for nothing. */
static const struct kvm_uefivars_var_property *
property_of(const struct kuv_varcheck *vc, const struct kuv_name *name,
	    const struct kuv_known *k)
{
	const struct kuv_property *p = find_set(vc, name);

	if (!p && k)
		p = find_set_wildcard(vc, name->guid, k->name);
	if (p)
		return &p->value;
	return k ? &k->value : NULL;
}

const struct kvm_uefivars_var_property *
kuv_varcheck_property(const struct kuv_varcheck *vc,
		      const struct kuv_name *name)
{
	return property_of(vc, name, find_known(vc, name));
}

bool kuv_varcheck_is_fixed(const struct kuv_name *name)
{
	const struct kuv_known *k = kuv_known_find(name);

	return k && k->is_fixed;
}

static bool fits_property(const struct kvm_uefivars_var_property *p,
			  const struct kuv_write *w)
{
	u32 stored = w->attributes & ~KVM_UEFIVARS_ATTR_AP;

	if (p->attributes && le32_to_cpu(p->attributes) != stored)
		return false;
	return !w->len || (w->len >= le64_to_cpu(p->min_size) &&
			   w->len <= le64_to_cpu(p->max_size));
}

/* What the specification says about its own names. */
static bool is_as_specified(const struct kuv_known *k,
			    const struct kuv_write *w, bool has_property)
{
	if (w->attributes & KVM_UEFIVARS_ATTR_HR &&
	    !kuv_known_is_record(&w->name))
		return false;
	if (!has_property)
		return !kuv_known_is_closed(w->name.guid);
	return !k || !w->len || kuv_content_is_valid(k->content, w->data,
						     w->len);
}

kuv_status_t kuv_varcheck_check(const struct kuv_varcheck *vc,
				const struct kuv_write *w)
{
	const struct kuv_known *k = find_known(vc, &w->name);
	const struct kvm_uefivars_var_property *p =
		property_of(vc, &w->name, k);

	if (p && le16_to_cpu(p->property) & KUV_PROPERTY_READ_ONLY)
		return KUV_WRITE_PROTECTED;
	if (kuv_write_is_delete(w))
		return KUV_SUCCESS;
	if (p && !fits_property(p, w))
		return KUV_INVALID_PARAMETER;
	return is_as_specified(k, w, p) ? KUV_SUCCESS : KUV_INVALID_PARAMETER;
}
