# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests of many VMs in the emulated host: disk, vard-sync, the program storm, results.
# shellcheck disable=SC2034,SC2153 # who sources this uses them, and sets TESTS

# Sourced after tools/lib.sh by a script that has functions t_NAME, their names in TESTS, and
# ends with scale_main.

# Programs and module, for a look at others than those of the tree.
export KUV_SCALE_BIN=${KUV_SCALE_BIN:-$KUV_TOP/build}
export KUV_SCALE_KO=${KUV_SCALE_KO:-}
# What one request to the disk takes; a commit needs two or three.
export KUV_SCALE_DISK_US=${KUV_SCALE_DISK_US:-1000}

W=/mnt/scale
DB=$W/vars.db
SOCK=/run/scale.control
LOG=/run/scale.log
CG=/sys/fs/cgroup/scale
TRACE=/sys/kernel/tracing/events/syscalls
KEEPER=
passed=0
failed=0

note() {
	printf '## %s\n' "$*"
}

# result NAME COMMAND...: one test.
result() {
	local name=$1 s=ok

	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1)) s="not ok"
	fi
	echo "$s $((passed + failed)) $name"
}

at_most() {
	[ "$2" -le "$3" ] && return 0
	echo "# $1: $2, at most $3 expected"
	return 1
}

at_least() {
	[ "$2" -ge "$3" ] && return 0
	echo "# $1: $2, at least $3 expected"
	return 1
}

equal() {
	[ "$2" = "$3" ] && return 0
	echo "# $1: $2, expected $3"
	return 1
}

# wait_for SECONDS COMMAND...
wait_for() {
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "# never: $*"; return 1; }
		sleep 0.1
	done
}

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# A disk on which fsync() takes as long as on a real one, and its file system.
make_disk() {
	modprobe null_blk nr_devices=1 gb=1 memory_backed=1 irqmode=2 queue_mode=2 \
		completion_nsec=$((KUV_SCALE_DISK_US * 1000))
	mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1 /dev/nullb0
	mkdir -p "$W"
	mount -t ext4 /dev/nullb0 "$W"
}

# Bytes of the variables each VM begins with: those that a Debian guest with Secure Boot has
# after its first boot, then boot options and settings.
SIZES=(48 62 78 88 6 122 73 73 14 14 4 6 2 1 1 4 4 64 3143 2393 833 152 32)
mapfile -t -O ${#SIZES[@]} SIZES < <(seq 42 4 186)
VARS=${#SIZES[@]}

# rounding: bytes that the kernel's allocator adds to these.
rounding() {
	local n class sum=0

	for n in "${SIZES[@]}"; do
		for class in 8 16 32 64 96 128 192 256 512 1024 2048 4096 8192; do
			[ "$class" -lt "$n" ] || break
		done
		sum=$((sum + class - n))
	done
	echo $sum
}

# template FILE SIZE...: a variable of each size.
template() {
	local i=0 n data comma='' file=$1

	shift
	data=$(printf '5a%.0s' $(seq 4096))
	{
		echo '{"version": 2, "variables": ['
		for n; do
			printf '%s{"name": "KuvScale%02d", "guid": "%s", "attr": 7, "data": "%s"}' \
				"$comma" "$((i++))" 8be4df61-93ca-11d2-aa0d-00e098032b8c \
				"${data:0:2*n}"
			comma=,
		done
		echo ']}'
	} >"$file"
}

listens() {
	grep -q " 00010000 .* $SOCK\$" /proc/net/unix
}

# start_keeper: vard-sync under what stands for systemd; PID of vard-sync in DAEMON.
start_keeper() {
	/usr/bin/python3 "$KUV_TOP/userspace/vard-sync/tests/fdstore.py" 0 /run/scale.notify \
		"$KUV_SCALE_BIN/vard-sync" --db "$DB" --socket "$SOCK" \
		--wait-ms 30000 2>>"$LOG" &
	KEEPER=$!
	wait_for 60 listens && find_daemon
}

start_plain() {
	"$KUV_SCALE_BIN/vard-sync" --db "$DB" --socket "$SOCK" --wait-ms 30000 2>>"$LOG" &
	DAEMON=$!
}

find_daemon() {
	DAEMON=$(tr -d ' ' <"/proc/$KEEPER/task/$KEEPER/children")
}

# storm COMMAND...: the answer's NAME=VALUE become variables.
storm() {
	local answer='' pair

	echo "$*" >&"$STORM_IN"
	read -r -t 300 answer <&"$STORM_OUT" || answer=
	case $answer in
	*=*) ;;
	*) echo "# storm $*: \"$answer\""; return 1 ;;
	esac
	for pair in $answer; do
		printf -v "${pair%%=*}" %s "${pair#*=}"
	done
}

