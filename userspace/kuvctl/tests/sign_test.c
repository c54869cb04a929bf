// SPDX-License-Identifier: GPL-2.0-or-later
/* Own keys, and variables signed with them: checked with OpenSSL, as edk2 does. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>

#include "keys.h"
#include "pcr.h"
#include "show_names.h"
#include "sign.h"
#include "siglist.h"
#include "tmpdir.h"

static struct sign_key key;

static int make_keys(void **state)
{
	const struct keys_request q = { "Test", 10, 2048 };

	(void)state;
	if (tmpdir_make() || keys_make_dir(&q, tmpdir))
		return -1;
	return sign_key_load(in_dir("KEK.key"), in_dir("KEK.pem"), &key) ? -1 : 0;
}

static int remove_keys(void **state)
{
	(void)state;
	sign_key_free(&key);
	return tmpdir_remove();
}

static struct vard_var db(void)
{
	struct vard_var v = { .name = U16("db"), .name_len = U16_LEN("db"),
			      .data = (const uint8_t *)"payload",
			      .data_len = 7, .attributes = 0x67 };

	memcpy(v.guid, show_security, 16);
	assert_true(sign_time_parse("2026-02-03T04:05:06", v.time));
	return v;
}

static PKCS7 *decode(const uint8_t *der, size_t len, bool content_info)
{
	PKCS7 *p7;

	if (content_info)
		return d2i_PKCS7(NULL, &der, (long)len);
	p7 = PKCS7_new();
	assert_non_null(p7);
	PKCS7_set_type(p7, NID_pkcs7_signed);
	PKCS7_SIGNED_free(p7->d.sign);
	p7->d.sign = d2i_PKCS7_SIGNED(NULL, &der, (long)len);
	return p7;
}

/* What edk2 asks OpenSSL, about what UEFI says is signed. */
static bool verifies(const uint8_t *der, size_t len, bool content_info,
		     const struct vard_var *v)
{
	const int flags = PKCS7_BINARY;
	PKCS7 *p7 = decode(der, len, content_info);
	X509_STORE *store = X509_STORE_new();
	BIO *text = BIO_new(BIO_s_mem());
	bool ok;

	assert_non_null(p7);
	X509_STORE_add_cert(store, key.cert);
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN |
					    X509_V_FLAG_NO_CHECK_TIME);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	BIO_write(text, v->name, (int)v->name_len);
	BIO_write(text, v->guid, 16);
	BIO_write(text, &v->attributes, 4);
	BIO_write(text, v->time, 16);
	BIO_write(text, v->data, (int)v->data_len);
	ok = PKCS7_verify(p7, NULL, store, text, NULL, flags) == 1;
	BIO_free(text);
	X509_STORE_free(store);
	PKCS7_free(p7);
	return ok;
}

static void check_round_trip(bool content_info)
{
	const struct vard_var v = db();
	struct vard_var changed;
	uint8_t *out = NULL;
	struct pcr_auth a;
	size_t len = 0, der_len;

	assert_null(sign_variable(&v, &key, content_info, &out, &len));
	assert_true(pcr_auth_parse(out, len, &a));
	assert_int_equal(a.len, 7);
	assert_memory_equal(a.payload, "payload", 7);
	assert_memory_equal(a.time, v.time, 16);
	der_len = len - 40 - 7;
	assert_true(verifies(out + 40, der_len, content_info, &v));
	changed = v;
	changed.attributes = 0x27;
	assert_false(verifies(out + 40, der_len, content_info, &changed));
	changed = v;
	changed.name = U16("dB");
	assert_false(verifies(out + 40, der_len, content_info, &changed));
	changed = v;
	changed.guid[15] ^= 1;
	assert_false(verifies(out + 40, der_len, content_info, &changed));
	changed = v;
	changed.time[6] ^= 1;
	assert_false(verifies(out + 40, der_len, content_info, &changed));
	changed = v;
	changed.data = (const uint8_t *)"Payload";
	assert_false(verifies(out + 40, der_len, content_info, &changed));
	free(out);
}

