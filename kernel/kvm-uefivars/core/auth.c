// SPDX-License-Identifier: GPL-2.0
/* Who may write a variable: keys, signatures, presence. */
#include "auth.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/byteorder.h>

#include "attr.h"
#include "buf.h"
#include "certdb.h"
#include "guids.h"
#include "mode.h"
#include "own.h"
#include "pkcs7.h"
#include "siglist.h"

/*
 * The descriptor of time-based authentication: EFI_TIME, then
 * WIN_CERTIFICATE_UEFI_GUID, then the message.
 */
#define TIME_LEN	16
#define TIME_UNUSED	7	/* zero from here on, seconds are in front */
#define CERT_TYPE	22
#define CERT_GUID	24
#define MESSAGE		40

#define CERT_TYPE_GUID	0x0ef1

/* EFI_CERT_TYPE_PKCS7_GUID */
static const u8 guid_pkcs7[16] =
	KUV_GUID(0x4aafd29d, 0x68df, 0x49ee,
		 0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7);

/* What a failure to check a signature means to the caller. */
static kuv_status_t status_of(int err)
{
	if (err == -EKEYREJECTED || err == -EBADMSG)
		return KUV_SECURITY_VIOLATION;
	return kuv_status_from_errno(err);
}

/* --- time --- */

/* A number that orders times as their fields do, year first. */
static u64 time_order(const u8 *t)
{
	u64 order = kuv_utf16_at(t, 0);
	u32 i;

	for (i = 2; i < TIME_UNUSED; i++)
		order = order << 8 | t[i];
	return order;
}

static bool is_time_plain(const u8 *t)
{
	u32 i;

	for (i = TIME_UNUSED; i < TIME_LEN; i++)
		if (t[i])
			return false;
	return true;
}

/* An append never sets a time back, and gives no new variable one. */
static void choose_time(struct kuv_set *set)
{
	const u8 *time = set->descriptor.data;

	if (set->w.attributes & A_AP) {
		if (!set->old)
			time = NULL;
		else if (time_order(kuv_var_time(set->old)) > time_order(time))
			time = kuv_var_time(set->old);
	}
	set->time = time;
}

/* --- signature --- */

static kuv_status_t check_descriptor(const struct kuv_set *set)
{
	const u8 *d = set->descriptor.data;
	bool is_append = set->w.attributes & A_AP;

	if (!is_time_plain(d))
		return KUV_SECURITY_VIOLATION;
	if (set->old && !is_append &&
	    time_order(d) <= time_order(kuv_var_time(set->old)))
		return KUV_SECURITY_VIOLATION;
	if (kuv_utf16_at(d + CERT_TYPE, 0) != CERT_TYPE_GUID ||
	    memcmp(d + CERT_GUID, guid_pkcs7, sizeof(guid_pkcs7)))
		return KUV_SECURITY_VIOLATION;
	return KUV_SUCCESS;
}

/* Is every signature in the message one of this very write? */
static kuv_status_t check_message(const struct kuv_set *set,
				  struct kuv_pkcs7 *msg)
{
	const struct kuv_write *w = &set->w;
	__le32 attributes = cpu_to_le32(w->attributes);
	struct kuv_span parts[] = {
		{ w->name.name, w->name.len },
		{ w->name.guid, 16 },
		{ (const u8 *)&attributes, sizeof(attributes) },
		{ set->descriptor.data, TIME_LEN },
		{ w->data, w->len },
	};

	return status_of(kuv_pkcs7_verify(msg, set->s->crypto, parts,
					  ARRAY_SIZE(parts)));
}

static kuv_status_t check_trust(const struct kuv_set *set,
				struct kuv_pkcs7 *msg,
				const struct kuv_span *anchor)
{
	struct kuv_x509 cert;

	if (kuv_x509_parse(anchor, &cert))
		return KUV_SECURITY_VIOLATION;
	return status_of(kuv_pkcs7_check_trust(msg, set->s->crypto, &cert));
}

