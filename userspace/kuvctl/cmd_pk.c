// SPDX-License-Identifier: GPL-2.0-or-later
/* kuvctl pk-replace: another platform key. */
#include "cmd_enroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "output.h"
#include "siglist.h"

static const struct option options[] = {
	KUVCTL_HOW_OPTIONS,
	{ "new", required_argument, NULL, 'w' },
	{ "auth", required_argument, NULL, 'A' },
	{ "owner", required_argument, NULL, 'o' },
	{ "certs", required_argument, NULL, 'c' },
	{ 0 },
};

struct request {
	struct kuvctl_apply how;
	struct enroll_options enroll;
	uint8_t owner[16];
	const char *cert;
	const char *auth;
	struct content file;
	struct enroll_set set;
};

static void take_option(struct request *q, int c, const char *command)
{
	if (c == 'w')
		q->cert = optarg;
	else if (c == 'A')
		q->auth = optarg;
	else if (c == 'c')
		q->enroll.certs_dir = optarg;
	else if (c != 'o')
		kuvctl_usage(command);
	else if (!vard_guid_parse(optarg, q->owner))
		fail(KUVCTL_EXIT_USAGE, "--owner: \"%s\" is no GUID", optarg);
	else
		q->enroll.owner = q->owner;
}

static void parse(struct request *q, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
		if (!kuvctl_take_how(&q->how, c))
			take_option(q, c, argv[0]);
	if (argc - optind != 1)
		kuvctl_usage(argv[0]);
	if (!q->cert && !q->auth)
		fail(KUVCTL_EXIT_USAGE,
		     "--new CERT says which PK, --auth FILE is one that the owner of the old one has signed");
}

/* The one certificate of a signed PK. */
struct single {
	struct vard_sig sig;
	unsigned int nr;
};

static int take_single(const struct vard_sig *sig, void *arg)
{
	struct single *s = arg;

	s->sig = *sig;
	s->nr++;
	return 0;
}

static void read_auth(struct request *q, struct cert_info *info)
{
	struct single s = { 0 };
	struct pcr_auth auth;

	content_from_file(&q->file, q->auth);
	if (!pcr_auth_parse(q->file.data, q->file.len, &auth))
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: no EFI_VARIABLE_AUTHENTICATION_2", q->auth);
	if (vard_siglist_walk(auth.payload, auth.len, take_single, &s) ||
	    s.nr != 1 || memcmp(s.sig.type, vard_sig_x509, 16) != 0 ||
	    !cert_describe(s.sig.data, s.sig.len, info))
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: a PK is one certificate, that is not what is signed here",
		     q->auth);
	if (q->cert && (s.sig.len != q->set.certs[0].len ||
			memcmp(s.sig.data, q->set.certs[0].der, s.sig.len)))
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: what is signed is not the certificate of --new",
		     q->auth);
}

static void plan_signed(struct request *q, const struct kuvctl_vars *vars,
			struct kuvctl_plan *p)
{
	struct vard_var v;

	enroll_variable(vars, PCR_PK, &v);
	memset(v.time, 0, sizeof(v.time));
	v.data = q->file.data;
	v.data_len = (uint32_t)q->file.len;
	kuvctl_plan_add(p, KUVCTL_SIGNED, &v);
}

static bool has_pk(const struct kuvctl_vars *vars, const struct cert_info *info)
{
	struct enroll_state now;

	enroll_state_get(vars, 0, &now);
	return !now.is_setup && !memcmp(now.pk.sha256, info->sha256, 32);
}

static json_object *report(const struct kuvctl_vars *vars,
			   const struct cert_info *new)
{
	json_object *o = json_object_new_object();
	struct enroll_state now;

	enroll_state_get(vars, 0, &now);
	if (!kuvctl_json)
		printf("VM %s: PK %s -> %s%s\n", vars->vm,
		       now.is_setup ? "none" : now.pk.name, new->name,
		       new->is_test ? ", TEST KEY: everybody has it" : "");
	json_object_object_add(o, "old-pk",
			       now.is_setup ? NULL :
					      json_object_new_string(now.pk.name));
	json_object_object_add(o, "new-pk", json_object_new_string(new->name));
	return o;
}

static void carry_out(struct request *q, sd_bus *bus,
		      const struct kuvctl_vars *vars,
		      const struct cert_info *info)
{
	struct kuvctl_plan p = { 0 };
	const char *why = NULL;
	json_object *extra = report(vars, info);

	if (q->auth && !has_pk(vars, info))
		plan_signed(q, vars, &p);
	else if (!q->auth)
		why = enroll_plan(vars, &q->set, true, &p);
	if (why)
		fail(KUVCTL_EXIT_REFUSED, "VM %s: %s", vars->vm, why);
	enroll_apply(bus, vars, &p, &q->how, extra);
	kuvctl_plan_free(&p);
}

int cmd_pk_replace(const struct kuvctl *k, int argc, char **argv)
{
	struct request q = { .how.action = "pk-replace" };
	struct kuvctl_vars vars;
	struct cert_info info;
	sd_bus *bus;

	parse(&q, argc, argv);
	if (q.cert) {
		enroll_collect_pk(&q.set, q.cert, &q.enroll);
		info = q.set.certs[0].info;
	}
	if (q.auth)
		read_auth(&q, &info);
	q.how.detail = info.name;
	bus = kuvctl_connect(k);
	kuvctl_vars_get(bus, argv[optind], &vars);
	sb_refuse_moved(&vars);
	carry_out(&q, bus, &vars, &info);
	enroll_set_free(&q.set);
	free(q.file.data);
	kuvctl_vars_free(&vars);
	sd_bus_close_unref(bus);
	return 0;
}
