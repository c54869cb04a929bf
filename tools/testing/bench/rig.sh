# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The measuring host: builds the guest and its VMMs, packs and boots them.

# Sourced after tools/lib.sh; the caller sets these.
kernel=6.12	# Debian kernel of the host, see tools/kernels.sh
out=		# directory for all files
modules=()	# modules to measure, at most one of each form
patched=	# KVM with KVM_CAP_UEFI_VARS, none if empty
peers=		# not empty: QEMU as well

# shellcheck source=tools/testing/host/lib/initrd.sh
source "$KUV_TOP/tools/testing/host/lib/initrd.sh"

bench_here=$KUV_TOP/tools/testing/bench
bench_limit=${KUV_BENCH_LIMIT:-2400}

# bench_form MODULE: what its doorbell is made of.
bench_form() {
	# Not -q: nm would not like to be left, and the pipe fail.
	if nm -u "$1" | grep -w task_work_add >/dev/null; then
		echo task_work
	else
		echo fput
	fi
}

# bench_modules: build both forms of the module and name them in $modules.
bench_modules() {
	local form

	modules=()
	for form in auto fput; do
		modules+=("$("$KUV_TOP/tools/build-module.sh" "$kernel" "$form" |
			tail -n 1)")
	done
}

# bench_patched: the replaced kvm.ko, given in $KUV_KVM or built, in $patched.
bench_patched() {
	local dir=${KUV_KVM:-}

	[ -n "$dir" ] ||
		dir=$("$KUV_TOP/tools/kvm-build/build.sh" "$kernel" | tail -n 1)
	patched=$dir/kvm.ko
	[ -s "$patched" ] || kuv_die "no patched kvm.ko in \"$dir\""
}

# bench_prepare: the programs and an initramfs with nothing in it but the bench.
bench_prepare() {
	kuv_need gcc make binutils libc6-dev linux-libc-dev qemu-system-x86 \
		busybox-static kmod xz-utils libssl-dev
	make -s -C "$bench_here" O="$out/bin" ${peers:+peers} >&2 ||
		kuv_die "cannot build the bench"
	eval "$("$KUV_TOP/tools/kernels.sh" "$kernel")"
	bench_pack
}

# bench_needs MODULE: what is loaded before it; the init there has no modprobe, and
# loads KVM itself.
bench_needs() {
	local PATH=$PATH:/sbin:/usr/sbin

	{
		modinfo -F depends "$1"
		modinfo -F softdep "$1" | sed 's/^pre://'
	} | tr -s ', ' '\n' | grep -vx -e '' -e kvm || true
}

bench_pack() {
	local dir=$out/initrd ko
	local -a deps=()

	rm -rf "$dir"
	kuv_initrd_busybox "$dir"
	mkdir -p "$dir/kuv"
	for ko in "${modules[@]}"; do
		cp "$ko" "$dir/kuv/$(bench_form "$ko").ko"
		mapfile -t -O ${#deps[@]} deps < <(bench_needs "$ko")
	done
	kuv_initrd_modules "$dir" kvm-amd "${deps[@]}"
	cp "$out/bin/bench-vmm" "$out/bin/bench-guest.bin" \
		"$out/bin/bench-auth.bin" "$dir/bin/"
	if [ -n "$patched" ]; then
		mkdir -p "$dir/kvm"
		cp "$patched" "$dir/kvm/kvm.ko"
	fi
	[ -z "$peers" ] || bench_pack_peers "$dir"
	install -m 755 "$bench_here/init" "$bench_here/plan.sh" "$dir/"
	find "$dir" -exec touch -h -d @0 {} +
	kuv_initrd_pack "$dir" "$out/initrd.cpio"
	rm -rf "$dir"
}

# bench_pack_peers DIR: QEMU of trixie with its device, and our own programs.
bench_pack_peers() {
	local dir=$1 root so
	local qemu=/usr/bin/qemu-system-x86_64
	local device=/usr/lib/x86_64-linux-gnu/qemu/hw-uefi-vars.so

	kuv_need_programs
	make -s -C "$KUV_TOP" all >&2 || kuv_die "cannot build the programs"
	kuv_initrd_program "$dir" "$KUV_TOP"/build/{kuv-run,vard-sync} \
		"$KUV_TOP/build/libkuv-preload.so"
	cp "$out/bin/bench-peer.so" "$out/bin/bench-rom.bin" "$dir/bin/"
	root=$(kuv_suite_root trixie qemu-system-x86)
	mkdir -p "$dir/trixie/lib" "$dir/trixie/qemu"
	cp "$root$qemu" "$dir/trixie/"
	cp "$root$device" "$dir/trixie/qemu/"
	kuv_suite_run "$root" -- ldd "$qemu" "$device" |
		sed -n 's,^[^/]*\(/[^ :]*\) (0x.*,\1,p' | sort -u |
		while read -r so; do
			kuv_root cp -L "$root$so" "$dir/trixie/lib/"
		done
	# Its libraries are newer than those of all else here. What is preloaded
	# before is kuv-run's.
	cat >"$dir/bin/qemu-system-x86_64" <<-'END'
	#!/bin/sh
	export QEMU_MODULE_DIR=/trixie/qemu
	export LD_PRELOAD="$LD_PRELOAD:/bin/bench-peer.so"
	export KUV_BENCH_AUTH=/bin/bench-auth.bin
	exec /trixie/lib/ld-linux-x86-64.so.2 --library-path /trixie/lib \
		/trixie/qemu-system-x86_64 "$@"
	END
	chmod 755 "$dir/bin/qemu-system-x86_64"
}

# bench_boot [WORDS [QEMU-OPTION...]]: one run in virtual time: the TSC counts
# instructions, and the same image gives the same numbers. Results in $out/results.
bench_boot() {
	local rc=0 words

	words="console=ttyS0 loglevel=4 panic=-1 tsc=reliable nokaslr norandmaps"
	words+=" randomize_kstack_offset=off kuv.plan=${bench_plan:-gate${peers:+,peers}} ${1:-}"
	rm -f "$out/results" "$out/console.log"
	timeout --foreground -k 5 "$bench_limit" qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot \
		-machine pc -m 1024 -smp 1 -accel tcg,thread=single \
		-icount shift=0,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm \
		-cpu max,+svm,-erms,-fsrm,-rdrand,-rdseed \
		-kernel "$KUV_VMLINUZ" -initrd "$out/initrd.cpio" -append "$words" \
		-serial "file:$out/console.log" -serial "file:$out/results" \
		"${@:2}" </dev/null || rc=$?
	[ "$rc" = 0 ] || kuv_say "bench: the emulator ended with status $rc"
	touch "$out/results"
}
