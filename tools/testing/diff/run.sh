#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plays the same calls on Debian's OVMF with edk2's own variable driver and on our service, and
# compares what they answer. KTAP; transcripts and logs are in build/diff/.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

here=$KUV_TOP/tools/testing/diff
out=$KUV_TOP/build/diff
kernel=6.12
seed=1
ops=6000
# Random calls of one run, half of them on a tape with signatures. More would fill edk2's
# flash, which cannot be reclaimed at runtime.
run_max=6000

usage() {
	cat <<-END
	usage: run.sh [--seed N] [--ops N] [--kernel 6.12|6.1] [--core] [--compare-only]
	--ops random calls, beside some 13000 scripted ones; more than $run_max make more runs,
	with seeds N, N+1 and so on. --core plays what is on tapes on the core alone, in user
	space with sanitizers. --compare-only looks at the last run's transcripts again.
	END
}

parse() {
	compare_only=
	core=
	while [ $# -gt 0 ]; do
		case $1 in
		--seed) seed=$2; shift ;;
		--ops) ops=$2; shift ;;
		--kernel) kernel=$2; shift ;;
		--core) core=1 ;;
		--compare-only) compare_only=1 ;;
		--help) usage; exit 0 ;;
		*) usage >&2; kuv_die "unknown option $1" ;;
		esac
		shift
	done
	[[ $seed =~ ^[0-9]+$ && $ops =~ ^[1-9][0-9]*$ ]] ||
		kuv_die "--seed and --ops take numbers"
}

# images: keys.img, and for each run plain-<seed>.img and signed-<seed>.img.
images() {
	local left=$ops n nr=$seed

	rm -rf "$out"
	mkdir -p "$out"
	bash "$here/build.sh" "$out/keys.img" scripted
	while [ "$left" -gt 0 ]; do
		n=$((left < run_max ? left : run_max))
		[ -n "$core" ] ||
			bash "$here/build.sh" "$out/plain-$nr.img" plain "$nr" \
				$((n * 3 / 10)) $((n / 2 - n * 3 / 10))
		bash "$here/build.sh" "$out/signed-$nr.img" signed "$nr" $((n - n / 2))
		left=$((left - n))
		nr=$((nr + 1))
	done
}

# edk2 NAME: plays NAME.img on Debian's firmware; the transcript is NAME.edk2.
edk2() {
	local name=$1 ram=$tmp/ram code=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd

	cp /usr/share/OVMF/OVMF_VARS_4M.fd "$tmp/vars.fd"
	nice timeout 900 qemu-system-x86_64 -nodefaults -no-user-config \
		-display none -machine q35,smm=on,memory-backend=ram \
		-accel tcg -cpu max -m 512 \
		-object "memory-backend-file,id=ram,size=512M,mem-path=$ram,share=on" \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$code" \
		-drive "if=pflash,format=raw,unit=1,file=$tmp/vars.fd" \
		-drive "if=virtio,format=raw,snapshot=on,file=$out/$name.img" \
		-serial "file:$out/$name.edk2.serial" >"$out/$name.edk2.qemu" 2>&1 ||
		kuv_die "QEMU with edk2's driver: status $?, see $out/$name.edk2.*"
	python3 "$here/extract.py" "$ram" >"$out/$name.edk2"
	rm -f "$ram"
	# Then every further write differs, and says nothing.
	! grep -q ' r S .* = E9$' "$out/$name.edk2" ||
		kuv_die "edk2's flash is full in $name: fewer --ops per run"
}

# edk2_all NAME...: one after the other.
edk2_all() {
	local name

	for name in "$@"; do
		edk2 "$name"
	done
}

# ours: plays all images on our service, in the emulated host.
ours() {
	KUV_MODULE=$("$KUV_TOP/tools/build-module.sh" "$kernel" auto)
	make -s -C "$KUV_TOP" all >&2
	KUV_FIRMWARE=$("$KUV_TOP/tools/testing/firmware/build.sh" RELEASE)/OVMF_RELEASE.fd
	export KUV_MODULE KUV_FIRMWARE
	gcc-12 -std=gnu17 -O2 -Wall -Wextra -Werror -I "$KUV_TOP/uapi" \
		-o "$out/limits" "$here/limits.c"
	nice "$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" \
		--timeout $((300 + 300 * $#)) --share "$out" -- \
		bash "$here/inside.sh" "$out" >"$out/host.log" 2>&1 ||
		kuv_die "the run on our service failed, see $out/host.log and host-logs/"
}

# core NAME...: the tapes on the core alone.
core() {
	local name o=$KUV_TOP/build/diff-core

	kuv_need libssl-dev libasan8 libubsan1
	make -s -C "$here/core" CC=gcc-12 "O=$o"
	for name in "$@"; do
		mcopy -n -i "$out/$name.img" ::/diff.tape "$out/$name.tape"
		"$o/play" "$out/$name.tape" >"$out/$name.ours"
	done
}

# play NAME...: both sides at the same time.
play() {
	kuv_say "$* on Debian's OVMF, and on our service"
	edk2_all "$@" &
	edk2_pid=$!
	if [ -n "$core" ]; then core "$@"; else ours "$@"; fi
	wait "$edk2_pid"
	edk2_pid=
}

finish() {
	# The shell of edk2_all and the QEMU it has started.
	[ -z "${edk2_pid-}" ] || kill -- "$edk2_pid" $(pgrep -P "$edk2_pid") 2>/dev/null || true
	rm -rf "$tmp"
}

main() {
	local image names=()

	parse "$@"
	kuv_need_programs qemu-system-x86 ovmf python3 gcc-12 sqlite3
	if [ -z "$compare_only" ]; then
		images
		tmp=$(mktemp -d /dev/shm/kuv-diff.XXXXXX)
		trap finish EXIT
	fi
	for image in "$out"/*.img; do
		names+=("$(basename "$image" .img)")
	done
	[ -n "$compare_only" ] || play "${names[@]}"
	python3 "$here/compare.py" "$here/expected.txt" "${names[@]/#/$out/}"
}

main "$@"
