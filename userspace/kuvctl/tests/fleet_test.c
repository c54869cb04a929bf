// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl fleet without vard-sync: findings, and what plans mean. */
#include "test.h"
/* cmocka has a macro of that name. */
#undef fail

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "fleet_journal.h"
#include "fleet_run.h"
#include "siglist.h"

#define NOW	1790000000
#define A_KEY	0x27

static const uint8_t owner[16] = { 1, 2, 3 };
static char why[FLEET_WHY_MAX];

/* --- variables --- */

static void add_var(struct kuvctl_vars *v, const uint8_t guid[16],
		    const char *name, const void *data, size_t len)
{
	struct vard_var *var;
	uint8_t *utf16;

	v->list.vars = realloc(v->list.vars,
			       (v->list.nr + 1) * sizeof(*v->list.vars));
	assert_non_null(v->list.vars);
	var = &v->list.vars[v->list.nr++];
	*var = (struct vard_var){ .attributes = A_KEY,
				  .data_len = (uint32_t)len };
	memcpy(var->guid, guid, 16);
	assert_int_equal(vard_name_from_utf8(name, strlen(name), &utf16,
					     &var->name_len), 0);
	var->name = utf16;
	var->data = memcpy(malloc(len + 1), data, len);
}

static void free_vars(struct kuvctl_vars *v)
{
	for (size_t i = 0; i < v->list.nr; i++)
		kuvctl_var_free(&v->list.vars[i]);
	free(v->list.vars);
}

static void add_list(struct kuvctl_vars *v, const uint8_t guid[16],
		     const char *name, const uint8_t *type,
		     const uint8_t *sig_owner, const void *data, uint32_t len)
{
	const struct vard_sig sig = { type, sig_owner, data, len };
	uint8_t *list = NULL;
	size_t list_len = 0;

	assert_int_equal(vard_siglist_append(&list, &list_len, &sig), 0);
	add_var(v, guid, name, list, list_len);
	free(list);
}

/* A certificate of that name that was over in 2001. */
static uint8_t *make_cert(const char *name, uint32_t *len)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *x = X509_new();
	uint8_t *der = NULL;
	int n;

	assert_true(key && x);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const uint8_t *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	ASN1_TIME_set_string(X509_getm_notBefore(x), "20000101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x), "20010101000000Z");
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	n = i2d_X509(x, &der);
	assert_true(n > 0);
	*len = (uint32_t)n;
	X509_free(x);
	EVP_PKEY_free(key);
	return der;
}

/* --- findings --- */

/* All that is found, with ';' in between. */
static const char *found(const struct kuvctl_vars *v, struct fleet_find *f)
{
	static char text[2048];
	struct fleet_facts facts;
	json_object *list;

	fleet_facts_get(v, f, &facts);
	list = fleet_findings(f, &facts, v->nr_pending, NOW);
	text[0] = 0;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s;", json_object_get_string(
					json_object_array_get_idx(list, i)));
	json_object_put(list);
	fleet_facts_free(&facts);
	fleet_find_free(f);
	return text;
}

static struct fleet_find looking_for(const char *key, const char *value)
{
	struct fleet_find f = { 0 };

	assert_true(fleet_find_add(&f, key, value, why));
	fleet_find_finish(&f);
	assert_false(f.is_default);
	return f;
}

static void nothing_enrolled(void **state)
{
	struct kuvctl_vars v = { .nr_pending = 2 };
	struct fleet_find f = { 0 };

	(void)state;
	fleet_find_finish(&f);
	assert_true(f.is_default);
	/* Who does not use Microsoft's keys lacks none. */
	assert_string_equal(found(&v, &f), "setup-mode;");
	f = looking_for("missing", "ms-kek-2023");
	assert_string_equal(found(&v, &f), "missing: ms-kek-2023;");
	f = looking_for("missing", "2023");
	assert_string_equal(found(&v, &f),
			    "missing: ms-kek-2023;missing: ms-windows-2023;missing: ms-uefi-2023;");
	f = looking_for("pending", NULL);
	assert_string_equal(found(&v, &f), "pending: 2;");
	f = looking_for("foreign-pk", NULL);
	assert_string_equal(found(&v, &f), "");
}

