# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The measuring host: builds the guest and its VMM, packs and boots them.

# Sourced after tools/lib.sh; the caller sets these three.
kernel=6.12	# Debian kernel of the host: 6.12 or 6.1
out=		# directory for all files
modules=()	# forms of the module to measure

# shellcheck source=tools/testing/host/lib/initrd.sh
source "$KUV_TOP/tools/testing/host/lib/initrd.sh"

bench_here=$KUV_TOP/tools/testing/bench
bench_limit=600

# bench_modules: build both forms of the module and name them in $modules.
bench_modules() {
	local form

	modules=()
	for form in auto fput; do
		modules+=("$("$KUV_TOP/tools/build-module.sh" "$kernel" "$form" |
			tail -n 1)")
	done
}

# bench_prepare: the programs and an initramfs with nothing in it but the bench.
bench_prepare() {
	kuv_need gcc make binutils libc6-dev linux-libc-dev qemu-system-x86 \
		busybox-static kmod xz-utils libssl-dev
	make -s -C "$bench_here" O="$out/bin" >&2 ||
		kuv_die "cannot build the bench"
	eval "$("$KUV_TOP/tools/kernels.sh" "$kernel")"
	bench_pack
}

# bench_needs MODULE: what is loaded before it; the init there has no modprobe.
bench_needs() {
	local PATH=$PATH:/sbin:/usr/sbin

	echo "$(modinfo -F depends "$1") $(modinfo -F softdep "$1" | sed 's/^pre://')"
}

bench_pack() {
	local dir=$out/initrd ko i=0
	local -a deps=() need

	rm -rf "$dir"
	kuv_initrd_busybox "$dir"
	mkdir -p "$dir/kuv"
	for ko in "${modules[@]}"; do
		cp "$ko" "$dir/kuv/$((++i)).ko"
		IFS=', ' read -ra need < <(bench_needs "$ko")
		deps+=("${need[@]}")
	done
	kuv_initrd_modules "$dir" kvm-amd "${deps[@]}"
	cp "$out/bin/bench-vmm" "$out/bin/bench-guest.bin" \
		"$out/bin/bench-auth.bin" "$dir/bin/"
	install -m 755 "$bench_here/init" "$dir/init"
	find "$dir" -exec touch -h -d @0 {} +
	kuv_initrd_pack "$dir" "$out/initrd.cpio"
	rm -rf "$dir"
}

# bench_boot [WORDS [QEMU-OPTION...]]: one run in virtual time: the TSC counts
# instructions, and the same image gives the same numbers. Results in $out/results.
bench_boot() {
	local rc=0 words

	words="console=ttyS0 loglevel=4 panic=-1 tsc=reliable nokaslr norandmaps"
	words+=" randomize_kstack_offset=off ${1:-}"
	rm -f "$out/results" "$out/console.log"
	timeout --foreground -k 5 "$bench_limit" qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot \
		-machine pc -m 512 -smp 1 -accel tcg,thread=single \
		-icount shift=0,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm \
		-cpu max,+svm,-erms,-fsrm,-rdrand,-rdseed \
		-kernel "$KUV_VMLINUZ" -initrd "$out/initrd.cpio" -append "$words" \
		-serial "file:$out/console.log" -serial "file:$out/results" \
		"${@:2}" </dev/null || rc=$?
	[ "$rc" = 0 ] || kuv_say "bench: the emulator ended with status $rc"
	touch "$out/results"
}
