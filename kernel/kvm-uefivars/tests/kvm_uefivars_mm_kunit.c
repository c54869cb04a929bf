// SPDX-License-Identifier: GPL-2.0
/* KUnit suite of core/mm.c and core/mm_policy.c. */
#include <linux/module.h>

#include "testlib.h"

#include "guids.h"

#define STATUS_AT	32	/* of the variable protocol */
#define BODY		40
#define RESULT_AT	36	/* of the policy protocol */
#define PARAM		44
#define POLICY_LEN	16384	/* of a whole policy message */
#define PAGE_LEN	16327
#define NAMES_AT	(MM_HEADER + 88)

static const u8 guid_variable[16] = KVM_UEFIVARS_GUID_VARIABLE;
static const u8 guid_policy[16] = KVM_UEFIVARS_GUID_POLICY;
static const u8 guid_end_of_dxe[16] = KVM_UEFIVARS_GUID_END_OF_DXE;
static const u8 guid_ready_to_boot[16] = KVM_UEFIVARS_GUID_READY_TO_BOOT;
static const u8 guid_exit_boot[16] = KVM_UEFIVARS_GUID_EXIT_BOOT_SERVICES;

/* What a status that nobody wrote looks like. */
#define UNTOUCHED	0x1122334455667788ULL

static void fn_begin(struct kuv_test *t, u64 function)
{
	mm_begin(t, guid_variable);
	mm_int(t, function, 8);
	mm_int(t, UNTOUCHED, 8);
}

/* GET_VARIABLE or SET_VARIABLE up to its name; sizes as given. */
static void access_begin(struct kuv_test *t, u64 function, u64 data_size,
			 u64 name_size, u32 attributes)
{
	fn_begin(t, function);
	mm_bytes(t, test_guid, 16);
	mm_int(t, data_size, 8);
	mm_int(t, name_size, 8);
	mm_int(t, attributes, 4);
}

static void get_begin(struct kuv_test *t, const char *name, u32 room)
{
	access_begin(t, KVM_UEFIVARS_FN_GET_VARIABLE, room,
		     2 * strlen(name) + 2, 0xa5a5);
	mm_name(t, name);
	mm_zero(t, room);
}

static void set_begin(struct kuv_test *t, const char *name, u32 attributes,
		      const char *data)
{
	access_begin(t, KVM_UEFIVARS_FN_SET_VARIABLE, strlen(data),
		     2 * strlen(name) + 2, attributes);
	mm_name(t, name);
	mm_bytes(t, data, strlen(data));
}

static void next_begin(struct kuv_test *t, u64 function, u64 name_size,
		       const char *name)
{
	fn_begin(t, function);
	mm_bytes(t, test_guid, 16);
	mm_int(t, name_size, 8);
	mm_name(t, name);
}

static void property_begin(struct kuv_test *t, u64 function, u64 name_size,
			   u16 revision, u32 attributes)
{
	fn_begin(t, function);
	mm_bytes(t, test_guid, 16);
	mm_int(t, name_size, 8);
	mm_int(t, revision, 2);
	mm_int(t, 0, 2);
	mm_int(t, attributes, 4);
	mm_int(t, 1, 8);
	mm_int(t, 8, 8);
}

static void query_begin(struct kuv_test *t, u32 attributes)
{
	fn_begin(t, KVM_UEFIVARS_FN_QUERY_INFO);
	mm_zero(t, 24);
	mm_int(t, attributes, 4);
	mm_int(t, 0xa5a5, 4);
}

/* Send; the transport must be fine, the status is in the reply. */
static kuv_status_t call(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, mm_call(t), KVM_UEFIVARS_STS_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->res.protocol, KUV_MM_VARIABLE);
	KUNIT_EXPECT_EQ(test, t->res.status_offset, STATUS_AT);
	KUNIT_EXPECT_EQ(test, mm_get(t, STATUS_AT, 8),
			(__force u64)t->res.status);
	return t->res.status;
}

/* The message fails, changes nothing, and its reply is but a status. */
#define EXPECT_FAILS(test, want) do { \
	EXPECT_REFUSED(test, call(test), want); \
	KUNIT_EXPECT_TRUE(test, mm_only_status((test)->priv)); \
} while (0)

/* --- envelope --- */

static void envelope_of_unknown_guid(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	mm_begin(t, test_guid);
	mm_zero(t, 16);
	EXPECT_REFUSED(test, (__force kuv_status_t)(u64)mm_call(t),
		       (__force kuv_status_t)(u64)KVM_UEFIVARS_STS_UNSUPPORTED);
	KUNIT_EXPECT_EQ(test, t->res.protocol, KUV_MM_UNKNOWN);
	KUNIT_EXPECT_EQ(test, t->res.status_offset, 0);
	KUNIT_EXPECT_MEMEQ(test, t->msg, t->sent, t->total);
}

static void envelope_shorter_than_header(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len;

	for (len = 0; len < MM_HEADER; len++) {
		u8 *p = kzalloc(len + 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, kuv_mm_handle(&t->s, p, len, 65536,
						    &t->res),
				KVM_UEFIVARS_STS_BAD_SIZE);
		kfree(p);
	}
}

static void envelope_with_other_length(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	fn_begin(t, KVM_UEFIVARS_FN_EXIT_BOOT_SERVICE);
	t->msg[16] = t->total - MM_HEADER + 1;
	KUNIT_EXPECT_EQ(test, kuv_mm_handle(&t->s, t->msg, t->total, 65536,
					    &t->res),
			KVM_UEFIVARS_STS_BAD_SIZE);
	t->msg[16] = t->total - MM_HEADER - 1;
	KUNIT_EXPECT_EQ(test, kuv_mm_handle(&t->s, t->msg, t->total, 65536,
					    &t->res),
			KVM_UEFIVARS_STS_BAD_SIZE);
	KUNIT_EXPECT_FALSE(test, t->s.at_runtime);
}

static void envelope_larger_than_buffer(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	fn_begin(t, KVM_UEFIVARS_FN_EXIT_BOOT_SERVICE);
	t->msg[16] = t->total - MM_HEADER;
	KUNIT_EXPECT_EQ(test, kuv_mm_handle(&t->s, t->msg, t->total,
					    t->total - 1, &t->res),
			KVM_UEFIVARS_STS_BAD_SIZE);
	KUNIT_EXPECT_FALSE(test, t->s.at_runtime);
	KUNIT_EXPECT_EQ(test, kuv_mm_handle(&t->s, t->msg, t->total, t->total,
					    &t->res),
			KVM_UEFIVARS_STS_SUCCESS);
}