static void platform_keys(void **state)
{
	struct kuvctl_vars v = { 0 };
	struct fleet_find f;
	struct cert_info info;
	uint32_t len;
	uint8_t *der = make_cert("DO NOT TRUST - Test PK", &len);

	(void)state;
	add_list(&v, show_global, "PK", vard_sig_x509, owner, der, len);
	f = looking_for("test-pk", NULL);
	assert_string_equal(found(&v, &f), "test-pk: DO NOT TRUST - Test PK;");
	f = looking_for("expired", NULL);
	assert_string_equal(found(&v, &f),
			    "expired: DO NOT TRUST - Test PK (2001-01-01);");
	f = looking_for("setup-mode", NULL);
	assert_string_equal(found(&v, &f), "");
	/* One's own key is one's own, whatever it says. */
	f = looking_for("foreign-pk", NULL);
	cert_describe(der, len, &info);
	f.own = malloc(sizeof(*f.own));
	memcpy(f.own->sha256, info.sha256, 32);
	f.nr_own = 1;
	assert_string_equal(found(&v, &f), "");
	f = looking_for("foreign-pk", NULL);
	assert_string_equal(found(&v, &f),
			    "foreign-pk: DO NOT TRUST - Test PK;");
	free_vars(&v);
	OPENSSL_free(der);
}

static void garbage(void **state)
{
	struct kuvctl_vars v = { 0 };
	struct fleet_find f = looking_for("foreign-pk", NULL);

	(void)state;
	add_var(&v, show_global, "PK", "garbage", 7);
	assert_string_equal(found(&v, &f),
			    "foreign-pk: (no certificate);damaged;");
	free_vars(&v);
}

static void dbx_levels(void **state)
{
	/* As Microsoft ships it: boot manager, version 9.0. */
	static const uint8_t svn_owner[16] = {
		0x6c, 0x2b, 0x13, 0x9d, 0xd5, 0x59, 0x88, 0x43,
		0xab, 0x1c, 0x18, 0x5c, 0xfc, 0xb2, 0xeb, 0x92,
	};
	static const uint8_t svn[32] = {
		0x01, 0x61, 0x2b, 0x13, 0x9d, 0xd5, 0x59, 0x88, 0x43,
		0xab, 0x1c, 0x18, 0x5c, 0x3c, 0xb2, 0xeb, 0x92,
		0x00, 0x00, 0x09, 0x00,
	};
	struct kuvctl_vars v = { 0 };
	struct fleet_find f = looking_for("dbx-below", "7.1");

	(void)state;
	assert_string_equal(found(&v, &f), "dbx-below: version 0.0;");
	add_list(&v, show_security, "dbx", vard_sig_sha256, svn_owner, svn,
		 sizeof(svn));
	f = looking_for("dbx-below", "9.0");
	assert_string_equal(found(&v, &f), "");
	f = looking_for("dbx-below", "9.1");
	assert_string_equal(found(&v, &f), "dbx-below: version 9.0;");
	f = looking_for("dbx-below", "2");
	assert_string_equal(found(&v, &f), "dbx-below: 1 entries;");
	f = looking_for("dbx-below", "1");
	assert_string_equal(found(&v, &f), "");
	free_vars(&v);
}

static void bad_questions(void **state)
{
	static const char *const bad[][2] = {
		{ "missing", "nobody" }, { "missing", NULL },
		{ "missing", "/nowhere.pem" }, { "own", "/nowhere.pem" },
		{ "dbx-below", "x" }, { "dbx-below", "" }, { "dbx-below", "-1" },
		{ "dbx-below", "1.x" }, { "dbx-below", "0.0" },
		{ "dbx-below", "70000.0" }, { "dbx-below", "1." },
		{ "dbx-below", "99999999999999999999" }, { "colour", "red" },
	};
	struct fleet_find f = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why[0] = 0;
		assert_false(fleet_find_add(&f, bad[i][0], bad[i][1], why));
		assert_true(why[0]);
	}
	fleet_find_free(&f);
}

