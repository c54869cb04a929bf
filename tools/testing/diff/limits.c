// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives every variable store of this host the limits and choices of OVMF, 4 MiB flash. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/kvm_uefivars.h>

/* As edk2 counts them: pool without headers, variable with its header of 60. */
static const struct kvm_uefivars_config ovmf_4m = {
	.nv_size = 0x40000 - 0x48 - 28,
	.volatile_size = 0x80000 - 28,
	.var_size = 0x8400,
	.auth_var_size = 0x8400,
	/* 0x40000 there; this is what a message carries. */
	.volatile_var_size = 0,
	.options = KVM_UEFIVARS_OPT_SELF_SIGNED_PK |
		   KVM_UEFIVARS_OPT_PRESENCE_DELETE,
};

static int set_limits(int store, unsigned int volatile_max)
{
	struct kvm_uefivars_store_info info = { .size = sizeof(info) };
	struct kvm_uefivars_set_config set = { .size = sizeof(set) };

	if (ioctl(store, KVM_UEFIVARS_STORE_INFO, &info) < 0)
		return -1;
	set.config = ovmf_4m;
	set.config.volatile_var_size = volatile_max;
	set.config.durability = info.config.durability;
	set.config.wait_ms = info.config.wait_ms;
	return ioctl(store, KVM_UEFIVARS_SET_CONFIG, &set);
}

int main(void)
{
	struct kvm_uefivars_info info = { .size = sizeof(info) };
	struct kvm_uefivars_store_id id = { .size = sizeof(id) };
	int fd = open("/dev/kvm-uefivars", O_RDWR | O_CLOEXEC), nr = 0;

	if (fd < 0 || ioctl(fd, KVM_UEFIVARS_GET_INFO, &info) < 0) {
		perror("limits: /dev/kvm-uefivars");
		return 1;
	}
	while (!ioctl(fd, KVM_UEFIVARS_NEXT_STORE_ID, &id)) {
		if (ioctl(fd, KVM_UEFIVARS_OPEN_STORE_BY_ID, &id) < 0 ||
		    set_limits(id.fd, info.var_size_max) < 0) {
			perror("limits: store");
			return 1;
		}
		close(id.fd);
		nr++;
	}
	printf("limits: %d store%s\n", nr, nr == 1 ? "" : "s");
	return !nr;
}
