#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a variable call costs where an operating system's loader stands: peers side by side
# in one run, in instructions. KTAP; the last line is "N passed, N failed".

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../lib.sh"
# shellcheck source=tools/testing/bench/uefi/rig.sh
source "$KUV_TOP/tools/testing/bench/uefi/rig.sh"

usage() {
	cat <<-END
	usage: run.sh [--quick] [--reuse] [--record] [--kernel SERIES] [--out DIR] [PEER[:BOOTS]...]
	PEER is one of ${!boots_of_peer[*]};
	all without one. BOOTS are some of 1,2,linux (start only, measure, list variables). --quick: ours by doorbell alone. --reuse: what an earlier
	run has measured with the same programs stands. --record: what was measured becomes the
	minima that later runs are held to, and the table in docs/performance.md.
	END
}

# What each peer's machines do, see peers.sh: 1 starts the boot option, 2 measures, and
# "linux" lists variables. The first boot finds no variables at all.
declare -A boots_of_peer=(
	[doorbell-back]="1 2 linux" [doorbell-through]="2"
	[cap-back]="1 2 linux" [cap-through]="2" [cap-pio]="2"
	[uefi-vars]="1 2 linux" [uefi-vars-pio]="2" [smm-flash]="1 2"
)
order=(doorbell-back doorbell-through cap-back cap-through cap-pio uefi-vars
	uefi-vars-pio smm-flash)

# The most instructions, median, that a call to ours may take.
declare -A goal=(
	[get-64]=8000 [get-4096]=13000 [get-next]=8000 [query]=8000
	[set-volatile-64]=10000 [set-nv-64]=12000
)
goal_through=300000
goal_pio_get=250000

expected=$KUV_TOP/tools/testing/bench/uefi/expected
record=
reuse=
peers=()	# "NAME BOOTS..."
passed=0
failed=0

parse() {
	local quick='' p wanted=()

	while [ $# -gt 0 ]; do
		case $1 in
		--quick) quick=1 ;;
		--record) record=1 ;;
		--reuse) reuse=1 ;;
		--kernel) kernel=$2; shift ;;
		--out) out=$2; shift ;;
		--help) usage; exit 0 ;;
		-*) usage >&2; kuv_die "unknown option $1" ;;
		*) wanted+=("$1") ;;
		esac
		shift
	done
	[ -z "$quick" ] || wanted=(doorbell-back:2 doorbell-through:2)
	[ ${#wanted[@]} -gt 0 ] || wanted=("${order[@]}")
	for p in "${wanted[@]}"; do
		choose "${p%%:*}" "${p#*:}"
	done
}

# choose PEER BOOTS: BOOTS with commas, or the PEER once more for those of the table.
choose() {
	local boots=${2//,/ }

	[ -n "${boots_of_peer[$1]:-}" ] || { usage >&2; kuv_die "no peer $1"; }
	[ "$1" != "$2" ] || boots=${boots_of_peer[$1]}
	peers+=("$1 $boots")
}

# report OK TEXT...: one KTAP line.
report() {
	local ok=$1
	shift
	if [ "$ok" = 1 ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $*"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $*"
	fi
}

# is EXPRESSION: 1 if this arithmetic is true.
is() {
	echo "$(($1 ? 1 : 0))"
}

# field PEER VARIABLES OPERATION FIELD: a number of the table; -1 if there is not exactly
# one such record.
field() {
	local nr

	case $4 in
	calls) nr=4 ;;
	min) nr=5 ;;
	median) nr=6 ;;
	exits) nr=8 ;;
	returns) nr=9 ;;
	esac
	awk -v p="$1" -v v="$2" -v o="$3" -v f="$nr" '
		$1 == p && $2 == v && $3 == o { x = $f; n++ }
		END { print n == 1 ? x : -1 }' "$table"
}

# at_most PEER OPERATION MAX: the median, with 50 variables and with 200.
at_most() {
	local n got

	for n in 50 200; do
		got=$(field "$1" $n "$2" median)
		report "$(is "$got > 0 && $got <= $3")" \
			"$1 $2, $n variables: $got instructions, at most $3"
	done
}

# flat PEER OPERATION PERCENT: 200 variables cost what 50 do.
flat() {
	local few many

	few=$(field "$1" 50 "$2" min)
	many=$(field "$1" 200 "$2" min)
	report "$(is "$few > 0 && $many * 100 <= $few * (100 + $3)")" \
		"$1 $2: $few at 50 variables, $many at 200, within $3 %"
}

# one_exit PEER OPERATION: and nothing for the VMM to do.
one_exit() {
	local n exits returns

	for n in 50 200; do
		exits=$(field "$1" $n "$2" exits)
		returns=$(field "$1" $n "$2" returns)
		report "$(awk -v e="$exits" -v r="$returns" \
			'BEGIN { print (e >= 0.9 && e <= 1.2 && r >= 0 && r < 0.05) ? 1 : 0 }')" \
			"$1 $2, $n variables: $exits exits, $returns returns to the VMM"
	done
}

