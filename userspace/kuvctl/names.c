// SPDX-License-Identifier: GPL-2.0-or-later
/* Which variable a word of the command line means. */
#include "names.h"

#include <fnmatch.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "kuvctl.h"
#include "show.h"
#include "show_names.h"

#define GUID_LEN (VARD_GUID_TEXT - 1)
#define USUAL (KVM_UEFIVARS_ATTR_NV | KVM_UEFIVARS_ATTR_BS | KVM_UEFIVARS_ATTR_RT)

/* Takes the GUID at the end of a word, if there is one, and what is before. */
static bool split(const char *word, uint8_t guid[16], size_t *name_len)
{
	size_t len = strlen(word);

	*name_len = len;
	if (len < GUID_LEN + 2 || word[len - GUID_LEN - 1] != '-' ||
	    !vard_guid_parse(word + len - GUID_LEN, guid))
		return false;
	*name_len = len - GUID_LEN - 1;
	return true;
}

static bool has_name(const struct vard_var *v, const struct vard_var *name)
{
	return v->name_len == name->name_len &&
	       !memcmp(v->name, name->name, v->name_len);
}

static void show_candidates(const struct kuvctl_vars *v,
			    const struct vard_var *name)
{
	for (size_t i = 0; i < v->list.nr; i++) {
		_cleanup_free_ char *text = NULL;

		if (!has_name(&v->list.vars[i], name))
			continue;
		text = vard_var_describe(&v->list.vars[i]);
		fprintf(stderr, "    %s\n", text ? text : "");
	}
}

/* The namespace of a variable that the VM has once under this name. */
static bool find_namespace(const struct kuvctl_vars *v, const char *word,
			   struct vard_var *ret)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < v->list.nr; i++) {
		if (!has_name(&v->list.vars[i], ret))
			continue;
		memcpy(ret->guid, v->list.vars[i].guid, 16);
		nr++;
	}
	if (nr > 1) {
		fprintf(stderr, "kuvctl: %s could be\n", word);
		show_candidates(v, ret);
		fail(KUVCTL_EXIT_USAGE, "name one of them in full");
	}
	return nr == 1;
}

static void find_guid(const struct kuvctl_vars *v, const char *word,
		      enum names_want want, struct vard_var *ret)
{
	const struct show_known *known = show_known_find(NULL, ret->name,
							 ret->name_len);

	if (known && show_is_specified(known)) {
		memcpy(ret->guid, known->guid, 16);
		return;
	}
	if (find_namespace(v, word, ret))
		return;
	if (known)
		memcpy(ret->guid, known->guid, 16);
	else if (want == NAMES_ANY)
		fail(KUVCTL_EXIT_USAGE,
		     "%s: VM %s has no such variable, and it is not well known: write NAME-GUID",
		     word, v->vm);
}

static void parse_name(const char *word, size_t len, struct vard_var *ret)
{
	uint8_t *name = NULL;
	int r = vard_name_from_utf8(word, len, &name, &ret->name_len);
	const char *reason;

	if (r < 0)
		fail(KUVCTL_EXIT_USAGE, "%s: the name is not UTF-8", word);
	ret->name = name;
	reason = vard_var_check_name(name, ret->name_len);
	if (reason)
		fail(KUVCTL_EXIT_USAGE, "\"%s\": %s", word, reason);
}

const struct vard_var *names_resolve(const struct kuvctl_vars *v,
				     const char *word, enum names_want want,
				     struct vard_var *ret)
{
	const struct show_known *known;
	const struct vard_var *found;
	size_t name_len;
	bool has_guid;

	*ret = (struct vard_var){ 0 };
	has_guid = split(word, ret->guid, &name_len);
	parse_name(word, name_len, ret);
	if (!has_guid)
		find_guid(v, word, want, ret);
	found = kuvctl_list_find(&v->list, ret);
	if (!found && want == NAMES_EXISTING)
		fail(KUVCTL_EXIT_NO_VARIABLE,
		     "VM %s has no variable %s: kuvctl show %s lists them",
		     v->vm, word, v->vm);
	known = show_known_find(ret->guid, ret->name, ret->name_len);
	ret->attributes = known ? known->attributes : USUAL;
	if (found) {
		ret->attributes = found->attributes;
		memcpy(ret->time, found->time, 16);
	}
	return found;
}

bool names_match(const struct vard_var *v, const char *word)
{
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);
	_cleanup_free_ char *full = vard_var_describe(v);

	return name && full &&
	       (!strcmp(word, name) || !strcasecmp(word, full) ||
		fnmatch(word, name, 0) == 0 || fnmatch(word, full, 0) == 0);
}

bool names_is_key(const struct vard_var *v)
{
	const struct show_known *known = show_known_find(v->guid, v->name,
							 v->name_len);

	return known && show_is_specified(known) &&
	       known->kind == SHOW_SIGNATURES &&
	       known->attributes & KVM_UEFIVARS_ATTR_AT;
}
