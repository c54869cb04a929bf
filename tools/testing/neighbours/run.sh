#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad neighbours, in the emulated host: a vard-sync that hangs, VMMs that stop or die, clients that
# do not read. KTAP; numbers are lines "## ..."; the last line is "N passed, N failed".
# shellcheck disable=SC2034,SC2153,SC2154 # storm() sets what the answers have

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/scale/lib.sh
source "$KUV_TOP/tools/testing/scale/lib.sh"

VMS=40
WRITERS=10
# Clients that vard-sync serves at once.
CLIENTS_MAX=256
# Twice what a write waits by default: everything is slow here.
WAIT_MS=4000
FAIR_SECONDS=${KUV_NEIGHBOURS_SECONDS:-5}

start_vard() {
	"$KUV_SCALE_BIN/vard-sync" --db "$DB" --socket "$SOCK" \
		--wait-ms "${1:-$WAIT_MS}" 2>>"$LOG" &
	DAEMON=$!
	wait_for 60 listens
}

rss_kb() {
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$DAEMON/status"
}

# storm_is_stored: what each VM wrote last is in the database.
storm_is_stored() {
	storm acked /run/acked || return 1
	sqlite3 -readonly -cmd '.timeout 30000' -separator ' ' "$DB" \
		"SELECT vm.name, CAST(data AS TEXT) FROM variable v JOIN vm ON vm.id = v.vm_id
		 WHERE v.name = 'Storm' AND vm.name LIKE 'vm%'" | sort | diff /run/acked -
}

all_saved() {
	storm data && [ "$pending" = 0 ]
}

t_open() {
	storm open vm $VMS - - && storm storm 1 && equal "failed writes" "$storm_errors" 0
}

# --- vard-sync hangs

t_hung_daemon() {
	kill -STOP "$DAEMON"
	storm probe || return 1
	note "vard-sync stopped: NV writes of $VMS VMs fail after $((probe_write_least_us / 1000)) to $((probe_write_most_us / 1000)) ms, reads take at most $probe_read_us us, volatile writes $probe_volatile_us us"
	equal "NV writes that said DEVICE_ERROR" "$probe_hung" $VMS &&
	equal "reads and volatile writes that failed" "$probe_bad" 0 &&
	at_least "us of the shortest NV write" "$probe_write_least_us" $((WAIT_MS * 1000)) &&
	at_most "us of the longest NV write" "$probe_write_most_us" $((WAIT_MS * 3000)) &&
	at_most "us of the longest read" "$probe_read_us" $((WAIT_MS * 500)) &&
	at_most "us of the longest volatile write" "$probe_volatile_us" $((WAIT_MS * 500))
}

t_timeouts_are_counted() {
	storm data && equal "timeouts" "$timeouts" $VMS && equal "pending" "$pending" $VMS
}

t_all_lands_afterwards() {
	kill -CONT "$DAEMON"
	wait_for 30 all_saved && storm_is_stored
}

t_works_again() {
	storm storm 2 && equal "failed writes" "$storm_errors" 0 && storm_is_stored
}

# --- a VMM stops, and dies

# other_start: 5 VMs in another process, which writes all the time.
other_start() {
	mkfifo /run/other.in
	"$KUV_SCALE_BIN/scale/storm" "$SOCK" </run/other.in >/run/other.out 2>>"$LOG" &
	OTHER_VMM=$!
	exec {OTHER_IN}>/run/other.in
	printf 'open other 5 - -\nstorm 1000000\n' >&"$OTHER_IN"
	wait_for 60 grep -q open_us= /run/other.out && sleep 1
}

# writers TEXT: some VMs write now and then, each is answered well.
writers() {
	storm fair "$FAIR_SECONDS" $WRITERS 0 || return 1
	note "$1: median $writers_median_us us, p99 $writers_p99_us us, worst $writers_worst_us us ($writers_nr writes of $WRITERS VMs)"
	equal "failed writes" "$writers_errors" 0 &&
	at_least "writes of the slowest" "$writers_fewest" "$FAIR_SECONDS"
}

# unharmed: none of these writes would have timed out, and nothing takes ten times as long.
unharmed() {
	at_most "us of the worst write" "$writers_worst_us" $((WAIT_MS * 1000)) &&
	at_most "us of the median write" "$writers_median_us" $((QUIET_MEDIAN * ${1:-10}))
}

t_alone() {
	writers "writers alone" && QUIET_MEDIAN=$writers_median_us
}

t_stopped_vmm() {
	other_start || return 1
	kill -STOP "$OTHER_VMM"
	writers "beside a VMM that was stopped in a storm of its own" && unharmed 5
}

t_resumed_vmm() {
	kill -CONT "$OTHER_VMM"
	sleep 1
	writers "beside the same VMM in its storm" && unharmed
}

can_open_others() {
	"$KUV_SCALE_BIN/scale/storm" "$SOCK" <<<"open other 5 - -" | grep -q open_us=
}

t_killed_vmm() {
	kill -KILL "$OTHER_VMM"
	wait "$OTHER_VMM" 2>/dev/null
	exec {OTHER_IN}>&-
	wait_for 30 can_open_others && storm_is_stored
}

# --- clients

t_silent_clients() {
	storm clients 300 $((300 - CLIENTS_MAX)) || return 1
	note "$clients clients that say nothing: $clients_refused refused"
	at_least "clients refused" "$clients_refused" $((300 - CLIENTS_MAX)) &&
	writers "beside them" && unharmed 5
}

t_new_client_afterwards() {
	storm hang-up && wait_for 30 can_open_others
}

t_deaf_clients() {
	local before

	before=$(rss_kb)
	storm deaf 8 20000 || return 1
	writers "beside 8 clients that asked $deaf_calls times for the list and read nothing" &&
		unharmed || return 1
	note "vard-sync: RSS $before kB before, $(rss_kb) kB with them"
	at_most "kB of memory for clients that do not read" $(($(rss_kb) - before)) 32768
}

t_memory_afterwards() {
	storm hang-up && wait_for 30 can_open_others
}

TESTS=(open hung_daemon timeouts_are_counted all_lands_afterwards works_again alone stopped_vmm
	resumed_vmm killed_vmm silent_clients new_client_afterwards deaf_clients
	memory_afterwards end kernel_log)

scale_main start_vard "$@"