static void variable_message_shorter_than_its_header(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len;

	for (len = 0; len < 16; len++) {
		mm_begin(t, guid_variable);
		mm_zero(t, len);
		KUNIT_EXPECT_EQ(test, mm_call(t), KVM_UEFIVARS_STS_BAD_SIZE);
		KUNIT_EXPECT_MEMEQ(test, t->msg, t->sent, t->total);
	}
}

static void function_unknown(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const u64 unknown[] = {
		0, 7, 12, 13, 14, 15, 1000, 1ULL << 32 | 1, ~0ULL,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		fn_begin(t, unknown[i]);
		mm_zero(t, 100);
		EXPECT_FAILS(test, KUV_UNSUPPORTED);
	}
}

static void function_of_a_closed_service(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.closed = true;
	get_begin(t, "a", 4);
	EXPECT_FAILS(test, KUV_DEVICE_ERROR);
	fn_begin(t, KVM_UEFIVARS_FN_READY_TO_BOOT);
	EXPECT_FAILS(test, KUV_DEVICE_ERROR);
}

/* Bodies that end before their fixed part does. */
static void body_too_short(struct kunit *test)
{
	static const struct {
		u64 function;
		u32 len;
		kuv_status_t status;
	} fns[] = {
		{ KVM_UEFIVARS_FN_GET_VARIABLE, 36, KUV_ACCESS_DENIED },
		{ KVM_UEFIVARS_FN_GET_NEXT_NAME, 24, KUV_ACCESS_DENIED },
		{ KVM_UEFIVARS_FN_SET_VARIABLE, 36, KUV_ACCESS_DENIED },
		{ KVM_UEFIVARS_FN_QUERY_INFO, 32, KUV_INVALID_PARAMETER },
		{ KVM_UEFIVARS_FN_LOCK_VARIABLE, 24, KUV_ACCESS_DENIED },
		{ KVM_UEFIVARS_FN_PROPERTY_SET, 48, KUV_ACCESS_DENIED },
		{ KVM_UEFIVARS_FN_PROPERTY_GET, 48, KUV_ACCESS_DENIED },
		{ KVM_UEFIVARS_FN_GET_PAYLOAD_SIZE, 8, KUV_INVALID_PARAMETER },
	};
	struct kuv_test *t = test->priv;
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(fns); i++) {
		for (len = 0; len < fns[i].len; len++) {
			fn_begin(t, fns[i].function);
			mm_zero(t, len);
			EXPECT_FAILS(test, fns[i].status);
		}
	}
}

/* --- names in messages --- */

static void name_size_beyond_message(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const u64 sizes[] = {
		6, 1000, 65536, 1ULL << 32, (1ULL << 32) + 4,
		~0ULL, ~0ULL - 35, ~0ULL - 47,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		access_begin(t, KVM_UEFIVARS_FN_GET_VARIABLE, 0, sizes[i], 0);
		mm_name(t, "a");
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		access_begin(t, KVM_UEFIVARS_FN_SET_VARIABLE, 0, sizes[i],
			     NV_BS);
		mm_name(t, "a");
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, sizes[i], "a");
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		next_begin(t, KVM_UEFIVARS_FN_LOCK_VARIABLE, sizes[i], "a");
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		property_begin(t, KVM_UEFIVARS_FN_PROPERTY_SET, sizes[i], 1, 0);
		mm_name(t, "a");
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, sizes[i], 1, 0);
		mm_name(t, "a");
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	}
}

static void data_size_beyond_message(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const u64 sizes[] = {
		5, 65536, 1ULL << 32, (1ULL << 32) + 4, ~0ULL, ~0ULL - 39,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		access_begin(t, KVM_UEFIVARS_FN_SET_VARIABLE, sizes[i], 4,
			     NV_BS);
		mm_name(t, "a");
		mm_bytes(t, "data", 4);
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		access_begin(t, KVM_UEFIVARS_FN_GET_VARIABLE, sizes[i], 4, 0);
		mm_name(t, "a");
		mm_bytes(t, "data", 4);
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	}
}

static void name_size_below_a_character(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 size;

	for (size = 0; size < 2; size++) {
		access_begin(t, KVM_UEFIVARS_FN_SET_VARIABLE, 0, size, NV_BS);
		mm_zero(t, 4);
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		access_begin(t, KVM_UEFIVARS_FN_GET_VARIABLE, 0, size, 0);
		mm_zero(t, 4);
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
		property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, size, 1, 0);
		mm_zero(t, 4);
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	}
}

/* [M7] */
static void name_without_nul(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* The name ends where the message does. */
	access_begin(t, KVM_UEFIVARS_FN_GET_VARIABLE, 0, 4, 0);
	mm_text(t, "ab");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	access_begin(t, KVM_UEFIVARS_FN_SET_VARIABLE, 0, 4, NV_BS);
	mm_text(t, "ab");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	fn_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME);
	mm_bytes(t, test_guid, 16);
	mm_int(t, 4, 8);
	mm_text(t, "ab");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 4, 1, 0);
	mm_text(t, "ab");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
}

/* [V14] */
static void name_with_nul_inside(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* "a", NUL, "bc", NUL: the name is "a", data comes behind it all. */
	access_begin(t, KVM_UEFIVARS_FN_SET_VARIABLE, 4, 10, NV_BS);
	mm_name(t, "a");
	mm_name(t, "bc");
	mm_bytes(t, "data", 4);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "data"));
	KUNIT_EXPECT_EQ(test, test_find(t, "a")->name_len, 2);

	access_begin(t, KVM_UEFIVARS_FN_GET_VARIABLE, 4, 10, 0);
	mm_name(t, "a");
	mm_name(t, "bc");
	mm_zero(t, 4);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, t->msg + BODY + 36 + 10, "data", 4);
}

static void name_of_odd_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	access_begin(t, KVM_UEFIVARS_FN_SET_VARIABLE, 4, 5, NV_BS);
	mm_name(t, "a");
	mm_bytes(t, "xdata", 5);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "data"));
}

/* --- Get --- */

