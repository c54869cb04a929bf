#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every gate as a named function. check.sh [gate...]; no argument runs all.
#
# A gate's output goes to build/check/<gate>.log. Its tests are its lines
# "N passed, N failed", else its KTAP lines, else the gate itself.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$KUV_TOP"

LOGS=$KUV_TOP/build/check
KERNELS=(6.12 6.1 7.2)

# What both lanes use is built first. Then two lanes run side by side, one core
# each, about as long as each other.
FIRST=(packages programs modules)
LANE_USER=(style layers headers docs units kselftest patches core coverage kunit vectors
	crash fuzz kills variants formats rollover debs)
LANE_HOST=(selftests sync bench firmware scenarios scale neighbours diff commands fleet)

# --- gates ------------------------------------------------------------------

# tap NAME CMD...: one test, one line.
tap() {
	local name=$1 rc
	shift
	# Not "|| rc=$?": that would switch off errexit inside.
	set +e
	( set -euo pipefail; "$@" )
	rc=$?
	set -e
	[ $rc = 0 ] && echo "ok - $name" || echo "not ok - $name (status $rc)"
}


gate_style() { # shell scripts, white space, licence tags
	kuv_need shellcheck
	tap shellcheck style_shell
	tap spdx_on_every_file style_spdx
	tap no_white_space_at_line_ends style_space
	tap no_machine_path_or_mirror style_paths
}

style_shell() {
	git ls-files '*.sh' .ci/run | xargs shellcheck -x
}

style_spdx() {
	local f rc=0
	while read -r f; do
		head -n 3 "$f" | grep -q SPDX-License-Identifier ||
			{ echo "$f: no SPDX line"; rc=1; }
	done < <(git ls-files '*.[chS]' '*.sh' '*.py' '*.mk' '*.sql' '*.md' \
		'*Makefile' '*Kbuild' '*Kconfig')
	return $rc
}

style_space() {
	! git ls-files -z '*.[ch]' '*.sh' '*.md' '*.mk' |
		xargs -0 grep -nE '[[:space:]]+$'
}

style_paths() {
	! git grep -nE '(^|[[:space:]"=:])/(work|root)/|deb\.debian\.org|snapshot\.debian' -- \
		':!tools/testing/check.sh'
}

gate_layers() { # core/ stays pure
	tools/testing/layers.sh
}

gate_headers() { # uapi stands alone, C and C++, both word sizes
	local h
	kuv_need gcc g++ linux-libc-dev
	for h in uapi/linux/*.h; do
		tap "${h##*/}_c" header_compiles gcc -x c "$h"
		tap "${h##*/}_c_32" header_compiles gcc -m32 -x c "$h"
		tap "${h##*/}_cpp" header_compiles g++ -x c++ "$h"
	done
}

header_compiles() {
	"$@" -Wall -Wextra -Wpadded -Werror -fsyntax-only \
		-I"/usr/include/$(gcc -print-multiarch)"
}

gate_docs() { # each command of the header is documented, each rule has its tests
	tools/testing/docs.sh
	tools/testing/spec-map.sh
}

gate_packages() { # all at once: no lane installs while the other's host runs on this root
	local -a packages

	mapfile -t packages < <(packages_needed)
	kuv_need "${packages[@]}"
}

# packages_needed: every package that a script names with kuv_need.
packages_needed() {
	git grep -hE -A3 '^[[:space:]]*(kuv_need|kuv_need_programs)[[:space:]]' -- '*.sh' |
		awk '
		/^[[:space:]]*(kuv_need|kuv_need_programs)[[:space:]]/ { on = 1 }
		on {
			n = split($0, word, /[[:space:]]+/)
			for (i = 1; i <= n; i++)
				if (word[i] ~ /^[a-z0-9][a-z0-9.+-]+$/)
					print word[i]
		}
		!/\\$/ { on = 0 }' | sort -u
}

gate_programs() { # daemon, tools and library build without a warning
	need_programs
	tap programs make -s all CFLAGS_EXTRA=-Werror
	tap install programs_install
}

# programs_install: what packagers call, into a directory of its own.
programs_install() {
	local dir=$KUV_TOP/build/install
	rm -rf "$dir"
	make -s install DESTDIR="$dir" prefix=/usr
	test -x "$dir/usr/bin/kuv-run"
	[ -n "$(find "$dir" -name vard-sync.service)" ]
	[ -n "$(find "$dir" -name libkuv.pc)" ]
}

gate_units() { # programs built and their unit tests
	local d
	need_programs
	for d in libkuv formats vard-sync kuv-run kuvctl; do
		make -s -C userspace/$d check O="$KUV_TOP/build"
	done
}

gate_core() { # the core in user space, ASan and UBSan
	tools/testing/core/run.sh
}

gate_coverage() { # how much of the core its suites reach; a floor for branches
	tools/testing/core/run.sh --coverage
}

gate_vectors() { # signed writes by common tools and real vendors; OpenSSL's opinion
	tools/testing/vectors/run.sh
	tools/testing/vectors/oracle/run.sh
}

