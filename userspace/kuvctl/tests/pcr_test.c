// SPDX-License-Identifier: GPL-2.0-or-later
/* PCR 7 and the state of Secure Boot behind a plan. */
#include "test.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "pcr.h"
#include "siglist.h"

#define NV_AT 0x27

static const uint8_t enable_guid[16] = {
	0xc7, 0x0b, 0xa3, 0xf0, 0x08, 0xaf, 0x56, 0x45,
	0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44,
};
static const uint8_t owner[16] = "owner of the sig";
static const uint8_t other[16] = "other owner here";

static struct vard_var secure_var(enum pcr_var which, const char *text)
{
	struct vard_var v = {
		.name = pcr_names[which].name,
		.name_len = pcr_names[which].name_len,
		.data = (const uint8_t *)text,
		.data_len = (uint32_t)strlen(text),
		.attributes = NV_AT,
	};

	memcpy(v.guid, pcr_names[which].guid, 16);
	return v;
}

static struct vard_var enable_var(const uint8_t *value)
{
	struct vard_var v = {
		.name = U16("SecureBootEnable"),
		.name_len = U16_LEN("SecureBootEnable"),
		.data = value,
		.data_len = 1,
		.attributes = 3,
	};

	memcpy(v.guid, enable_guid, 16);
	return v;
}

static void state_of(struct vard_var *vars, size_t nr, const char *options,
		     struct pcr_state *s)
{
	const struct kuvctl_vars v = { .options = (char *)options,
				       .list = { vars, nr } };

	pcr_state_get(&v, s);
}

static void check_pcr(const struct pcr_state *s, const char *variables,
		      const char *separator)
{
	struct pcr7 p;
	char text[65];

	pcr7_predict(s, &p);
	cert_hex(p.variables, 32, text);
	assert_string_equal(text, variables);
	cert_hex(p.separator, 32, text);
	assert_string_equal(text, separator);
}

/*
 * The expected values were computed by a few lines of Python from the rules of
 * the TCG PC Client profile, as tools/testing/rollover/pcr7.py does it.
 */
static void pcr7_of_nothing(void **state)
{
	struct pcr_state s;

	(void)state;
	state_of(NULL, 0, NULL, &s);
	check_pcr(&s, "4104363d65b054e67294a7c41ba2bc4f59cab5683b42342ad5cc0c6d3d794aef",
		  "65caf8dd1e0ea7a6347b635d2b379c93b9a1351edc2afc3ecda700e534eb3068");
	pcr_state_free(&s);
}

static void pcr7_of_all(void **state)
{
	/* Their order in the store means nothing. */
	struct vard_var vars[] = {
		secure_var(PCR_DBT, "times"), secure_var(PCR_DB, "allowed"),
		secure_var(PCR_DBX, "forbidden"), secure_var(PCR_PK, "platform"),
		secure_var(PCR_KEK, "exchange"),
	};
	struct pcr_state s;
	struct pcr7 p;
	char text[65];

	(void)state;
	state_of(vars, 5, "", &s);
	check_pcr(&s, "2a16cde988c7c7e7b40be4e34a0a3d7334f6556c07698b77c17a6654a409424a",
		  "0a976275538f3bb3c160f35a634ffb18567503f8fec064f015d721a43e011c5e");
	pcr7_predict(&s, &p);
	cert_hex(p.digest[PCR_DB], 32, text);
	assert_string_equal(text, "bc45f81bfbdb969f6a0711a919af010b98369918206d417c0966d69e62d03272");
	pcr_state_free(&s);
}

static void dbt_is_measured_if_present(void **state)
{
	struct vard_var vars[] = { secure_var(PCR_DBT, "times") };
	struct pcr_state s;
	struct pcr7 p;

	(void)state;
	state_of(vars, 0, NULL, &s);
	pcr7_predict(&s, &p);
	assert_false(p.is_measured[PCR_DBT]);
	assert_true(p.is_measured[PCR_DBX]);
	pcr_state_free(&s);
	state_of(vars, 1, NULL, &s);
	pcr7_predict(&s, &p);
	assert_true(p.is_measured[PCR_DBT]);
	pcr_state_free(&s);
}

static bool is_on(struct vard_var *vars, size_t nr, const char *options)
{
	struct pcr_state s;
	bool ret;

	state_of(vars, nr, options, &s);
	ret = pcr_state_is_on(&s);
	pcr_state_free(&s);
	return ret;
}