/* Trust the one certificate that a platform key has. */
static kuv_status_t check_with_key(const struct kuv_set *set,
				   struct kuv_pkcs7 *msg,
				   const struct kuv_span *key)
{
	struct kuv_siglist_iter it;
	struct kuv_sig sig;
	kuv_status_t status;

	kuv_siglist_first(&it, key);
	if (!kuv_siglist_next(&it, &sig))
		return KUV_SECURITY_VIOLATION;
	status = check_message(set, msg);
	if (status == KUV_SUCCESS)
		status = check_trust(set, msg, &sig.data);
	return status;
}

/* Is the first signer the owner of the first signature of the platform key? */
static bool is_signer(const struct kuv_pkcs7 *msg, const struct kuv_span *key)
{
	const struct kuv_span *der = &msg->signers[0].cert.der;
	struct kuv_siglist_iter it;
	struct kuv_sig sig;

	kuv_siglist_first(&it, key);
	return kuv_siglist_next(&it, &sig) && sig.data.len == der->len &&
	       !memcmp(sig.data.data, der->data, der->len);
}

static const struct kuv_var *find_key(const struct kuv_set *set,
				      enum kuv_own id)
{
	const struct kuv_var *v = kuv_own_find(&set->s->db, id);

	if (v && set->s->at_runtime && !(v->attributes & KVM_UEFIVARS_ATTR_RT))
		return NULL;
	return v;
}

/* Nobody whom the platform key only issued a certificate to. */
static kuv_status_t by_platform_key(struct kuv_set *set, struct kuv_pkcs7 *msg)
{
	const struct kuv_var *pk = find_key(set, KUV_OWN_PK);
	struct kuv_span key;

	if (!pk)
		return KUV_SECURITY_VIOLATION;
	key.data = kuv_var_data(pk);
	key.len = pk->data_len;
	if (!is_signer(msg, &key))
		return KUV_SECURITY_VIOLATION;
	return check_with_key(set, msg, &key);
}

/* The first platform key, where it must have signed itself. */
static kuv_status_t by_payload(struct kuv_set *set, struct kuv_pkcs7 *msg)
{
	struct kuv_span key = { set->w.data, set->w.len };

	return check_with_key(set, msg, &key);
}

static kuv_status_t by_exchange_key(const struct kuv_set *set,
				    struct kuv_pkcs7 *msg)
{
	const struct kuv_var *kek = find_key(set, KUV_OWN_KEK);
	struct kuv_siglist_iter it;
	struct kuv_span keys;
	struct kuv_sig sig;
	kuv_status_t status;

	if (!kek)
		return KUV_NOT_FOUND;
	status = check_message(set, msg);
	if (status != KUV_SUCCESS)
		return status;
	keys.data = kuv_var_data(kek);
	keys.len = kek->data_len;
	status = KUV_SECURITY_VIOLATION;
	kuv_siglist_first(&it, &keys);
	while (status == KUV_SECURITY_VIOLATION &&
	       kuv_siglist_next(&it, &sig))
		if (sig.is_x509)
			status = check_trust(set, msg, &sig.data);
	return status;
}

static kuv_status_t by_any_key(struct kuv_set *set, struct kuv_pkcs7 *msg)
{
	kuv_status_t status = by_platform_key(set, msg);

	if (status == KUV_SECURITY_VIOLATION)
		status = by_exchange_key(set, msg);
	return status;
}

/* --- private variables --- */

/* What binds a variable to who signs it: a digest of name and certificate. */
static kuv_status_t hash_signer(const struct kuv_set *set,
				const struct kuv_pkcs7 *msg, u8 *digest)
{
	const struct kuv_x509 *cert = &msg->signers[0].cert;
	u8 name[KUV_CN_LEN_MAX];
	struct kuv_span parts[2];
	int len = kuv_x509_common_name(cert, name);

	if (len < 0)
		return KUV_SECURITY_VIOLATION;
	parts[0].data = name;
	parts[0].len = len;
	parts[1] = cert->tbs;
	return status_of(set->s->crypto->hash(msg->hash, parts, 2, digest));
}

