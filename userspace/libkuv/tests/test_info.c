// SPDX-License-Identifier: GPL-2.0-or-later
// The fw_cfg record, and what the port refuses before it asks the kernel.

#include <errno.h>
#include <string.h>

#include <linux/kvm.h>

#include "libkuv.h"
#include "tap.h"

static void blob_has_firmwares_layout(void)
{
	static const uint8_t want[LIBKUV_HARDWARE_INFO_SIZE] = {
		2, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0,
		0x00, 0x00, 0xf1, 0xfe, 0, 0, 0, 0,
	};
	uint8_t blob[LIBKUV_HARDWARE_INFO_SIZE];

	memset(blob, 0xa5, sizeof(blob));
	libkuv_hardware_info(KVM_UEFIVARS_MMIO_BASE, blob);
	ok(!memcmp(blob, want, sizeof(want)), "blob_has_firmwares_layout");
}

static void blob_has_all_bits_of_base(void)
{
	uint8_t blob[LIBKUV_HARDWARE_INFO_SIZE];
	static const uint8_t want[] = { 8, 7, 6, 5, 4, 3, 2, 1 };

	libkuv_hardware_info(0x0102030405060708ULL, blob);
	ok(!memcmp(blob + 16, want, 8), "blob_has_all_bits_of_base");
}

static void attach_refuses_bad_arguments(void)
{
	struct libkuv_port *port = NULL;

	ok(libkuv_port_attach(&port, -1, 0, 0x1000, 0) == -EINVAL && !port,
	   "attach_without_port_fd");
	ok(libkuv_port_attach(&port, 0, -1, 0x1000, 0) == -EINVAL && !port,
	   "attach_without_vm");
	ok(libkuv_port_attach(&port, 0, 0, 0x1010, 0) == -EINVAL && !port,
	   "attach_to_part_of_a_page");
	ok(libkuv_port_attach(&port, 0, 0, 0x1000, 16) == -EINVAL && !port,
	   "attach_with_unknown_flag");
	ok(libkuv_port_attach(&port, 0, 0, 0x1000,
			      LIBKUV_ATTACH_FORWARD_ONLY |
			      LIBKUV_ATTACH_KVM_ONLY) == -EINVAL && !port,
	   "attach_by_two_transports");
	ok(libkuv_port_attach(&port, 0, 0, 0x1000,
			      LIBKUV_ATTACH_DOORBELL_ONLY |
			      LIBKUV_ATTACH_PIO) == -EINVAL && !port,
	   "attach_by_doorbell_in_pio_mode");
}

static void handles_without_kernel(void)
{
	struct libkuv_device *device = NULL;
	struct libkuv_store *store = NULL;

	ok(libkuv_device_open(&device, "/nonexistent/kuv") == -ENOENT &&
	   !device, "device_absent");
	ok(libkuv_store_from_fd(&store, -1) == -EINVAL && !store,
	   "store_from_no_fd");
	libkuv_port_detach(NULL);
	libkuv_store_close(NULL);
	libkuv_device_close(NULL);
	ok(true, "closing_nothing_does_nothing");
}

int main(void)
{
	blob_has_firmwares_layout();
	blob_has_all_bits_of_base();
	attach_refuses_bad_arguments();
	handles_without_kernel();
	return tap_done();
}