static void get_exact_fit(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "data");
	get_begin(t, "a", 4);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), 4);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 32, 4), NV_BS);
	KUNIT_EXPECT_MEMEQ(test, t->msg + BODY + 36 + 4, "data", 4);
	/* Header, GUID, name size and name are as sent. */
	KUNIT_EXPECT_MEMEQ(test, t->msg, t->sent, STATUS_AT);
	KUNIT_EXPECT_MEMEQ(test, t->msg + BODY, t->sent + BODY, 16);
	KUNIT_EXPECT_MEMEQ(test, t->msg + BODY + 24, t->sent + BODY + 24, 8);
	KUNIT_EXPECT_MEMEQ(test, t->msg + BODY + 36, t->sent + BODY + 36, 4);
	KUNIT_EXPECT_EQ(test, t->res.seq, 0);
}

static void get_with_room_to_spare(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 at = BODY + 36 + 4;

	test_set(t, "a", NV_BS, "data");
	get_begin(t, "a", 8);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), 4);
	KUNIT_EXPECT_MEMEQ(test, t->msg + at, "data\0\0\0\0", 8);
}

static void get_one_byte_short(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 at = BODY + 36 + 4;

	test_set(t, "a", NV_BS, "data");
	get_begin(t, "a", 3);
	EXPECT_STATUS(test, call(test), KUV_BUFFER_TOO_SMALL);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), 4);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 32, 4), NV_BS);
	KUNIT_EXPECT_MEMEQ(test, t->msg + at, "\0\0\0", 3);
}

static void get_size_only(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "data");
	get_begin(t, "a", 0);
	EXPECT_STATUS(test, call(test), KUV_BUFFER_TOO_SMALL);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), 4);
}

static void get_absent(struct kunit *test)
{
	get_begin(test->priv, "a", 8);
	EXPECT_FAILS(test, KUV_NOT_FOUND);
}

static void get_empty_name(struct kunit *test)
{
	get_begin(test->priv, "", 8);
	EXPECT_FAILS(test, KUV_NOT_FOUND);
}

static void get_boot_variable_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "data");
	kuv_service_exit_boot_services(&t->s, NULL);
	get_begin(t, "a", 8);
	EXPECT_FAILS(test, KUV_NOT_FOUND);
}

static void get_largest(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len = 65536 - BODY - 36 - 4;

	EXPECT_STATUS(test, test_set_len(t, "a", NV_BS, len), KUV_SUCCESS);
	get_begin(t, "a", len);
	KUNIT_EXPECT_EQ(test, t->total, 65536);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->msg[65535], 'd');
}

/* --- GetNext --- */

static void next_walks_all(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 left = t->s.db.nr_nv + t->s.db.nr_volatile + 1;
	u8 guid[16] = { 0 };
	u8 name[80] = { 0 };

	test_set(t, "last", NV_BS, "1");
	for (; left; left--) {
		fn_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME);
		mm_bytes(t, guid, 16);
		mm_int(t, sizeof(name), 8);
		mm_bytes(t, name, sizeof(name));
		EXPECT_STATUS(test, call(test), KUV_SUCCESS);
		memcpy(guid, t->msg + BODY, 16);
		memcpy(name, t->msg + BODY + 24, sizeof(name) - 2);
	}
	KUNIT_EXPECT_MEMEQ(test, name, "l\0a\0s\0t\0\0", 10);
	KUNIT_EXPECT_EQ(test, t->res.reply_len, BODY + 24 + 10);
	KUNIT_EXPECT_MEMEQ(test, guid, test_guid, 16);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), 10);
	fn_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME);
	mm_bytes(t, guid, 16);
	mm_int(t, sizeof(name), 8);
	mm_bytes(t, name, sizeof(name));
	EXPECT_FAILS(test, KUV_NOT_FOUND);
}

static void next_exact_fit_and_one_short(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 need = 2 * sizeof("next one");

	test_set(t, "a", NV_BS, "1");
	test_set(t, "next one", NV_BS, "1");
	next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, need - 1, "a");
	mm_zero(t, need - 4);
	EXPECT_STATUS(test, call(test), KUV_BUFFER_TOO_SMALL);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), need);
	KUNIT_EXPECT_MEMEQ(test, t->msg + BODY, test_guid, 16);
	KUNIT_EXPECT_MEMEQ(test, t->msg + BODY + 24, t->sent + BODY + 24,
			   need);

	next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, need, "a");
	mm_zero(t, need - 4);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), need);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 24 + need - 4, 4), 'e');
}

static void next_of_absent(struct kunit *test)
{
	next_begin(test->priv, KVM_UEFIVARS_FN_GET_NEXT_NAME, 4, "a");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
}

static void next_of_boot_variable_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set(t, "a", NV_BS, "1");
	test_set(t, "b", NV_BS_RT, "1");
	kuv_service_exit_boot_services(&t->s, NULL);
	next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, 4, "a");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
}

static void next_without_nul_in_name_size(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	/* The message ends with a NUL, but the name does not have one. */
	next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, 4, "abc");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
	next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, 0, "abc");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
	next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, 1, "");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
}

static void next_without_nul_at_message_end(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	next_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME, 4, "a");
	mm_text(t, "x");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
}

static void next_without_any_name(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len;

	for (len = 0; len < 2; len++) {
		fn_begin(t, KVM_UEFIVARS_FN_GET_NEXT_NAME);
		mm_bytes(t, test_guid, 16);
		mm_int(t, 0, 8);
		mm_zero(t, len);
		EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	}
}

/* --- Set --- */

static void set_replies_with_status_only(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_begin(t, "a", NV_BS, "data");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, mm_only_status(t));
	KUNIT_EXPECT_EQ(test, t->res.reply_len, BODY);
	KUNIT_EXPECT_TRUE(test, test_is(t, "a", NV_BS, "data"));
	KUNIT_EXPECT_EQ(test, t->res.seq, t->s.db.seq);
	KUNIT_EXPECT_EQ(test, t->res.function, KVM_UEFIVARS_FN_SET_VARIABLE);
}

static void set_volatile_has_no_seq(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_begin(t, "a", BS_RT, "data");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->res.seq, 0);
}

static void set_refused(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	set_begin(t, "a", A_NV, "data");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, t->res.seq, 0);
}

static void set_empty_name(struct kunit *test)
{
	set_begin(test->priv, "", NV_BS, "data");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
}

static void set_status_afterwards(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	struct kuv_mm_result event = { 0 };

	set_begin(t, "a", NV_BS, "data");
	call(test);
	kuv_mm_set_status(t->msg, &t->res, KUV_DEVICE_ERROR);
	KUNIT_EXPECT_EQ(test, mm_get(t, STATUS_AT, 8),
			KVM_UEFIVARS_EFI_DEVICE_ERROR);
	EXPECT_STATUS(test, t->res.status, KUV_DEVICE_ERROR);
	/* A reply without a status stays as it is. */
	memcpy(t->sent, t->msg, t->total);
	kuv_mm_set_status(t->msg, &event, KUV_ABORTED);
	KUNIT_EXPECT_MEMEQ(test, t->msg, t->sent, t->total);
}

