#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion in bash, with a kuvctl that answers from files. usage:
# completion.sh KUVCTL

set -u
HERE=$(cd "$(dirname "$0")" && pwd)
KUVCTL=$1
W=$(mktemp -d /tmp/kuvctl-completion.XXXXXX)
trap 'rm -rf "$W"' EXIT
n=0
failed=0

# kuvctl with VMs, a snapshot and a guest that chose names to harm the shell.
cat >"$W/kuvctl" <<END
#!/bin/bash
echo "\$*" >>"$W/calls"
case "\$*" in
*help*) exec "$KUVCTL" "\$@" ;;
*"--json list") printf '[\n  {\n    "vm":"one",\n    "uid":0\n  },\n  {\n    "vm":"other"\n  }\n]\n' ;;
*"show --raw one") cat "$W/names" ;;
*"--json snapshots one") printf '[\n  {\n    "snapshot":"before"\n  }\n]\n' ;;
esac
END
chmod +x "$W/kuvctl"
GUID=8be4df61-93ca-11d2-aa0d-00e098032b8c
# shellcheck disable=SC2016 # these are for a shell that expands too much
printf '%s NV 00\n' "BootOrder-$GUID" "Boot0001-$GUID" '$(touch$IFS'"$W"'/harm)-'$GUID \
	'`touch$IFS'"$W"'/harm`-'$GUID >"$W/names"

# shellcheck source=userspace/kuvctl/completion/kuvctl
source "$HERE/../completion/kuvctl"

# completes NAME WANT WORD...: sorted offers for the last word
completes() {
	local name=$1 want=$2 got

	shift 2
	COMP_WORDS=("$W/kuvctl" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_kuvctl
	got=$(printf '%s\n' "${COMPREPLY[@]}" | sort -u | tr '\n' ' ')
	n=$((n + 1))
	# shellcheck disable=SC2053 # a pattern
	if [[ $got == $want ]]; then
		echo "ok $n $name"
	else
		echo "# got \"$got\", want \"$want\""
		echo "not ok $n $name"
		failed=$((failed + 1))
	fi
}

echo "TAP version 13"
completes command 'snapshot snapshots ' snap
completes global_option '--json ' --j
completes vm 'one other ' show ''
completes vm_prefix 'other ' show ot
completes variables "Boot0001 Boot0001-$GUID BootOrder BootOrder-$GUID " show one ''
completes variable "BootOrder BootOrder-$GUID " set --data 00 one BootO
completes options '--append --at-next-boot --attributes --auth ' set --a
completes value_is_no_position 'one ' set --data 00 on
completes value_of_data ' ' set --data ''
completes file "$W/names " set --file "$W/na"
completes snapshot 'before ' restore one ''
completes yes 'one other ' remove --yes ''
completes help 'restore ' help resto
completes json '--json ' list --
completes none ' ' list ''
: >"$W/calls"
completes socket 'one other ' --socket /s show ''
n=$((n + 1))
if grep -q '^--socket /s --json list$' "$W/calls"; then
	echo "ok $n socket_is_passed_on"
else
	echo "not ok $n socket_is_passed_on"
	failed=$((failed + 1))
fi
n=$((n + 1))
if [ ! -e "$W/harm" ]; then
	echo "ok $n names_are_not_run"
else
	echo "not ok $n names_are_not_run"
	failed=$((failed + 1))
fi
echo "1..$n"
[ $failed = 0 ]
