# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The QEMU that emulates the host, with one defect of QEMU 7.2's TCG worked around.

# When a nested guest writes CR8 while KVM waits for its interrupt window, QEMU 7.2
# raises the virtual interrupt from the vCPU thread without its big lock, and an
# assertion in tcg_handle_interrupt() ends the emulator. edk2 writes CR8 in every timer
# interrupt, so no firmware would get through. Only the assertion is wrong here: the
# thread changes its own vCPU. The accelerator is a loadable part of Debian's QEMU:
# a copy of it gets its question after the lock renamed, and a preloaded function says yes.

kuv_emu_symbol=qemu_mutex_iothread_locked
kuv_emu_answer=kuv_mutex_iothread_assumed

# kuv_emulator_env: what to set for the emulator's QEMU, one NAME=VALUE per line;
# nothing where this QEMU has no such part.
kuv_emulator_env() {
	local so dir

	so=$(echo /usr/lib/*/qemu/accel-tcg-x86_64.so)
	[ -e "$so" ] && grep -q "$kuv_emu_symbol" "$so" || return 0
	dir=$KUV_CACHE/host-qemu/$(sha256sum <"$so" | cut -c1-16)
	[ -d "$dir" ] || kuv_emulator_make "$so" "$dir"
	echo "QEMU_MODULE_DIR=$dir"
	echo "LD_PRELOAD=$dir/answer.so"
}

# kuv_emulator_tsc: kernel parameter with the frequency of the emulated time stamp
# counter, which is the machine's own. On a busy machine the kernel's calibration
# against the emulated PIT can be wrong by half, and with it all time in the host.
kuv_emulator_tsc() {
	local src=$KUV_TOP/tools/testing/host/lib/tsc-khz.c bin

	bin=$KUV_CACHE/host-qemu/tsc-khz-$(sha256sum <"$src" | cut -c1-16)
	if [ ! -x "$bin" ]; then
		kuv_need gcc-12 libc6-dev
		mkdir -p "$KUV_CACHE/host-qemu"
		gcc-12 -O2 -Wall -Wextra -Werror -o "$bin.$$" "$src"
		mv "$bin.$$" "$bin"
	fi
	echo "tsc_early_khz=$("$bin")"
}

# kuv_emulator_make SO DIR: the renamed copy and the answering function.
kuv_emulator_make() {
	local so=$1 dir=$2 tmp=$2.$$

	[ ${#kuv_emu_symbol} = ${#kuv_emu_answer} ] || kuv_die "names differ in length"
	kuv_need gcc-12 libc6-dev
	mkdir -p "$tmp"
	sed "s/$kuv_emu_symbol/$kuv_emu_answer/" "$so" >"$tmp/${so##*/}"
	echo "_Bool $kuv_emu_answer(void) { return 1; }" |
		gcc-12 -shared -fPIC -O2 -x c -o "$tmp/answer.so" -
	mv -T "$tmp" "$dir" 2>/dev/null || rm -rf "$tmp"
}

# kuv_emulator_quirk: the module that makes QEMU's SVM look as this kernel's KVM expects, see
# svm-quirk/; nothing for a kernel that does not need it. After tools/kernels.sh.
kuv_emulator_quirk() {
	local src=$KUV_TOP/tools/testing/host/lib/svm-quirk dir

	[[ $KUV_KREL = 7.* ]] || return 0
	dir=$KUV_CACHE/host-quirk/$KUV_KREL-$(cat "$src"/* | sha256sum | cut -c1-16)
	[ -e "$dir/kuv-svm-quirk.ko" ] ||
		kuv_locked "host-quirk-$KUV_KREL" kuv_emulator_quirk_make "$src" "$dir" >&2
	echo "$dir/kuv-svm-quirk.ko"
}

kuv_emulator_quirk_make() {
	local src=$1 dir=$2 tmp=$2.tmp

	[ ! -e "$dir/kuv-svm-quirk.ko" ] || return 0
	rm -rf "$tmp"
	mkdir -p "$tmp"
	cp "$src"/* "$tmp/"
	kuv_kernel_run make -C "$KUV_KDIR" M="$tmp" W=1 KCFLAGS=-Werror modules \
		>"$tmp.log" 2>&1 || kuv_die "the module for the emulator does not build, see $tmp.log"
	mv -T "$tmp" "$dir"
}