# check_complete PEER BOOTS...: each boot came to its end and gave no wrong answer.
check_complete() {
	local peer=$1 lines
	shift

	lines=$(awk -v p="$peer" '$1 == "peer" { on = $2 == p } on' "$out/results")
	report "$(is "$(grep -cE '^(done|guest: script ended with 0)$' <<<"$lines") == $# &&
		$(grep -cx end <<<"$lines") == 1 &&
		$(grep -cE '^failed |^kernel | bad [1-9]' <<<"$lines") == 0")" \
		"$peer: boots ($*) without a wrong answer or a warning of the kernel"
}

check_ours() {
	local peer=$1 op

	flat "$peer" get-next-512 2
	for op in get-64 get-4096 get-next query set-volatile-64 set-nv-64; do
		flat "$peer" "$op" "$([[ $peer/$op = *-through/set-nv-64 ]] && echo 15 || echo 2)"
		case $peer/$op in
		cap-pio/get-64) at_most "$peer" "$op" "$goal_pio_get" ;;
		cap-pio/*) ;;
		*-through/set-nv-64) at_most "$peer" "$op" "$goal_through" ;;
		*)
			at_most "$peer" "$op" "${goal[$op]}"
			one_exit "$peer" "$op"
			;;
		esac
	done
}

# check_recorded: no minimum more than 2 % above the recorded one. Write-through has the
# scheduling of the daemon in it.
check_recorded() {
	local series peer n op min got

	while read -r series peer n op min; do
		[ "$series" = "$kernel" ] || continue
		got=$(field "$peer" "$n" "$op" min)
		[ "$got" != -1 ] || continue
		report "$(is "$got * 100 <= $min * 102")" \
			"$peer $op, $n variables: minimum $got, recorded $min"
	done < <(grep -v '^#' "$expected" 2>/dev/null)
}

# record_minima: of ours; those of other kernels and peers stay.
record_minima() {
	local tmp=$out/expected

	{
		grep '^#' "$expected"
		{
			awk -v k="$kernel" '$1 ~ /^(doorbell|cap)-/ && $2 ~ /^(50|200)$/ &&
				!($1 ~ /through/ && $3 == "set-nv-64") {
				print k, $1, $2, $3, $5 }' "$table"
			grep -v '^#' "$expected"
		} | awk '!seen[$1, $2, $3, $4]++' | LC_ALL=C sort
	} >"$tmp"
	cp "$tmp" "$expected"
	awk -f "$KUV_TOP/tools/testing/bench/uefi/report.awk" "$table" |
		"$KUV_TOP/tools/testing/bench/record.sh" uefi "$KUV_TOP/docs/performance.md"
}

# A KTAP reader needs the plan; the number of checks is known only now.
finish() {
	echo "1..$((passed + failed))"
	if [ "$failed" != 0 ]; then
		grep -E '^(peer|failed|log|kernel|guest: FAILED)' "$out/results" |
			tail -n 30 | sed 's/^/# /'
		echo "# results and consoles: $out/"
	fi
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# is_measured: an earlier run of this very image came to its end.
is_measured() {
	[ -n "$reuse" ] && cmp -s "$out/key" "$out/key.new" && grep -qx end "$out/results"
}

# measure "NAME BOOTS...": in an emulated host of its own, so that no peer's numbers depend
# on who else is measured.
measure() {
	local out=$out/${1%% *} peer=${1%% *} boots=${1#* }

	mkdir -p "$out"
	uefi_prepare
	if is_measured; then
		kuv_say "bench: $peer was measured before"
		return
	fi
	kuv_say "bench: $peer on $KUV_KREL"
	uefi_boot
}

# show: the table, as comments of KTAP.
show() {
	{
		echo "peer variables operation calls min median max exits returns"
		cat "$table"
	} | column -t | sed 's/^/# /'
}

main() {
	local p

	parse "$@"
	out=${out:-$KUV_TOP/build/bench/uefi}
	mkdir -p "$out"
	out=$(realpath "$out")
	table=$out.txt
	for p in "${peers[@]}"; do
		measure "$p"
	done
	for p in "${peers[@]}"; do
		cat "$out/${p%% *}/results"
	done >"$out/results"
	awk -f "$KUV_TOP/tools/testing/bench/uefi/table.awk" "$out/results" >"$table"
	echo "KTAP version 1"
	show
	for p in "${peers[@]}"; do
		# shellcheck disable=SC2086 # a name and its boots
		check_complete $p
		case $p in
		doorbell-* | cap-*) check_ours "${p%% *}" ;;
		esac
	done
	check_recorded
	[ -z "$record" ] || record_minima
	finish
}

main "$@"
