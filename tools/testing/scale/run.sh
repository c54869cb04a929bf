#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A thousand VMs in one module and one vard-sync, in the emulated host: memory, group commit,
# fairness, restart. KTAP; numbers are lines "## ..."; the last line is "N passed, N failed".
# shellcheck disable=SC2034,SC2153,SC2154 # storm() sets what the answers have

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

HERE=$KUV_TOP/tools/testing/scale

# How large; all may be set from outside.
export KUV_SCALE_VMS=${KUV_SCALE_VMS:-1000}
export KUV_SCALE_ROUNDS=${KUV_SCALE_ROUNDS:-3}
export KUV_SCALE_FAIR_SECONDS=${KUV_SCALE_FAIR_SECONDS:-8}
VMS=$KUV_SCALE_VMS
# Beside those: VMs without variables of their own, and some whose variables are all small.
BARE=50
SMALL=50
ALL=$((VMS + BARE + SMALL + 20))

# shellcheck source=tools/testing/scale/lib.sh
source "$HERE/lib.sh"

# --- memory

# stat_of NAME: bytes of a line of memory.stat.
stat_of() {
	awk -v n="$1" '$1 == n { print $2 }' "$CG/memory.stat"
}

# kernel_bytes: what both programs have the kernel use, beside what is the memory of
# processes: stacks and page tables.
kernel_bytes() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	echo $(($(stat_of kernel) - $(stat_of kernel_stack) - $(stat_of pagetables)))
}

slab_bytes() {
	echo $(($(awk '$1 == "Slab:" { print $2 }' /proc/meminfo) * 1024))
}

rss_kb() {
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$DAEMON/status"
}

# memory_now: MEM and SLAB, RSS.
memory_now() {
	MEM=$(kernel_bytes)
	SLAB=$(slab_bytes)
	RSS=$(rss_kb)
}

# data_now: DATA, what the stores hold by the module's account.
data_now() {
	storm data || return 1
	DATA=$((nv_used + volatile_used))
}

# grown COUNT: since the last look, bytes per store: BEYOND its data, DATA_EACH, RSS_EACH;
# SLAB_BEYOND by the slab of the whole machine.
grown() {
	local mem=$MEM slab=$SLAB rss=$RSS data=$DATA

	data_now || return 1
	memory_now
	DATA_EACH=$(((DATA - data) / $1))
	BEYOND=$(((MEM - mem) / $1 - DATA_EACH))
	SLAB_BEYOND=$(((SLAB - slab) / $1 - DATA_EACH))
	RSS_EACH=$(((RSS - rss) * 1024 / $1))
}

t_bare() {
	# The first ones fill the caches of the kernel's allocator and of vard-sync.
	storm open warm 20 - - && storm serve && data_now || return 1
	memory_now
	storm open bare $BARE - - && grown $BARE || return 1
	note "an attached store without variables of its own: $BEYOND bytes of kernel memory beyond its $DATA_EACH bytes of data"
	BARE_BEYOND=$BEYOND
	at_most "kernel memory of an attached store beyond its data" "$BEYOND" 16384
}

t_small() {
	mapfile -t sizes < <(yes 64 | head -n "$VARS")
	template "$W/small.json" "${sizes[@]}"
	storm open small $SMALL "$W/small.json" - && grown $SMALL || return 1
	note "a store with $VARS variables of 64 bytes: $BEYOND bytes of kernel memory beyond its $DATA_EACH bytes of data"
	at_most "kernel memory of an attached store beyond its data" "$BEYOND" 16384
}

t_open() {
	RSS_BEFORE=$RSS
	storm open vm "$VMS" "$W/t.json" - || return 1
	note "$VMS VMs with $VARS variables opened in $((open_us / 1000)) ms: median $open_median_us us, p99 $open_p99_us us, worst $open_worst_us us each; attached in $((attach_us / 1000)) ms"
	grown "$VMS" || return 1
	note "such a store: $DATA_EACH bytes of data, $BEYOND bytes of kernel memory beyond it (by the slab of the whole machine $SLAB_BEYOND)"
	note "that is $BARE_BEYOND bytes without variables, and $(((BEYOND - BARE_BEYOND) / VARS)) for each, of which $(($(rounding) / VARS)) are the allocator's rounding of its data"
	note "vard-sync: $RSS_EACH bytes of RSS per store, $RSS kB in all"
	at_least "variables" "$nr_nv" $((VARS * VMS)) || return 1
}

