// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl sb-state: how Secure Boot stands, and what to do next. */
#include "cmd_enroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "output.h"
#include "siglist.h"

/* Something to do, or to know. */
struct advice {
	char text[8][240];
	unsigned int nr;
};

__attribute__((format(printf, 2, 3)))
static void advise(struct advice *a, const char *format, ...)
{
	va_list ap;

	if (a->nr == sizeof(a->text) / sizeof(a->text[0]))
		return;
	va_start(ap, format);
	vsnprintf(a->text[a->nr++], sizeof(a->text[0]), format, ap);
	va_end(ap);
}

static void judge(const struct kuvctl_vars *v, const struct enroll_state *s,
		  struct advice *a)
{
	if (s->is_malformed)
		advise(a, "a list of signatures is damaged: kuvctl show %s lists what can be read, kuvctl enroll --replace makes new ones",
		       v->vm);
	if (s->is_setup)
		advise(a, "setup mode, anybody in the guest can put keys in: kuvctl enroll microsoft-2023 --pk ms-oem-pk-2023 %s, or own DIR",
		       v->vm);
	else if (s->is_off)
		advise(a, "there are keys, but Secure Boot is switched off: in the firmware's setup, or kuvctl set %s SecureBootEnable --data 01",
		       v->vm);
	if (s->lacks_kek || s->lacks_windows || s->lacks_uefi)
		advise(a, "certificates of 2023 are missing: kuvctl enroll microsoft-2023 --dry-run %s",
		       v->vm);
	if (!s->is_setup && s->pk.is_test)
		advise(a, "everybody has the key of this PK: kuvctl pk-replace --new CERT %s",
		       v->vm);
	else if (s->has_test)
		advise(a, "everybody has the key of a certificate in KEK or db: kuvctl show %s KEK db",
		       v->vm);
	if (!s->is_setup && !s->dbx_hashes && !s->dbx_certs)
		advise(a, "dbx is empty, old boot loaders with known holes are welcome: kuvctl dbx-update %s DBXUpdate.bin",
		       v->vm);
	if (v->nr_pending)
		advise(a, "%u changes wait for its next start: kuvctl pending %s",
		       v->nr_pending, v->vm);
}

static const char *mode_of(const struct enroll_state *s)
{
	return s->is_setup ? "setup" : "user";
}

static const char *next_boot(const struct enroll_state *s)
{
	return s->is_on ? "on" : "off";
}

/* One line for each certificate of a database. */
struct listing {
	enum pcr_var which;
	int64_t now;
	json_object *list;
};

static void print_cert(const struct listing *l, const struct cert_info *c)
{
	char until[CERT_DATE];

	cert_date(c->not_after, until);
	printf("    %-4s %-42s to %s%s%s\n", pcr_names[l->which].text, c->name,
	       until, cert_is_expired(c, l->now) ? " (expired)" : "",
	       c->is_test ? " TEST KEY" : "");
}

static json_object *cert_json(const struct listing *l,
			      const struct cert_info *c)
{
	json_object *o = json_object_new_object();
	char text[65];

	cert_hex(c->sha256, 32, text);
	json_object_object_add(o, "variable",
			       json_object_new_string(pcr_names[l->which].text));
	json_object_object_add(o, "name", json_object_new_string(c->name));
	json_object_object_add(o, "subject", json_object_new_string(c->subject));
	json_object_object_add(o, "issuer", json_object_new_string(c->issuer));
	json_object_object_add(o, "sha-256", json_object_new_string(text));
	json_object_object_add(o, "known",
			       c->known ? json_object_new_string(c->known->id) :
					  NULL);
	cert_date(c->not_after, text);
	json_object_object_add(o, "valid-to", json_object_new_string(text));
	json_object_object_add(o, "expired",
			       json_object_new_boolean(cert_is_expired(c, l->now)));
	json_object_object_add(o, "test-key",
			       json_object_new_boolean(c->is_test));
	return o;
}

static int list_cert(const struct vard_sig *sig, void *arg)
{
	struct listing *l = arg;
	struct cert_info c;

	if (memcmp(sig->type, vard_sig_x509, 16) != 0)
		return 0;
	cert_describe(sig->data, sig->len, &c);
	if (l->list)
		json_object_array_add(l->list, cert_json(l, &c));
	else
		print_cert(l, &c);
	return 0;
}

static void list_certs(const struct kuvctl_vars *v, int64_t now,
		       json_object *list)
{
	struct listing l = { .now = now, .list = list };
	struct pcr_state state;

	pcr_state_get(v, &state);
	for (l.which = PCR_PK; l.which <= PCR_DB; l.which++)
		vard_siglist_walk(state.data[l.which], state.len[l.which],
				  list_cert, &l);
	pcr_state_free(&state);
}

