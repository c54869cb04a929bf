// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is to say of a VM's Secure Boot. */
#include "enroll.h"

#include <stdio.h>
#include <string.h>

#include "siglist.h"

/* A walk over one database. */
struct look {
	struct enroll_state *s;
	int64_t now;
	enum pcr_var which;
	/* Known ones that are there, by cert_known_at(). */
	uint64_t seen;
};

static void see_cert(struct look *l, const struct vard_sig *sig)
{
	struct enroll_state *s = l->s;
	struct cert_info info;

	cert_describe(sig->data, sig->len, &info);
	s->nr_certs++;
	s->nr_expired += cert_is_expired(&info, l->now);
	s->has_test |= info.is_test;
	for (unsigned int i = 0; info.known && cert_known_at(i); i++)
		if (cert_known_at(i) == info.known)
			l->seen |= UINT64_C(1) << i;
	if (l->which == PCR_PK && s->nr_certs == 1)
		s->pk = info;
}

static int see_key(const struct vard_sig *sig, void *arg)
{
	if (!memcmp(sig->type, vard_sig_x509, 16))
		see_cert(arg, sig);
	return 0;
}

static int see_forbidden(const struct vard_sig *sig, void *arg)
{
	struct look *l = arg;

	if (!memcmp(sig->type, vard_sig_sha256, 16))
		l->s->dbx_hashes++;
	else
		l->s->dbx_certs++;
	return 0;
}

static void look_at(struct look *l, const struct pcr_state *state,
		    enum pcr_var which)
{
	l->which = which;
	if (vard_siglist_walk(state->data[which], state->len[which],
			      which == PCR_DBX ? see_forbidden : see_key, l))
		l->s->is_malformed = true;
}

static bool has(const struct look *l, const char *id)
{
	for (unsigned int i = 0; cert_known_at(i); i++)
		if (!strcmp(cert_known_at(i)->id, id))
			return l->seen >> i & 1;
	return false;
}

static void judge_rollover(const struct look *l)
{
	struct enroll_state *s = l->s;

	s->has_2011 = has(l, "ms-kek-2011") || has(l, "ms-windows-2011") ||
		      has(l, "ms-uefi-2011");
	s->lacks_kek = has(l, "ms-kek-2011") && !has(l, "ms-kek-2023");
	s->lacks_windows = has(l, "ms-windows-2011") &&
			   !has(l, "ms-windows-2023");
	s->lacks_uefi = has(l, "ms-uefi-2011") && !has(l, "ms-uefi-2023");
}

static void take_dbx_time(const struct kuvctl_vars *v, struct enroll_state *s)
{
	struct vard_var var;
	unsigned int year;

	if (!enroll_variable(v, PCR_DBX, &var))
		return;
	year = var.time[0] | (unsigned int)var.time[1] << 8;
	if (year)
		snprintf(s->dbx_time, sizeof(s->dbx_time), "%04u-%02u-%02u",
			 year % 10000, var.time[2] % 100U, var.time[3] % 100U);
}

void enroll_state_get(const struct kuvctl_vars *v, int64_t now,
		      struct enroll_state *ret)
{
	struct look l = { .s = ret, .now = now };
	const struct vard_var *live;
	struct pcr_state state;

	memset(ret, 0, sizeof(*ret));
	pcr_state_get(v, &state);
	ret->is_setup = state.len[PCR_PK] == 0;
	ret->is_on = pcr_state_is_on(&state);
	ret->is_off = state.is_off;
	look_at(&l, &state, PCR_PK);
	look_at(&l, &state, PCR_KEK);
	look_at(&l, &state, PCR_DB);
	look_at(&l, &state, PCR_DBX);
	judge_rollover(&l);
	take_dbx_time(v, ret);
	live = kuvctl_vars_find(v, pcr_names[PCR_SECURE_BOOT].guid,
				pcr_names[PCR_SECURE_BOOT].text);
	ret->is_on_now = v->is_running && live && live->data_len == 1 &&
			 live->data[0] == 1;
	pcr_state_free(&state);
}
