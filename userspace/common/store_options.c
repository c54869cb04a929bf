// SPDX-License-Identifier: GPL-2.0-or-later
/* Options of a store by name: "force-secure-boot,no-custom-mode". */
#include "store_options.h"

#include <linux/kvm_uefivars.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t bit;
} options[] = {
	{ "force-secure-boot", KVM_UEFIVARS_OPT_FORCE_SECURE_BOOT },
	{ "no-custom-mode", KVM_UEFIVARS_OPT_NO_CUSTOM_MODE },
	{ "self-signed-pk", KVM_UEFIVARS_OPT_SELF_SIGNED_PK },
	{ "presence-delete", KVM_UEFIVARS_OPT_PRESENCE_DELETE },
	{ "audit-mode", KVM_UEFIVARS_OPT_AUDIT_MODE },
};

#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))

static uint32_t find_option(const char *name, size_t len)
{
	for (size_t i = 0; i < NR_OPTIONS; i++)
		if (strlen(options[i].name) == len &&
		    memcmp(options[i].name, name, len) == 0)
			return options[i].bit;
	return 0;
}

bool kuv_store_options_parse(const char *text, uint32_t *ret)
{
	uint32_t bits = 0;

	if (strcmp(text, "none") == 0 || !*text) {
		*ret = 0;
		return true;
	}
	for (;;) {
		size_t len = strcspn(text, ",");
		uint32_t bit = find_option(text, len);

		if (!bit)
			return false;
		bits |= bit;
		if (!text[len])
			break;
		text += len + 1;
	}
	*ret = bits;
	return true;
}

void kuv_store_options_format(uint32_t bits, char *ret)
{
	char *end = ret;

	for (size_t i = 0; i < NR_OPTIONS; i++) {
		if (!(bits & options[i].bit))
			continue;
		if (end != ret)
			*end++ = ',';
		end = stpcpy(end, options[i].name);
	}
	if (end == ret)
		end = stpcpy(ret, "none");
	*end = 0;
}
