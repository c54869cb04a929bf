#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A clean root of Debian 12 with what our packages depend on and none of them, for scenario
# 95-stranger. Prints the directory.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

kuv_suite_root bookworm systemd systemd-sysv udev kmod procps qemu-system-x86 ovmf \
	libsystemd0 libsqlite3-0 libjson-c5 libssl3 zlib1g libefivar1 libefiboot1 sqlite3
