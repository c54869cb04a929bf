#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compiles the boot program with the system's compiler: build.sh OUTPUT.efi

set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
gcc-12 -std=gnu17 -Os -Wall -Wextra -Werror -ffreestanding -fshort-wchar -fpie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
	-mno-red-zone -mgeneral-regs-only -fvisibility=hidden \
	-c -o "$tmp/probe.o" "$here/probe.c"
ld -nostdlib -static -T "$here/probe.lds" -o "$tmp/probe" "$tmp/probe.o"
objcopy -O efi-app-x86_64 -j .text -j .data -j .reloc "$tmp/probe" "$1"