static void print_dbx(const struct enroll_state *s)
{
	printf("    dbx  %u hashes, %u certificates%s%s\n", s->dbx_hashes,
	       s->dbx_certs, s->dbx_time[0] ? ", signed " : "", s->dbx_time);
}

static void print_state(const struct kuvctl_vars *v,
			const struct enroll_state *s, const struct advice *a,
			int64_t now)
{
	printf("%sVM %s%s: %s mode, Secure Boot %s%s%s%s\n",
	       kuvctl_colour(KUVCTL_HEAD), v->vm, kuvctl_colour(KUVCTL_PLAIN),
	       mode_of(s),
	       kuvctl_colour(s->is_on ? KUVCTL_GOOD : KUVCTL_WARN),
	       next_boot(s), kuvctl_colour(KUVCTL_PLAIN),
	       v->is_running ? (s->is_on_now ? " (on in this boot)" :
					       " (off in this boot)") : "");
	list_certs(v, now, NULL);
	print_dbx(s);
	for (unsigned int i = 0; i < a->nr; i++)
		printf("  %s*%s %s\n", kuvctl_colour(KUVCTL_WARN),
		       kuvctl_colour(KUVCTL_PLAIN), a->text[i]);
}

static json_object *missing_json(const struct enroll_state *s)
{
	json_object *list = json_object_new_array();

	if (s->lacks_kek)
		json_object_array_add(list, json_object_new_string("ms-kek-2023"));
	if (s->lacks_windows)
		json_object_array_add(list,
				      json_object_new_string("ms-windows-2023"));
	if (s->lacks_uefi)
		json_object_array_add(list,
				      json_object_new_string("ms-uefi-2023"));
	return list;
}

static json_object *dbx_json(const struct enroll_state *s)
{
	json_object *o = json_object_new_object();

	kuvctl_put_number(o, "hashes", s->dbx_hashes);
	kuvctl_put_number(o, "certificates", s->dbx_certs);
	json_object_object_add(o, "signed",
			       s->dbx_time[0] ? json_object_new_string(s->dbx_time) :
						NULL);
	return o;
}

static json_object *state_json(const struct kuvctl_vars *v,
			       const struct enroll_state *s,
			       const struct advice *a, int64_t now)
{
	json_object *o = json_object_new_object();
	json_object *certs = json_object_new_array();
	json_object *todo = json_object_new_array();

	json_object_object_add(o, "vm", json_object_new_string(v->vm));
	kuvctl_put_flag(o, "running", v->is_running);
	json_object_object_add(o, "mode", json_object_new_string(mode_of(s)));
	kuvctl_put_flag(o, "secure-boot", s->is_on);
	kuvctl_put_flag(o, "secure-boot-now", s->is_on_now);
	kuvctl_put_flag(o, "damaged", s->is_malformed);
	kuvctl_put_flag(o, "test-key", s->has_test);
	kuvctl_put_number(o, "expired", s->nr_expired);
	list_certs(v, now, certs);
	json_object_object_add(o, "certificates", certs);
	json_object_object_add(o, "missing", missing_json(s));
	json_object_object_add(o, "dbx", dbx_json(s));
	for (unsigned int i = 0; i < a->nr; i++)
		json_object_array_add(todo, json_object_new_string(a->text[i]));
	json_object_object_add(o, "to-do", todo);
	return o;
}

static void show(sd_bus *bus, const char *vm, json_object *all)
{
	const int64_t now = time(NULL);
	struct advice advice = { 0 };
	struct enroll_state state;
	struct kuvctl_vars vars;

	kuvctl_vars_get(bus, vm, &vars);
	enroll_state_get(&vars, now, &state);
	judge(&vars, &state, &advice);
	if (all)
		json_object_array_add(all,
				      state_json(&vars, &state, &advice, now));
	else
		print_state(&vars, &state, &advice, now);
	kuvctl_vars_free(&vars);
}

int cmd_sb_state(const struct kuvctl *k, int argc, char **argv)
{
	json_object *all = kuvctl_json ? json_object_new_array() : NULL;
	sd_bus *bus;

	if (argc < 2 || argv[1][0] == '-')
		kuvctl_usage(argv[0]);
	bus = kuvctl_connect(k);
	for (int i = 1; i < argc; i++)
		show(bus, argv[i], all);
	if (all)
		kuvctl_print_json(all);
	sd_bus_close_unref(bus);
	return 0;
}