start_storm() {
	coproc STORM { exec "$KUV_SCALE_BIN/scale/storm" "$SOCK" 2>>"$LOG"; }
	exec {STORM_IN}>&"${STORM[1]}" {STORM_OUT}<&"${STORM[0]}"
}

unused() {
	[ "$(cat /sys/module/kvm_uefivars/refcnt)" = 0 ]
}

# The last two tests of all: nothing is left.
t_end() {
	echo quit >&"$STORM_IN"
	exec {STORM_IN}>&- {STORM_OUT}<&-
	wait "$STORM_PID" 2>/dev/null
	if ! wait_for 60 unused; then
		"$KUV_SCALE_BIN/kuvctl" --socket "$SOCK" list | grep -v ' no ' |
			head | sed 's/^/# /'
		return 1
	fi
	kill "$DAEMON"
	wait "$DAEMON" || return 1
	rmmod kvm_uefivars
}

t_kernel_log() {
	local bad

	bad=$(dmesg | grep -E 'BUG:|WARNING:|Oops|Call Trace|INFO: (task|rcu)')
	[ -z "$bad" ] || { printf '%s\n' "$bad" | sed 's/^/# /'; return 1; }
}

# outside SCRIPT [--kernel 6.12|6.1]: build everything, run the script in the emulated host.
outside() {
	local script=$1 kernel=6.12 tests=$KUV_TOP/tools/testing/scale

	shift
	if [ "${1:-}" = --kernel ]; then
		kernel=${2:?}
		shift 2
	fi
	[ $# = 0 ] || kuv_die "usage: $script [--kernel 6.12|6.1]; see tools/testing/scale/README.md"
	kuv_need_programs sqlite3 python3-minimal e2fsprogs kmod
	[ "$KUV_SCALE_BIN" != "$KUV_TOP/build" ] ||
		nice make -s -C "$KUV_TOP/userspace/vard-sync" O="$KUV_SCALE_BIN" all >&2
	make -s -C "$tests" O="$KUV_SCALE_BIN/scale" >&2
	[ -n "$KUV_SCALE_KO" ] ||
		KUV_SCALE_KO=$("$KUV_TOP/tools/build-module.sh" "$kernel")
	exec bash "$KUV_TOP/tools/testing/host/host.sh" --kernel "$kernel" --mem 2048 \
		--timeout "${KUV_SCALE_TIMEOUT:-900}" -- bash "$script" --inside
}

# inside START: everything set up, START starts vard-sync, then all tests.
inside() {
	local t start

	set +e
	ulimit -n 65536
	: >"$LOG"
	make_disk || kuv_die "no disk"
	insmod "$KUV_SCALE_KO" || kuv_die "cannot load the module"
	template "$W/t.json" "${SIZES[@]}"
	"$1" || kuv_die "vard-sync does not start: $(tail -n 3 "$LOG")"
	start_storm
	echo "KTAP version 1"
	echo "1..${#TESTS[@]}"
	for t in "${TESTS[@]}"; do
		start=$SECONDS
		result "$t" "t_$t"
		echo "# $t: $((SECONDS - start)) s"
	done
	[ $failed = 0 ] || tail -n 5 "$LOG" | sed 's/^/# log: /'
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]
}

# scale_main START [ARGUMENT...]
scale_main() {
	if [ "${2:-}" = --inside ]; then
		inside "$1"
	else
		shift
		outside "$0" "$@"
	fi
}