gate_kunit() { # the core's suites under UML
	tools/testing/kunit.sh
}

gate_firmware() { # OVMF for the tests
	tools/testing/firmware/build.sh RELEASE DEBUG
	tools/testing/firmware/smoke.sh
}

gate_modules() { # every kernel, both back ends, W=1; sparse where it works
	local k
	for k in "${KERNELS[@]}"; do
		if kernel_is_there "$k"; then
			tap "module_${k}_auto" tools/build-module.sh "$k" auto
			tap "module_${k}_fput" tools/build-module.sh "$k" fput
		else
			echo "ok - module_$k # SKIP $(tail -n 1 "$LOGS/kernel-$k")"
		fi
	done
	tap module_6.12_sparse tools/build-module.sh --sparse 6.12 auto
	tap module_in_place module_in_place
}

# module_in_place: the command that packagers use, on a copy of the tree.
module_in_place() {
	local dir=$KUV_TOP/build/in-place
	eval "$(tools/kernels.sh 6.12)"
	rm -rf "$dir"
	mkdir -p "$dir"
	cp -r Kbuild Kconfig kernel uapi "$dir"
	make -C "$KUV_KDIR" M="$dir" modules
	test -e "$dir/kernel/kvm-uefivars/kvm-uefivars.ko"
}

# kernel_is_there SERIES: 7.2 is from a suite that moves on.
kernel_is_there() {
	tools/kernels.sh "$1" >"$LOGS/kernel-$1" 2>&1
}

gate_patches() { # KVM_CAP_UEFI_VARS: the patches, kvm.ko of every kernel, its exports
	local k
	for k in "${KERNELS[@]}"; do
		if kernel_is_there "$k"; then
			tools/kvm-build/test.sh "$k"
		else
			tail -n 1 "$LOGS/kernel-$k"
			echo "0 passed, 0 failed, 1 skipped"
		fi
	done
}

gate_selftests() { # kselftests against the real module
	local tests=tools/testing/selftests/kvm-uefivars

	$tests/host.sh 6.12 auto
	$tests/host.sh 6.12 fput
	KUV_KVM=auto $tests/host.sh 6.12 auto
	$tests/host.sh 6.1 auto
	$tests/host.sh 6.1 fput doorbell_test lifetime_test
	if kernel_is_there 7.2; then
		KUV_KVM=auto $tests/host.sh 7.2 auto
	else
		tail -n 1 "$LOGS/kernel-7.2"
		echo "0 passed, 0 failed, 1 skipped"
	fi
	$tests/isolation.sh 6.12
}

gate_kselftest() { # the selftests build in the kernel's tree, and in ours
	tools/testing/selftests/kernel_tree.sh 6.12
}

# Not one of make check's: it takes too long.
gate_debug() { # on a kernel with KASAN, lockdep, kmemleak, fault injection
	tools/testing/debug-kernel/run.sh
}

gate_sync() { # vard-sync and kuvctl against the real module, and under systemd
	make -s all
	userspace/vard-sync/tests/e2e.sh
	userspace/kuvctl/tests/e2e.sh
	userspace/vard-sync/tests/service.sh
}

gate_formats() { # what other tools wrote is read, what we write they read
	tools/testing/formats/run.sh
}

gate_rollover() { # Secure Boot's certificates on VMs that exist
	tools/testing/rollover/run.sh
}

gate_fleet() { # many VMs, looked at and changed in one run; a thousand without the variable
	KUV_FLEET_EACH=40 KUV_FLEET_TIMEOUT=900 tools/testing/fleet/run.sh
}

gate_debs() { # Debian packages: build, lintian, install, upgrade, purge, DKMS; libvirt
	tools/testing/packages/run.sh
	tools/testing/packages/libvirt.sh
}

gate_commands() { # every command of the documents
	tools/testing/docs-commands/run.sh
}

gate_crash() { # the power cut at every operation of the database
	tools/testing/crash/run.sh
}

gate_kills() { # vard-sync and QEMU killed under a guest that writes
	tools/testing/crash/kills.sh
}

gate_scale() { # a thousand VMs, group commit, fairness
	tools/testing/scale/run.sh
}

gate_neighbours() { # a hung daemon, stopped VMMs, clients that never read
	tools/testing/neighbours/run.sh
}

gate_diff() { # the same calls to edk2's own driver and to ours
	tools/testing/diff/run.sh
}

gate_fuzz() { # libFuzzer on the core and the parsers, found inputs first
	tools/testing/fuzz/run.sh --seconds 60 --seed 1
}

gate_bench() { # instructions and exits per call
	tools/testing/bench/run.sh
	tools/testing/bench/uefi/run.sh --quick
}

gate_scenarios() { # whole machines
	tools/testing/host/run.sh --kernel 6.12
}

