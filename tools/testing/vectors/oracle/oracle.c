// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares what the core takes for signed with what edk2 does: OpenSSL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "../../../../kernel/kvm-uefivars/crypto.h"
#include "pkcs7.h"
#include "tree.h"

#define CASES_MAX	1024

/**
 * struct thing - a message or a trusted certificate
 * @name: what it is
 * @group: those it is compared with; "all" for every one
 * @reason: why the core is stricter about it, empty if it is not
 * @der: its bytes
 * @is_stricter: it was stricter once
 * @friend: index of a certificate that both trust it with, or -1
 */
struct thing {
	char name[96];
	char group[96];
	char reason[96];
	struct kuv_span der;
	bool is_stricter;
	int friend;
};

static struct thing messages[CASES_MAX], anchors[CASES_MAX];
static int nr_messages, nr_anchors, nr_failed, nr_passed;
static struct kuv_span data;

/* --- the core --- */

static bool core_trusts(const struct kuv_span *der,
			const struct kuv_span *anchor)
{
	static struct kuv_pkcs7 msg;
	struct kuv_x509 cert;

	return !kuv_pkcs7_parse(der, &msg) &&
	       !kuv_pkcs7_verify(&msg, &kuv_crypto_ops, &data, 1) &&
	       !kuv_x509_parse(anchor, &cert) &&
	       !kuv_pkcs7_check_trust(&msg, &kuv_crypto_ops, &cert);
}

/* --- OpenSSL, called as edk2 calls it --- */

static const u8 signed_data_oid[] = {
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
};

/*
 * What edk2 looks for before it asks: a digest that it allows, at fixed places.
 * The core finds it wherever it is, so this excuses no more than a refusal.
 */
static bool gate_opens(const struct kuv_span *der)
{
	static const u8 sha2[] = {
		0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
	};
	static const u32 places[][2] = { { 1, 13 }, { 20, 32 } };
	u32 i, last;

	for (i = 0; i < 2; i++) {
		if (der->len <= places[i][1] + sizeof(sha2) ||
		    der->data[places[i][0]] != 0x82 ||
		    memcmp(der->data + places[i][1], sha2, sizeof(sha2)))
			continue;
		last = der->data[places[i][1] + sizeof(sha2)];
		if (last >= 1 && last <= 3)
			return true;
	}
	return false;
}

static bool is_wrapped(const struct kuv_span *der)
{
	return der->len > 17 &&
	       !memcmp(der->data + 4, signed_data_oid,
		       sizeof(signed_data_oid)) &&
	       der->data[15] == 0xa0 && der->data[16] == 0x82;
}

/* As edk2: a header with 16-bit lengths in front of what is not wrapped. */
static PKCS7 *read_message(const struct kuv_span *der)
{
	const u8 *p = der->data;
	PKCS7 *p7;
	u8 *wrapped;

	if (is_wrapped(der))
		return d2i_PKCS7(NULL, &p, der->len);
	if (der->len > 0xffff - 15)
		return NULL;
	wrapped = malloc(der->len + 19);
	wrapped[0] = 0x30;
	wrapped[1] = 0x82;
	wrapped[2] = (der->len + 15) >> 8;
	wrapped[3] = der->len + 15;
	memcpy(wrapped + 4, signed_data_oid, sizeof(signed_data_oid));
	wrapped[15] = 0xa0;
	wrapped[16] = 0x82;
	wrapped[17] = der->len >> 8;
	wrapped[18] = der->len;
	memcpy(wrapped + 19, der->data, der->len);
	p = wrapped;
	p7 = d2i_PKCS7(NULL, &p, der->len + 19);
	free(wrapped);
	return p7;
}

static bool openssl_verifies(PKCS7 *p7, X509 *anchor)
{
	X509_STORE *store = X509_STORE_new();
	BIO *bio = BIO_new_mem_buf(data.data, data.len);
	bool ok = PKCS7_type_is_signed(p7) && X509_STORE_add_cert(store, anchor);

	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN |
			     X509_V_FLAG_NO_CHECK_TIME);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	ok = ok && PKCS7_verify(p7, NULL, store, bio, NULL, PKCS7_BINARY) == 1;
	BIO_free(bio);
	X509_STORE_free(store);
	return ok;
}

static bool openssl_trusts(PKCS7 *p7, const struct kuv_span *anchor)
{
	const u8 *p = anchor->data;
	X509 *cert = d2i_X509(NULL, &p, anchor->len);
	bool ok = cert && p7 && openssl_verifies(p7, cert);

	X509_free(cert);
	ERR_clear_error();
	return ok;
}