static bool is_digest(const struct kuv_span *signer)
{
	return signer->len == kuv_hash_len(KUV_HASH_SHA256) ||
	       signer->len == kuv_hash_len(KUV_HASH_SHA384) ||
	       signer->len == kuv_hash_len(KUV_HASH_SHA512);
}

/* An old firmware stored the number of certificates, then each with its size. */
static bool is_in_stack(const struct kuv_span *stack,
			const struct kuv_span *cert)
{
	__le32 len = cpu_to_le32(cert->len);

	return stack->len == 1 + sizeof(len) + cert->len &&
	       stack->data[0] == 1 &&
	       !memcmp(stack->data + 1, &len, sizeof(len)) &&
	       !memcmp(stack->data + 1 + sizeof(len), cert->data, cert->len);
}

static kuv_status_t check_owner(const struct kuv_set *set,
				const struct kuv_pkcs7 *msg, const u8 *digest)
{
	struct kuv_span owner;
	bool is_owner;

	if (kuv_certdb_find(set->s, &set->w.name, set->w.attributes & A_NV,
			    &owner) != KUV_SUCCESS)
		return KUV_SECURITY_VIOLATION;
	if (is_digest(&owner))
		is_owner = owner.len == kuv_hash_len(msg->hash) &&
			   !memcmp(owner.data, digest, owner.len);
	else
		is_owner = is_in_stack(&owner, &msg->signers[0].cert.der);
	return is_owner ? KUV_SUCCESS : KUV_SECURITY_VIOLATION;
}

static kuv_status_t by_owner(struct kuv_set *set, struct kuv_pkcs7 *msg)
{
	bool is_nv = set->w.attributes & A_NV;
	u8 digest[KUV_DIGEST_LEN_MAX];
	struct kuv_span owner = { digest, kuv_hash_len(msg->hash) };
	kuv_status_t status;

	if (msg->nr_signers != 1)
		return KUV_SECURITY_VIOLATION;
	status = hash_signer(set, msg, digest);
	if (status == KUV_SUCCESS && set->old)
		status = check_owner(set, msg, digest);
	if (status == KUV_SUCCESS)
		status = check_message(set, msg);
	if (status == KUV_SUCCESS)
		status = status_of(kuv_pkcs7_check_trust(msg, set->s->crypto,
						&msg->signers[0].cert));
	if (status == KUV_SUCCESS && !set->old && set->w.len)
		status = kuv_certdb_bind(set->s, &set->group, &set->w.name,
					 is_nv, &owner);
	return status;
}

/* --- writes --- */

static kuv_status_t check_signature(struct kuv_set *set,
				    kuv_status_t (*by)(struct kuv_set *set,
						       struct kuv_pkcs7 *msg))
{
	struct kuv_span der = {
		set->descriptor.data + MESSAGE,
		set->descriptor.len - MESSAGE,
	};
	kuv_status_t status = check_descriptor(set);
	struct kuv_pkcs7 *msg;

	if (status != KUV_SUCCESS)
		return status;
	msg = kvmalloc(sizeof(*msg), GFP_KERNEL_ACCOUNT);
	if (!msg)
		return KUV_DEVICE_ERROR;
	status = status_of(kuv_pkcs7_parse(&der, msg));
	if (status == KUV_SUCCESS)
		status = by(set, msg);
	kvfree(msg);
	return status;
}

/* A key, or a database that keys sign. */
static bool is_key(const struct kuv_set *set)
{
	switch (set->own) {
	case KUV_OWN_PK:
	case KUV_OWN_KEK:
	case KUV_OWN_DB:
	case KUV_OWN_DBX:
	case KUV_OWN_DBT:
		return true;
	case KUV_OWN_DBR:
		return set->s->options & KUV_OPT_AUDIT_MODE;
	default:
		return false;
	}
}

