/* SPDX-License-Identifier: GPL-2.0 */
/* What the suites of authenticated variables share: keys, writes with and without a signature. */
#ifndef _KUV_TESTS_AUTHLIB_H
#define _KUV_TESTS_AUTHLIB_H

#include "testlib.h"

#include <auth_vectors.h>

#include "guids.h"
#include "own.h"

#define A_KEY	(NV_BS_RT | A_AT)

/* A time and WIN_CERTIFICATE_UEFI_GUID, with nothing in it. */
#define TEST_DESCRIPTOR	40

/* A variable by name. */
struct auth_var {
	u8 guid[16];
	const char *name;
};

#define AUTH_VAR(id, guid, name) \
	static const struct auth_var id __maybe_unused = { guid, name }

AUTH_VAR(var_pk, KUV_GUID_GLOBAL, "PK");
AUTH_VAR(var_kek, KUV_GUID_GLOBAL, "KEK");
AUTH_VAR(var_db, KUV_GUID_SECURITY, "db");
AUTH_VAR(var_dbx, KUV_GUID_SECURITY, "dbx");
AUTH_VAR(var_dbt, KUV_GUID_SECURITY, "dbt");
AUTH_VAR(var_dbr, KUV_GUID_SECURITY, "dbr");
AUTH_VAR(var_setup_mode, KUV_GUID_GLOBAL, "SetupMode");
AUTH_VAR(var_secure_boot, KUV_GUID_GLOBAL, "SecureBoot");
AUTH_VAR(var_signature_support, KUV_GUID_GLOBAL, "SignatureSupport");
AUTH_VAR(var_enable, KUV_GUID_SECURE_BOOT_ENABLE, "SecureBootEnable");
AUTH_VAR(var_custom, KUV_GUID_CUSTOM_MODE, "CustomMode");
AUTH_VAR(var_vendor_keys, KUV_GUID_GLOBAL, "VendorKeys");
AUTH_VAR(var_vendor_keys_nv, KUV_GUID_VENDOR_KEYS_NV, "VendorKeysNv");
AUTH_VAR(var_certdb, KUV_GUID_CERT_DB, "certdb");
AUTH_VAR(var_certdbv, KUV_GUID_CERT_DB, "certdbv");
AUTH_VAR(var_audit, KUV_GUID_GLOBAL, "AuditMode");
AUTH_VAR(var_deployed, KUV_GUID_GLOBAL, "DeployedMode");

/* The namespace of test_guid. */
#define GUID_TEST { 0x4b, 0x55, 0x56, 0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }

AUTH_VAR(var_mine, GUID_TEST, "Mine");
AUTH_VAR(var_other, GUID_TEST, "Other");

static inline const struct kuv_var *auth_find(struct kuv_test *t,
					      const struct auth_var *v)
{
	return test_find_in(t, v->guid, v->name);
}

static inline kuv_status_t auth_set(struct kuv_test *t,
				    const struct auth_var *v, u32 attributes,
				    const void *data, u32 len)
{
	return test_set_in(t, v->guid, v->name, attributes, data, len);
}

