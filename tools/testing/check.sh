#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every gate as a named function. check.sh [gate...]; no argument runs all.
#
# A gate's output goes to build/check/<gate>.log. Where it ends with a line
# "N passed, N failed" those are its tests; otherwise the gate is one test.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$KUV_TOP"

LOGS=$KUV_TOP/build/check
KERNELS=(6.12 6.1)

# Gates in two lanes that run side by side: one core each. The first lane
# builds and runs tests in user space, the second lives in the emulated host.
LANE_BUILD=(style layers headers docs units core kunit)
LANE_HOST=(firmware modules selftests sync bench scenarios)

# --- gates ------------------------------------------------------------------

gate_style() { # shell scripts, white space, licence tags
	local f rc=0

	kuv_need shellcheck
	git ls-files '*.sh' .ci/run | xargs shellcheck -x || rc=1
	while read -r f; do
		head -n 3 "$f" | grep -q SPDX-License-Identifier ||
			{ echo "$f: no SPDX line"; rc=1; }
	done < <(git ls-files '*.[chS]' '*.sh' '*.py' '*.mk' '*Makefile' \
		'*Kbuild' '*Kconfig')
	if git ls-files -z '*.[ch]' '*.sh' '*.md' |
	   xargs -0 grep -nE '[[:space:]]+$'; then
		echo "white space at the end of the lines above"
		rc=1
	fi
	return $rc
}

gate_layers() { # core/ stays pure
	tools/testing/layers.sh
}

gate_headers() { # uapi stands alone, C and C++, both word sizes
	local h
	for h in uapi/linux/*.h; do
		gcc -Wall -Wextra -Wpadded -Werror -fsyntax-only -x c "$h"
		gcc -m32 -Wall -Wextra -Wpadded -Werror -fsyntax-only \
			-I/usr/include/x86_64-linux-gnu -x c "$h"
		g++ -Wall -Wextra -Wpadded -Werror -fsyntax-only -x c++ "$h"
	done
}

gate_docs() { # each command of the header is documented, each test named exists
	tools/testing/docs.sh
}

gate_units() { # programs built and their unit tests
	need_programs
	make -s all CFLAGS_EXTRA=-Werror
	local d
	for d in libkuv vard-sync kuv-run; do
		make -s -C userspace/$d check O="$KUV_TOP/build"
	done
}

gate_core() { # the core in user space, ASan and UBSan
	tools/testing/core/run.sh
}

gate_kunit() { # the core's suites under UML
	tools/testing/kunit.sh
}

gate_firmware() { # OVMF for the tests
	tools/testing/firmware/build.sh RELEASE DEBUG
	tools/testing/firmware/smoke.sh
}

gate_modules() { # both kernels, both back ends, W=1; sparse where it works
	local k
	for k in "${KERNELS[@]}"; do
		tools/build-module.sh "$k" auto
		tools/build-module.sh "$k" fput
	done
	tools/build-module.sh --sparse 6.12 auto
}

gate_selftests() { # kselftests against the real module
	local k
	for k in "${KERNELS[@]}"; do
		tools/testing/selftests/kvm-uefivars/host.sh "$k" auto
		tools/testing/selftests/kvm-uefivars/host.sh "$k" fput
	done
}

gate_sync() { # vard-sync against the real module
	make -s all
	userspace/vard-sync/tests/e2e.sh
}

gate_bench() { # instructions and exits per call
	tools/testing/bench/run.sh
}

gate_scenarios() { # whole machines
	tools/testing/host/run.sh --kernel 6.12
}

# --- runner -----------------------------------------------------------------

need_programs() {
	kuv_need gcc g++ make pkg-config libsystemd-dev libsqlite3-dev \
		libjson-c-dev zlib1g-dev libcmocka-dev sqlite3
}

# totals LOG: sum of the result lines of a log, as "passed failed skipped".
totals() {
	sed -nE 's/^#? ?([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?.*/\1 \2 \4/p' "$1" |
		awk '{ p += $1; f += $2; s += $3; n++ }
		     END { print p + 0, f + 0, s + 0, n + 0 }'
}

# run_gate NAME: run one gate and leave "passed failed skipped" beside its log.
run_gate() {
	local g=$1 log=$LOGS/$1.log start=$SECONDS rc=0 p f s n

	( set -euo pipefail; "gate_$g" ) >"$log" 2>&1 </dev/null || rc=$?
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
	[ "$f" = 0 ] || { echo "--- end of $g's log"; tail -n 40 "$log"; echo "---"; }
}

run_lane() {
	local g
	for g in "$@"; do
		run_gate "$g"
	done
}

main() {
	local g p f s passed=0 failed=0 skipped=0

	mkdir -p "$LOGS"
	rm -f "$LOGS"/*.result
	if [ $# -gt 0 ]; then
		run_lane "$@"
	else
		kuv_say "every gate, two at a time; logs in build/check/"
		run_lane "${LANE_BUILD[@]}" &
		run_lane "${LANE_HOST[@]}"
		wait
	fi
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
