#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kuvctl against a real vard-sync without the module. usage: run.sh KUVCTL

set -u
KUVCTL=$1
VARD=${VARD_SYNC:-$(dirname "$KUVCTL")/../../../vard-sync}
W=$(mktemp -d /tmp/kuvctl-test.XXXXXX)
trap 'kill "$DAEMON" 2>/dev/null; rm -rf "$W"' EXIT
DAEMON=
n=0
failed=0

# ctl ARGUMENT...: its output in OUT, its status in RC.
ctl() {
	OUT=$("$KUVCTL" --socket "$W/control" "$@" 2>&1 </dev/null)
	RC=$?
}

# to_null ARGUMENT...: the same, with its output thrown away
to_null() {
	"$KUVCTL" --socket "$W/control" "$@" 2>"$W/err" </dev/null >/dev/null
	RC=$?
	OUT=$(cat "$W/err")
}

# check NAME STATUS PATTERN: of the last ctl
check() {
	n=$((n + 1))
	# shellcheck disable=SC2053 # a pattern
	if [ "$RC" = "$2" ] && [[ $OUT == $3 ]]; then
		echo "ok $n $1"
	else
		echo "# status $RC: $OUT"
		echo "not ok $n $1"
		failed=$((failed + 1))
	fi
}

start() {
	"$VARD" --db "$W/vars.db" --socket "$W/control" --device /nonexistent \
		2>"$W/log" &
	DAEMON=$!
	for _ in $(seq 100); do
		grep -q " 00010000 .* $W/control\$" /proc/net/unix && return
		sleep 0.05
	done
	echo "Bail out! vard-sync does not start: $(cat "$W/log")"
	exit 1
}

echo "TAP version 13"
ctl list
check no_daemon 5 '*no vard-sync listens at *systemctl start vard-sync*'
ctl
check no_command 2 '*a command is missing*'
ctl frobnicate
check unknown_command 2 '*no command frobnicate*'
ctl --help
check help 0 '*usage: kuvctl*list*stats*configure*'
start
ctl list
check list_of_none 0 'VM *STATE *'
ctl list x
check list_usage 2 'usage: kuvctl list*'

# in_stream TEXT: what move-in says of it
in_stream() {
	OUT=$(printf '%b' "$1" | "$KUVCTL" --socket "$W/control" move-in vm 2>&1)
	RC=$?
}

