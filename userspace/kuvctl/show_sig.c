// SPDX-License-Identifier: GPL-2.0-or-later
/* Signature databases: PK, KEK, db, dbx, MokList and the like; certdb. */
#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "siglist.h"

/* A node of certdb: GUID, node size, name size, certificate size. */
#define SIGNER_HEAD 28

struct database {
	json_object *certificates;
	json_object *hashes;
	json_object *others;
	/* By type, where each is at most a few. */
	json_object *counts;
};

static void put_owner(json_object *o, const uint8_t owner[16])
{
	const char *name = show_guid_name(owner);
	char guid[VARD_GUID_TEXT];

	vard_guid_format(owner, guid);
	json_object_object_add(o, "owner", json_object_new_string(guid));
	if (name)
		json_object_object_add(o, "owner-name",
				       json_object_new_string(name));
}

static void put_type(json_object *o, const uint8_t type[16])
{
	const char *name = show_signature_type(type);
	char guid[VARD_GUID_TEXT];

	vard_guid_format(type, guid);
	json_object_object_add(o, "type",
			       json_object_new_string(name ? name : guid));
}

static void count(struct database *db, const char *type)
{
	json_object *nr = NULL;
	int64_t n = 1;

	if (json_object_object_get_ex(db->counts, type, &nr))
		n += json_object_get_int64(nr);
	json_object_object_add(db->counts, type, json_object_new_int64(n));
}

/* A hash of an image or of a certificate, maybe with a time of revocation. */
static bool is_hash(const struct vard_sig *sig)
{
	const char *name = show_signature_type(sig->type);

	return name && sig->len <= 80 && strstr(name, "SHA-") &&
	       strncmp(name, "RSA", 3) != 0;
}

static int take(const struct vard_sig *sig, void *arg)
{
	struct database *db = arg;
	struct show_data d = { sig->data, sig->len };
	json_object *o = json_object_new_object();

	put_type(o, sig->type);
	put_owner(o, sig->owner);
	if (!memcmp(sig->type, vard_sig_x509, 16)) {
		show_certificate(o, d);
		json_object_array_add(db->certificates, o);
		return 0;
	}
	json_object_object_add(o, "data", show_hex(d));
	if (is_hash(sig)) {
		count(db, show_signature_type(sig->type));
		json_object_array_add(db->hashes, o);
	} else {
		json_object_object_add(o, "size",
				       json_object_new_int64(sig->len));
		json_object_array_add(db->others, o);
	}
	return 0;
}

static void summarize(json_object *o, const struct database *db)
{
	size_t certificates = json_object_array_length(db->certificates);
	size_t hashes = json_object_array_length(db->hashes);
	size_t others = json_object_array_length(db->others);
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	fprintf(out, "%zu certificate%s", certificates,
		certificates == 1 ? "" : "s");
	if (hashes)
		fprintf(out, ", %zu hash%s", hashes, hashes == 1 ? "" : "es");
	if (others)
		fprintf(out, ", %zu of another kind", others);
	fclose(out);
	show_put(o, "summary", "%s", text);
}

const char *show_signatures(json_object *o, struct show_data d)
{
	struct database db = {
		.certificates = json_object_new_array(),
		.hashes = json_object_new_array(),
		.others = json_object_new_array(),
		.counts = json_object_new_object(),
	};
	int r = vard_siglist_walk(d.p, d.len, take, &db);

	summarize(o, &db);
	json_object_object_add(o, "certificates", db.certificates);
	json_object_object_add(o, "hash-counts", db.counts);
	json_object_object_add(o, "hashes", db.hashes);
	json_object_object_add(o, "others", db.others);
	return r < 0 ? "the signature lists are malformed" : NULL;
}

static const char *show_signer(json_object *list, struct show_data *d)
{
	_cleanup_free_ char *text = NULL;
	uint64_t node, name, certificate;
	char guid[VARD_GUID_TEXT];
	json_object *o;

	if (d->len < SIGNER_HEAD)
		return "an entry is cut off";
	node = show_le(d->p + 16, 4);
	name = show_le(d->p + 20, 4) * 2;
	certificate = show_le(d->p + 24, 4);
	if (node > d->len || SIGNER_HEAD + name + certificate != node)
		return "an entry has a wrong length";
	o = json_object_new_object();
	vard_guid_format(d->p, guid);
	text = vard_name_format(d->p + SIGNER_HEAD, name);
	show_put(o, "variable", "%s-%s", text ? text : "", guid);
	json_object_object_add(o, "signer",
			       show_hex((struct show_data){
				       d->p + SIGNER_HEAD + name, certificate }));
	json_object_array_add(list, o);
	d->p += node;
	d->len -= node;
	return NULL;
}

const char *show_signers(json_object *o, struct show_data d)
{
	json_object *list = json_object_new_array();
	const char *reason = NULL;

	if (d.len < 4 || show_le(d.p, 4) != d.len)
		reason = "the length is another one than it says";
	else
		d = (struct show_data){ d.p + 4, d.len - 4 };
	while (!reason && d.len > 0)
		reason = show_signer(list, &d);
	show_put(o, "summary", "signers of %zu variables",
		 json_object_array_length(list));
	json_object_object_add(o, "signers", list);
	return reason;
}