/* --- Query, payload size --- */

static void query_fills_three_sizes(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	query_begin(t, NV_BS_RT);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY, 8), 262144);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 8, 8),
			262144 - t->s.db.nv_used);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 16, 8), 65460);
	/* Attributes and padding are as sent. */
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 24, 4), NV_BS_RT);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 28, 4), 0xa5a5);
}

static void query_refused(struct kunit *test)
{
	query_begin(test->priv, 0);
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
	query_begin(test->priv, NV_BS | A_AW);
	EXPECT_FAILS(test, KUV_UNSUPPORTED);
}

static void payload_size_follows_buffer(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	static const struct {
		u32 buffer, payload;
	} sizes[] = {
		{ 65536, 65496 }, { 4096, 4056 }, { 0, 8 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		t->buffer_size = sizes[i].buffer;
		fn_begin(t, KVM_UEFIVARS_FN_GET_PAYLOAD_SIZE);
		mm_zero(t, 8);
		EXPECT_STATUS(test, call(test), KUV_SUCCESS);
		KUNIT_EXPECT_EQ(test, mm_get(t, BODY, 8), sizes[i].payload);
	}
}

/* --- phases --- */

static void ready_to_boot_function(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	fn_begin(t, KVM_UEFIVARS_FN_READY_TO_BOOT);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, t->s.ready_to_boot);
	KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
}

/* [V20] */
static void ready_to_boot_function_at_runtime(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_exit_boot_services(&t->s, NULL);
	fn_begin(t, KVM_UEFIVARS_FN_READY_TO_BOOT);
	EXPECT_FAILS(test, KUV_UNSUPPORTED);
}

/* [S13] */
static void ready_to_boot_function_starts_rules(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	next_begin(t, KVM_UEFIVARS_FN_LOCK_VARIABLE, 4, "a");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	set_begin(t, "a", NV_BS, "data");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	fn_begin(t, KVM_UEFIVARS_FN_READY_TO_BOOT);
	call(test);
	set_begin(t, "a", NV_BS, "more");
	EXPECT_FAILS(test, KUV_WRITE_PROTECTED);
}

static void exit_boot_service_function(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	fn_begin(t, KVM_UEFIVARS_FN_EXIT_BOOT_SERVICE);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, t->s.at_runtime);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
}

/* An event message: one byte and no reply. */
static void send_event(struct kunit *test, const u8 *guid)
{
	struct kuv_test *t = test->priv;

	mm_begin(t, guid);
	mm_zero(t, 1);
	KUNIT_EXPECT_EQ(test, mm_call(t), KVM_UEFIVARS_STS_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->res.protocol, KUV_MM_EVENT);
	KUNIT_EXPECT_EQ(test, t->res.status_offset, 0);
	KUNIT_EXPECT_EQ(test, t->res.seq, 0);
	KUNIT_EXPECT_MEMEQ(test, t->msg, t->sent, t->total);
}

static void event_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	send_event(test, guid_end_of_dxe);
	KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
	KUNIT_EXPECT_FALSE(test, t->s.ready_to_boot);
	send_event(test, guid_end_of_dxe);
}

static void event_ready_to_boot(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	send_event(test, guid_ready_to_boot);
	KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
	KUNIT_EXPECT_TRUE(test, t->s.ready_to_boot);
	KUNIT_EXPECT_FALSE(test, t->s.at_runtime);
}

static void event_exit_boot_services(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	send_event(test, guid_exit_boot);
	KUNIT_EXPECT_TRUE(test, t->s.at_runtime);
}

/* --- LOCK_VARIABLE --- */

/* [V19] */
static void lock_then_again(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	next_begin(t, KVM_UEFIVARS_FN_LOCK_VARIABLE, 4, "a");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, mm_only_status(t));
	KUNIT_EXPECT_EQ(test, t->s.policy.nr, 1);
	EXPECT_FAILS(test, KUV_SUCCESS);
}

/* [S12] [V19] */
static void lock_after_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_end_of_dxe(&t->s, NULL);
	next_begin(t, KVM_UEFIVARS_FN_LOCK_VARIABLE, 4, "a");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	kuv_service_exit_boot_services(&t->s, NULL);
	next_begin(t, KVM_UEFIVARS_FN_LOCK_VARIABLE, 4, "a");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
}

static void lock_with_policies_locked(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_policy_lock(&t->s.policy);
	next_begin(t, KVM_UEFIVARS_FN_LOCK_VARIABLE, 4, "a");
	EXPECT_FAILS(test, KUV_WRITE_PROTECTED);
}

static void lock_empty_name(struct kunit *test)
{
	next_begin(test->priv, KVM_UEFIVARS_FN_LOCK_VARIABLE, 2, "");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
}

static void lock_name_without_nul(struct kunit *test)
{
	next_begin(test->priv, KVM_UEFIVARS_FN_LOCK_VARIABLE, 4, "abc");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
}

/* --- properties --- */

/* [V18] */
static void property_set_then_get(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_SET, 4, 1, NV_BS);
	mm_name(t, "a");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, mm_only_status(t));

	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 4, 99, 0);
	mm_name(t, "a");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 24, 2), 1);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 28, 4), NV_BS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 32, 8), 1);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 40, 8), 8);
}

static void property_get_absent(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 4, 1, 0);
	mm_name(t, "a");
	EXPECT_FAILS(test, KUV_NOT_FOUND);
	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 2, 1, 0);
	mm_name(t, "");
	EXPECT_FAILS(test, KUV_NOT_FOUND);
}

static void property_set_refused(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_SET, 4, 2, NV_BS);
	mm_name(t, "a");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_SET, 2, 1, NV_BS);
	mm_name(t, "");
	EXPECT_FAILS(test, KUV_INVALID_PARAMETER);
}

static void property_set_after_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_end_of_dxe(&t->s, NULL);
	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_SET, 4, 1, NV_BS);
	mm_name(t, "a");
	EXPECT_FAILS(test, KUV_ACCESS_DENIED);
	/* Reading stays possible. */
	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 4, 1, NV_BS);
	mm_name(t, "a");
	EXPECT_FAILS(test, KUV_NOT_FOUND);
}

