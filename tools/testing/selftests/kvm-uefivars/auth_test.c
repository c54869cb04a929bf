// SPDX-License-Identifier: GPL-2.0
/* Signed writes through the module: its own use of the kernel's crypto. */
#include <errno.h>
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

/* The same data, handed in by the one who has the store. */

static int new_store(void)
{
	/* Two changes are all that a guest may make for a long time. */
	struct kvm_uefivars_config config = {
		.durability = KVM_UEFIVARS_WRITE_THROUGH,
		.wait_ms = 200, .change_rate = 1, .change_burst = 2,
	};

	return create_store_with(open_device(), &config);
}

#define HAND_IN(store, attributes, data) \
	var_set(store, "Signed", attributes, data, sizeof(data), \
		KVM_UEFIVARS_VAR_SIGNED)

static void check_stored(int store, const char *want)
{
	char value[64];
	uint32_t len = sizeof(value);

	CHECK_EQ(var_get(store, "Signed", value, &len), 0);
	CHECK_EQ(len, strlen(want));
	CHECK(!memcmp(value, want, len));
}

static void host_signed_create_append_delete(const void *data)
{
	uint32_t len = 0;
	int store = new_store();

	(void)data;
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_first), 0);
	check_stored(store, "first");
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_second), 0);
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT | KVM_UEFIVARS_ATTR_AP,
			 owner_third), 0);
	check_stored(store, "second third");
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_delete), 0);
	CHECK_EQ(var_get(store, "Signed", NULL, &len), -ENOENT);
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_delete), -ENOENT);
}

static void host_signed_and_refused(const void *data)
{
	uint8_t altered[sizeof(owner_second)];
	int store = new_store();
	uint64_t seq;

	(void)data;
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_first), 0);
	seq = store_info(store).seq;
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_first), -EKEYREJECTED);
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, other_second), -EKEYREJECTED);
	memcpy(altered, owner_second, sizeof(altered));
	altered[sizeof(altered) - 1] ^= 1;
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, altered), -EKEYREJECTED);
	/* Signed for other attributes. */
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT | KVM_UEFIVARS_ATTR_AP,
			 owner_second), -EKEYREJECTED);
	CHECK_EQ(HAND_IN(store, BS_RT | KVM_UEFIVARS_ATTR_AT, owner_second),
		 -EINVAL);
	check_stored(store, "first");
	CHECK_EQ(store_info(store).seq, seq);
}

/* Who may set anything may still do so. */
static void host_signed_beside_plain(const void *data)
{
	int store = new_store();

	(void)data;
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_first), 0);
	CHECK_EQ(var_set(store, "Signed", NV_BS_RT_AT, "plain", 5, 0), 0);
	check_stored(store, "plain");
	CHECK_EQ(var_set(store, "Plain", NV_BS_RT, "x", 1, 0), 0);
	CHECK_EQ(var_set(store, "Plain", NV_BS_RT, "x", 1,
			 KVM_UEFIVARS_VAR_SIGNED), -EINVAL);
}

/* A change like a guest's; but nobody waits, and no guest pays for it. */
static void host_signed_while_the_guest_runs(const void *data)
{
	struct kvm_uefivars_store_stats stats;
	int store = new_store();
	struct guest g = guest_start(store, -1);
	uint64_t seq = store_info(store).seq, start = now_ms();

	(void)data;
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_first), 0);
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT, owner_second), 0);
	CHECK_EQ(HAND_IN(store, NV_BS_RT_AT | KVM_UEFIVARS_ATTR_AP,
			 owner_third), 0);
	CHECK(store_info(store).seq > seq);
	CHECK(now_ms() - start < 200);
	check_value(&g, "Signed", "second third");
	CHECK(ack_all(store));
	CHECK(!ack_all(store));
	/* All of its burst is left. */
	guest_set(&g, "A", NV_BS_RT, "x", 1);
	guest_set(&g, "B", NV_BS_RT, "x", 1);
	stats = store_stats(store);
	CHECK_EQ(stats.nr_throttled, 0);
	CHECK_EQ(SET(&g, "Signed", other_second),
		 KVM_UEFIVARS_EFI_SECURITY_VIOLATION);
}

int main(void)
{
#define ADD(fn) ktap_add(fn, NULL, #fn)
	ADD(signed_create_update_delete);
	ADD(signed_by_another);
	ADD(signed_sent_again);
	ADD(signed_and_altered);
	ADD(signed_with_a_small_key);
	ADD(host_signed_create_append_delete);
	ADD(host_signed_and_refused);
	ADD(host_signed_beside_plain);
	ADD(host_signed_while_the_guest_runs);
	return ktap_run();
}
