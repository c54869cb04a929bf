/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kuvctl fleet: what a VM's keys are like, and what to look for in many VMs. */
#ifndef _KUVCTL_FLEET_H
#define _KUVCTL_FLEET_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certs.h"
#include "kuvctl.h"
#include "show_names.h"
#include "vars.h"

/* Room for a line that says why something cannot be. */
#define FLEET_WHY_MAX 512

/**
 * fleet_why() - say why something cannot be
 * @why: filled
 * @format: as printf()
 *
 * Return: false.
 */
bool fleet_why(char why[FLEET_WHY_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * enum fleet_pk - whose platform key a VM has
 * @FLEET_PK_NONE: nobody's: setup mode
 * @FLEET_PK_OWN: one of the operator's
 * @FLEET_PK_KNOWN: a vendor's that is known
 * @FLEET_PK_TEST: everybody has the private key
 * @FLEET_PK_FOREIGN: anything else
 */
enum fleet_pk {
	FLEET_PK_NONE,
	FLEET_PK_OWN,
	FLEET_PK_KNOWN,
	FLEET_PK_TEST,
	FLEET_PK_FOREIGN,
};

/**
 * struct fleet_cert - a certificate of a VM
 * @where: CERT_PK, CERT_KEK or CERT_DB
 * @info: what it says
 */
struct fleet_cert {
	unsigned int where;
	struct cert_info info;
};

/**
 * struct fleet_hash - SHA-256 of a certificate's DER
 * @sha256: it
 */
struct fleet_hash {
	uint8_t sha256[32];
};

/**
 * struct fleet_want - a certificate that VMs should have
 * @sha256: of its DER
 * @where: CERT_KEK and CERT_DB: in which databases it counts
 * @label: how to call it
 */
struct fleet_want {
	uint8_t sha256[32];
	unsigned int where;
	char label[64];
};

/**
 * struct fleet_find - what to look for; several things are alternatives
 * @is_default: nothing was asked for in particular
 * @setup_mode: no platform key
 * @foreign_pk: a platform key that is neither own nor a known vendor's
 * @test_pk: a platform key whose private part everybody has
 * @expired: a certificate whose validity is over
 * @pending: changes that wait for the next start
 * @has_dbx_below: fewer entries in dbx than @dbx_below
 * @dbx_below: entries
 * @svn_below: an older security version of the boot manager in dbx, major
 *	version in the upper 16 bits; 0 if not asked for
 * @wants: certificates, each to be missed
 * @nr_wants: how many
 * @own: certificates of the operator
 * @nr_own: how many
 */
struct fleet_find {
	bool is_default;
	bool setup_mode;
	bool foreign_pk;
	bool test_pk;
	bool expired;
	bool pending;
	bool has_dbx_below;
	unsigned int dbx_below;
	uint32_t svn_below;
	struct fleet_want *wants;
	size_t nr_wants;
	struct fleet_hash *own;
	size_t nr_own;
};

/**
 * struct fleet_facts - what a VM's keys are like
 * @pk: whose platform key
 * @certs: certificates of PK, KEK and db, owned
 * @nr_certs: how many
 * @nr_dbx: signatures in dbx
 * @svn: newest security version of Windows' boot manager that dbx asks for,
 *	major version in the upper 16 bits; 0 if it asks for none
 * @is_damaged: PK, KEK, db or dbx is no list of signatures
 */
struct fleet_facts {
	enum fleet_pk pk;
	struct fleet_cert *certs;
	size_t nr_certs;
	unsigned int nr_dbx;
	uint32_t svn;
	bool is_damaged;
};

/**
 * fleet_facts_get() - look at a VM's keys
 * @v: its variables
 * @find: for the operator's certificates
 * @ret: filled, for fleet_facts_free(); exits without memory
 */
void fleet_facts_get(const struct kuvctl_vars *v, const struct fleet_find *find,
		     struct fleet_facts *ret);

/**
 * fleet_facts_free() - free what is in it
 * @f: facts
 */
void fleet_facts_free(struct fleet_facts *f);

/**
 * fleet_facts_has() - does a VM have a certificate?
 * @f: its facts
 * @sha256: of the certificate
 * @where: CERT_*: in which databases it counts
 *
 * Return: Whether it is in one of them.
 */
bool fleet_facts_has(const struct fleet_facts *f, const uint8_t sha256[32],
		     unsigned int where);

/**
 * fleet_facts_pk() - the platform key for people
 * @f: facts
 *
 * Return: Its name, or what there is instead.
 */
const char *fleet_facts_pk(const struct fleet_facts *f);

/**
 * fleet_pk_word() - whose platform key, in a word
 * @pk: which
 *
 * Return: "none", "own", "known", "test" or "foreign".
 */
const char *fleet_pk_word(enum fleet_pk pk);

/**
 * fleet_find_add() - look for one more thing
 * @f: what to look for
 * @key: "setup-mode", "foreign-pk", "test-pk", "expired", "pending", "missing",
 *	"dbx-below" or "own"
 * @value: of the last three: "2011", "2023", the word of a known certificate or a
 *	file; a number of entries or a version such as "7.0"; a file
 * @why: filled on failure
 *
 * Return: Whether that makes sense.
 */
bool fleet_find_add(struct fleet_find *f, const char *key, const char *value,
		    char why[FLEET_WHY_MAX]);

/**
 * fleet_find_needs_value() - does a key of fleet_find_add() have a value?
 * @key: any word
 *
 * Return: 1 or 0, -1 if there is no such key.
 */
int fleet_find_needs_value(const char *key);

/**
 * fleet_find_finish() - nothing more is added
 * @f: what to look for; what is usually of interest if nothing was added
 */
void fleet_find_finish(struct fleet_find *f);

/**
 * fleet_find_free() - free what is in it
 * @f: what to look for
 */
void fleet_find_free(struct fleet_find *f);

/**
 * fleet_is_of() - is a certificate one of those that Microsoft's generations are?
 * @c: certificate
 * @generation: CERT_2011 or CERT_2023
 *
 * Return: Whether kuvctl enroll microsoft-2011 or microsoft-2023 brings it: not
 * the one for option ROMs, which no virtual machine needs.
 */
bool fleet_is_of(const struct cert_known *c, unsigned int generation);

/**
 * fleet_findings() - what was looked for and found
 * @find: what to look for
 * @f: facts of a VM
 * @nr_pending: plans that wait for its next start
 * @now: seconds since 1970
 *
 * Return: Array of texts, "WORD" or "WORD: MORE".
 */
json_object *fleet_findings(const struct fleet_find *find,
			    const struct fleet_facts *f,
			    unsigned int nr_pending, int64_t now);

/**
 * struct fleet_vm - a VM of vard-sync
 * @name: owned
 */
struct fleet_vm {
	char *name;
};

/**
 * fleet_list() - the names of all VMs that match
 * @bus: connection
 * @globs: patterns as of fnmatch(); all match if there is none
 * @nr: how many
 * @ret: filled with the VMs in the order of their names, to free() with names
 *
 * Return: How many; exits with what vard-sync says.
 */
size_t fleet_list(sd_bus *bus, char *const *globs, size_t nr,
		  struct fleet_vm **ret);

/* The command, and its two halves. */
int cmd_fleet(const struct kuvctl *k, int argc, char **argv);
int cmd_fleet_query(const struct kuvctl *k, int argc, char **argv);
int cmd_fleet_apply(const struct kuvctl *k, int argc, char **argv);

#endif /* _KUVCTL_FLEET_H */