/* --- plans --- */

#define SELECT	"\"select\": {\"vms\": \"*\"}"
#define DELETE	"{\"delete\": {\"name\": \"x\", " \
		"\"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\"}}"
#define SET	"{\"set\": {\"name\": \"x\", \"attributes\": 7, \"data\": \"0102\", " \
		"\"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\"}}"

static bool parse(const char *text, struct fleet_plan *p)
{
	why[0] = 0;
	return fleet_plan_parse(text, strlen(text), "/plans/test.json", p, why);
}

static void plan_with_all(void **state)
{
	struct fleet_plan p;

	(void)state;
	assert_true(parse("{\"name\": \"roll\", \"select\": {\"vms\": [\"a*\", \"b\"],"
			  "\"except\": \"a1\", \"find\": {\"missing\": [\"2023\"],"
			  "\"setup-mode\": true, \"expired\": false}},"
			  "\"actions\": [" SET ", " DELETE "], \"stages\": [1,"
			  "{\"size\": 10, \"pause\": 3}, \"rest\"], \"snapshot\": false,"
			  "\"at-next-boot\": true, \"stop\": {\"running\": true}}", &p));
	assert_string_equal(p.name, "roll");
	assert_int_equal(p.vms.nr, 2);
	assert_true(fleet_plan_excepts(&p, "a1"));
	assert_false(fleet_plan_excepts(&p, "a2"));
	assert_true(p.has_find && p.find.setup_mode && !p.find.expired);
	assert_int_equal(p.find.nr_wants, 3);
	assert_int_equal(p.nr_actions, 2);
	assert_int_equal(p.actions[0].v.data_len, 2);
	assert_true(!p.snapshot && p.at_next_boot && p.stop_running);
	assert_false(p.stop_pending);
	assert_int_equal(fleet_plan_stage(&p, 0), 1);
	assert_int_equal(fleet_plan_stage(&p, 1), 2);
	assert_int_equal(fleet_plan_stage(&p, 10), 2);
	assert_int_equal(fleet_plan_stage(&p, 11), 3);
	assert_int_equal(p.stages[1].pause, 3);
	fleet_plan_free(&p);
}

static void plan_with_little(void **state)
{
	struct fleet_plan p, q;

	(void)state;
	assert_true(parse("{" SELECT ", \"actions\": [" DELETE "]}", &p));
	assert_string_equal(p.name, "test.json");
	assert_true(p.snapshot);
	assert_int_equal(fleet_plan_stage(&p, 100000), 1);
	assert_true(parse("{" SELECT ", \"actions\": [" DELETE "] }", &q));
	assert_string_not_equal(p.hash, q.hash);
	fleet_plan_free(&q);
	assert_true(parse("{" SELECT ", \"actions\": [" DELETE "],"
			  "\"stages\": [1]}", &q));
	assert_int_equal(fleet_plan_stage(&q, 0), 1);
	assert_int_equal(fleet_plan_stage(&q, 1), 0);
	fleet_plan_free(&q);
	fleet_plan_free(&p);
}

