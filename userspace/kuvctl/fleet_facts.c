// SPDX-License-Identifier: GPL-2.0-or-later
/* What a VM's keys are like: PK, KEK, db and dbx by their content. */
#include "fleet.h"

#include <stdlib.h>
#include <string.h>

#include "siglist.h"

/*
 * Microsoft puts versions into dbx as if they were hashes: of this owner, a 1,
 * the GUID of a program, then its minor and major version.
 */
static const uint8_t svn_owner[16] = {
	0x6c, 0x2b, 0x13, 0x9d, 0xd5, 0x59, 0x88, 0x43,
	0xab, 0x1c, 0x18, 0x5c, 0xfc, 0xb2, 0xeb, 0x92,
};

/* The 1 and the GUID of Windows' boot manager. */
static const uint8_t svn_boot_manager[17] = {
	0x01, 0x61, 0x2b, 0x13, 0x9d, 0xd5, 0x59, 0x88, 0x43,
	0xab, 0x1c, 0x18, 0x5c, 0x3c, 0xb2, 0xeb, 0x92,
};

#define SVN_LEN		32
#define SVN_VERSION	17

/* A walk over one database. */
struct walk {
	struct fleet_facts *f;
	unsigned int where;
};

static int take_cert(const struct vard_sig *sig, void *arg)
{
	const struct walk *w = arg;
	struct fleet_facts *f = w->f;
	struct fleet_cert *certs;

	if (memcmp(sig->type, vard_sig_x509, 16) != 0)
		return 0;
	certs = reallocarray(f->certs, f->nr_certs + 1, sizeof(*certs));
	if (!certs)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	f->certs = certs;
	certs[f->nr_certs].where = w->where;
	cert_describe(sig->data, sig->len, &certs[f->nr_certs].info);
	f->nr_certs++;
	return 0;
}

static int take_dbx(const struct vard_sig *sig, void *arg)
{
	const struct walk *w = arg;
	const uint8_t *d = sig->data;
	uint32_t svn;

	w->f->nr_dbx++;
	if (sig->len != SVN_LEN || memcmp(sig->owner, svn_owner, 16) != 0 ||
	    memcmp(d, svn_boot_manager, sizeof(svn_boot_manager)) != 0)
		return 0;
	d += SVN_VERSION;
	svn = (uint32_t)d[0] | (uint32_t)d[1] << 8 | (uint32_t)d[2] << 16 |
	      (uint32_t)d[3] << 24;
	if (svn > w->f->svn)
		w->f->svn = svn;
	return 0;
}

static void look(const struct kuvctl_vars *v, const uint8_t *guid,
		 const char *name, struct walk *w, vard_sig_fn fn)
{
	const struct vard_var *var = kuvctl_vars_find(v, guid, name);

	if (var && vard_siglist_walk(var->data, var->data_len, fn, w) < 0)
		w->f->is_damaged = true;
}

static const struct cert_info *pk_cert(const struct fleet_facts *f)
{
	for (size_t i = 0; i < f->nr_certs; i++)
		if (f->certs[i].where == CERT_PK)
			return &f->certs[i].info;
	return NULL;
}

static enum fleet_pk whose(const struct cert_info *c,
			   const struct fleet_find *find)
{
	for (size_t i = 0; c && i < find->nr_own; i++)
		if (!memcmp(find->own[i].sha256, c->sha256, 32))
			return FLEET_PK_OWN;
	if (c && c->is_test)
		return FLEET_PK_TEST;
	return c && c->known ? FLEET_PK_KNOWN : FLEET_PK_FOREIGN;
}

void fleet_facts_get(const struct kuvctl_vars *v, const struct fleet_find *find,
		     struct fleet_facts *ret)
{
	struct walk w = { .f = ret };

	*ret = (struct fleet_facts){ 0 };
	w.where = CERT_PK;
	look(v, show_global, "PK", &w, take_cert);
	w.where = CERT_KEK;
	look(v, show_global, "KEK", &w, take_cert);
	w.where = CERT_DB;
	look(v, show_security, "db", &w, take_cert);
	look(v, show_security, "dbx", &w, take_dbx);
	if (kuvctl_vars_find(v, show_global, "PK"))
		ret->pk = whose(pk_cert(ret), find);
}

void fleet_facts_free(struct fleet_facts *f)
{
	free(f->certs);
	*f = (struct fleet_facts){ 0 };
}

bool fleet_facts_has(const struct fleet_facts *f, const uint8_t sha256[32],
		     unsigned int where)
{
	for (size_t i = 0; i < f->nr_certs; i++)
		if (f->certs[i].where & where &&
		    !memcmp(f->certs[i].info.sha256, sha256, 32))
			return true;
	return false;
}

const char *fleet_facts_pk(const struct fleet_facts *f)
{
	const struct cert_info *c = pk_cert(f);

	if (f->pk == FLEET_PK_NONE)
		return "(setup mode)";
	return c ? c->name : "(no certificate)";
}

const char *fleet_pk_word(enum fleet_pk pk)
{
	static const char *const words[] = {
		[FLEET_PK_NONE] = "none", [FLEET_PK_OWN] = "own",
		[FLEET_PK_KNOWN] = "known", [FLEET_PK_TEST] = "test",
		[FLEET_PK_FOREIGN] = "foreign",
	};

	return words[pk];
}
