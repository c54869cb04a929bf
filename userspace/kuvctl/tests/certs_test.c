// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates: what they say, whatever is in them, and where they are found. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/sha.h>

#include "certs.h"
#include "siglist.h"
#include "tmpdir.h"

static EVP_PKEY *key;

static int setup(void **state)
{
	(void)state;
	key = EVP_RSA_gen(2048);
	return key ? tmpdir_make() : -1;
}

static int teardown(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	return tmpdir_remove();
}

/* A certificate with this name, valid from @from to @to seconds from now. */
static uint8_t *make_cert(const char *name, int name_len, long from, long to,
			  size_t *len)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);
	uint8_t *der = NULL;
	int r;

	X509_set_version(x, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), to);
	if (name_len)
		X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
					   (const uint8_t *)name, name_len, -1, 0);
	X509_set_issuer_name(x, n);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	r = i2d_X509(x, &der);
	assert_true(r > 0);
	*len = (size_t)r;
	X509_free(x);
	return der;
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; cert_known_at(i); i++) {
		const struct cert_known *c = cert_known_at(i);

		assert_true(strlen(c->name) <= 40);
		assert_int_equal(strlen(c->expires), 10);
		assert_true(c->flags & (CERT_PK | CERT_KEK | CERT_DB));
		/* Nothing is there twice. */
		assert_ptr_equal(cert_known_by_id(c->id), c);
		assert_ptr_equal(cert_known_by_hash(c->sha256), c);
	}
	assert_null(cert_known_by_id("no such word"));
}

static void describe(void **state)
{
	struct cert_info c;
	uint8_t digest[32];
	char date[CERT_DATE];
	size_t len;
	uint8_t *der = make_cert("Some Name", 9, -100, 1000000, &len);

	(void)state;
	assert_true(cert_describe(der, len, &c));
	assert_string_equal(c.name, "Some Name");
	assert_string_equal(c.subject, "CN=Some Name");
	assert_string_equal(c.issuer, "CN=Some Name");
	assert_true(c.is_rsa);
	assert_int_equal(c.key_bits, 2048);
	assert_false(c.is_test);
	assert_null(c.known);
	SHA256(der, len, digest);
	assert_memory_equal(c.sha256, digest, 32);
	assert_false(cert_is_expired(&c, c.not_after));
	assert_true(cert_is_expired(&c, c.not_after + 1));
	cert_date(0, date);
	assert_string_equal(date, "?");
	cert_date(86400, date);
	assert_string_equal(date, "1970-01-02");
	cert_date(INT64_MAX, date);
	assert_string_equal(date, "?");
	OPENSSL_free(der);
}

