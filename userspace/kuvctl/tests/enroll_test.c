// SPDX-License-Identifier: GPL-2.0-or-later
/* Which certificates a VM lacks, and the plan that gives it those. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "enroll.h"
#include "keys.h"
#include "siglist.h"

#define NV_AT 0x27

static const uint8_t owner[16] = "owner of the sig";
static const uint8_t other[16] = "other owner here";

/* Three certificates: for PK, KEK and db. */
static struct enroll_cert made[3];

static int make_certs(void **state)
{
	static const enum pcr_var where[] = { PCR_PK, PCR_KEK, PCR_DB };
	const struct keys_request q = { "Test", 10, 2048 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct enroll_cert *c = &made[i];
		struct sign_key k = { 0 };
		uint8_t *der = NULL;
		int len;

		if (keys_make(&q, pcr_names[where[i]].text, &k))
			return -1;
		len = i2d_X509(k.cert, &der);
		sign_key_free(&k);
		if (len < 0)
			return -1;
		c->der = der;
		c->len = (size_t)len;
		c->where = where[i];
		memcpy(c->owner, owner, 16);
		cert_describe(der, c->len, &c->info);
	}
	return 0;
}

static int free_certs(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		OPENSSL_free(made[i].der);
	return 0;
}

/* A VM that is put together for one test. */
struct vm {
	struct kuvctl_vars vars;
	struct vard_var list[4];
	uint8_t *data[4];
};

static void give(struct vm *vm, enum pcr_var which, uint8_t *data, size_t len)
{
	struct vard_var *v = &vm->list[vm->vars.list.nr];

	memset(v, 0, sizeof(*v));
	memcpy(v->guid, pcr_names[which].guid, 16);
	v->name = pcr_names[which].name;
	v->name_len = pcr_names[which].name_len;
	v->attributes = NV_AT;
	v->time[0] = 0xea;
	v->time[1] = 7;
	v->time[2] = 5;
	v->time[3] = 6;
	v->data = data;
	v->data_len = (uint32_t)len;
	vm->data[vm->vars.list.nr++] = data;
	vm->vars.list.vars = vm->list;
}

static void give_cert(struct vm *vm, const struct enroll_cert *c,
		      const uint8_t *by)
{
	const struct vard_sig sig = { vard_sig_x509, by, c->der,
				      (uint32_t)c->len };
	uint8_t *data = NULL;
	size_t len = 0;

	assert_int_equal(vard_siglist_append(&data, &len, &sig), 0);
	give(vm, c->where, data, len);
}

static void free_vm(struct vm *vm)
{
	for (size_t i = 0; i < vm->vars.list.nr; i++)
		free(vm->data[i]);
}

/* A copy: is_new is written to. */
static const char *plan(struct vm *vm, struct enroll_cert *certs, size_t nr,
			bool replace, struct kuvctl_plan *p)
{
	struct enroll_set set = { certs, nr };

	memset(p, 0, sizeof(*p));
	return enroll_plan(&vm->vars, &set, replace, p);
}

static void all_for_an_empty_vm(void **state)
{
	struct enroll_cert certs[3] = { made[0], made[1], made[2] };
	struct kuvctl_plan p;
	struct vm vm = { 0 };

	(void)state;
	assert_null(plan(&vm, certs, 3, false, &p));
	assert_int_equal(p.nr, 3);
	/* The mode changes last. */
	assert_memory_equal(p.changes[0].v.name, pcr_names[PCR_KEK].name, 6);
	assert_memory_equal(p.changes[1].v.name, pcr_names[PCR_DB].name, 4);
	assert_memory_equal(p.changes[2].v.name, pcr_names[PCR_PK].name, 4);
	for (int i = 0; i < 3; i++) {
		assert_true(certs[i].is_new);
		assert_int_equal(p.changes[i].op, KUVCTL_SET);
		assert_int_equal(p.changes[i].v.attributes, NV_AT);
	}
	assert_int_equal(p.changes[1].v.data_len, 44 + made[2].len);
	assert_memory_equal(p.changes[1].v.data + 28, owner, 16);
	kuvctl_plan_free(&p);
}

/* The owner may be another one: the certificate is what counts. */
static void nothing_for_a_vm_that_has_all(void **state)
{
	struct enroll_cert certs[3] = { made[0], made[1], made[2] };
	struct kuvctl_plan p;
	struct vm vm = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		give_cert(&vm, &made[i], other);
	assert_null(plan(&vm, certs, 3, false, &p));
	assert_int_equal(p.nr, 0);
	for (int i = 0; i < 3; i++)
		assert_false(certs[i].is_new);
	free_vm(&vm);
}

static void what_is_there_stays(void **state)
{
	struct enroll_cert there = made[0], certs[1] = { made[2] };
	struct kuvctl_plan p;
	struct vm vm = { 0 };

	(void)state;
	there.where = PCR_DB;
	give_cert(&vm, &there, other);
	assert_null(plan(&vm, certs, 1, false, &p));
	assert_int_equal(p.nr, 1);
	assert_int_equal(p.changes[0].v.data_len,
			 vm.list[0].data_len + 44 + made[2].len);
	assert_memory_equal(p.changes[0].v.data, vm.list[0].data,
			    vm.list[0].data_len);
	/* Later signed changes must stay possible. */
	assert_memory_equal(p.changes[0].v.time, vm.list[0].time, 16);
	kuvctl_plan_free(&p);
	assert_null(plan(&vm, certs, 1, true, &p));
	assert_int_equal(p.nr, 1);
	assert_int_equal(p.changes[0].v.data_len, 44 + made[2].len);
	kuvctl_plan_free(&p);
	free_vm(&vm);
}

