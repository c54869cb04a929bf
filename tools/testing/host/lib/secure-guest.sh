# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For scripts in a Linux guest that use key variables (busybox, as /secure.sh).

# efitools call mount by a shell, with an option busybox has not; and busybox, as a
# shell, takes its own mount.
ln -sf bash /bin/sh
export PATH=/full:/bin
GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
SECURITY=d719b2cb-3d3a-4596-a3bc-dad00e67656f
PRIVATE=6b757630-7465-7374-8001-020304050607

# full NAME: with its namespace.
full() {
	case $1 in
	db | dbx) echo "$1-$SECURITY" ;;
	Kuv*) echo "$1-$PRIVATE" ;;
	MemoryOverwriteRequestControl) echo "$1-e20939be-32d4-41be-a150-897f85d49829" ;;
	MemoryOverwriteRequestControlLock) echo "$1-bb983ccf-151d-40e1-a07b-4a17be168292" ;;
	*) echo "$1-$GLOBAL" ;;
	esac
}

# write NAME ATTRS FILE ANSWER: one SetVariable with this result, "ok" or errno.
write() {
	same "$1 with $2 from $3" "$4" "$(putvar "$(full "$1")" "$2" "$3")"
}

# delete NAME ANSWER
delete() {
	same "delete $1" "$2" "$(putvar del "$(full "$1")")"
}

# reads NAME ATTRIBUTES HEX: all of a small variable.
reads() {
	same "$1" "$2 $3" "$(od -An -v -tx1 "$EFIVARS/$(full "$1")" |
		tr -d ' \n' | sed 's/^\(..\)....../\1 /')"
}

# holds NAME FILE...: its value is the content of these files.
holds() {
	name=$1
	shift
	cat "$@" >/tmp/expected
	tail -c +5 "$EFIVARS/$(full "$name")" >/tmp/value
	cmp /tmp/expected /tmp/value || die "$name is not $*"
	echo "guest: ok: $name is $*"
}
