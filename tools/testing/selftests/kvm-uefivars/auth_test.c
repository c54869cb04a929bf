// SPDX-License-Identifier: GPL-2.0
/* Signed writes through the module: its own use of the kernel's crypto. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#include "signed.inc"

#define NV_BS_RT_AT	(NV_BS_RT | KVM_UEFIVARS_ATTR_AT)

#define SET(g, name, data) guest_set(g, name, NV_BS_RT_AT, data, sizeof(data))

static struct guest start(void)
{
	return guest_start(create_store(open_device(), KVM_UEFIVARS_WRITE_BACK,
					0), -1);
}

static void check_value(const struct guest *g, const char *name,
			const char *want)
{
	const uint8_t *value;

	CHECK_EQ(guest_get(g, name, 64), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(reply_data(g->mem, &value), strlen(want));
	CHECK(!memcmp(value, want, strlen(want)));
}

static void signed_create_update_delete(const void *data)
{
	struct guest g = start();

	(void)data;
	CHECK_EQ(SET(&g, "Signed", owner_first), KVM_UEFIVARS_EFI_SUCCESS);
	check_value(&g, "Signed", "first");
	CHECK_EQ(SET(&g, "Signed", owner_second), KVM_UEFIVARS_EFI_SUCCESS);
	check_value(&g, "Signed", "second");
	CHECK_EQ(SET(&g, "Signed", owner_delete), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(guest_get(&g, "Signed", 64), KVM_UEFIVARS_EFI_NOT_FOUND);
}

static void signed_by_another(const void *data)
{
	struct guest g = start();

	(void)data;
	CHECK_EQ(SET(&g, "Signed", owner_first), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(SET(&g, "Signed", other_second),
		 KVM_UEFIVARS_EFI_SECURITY_VIOLATION);
	check_value(&g, "Signed", "first");
}

static void signed_sent_again(const void *data)
{
	struct guest g = start();

	(void)data;
	CHECK_EQ(SET(&g, "Signed", owner_first), KVM_UEFIVARS_EFI_SUCCESS);
	CHECK_EQ(SET(&g, "Signed", owner_first),
		 KVM_UEFIVARS_EFI_SECURITY_VIOLATION);
}

static void signed_and_altered(const void *data)
{
	uint8_t altered[sizeof(owner_first)];
	struct guest g = start();

	(void)data;
	memcpy(altered, owner_first, sizeof(altered));
	altered[sizeof(altered) - 1] ^= 1;
	CHECK_EQ(SET(&g, "Signed", altered),
		 KVM_UEFIVARS_EFI_SECURITY_VIOLATION);
	CHECK_EQ(guest_get(&g, "Signed", 64), KVM_UEFIVARS_EFI_NOT_FOUND);
}

static bool is_yes(const char *path)
{
	char c = 0;
	int fd = open(path, O_RDONLY);

	if (fd >= 0) {
		CHECK_EQ(read(fd, &c, 1), 1);
		close(fd);
	}
	return c == 'Y' || c == '1';
}

/*
 * A host in FIPS mode gives the answers of any other host, unless its operator
 * asks for something else.
 */
static void signed_with_a_small_key(const void *data)
{
	bool is_refused =
		is_yes("/proc/sys/crypto/fips_enabled") &&
		is_yes("/sys/module/kvm_uefivars/parameters/follow_fips");
	struct guest g = start();

	(void)data;
	CHECK_EQ(SET(&g, "Small", small_first),
		 is_refused ? KVM_UEFIVARS_EFI_SECURITY_VIOLATION :
			      KVM_UEFIVARS_EFI_SUCCESS);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(signed_create_update_delete);
	ADD(signed_by_another);
	ADD(signed_sent_again);
	ADD(signed_and_altered);
	ADD(signed_with_a_small_key);
	return ktap_run();
}