static void bad_plans(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{" SELECT "}", "null", "{" SELECT ", \"actions\": []}",
		"{\"actions\": [" DELETE "]}",
		"{" SELECT ", \"actions\": [" DELETE "]} x",
		"{" SELECT ", \"actions\": [" DELETE "], \"snapshots\": true}",
		"{" SELECT ", \"actions\": [" DELETE "], \"snapshot\": 1}",
		"{" SELECT ", \"actions\": [" DELETE "], \"stages\": []}",
		"{" SELECT ", \"actions\": [" DELETE "], \"stages\": [0]}",
		"{" SELECT ", \"actions\": [" DELETE "], \"stages\": [\"rest\", 1]}",
		"{" SELECT ", \"actions\": [" DELETE "], \"stages\": [\"some\"]}",
		"{" SELECT ", \"actions\": [" DELETE "], \"stages\": [{\"pause\": 1}]}",
		"{" SELECT ", \"actions\": [" DELETE "], \"stages\": [{\"size\": 1, \"pause\": -1}]}",
		"{" SELECT ", \"actions\": [" DELETE "], \"stop\": {\"never\": true}}",
		"{" SELECT ", \"actions\": [{}]}",
		"{" SELECT ", \"actions\": [{\"explode\": 1}]}",
		"{" SELECT ", \"actions\": [{\"enroll\": []}]}",
		"{" SELECT ", \"actions\": [{\"dbx-update\": \"not-there\"}]}",
		"{" SELECT ", \"actions\": [{\"delete\": {\"name\": \"x\"}}]}",
		"{" SELECT ", \"actions\": [{\"delete\": {\"name\": \"\", \"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\"}}]}",
		"{" SELECT ", \"actions\": [{\"set\": {\"name\": \"x\", \"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\", \"attributes\": 7, \"data\": \"012\"}}]}",
		"{" SELECT ", \"actions\": [{\"set\": {\"name\": \"x\", \"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\", \"attributes\": 64, \"data\": \"01\"}}]}",
		"{" SELECT ", \"actions\": [{\"set\": {\"name\": \"x\", \"guid\": \"8be4df61-93ca-11d2-aa0d-00e098032b8c\", \"attributes\": 7}}]}",
		"{\"select\": {}, \"actions\": [" DELETE "]}",
		"{\"select\": {\"vms\": []}, \"actions\": [" DELETE "]}",
		"{\"select\": {\"vms\": 7}, \"actions\": [" DELETE "]}",
		"{\"select\": {\"vms\": \"*\", \"find\": {\"colour\": true}}, \"actions\": [" DELETE "]}",
		"{\"select\": {\"vms\": \"*\", \"find\": {\"expired\": \"yes\"}}, \"actions\": [" DELETE "]}",
	};
	struct fleet_plan p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bool ok = parse(bad[i], &p);

		if (ok)
			print_message("taken for a plan: %s\n", bad[i]);
		assert_false(ok);
		assert_true(why[0]);
		fleet_plan_free(&p);
	}
}

/* --- what a plan means for a VM --- */

static size_t nr_changes(struct fleet_plan *p, const struct kuvctl_vars *v)
{
	struct kuvctl_plan changes = { 0 };
	size_t nr;

	assert_null(fleet_plan_for(p, v, &changes));
	nr = changes.nr;
	kuvctl_plan_free(&changes);
	return nr;
}

static void only_what_differs(void **state)
{
	static const uint8_t data[] = { 1, 2 };
	struct kuvctl_vars v = { 0 };
	struct fleet_plan p;

	(void)state;
	assert_true(parse("{" SELECT ", \"actions\": [" DELETE "]}", &p));
	assert_int_equal(nr_changes(&p, &v), 0);
	add_var(&v, show_global, "x", data, sizeof(data));
	assert_int_equal(nr_changes(&p, &v), 1);
	fleet_plan_free(&p);
	assert_true(parse("{" SELECT ", \"actions\": [" SET "]}", &p));
	assert_int_equal(nr_changes(&p, &v), 1);
	v.list.vars[0].attributes = 7;
	assert_int_equal(nr_changes(&p, &v), 0);
	v.list.vars[0].data_len = 1;
	assert_int_equal(nr_changes(&p, &v), 1);
	fleet_plan_free(&p);
	free_vars(&v);
}

/* An update with a descriptor of @extra bytes less than it says. */
static void set_update(struct fleet_action *a, const uint8_t *list, size_t len,
		       uint32_t extra)
{
	uint8_t *data = calloc(1, 40 + len);

	data[16] = (uint8_t)(24 + extra);
	memcpy(data + 40, list, len);
	free((void *)(uintptr_t)a->v.data);
	a->v.data = data;
	a->v.data_len = (uint32_t)(40 + len);
}

