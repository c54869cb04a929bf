// SPDX-License-Identifier: GPL-2.0-or-later
/* Which variables a clone does not get. */
#include "clone.h"

#include <errno.h>
#include <fnmatch.h>
#include <linux/kvm_uefivars_mailbox.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"

#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static char *const machine_globs[] = {
	"OsIndications" GLOBAL,
	"BootNext" GLOBAL,
	"MemoryOverwriteRequestControl-e20939be-32d4-41be-a150-897f85d49829",
	"MemoryOverwriteRequestControlLock-bb983ccf-151d-40e1-a07b-4a17be168292",
	/* DHCPv6: the DUID. */
	"ClientId-9fb9a8a1-2f4a-43a6-889c-d0f7b6c47ad5",
	/* IPv4, IPv6 and VLAN: by MAC address. */
	"*-5b446ed1-e30b-4faa-871a-3654eca36080",
	"*-937fe521-95ae-4d1a-8929-48bcd90ad31a",
	"*-9e23d768-d2f3-4366-9fc3-3a7aba864374",
	/* iSCSI: name of the initiator, attempts, their order. */
	"*-59324945-ec44-4c0d-b1cd-9db139df070c",
	"*-4b47d616-a8d6-4552-9d44-ccad2e0f4cf9",
	/* systemd-boot's seed must be one machine's only. */
	"LoaderSystemToken-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
	NULL,
};

int vard_clone_matches(const struct vard_var *v, char *const *globs)
{
	_cleanup_free_ char *name = vard_name_format(v->name, v->name_len);
	_cleanup_free_ char *full = NULL;
	char guid[VARD_GUID_TEXT];

	vard_guid_format(v->guid, guid);
	if (!name || asprintf(&full, "%s-%s", name, guid) < 0) {
		full = NULL;
		return -ENOMEM;
	}
	for (; globs && *globs; globs++)
		if (fnmatch(*globs, full, FNM_CASEFOLD) == 0)
			return 1;
	return 0;
}

int vard_clone_is_machine(const struct vard_var *v)
{
	if (v->attributes & KVM_UEFIVARS_ATTR_HR)
		return 1;
	return vard_clone_matches(v, machine_globs);
}
