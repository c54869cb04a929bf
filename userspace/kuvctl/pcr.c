// SPDX-License-Identifier: GPL-2.0-or-later
/* The state of Secure Boot at the next boot, and PCR 7 of it. */
#include "pcr.h"

#include <errno.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "kuvctl.h"
#include "show_names.h"
#include "siglist.h"

#define NAME(text) text, (const uint8_t *)u"" text, sizeof(u"" text) - 2

const struct pcr_name pcr_names[PCR_NR] = {
	[PCR_SECURE_BOOT] = { NAME("SecureBoot"), show_global },
	[PCR_PK] = { NAME("PK"), show_global },
	[PCR_KEK] = { NAME("KEK"), show_global },
	[PCR_DB] = { NAME("db"), show_security },
	[PCR_DBX] = { NAME("dbx"), show_security },
	[PCR_DBT] = { NAME("dbt"), show_security },
};

/* SecureBootEnable, edk2's own. */
static const uint8_t enable_guid[16] = {
	0xc7, 0x0b, 0xa3, 0xf0, 0x08, 0xaf, 0x56, 0x45,
	0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44,
};
static const struct pcr_name enable = { NAME("SecureBootEnable"), enable_guid };

static bool is_variable(const struct vard_var *v, const struct pcr_name *n)
{
	return v->name_len == n->name_len &&
	       !memcmp(v->name, n->name, n->name_len) &&
	       !memcmp(v->guid, n->guid, 16);
}

static void set_data(struct pcr_state *s, enum pcr_var i, const uint8_t *data,
		     size_t len)
{
	uint8_t *copy = len ? malloc(len) : NULL;

	if (len && !copy)
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	if (len)
		memcpy(copy, data, len);
	free(s->data[i]);
	s->data[i] = copy;
	s->len[i] = len;
}

static void set_enable(struct pcr_state *s, const uint8_t *data, size_t len)
{
	s->is_off = len == 1 && data[0] != 1;
}

/* Which of them it is; PCR_SECURE_BOOT for none, as nobody can write that one. */
static enum pcr_var find(const struct vard_var *v)
{
	for (enum pcr_var i = PCR_PK; i < PCR_NR; i++)
		if (is_variable(v, &pcr_names[i]))
			return i;
	return PCR_SECURE_BOOT;
}

static void take(struct pcr_state *s, const struct vard_var *v,
		 const uint8_t *data, size_t len)
{
	enum pcr_var i = find(v);

	if (i != PCR_SECURE_BOOT)
		set_data(s, i, data, len);
	else if (is_variable(v, &enable))
		set_enable(s, data, len);
}

static bool has_option(const char *options, const char *name)
{
	size_t len = strlen(name);
	const char *p = options;

	while (p && (p = strstr(p, name))) {
		if ((p == options || p[-1] == ',') &&
		    (!p[len] || p[len] == ','))
			return true;
		p += len;
	}
	return false;
}

void pcr_state_get(const struct kuvctl_vars *v, struct pcr_state *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->is_forced = has_option(v->options, "force-secure-boot");
	for (size_t i = 0; i < v->list.nr; i++) {
		const struct vard_var *var = &v->list.vars[i];

		/* What is volatile is not there at the next boot. */
		if (var->attributes & KVM_UEFIVARS_ATTR_NV)
			take(ret, var, var->data, var->data_len);
	}
}

bool pcr_auth_parse(const uint8_t *data, size_t len, struct pcr_auth *ret)
{
	static const uint8_t pkcs7[16] = {
		0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
		0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7,
	};
	uint32_t cert_len;

	if (len < 40)
		return false;
	cert_len = (uint32_t)data[16] | (uint32_t)data[17] << 8 |
		   (uint32_t)data[18] << 16 | (uint32_t)data[19] << 24;
	if (cert_len < 24 || cert_len > len - 16 || data[22] != 0xf1 ||
	    data[23] != 0x0e || memcmp(data + 24, pkcs7, 16) != 0)
		return false;
	ret->time = data;
	ret->payload = data + 16 + cert_len;
	ret->len = len - 16 - cert_len;
	return true;
}