static void secure_boot_is_on(void **state)
{
	struct vard_var on[] = { secure_var(PCR_PK, "pk"),
				 enable_var((const uint8_t *)"\1") };
	struct vard_var off[] = { secure_var(PCR_PK, "pk"),
				  enable_var((const uint8_t *)"\0") };

	(void)state;
	assert_true(is_on(on, 2, NULL));
	assert_true(is_on(on, 1, NULL));
	assert_false(is_on(on + 1, 1, NULL));
	assert_false(is_on(off, 2, NULL));
	assert_true(is_on(off, 2, "no-custom-mode,force-secure-boot"));
	assert_false(is_on(off, 2, "force-secure-boots,xforce-secure-boot"));
	assert_false(is_on(off + 1, 1, "force-secure-boot"));
}

static void volatile_variables_do_not_count(void **state)
{
	struct vard_var v = secure_var(PCR_PK, "pk");

	(void)state;
	v.attributes = 6;
	assert_false(is_on(&v, 1, NULL));
}

/* EFI_VARIABLE_AUTHENTICATION_2 with a few bytes for a signature. */
static size_t make_auth(uint8_t *out, const void *payload, size_t len)
{
	static const uint8_t head[40] = {
		0xea, 0x07, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		24 + 3, 0, 0, 0, 0, 2, 0xf1, 0x0e,
		0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
		0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7,
	};

	memcpy(out, head, 40);
	memcpy(out + 40, "sig", 3);
	memcpy(out + 43, payload, len);
	return 43 + len;
}

static void auth_parts(void **state)
{
	uint8_t buf[64];
	size_t len = make_auth(buf, "data", 4);
	struct pcr_auth a;

	(void)state;
	assert_true(pcr_auth_parse(buf, len, &a));
	assert_ptr_equal(a.payload, buf + 43);
	assert_int_equal(a.len, 4);
	for (size_t n = 0; n < 43; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, buf, n);
		assert_false(pcr_auth_parse(copy, n, &a));
		free(copy);
	}
	assert_true(pcr_auth_parse(buf, 43, &a));
	assert_int_equal(a.len, 0);
}

static void auth_wrong(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} bad[] = { { 16, 23 }, { 16, 200 }, { 19, 0xff }, { 22, 0xf0 },
		    { 23, 0 },	{ 24, 0 } };
	struct pcr_auth a;
	uint8_t buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t len = make_auth(buf, "data", 4);

		buf[bad[i].at] = bad[i].value;
		assert_false(pcr_auth_parse(buf, len, &a));
	}
}

static void add_sig(uint8_t **buf, size_t *len, const uint8_t *by, char fill)
{
	uint8_t hash[32];
	const struct vard_sig sig = { vard_sig_sha256, by, hash, 32 };

	memset(hash, fill, sizeof(hash));
	assert_int_equal(vard_siglist_append(buf, len, &sig), 0);
}

static void append_leaves_out_what_is_there(void **state)
{
	uint8_t *old = NULL, *added = NULL, *out = NULL;
	size_t old_len = 0, added_len = 0, len = 0;
	unsigned int nr = 0;

	(void)state;
	add_sig(&old, &old_len, owner, 'a');
	add_sig(&added, &added_len, owner, 'a');
	add_sig(&added, &added_len, other, 'a');
	add_sig(&added, &added_len, owner, 'b');
	assert_int_equal(pcr_append(old, old_len, added, added_len, &out, &len,
				    &nr), 0);
	/* Another owner is another signature. */
	assert_int_equal(nr, 2);
	assert_int_equal(len, 3 * old_len);
	assert_memory_equal(out, old, old_len);
	assert_memory_equal(out + old_len, added + old_len, 2 * old_len);
	free(out);
	assert_int_equal(pcr_append(NULL, 0, old, old_len, &out, &len, &nr), 0);
	assert_int_equal(nr, 1);
	assert_memory_equal(out, old, old_len);
	free(out);
	free(old);
	free(added);
}

