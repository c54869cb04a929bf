#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Counts instructions, exits and returns to the VMM per operation on the emulated host,
# prints a table and checks it. KTAP; the last line has the totals.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/bench/rig.sh
source "$KUV_TOP/tools/testing/bench/rig.sh"
# shellcheck source=tools/testing/bench/results.sh
source "$KUV_TOP/tools/testing/bench/results.sh"

usage() {
	cat <<-END
	usage: run.sh [--kernel NAME] [--out DIR] [--all] [--record] [--empty] [MODULE.ko...]
	Without a MODULE both back ends of the doorbell are built and measured, and
	KVM_CAP_UEFI_VARS on a patched kvm.ko. --all measures QEMU's own device as well, and
	ours below the same QEMU. --record writes what was counted to the file "expected"
	beside this script and, with --all on 6.12, to docs/performance.md and .svg. --empty measures
	only the doorbell nobody listens to, without a module. NAME as for tools/kernels.sh;
	DIR keeps the results and the console.
	END
}

empty=
record=
only_results=
backends=(task_work fput)

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--out) out=$2; shift ;;
		--empty) empty=1 ;;
		--all) peers=1 ;;
		--record) record=1 ;;
		--results) only_results=1 ;; # of the last run, for work on this script
		--help) usage; exit 0 ;;
		-*) usage >&2; kuv_die "unknown option $1" ;;
		*) modules+=("$1") ;;
		esac
		shift
	done
	[ -z "$empty$record" ] || [ ${#modules[@]} = 0 ] ||
		kuv_die "--empty and --record are for our own build"
}

# choose: what is measured, and which back ends must be in the results.
choose() {
	local ko

	kuv_need binutils
	if [ -n "$empty" ]; then
		backends=()
		return
	fi
	bench_patched
	[ ${#modules[@]} -gt 0 ] || bench_modules
	backends=()
	for ko in "${modules[@]}"; do
		backends+=("$(bench_form "$ko")")
	done
}

# port_line SETUP TRANSPORT FORWARDED: no request was answered in a foreign thread, and
# the VMM saw so many accesses to registers: those that set them up.
port_line() {
	report "$(grep -c "^port $1 transport $2 .*foreign 0 forwarded $3\$" \
		"$out/results")" "$1: all requests answered in the ringing thread"
}

check_empty() {
	counted empty nothing
	counted empty doorbell
	exactly empty nothing 0 0
	exactly empty doorbell 1 0
}

# check_goals SETUP: how cheap each operation is to be.
check_goals() {
	local goal

	for goal in get-64:8000 get-4096:13000 get-next:8000 query:8000 \
		set-volatile-64:10000 set-nv-64:12000; do
		at_most "$1" "${goal%:*}" "${goal#*:}"
	done
}

# check_inside SETUP TRANSPORT FORWARDED: a way in that answers inside KVM_RUN.
check_inside() {
	local op

	for op in set-volatile-64 get-64 get-4096 get-next query set-nv-64 \
		delete append-db-1k set-private-64; do
		counted "$1" $op
		exactly "$1" $op 1 0
	done
	port_line "$@"
	# One signature is checked once, and little else costs.
	at_most "$1" append-db-1k 1500000
	at_most "$1" set-private-64 1500000
	exactly "$1-through" set-nv-64 1 0
}

check_growth() {
	local op

	for op in get-64 get-next set-nv-64; do
		flat 2 $op vars-10 vars-100 vars-1000
		flat 2 $op vms-1 vms-10 vms-100
	done
}

check_gate() {
	local name

	for name in "${backends[@]}"; do
		check_inside "$name" 2 4
	done
	# A file made for each request is what fput adds.
	[[ " ${backends[*]} " != *" fput "* ]] || ratio fput 220
	if [[ " ${backends[*]} " = *" task_work "* ]]; then
		ratio task_work 140
		check_goals task_work
	fi
	check_inside cap 3 0
	ratio cap 140
	check_goals cap
	exactly forward get-64 1 1
	check_growth
	# Of its 88 exits KVM's own instructions are about 300,000 here.
	at_most cap-pio get-64 350000
	result cap-pio get-64 returns_max
	report $((REPLY == 0)) "cap-pio get-64: no return to the VMM"
}

check_peers() {
	local n

	counted uefi-vars get-64
	exactly uefi-vars get-64 2 2
	counted uefi-vars-pio get-64
	exactly kuv-run get-64 1 0
	for n in 10 100 1000; do
		at_most kuv-run-through-$n set-nv-64 300000
	done
	# The database is a tree: one more level is all that a larger one has.
	flat 10 set-nv-64 kuv-run-through-10 kuv-run-through-100 kuv-run-through-1000
}

# is_whole: the bench came to its end.
is_whole() {
	! grep -q '^failed ' "$out/results" &&
		[ "$(grep -cx end "$out/results")" = 1 ]
}

check_log() {
	report "$(grep -q '^kernel ' "$out/results" && echo 0 || echo 1)" \
		"no warning in the kernel log"
	report "$(is_whole && echo 1 || echo 0)" "the bench came to its end"
}

# A KTAP reader needs the plan; the number of checks is known only now.
finish() {
	echo "1..$((passed + failed + skipped))"
	if [ "$failed" != 0 ]; then
		sed 's/^/# /' "$out/results"
		echo "# console: $out/console.log"
	fi
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

# record_all: into the tree; a run that is not whole is not recorded.
record_all() {
	local doc=$KUV_TOP/docs/performance.md

	is_whole || kuv_die "nothing recorded: the bench did not come to its end," \
		"see $out/results"
	record_expected
	# The document is about one kernel.
	{ [ -n "$peers" ] && [ "$kernel" = 6.12 ]; } || return 0
	"$bench_here/report.py" --markdown "$KUV_KREL" "$out/results" |
		"$bench_here/record.sh" mailbox "$doc"
	"$bench_here/report.py" --growth "$out/results" |
		"$bench_here/record.sh" growth "$doc"
	"$bench_here/report.py" --svg "$out/results" >"$out/performance.svg"
	mv "$out/performance.svg" "${doc%.md}.svg"
}

main() {
	parse "$@"
	out=${out:-$KUV_TOP/build/bench/$kernel}
	mkdir -p "$out"
	out=$(realpath "$out")
	choose
	kuv_need python3
	if [ -n "$only_results" ]; then
		eval "$("$KUV_TOP/tools/kernels.sh" "$kernel")"
	else
		bench_prepare
		kuv_say "bench: measuring on $KUV_KREL"
		bench_boot ""
	fi
	read_results
	[ -z "$record" ] || record_all
	echo "KTAP version 1"
	"$bench_here/report.py" --text "$out/results"
	check_empty
	[ -n "$empty" ] || check_gate
	[ -z "$peers" ] || check_peers
	compare_all
	check_log
	finish
}

main "$@"