static void asked_for_twice(void **state)
{
	struct enroll_cert certs[2] = { made[2], made[2] };
	struct kuvctl_plan p;
	struct vm vm = { 0 };

	(void)state;
	assert_null(plan(&vm, certs, 2, false, &p));
	assert_int_equal(p.nr, 1);
	assert_int_equal(p.changes[0].v.data_len, 44 + made[2].len);
	kuvctl_plan_free(&p);
}

static void damaged_list(void **state)
{
	struct enroll_cert certs[1] = { made[2] };
	struct kuvctl_plan p;
	struct vm vm = { 0 };
	const char *why;

	(void)state;
	give(&vm, PCR_DB, calloc(1, 50), 50);
	why = plan(&vm, certs, 1, false, &p);
	assert_non_null(why);
	assert_non_null(strstr(why, "damaged"));
	assert_int_equal(p.nr, 0);
	assert_null(plan(&vm, certs, 1, true, &p));
	assert_int_equal(p.nr, 1);
	kuvctl_plan_free(&p);
	/* KEK is not asked about. */
	certs[0] = made[1];
	assert_null(plan(&vm, certs, 1, false, &p));
	assert_int_equal(p.nr, 1);
	kuvctl_plan_free(&p);
	free_vm(&vm);
}

static void another_pk(void **state)
{
	struct enroll_cert there = made[1], certs[1] = { made[0] };
	struct kuvctl_plan p;
	struct vm vm = { 0 };

	(void)state;
	there.where = PCR_PK;
	give_cert(&vm, &there, owner);
	assert_non_null(plan(&vm, certs, 1, false, &p));
	assert_int_equal(p.nr, 0);
	certs[0].is_spare = true;
	assert_null(plan(&vm, certs, 1, false, &p));
	assert_int_equal(p.nr, 0);
	assert_false(certs[0].is_new);
	assert_null(plan(&vm, certs, 1, true, &p));
	assert_int_equal(p.nr, 1);
	assert_int_equal(p.changes[0].v.data_len, 44 + made[0].len);
	kuvctl_plan_free(&p);
	free_vm(&vm);
}

static void given_pk_wins_over_spare(void **state)
{
	struct enroll_cert certs[2] = { made[0], made[1] };
	struct kuvctl_plan p;
	struct vm vm = { 0 };

	(void)state;
	certs[0].is_spare = true;
	certs[1].where = PCR_PK;
	assert_null(plan(&vm, certs, 2, false, &p));
	assert_int_equal(p.nr, 1);
	assert_memory_equal(p.changes[0].v.data + 44, made[1].der, made[1].len);
	kuvctl_plan_free(&p);
}

static void state_of_an_empty_vm(void **state)
{
	struct enroll_state s;
	struct vm vm = { 0 };

	(void)state;
	enroll_state_get(&vm.vars, 0, &s);
	assert_true(s.is_setup);
	assert_false(s.is_on);
	assert_false(s.is_malformed);
	assert_int_equal(s.nr_certs, 0);
}

static void state_of_a_vm(void **state)
{
	static const uint8_t hash[32];
	const struct vard_sig sig = { vard_sig_sha256, owner, hash, 32 };
	uint8_t *dbx = NULL;
	size_t len = 0;
	struct enroll_state s;
	struct vm vm = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		give_cert(&vm, &made[i], owner);
	assert_int_equal(vard_siglist_append(&dbx, &len, &sig), 0);
	give(&vm, PCR_DBX, dbx, len);
	enroll_state_get(&vm.vars, made[0].info.not_after + 86400, &s);
	assert_false(s.is_setup);
	assert_true(s.is_on);
	assert_int_equal(s.nr_certs, 3);
	assert_int_equal(s.nr_expired, 3);
	assert_int_equal(s.dbx_hashes, 1);
	assert_string_equal(s.dbx_time, "2026-05-06");
	assert_string_equal(s.pk.name, "Test PK");
	assert_false(s.has_2011 || s.lacks_kek || s.lacks_windows ||
		     s.lacks_uefi || s.has_test);
	free_vm(&vm);
}

static void state_of_noise(void **state)
{
	struct enroll_state s;
	struct vm vm = { 0 };
	uint8_t *noise = malloc(300);

	(void)state;
	memset(noise, 0xa5, 300);
	give(&vm, PCR_KEK, noise, 300);
	enroll_state_get(&vm.vars, 0, &s);
	assert_true(s.is_malformed);
	free_vm(&vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_for_an_empty_vm),
		cmocka_unit_test(nothing_for_a_vm_that_has_all),
		cmocka_unit_test(what_is_there_stays),
		cmocka_unit_test(asked_for_twice),
		cmocka_unit_test(damaged_list),
		cmocka_unit_test(another_pk),
		cmocka_unit_test(given_pk_wins_over_spare),
		cmocka_unit_test(state_of_an_empty_vm),
		cmocka_unit_test(state_of_a_vm),
		cmocka_unit_test(state_of_noise),
	};

	return cmocka_run_group_tests(tests, make_certs, free_certs);
}
