// SPDX-License-Identifier: GPL-2.0
/* What a variable must look like: read-only names and set properties. */
#include "varcheck.h"

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "guids.h"

#define A_BS_RT		(KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)
#define A_NV_BS_RT	(KVM_UEFIVARS_ATTR_NV | A_BS_RT)

/**
 * struct property - property that the firmware set for one name
 * @node: in kuv_varcheck.properties
 * @value: as it was sent
 * @guid: vendor namespace
 * @name_len: bytes of @name
 * @name: UTF-16LE, no NUL
 */
struct property {
	struct list_head node;
	struct kvm_uefivars_var_property value;
	u8 guid[16];
	u32 name_len;
	u8 name[];
};

/**
 * struct known - what is known about a name from power-on
 * @guid: vendor namespace
 * @name: ASCII
 * @is_fixed: only the service itself writes it
 * @value: property in force unless the firmware sets another one
 */
struct known {
	const u8 *guid;
	const char *name;
	bool is_fixed;
	struct kvm_uefivars_var_property value;
};

static const u8 guid_global[16] = KUV_GUID_GLOBAL;
static const u8 guid_vendor_keys_nv[16] = KUV_GUID_VENDOR_KEYS_NV;
static const u8 guid_cert_db[16] = KUV_GUID_CERT_DB;
static const u8 guid_var_error_flag[16] = KUV_GUID_VAR_ERROR_FLAG;

#define FIXED(ns, n, attrs, min, max) { \
	.guid = guid_##ns, \
	.name = n, \
	.is_fixed = true, \
	.value = { \
		.revision = cpu_to_le16(KUV_PROPERTY_REVISION), \
		.property = cpu_to_le16(KUV_PROPERTY_READ_ONLY), \
		.attributes = cpu_to_le32(attrs), \
		.min_size = cpu_to_le64(min), \
		.max_size = cpu_to_le64(max), \
	} }

static const struct known known[] = {
	FIXED(global, "SetupMode", A_BS_RT, 1, 1),
	FIXED(global, "SecureBoot", A_BS_RT, 1, 1),
	FIXED(global, "SignatureSupport", A_BS_RT, 16, U64_MAX),
	FIXED(global, "VendorKeys", A_BS_RT, 1, 1),
	FIXED(vendor_keys_nv, "VendorKeysNv",
	      A_NV_BS_RT | KVM_UEFIVARS_ATTR_AT, 1, 1),
	FIXED(cert_db, "certdb", A_NV_BS_RT | KVM_UEFIVARS_ATTR_AT,
	      0, U64_MAX),
	FIXED(cert_db, "certdbv", A_BS_RT | KVM_UEFIVARS_ATTR_AT, 0, U64_MAX),
	FIXED(var_error_flag, "VarErrorFlag", A_NV_BS_RT, 1, 1),
};

static const struct known *find_known(const struct kuv_name *n)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (kuv_name_is(n, known[i].guid, known[i].name))
			return &known[i];
	return NULL;
}

static struct property *find_set(const struct kuv_varcheck *vc,
				 const struct kuv_name *n)
{
	struct property *p;

	list_for_each_entry(p, &vc->properties, node)
		if (p->name_len == n->len && !memcmp(p->guid, n->guid, 16) &&
		    !memcmp(p->name, n->name, n->len))
			return p;
	return NULL;
}

void kuv_varcheck_init(struct kuv_varcheck *vc)
{
	INIT_LIST_HEAD(&vc->properties);
	vc->nr = 0;
	vc->names_len = 0;
}

void kuv_varcheck_reset(struct kuv_varcheck *vc)
{
	struct property *p, *next;

	list_for_each_entry_safe(p, next, &vc->properties, node)
		kvfree(p);
	kuv_varcheck_init(vc);
}

kuv_status_t
kuv_varcheck_set_property(struct kuv_varcheck *vc, const struct kuv_name *name,
			  const struct kvm_uefivars_var_property *property)
{
	struct property *p;

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

const struct kvm_uefivars_var_property *
kuv_varcheck_property(const struct kuv_varcheck *vc,
		      const struct kuv_name *name)
{
	const struct property *p = find_set(vc, name);
	const struct known *k;

	if (p)
		return &p->value;
	k = find_known(name);
	return k ? &k->value : NULL;
}

bool kuv_varcheck_is_fixed(const struct kuv_name *name)
{
	const struct known *k = find_known(name);

	return k && k->is_fixed;
}

kuv_status_t kuv_varcheck_check(const struct kuv_varcheck *vc,
				const struct kuv_write *w)
{
	const struct kvm_uefivars_var_property *p =
		kuv_varcheck_property(vc, &w->name);
	u32 stored = w->attributes & ~KVM_UEFIVARS_ATTR_AP;
	bool is_append = w->attributes & KVM_UEFIVARS_ATTR_AP;

	if (!p)
		return KUV_SUCCESS;
	if (le16_to_cpu(p->property) & KUV_PROPERTY_READ_ONLY)
		return KUV_WRITE_PROTECTED;
	if (!w->attributes || (!w->len && !is_append))
		return KUV_SUCCESS;
	if (p->attributes && le32_to_cpu(p->attributes) != stored)
		return KUV_INVALID_PARAMETER;
	if (w->len && (w->len < le64_to_cpu(p->min_size) ||
		       w->len > le64_to_cpu(p->max_size)))
		return KUV_INVALID_PARAMETER;
	return KUV_SUCCESS;
}
