// SPDX-License-Identifier: GPL-2.0-or-later
/* Carrying out a plan for Secure Boot, with PCR 7 before and after. */
#include "enroll.h"

#include <stdio.h>
#include <string.h>

#include "kuvctl.h"
#include "output.h"

/* PCR 7 without and with a plan. */
struct forecast {
	struct pcr7 before;
	struct pcr7 after;
};

static void forecast(const struct kuvctl_vars *v, const struct kuvctl_plan *p,
		     struct forecast *f)
{
	struct pcr_state state;

	pcr_state_get(v, &state);
	pcr7_predict(&state, &f->before);
	if (pcr_state_apply(&state, p) < 0)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "VM %s: the change is no signed list, or the VM's list is damaged",
		     v->vm);
	pcr7_predict(&state, &f->after);
	pcr_state_free(&state);
}

static bool does_change(const struct forecast *f, int i)
{
	return f->before.is_measured[i] != f->after.is_measured[i] ||
	       memcmp(f->before.digest[i], f->after.digest[i], 32) != 0;
}

static bool is_changed(const struct forecast *f)
{
	return memcmp(f->before.separator, f->after.separator, 32) != 0;
}

/* Digest or "-" for what is not measured. */
static const char *digest_text(const struct pcr7 *p, int i, char text[65])
{
	if (p->is_measured[i])
		cert_hex(p->digest[i], 32, text);
	else
		strcpy(text, "-");
	return text;
}

static void print_variables(const struct forecast *f)
{
	char text[65];

	for (int i = 0; i < PCR_NR; i++) {
		const char *name = pcr_names[i].text;

		if (!does_change(f, i)) {
			if (f->before.is_measured[i])
				printf("    %-10s stays\n", name);
			continue;
		}
		printf("    %-10s %sCHANGES%s\n", name,
		       kuvctl_colour(KUVCTL_WARN), kuvctl_colour(KUVCTL_PLAIN));
		printf("        %s\n", digest_text(&f->before, i, text));
		printf("     -> %s\n", digest_text(&f->after, i, text));
	}
}

static void print_value(const char *what, const uint8_t before[32],
			const uint8_t after[32])
{
	char text[65];

	cert_hex(before, 32, text);
	printf("    %-20s %s\n", what, text);
	cert_hex(after, 32, text);
	printf("    %-20s %s\n", memcmp(before, after, 32) ? "     ->" : "     ==",
	       text);
}

static void print_advice(const struct kuvctl_vars *v,
			 const struct kuvctl_apply *how)
{
	puts("  PCR 7 changes with the next boot. Before that, in the guest: suspend BitLocker\n"
	     "  (manage-bde -protectors -disable C: -rebootcount 2) or have its recovery key;\n"
	     "  the same for LUKS or anything else that is sealed to PCR 7.\n"
	     "  Authority events behind the separator name the db entry that verified each image;\n"
	     "  they change only when the guest boots with something signed by another one.");
	if (!how->at_next_boot)
		printf("  To have it wait until VM %s is started next: --at-next-boot\n",
		       v->vm);
}

static void print_forecast(const struct kuvctl_vars *v,
			   const struct forecast *f,
			   const struct kuvctl_apply *how)
{
	printf("%sPCR 7%s (SHA-256 bank, variables in the order in which they are measured)\n",
	       kuvctl_colour(KUVCTL_HEAD), kuvctl_colour(KUVCTL_PLAIN));
	print_variables(f);
	print_value("behind variables", f->before.variables,
		    f->after.variables);
	print_value("behind separator", f->before.separator,
		    f->after.separator);
	if (is_changed(f))
		print_advice(v, how);
	/* What is printed comes before what is done. */
	fflush(stdout);
}

static void put_hex(json_object *o, const char *key, const uint8_t *p)
{
	char text[65];

	cert_hex(p, 32, text);
	json_object_object_add(o, key, json_object_new_string(text));
}

static json_object *pcr_json(const struct pcr7 *p)
{
	json_object *o = json_object_new_object();

	put_hex(o, "variables", p->variables);
	put_hex(o, "separator", p->separator);
	return o;
}

static json_object *variables_json(const struct forecast *f)
{
	json_object *list = json_object_new_array();

	for (int i = 0; i < PCR_NR; i++) {
		json_object *o;

		if (!f->before.is_measured[i] && !f->after.is_measured[i])
			continue;
		o = json_object_new_object();
		json_object_object_add(o, "name",
				       json_object_new_string(pcr_names[i].text));
		json_object_object_add(o, "changes",
				       json_object_new_boolean(does_change(f, i)));
		if (f->before.is_measured[i])
			put_hex(o, "before", f->before.digest[i]);
		if (f->after.is_measured[i])
			put_hex(o, "after", f->after.digest[i]);
		json_object_array_add(list, o);
	}
	return list;
}

static json_object *forecast_json(const struct forecast *f)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "will-change",
			       json_object_new_boolean(is_changed(f)));
	json_object_object_add(o, "variables", variables_json(f));
	json_object_object_add(o, "before", pcr_json(&f->before));
	json_object_object_add(o, "after", pcr_json(&f->after));
	return o;
}

json_object *enroll_pcr_json(const struct kuvctl_vars *v,
			     const struct kuvctl_plan *p)
{
	struct forecast f;

	forecast(v, p, &f);
	return forecast_json(&f);
}

static void print_json(const struct kuvctl_vars *v,
		       const struct kuvctl_apply *how,
		       const struct kuvctl_applied *a,
		       const struct forecast *f, json_object *extra)
{
	json_object *o = kuvctl_applied_json(v->vm, how, a);

	json_object_object_add(o, "pcr7", forecast_json(f));
	json_object_object_foreach(extra, key, value)
		json_object_object_add(o, key, json_object_get(value));
	kuvctl_print_json(o);
}

/* Nothing would change, so nobody needs to be asked. */
static void stay(const struct kuvctl_vars *v, struct kuvctl_applied *a)
{
	memset(a, 0, sizeof(*a));
	strcpy(a->old_digest, v->digest);
	strcpy(a->new_digest, v->digest);
	a->was_running = v->is_running;
}

void enroll_apply(sd_bus *bus, const struct kuvctl_vars *v,
		  const struct kuvctl_plan *p, struct kuvctl_apply *how,
		  json_object *extra)
{
	struct kuvctl_applied a;
	struct forecast f;

	if (!extra)
		extra = json_object_new_object();
	forecast(v, p, &f);
	if (!how->expect_digest)
		how->expect_digest = v->digest;
	if (p->nr && !kuvctl_json)
		print_forecast(v, &f, how);
	if (p->nr)
		kuvctl_plan_apply(bus, v->vm, p, how, &a);
	else
		stay(v, &a);
	if (kuvctl_json)
		print_json(v, how, &a, &f, extra);
	else if (p->nr)
		kuvctl_applied_print(v->vm, how, &a);
	else
		printf("VM %s: nothing to do\n", v->vm);
	json_object_put(extra);
}