/* [V18] */
static void property_of_a_well_known_name(struct kunit *test)
{
	static const u8 guid_global[16] = KUV_GUID_GLOBAL;
	struct kuv_test *t = test->priv;

	/* Set for all load options, as the wildcard's own name. */
	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_SET, 18, 1, NV_BS);
	memcpy(t->msg + BODY, guid_global, 16);
	mm_name(t, "Boot####");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);

	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 18, 0, 0);
	memcpy(t->msg + BODY, guid_global, 16);
	mm_name(t, "Boot00AF");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 24, 2), 1);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 28, 4), NV_BS);

	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 18, 0, 0);
	memcpy(t->msg + BODY, guid_global, 16);
	mm_name(t, "Boot00af");
	EXPECT_FAILS(test, KUV_NOT_FOUND);

	/* Another wildcard has the property it was born with. */
	property_begin(t, KVM_UEFIVARS_FN_PROPERTY_GET, 16, 0, 0);
	memcpy(t->msg + BODY, guid_global, 16);
	mm_name(t, "Key0001");
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 28, 4), NV_BS_RT);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 32, 8), 10);
	KUNIT_EXPECT_EQ(test, mm_get(t, BODY + 40, 8), 22);
}

/* --- EndOfDxe writes a variable --- */

static const u8 guid_request[16] = KUV_GUID_MOR;
static const u8 guid_lock[16] = KUV_GUID_MOR_LOCK;

/* A machine whose last boot left the request locked. */
static void leave_locked(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	test_set_in(t, guid_request, "MemoryOverwriteRequestControl", NV_BS_RT,
		    "\0", 1);
	test_set_in(t, guid_lock, "MemoryOverwriteRequestControlLock", NV_BS_RT,
		    "\x01", 1);
	KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
}

static void event_with_a_change_to_wait_for(struct kunit *test)
{
	static const u8 * const events[] = {
		guid_end_of_dxe, guid_ready_to_boot, guid_exit_boot,
	};
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		u64 before;

		KUNIT_EXPECT_EQ(test, kuv_service_reset(&t->s), 0);
		leave_locked(test);
		before = t->s.db.seq;
		mm_begin(t, events[i]);
		mm_int(t, 0, 1);
		mm_call(t);
		KUNIT_EXPECT_TRUE(test, t->s.end_of_dxe);
		KUNIT_EXPECT_EQ(test, t->res.seq, before + 1);
		KUNIT_EXPECT_EQ(test, t->res.status_offset, 0);
		mm_call(t);
		KUNIT_EXPECT_EQ(test, t->res.seq, 0);
	}
}

static void function_with_a_change_to_wait_for(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	leave_locked(test);
	fn_begin(t, KVM_UEFIVARS_FN_READY_TO_BOOT);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_GT(test, t->res.seq, 0);
	KUNIT_EXPECT_EQ(test, t->res.seq, t->s.db.seq);
	fn_begin(t, KVM_UEFIVARS_FN_EXIT_BOOT_SERVICE);
	EXPECT_STATUS(test, call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->res.seq, 0);
}

/* --- policy protocol --- */

static void cmd_begin(struct kuv_test *t, u32 command)
{
	mm_begin(t, guid_policy);
	mm_int(t, KVM_UEFIVARS_POLICY_SIGNATURE, 4);
	mm_int(t, KVM_UEFIVARS_POLICY_REVISION, 4);
	mm_int(t, command, 4);
	mm_int(t, UNTOUCHED, 8);
}

/* Fill the message up to its usual size and send it. */
static kuv_status_t cmd_call_short(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, mm_call(t), KVM_UEFIVARS_STS_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->res.protocol, KUV_MM_POLICY);
	KUNIT_EXPECT_EQ(test, t->res.status_offset, RESULT_AT);
	KUNIT_EXPECT_EQ(test, t->res.function,
			mm_get(t, MM_HEADER + 8, 4));
	KUNIT_EXPECT_EQ(test, t->res.seq, 0);
	KUNIT_EXPECT_EQ(test, mm_get(t, RESULT_AT, 8),
			(__force u64)t->res.status);
	return t->res.status;
}

static kuv_status_t cmd_call(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	mm_zero(t, POLICY_LEN - t->total);
	return cmd_call_short(test);
}

#define EXPECT_CMD_FAILS(test, want) do { \
	EXPECT_REFUSED(test, cmd_call(test), want); \
	KUNIT_EXPECT_TRUE(test, mm_only_status((test)->priv)); \
} while (0)

#define EXPECT_SHORT_CMD_FAILS(test, want) do { \
	EXPECT_REFUSED(test, cmd_call_short(test), want); \
	KUNIT_EXPECT_TRUE(test, mm_only_status((test)->priv)); \
} while (0)

static void put_entry(struct kuv_test *t, u16 size, u16 name_offset,
		      u8 lock_type)
{
	mm_int(t, KVM_UEFIVARS_POLICY_ENTRY_VERSION, 4);
	mm_int(t, size, 2);
	mm_int(t, name_offset, 2);
	mm_bytes(t, test_guid, 16);
	mm_int(t, 0, 4);
	mm_int(t, 0xffffffff, 4);
	mm_int(t, 0, 4);
	mm_int(t, 0, 4);
	mm_int(t, lock_type, 4);
}

/* REGISTER a policy that makes a name read-only; "" for the namespace. */
static kuv_status_t enter(struct kunit *test, const char *name)
{
	struct kuv_test *t = test->priv;
	u32 len = *name ? 2 * strlen(name) + 2 : 0;

	cmd_begin(t, KVM_UEFIVARS_POLICY_REGISTER);
	put_entry(t, 44 + len, 44, KVM_UEFIVARS_LOCK_NOW);
	if (len)
		mm_name(t, name);
	return cmd_call(test);
}

/* REGISTER "name is locked while st is 7". */
static kuv_status_t enter_state(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_REGISTER);
	put_entry(t, 44 + 18 + 6 + 10, 44 + 18 + 6,
		  KVM_UEFIVARS_LOCK_ON_VAR_STATE);
	mm_bytes(t, other_guid, 16);
	mm_int(t, 7, 2);
	mm_name(t, "st");
	mm_name(t, "name");
	return cmd_call(test);
}