t_memory() {
	at_most "kernel memory of an attached store beyond its data" "$BEYOND" 16384
}

t_daemon_memory() {
	# Beside SQLite's cache.
	at_most "kB of memory of vard-sync" "$RSS" $((RSS_BEFORE + 4096 + VMS * 8))
}

t_served() {
	storm serve && equal "errors of requests" "$serve_errors" 0 || return 1
	grown "$VMS" || return 1
	note "after requests: $BEYOND bytes more of kernel memory per store"
	at_most "kernel memory kept after requests" "$BEYOND" 512
}

# --- storm

# syncs: fsync() and fdatasync() calls of vard-sync so far.
syncs_begin() {
	local e

	for e in fsync fdatasync; do
		echo '!hist:keys=common_pid' >"$TRACE/sys_enter_$e/trigger" 2>/dev/null || true
		echo "hist:keys=common_pid if common_pid == $DAEMON" >"$TRACE/sys_enter_$e/trigger"
	done
}

syncs() {
	cat "$TRACE"/sys_enter_{fsync,fdatasync}/hist | awk '
		/hitcount:/ { sub(/.*hitcount: */, ""); n += $1 }
		END { print n + 0 }'
}

# per_second COUNT US
per_second() {
	echo $(($1 * 1000000 / $2))
}

t_storm() {
	local n

	syncs_begin
	n=$(syncs)
	storm storm "$KUV_SCALE_ROUNDS" || return 1
	STORM_SYNCS=$(($(syncs) - n))
	note "storm: $storm_nr writes of $ALL VMs in $((storm_us / 1000)) ms, $STORM_SYNCS fsyncs: $(per_second "$storm_nr" "$storm_us") writes/s, $(per_second $STORM_SYNCS "$storm_us") fsyncs/s, $((storm_nr / (STORM_SYNCS ? STORM_SYNCS : 1))) writes per fsync"
	note "storm: acknowledged after median $storm_median_us us, p99 $storm_p99_us us, worst $storm_worst_us us; below us:how many $storm_hist"
	equal "failed writes" "$storm_errors" 0
}

t_serial() {
	local n

	syncs_begin
	n=$(syncs)
	storm serial "$storm_nr" || return 1
	SERIAL_SYNCS=$(($(syncs) - n))
	note "one at a time: $serial_nr writes in $((serial_us / 1000)) ms, $SERIAL_SYNCS fsyncs: $(per_second "$serial_nr" "$serial_us") writes/s; acknowledged after median $serial_median_us us, worst $serial_worst_us us"
	note "storm next to one fsync per write: $((serial_us * 10 / storm_us)) tenths of its rate, 1/$((SERIAL_SYNCS / (STORM_SYNCS ? STORM_SYNCS : 1))) of its fsyncs"
	equal "failed writes" "$serial_errors" 0
}

t_group_commit() {
	at_least "fsyncs of the storm" "$STORM_SYNCS" 1 &&
	at_most "fsyncs of the storm" "$STORM_SYNCS" $((storm_nr / 20))
}

t_serial_is_one_by_one() {
	at_least "fsyncs of writes one at a time" "$SERIAL_SYNCS" "$serial_nr"
}

# acked_is_stored: what each VM knows to be on disk is there.
acked_is_stored() {
	storm acked /run/acked || return 1
	sqlite3 -readonly -cmd '.timeout 30000' -separator ' ' "$DB" \
		"SELECT vm.name, CAST(data AS TEXT) FROM variable v JOIN vm ON vm.id = v.vm_id
		 WHERE v.name = 'Storm' AND vm.name NOT LIKE 'hammer%'" | sort >/run/stored
	grep -v '^hammer' /run/acked | sort | diff - /run/stored >/run/lost && return 0
	echo "# acknowledged and not in the database:"
	head -n 4 /run/lost | sed 's/^/# /'
	return 1
}

t_stats() {
	storm stats 0 || return 1
	note "the module's own count: $waits waits, worst $worst_wait_us us; below us:how many $wait_hist"
	equal "waits that were acknowledged" "$waits" $((storm_nr + serial_nr)) &&
	at_most "longest wait by the module" "$worst_wait_us" \
		$((storm_worst_us > serial_worst_us ? storm_worst_us : serial_worst_us))
}

# --- fairness

