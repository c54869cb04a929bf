#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Power cuts: sweeps the script of this directory, and sees that the sweep would notice
# mistakes. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

OUT=${O:-$KUV_TOP/build}
LOG=$OUT/obj/crash/log
jobs=2
seed=1
step=1

usage() {
	cat <<-END
	usage: run.sh [--jobs N] [--seed N] [--step N]
	--step N: every Nth operation only, for a quick look
	END
}

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--jobs) jobs=$2; shift ;;
		--seed) seed=$2; shift ;;
		--step) step=$2; shift ;;
		--help) usage; exit 0 ;;
		*) usage >&2; kuv_die "unknown option $1" ;;
		esac
		shift
	done
}

sweep() {
	nice "$OUT/crash-sweep" --jobs "$jobs" --seed "$seed" "$@" 2>"$LOG"
}

t_power_cuts() {
	sweep --step "$step"
}

# The disk fails with EIO or ENOSPC for a while; what the daemon acknowledged before,
# meanwhile and after is there after a power cut.
t_power_cuts_on_failing_disks() {
	sweep --sick 40 --step $((7 * step))
}

# notices FLAW FINDING [OPTION...]: with this mistake the sweep must fail, and by this.
notices() {
	local said rc=0

	said=$(sweep --step 20 --flaw "$1" "${@:3}") || rc=$?
	echo "# $(grep '^##' <<<"$said" | tr -d '#')"
	[ $rc = 1 ] && grep -qE "[1-9][0-9]* $2" <<<"$said"
}

t_sweep_notices_missing_sync() {
	notices no-sync lost
}

t_sweep_notices_early_acknowledgement() {
	notices early-ack lost
}

t_sweep_notices_split_transaction() {
	notices split torn
}

# The disks of this seed leave the log so that it matters.
t_sweep_notices_log_of_failed_sync() {
	notices bare lost --sick 40 --seed 3
}

main() {
	local n=0 failed=0 t
	local -a tests=(power_cuts power_cuts_on_failing_disks
		sweep_notices_missing_sync
		sweep_notices_early_acknowledgement
		sweep_notices_split_transaction
		sweep_notices_log_of_failed_sync)

	parse "$@"
	kuv_need_programs libssl-dev
	make -s -C "$KUV_TOP/tools/testing/crash" O="$OUT" >&2
	echo "KTAP version 1"
	echo "1..${#tests[@]}"
	for t in "${tests[@]}"; do
		n=$((n + 1))
		if "t_$t"; then
			echo "ok $n $t"
		else
			sed 's/^/# /' "$LOG"
			echo "not ok $n $t"
			failed=1
		fi
	done
	return $failed
}

main "$@"