/* [M8] */
static void policy_message_shorter_than_its_header(struct kunit *test)
{
	struct kuv_test *t = test->priv;
	u32 len;

	for (len = 0; len < 20; len++) {
		mm_begin(t, guid_policy);
		mm_zero(t, len);
		KUNIT_EXPECT_EQ(test, mm_call(t), KVM_UEFIVARS_STS_BAD_SIZE);
		KUNIT_EXPECT_MEMEQ(test, t->msg, t->sent, t->total);
	}
}

static void policy_message_too_long(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_IS_ENABLED);
	mm_zero(t, MM_HEADER + 16384 - t->total);
	EXPECT_STATUS(test, cmd_call_short(test), KUV_SUCCESS);
	cmd_begin(t, KVM_UEFIVARS_POLICY_LOCK);
	mm_zero(t, MM_HEADER + 16384 + 1 - t->total);
	EXPECT_SHORT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
}

/* [V22] */
static void policy_bad_signature(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_LOCK);
	t->msg[MM_HEADER]++;
	EXPECT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
}

/* [V22] */
static void policy_bad_revision(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_LOCK);
	t->msg[MM_HEADER + 4]++;
	EXPECT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
}

static void policy_unknown_command(struct kunit *test)
{
	static const u32 unknown[] = { 0, 8, 1000, 0xffffffff };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		cmd_begin(test->priv, unknown[i]);
		EXPECT_CMD_FAILS(test, KUV_UNSUPPORTED);
	}
}

static void policy_of_a_closed_service(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	t->s.closed = true;
	cmd_begin(t, KVM_UEFIVARS_POLICY_LOCK);
	EXPECT_CMD_FAILS(test, KUV_DEVICE_ERROR);
}

static void policy_command_too_short(struct kunit *test)
{
	static const struct {
		u32 command, min;
	} cmds[] = {
		{ KVM_UEFIVARS_POLICY_IS_ENABLED, 21 },
		{ KVM_UEFIVARS_POLICY_REGISTER, 64 },
		{ KVM_UEFIVARS_POLICY_DUMP, 16360 },
		{ KVM_UEFIVARS_POLICY_GET_INFO, 16360 },
		{ KVM_UEFIVARS_POLICY_GET_LOCK_STATE, 16360 },
	};
	struct kuv_test *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		cmd_begin(t, cmds[i].command);
		mm_zero(t, cmds[i].min - 20 - 1);
		EXPECT_SHORT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
		cmd_begin(t, cmds[i].command);
		EXPECT_SHORT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
	}
}

/* [V22] */
static void policy_disable(struct kunit *test)
{
	cmd_begin(test->priv, KVM_UEFIVARS_POLICY_DISABLE);
	EXPECT_SHORT_CMD_FAILS(test, KUV_WRITE_PROTECTED);
}

static void policy_is_enabled(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_IS_ENABLED);
	mm_int(t, 0xff, 1);
	EXPECT_STATUS(test, cmd_call_short(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM, 1), 1);
	t->s.policy.disabled = true;
	EXPECT_STATUS(test, cmd_call_short(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM, 1), 0);
}

/* [V22] */
static void policy_lock_twice(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_LOCK);
	EXPECT_STATUS(test, cmd_call_short(test), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, mm_only_status(t));
	EXPECT_SHORT_CMD_FAILS(test, KUV_WRITE_PROTECTED);
}

static void policy_register(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, enter(test, "a"), KUV_SUCCESS);
	KUNIT_EXPECT_TRUE(test, mm_only_status(t));
	EXPECT_REFUSED(test, enter(test, "a"), KUV_ALREADY_STARTED);
	EXPECT_STATUS(test, enter(test, ""), KUV_SUCCESS);
}

static void policy_register_in_shortest_message(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_REGISTER);
	put_entry(t, 48, 44, KVM_UEFIVARS_LOCK_NOW);
	mm_name(t, "a");
	EXPECT_STATUS(test, cmd_call_short(test), KUV_SUCCESS);
	/* The same entry, cut: its size says more than there is. */
	cmd_begin(t, KVM_UEFIVARS_POLICY_REGISTER);
	put_entry(t, 48, 44, KVM_UEFIVARS_LOCK_NOW);
	mm_int(t, 'b', 2);
	EXPECT_SHORT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
}

/* [S12] */
static void policy_register_after_end_of_dxe(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_REFUSED(test, enter(test, "a"), KUV_WRITE_PROTECTED);
	kuv_service_ready_to_boot(&t->s, NULL);
	kuv_service_exit_boot_services(&t->s, NULL);
	EXPECT_REFUSED(test, enter(test, "a"), KUV_WRITE_PROTECTED);
}

/* [S14] */
static void policy_lock_on_state_locks(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	EXPECT_STATUS(test, enter_state(test), KUV_SUCCESS);
	kuv_service_end_of_dxe(&t->s, NULL);
	EXPECT_STATUS(test, test_set(t, "name", NV_BS, "1"), KUV_SUCCESS);
	EXPECT_STATUS(test, test_set_in(t, other_guid, "st", A_BS, "\x07", 1),
		      KUV_SUCCESS);
	EXPECT_REFUSED(test, test_set(t, "name", NV_BS, "2"),
		       KUV_WRITE_PROTECTED);
}

/* DUMP one page; TotalSize, PageSize and HasMore must be these. */
static void expect_dump(struct kunit *test, u32 page, kuv_status_t status,
			u32 total, u32 size, bool more)
{
	struct kuv_test *t = test->priv;

	cmd_begin(t, KVM_UEFIVARS_POLICY_DUMP);
	mm_int(t, page, 4);
	mm_int(t, 0xa5a5a5a5, 4);
	mm_int(t, 0xa5a5a5a5, 4);
	mm_int(t, 0xa5, 1);
	EXPECT_STATUS(test, cmd_call(test), status);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM, 4), page);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 4, 4), total);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 8, 4), size);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 12, 1), more);
}

static void policy_dump_empty(struct kunit *test)
{
	expect_dump(test, 0, KUV_SUCCESS, 0, 0, false);
	expect_dump(test, 1, KUV_TIMEOUT, 0, 0, false);
}

static void policy_dump_without_start(struct kunit *test)
{
	enter(test, "a");
	expect_dump(test, 1, KUV_TIMEOUT, 0, 0, false);
}

static void policy_dump_one_page(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter(test, "a");
	enter(test, "b");
	expect_dump(test, 0, KUV_SUCCESS, 96, 0, true);
	expect_dump(test, 1, KUV_SUCCESS, 96, 96, false);
	KUNIT_EXPECT_MEMEQ(test, t->msg + PARAM + 13, t->s.policy.table, 96);
	/* The last page took the copy with it. */
	expect_dump(test, 1, KUV_TIMEOUT, 0, 0, false);
}

