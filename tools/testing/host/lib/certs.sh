# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Where tests get Microsoft's certificates of 2023 from: Debian 13's python3-virt-firmware.

# kuv_virt_firmware_certs: the directory with them, as PEM.
kuv_virt_firmware_certs() {
	local apt

	apt=$(kuv_suite_apt trixie)
	echo "$(APT_CONFIG=$apt kuv_deb_root python3-virt-firmware)/usr/lib/python3/dist-packages/virt/firmware/certs"
}