/* Cut anywhere, and with each byte changed: no crash, and text that is clean. */
static void describe_damaged(void **state)
{
	struct cert_info c;
	size_t len;
	uint8_t *der = make_cert("Some Name", 9, 0, 1000, &len);

	(void)state;
	for (size_t n = 0; n < len; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, der, n);
		assert_false(cert_describe(copy, n, &c));
		assert_string_equal(c.name, "(no certificate)");
		free(copy);
	}
	for (size_t i = 0; i < len; i++) {
		der[i] ^= 0xff;
		cert_describe(der, len, &c);
		for (const char *p = c.name; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
		for (const char *p = c.subject; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
		der[i] ^= 0xff;
	}
	OPENSSL_free(der);
}

static void describe_hostile_names(void **state)
{
	static const char escape[] = "a\033[2Jb\nc\x7f";
	char novel[64];
	struct cert_info c;
	size_t len;
	uint8_t *der = make_cert(escape, sizeof(escape) - 1, 0, 1000, &len);

	(void)state;
	assert_true(cert_describe(der, len, &c));
	assert_null(strchr(c.name, '\033'));
	assert_null(strchr(c.name, '\n'));
	assert_null(strchr(c.subject, '\033'));
	OPENSSL_free(der);
	memset(novel, 'x', sizeof(novel));
	der = make_cert(novel, sizeof(novel), 0, 1000, &len);
	assert_true(cert_describe(der, len, &c));
	assert_true(strlen(c.name) < sizeof(c.name));
	OPENSSL_free(der);
	der = make_cert("", 0, 0, 1000, &len);
	assert_true(cert_describe(der, len, &c));
	assert_string_equal(c.name, "(no name)");
	OPENSSL_free(der);
}

static void describe_test_key(void **state)
{
	static const char name[] = "DO NOT TRUST - Some PK";
	struct cert_info c;
	size_t len;
	uint8_t *der = make_cert(name, sizeof(name) - 1, 0, 1000, &len);

	(void)state;
	assert_true(cert_describe(der, len, &c));
	assert_true(c.is_test);
	OPENSSL_free(der);
}

/* What a walk saw. */
struct seen {
	unsigned int nr;
	const uint8_t *der;
	size_t len;
};

static int see(const uint8_t *der, size_t len, void *arg)
{
	struct seen *s = arg;

	s->nr++;
	assert_int_equal(len, s->len);
	assert_memory_equal(der, s->der, len);
	return s->nr == 2 ? -EIO : 0;
}

static int walk(const char *path, struct seen *s)
{
	s->nr = 0;
	return cert_walk_file(path, see, s);
}

static void walk_kinds(void **state)
{
	static const uint8_t owner[16];
	struct seen s = { 0 };
	uint8_t *der = make_cert("One", 3, 0, 1000, &s.len), *list = NULL;
	const struct vard_sig sig = { vard_sig_x509, owner, der,
				      (uint32_t)s.len };
	const uint8_t *p = der;
	X509 *x = d2i_X509(NULL, &p, (long)s.len);
	size_t list_len = 0;
	FILE *f;

	(void)state;
	s.der = der;
	write_file(in_dir("one.der"), der, s.len);
	assert_int_equal(walk(in_dir("one.der"), &s), 0);
	assert_int_equal(s.nr, 1);
	f = fopen(in_dir("two.pem"), "w");
	fputs("text before\n", f);
	assert_true(PEM_write_X509(f, x));
	assert_true(PEM_write_X509(f, x));
	fclose(f);
	/* The second one stops it. */
	assert_int_equal(walk(in_dir("two.pem"), &s), -EIO);
	assert_int_equal(s.nr, 2);
	assert_int_equal(vard_siglist_append(&list, &list_len, &sig), 0);
	write_file(in_dir("one.esl"), list, list_len);
	assert_int_equal(walk(in_dir("one.esl"), &s), 0);
	assert_int_equal(s.nr, 1);
	write_file(in_dir("cut.esl"), list, list_len - 1);
	assert_int_equal(walk(in_dir("cut.esl"), &s), -EBADMSG);
	free(list);
	X509_free(x);
	OPENSSL_free(der);
}

static void walk_errors(void **state)
{
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(walk(in_dir("none"), &s), -ENOENT);
	write_file(in_dir("empty"), "", 0);
	assert_int_equal(walk(in_dir("empty"), &s), -EBADMSG);
	write_file(in_dir("noise"), "noise", 5);
	assert_int_equal(walk(in_dir("noise"), &s), -EBADMSG);
	write_file(in_dir("noise.fd"), "noise", 5);
	assert_int_equal(walk(in_dir("noise.fd"), &s), -EBADMSG);
	assert_int_equal(walk(tmpdir, &s), -EINVAL);
	/* A FIFO that nobody writes to is not waited for. */
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	assert_int_equal(walk(in_dir("fifo"), &s), -EINVAL);
	write_file(in_dir("large"), "", 0);
	assert_int_equal(truncate(in_dir("large"), (1 << 20) + 1), 0);
	assert_int_equal(walk(in_dir("large"), &s), -EFBIG);
	assert_int_equal(s.nr, 0);
}

static void find_nothing(void **state)
{
	const struct cert_known *c = cert_known_by_id("ubuntu-pk");
	uint8_t *der = NULL;
	size_t len;

	(void)state;
	assert_int_equal(cert_find(c, in_dir("none"), &der, &len), -ENOENT);
	/* A file of the right name does not do. */
	write_file(in_dir("ubuntu-pk.pem"), "noise", 5);
	assert_int_equal(cert_find(c, tmpdir, &der, &len), -ENOENT);
	assert_null(der);
}

/* Debian's ovmf has this one, in a flash image; without it, that is a skip. */
static void find_in_an_image(void **state)
{
	const struct cert_known *c = cert_known_by_id("ms-kek-2011");
	struct cert_info info;
	uint8_t *der = NULL;
	size_t len;

	(void)state;
	if (access("/usr/share/OVMF/OVMF_VARS_4M.ms.fd", R_OK))
		skip();
	assert_int_equal(cert_find(c, "/usr/share/OVMF", &der, &len), 0);
	assert_true(cert_describe(der, len, &info));
	assert_ptr_equal(info.known, c);
	assert_string_equal(info.name, c->name);
	free(der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(describe),
		cmocka_unit_test(describe_damaged),
		cmocka_unit_test(describe_hostile_names),
		cmocka_unit_test(describe_test_key),
		cmocka_unit_test(walk_kinds),
		cmocka_unit_test(walk_errors),
		cmocka_unit_test(find_nothing),
		cmocka_unit_test(find_in_an_image),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