static void policy_dump_beyond_last_page(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter(test, "a");
	expect_dump(test, 0, KUV_SUCCESS, 48, 0, true);
	cmd_begin(t, KVM_UEFIVARS_POLICY_DUMP);
	mm_int(t, 2, 4);
	EXPECT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
	cmd_begin(t, KVM_UEFIVARS_POLICY_DUMP);
	mm_int(t, 0xffffffff, 4);
	EXPECT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
	expect_dump(test, 1, KUV_SUCCESS, 48, 48, false);
}

static void policy_dump_dropped_by_other_command(struct kunit *test)
{
	enter(test, "a");
	expect_dump(test, 0, KUV_SUCCESS, 48, 0, true);
	cmd_begin(test->priv, KVM_UEFIVARS_POLICY_IS_ENABLED);
	EXPECT_STATUS(test, cmd_call(test), KUV_SUCCESS);
	expect_dump(test, 1, KUV_TIMEOUT, 0, 0, false);
}

/* Policies of exactly @len bytes in all, whatever they are. */
static bool fill_table(struct kuv_test *t, u32 len)
{
	struct kuv_policy *p = &t->s.policy;
	u32 i;

	kuv_policy_reset(p);
	p->table = kzalloc(len, GFP_KERNEL);
	if (!p->table)
		return false;
	p->table_len = len;
	for (i = 0; i < len; i++)
		p->table[i] = i * 7;
	return true;
}

/* All pages of a table, compared with it. */
static void expect_whole_dump(struct kunit *test, u32 len)
{
	struct kuv_test *t = test->priv;
	u32 page = 0, pos, size;

	KUNIT_ASSERT_TRUE(test, fill_table(t, len));
	expect_dump(test, 0, KUV_SUCCESS, len, 0, true);
	for (pos = 0; pos < len; pos += size) {
		size = len - pos < PAGE_LEN ? len - pos : PAGE_LEN;
		expect_dump(test, ++page, KUV_SUCCESS, len, size,
			    pos + size < len);
		KUNIT_EXPECT_MEMEQ(test, t->msg + PARAM + 13,
				   t->s.policy.table + pos, size);
	}
	expect_dump(test, page + 1, KUV_TIMEOUT, 0, 0, false);
	kuv_policy_reset(&t->s.policy);
}

/* [V21] */
static void policy_dump_around_page_size(struct kunit *test)
{
	expect_whole_dump(test, 1);
	expect_whole_dump(test, PAGE_LEN - 1);
	expect_whole_dump(test, PAGE_LEN);
	expect_whole_dump(test, PAGE_LEN + 1);
	expect_whole_dump(test, 2 * PAGE_LEN);
}

static void info_begin(struct kuv_test *t, u32 command, u32 in_len,
		       u32 out_len, const char *name)
{
	cmd_begin(t, command);
	mm_bytes(t, test_guid, 16);
	mm_int(t, in_len, 4);
	mm_int(t, out_len, 4);
	mm_zero(t, 44);
	mm_name(t, name);
}

/* [V21] */
static void policy_info_of_name(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter(test, "Boot####");
	info_begin(t, KVM_UEFIVARS_POLICY_GET_INFO, 18, 18, "Boot0001");
	EXPECT_STATUS(test, cmd_call(test), KUV_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, t->msg + PARAM + 24, t->s.policy.table, 44);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 20, 4), 18);
	KUNIT_EXPECT_MEMEQ(test, t->msg + NAMES_AT + 18,
			   t->s.policy.table + 44, 18);
}

static void policy_info_without_room(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter(test, "Boot####");
	info_begin(t, KVM_UEFIVARS_POLICY_GET_INFO, 18, 17, "Boot0001");
	EXPECT_STATUS(test, cmd_call(test), KUV_BUFFER_TOO_SMALL);
	KUNIT_EXPECT_MEMEQ(test, t->msg + PARAM + 24, t->s.policy.table, 44);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 20, 4), 18);
	KUNIT_EXPECT_MEMEQ(test, t->msg + NAMES_AT, t->sent + NAMES_AT, 100);
}

static void policy_info_of_namespace(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter(test, "");
	info_begin(t, KVM_UEFIVARS_POLICY_GET_INFO, 4, 10, "a");
	EXPECT_STATUS(test, cmd_call(test), KUV_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, t->msg + PARAM + 24, t->s.policy.table, 44);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 20, 4), 0);
}

static void policy_info_of_nothing(struct kunit *test)
{
	info_begin(test->priv, KVM_UEFIVARS_POLICY_GET_INFO, 4, 10, "a");
	EXPECT_CMD_FAILS(test, KUV_NOT_FOUND);
}

static void policy_info_bad_sizes(struct kunit *test)
{
	static const struct {
		u32 in_len, out_len;
	} bad[] = {
		{ 0, 10 },		/* no name at all */
		{ 1, 10 },
		{ 2, 10 },		/* no NUL in it */
		{ 16273, 0 },
		{ 16272, 1 },
		{ 4, 16269 },
		{ 0xffffffff, 4 },
		{ 4, 0xffffffff },
	};
	u32 i;

	enter(test, "a");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		info_begin(test->priv, KVM_UEFIVARS_POLICY_GET_INFO,
			   bad[i].in_len, bad[i].out_len, "a");
		EXPECT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
		info_begin(test->priv, KVM_UEFIVARS_POLICY_GET_LOCK_STATE,
			   bad[i].in_len, bad[i].out_len, "a");
		EXPECT_CMD_FAILS(test, KUV_INVALID_PARAMETER);
	}
}

static void policy_info_fills_the_message(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter(test, "a");
	info_begin(t, KVM_UEFIVARS_POLICY_GET_INFO, 16268, 4, "a");
	EXPECT_STATUS(test, cmd_call(test), KUV_SUCCESS);
	KUNIT_EXPECT_EQ(test, mm_get(t, POLICY_LEN - 4, 4), 'a');
	info_begin(t, KVM_UEFIVARS_POLICY_GET_INFO, 16272, 0, "a");
	EXPECT_STATUS(test, cmd_call(test), KUV_BUFFER_TOO_SMALL);
}

