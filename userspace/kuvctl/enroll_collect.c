// SPDX-License-Identifier: GPL-2.0-or-later
/* Which certificates the words of a command line mean. */
#include "enroll.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "keys.h"
#include "kuvctl.h"

/* 77fa9abd-0359-4d32-bd60-28f4e78f784b, Microsoft's. */
static const uint8_t owner_microsoft[16] = {
	0xbd, 0x9a, 0xfa, 0x77, 0x59, 0x03, 0x32, 0x4d,
	0xbd, 0x60, 0x28, 0xf4, 0xe7, 0x8f, 0x78, 0x4b,
};

/* 8f6e4001-0cf5-4b95-9e1e-52aa191f68c6, ours, where nothing else is said. */
static const uint8_t owner_ours[16] = {
	0x01, 0x40, 0x6e, 0x8f, 0xf5, 0x0c, 0x95, 0x4b,
	0x9e, 0x1e, 0x52, 0xaa, 0x19, 0x1f, 0x68, 0xc6,
};

static const char *const of_2011[] = { "ms-kek-2011", "ms-windows-2011",
				       "ms-uefi-2011", NULL };
static const char *const of_2023[] = { "ms-kek-2023", "ms-windows-2023",
				       "ms-uefi-2023", NULL };

static const struct {
	const char *word;
	const char *const *ids[2];
} bundles[] = {
	{ "microsoft-2011", { of_2011 } },
	{ "microsoft-2023", { of_2023 } },
	{ "microsoft-both", { of_2011, of_2023 } },
};

static void *grow(void *p, size_t size)
{
	void *ret = realloc(p, size);

	if (!ret)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	return ret;
}

static struct enroll_cert *add(struct enroll_set *s, const uint8_t *der,
			       size_t len, enum pcr_var where,
			       const uint8_t *owner)
{
	struct enroll_cert *c;

	s->certs = grow(s->certs, (s->nr + 1) * sizeof(*s->certs));
	c = &s->certs[s->nr++];
	memset(c, 0, sizeof(*c));
	c->der = grow(NULL, len + 1);
	memcpy(c->der, der, len);
	c->len = len;
	c->where = where;
	memcpy(c->owner, owner, 16);
	cert_describe(der, len, &c->info);
	return c;
}

static const uint8_t *owner_of(const struct cert_known *known,
			       const struct enroll_options *o)
{
	if (known && !strncmp(known->id, "ms-", 3))
		return owner_microsoft;
	return o->owner ? o->owner : owner_ours;
}

/* A PK that is also a KEK goes to KEK: PK is asked for by another option. */
static enum pcr_var place_of(const struct cert_known *known)
{
	if (!known)
		return PCR_SECURE_BOOT;
	if (known->flags & CERT_KEK && !(known->flags & CERT_DB))
		return PCR_KEK;
	return known->flags & CERT_DB ? PCR_DB : PCR_SECURE_BOOT;
}

static void add_known(struct enroll_set *s, const struct cert_known *known,
		      enum pcr_var where, const struct enroll_options *o)
{
	uint8_t *der = NULL;
	size_t len = 0;
	int r = cert_find(known, o->certs_dir, &der, &len);

	if (r == -ENOENT)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "no file here has the certificate %s (%s): give a directory that has with --certs, or install python3-virt-firmware of Debian 13 or newer",
		     known->id, known->name);
	if (r < 0)
		fail(KUVCTL_EXIT_BAD_FILE, "cannot look for %s in %s: %s",
		     known->id, o->certs_dir ? o->certs_dir : "the usual places",
		     strerror(-r));
	add(s, der, len, where, owner_of(known, o));
	free(der);
}

static void add_ids(struct enroll_set *s, const char *const *ids,
		    const struct enroll_options *o)
{
	for (; *ids; ids++) {
		const struct cert_known *known = cert_known_by_id(*ids);

		add_known(s, known, place_of(known), o);
	}
}