/* SetVariable with what the generator signed. */
#define SIGNED(t, var, attributes, vec) \
	auth_set(t, &var_##var, attributes, vec_##vec, sizeof(vec_##vec))

/* The same, one byte of it changed. */
static inline kuv_status_t auth_set_patched(struct kuv_test *t,
					    const struct auth_var *v,
					    u32 attributes, const u8 *data,
					    u32 len, u32 at, u8 flip)
{
	u8 *copy = kmalloc(len, GFP_KERNEL);
	kuv_status_t status;

	if (!copy)
		return KUV_DEVICE_ERROR;
	memcpy(copy, data, len);
	copy[at] ^= flip;
	status = auth_set(t, v, attributes, copy, len);
	kfree(copy);
	return status;
}

#define PATCHED(t, var, attributes, vec, at, flip) \
	auth_set_patched(t, &var_##var, attributes, vec_##vec, \
			 sizeof(vec_##vec), at, flip)

/* The descriptor of kunit-auth.py at the @second, without a signature. */
static inline void auth_descriptor(u8 *d, u8 second)
{
	static const u8 pkcs7[16] =
		KUV_GUID(0x4aafd29d, 0x68df, 0x49ee,
			 0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7);
	static const u8 head[24] = {
		2026 & 0xff, 2026 >> 8, 1, 2, 3, 4, 0, [16] = 24, [21] = 2,
		[22] = 0xf1, [23] = 0x0e,
	};

	memcpy(d, head, sizeof(head));
	d[6] = second;
	memcpy(d + sizeof(head), pkcs7, sizeof(pkcs7));
}

/* SetVariable with a descriptor that has no signature. */
static inline kuv_status_t auth_set_bare(struct kuv_test *t,
					 const struct auth_var *v,
					 u32 attributes, u8 second,
					 const void *payload, u32 len)
{
	u8 *data = kmalloc(TEST_DESCRIPTOR + len, GFP_KERNEL);
	kuv_status_t status;

	if (!data)
		return KUV_DEVICE_ERROR;
	auth_descriptor(data, second);
	memcpy(data + TEST_DESCRIPTOR, payload, len);
	status = auth_set(t, v, attributes, data, TEST_DESCRIPTOR + len);
	kfree(data);
	return status;
}

#define BARE(t, var, attributes, second, list) \
	auth_set_bare(t, &var_##var, attributes, second, vec_list_##list, \
		      sizeof(vec_list_##list))

/* A variable as the host's operator loads it. */
static inline kuv_status_t auth_load(struct kuv_test *t,
				     const struct auth_var *v, u32 attributes,
				     const void *data, u32 len)
{
	struct kuv_name n = test_name_in(t, v->guid, v->name);

	return kuv_service_host_set(&t->s, &n, attributes, NULL, data, len,
				    true, NULL);
}

/* Does a variable have this value? */
static inline bool auth_is(struct kuv_test *t, const struct auth_var *v,
			   const void *data, u32 len)
{
	const struct kuv_var *var = auth_find(t, v);

	return var && var->data_len == len &&
	       !memcmp(kuv_var_data(var), data, len);
}

static inline bool auth_is_u8(struct kuv_test *t, const struct auth_var *v,
			      u8 value)
{
	return auth_is(t, v, &value, 1);
}

#define IS(t, var, vec) auth_is(t, &var_##var, vec_##vec, sizeof(vec_##vec))

/* A variable's value is these two, one behind the other. */
static inline bool auth_is_both(struct kuv_test *t, const struct auth_var *v,
				const void *a, u32 a_len, const void *b,
				u32 b_len)
{
	const struct kuv_var *var = auth_find(t, v);

	return var && var->data_len == a_len + b_len &&
	       !memcmp(kuv_var_data(var), a, a_len) &&
	       !memcmp(kuv_var_data(var) + a_len, b, b_len);
}

#define IS_BOTH(t, var, a, b) \
	auth_is_both(t, &var_##var, vec_##a, sizeof(vec_##a), vec_##b, \
		     sizeof(vec_##b))

static inline bool auth_has_time(struct kuv_test *t, const struct auth_var *v,
				 u8 second)
{
	const struct kuv_var *var = auth_find(t, v);
	u8 d[TEST_DESCRIPTOR];

	auth_descriptor(d, second);
	return var && !memcmp(kuv_var_time(var), d, 16);
}

static inline bool auth_has_no_time(struct kuv_test *t,
				    const struct auth_var *v)
{
	static const u8 zero[16];
	const struct kuv_var *var = auth_find(t, v);

	return var && !memcmp(kuv_var_time(var), zero, sizeof(zero));
}

/* A machine with a platform key and a key exchange key, firmware running. */
static inline void auth_enroll(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, BARE(t, kek, A_KEY, 1, kek), KUV_SUCCESS);
	EXPECT_STATUS(test, BARE(t, pk, A_KEY, 1, pk), KUV_SUCCESS);
}

static inline int auth_init(struct kunit *test)
{
	int ret = test_init(test);

	if (!ret)
		auth_enroll(test);
	return ret;
}

static inline void auth_custom_mode(struct kunit *test)
{
	EXPECT_STATUS(test, auth_set(test->priv, &var_custom, NV_BS, "\x01", 1),
		      KUV_SUCCESS);
}

/* Change options as the operator would; some count from the next reset on. */
static inline void auth_options(struct kunit *test, u32 options)
{
	struct kuv_test *t = test->priv;

	t->s.options = options;
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
}

#endif /* _KUV_TESTS_AUTHLIB_H */