/* --- families --- */

static void report(bool ok, const char *what)
{
	if (ok)
		nr_passed++;
	else
		nr_failed++;
	printf("%s %d - %s\n", ok ? "ok" : "not ok", nr_passed + nr_failed,
	       what);
}

static bool is_pair(const struct thing *msg, const struct thing *anchor)
{
	return !strcmp(anchor->group, "all") ||
	       !strcmp(anchor->group, msg->group);
}

/* One message with each certificate: alike, or stricter for a reason. */
static void compare_message(struct thing *msg)
{
	bool ok = true, core, openssl;
	PKCS7 *p7 = read_message(&msg->der);
	int i;

	msg->friend = -1;
	for (i = 0; i < nr_anchors; i++) {
		struct thing *anchor = &anchors[i];

		if (!is_pair(msg, anchor))
			continue;
		core = core_trusts(&msg->der, &anchor->der);
		openssl = openssl_trusts(p7, &anchor->der);
		if (core && openssl)
			msg->friend = i;
		if (core == openssl || (!core && !gate_opens(&msg->der)))
			continue;
		if (!core && msg->reason[0])
			msg->is_stricter = true;
		if (!core && anchor->reason[0])
			anchor->is_stricter = true;
		if (!core && (msg->reason[0] || anchor->reason[0]))
			continue;
		printf("# %s: %s is trusted by %s only\n", msg->name,
		       anchor->name, core ? "the core" : "OpenSSL");
		ok = false;
	}
	PKCS7_free(p7);
	if (msg->reason[0] && !msg->is_stricter) {
		printf("# %s: not stricter, though \"%s\"\n", msg->name,
		       msg->reason);
		ok = false;
	}
	report(ok, msg->name);
}

/* --- changes at random --- */

/**
 * struct pair - a message and what it is trusted with, as trees and bytes
 * @msg: message
 * @anchor: certificate
 * @der: both as bytes
 * @room: memory of them
 */
struct pair {
	struct node *msg;
	struct node *anchor;
	struct kuv_span der[2];
	u8 *room[2];
};

static void pair_write(struct pair *pair)
{
	const struct node *nodes[2] = { pair->msg, pair->anchor };
	int i;

	for (i = 0; i < 2; i++) {
		size_t len = tree_size(nodes[i]);

		/* No byte more than it has: the sanitizer watches the end. */
		pair->room[i] = malloc(len);
		tree_write(nodes[i], pair->room[i]);
		pair->der[i] = (struct kuv_span){ pair->room[i], len };
	}
}

static void pair_free(struct pair *pair)
{
	tree_free(pair->msg);
	tree_free(pair->anchor);
	free(pair->room[0]);
	free(pair->room[1]);
}

/*
 * A certificate that is trusted is not signed by anybody here, so it can be
 * changed, in the message as well, and what it signed still holds.
 */
static void pair_mutate(struct pair *pair, const struct kuv_span *anchor,
			u64 *seed)
{
	u32 nr = 1 + tree_random(seed) % 3;
	bool is_anchor = tree_random(seed) % 4;

	while (nr--)
		tree_mutate(is_anchor ? pair->anchor : pair->msg, seed);
	if (is_anchor && tree_random(seed) % 4)
		tree_replace(pair->msg, anchor->data, anchor->len,
			     pair->anchor);
}

static void save(const struct pair *pair, u64 nth)
{
	static const char * const kinds[] = { "message", "anchor" };
	char path[64];
	FILE *f;
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "looser-%llu-%s.der",
			 (unsigned long long)nth, kinds[i]);
		f = fopen(path, "wb");
		if (!f)
			continue;
		fwrite(pair->der[i].data, 1, pair->der[i].len, f);
		fclose(f);
	}
}

/**
 * struct tally - what came of the changes
 * @same: nothing: both trust it, or both do not
 * @trusted: of them, both trust it
 * @gate: both trust it, but edk2 would not have asked
 * @stricter: only OpenSSL trusts it
 * @lists: only the core does, and lists of revoked certificates are in it
 * @looser: only the core does
 */
struct tally {
	u64 same;
	u64 trusted;
	u64 gate;
	u64 stricter;
	u64 lists;
	u64 looser;
};

/*
 * Does it bring lists of revoked certificates? The core does not look into them,
 * as nobody uses them; OpenSSL wants them well-formed.
 */