static void round_trip_bare(void **state)
{
	(void)state;
	check_round_trip(false);
}

static void round_trip_content_info(void **state)
{
	(void)state;
	check_round_trip(true);
}

/* Where edk2 looks for them: length of two bytes, and SHA-256. */
static void places_of_edk2(void **state)
{
	static const uint8_t sha256[] = { 0x60, 0x86, 0x48, 0x01, 0x65,
					  0x03, 0x04, 0x02, 0x01 };
	const struct vard_var v = db();
	uint8_t *out = NULL;
	size_t len = 0;

	(void)state;
	assert_null(sign_variable(&v, &key, false, &out, &len));
	assert_int_equal(out[40 + 1], 0x82);
	assert_memory_equal(out + 40 + 13, sha256, sizeof(sha256));
	free(out);
	assert_null(sign_variable(&v, &key, true, &out, &len));
	assert_int_equal(out[40 + 20], 0x82);
	assert_memory_equal(out + 40 + 32, sha256, sizeof(sha256));
	free(out);
}

static void sign_a_deletion(void **state)
{
	struct vard_var v = db();
	uint8_t *out = NULL;
	struct pcr_auth a;
	size_t len = 0;

	(void)state;
	v.data = NULL;
	v.data_len = 0;
	assert_null(sign_variable(&v, &key, false, &out, &len));
	assert_true(pcr_auth_parse(out, len, &a));
	assert_int_equal(a.len, 0);
	free(out);
}

static void times(void **state)
{
	static const uint8_t want[16] = { 0xec, 0x07, 2, 29, 23, 59, 58 };
	static const char *const bad[] = { "", "2026", "2026-13-01",
					   "2026-02-30", "2027-02-29",
					   "2026-01-01T25:00:00",
					   "2026-01-01T00:00:00x", "1900-01-01",
					   "2026-01-01T00:00:60" };
	uint8_t t[16];

	(void)state;
	assert_true(sign_time_parse("2028-02-29T23:59:58", t));
	assert_memory_equal(t, want, 16);
	assert_true(sign_time_parse("2028-02-29 23:59:58", t));
	assert_true(sign_time_parse("2028-02-29T23:59:58Z", t));
	assert_memory_equal(t, want, 16);
	assert_true(sign_time_parse("2028-02-29", t));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(sign_time_parse(bad[i], t));
	sign_time_from(0, t);
	assert_int_equal(t[0] | t[1] << 8, 1970);
}

static void load_fails(const char *key_path, const char *cert_path,
		       const char *want)
{
	struct sign_key k = { 0 };
	const char *why = sign_key_load(key_path, cert_path, &k);

	assert_non_null(why);
	assert_non_null(strstr(why, want));
	assert_null(k.key);
}

static void load_errors(void **state)
{
	(void)state;
	write_file(in_dir("noise"), "noise", 5);
	load_fails(in_dir("none"), in_dir("db.pem"), "key cannot be opened");
	load_fails(in_dir("noise"), in_dir("db.pem"), "no PEM");
	load_fails(in_dir("db.key"), in_dir("none"), "cannot be opened");
	load_fails(in_dir("db.key"), in_dir("noise"), "neither PEM nor DER");
	load_fails(in_dir("db.key"), in_dir("KEK.pem"), "not that of");
}

static void load_der(void **state)
{
	struct sign_key k = { 0 };

	(void)state;
	assert_null(sign_key_load(in_dir("db.key"), in_dir("db.der"), &k));
	sign_key_free(&k);
}

static void write_key(const char *path, EVP_PKEY *pkey, const char *password)
{
	BIO *bio = BIO_new_file(path, "w");

	assert_non_null(bio);
	assert_true(PEM_write_bio_PrivateKey(bio, pkey,
					     password ? EVP_aes_128_cbc() : NULL,
					     NULL, 0, NULL, (void *)password));
	BIO_free(bio);
}