/* Who must have signed a new value of a key, if anybody. */
static kuv_status_t check_key_owner(struct kuv_set *set)
{
	bool is_pk = set->own == KUV_OWN_PK;
	bool is_setup = kuv_mode_is_setup(set->s);
	bool signs_itself = is_pk && is_setup &&
			    set->s->options & KUV_OPT_SELF_SIGNED_PK;

	if (kuv_mode_is_custom(set->s)) {
		/* EnrollDefaultKeys of edk2 takes it for an error if not. */
		set->spoils_vendor_keys = !is_setup || is_pk;
		return KUV_SUCCESS;
	}
	if (signs_itself)
		return check_signature(set, by_payload);
	if (is_setup)
		return KUV_SUCCESS;
	if (is_pk || set->own == KUV_OWN_KEK)
		return check_signature(set, by_platform_key);
	return check_signature(set, by_any_key);
}

/* What an append adds is what was not there. */
static kuv_status_t drop_duplicates(struct kuv_set *set)
{
	struct kuv_span old = {
		kuv_var_data(set->old), set->old->data_len,
	};
	struct kuv_span added = { set->w.data, set->w.len };
	kuv_status_t status;

	if (!added.len)
		return KUV_SUCCESS;
	set->own_data = kvmalloc(added.len, GFP_KERNEL_ACCOUNT);
	if (!set->own_data)
		return KUV_DEVICE_ERROR;
	status = kuv_siglist_filter(&old, &added, set->own_data, &set->w.len);
	set->w.data = set->own_data;
	return status;
}

static kuv_status_t check_key(struct kuv_set *set)
{
	struct kuv_span payload = { set->w.data, set->w.len };
	const u32 needed = A_NV | A_AT;
	bool is_pk = set->own == KUV_OWN_PK;
	kuv_status_t status;

	if ((set->w.attributes & needed) != needed)
		return KUV_INVALID_PARAMETER;
	status = check_key_owner(set);
	if (status == KUV_SUCCESS)
		status = kuv_siglist_check(&payload, is_pk);
	if (status == KUV_SUCCESS && set->old && !is_pk &&
	    set->w.attributes & A_AP)
		status = drop_duplicates(set);
	if (status == KUV_SUCCESS)
		choose_time(set);
	return status;
}

/* Whoever is at the machine may delete, if the operator says so. */
static bool is_presence_delete(const struct kuv_set *set)
{
	const struct kuv_var *old = set->old;

	return set->s->options & KUV_OPT_PRESENCE_DELETE &&
	       kuv_mode_is_present(set->s) && old && !set->w.len &&
	       old->attributes & (A_AT | A_AW) &&
	       old->attributes == set->w.attributes;
}

static kuv_status_t check_private(struct kuv_set *set)
{
	const struct kuv_var *old = set->old;
	kuv_status_t status;

	if (is_presence_delete(set))
		return KUV_SUCCESS;
	if (set->w.attributes & A_AW)
		return KUV_UNSUPPORTED;
	if (!(set->w.attributes & A_AT))
		return old && old->attributes & (A_AT | A_AW) ?
		       KUV_WRITE_PROTECTED : KUV_SUCCESS;
	status = check_signature(set, by_owner);
	if (status == KUV_SUCCESS)
		choose_time(set);
	return status;
}

kuv_status_t kuv_auth_check(struct kuv_set *set)
{
	kuv_status_t status;

	if (is_key(set))
		return check_key(set);
	status = kuv_mode_check(set);
	if (status == KUV_SUCCESS)
		status = check_private(set);
	return status;
}

kuv_status_t kuv_auth_follow(struct kuv_set *set)
{
	if (set->effect == KUV_EFFECT_DELETE && !is_key(set) &&
	    set->old->attributes & A_AT)
		return kuv_certdb_unbind(set->s, &set->group, &set->w.name,
					 set->old->attributes & A_NV);
	return kuv_mode_follow(set);
}