static void updates_that_are_there(void **state)
{
	static const uint8_t one[32] = { 1 }, two[32] = { 2 };
	const struct vard_sig sig = { vard_sig_sha256, owner, one, 32 };
	struct kuvctl_plan changes = { 0 };
	struct kuvctl_vars v = { 0 };
	uint8_t *list = NULL;
	struct fleet_plan p;
	size_t len = 0;

	(void)state;
	assert_true(parse("{" SELECT ", \"actions\": [" SET "]}", &p));
	p.actions[0].kind = FLEET_APPEND;
	memcpy(p.actions[0].v.guid, show_global, 16);
	vard_siglist_append(&list, &len, &sig);
	set_update(&p.actions[0], list, len, 0);
	assert_int_equal(nr_changes(&p, &v), 1);
	add_list(&v, show_global, "x", vard_sig_sha256, owner, two, 32);
	assert_int_equal(nr_changes(&p, &v), 1);
	free_vars(&v);
	v = (struct kuvctl_vars){ 0 };
	add_list(&v, show_global, "x", vard_sig_sha256, owner, one, 32);
	assert_int_equal(nr_changes(&p, &v), 0);
	set_update(&p.actions[0], list, len, 200);
	assert_non_null(fleet_plan_for(&p, &v, &changes));
	set_update(&p.actions[0], list, len - 1, 0);
	assert_non_null(fleet_plan_for(&p, &v, &changes));
	assert_int_equal(changes.nr, 0);
	free(list);
	free_vars(&v);
	fleet_plan_free(&p);
}

/* --- VMs that were moved away --- */

/* What a dry run says of the VM "b"; there is no vard-sync that it could ask. */
static enum fleet_state try_vm(const char *select, const struct kuvctl_vars *v,
			       const char *uuid)
{
	struct fleet_plan p;
	struct fleet_journal j = { .fd = -1 };
	struct fleet_run run = { .plan = &p, .journal = &j };
	struct fleet_entry e = { .vm = (char *)"b" };
	char text[512];
	bool ok;

	snprintf(text, sizeof(text),
		 "{\"select\": {\"vms\": %s}, \"actions\": [" DELETE "]}", select);
	assert_true(parse(text, &p));
	snprintf(e.uuid, sizeof(e.uuid), "%s", uuid);
	ok = fleet_run_try(&run, &e, v);
	assert_true(ok == (e.state != FLEET_FAILED));
	assert_true(ok == !e.why);
	free(e.why);
	fleet_plan_free(&p);
	return e.state;
}

static void moved_away(void **state)
{
	struct kuvctl_vars v = { .uuid = "same" };

	(void)state;
	assert_int_equal(try_vm("\"*\"", &v, "same"), FLEET_NEW);
	v.is_moved = true;
	assert_int_equal(try_vm("\"*\"", &v, "same"), FLEET_MOVED);
	assert_int_equal(try_vm("[\"a\", \"[b]\"]", &v, "same"), FLEET_MOVED);
	/* Who names it means it. */
	assert_int_equal(try_vm("[\"a*\", \"b\"]", &v, "same"), FLEET_FAILED);
	/* Nor is it the VM that the plan began with. */
	assert_int_equal(try_vm("\"*\"", &v, "other"), FLEET_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_enrolled),
		cmocka_unit_test(platform_keys),
		cmocka_unit_test(garbage),
		cmocka_unit_test(dbx_levels),
		cmocka_unit_test(bad_questions),
		cmocka_unit_test(plan_with_all),
		cmocka_unit_test(plan_with_little),
		cmocka_unit_test(bad_plans),
		cmocka_unit_test(only_what_differs),
		cmocka_unit_test(updates_that_are_there),
		cmocka_unit_test(moved_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