in_stream ''
check stream_empty 10 '*did not come, nothing has changed*nothing came*'
in_stream 'hello world\n'
check stream_foreign 10 '*does not come from kuvctl move-out*'
in_stream 'kuv-move 2 5 one-way\nhello'
check stream_version 10 '*another version*'
in_stream 'kuv-move 1 99999999999999999999999 one-way\n'
check stream_huge 10 '*longer than the state*'
in_stream 'kuv-move 1 -5 one-way\n'
check stream_negative 10 '*length is malformed*'
in_stream 'kuv-move 1 5 three-way\nhello'
check stream_mode 10 '*first line is malformed*'
in_stream 'kuv-move 1 500 one-way\nhello'
check stream_cut 10 '*cut off*'
in_stream 'kuv-move 1 5 one-way\nhello00000000000000000000000000000000?commit\n'
check stream_damaged 10 '*damaged on the way*'
# A sound stream whose body vard-sync has to refuse.
BODY=hello
SUM=$(printf %s $BODY | sha256sum | sed 's/ .*//; s/../\\x&/g')
in_stream "kuv-move 1 5 one-way\\n$BODY$SUM?commit\\n"
check stream_body 9 '*not usable: it is too short*'
ctl list
check nothing_has_changed 0 'VM *STATE *OPTIONS'
to_null move-out none
check out_null 2 '*neither a pipe, a socket nor a file*'
# A command that stays: one that ends might be noticed before the refusal.
ctl move-out --via cat none
check out_unknown 9 '*no VM none*'
ctl move-out --undo none
check undo_unknown 9 '*no VM none*'
ctl configure none durability=write-back
check configure_unknown 9 '*no VM none*'
ctl configure none change-rate=x
check configure_number 2 '*a number is wanted*'
ctl configure none incoming=x
check configure_other 2 '*wrong type*'
ctl stats
check stats 0 'vard-sync*transactions *fsyncs-wal *'
ctl snapshot none s
check snapshot_unknown 9 '*no VM none*'
ctl snapshot none
check snapshot_usage 2 'usage: kuvctl snapshot VM NAME'
ctl snapshot none a/b
check snapshot_name 2 '*a name is 1 to 128*'
ctl snapshots none
check snapshots_unknown 9 '*no VM none*'
ctl restore none s x
check restore_usage 2 'usage: kuvctl restore VM NAME'
ctl clone --frobnicate one two
check clone_usage 2 '*usage: kuvctl clone *'
ctl clone --remove
check clone_remove 2 '*usage: kuvctl clone *'
ctl clone --remove 'A*' --keep-machine none two
check clone_unknown 9 '*no VM none*'
ctl reset
check reset_usage 2 'usage: kuvctl reset VM \[TEMPLATE\]'
ctl remove none
check remove_unasked 2 'usage: kuvctl remove --yes VM'
ctl remove --yes none
check remove_unknown 9 '*no VM none*'
ctl audit
check audit_of_none 0 ''
ctl audit -n 0
check audit_number 2 'usage: kuvctl audit *'
ctl audit -n 1 one two
check audit_usage 2 'usage: kuvctl audit *'
ctl --json list
check json_of_none 0 '\[?(*\])'
ctl --json stats
check json_stats 0 '{*"vms":\[*'
ctl help
check help_all 0 '*show *set *watch *--json*'
ctl help get
check help_one 0 'usage: kuvctl get *'
ctl help frobnicate
check help_unknown 2 '*no command frobnicate*'
ctl show
check show_usage 2 'usage: kuvctl show *'
ctl show none
check show_unknown 9 '*no VM none*'
ctl show --hex --raw none
check show_forms 2 'usage: kuvctl show *'
ctl get none
check get_usage 2 'usage: kuvctl get *'
ctl get none PK
check get_unknown 9 '*no VM none*'
ctl set none X
check set_nothing 2 '*no data: --data*'
ctl set none X --data 0
check set_digits 2 '*pairs of hexadecimal digits*'
ctl set none X --data 00 --string y
check set_twice 2 '*given twice*'
ctl set none X --boot-order 0001,zz
check set_order 2 '*numbers as in 0001,0002*'
ctl set none X --file /nonexistent
check set_file 2 '*/nonexistent: No such file*'
ctl set none X --file /dev/null
check set_empty 2 '*kuvctl delete deletes*'
ctl set none X --auth /dev/null
check set_auth 2 '*too short*'
printf abc >"$W/short"
ctl set none X --efivarfs "$W/short"
check set_efivarfs 2 '*shorter than the attributes*'
printf '\7\0\0\0abc' >"$W/efivarfs"
ctl set none X --efivarfs "$W/efivarfs" --attributes NV
check set_attributes 2 '*leave --attributes out*'
ctl set none X --data 00
check set_unknown 9 '*no VM none*'
ctl delete none
check delete_usage 2 'usage: kuvctl delete *'
ctl delete none X
check delete_unknown 9 '*no VM none*'
ctl pending
check pending_usage 2 'usage: kuvctl pending *'
ctl pending --drop -1 none
check pending_number 2 'usage: kuvctl pending *'
ctl pending none
check pending_unknown 9 '*no VM none*'
ctl watch --frobnicate
check watch_usage 2 'usage: kuvctl watch *'
ctl watch none
check watch_unknown 9 '*no VM none*'

# A VM without variables; to make others takes the module.
stop() {
	kill "$1" "$DAEMON"
	wait "$DAEMON" 2>/dev/null
	rm -f "$W/control"
}

stop -TERM
sqlite3 "$W/vars.db" "INSERT INTO vm (name, uuid, uid) VALUES
	('one', '11111111-2222-3333-4444-555555555555', 0)" || failed=1
start
ctl show one
check show_stopped 0 '*VM one, stopped, 0 variables, digest *'
ctl --json show one
check show_json 0 '{*"vm":"one"*"running":false*"variables":\[*'
ctl show one Timeout
check show_nothing 14 '*no variable Timeout*'
ctl get one Twice
check get_nothing 14 '*no variable Twice*'
ctl set one Other --data 00
check set_new 2 '*write NAME-GUID*'
ctl delete one Timeout Nothing
check delete_nothing 14 '*no variable Timeout*'
ctl set one Timeout --data 0500
check set_no_module 3 '*load the module*'
ctl --json list
check list_json 0 '*"state":"idle"*"vm":"one"*'

# on_terminal ARGUMENT...: as ctl(), but standard output is a terminal
on_terminal() {
	OUT=$(script -qec "$KUVCTL --socket $W/control $*" /dev/null </dev/null)
	RC=$?
}

unset NO_COLOR
on_terminal fleet query
check colours 12 $'\e\\[1mVM *FOUND\e\\[0m*\e\\[33mone *'
ctl fleet query
check colours_not_in_files 12 'VM *FOUND?one *'
NO_COLOR=1 on_terminal fleet query
check no_color 12 $'VM *FOUND\r\none *'