static int apply_signed(struct pcr_state *s, const struct vard_var *v)
{
	enum pcr_var i = find(v);
	struct pcr_auth a;
	uint8_t *data = NULL;
	size_t len = 0;
	int r;

	if (!pcr_auth_parse(v->data, v->data_len, &a))
		return -EBADMSG;
	if (i == PCR_SECURE_BOOT)
		return 0;
	if (!(v->attributes & KVM_UEFIVARS_ATTR_AP)) {
		/* A mode that changes takes SecureBootEnable with it. */
		if (i == PCR_PK && !s->len[i] != !a.len)
			s->is_off = false;
		set_data(s, i, a.payload, a.len);
		return 0;
	}
	r = pcr_append(s->data[i], s->len[i], a.payload, a.len, &data, &len,
		       NULL);
	if (!r)
		set_data(s, i, data, len);
	free(data);
	return r;
}

int pcr_state_apply(struct pcr_state *s, const struct kuvctl_plan *p)
{
	int r = 0;

	for (size_t i = 0; i < p->nr && !r; i++) {
		const struct vard_var *v = &p->changes[i].v;

		if (p->changes[i].op == KUVCTL_SIGNED)
			r = apply_signed(s, v);
		else if (p->changes[i].op == KUVCTL_DELETE)
			take(s, v, NULL, 0);
		else
			take(s, v, v->data, v->data_len);
	}
	return r;
}

bool pcr_state_is_on(const struct pcr_state *s)
{
	return s->len[PCR_PK] > 0 && (s->is_forced || !s->is_off);
}

void pcr_state_free(struct pcr_state *s)
{
	for (int i = 0; i < PCR_NR; i++)
		free(s->data[i]);
	memset(s, 0, sizeof(*s));
}

static void put_le64(EVP_MD_CTX *c, uint64_t value)
{
	uint8_t b[8];

	for (unsigned int i = 0; i < 8; i++)
		b[i] = (uint8_t)(value >> (8 * i));
	EVP_DigestUpdate(c, b, sizeof(b));
}

/* Of UEFI_VARIABLE_DATA; a variable that is absent has no data. */
static void hash_variable(const struct pcr_name *n, const uint8_t *data,
			  size_t len, uint8_t digest[32])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (!c || !EVP_DigestInit_ex(c, EVP_sha256(), NULL))
		fail(KUVCTL_EXIT_INTERNAL, "no memory");
	EVP_DigestUpdate(c, n->guid, 16);
	put_le64(c, n->name_len / 2);
	put_le64(c, len);
	EVP_DigestUpdate(c, n->name, n->name_len);
	if (len)
		EVP_DigestUpdate(c, data, len);
	EVP_DigestFinal_ex(c, digest, NULL);
	EVP_MD_CTX_free(c);
}

static void extend(uint8_t pcr[32], const uint8_t digest[32])
{
	uint8_t both[64];

	memcpy(both, pcr, 32);
	memcpy(both + 32, digest, 32);
	SHA256(both, sizeof(both), pcr);
}

void pcr7_predict(const struct pcr_state *s, struct pcr7 *ret)
{
	static const uint8_t zero[4];
	const uint8_t is_on = pcr_state_is_on(s);
	uint8_t digest[32];

	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < PCR_NR; i++) {
		/* The others are measured also when they are absent. */
		ret->is_measured[i] = i != PCR_DBT || s->len[i] > 0;
		if (!ret->is_measured[i])
			continue;
		if (i == PCR_SECURE_BOOT)
			hash_variable(&pcr_names[i], &is_on, 1, ret->digest[i]);
		else
			hash_variable(&pcr_names[i], s->data[i], s->len[i],
				      ret->digest[i]);
		extend(ret->variables, ret->digest[i]);
	}
	memcpy(ret->separator, ret->variables, 32);
	SHA256(zero, sizeof(zero), digest);
	extend(ret->separator, digest);
}
