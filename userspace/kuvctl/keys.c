// SPDX-License-Identifier: GPL-2.0-or-later
/* Own keys for Secure Boot: a directory with PK, KEK and db. */
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "cleanup.h"
#include "fdio.h"
#include "siglist.h"

static const char *const roles[] = { "PK", "KEK", "db" };
static const char *const ends[] = { "key", "pem", "der", "esl" };

#define NR_ROLES (sizeof(roles) / sizeof(roles[0]))
#define NR_ENDS (sizeof(ends) / sizeof(ends[0]))

static bool set_serial(X509 *x)
{
	BIGNUM *bn = BN_new();
	bool ok = bn && BN_rand(bn, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
		  BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x));

	BN_free(bn);
	return ok;
}

static bool set_name(X509 *x, const char *name, const char *role)
{
	X509_NAME *n = X509_get_subject_name(x);
	char text[65];

	snprintf(text, sizeof(text), "%s %s", name, role);
	return X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
					  (const uint8_t *)text, -1, -1, 0) &&
	       X509_set_issuer_name(x, n);
}

static bool add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = e && X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	return ok;
}

static bool fill_cert(X509 *x, EVP_PKEY *key, const struct keys_request *r,
		      const char *role)
{
	return X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
	       /* Clocks differ: a day of the past. */
	       X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, NULL) &&
	       X509_time_adj_ex(X509_getm_notAfter(x), (int)r->days, 0, NULL) &&
	       set_name(x, r->name, role) && X509_set_pubkey(x, key) &&
	       add_extension(x, NID_basic_constraints, "critical,CA:TRUE") &&
	       add_extension(x, NID_key_usage,
			     "critical,digitalSignature,keyCertSign") &&
	       add_extension(x, NID_subject_key_identifier, "hash") &&
	       X509_sign(x, key, EVP_sha256());
}

int keys_make(const struct keys_request *r, const char *role,
	      struct sign_key *ret)
{
	struct sign_key k = { EVP_RSA_gen(r->bits), X509_new() };
	bool ok = k.key && k.cert && fill_cert(k.cert, k.key, r, role);

	ERR_clear_error();
	if (!ok) {
		sign_key_free(&k);
		return -EIO;
	}
	*ret = k;
	return 0;
}

/* A new file in a directory; its bytes are on the disk when this returns. */
static int write_new(int dir, const char *name, mode_t mode, const void *data,
		     size_t len)
{
	_cleanup_close_ int fd = openat(dir, name,
					O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
					mode);
	int r;

	if (fd < 0)
		return -errno;
	r = fdio_write_full(fd, data, len);
	if (!r && fsync(fd) < 0)
		r = -errno;
	return r;
}

static int write_bio(int dir, const char *name, mode_t mode, BIO *bio)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	return len > 0 ? write_new(dir, name, mode, data, (size_t)len) : -EIO;
}

static int write_key(int dir, const char *name, const struct sign_key *k)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	int r = -EIO;

	if (bio && PEM_write_bio_PrivateKey(bio, k->key, NULL, NULL, 0, NULL,
					    NULL))
		r = write_bio(dir, name, 0600, bio);
	BIO_free(bio);
	return r;
}

static int write_pem(int dir, const char *name, const struct sign_key *k)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int r = -EIO;

	if (bio && PEM_write_bio_X509(bio, k->cert))
		r = write_bio(dir, name, 0644, bio);
	BIO_free(bio);
	return r;
}

static int write_list(int dir, const char *name, const uint8_t *der, int len,
		      const uint8_t *owner)
{
	const struct vard_sig sig = { vard_sig_x509, owner, der, (uint32_t)len };
	_cleanup_free_ uint8_t *list = NULL;
	size_t list_len = 0;
	int r = vard_siglist_append(&list, &list_len, &sig);

	return r ? r : write_new(dir, name, 0644, list, list_len);
}

static int write_role(int dir, const char *role, const struct sign_key *k,
		      const uint8_t *owner)
{
	char names[NR_ENDS][16];
	uint8_t *der = NULL;
	int len = i2d_X509(k->cert, &der);
	int r = len < 0 ? -ENOMEM : 0;

	for (size_t i = 0; i < NR_ENDS; i++)
		snprintf(names[i], sizeof(names[i]), "%s.%s", role, ends[i]);
	if (!r)
		r = write_key(dir, names[0], k);
	if (!r)
		r = write_pem(dir, names[1], k);
	if (!r)
		r = write_new(dir, names[2], 0644, der, (size_t)len);
	if (!r)
		r = write_list(dir, names[3], der, len, owner);
	OPENSSL_free(der);
	return r;
}

static int write_owner(int dir, uint8_t owner[16])
{
	char text[VARD_GUID_TEXT + 1];

	if (getrandom(owner, 16, 0) != 16)
		return -EIO;
	/* Version 4, variant 1; the third field is little endian. */
	owner[7] = (uint8_t)((owner[7] & 0x0f) | 0x40);
	owner[8] = (uint8_t)((owner[8] & 0x3f) | 0x80);
	vard_guid_format(owner, text);
	strcat(text, "\n");
	return write_new(dir, KEYS_OWNER, 0644, text, strlen(text));
}

/* Calls @fn with each name that is, or may be, in the directory. */
static int each_file(int dir, int (*fn)(int dir, const char *name))
{
	char name[16];
	int r = fn(dir, KEYS_OWNER);

	for (size_t i = 0; i < NR_ROLES * NR_ENDS && !r; i++) {
		snprintf(name, sizeof(name), "%s.%s", roles[i / NR_ENDS],
			 ends[i % NR_ENDS]);
		r = fn(dir, name);
	}
	return r;
}

static int must_be_new(int dir, const char *name)
{
	if (faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return errno == ENOENT ? 0 : -errno;
}

static int remove_file(int dir, const char *name)
{
	unlinkat(dir, name, 0);
	return 0;
}

static int fill_dir(int dir, const struct keys_request *q)
{
	uint8_t owner[16];
	int r = write_owner(dir, owner);

	for (size_t i = 0; i < NR_ROLES && !r; i++) {
		struct sign_key k = { 0 };

		r = keys_make(q, roles[i], &k);
		if (!r)
			r = write_role(dir, roles[i], &k, owner);
		sign_key_free(&k);
	}
	if (!r && fsync(dir) < 0)
		r = -errno;
	return r;
}

int keys_make_dir(const struct keys_request *q, const char *path)
{
	bool is_new = mkdir(path, 0700) == 0;
	_cleanup_close_ int dir = -1;
	int r;

	if (!is_new && errno != EEXIST)
		return -errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	r = each_file(dir, must_be_new);
	if (r)
		return r;
	r = fill_dir(dir, q);
	if (!r)
		return fdio_sync_parent(path);
	/* All of these names were free a moment ago. */
	if (r != -EEXIST)
		each_file(dir, remove_file);
	if (is_new)
		rmdir(path);
	return r;
}

int keys_read_owner(const char *dir, uint8_t owner[16])
{
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = -1;
	size_t len;
	int r;

	if (asprintf(&path, "%s/" KEYS_OWNER, dir) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	r = fdio_read_file(fd, 64, (void **)&text, &len);
	if (r)
		return r;
	text[strcspn(text, " \r\n")] = 0;
	return vard_guid_parse(text, owner) ? 0 : -EBADMSG;
}
