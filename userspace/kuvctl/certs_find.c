// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates in files: of every kind, and wherever Debian's packages put them. */
#include "certs.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "cleanup.h"
#include "fdio.h"
#include "siglist.h"
#include "template.h"

/* Largest file of certificates, and how deep they are looked for. */
#define FILE_MAX	(1U << 20)
#define DEPTH_MAX	10

/* A walk over the certificates of one file. */
struct walk {
	cert_fn fn;
	void *arg;
	unsigned int nr;
};

static int walk_one(struct walk *w, const uint8_t *der, size_t len)
{
	w->nr++;
	return w->fn(der, len, w->arg);
}

static int walk_pem_cert(struct walk *w, X509 *x)
{
	uint8_t *der = NULL;
	int len = i2d_X509(x, &der);
	int r;

	if (len < 0)
		return -ENOMEM;
	r = walk_one(w, der, (size_t)len);
	OPENSSL_free(der);
	return r;
}

static int walk_pem(struct walk *w, const void *data, size_t len)
{
	BIO *bio = BIO_new_mem_buf(data, (int)len);
	X509 *x;
	int r = bio ? 0 : -ENOMEM;

	while (!r && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		r = walk_pem_cert(w, x);
		X509_free(x);
	}
	BIO_free(bio);
	ERR_clear_error();
	return r;
}

/* Stop codes of callers pass through a list's walk unchanged. */
static int walk_sig(const struct vard_sig *sig, void *arg)
{
	if (memcmp(sig->type, vard_sig_x509, 16) != 0)
		return 0;
	return walk_one(arg, sig->data, sig->len);
}

static bool is_der_cert(const uint8_t *data, size_t len)
{
	const uint8_t *p = data;
	X509 *x = d2i_X509(NULL, &p, (long)len);
	bool ret = x && p == data + len;

	X509_free(x);
	ERR_clear_error();
	return ret;
}

static int walk_bytes(struct walk *w, const uint8_t *data, size_t len)
{
	int r;

	if (is_der_cert(data, len))
		return walk_one(w, data, len);
	r = walk_pem(w, data, len);
	if (r || w->nr)
		return r;
	r = vard_siglist_walk(data, len, walk_sig, w);
	return r == -EBADMSG ? 0 : r;
}

static bool is_key_variable(const struct vard_var *v)
{
	static const char *const names[] = { "P\0K", "K\0E\0K", "d\0b" };
	static const uint32_t lens[] = { 4, 6, 4 };

	for (size_t i = 0; i < 3; i++)
		if (v->name_len == lens[i] &&
		    !memcmp(v->name, names[i], lens[i]))
			return true;
	return false;
}

static int walk_image(struct walk *w, int fd)
{
	struct vard_report report = { 0 };
	struct vard_template *t = NULL;
	int r = vard_template_read(fd, &t, &report);

	if (r < 0)
		return r == -EINVAL ? -EBADMSG : r;
	for (size_t i = 0; i < t->nr && !r; i++) {
		if (!is_key_variable(&t->vars[i]))
			continue;
		r = vard_siglist_walk(t->vars[i].data, t->vars[i].data_len,
				      walk_sig, w);
		if (r == -EBADMSG)
			r = 0;
	}
	vard_template_free(t);
	return r;
}

static bool is_image(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && !strcmp(path + len - 3, ".fd");
}

int cert_walk_file(const char *path, cert_fn fn, void *arg)
{
	/* Not to wait for the writer of a FIFO. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ void *data = NULL;
	struct walk w = { fn, arg, 0 };
	size_t len;
	int r;

	if (fd < 0)
		return -errno;
	if (is_image(path)) {
		r = walk_image(&w, fd);
	} else {
		r = fdio_read_file(fd, FILE_MAX, &data, &len);
		if (!r)
			r = walk_bytes(&w, data, len);
	}
	return r ? r : w.nr ? 0 : -EBADMSG;
}

/* What is looked for, and what was found. */
struct search {
	const struct cert_known *c;
	uint8_t *der;
	size_t len;
};

#define FOUND 1

static int compare(const uint8_t *der, size_t len, void *arg)
{
	struct search *s = arg;
	struct cert_info info;

	cert_describe(der, len, &info);
	if (info.known != s->c)
		return 0;
	s->der = malloc(len);
	if (!s->der)
		return -ENOMEM;
	memcpy(s->der, der, len);
	s->len = len;
	return FOUND;
}

static bool has_cert_name(const char *name)
{
	static const char *const ends[] = { ".pem", ".der", ".crt", ".cer",
					    ".esl", ".fd" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(ends) / sizeof(*ends); i++)
		if (!strcmp(dot, ends[i]))
			return true;
	return false;
}

static int search_entry(struct search *s, FTS *fts, FTSENT *e)
{
	if (e->fts_info == FTS_D && e->fts_level > DEPTH_MAX)
		fts_set(fts, e, FTS_SKIP);
	if (e->fts_info != FTS_F || !has_cert_name(e->fts_name))
		return 0;
	/* What cannot be read is not it. */
	return cert_walk_file(e->fts_path, compare, s) == FOUND ? FOUND : 0;
}

/* A file is looked into, too. */
static int search_tree(struct search *s, const char *path)
{
	char *const paths[] = { (char *)path, NULL };
	FTS *fts;
	FTSENT *e;
	int r = 0;

	if (access(path, R_OK) < 0)
		return -errno;
	fts = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return -errno;
	while (!r && (e = fts_read(fts)))
		r = search_entry(s, fts, e);
	fts_close(fts);
	return r;
}

static const char *const places[] = {
	"/usr/share/kvm-uefivars/certs",
	"/usr/lib/python3/dist-packages/virt/firmware/certs",
	"/usr/share/shim",
	"/usr/share/ovmf",
	"/usr/share/OVMF",
};

int cert_find(const struct cert_known *c, const char *dir, uint8_t **ret,
	      size_t *ret_len)
{
	struct search s = { .c = c };
	int r = dir ? search_tree(&s, dir) : 0;

	for (size_t i = 0; !r && i < sizeof(places) / sizeof(*places); i++)
		if (search_tree(&s, places[i]) == FOUND)
			r = FOUND;
	if (r != FOUND)
		return r ? r : -ENOENT;
	*ret = s.der;
	*ret_len = s.len;
	return 0;
}