static bool has_lists(const struct node *msg)
{
	size_t i;

	if (msg->nr == 2 && msg->parts[1]->nr == 1)
		msg = msg->parts[1]->parts[0];
	for (i = 0; i < msg->nr; i++)
		if (msg->parts[i]->tag == 0xa1)
			return true;
	return false;
}

static void compare_pair(const struct thing *msg, u64 *seed, u64 nth,
			 struct tally *tally)
{
	const struct kuv_span *anchor = &anchors[msg->friend].der;
	struct pair pair = {
		.msg = tree_read(msg->der.data, msg->der.len),
		.anchor = tree_read(anchor->data, anchor->len),
	};
	bool core, openssl;
	PKCS7 *p7;

	pair_mutate(&pair, anchor, seed);
	pair_write(&pair);
	core = core_trusts(&pair.der[0], &pair.der[1]);
	p7 = read_message(&pair.der[0]);
	openssl = openssl_trusts(p7, &pair.der[1]);
	PKCS7_free(p7);
	tally->same += core == openssl;
	tally->trusted += core && openssl;
	tally->gate += core && openssl && !gate_opens(&pair.der[0]);
	tally->stricter += !core && openssl && gate_opens(&pair.der[0]);
	tally->lists += core && !openssl && has_lists(pair.msg);
	if (core && !openssl && !has_lists(pair.msg)) {
		tally->looser++;
		printf("# %s changed: only the core trusts it, looser-%llu-*\n",
		       msg->name, (unsigned long long)nth);
		save(&pair, nth);
	}
	pair_free(&pair);
}

/* Messages that are small and trusted. */
static bool is_seed(const struct thing *msg)
{
	return msg->friend >= 0 && msg->der.len < 4096;
}

static void compare_changed(u64 nr, u64 seed)
{
	struct tally tally = { 0 };
	char what[160];
	u64 nth;

	for (nth = 0; nth < nr;) {
		struct thing *msg = &messages[tree_random(&seed) % nr_messages];

		if (is_seed(msg))
			compare_pair(msg, &seed, nth++, &tally);
	}
	printf("# %llu trusted by both, %llu by OpenSSL only, %llu not asked by edk2, %llu with lists\n",
	       (unsigned long long)tally.trusted,
	       (unsigned long long)tally.stricter,
	       (unsigned long long)tally.gate,
	       (unsigned long long)tally.lists);
	snprintf(what, sizeof(what), "%llu changed messages, %llu looser",
		 (unsigned long long)nr, (unsigned long long)tally.looser);
	report(!tally.looser && tally.trusted > nr / 50, what);
}

/* --- the file of families.py --- */

static struct kuv_span read_bytes(FILE *f, unsigned int len)
{
	u8 *p = malloc(len ? len : 1);

	if (fread(p, 1, len, f) != len)
		abort();
	return (struct kuv_span){ p, len };
}

static bool read_thing(FILE *f)
{
	struct thing thing = { .friend = -1 };
	char kind[16];
	unsigned int len;

	if (fscanf(f, "%15s", kind) != 1)
		return false;
	if (!strcmp(kind, "data")) {
		if (fscanf(f, "%u%*1[\n]", &len) != 1)
			abort();
		data = read_bytes(f, len);
		return true;
	}
	if (fscanf(f, " %95s %95s %u %95[^\n]%*1[\n]", thing.name,
		   thing.group, &len, thing.reason) != 4 ||
	    nr_messages == CASES_MAX || nr_anchors == CASES_MAX)
		abort();
	if (!strcmp(thing.reason, "-"))
		thing.reason[0] = 0;
	thing.der = read_bytes(f, len);
	if (!strcmp(kind, "message"))
		messages[nr_messages++] = thing;
	else
		anchors[nr_anchors++] = thing;
	return true;
}

int main(int argc, char **argv)
{
	u64 nr = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	u64 seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	int i;

	if (!f) {
		fprintf(stderr, "usage: oracle FAMILIES [CHANGES [SEED]]\n");
		return 2;
	}
	while (read_thing(f))
		;
	fclose(f);
	for (i = 0; i < nr_messages; i++)
		compare_message(&messages[i]);
	if (nr)
		compare_changed(nr, seed * 0x9e3779b97f4a7c15ULL | 1);
	printf("%d passed, %d failed\n", nr_passed, nr_failed);
	return nr_failed != 0;
}