/* One list of three, the second of which is there: its size shrinks. */
static void append_shrinks_a_list(void **state)
{
	uint8_t list[28 + 3 * 48], *old = NULL, *out = NULL;
	const uint32_t head[3] = { sizeof(list), 0, 48 };
	size_t old_len = 0, len = 0;
	unsigned int nr = 0;
	uint32_t size;

	(void)state;
	memcpy(list, vard_sig_sha256, 16);
	memcpy(list + 16, head, 12);
	for (int i = 0; i < 3; i++) {
		memcpy(list + 28 + 48 * i, owner, 16);
		memset(list + 28 + 48 * i + 16, 'a' + i, 32);
	}
	add_sig(&old, &old_len, owner, 'b');
	assert_int_equal(pcr_append(old, old_len, list, sizeof(list), &out,
				    &len, &nr), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(len, old_len + 28 + 2 * 48);
	memcpy(&size, out + old_len + 16, 4);
	assert_int_equal(size, 28 + 2 * 48);
	assert_memory_equal(out + old_len + 28 + 48, list + 28 + 2 * 48, 48);
	free(out);
	free(old);
}

static void append_malformed(void **state)
{
	uint8_t *good = NULL, *out = NULL;
	size_t len = 0, out_len = 0;

	(void)state;
	add_sig(&good, &len, owner, 'a');
	assert_int_equal(pcr_append(good, len - 1, good, len, &out, &out_len,
				    NULL), -EBADMSG);
	assert_int_equal(pcr_append(good, len, good, len - 1, &out, &out_len,
				    NULL), -EBADMSG);
	assert_null(out);
	free(good);
}

static int apply_one(struct pcr_state *s, enum kuvctl_op op, struct vard_var v)
{
	struct kuvctl_change change = { op, v };
	const struct kuvctl_plan p = { &change, 1 };

	return pcr_state_apply(s, &p);
}

static void plan_set_and_delete(void **state)
{
	struct vard_var vars[] = { secure_var(PCR_PK, "pk"),
				   secure_var(PCR_KEK, "kek") };
	struct vard_var v = secure_var(PCR_DB, "db");
	struct pcr_state s;

	(void)state;
	state_of(vars, 2, NULL, &s);
	assert_int_equal(apply_one(&s, KUVCTL_SET, v), 0);
	assert_int_equal(s.len[PCR_DB], 2);
	assert_int_equal(apply_one(&s, KUVCTL_DELETE, vars[0]), 0);
	assert_int_equal(s.len[PCR_PK], 0);
	assert_int_equal(s.len[PCR_KEK], 3);
	assert_false(pcr_state_is_on(&s));
	/* Another namespace is another variable. */
	v.guid[0] ^= 1;
	assert_int_equal(apply_one(&s, KUVCTL_DELETE, v), 0);
	assert_int_equal(s.len[PCR_DB], 2);
	pcr_state_free(&s);
}

static void plan_signed(void **state)
{
	struct vard_var v = secure_var(PCR_DB, "");
	uint8_t *list = NULL, auth[200];
	size_t len = 0;
	struct pcr_state s;

	(void)state;
	add_sig(&list, &len, owner, 'a');
	v.data = auth;
	v.data_len = (uint32_t)make_auth(auth, list, len);
	v.attributes = NV_AT | KVM_UEFIVARS_ATTR_AP;
	state_of(NULL, 0, NULL, &s);
	assert_int_equal(apply_one(&s, KUVCTL_SIGNED, v), 0);
	assert_int_equal(s.len[PCR_DB], len);
	assert_int_equal(apply_one(&s, KUVCTL_SIGNED, v), 0);
	assert_int_equal(s.len[PCR_DB], len);
	v.attributes = NV_AT;
	v.data_len = 43;
	assert_int_equal(apply_one(&s, KUVCTL_SIGNED, v), 0);
	assert_int_equal(s.len[PCR_DB], 0);
	v.data_len = 42;
	assert_int_equal(apply_one(&s, KUVCTL_SIGNED, v), -EBADMSG);
	v.data_len = 43 + 10;
	v.attributes = NV_AT | KVM_UEFIVARS_ATTR_AP;
	assert_int_equal(apply_one(&s, KUVCTL_SIGNED, v), -EBADMSG);
	pcr_state_free(&s);
	free(list);
}

/* A signed PK of a VM without one begins user mode, and with it Secure Boot. */
static void plan_signed_pk_switches_on(void **state)
{
	struct vard_var vars[] = { enable_var((const uint8_t *)"\0") };
	struct vard_var v = secure_var(PCR_PK, "");
	uint8_t auth[64];
	struct pcr_state s;

	(void)state;
	v.data = auth;
	v.data_len = (uint32_t)make_auth(auth, "pk", 2);
	state_of(vars, 1, NULL, &s);
	assert_int_equal(apply_one(&s, KUVCTL_SIGNED, v), 0);
	assert_true(pcr_state_is_on(&s));
	pcr_state_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcr7_of_nothing),
		cmocka_unit_test(pcr7_of_all),
		cmocka_unit_test(dbt_is_measured_if_present),
		cmocka_unit_test(secure_boot_is_on),
		cmocka_unit_test(volatile_variables_do_not_count),
		cmocka_unit_test(auth_parts),
		cmocka_unit_test(auth_wrong),
		cmocka_unit_test(append_leaves_out_what_is_there),
		cmocka_unit_test(append_shrinks_a_list),
		cmocka_unit_test(append_malformed),
		cmocka_unit_test(plan_set_and_delete),
		cmocka_unit_test(plan_signed),
		cmocka_unit_test(plan_signed_pk_switches_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
