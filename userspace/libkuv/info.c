// SPDX-License-Identifier: LGPL-2.1-or-later
// The fw_cfg record by which firmware finds the register page.

#include "libkuv.h"

static void put_le64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

void libkuv_hardware_info(uint64_t base,
			  uint8_t blob[LIBKUV_HARDWARE_INFO_SIZE])
{
	put_le64(blob, KVM_UEFIVARS_HARDWARE_INFO_TYPE);
	put_le64(blob + 8, sizeof(base));
	put_le64(blob + 16, base);
}