/* [V21] */
static void policy_lock_state_of_name(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter_state(test);
	info_begin(t, KVM_UEFIVARS_POLICY_GET_LOCK_STATE, 10, 6, "name");
	memset(t->msg + PARAM + 24, 0xa5, 44);
	EXPECT_STATUS(test, cmd_call(test), KUV_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, t->msg + PARAM + 24, other_guid, 16);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 24 + 16, 8), 7);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 24 + 24, 8), 0);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 24 + 36, 8), 0);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 20, 4), 6);
	KUNIT_EXPECT_MEMEQ(test, t->msg + NAMES_AT + 10, "s\0t\0\0", 6);
}

static void policy_lock_state_without_room(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter_state(test);
	info_begin(t, KVM_UEFIVARS_POLICY_GET_LOCK_STATE, 10, 5, "name");
	EXPECT_STATUS(test, cmd_call(test), KUV_BUFFER_TOO_SMALL);
	KUNIT_EXPECT_EQ(test, mm_get(t, PARAM + 20, 4), 6);
}

static void policy_lock_state_of_other_lock(struct kunit *test)
{
	struct kuv_test *t = test->priv;

	enter(test, "a");
	info_begin(t, KVM_UEFIVARS_POLICY_GET_LOCK_STATE, 4, 10, "a");
	EXPECT_CMD_FAILS(test, KUV_NOT_FOUND);
	info_begin(t, KVM_UEFIVARS_POLICY_GET_LOCK_STATE, 4, 10, "b");
	EXPECT_CMD_FAILS(test, KUV_NOT_FOUND);
}

static struct kunit_case mm_cases[] = {
	KUNIT_CASE(envelope_of_unknown_guid),
	KUNIT_CASE(envelope_shorter_than_header),
	KUNIT_CASE(envelope_with_other_length),
	KUNIT_CASE(envelope_larger_than_buffer),
	KUNIT_CASE(variable_message_shorter_than_its_header),
	KUNIT_CASE(function_unknown),
	KUNIT_CASE(function_of_a_closed_service),
	KUNIT_CASE(body_too_short),
	KUNIT_CASE(name_size_beyond_message),
	KUNIT_CASE(data_size_beyond_message),
	KUNIT_CASE(name_size_below_a_character),
	KUNIT_CASE(name_without_nul),
	KUNIT_CASE(name_with_nul_inside),
	KUNIT_CASE(name_of_odd_size),
	KUNIT_CASE(get_exact_fit),
	KUNIT_CASE(get_with_room_to_spare),
	KUNIT_CASE(get_one_byte_short),
	KUNIT_CASE(get_size_only),
	KUNIT_CASE(get_absent),
	KUNIT_CASE(get_empty_name),
	KUNIT_CASE(get_boot_variable_at_runtime),
	KUNIT_CASE(get_largest),
	KUNIT_CASE(next_walks_all),
	KUNIT_CASE(next_exact_fit_and_one_short),
	KUNIT_CASE(next_of_absent),
	KUNIT_CASE(next_of_boot_variable_at_runtime),
	KUNIT_CASE(next_without_nul_in_name_size),
	KUNIT_CASE(next_without_nul_at_message_end),
	KUNIT_CASE(next_without_any_name),
	KUNIT_CASE(set_replies_with_status_only),
	KUNIT_CASE(set_volatile_has_no_seq),
	KUNIT_CASE(set_refused),
	KUNIT_CASE(set_empty_name),
	KUNIT_CASE(set_status_afterwards),
	KUNIT_CASE(query_fills_three_sizes),
	KUNIT_CASE(query_refused),
	KUNIT_CASE(payload_size_follows_buffer),
	KUNIT_CASE(ready_to_boot_function),
	KUNIT_CASE(ready_to_boot_function_at_runtime),
	KUNIT_CASE(ready_to_boot_function_starts_rules),
	KUNIT_CASE(exit_boot_service_function),
	KUNIT_CASE(event_end_of_dxe),
	KUNIT_CASE(event_ready_to_boot),
	KUNIT_CASE(event_exit_boot_services),
	KUNIT_CASE(lock_then_again),
	KUNIT_CASE(lock_after_end_of_dxe),
	KUNIT_CASE(lock_with_policies_locked),
	KUNIT_CASE(lock_empty_name),
	KUNIT_CASE(lock_name_without_nul),
	KUNIT_CASE(property_set_then_get),
	KUNIT_CASE(property_get_absent),
	KUNIT_CASE(property_set_refused),
	KUNIT_CASE(property_set_after_end_of_dxe),
	KUNIT_CASE(property_of_a_well_known_name),
	KUNIT_CASE(event_with_a_change_to_wait_for),
	KUNIT_CASE(function_with_a_change_to_wait_for),
	KUNIT_CASE(policy_message_shorter_than_its_header),
	KUNIT_CASE(policy_message_too_long),
	KUNIT_CASE(policy_bad_signature),
	KUNIT_CASE(policy_bad_revision),
	KUNIT_CASE(policy_unknown_command),
	KUNIT_CASE(policy_of_a_closed_service),
	KUNIT_CASE(policy_command_too_short),
	KUNIT_CASE(policy_disable),
	KUNIT_CASE(policy_is_enabled),
	KUNIT_CASE(policy_lock_twice),
	KUNIT_CASE(policy_register),
	KUNIT_CASE(policy_register_in_shortest_message),
	KUNIT_CASE(policy_register_after_end_of_dxe),
	KUNIT_CASE(policy_lock_on_state_locks),
	KUNIT_CASE(policy_dump_empty),
	KUNIT_CASE(policy_dump_without_start),
	KUNIT_CASE(policy_dump_one_page),
	KUNIT_CASE(policy_dump_beyond_last_page),
	KUNIT_CASE(policy_dump_dropped_by_other_command),
	KUNIT_CASE(policy_dump_around_page_size),
	KUNIT_CASE(policy_info_of_name),
	KUNIT_CASE(policy_info_without_room),
	KUNIT_CASE(policy_info_of_namespace),
	KUNIT_CASE(policy_info_of_nothing),
	KUNIT_CASE(policy_info_bad_sizes),
	KUNIT_CASE(policy_info_fills_the_message),
	KUNIT_CASE(policy_lock_state_of_name),
	KUNIT_CASE(policy_lock_state_without_room),
	KUNIT_CASE(policy_lock_state_of_other_lock),
	{}
};

static struct kunit_suite mm_suite = {
	.name = "kvm_uefivars_mm",
	.init = test_init,
	.exit = test_exit,
	.test_cases = mm_cases,
};

kunit_test_suite(mm_suite);

MODULE_DESCRIPTION("KUnit tests of the message protocols");
MODULE_LICENSE("GPL");
