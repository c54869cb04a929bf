/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates into PK, KEK and db: which ones, what a VM lacks, one plan for it. */
#ifndef _KUVCTL_ENROLL_H
#define _KUVCTL_ENROLL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certs.h"
#include "pcr.h"
#include "vars.h"

/**
 * struct enroll_cert - a certificate that VMs shall have
 * @der: its bytes, owned
 * @len: how many
 * @where: PCR_PK, PCR_KEK or PCR_DB
 * @owner: SignatureOwner
 * @is_spare: a PK that only a VM without one gets
 * @is_new: the VM of the last enroll_plan() lacks it
 * @info: what it says
 */
struct enroll_cert {
	uint8_t *der;
	size_t len;
	enum pcr_var where;
	uint8_t owner[16];
	bool is_spare;
	bool is_new;
	struct cert_info info;
};

/**
 * struct enroll_set - certificates that VMs shall have
 * @certs: owned
 * @nr: how many
 */
struct enroll_set {
	struct enroll_cert *certs;
	size_t nr;
};

/**
 * struct enroll_options - how words become certificates
 * @certs_dir: looked into first for known certificates, or NULL
 * @into: where a file's certificates go if they are not known, 0 if the user did
 *	not say
 * @owner: of a file's certificates, or NULL
 */
struct enroll_options {
	const char *certs_dir;
	enum pcr_var into;
	const uint8_t *owner;
};

/**
 * enroll_collect() - the certificates that words of a command line mean, or exit
 * @s: added to
 * @words: "microsoft-2023", "microsoft-2011", "microsoft-both", "own" and a
 *	directory of keys, a word of cert_known_by_id(), or a file
 * @nr: how many words
 * @o: options
 */
void enroll_collect(struct enroll_set *s, char **words, int nr,
		    const struct enroll_options *o);

/**
 * enroll_collect_pk() - a file's or a known certificate as PK, or exit
 * @s: added to
 * @word: file, or word of cert_known_by_id()
 * @o: options
 */
void enroll_collect_pk(struct enroll_set *s, const char *word,
		       const struct enroll_options *o);

/**
 * enroll_set_free() - free what is in it
 * @s: set
 */
void enroll_set_free(struct enroll_set *s);

/**
 * enroll_plan() - what makes a VM have a set of certificates
 * @v: its variables
 * @s: certificates; is_new of each is filled
 * @replace: only these, in each of PK, KEK and db that the set has some for
 * @p: added to; nothing if the VM has all
 *
 * Return: NULL, or why it cannot be done, for people.
 */
const char *enroll_plan(const struct kuvctl_vars *v, struct enroll_set *s,
			bool replace, struct kuvctl_plan *p);

/**
 * enroll_variable() - a variable of Secure Boot, ready for a plan
 * @v: variables of the VM
 * @which: not PCR_SECURE_BOOT
 * @ret: filled with attributes and time of the VM's, or the usual ones; no data
 *
 * Return: The VM's variable, or NULL.
 */
const struct vard_var *enroll_variable(const struct kuvctl_vars *v,
				       enum pcr_var which,
				       struct vard_var *ret);

/**
 * struct enroll_state - what there is to say of a VM's Secure Boot
 * @is_setup: there is no PK
 * @is_on: the next boot checks signatures
 * @is_on_now: this boot does; only if the VM runs
 * @is_off: SecureBootEnable says so
 * @is_malformed: PK, KEK, db or dbx is no list of signatures
 * @has_2011: KEK or db has one of Microsoft's first certificates
 * @lacks_kek: KEK has that of 2011, and not that of 2023
 * @lacks_windows: db has Windows' of 2011, and not that of 2023
 * @lacks_uefi: db has the UEFI CA of 2011, and not that of 2023
 * @has_test: a certificate of which everybody has the key
 * @nr_expired: certificates of PK, KEK and db
 * @nr_certs: certificates of PK, KEK and db
 * @dbx_hashes: entries with a hash of an image
 * @dbx_certs: entries with a certificate or the hash of one
 * @dbx_time: time of the last signed change, "" if there was none
 * @pk: the first certificate of PK
 */
struct enroll_state {
	bool is_setup;
	bool is_on;
	bool is_on_now;
	bool is_off;
	bool is_malformed;
	bool has_2011;
	bool lacks_kek;
	bool lacks_windows;
	bool lacks_uefi;
	bool has_test;
	unsigned int nr_expired;
	unsigned int nr_certs;
	unsigned int dbx_hashes;
	unsigned int dbx_certs;
	char dbx_time[20];
	struct cert_info pk;
};

/**
 * enroll_state_get() - look at a VM's Secure Boot
 * @v: its variables
 * @now: seconds since 1970
 * @ret: filled
 */
void enroll_state_get(const struct kuvctl_vars *v, int64_t now,
		      struct enroll_state *ret);

/**
 * enroll_apply() - show what a plan does to PCR 7, carry it out, say what came
 * @bus: connection
 * @v: variables that the plan was made for; others are refused
 * @p: plan
 * @how: how
 * @extra: more for programs, or NULL; taken
 *
 * Exits with what vard-sync says if it refuses.
 */
void enroll_apply(sd_bus *bus, const struct kuvctl_vars *v,
		  const struct kuvctl_plan *p, struct kuvctl_apply *how,
		  json_object *extra);

/**
 * enroll_pcr_json() - what a plan does to PCR 7
 * @v: variables
 * @p: plan
 *
 * Return: Object with variables, before, after and will-change.
 */
json_object *enroll_pcr_json(const struct kuvctl_vars *v,
			     const struct kuvctl_plan *p);

#endif /* _KUVCTL_ENROLL_H */
