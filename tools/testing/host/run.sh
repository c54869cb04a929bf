#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the scenarios, each in an emulated host of its own. KTAP on standard output; the logs of
# a scenario are in build/host/<kernel>-<backend>[-<attach>]/<scenario>/.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
# shellcheck source=tools/testing/host/lib/ssh.sh
source "$KUV_TOP/tools/testing/host/lib/ssh.sh"
# shellcheck source=tools/testing/host/lib/guest-death.sh
source "$KUV_TOP/tools/testing/host/lib/guest-death.sh"
# shellcheck source=tools/testing/host/lib/certs.sh
source "$KUV_TOP/tools/testing/host/lib/certs.sh"

here=$KUV_TOP/tools/testing/host
kernel=6.12
backend=auto
firmware=RELEASE
attach=

usage() {
	cat <<-END
	usage: run.sh [--kernel 6.12|6.1|7.2|6.12-debug] [--backend auto|task_work|fput]
	              [--attach cap|doorbell|forward] [--firmware RELEASE|DEBUG]
	              [SCENARIO...]
	SCENARIO is a number or a name from scenarios/; all without one. With --attach cap
	the host has the KVM of tools/kvm-build; without --attach VMs take what there is.
	END
}

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--backend) backend=$2; shift ;;
		--attach) attach=$2; shift ;;
		--firmware) firmware=$2; shift ;;
		--help) usage; exit 0 ;;
		-*) usage >&2; kuv_die "unknown option $1" ;;
		*) break ;;
		esac
		shift
	done
	case $attach in
	'' | cap | doorbell | forward) ;;
	*) usage >&2; kuv_die "unknown way to attach: $attach" ;;
	esac
	scenarios=()
	[ $# -gt 0 ] || set -- ''
	for s; do
		mapfile -t -O ${#scenarios[@]} scenarios < <(
			find "$here/scenarios" -name "$s*.sh" | sort)
	done
	[ ${#scenarios[@]} -gt 0 ] || kuv_die "no scenario like '$*'"
}

# prepare: everything the scenarios use, built outside.
prepare() {
	kuv_need_programs sqlite3 qemu-system-x86
	kuv_say "building module ($kernel, $backend), programs, firmware, guest"
	KUV_MODULE=$("$KUV_TOP/tools/build-module.sh" "$kernel" "${backend/task_work/auto}")
	make -s -C "$KUV_TOP" all >&2
	KUV_FIRMWARE=$("$KUV_TOP/tools/testing/firmware/build.sh" "$firmware")/OVMF_$firmware.fd
	# What is checked is the host's kernel.
	KUV_GUEST_DISK=$("$here/guest.sh" "${kernel%-debug}")
	export KUV_MODULE KUV_FIRMWARE KUV_GUEST_DISK
	if [[ ${scenarios[*]} = *secure* ]]; then
		KUV_SECURE=$("$here/secure.sh" "${kernel%-debug}")
		export KUV_SECURE
	fi
	if [[ ${scenarios[*]} = *stranger* ]]; then
		KUV_STRANGER=$("$here/stranger.sh")
		KUV_DEBS=$("$KUV_TOP/tools/packages.sh")
		KUV_CERTS=$(kuv_virt_firmware_certs)
		export KUV_STRANGER KUV_DEBS KUV_CERTS
	fi
	prepare_kvm
}

# needs_kvm: a scenario wants the KVM of tools/kvm-build whatever --attach says, by its line
# "# KVM: patched".
needs_kvm() {
	grep -q '^# KVM: patched' "$1"
}

# prepare_kvm: that KVM. The debug kernel's own has the patch.
prepare_kvm() {
	local file

	patched=
	export KUV_ATTACH_BY=${attach:-auto}
	[[ $kernel != *-debug ]] || return 0
	for file in "${scenarios[@]}"; do
		if [ "$attach" = cap ] || needs_kvm "$file"; then
			patched=$("$KUV_TOP/tools/kvm-build/build.sh" "$kernel")
			return
		fi
	done
}

# kvm_of SCENARIO: what KUV_KVM is for it.
kvm_of() {
	if [ "$attach" = cap ] || needs_kvm "$1"; then
		echo "$patched"
	fi
}

# limit_of SCENARIO: its line "# Limit: N s", or "# Limit: N s and M s a round", or 180.
limit_of() {
	local n m
	n=$(sed -n 's/^# Limit: \([0-9]*\) s.*/\1/p' "$1")
	m=$(sed -n 's/^# Limit: .* and \([0-9]*\) s a round.*/\1/p' "$1")
	echo $(((${n:-180} + ${m:-0} * ${KUV_ROUNDS:-1}) * ${KUV_SLOW:-1}))
}

# as_diagnostics FILE: lines of this log.
as_diagnostics() {
	cut -c1-160 | sed "s/^/# ${1##*/}: /"
}

# end_of FILE LINES: the last lines of a log with something on them.
end_of() {
	[ ! -s "$1" ] || kuv_serial_text "$1" | tail -n "$2" | as_diagnostics "$1"
}

# trouble_of FILE: of a serial line, what is around the first trouble a guest's kernel had; its
# end if it had none.
trouble_of() {
	local nr

	nr=$(kuv_serial_text "$1" |
		grep -m 1 -nE "$KUV_DEATH|BUG: |Call Trace|WARNING: " | cut -d: -f1 || true)
	if [ -n "$nr" ]; then
		kuv_serial_text "$1" |
			sed -n "$((nr > 4 ? nr - 4 : 1)),$((nr + 20))p" |
			as_diagnostics "$1"
	else
		end_of "$1" 2
	fi
}

# why LOGS STATUS: a few lines on a scenario that failed, the reason last.
why() {
	local logs=$1 status=$2 f vm last=

	while read -r f; do
		vm=${f##*/} vm=${vm%%.*}
		[ "$vm" != "$last" ] || continue
		last=$vm
		trouble_of "$f"
		end_of "${f%serial}qemu" 1
		end_of "${f%serial}out" 3
	done < <(find "$logs" -name '*.serial' | sort -rV)
	end_of "$logs/vard-sync.log" 3
	[ -s "$logs/status" ] || end_of "$logs/console.log" 5
	echo "# logs: ${logs#"$KUV_TOP"/}"
	echo "# reason: $(sed -n '/FAILED: /{ s/^[# 0-9.]*//p; q }' "$logs/scenario.log" |
		grep . || echo "none was given, status $status")"
}

# hosts_of SCENARIO: how many it needs, its "# Hosts: N" line.
hosts_of() {
	grep -q '^# Hosts: 2' "$1" && echo 2 || echo 1
}

# second_start LOGS SECONDS: the second host of a scenario with two, on a network with the
# first; in a process group of its own.
second_start() {
	local logs=$1/second

	# The sockets of the network have short names.
	KUV_NET=$(mktemp -d /tmp/kuv-net.XXXXXX)
	export KUV_NET
	kuv_ssh_prepare "$KUV_NET"
	network=(--net "1:$KUV_NET")
	mkdir "$logs"
	setsid "$here/host.sh" --kernel "$kernel" --timeout $(($2 + 60)) --share "$logs" \
		--net "2:$KUV_NET" -- bash "$here/lib/inside.sh" \
		"$here/lib/second-host.sh" "$logs" "$2" >"$logs/scenario.log" 2>&1 &
	second=$!
}

# second_end STATUS: the status of both, if that of the first is this.
second_end() {
	local rc=0

	if [ "$1" != 0 ]; then
		kill -TERM -- "-$second" 2>/dev/null || true
	fi
	wait "$second" || rc=$?
	rm -rf "$KUV_NET"
	[ "$1" = 0 ] || return "$1"
	return $rc
}

# emulators_fault LOGS: what the failure of a scenario has to do with the emulator and not
# with what is tested, see lib/guest-death.sh; fails where that cannot be said.
emulators_fault() {
	local f vm reason

	reason=$(grep -a 'FAILED: ' "$1/scenario.log" || true)
	while read -r f; do
		kuv_guest_death "$f" && return
		vm=${f##*/} vm=${vm%%.*}
		if [[ $reason = *"VM $vm "* ]] && kuv_guest_hangs "$f"; then
			echo "it hangs, the last line is: $(kuv_serial_text "$f" | tail -n 1)"
			return
		fi
	done < <(find "$1" -name '*.serial' | sort -rV)
	return 1
}

# run_host SCENARIO LOGS: once; its output, its status.
run_host() {
	local file=$1 logs=$2 limit rc=0

	limit=$(limit_of "$file")
	rm -rf "$logs"
	mkdir -p "$logs"
	KUV_KVM=$(kvm_of "$file")
	export KUV_KVM
	network=()
	[ "$(hosts_of "$file")" = 1 ] || second_start "$logs" "$limit"
	"$here/host.sh" --kernel "$kernel" --timeout $((limit + 60)) --share "$logs" \
		--append "$([[ $kernel != *-debug ]] || echo kmemleak=on)" \
		"${network[@]}" -- bash "$here/lib/inside.sh" "$file" "$logs" "$limit" 2>&1 |
		sed -u '/^#/!s/^/# /' | tee "$logs/scenario.log" || rc=$?
	[ ${#network[@]} = 0 ] || second_end $rc || rc=$?
	[ $rc != 0 ] || afterwards "$file" "$logs" || rc=$?
	return $rc
}

# afterwards SCENARIO LOGS: what its line "# Afterwards: FILE" says is run on this machine when
# the host has ended well.
afterwards() {
	local script

	script=$(sed -n 's/^# Afterwards: //p' "$1")
	[ -z "$script" ] || bash "$here/$script" "$2" 2>&1 | tee -a "$2/scenario.log"
}

# run_one NUMBER SCENARIO: twice if the emulator has let the first time down.
run_one() {
	local nr=$1 file=$2 name logs rc=0 start=$SECONDS fault
	name=$(basename "$file" .sh)
	logs=$KUV_TOP/build/host/$kernel-$backend${attach:+-$attach}/$name

	run_host "$file" "$logs" || rc=$?
	if [ $rc != 0 ] && fault=$(emulators_fault "$logs"); then
		why "$logs" "$rc"
		rm -rf "$logs.first"
		mv "$logs" "$logs.first"
		echo "# a guest's kernel died in the emulator: $fault; run again"
		again+=("$name")
		rc=0
		run_host "$file" "$logs" || rc=$?
	fi
	if [ $rc = 0 ]; then
		passed=$((passed + 1))
		echo "ok $nr $name # $((SECONDS - start)) s"
	else
		failed=$((failed + 1))
		why "$logs" "$rc"
		echo "not ok $nr $name # $((SECONDS - start)) s"
	fi
}

main() {
	local nr=0 file

	parse "$@"
	# A kernel full of checks, emulated.
	[[ $kernel != *-debug ]] || export KUV_SLOW=${KUV_SLOW:-4}
	prepare
	echo "KTAP version 1"
	echo "1..${#scenarios[@]}"
	passed=0 failed=0 again=()
	for file in "${scenarios[@]}"; do
		nr=$((nr + 1))
		run_one $nr "$file"
	done
	echo "# $passed passed, $failed failed"
	[ ${#again[@]} = 0 ] ||
		echo "## run again, as a guest's kernel died in the emulator: ${again[*]}"
	[ $failed = 0 ]
}

main "$@"