static bool add_bundle(struct enroll_set *s, const char *word,
		       const struct enroll_options *o)
{
	for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
		if (strcmp(word, bundles[i].word) != 0)
			continue;
		for (size_t j = 0; j < 2 && bundles[i].ids[j]; j++)
			add_ids(s, bundles[i].ids[j], o);
		return true;
	}
	return false;
}

/* A file while it is read. */
struct reading {
	struct enroll_set *s;
	const struct enroll_options *o;
	const char *path;
	enum pcr_var where;
};

static int take_cert(const uint8_t *der, size_t len, void *arg)
{
	struct reading *f = arg;
	enum pcr_var where = f->where;
	struct cert_info info;

	if (!cert_describe(der, len, &info) || !info.is_rsa)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: a certificate with an RSA key is wanted", f->path);
	if (where == PCR_SECURE_BOOT)
		where = place_of(info.known);
	if (where == PCR_SECURE_BOOT)
		where = f->o->into;
	if (where == PCR_SECURE_BOOT)
		fail(KUVCTL_EXIT_USAGE,
		     "%s: \"%s\" is no known certificate: say with --into KEK or --into db where it shall go",
		     f->path, info.name);
	add(f->s, der, len, where, owner_of(info.known, f->o));
	return 0;
}

static void add_file(struct enroll_set *s, const char *path,
		     enum pcr_var where, const struct enroll_options *o)
{
	struct reading f = { s, o, path, where };
	int r = cert_walk_file(path, take_cert, &f);

	if (r == -EBADMSG)
		fail(KUVCTL_EXIT_BAD_FILE, "%s: there is no certificate in it",
		     path);
	if (r < 0)
		fail(KUVCTL_EXIT_BAD_FILE, "%s: %s", path, strerror(-r));
}

static void add_role(struct enroll_set *s, const char *dir, const char *role,
		     enum pcr_var where, const struct enroll_options *o)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s.der", dir, role) < 0)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	add_file(s, path, where, o);
}

static void add_own(struct enroll_set *s, const char *dir,
		    const struct enroll_options *o)
{
	struct enroll_options own = *o;
	uint8_t owner[16];
	int r = keys_read_owner(dir, owner);

	if (r < 0)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s/" KEYS_OWNER ": %s: kuvctl keys new makes such a directory",
		     dir, r == -EBADMSG ? "no GUID" : strerror(-r));
	own.owner = owner;
	add_role(s, dir, "KEK", PCR_KEK, &own);
	add_role(s, dir, "db", PCR_DB, &own);
	add_role(s, dir, "PK", PCR_PK, &own);
	s->certs[s->nr - 1].is_spare = true;
}

void enroll_collect(struct enroll_set *s, char **words, int nr,
		    const struct enroll_options *o)
{
	for (int i = 0; i < nr; i++) {
		const struct cert_known *known = cert_known_by_id(words[i]);

		if (add_bundle(s, words[i], o))
			continue;
		if (!strcmp(words[i], "own")) {
			if (++i == nr)
				fail(KUVCTL_EXIT_USAGE,
				     "\"own\" wants a directory behind it: kuvctl keys new makes one");
			add_own(s, words[i], o);
		} else if (known && place_of(known) != PCR_SECURE_BOOT) {
			add_known(s, known, place_of(known), o);
		} else if (known) {
			fail(KUVCTL_EXIT_USAGE,
			     "%s belongs in PK: --pk %s gives it to a VM that has none",
			     words[i], words[i]);
		} else {
			add_file(s, words[i], PCR_SECURE_BOOT, o);
		}
	}
}

void enroll_collect_pk(struct enroll_set *s, const char *word,
		       const struct enroll_options *o)
{
	const struct cert_known *known = cert_known_by_id(word);
	size_t before = s->nr;

	if (known)
		add_known(s, known, PCR_PK, o);
	else
		add_file(s, word, PCR_PK, o);
	if (s->nr != before + 1)
		fail(KUVCTL_EXIT_BAD_FILE,
		     "%s: PK holds exactly one certificate, there are more in it",
		     word);
}

void enroll_set_free(struct enroll_set *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->certs[i].der);
	free(s->certs);
	memset(s, 0, sizeof(*s));
}
