#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every scenario on every kernel, through each way in; a table at the end. `make check` runs
# a part of this. Logs are in build/matrix/.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

LOGS=$KUV_TOP/build/matrix
# Kernel, how the VM is attached, back end of the doorbell.
ALL=(6.12:doorbell:auto 6.12:cap:auto 6.1:doorbell:auto 6.1:cap:auto
	7.2:doorbell:auto 7.2:cap:auto 6.12:doorbell:fput 6.12-debug:doorbell:auto
	6.12-debug:cap:auto)

usage() {
	cat <<-END
	usage: matrix.sh [--only COLUMN]... [SCENARIO...]
	A column is KERNEL:ATTACH:BACKEND; all by default:
	${ALL[*]}
	END
}

parse() {
	columns=()
	while [ $# -gt 0 ]; do
		case $1 in
		--only) columns+=("$2"); shift ;;
		--help) usage; exit 0 ;;
		-*) usage >&2; kuv_die "unknown option $1" ;;
		*) break ;;
		esac
		shift
	done
	[ ${#columns[@]} -gt 0 ] || columns=("${ALL[@]}")
	scenarios=("$@")
}

# run_column COLUMN: all scenarios on one kernel, through one way in.
run_column() {
	local kernel attach backend rc=0

	IFS=: read -r kernel attach backend <<<"$1"
	kuv_say "$kernel, $attach, $backend"
	"$KUV_TOP/tools/testing/host/run.sh" --kernel "$kernel" --attach "$attach" \
		--backend "$backend" "${scenarios[@]}" >"$LOGS/$1.log" 2>&1 || rc=$?
	tail -n 1 "$LOGS/$1.log"
	return $rc
}

# table: a line per scenario, a column per run.
table() {
	local c name logs=("${columns[@]/%/.log}")

	printf '%-24s' scenario
	printf ' %-22s' "${columns[@]}"
	echo
	while read -r name; do
		printf '%-24s' "$name"
		for c in "${columns[@]}"; do
			printf ' %-22s' "$(cell "$LOGS/$c.log" "$name")"
		done
		echo
	done < <(sed -n 's/^\(not \)\?ok [0-9]* \([^ ]*\).*/\2/p' \
		"${logs[@]/#/$LOGS/}" | sort -u)
}

# cell LOG SCENARIO: how it ended there.
cell() {
	sed -n "s/^\(\(not \)\?ok\) [0-9]* $2 # \(.*\)/\1 \3/p" "$1" | tail -n 1 |
		grep . || echo -
}

main() {
	local c failed=0

	parse "$@"
	mkdir -p "$LOGS"
	for c in "${columns[@]}"; do
		run_column "$c" || failed=$((failed + 1))
	done
	table
	echo "$((${#columns[@]} - failed)) passed, $failed failed"
	[ $failed = 0 ]
}

main "$@"