# twin DIGIT: a variable Twin of VM one in the namespace of that digit. All
# fields of both UUIDs are of one digit, so the order of bytes does not matter.
twin() {
	local uuid=11111111222233334444555555555555 guid=11111111111111111111111111111111
	local name=5400770069006e00 zero=00000000000000000000000000000000 crc

	guid=${guid//1/$1}
	crc=$(printf %s "${uuid}${guid}070000000800000001000000$zero${name}aa" |
		sed 's/../\\x&/g' | xargs -0 printf %b |
		gzip -c | tail -c 8 | head -c 4 | od -An -tu4 --endian=little)
	sqlite3 "$W/vars.db" "INSERT INTO variable (vm_id, guid, name_utf16, name,
		attributes, time, data, seq, crc) SELECT id, '${guid:0:8}-${guid:0:4}-${guid:0:4}-${guid:0:4}-${guid:0:12}',
		x'$name', 'Twin', 7, x'$zero', x'aa', $1, $crc FROM vm WHERE name = 'one'" || failed=1
}

stop -TERM
twin 3
start
ctl get one Twin
check get_single 0 'Twin-33333333-3333-3333-3333-333333333333*'
stop -TERM
twin 4
start
for COMMAND in "get one Twin" "delete one Twin" "set one Twin --data 00"; do
	# shellcheck disable=SC2086 # words
	ctl $COMMAND
	check "ambiguous_${COMMAND%% *}" 2 '*Twin could be*Twin-33333333-*Twin-44444444-*name one of them in full'
done
ctl get one Twin-44444444-4444-4444-4444-444444444444
check get_in_full 0 'Twin-44444444-*'

# Many VMs, one of which belongs to another host.
stop -TERM
sqlite3 "$W/vars.db" "INSERT INTO vm (name, uuid, uid, state) VALUES
	('away', '11111111-2222-3333-4444-666666666666', 0, 'moved')" || failed=1
start
plan() {
	printf '{"select": {"vms": %s}, "stages": [1], "actions": [{"delete": {"name": "x",
		"guid": "8be4df61-93ca-11d2-aa0d-00e098032b8c"}}]}' "$1" >"$W/plan.json"
}

ctl fleet query
check query_moved 12 '*away *moved *one *idle *setup-mode*1 of 1 VMs; 1 moved, left out'
ctl --json fleet query --setup-mode
check query_moved_json 12 '*"vm":"away",*"findings":\[*([[:space:]])]*"vm":"one",*"found":1,*"looked-at":1,*"moved":1*'
plan '["one", "away"]'
ctl fleet apply --plan "$W/plan.json"
check apply_moved_named 9 '*stopped at away: it has moved to another host*'
plan '"*"'
ctl fleet apply --plan "$W/plan.json" --dry-run
check apply_moved_dry 0 '*one * 1 unchanged*away * 0 moved, left out*1 left, 1 moved, left out; dry run*'
ctl fleet apply --plan "$W/plan.json"
check apply_moved 0 '*2 VMs: 0 done, 1 unchanged, 0 left, 1 moved, left out'
ctl --json fleet apply --plan "$W/plan.json" --resume
check apply_moved_again 0 '*"moved":1*"vm":"one",*"stage":1,*"vm":"away",*"stage":0,*"state":"moved"*'

# end_watch WORD: ends WATCHER when it has said that, or not soon enough
end_watch() {
	for _ in $(seq 400); do
		grep -q "$1" "$W/watch" && break
		sleep 0.05
	done
	kill -INT $WATCHER
	wait $WATCHER
	RC=$?
	OUT=$(cat "$W/watch")
}

"$KUVCTL" --socket "$W/control" watch one >"$W/watch" 2>&1 &
WATCHER=$!
sleep 1
stop -KILL
sleep 1
start
end_watch back
check watch_reconnects 0 '*vard-sync is away*vard-sync is back'

# More VMs than one connection may watch.
stop -TERM
sqlite3 "$W/vars.db" "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1
	FROM n WHERE i < 2029) INSERT INTO vm (name, uuid, uid)
	SELECT 'many' || i, '11111111-2222-3333-4444-77777777' || i, 0 FROM n" || failed=1
start
"$KUVCTL" --socket "$W/control" watch >"$W/watch" 2>&1 &
WATCHER=$!
end_watch NOT
check watch_limit 0 'kuvctl: 1024 VMs are followed, 8 are NOT:*name VMs*'
echo "1..$n"
[ $failed = 0 ]