t_fair() {
	storm open hammer 5 - write-back && storm rate 5 - || return 1
	storm fair "$KUV_SCALE_FAIR_SECONDS" 20 0 || return 1
	ALONE_WORST=$writers_worst_us
	note "20 VMs that write now and then: median $writers_median_us us, p99 $writers_p99_us us, worst $writers_worst_us us ($writers_nr writes)"
	storm fair "$KUV_SCALE_FAIR_SECONDS" 20 5 || return 1
	note "with 5 VMs that hammer without a limit ($(per_second "$hammers_nr" "$hammers_us") writes/s): median $writers_median_us us, p99 $writers_p99_us us, worst $writers_worst_us us ($writers_nr writes, fewest of a VM $writers_fewest)"
	equal "failed writes" "$writers_errors" 0 &&
	at_least "writes of the slowest of the others" "$writers_fewest" \
		$((KUV_SCALE_FAIR_SECONDS / 4)) &&
	at_most "worst acknowledgement of the others" "$writers_worst_us" \
		$((ALONE_WORST > 50000 ? ALONE_WORST * 10 : 500000))
}

t_bucket() {
	local before n limit

	storm rate 5 0 && storm stats $ALL || return 1
	before=$changes
	storm fair "$KUV_SCALE_FAIR_SECONDS" 20 5 || return 1
	storm stats $ALL || return 1
	n=$((changes - before))
	limit=$((5 * (2000 + 500 * (hammers_us + 999999) / 1000000)))
	note "held to the default rate: 5 hammering VMs made $n changes in $((hammers_us / 1000)) ms (at most $limit), $throttled held back for $((throttled_us / 1000)) ms together; the others: median $writers_median_us us, worst $writers_worst_us us"
	at_most "changes of VMs that hammer" "$n" "$limit" &&
	at_least "writes held back" "$throttled" 1 &&
	equal "failed writes" "$writers_errors$hammers_errors" 00
}

# --- restart

# taken_over: lines of the log that say so, since the last look.
taken_over() {
	tail -n "+$((LOG_LINES + 1))" "$LOG" | grep -c 'taken over'
}

log_mark() {
	LOG_LINES=$(wc -l <"$LOG")
}

# all_back COUNT: vard-sync has so many stores and listens.
all_back() {
	[ "$(taken_over)" -ge "$1" ] && listens
}

# storm_with COMMAND...: a storm during which this happens.
storm_with() {
	echo "storm $KUV_SCALE_ROUNDS" >&"$STORM_IN"
	sleep 1
	"$@" || return 1
	read -r -t 300 answer <&"$STORM_OUT" || return 1
	for pair in $answer; do
		printf -v "${pair%%=*}" %s "${pair#*=}"
	done
}

restart_by_fd() {
	local start

	log_mark
	rm -f "$SOCK"
	start=$(now_ms)
	kill -USR1 "$KEEPER"
	wait_for 120 all_back "$((ALL + 5))" || return 1
	TOOK=$(($(now_ms) - start))
	find_daemon
}

t_restart_by_fd() {
	storm_with restart_by_fd || return 1
	note "killed and started by the fd store in a storm: $((ALL + 5)) stores taken over in $TOOK ms; longest write $storm_worst_us us"
	equal "failed writes" "$storm_errors" 0 && acked_is_stored
}

restart_by_id() {
	local start

	log_mark
	kill -9 "$KEEPER" "$DAEMON"
	wait "$KEEPER" 2>/dev/null
	KEEPER=
	rm -f "$SOCK"
	start=$(now_ms)
	start_plain
	wait_for 120 all_back "$((ALL + 5))" || return 1
	TOOK=$(($(now_ms) - start))
}

t_restart_by_id() {
	storm_with restart_by_id || return 1
	note "killed and started without an fd store in a storm: $((ALL + 5)) stores found by number and taken over in $TOOK ms; longest write $storm_worst_us us"
	equal "failed writes" "$storm_errors" 0 && acked_is_stored
}

TESTS=(bare small open memory daemon_memory served storm serial group_commit serial_is_one_by_one
	acked stats fair bucket restart_by_fd restart_by_id end kernel_log)

t_acked() {
	acked_is_stored
}

# Both programs are in a cgroup of their own, which counts what they make the kernel use.
counted() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$CG"
	echo $BASHPID >"$CG/cgroup.procs"
	start_keeper
}

scale_main counted "$@"