static void load_unusable_keys(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-256");

	(void)state;
	write_key(in_dir("ec"), ec, NULL);
	load_fails(in_dir("ec"), in_dir("db.pem"), "not RSA");
	EVP_PKEY_free(ec);
	/* Nobody is asked for the password. */
	write_key(in_dir("locked"), key.key, "secret");
	load_fails(in_dir("locked"), in_dir("KEK.pem"), "encrypted");
}

static void key_files(void **state)
{
	static const char *const keys[] = { "PK.key", "KEK.key", "db.key" };
	struct stat st;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(stat(in_dir(keys[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	assert_int_equal(stat(in_dir("db.esl"), &st), 0);
	assert_int_equal(st.st_mode & 0133U, 0);
}

static void keys_are_not_overwritten(void **state)
{
	const struct keys_request q = { "Test", 10, 2048 };
	struct stat before, after;

	(void)state;
	assert_int_equal(stat(in_dir("PK.key"), &before), 0);
	assert_int_equal(keys_make_dir(&q, tmpdir), -EEXIST);
	assert_int_equal(stat(in_dir("PK.key"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

/* One name is taken, even by a link to nowhere: nothing is made. */
static void keys_all_or_nothing(void **state)
{
	const struct keys_request q = { "Test", 10, 2048 };

	(void)state;
	assert_int_equal(mkdir(in_dir("part"), 0700), 0);
	assert_int_equal(symlink("/nowhere", in_dir("part/db.esl")), 0);
	assert_int_equal(keys_make_dir(&q, in_dir("part")), -EEXIST);
	assert_int_equal(access(in_dir("part/PK.key"), F_OK), -1);
	assert_int_equal(access(in_dir("part/owner.guid"), F_OK), -1);
}

static void keys_bad_directory(void **state)
{
	const struct keys_request q = { "Test", 10, 2048 };

	(void)state;
	assert_int_equal(keys_make_dir(&q, in_dir("none/below")), -ENOENT);
	assert_int_equal(keys_make_dir(&q, in_dir("db.pem")), -ENOTDIR);
}

static int same_owner(const struct vard_sig *sig, void *arg)
{
	assert_memory_equal(sig->owner, arg, 16);
	return 1;
}

static void owner_of_a_directory(void **state)
{
	uint8_t owner[16], list[4096];
	FILE *f = fopen(in_dir("db.esl"), "r");
	size_t len;

	(void)state;
	assert_int_equal(keys_read_owner(tmpdir, owner), 0);
	assert_int_equal(owner[7] >> 4, 4);
	assert_non_null(f);
	len = fread(list, 1, sizeof(list), f);
	fclose(f);
	assert_int_equal(vard_siglist_walk(list, len, same_owner, owner), 1);
}

static void owner_errors(void **state)
{
	uint8_t owner[16];

	(void)state;
	assert_int_equal(keys_read_owner(in_dir("none"), owner), -ENOENT);
	assert_int_equal(mkdir(in_dir("strange"), 0700), 0);
	write_file(in_dir("strange/owner.guid"), "not a GUID\n", 11);
	assert_int_equal(keys_read_owner(in_dir("strange"), owner), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip_bare),
		cmocka_unit_test(round_trip_content_info),
		cmocka_unit_test(places_of_edk2),
		cmocka_unit_test(sign_a_deletion),
		cmocka_unit_test(times),
		cmocka_unit_test(load_errors),
		cmocka_unit_test(load_der),
		cmocka_unit_test(load_unusable_keys),
		cmocka_unit_test(key_files),
		cmocka_unit_test(keys_are_not_overwritten),
		cmocka_unit_test(keys_all_or_nothing),
		cmocka_unit_test(keys_bad_directory),
		cmocka_unit_test(owner_of_a_directory),
		cmocka_unit_test(owner_errors),
	};

	return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