gate_variants() { # some of them through the other ways in, on the other kernels; all: matrix.sh
	tools/testing/host/run.sh --kernel 6.12 --backend fput 20 40
	tools/testing/host/run.sh --kernel 6.12 --attach cap 20 40 90
	tools/testing/host/run.sh --kernel 6.1 20 60 81
	tools/testing/host/run.sh --kernel 6.1 --attach cap 20
	if kernel_is_there 7.2; then
		tools/testing/host/run.sh --kernel 7.2 20
		tools/testing/host/run.sh --kernel 7.2 --attach cap 20
	else
		tail -n 1 "$LOGS/kernel-7.2"
		echo "0 passed, 0 failed, 1 skipped"
	fi
}

# --- runner -----------------------------------------------------------------

need_programs() {
	kuv_need_programs g++ libcmocka-dev sqlite3
}

# totals LOG: "passed failed skipped lines" of a log: the sum of its result lines,
# else its "ok" and "not ok" lines.
totals() {
	awk '
		/^#? ?[0-9]+ passed, [0-9]+ failed/ {
			sub(/^# ?/, "")
			p += $1; f += $3; s += $5; n++
		}
		/^not ok / { tf++ }
		/^ok .*# SKIP/ { ts++; next }
		/^ok / { tp++ }
		END {
			if (n)
				print p + 0, f + 0, s + 0, n
			else
				print tp + 0, tf + 0, ts + 0, tp + tf + ts
		}' "$1"
}

# run_gate NAME: run one gate and leave "passed failed skipped" beside its log.
run_gate() {
	local g=$1 log=$LOGS/$1.log start=$SECONDS rc p f s n

	# Not "|| rc=$?": that would switch off errexit inside.
	set +e
	( set -euo pipefail; "gate_$g" ) >"$log" 2>&1 </dev/null
	rc=$?
	set -e
	read -r p f s n < <(totals "$log")
	if [ "$n" = 0 ]; then
		[ $rc = 0 ] && p=1 || f=1
	elif [ $rc != 0 ] && [ "$f" = 0 ]; then
		f=1
	fi
	echo "$p $f $s" >"$LOGS/$g.result"
	printf '%-10s %5d passed %3d failed %3d skipped  %4d s%s\n' "$g" \
		"$p" "$f" "$s" $((SECONDS - start)) \
		"$([ "$f" = 0 ] || echo "  see ${log#"$KUV_TOP"/}")"
	sed -n 's/^## /           /p' "$log"
	[ "$f" = 0 ] || excerpt "$g" 60
}

# excerpt GATE LINES: at most about so many lines that say what failed and why: each
# "not ok" with what was logged just before it; the log's end if the gate died.
excerpt() {
	echo "--- $1: from build/check/$1.log"
	awk -v max="$2" '
		{ line[NR] = $0 }
		/^[# ]*not ok / { bad[++n] = NR }
		/^(error|fatal): | Error [0-9]+$/ { died = NR }
		END {
			if (died > bad[n] || !n)
				bad[++n] = NR
			shown = n < max / 2 ? n : int(max / 2)
			before = int(max / shown) - 2
			if (before > 25)
				before = 25
			for (i = 1; i <= shown; i++) {
				from = bad[i] - before
				if (from > done + 1)
					print "[...]"
				for (k = from; k <= bad[i]; k++)
					if (k > done)
						print substr(line[k], 1, 300)
				done = bad[i]
			}
			if (n > shown)
				print "[" n - shown " failures more]"
		}' "$LOGS/$1.log"
	echo "---"
}

# failures: once more at the end what failed, short enough for a reader who has
# only the last 100 lines.
failures() {
	local g f lines names=()

	for g in "$LOGS"/*.result; do
		read -r _ f _ <"$g"
		[ "$f" = 0 ] || names+=("$(basename "$g" .result)")
	done
	[ ${#names[@]} -gt 0 ] || return 0
	lines=$((80 / ${#names[@]}))
	echo "=== failed: ${names[*]}"
	for g in "${names[@]}"; do
		excerpt "$g" $((lines < 60 ? lines : 60))
	done
}

run_lane() {
	local g
	for g in "$@"; do
		run_gate "$g"
	done
}

# ensure_results GATE...: one that left no result has failed, whatever ended it.
ensure_results() {
	local g

	for g in "$@"; do
		[ -e "$LOGS/$g.result" ] || {
			echo "$g left no result"
			echo "0 1 0" >"$LOGS/$g.result"
			touch "$LOGS/$g.log"
		}
	done
}

main() {
	local g p f s passed=0 failed=0 skipped=0

	mkdir -p "$LOGS"
	rm -f "$LOGS"/*.result
	if [ $# -gt 0 ]; then
		run_lane "$@"
	else
		set -- "${FIRST[@]}" "${LANE_USER[@]}" "${LANE_HOST[@]}"
		kuv_say "every gate, two at a time; logs in build/check/"
		run_lane "${FIRST[@]}"
		run_lane "${LANE_USER[@]}" &
		run_lane "${LANE_HOST[@]}"
		wait
	fi
	ensure_results "$@"
	failures
	for g in "$LOGS"/*.result; do
		read -r p f s <"$g"
		passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	done
	if [ $skipped -gt 0 ]; then
		echo "$passed passed, $failed failed, $skipped skipped"
	else
		echo "$passed passed, $failed failed"
	fi
	[ $failed = 0 ]
}

main "$@"
