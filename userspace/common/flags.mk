# SPDX-License-Identifier: GPL-2.0-or-later
# Included by every userspace/<x>/Makefile: directories, compiler flags, install paths.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
# Output directory, absolute.
O ?= $(TOP)/build

prefix ?= /usr/local
bindir ?= $(prefix)/bin
sbindir ?= $(prefix)/sbin
libdir ?= $(prefix)/lib
includedir ?= $(prefix)/include
mandir ?= $(prefix)/share/man
INSTALL ?= install
PKG_CONFIG ?= pkg-config

CFLAGS ?= -O2 -g
KUV_CPPFLAGS := -D_GNU_SOURCE -I$(TOP)/uapi -I$(TOP)/userspace/common
KUV_CFLAGS := -std=c17 -fstack-protector-strong -fno-common
KUV_WARN := -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes \
	-Wstrict-prototypes -Wconversion -Wformat=2 -Wundef
# Beside KUV_WARN in `check`.
KUV_WERROR := -Werror
# For the builds that `check` runs.
KUV_SAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
# For programs and shared objects that get installed.
KUV_HARDEN := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
KUV_LDFLAGS := -Wl,-z,relro,-z,now

# $(call kuv_pkg,--cflags,PACKAGES): a line for the user if one is missing.
kuv_pkg = $(shell $(PKG_CONFIG) $(1) $(2) || \
	echo "missing development package, see above" >&2)
