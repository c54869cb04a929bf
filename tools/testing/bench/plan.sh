# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC3043
# What is measured on which set-up, in this order; sourced by init on the measuring host.
# init has set $bb, $only and $form.

# vmm ARGUMENT...: one set-up on the reference VMM; the first two are -s NAME, where
# a leading @ stands for the back end.
vmm() {
	wants "$(echo "$2" | $bb sed "s/^@/$form/")" || return 0
	bench-vmm "$@" ${only:+-o "$only"} || die "set-up $2"
}

# qemu SETUP LIST VARIABLES COMMAND...: the guest in a QEMU of its own. The command
# ends in what runs QEMU and its options.
qemu() {
	export KUV_BENCH_SETUP="$1" KUV_BENCH_LIST="$2" KUV_BENCH_VARS="$3"
	shift 3
	wants "$KUV_BENCH_SETUP" || return 0
	[ -z "$only" ] || export KUV_BENCH_ONLY="$only"
	"$@" </dev/null || die "set-up $KUV_BENCH_SETUP"
}

# No ROM of QEMU's is here, not even the one that guards Windows' task priority.
machine="-nodefaults -no-user-config -display none -vga none -accel kvm
	-machine q35,smm=off -cpu host -m 64 -bios /bin/bench-rom.bin
	-global kvm-apic.vapic=off"

# with_device JSON PROPERTIES: QEMU's own device, its variables in that file.
with_device() {
	# shellcheck disable=SC2086 # words
	qemu-system-x86_64 $machine -device "uefi-vars-x64,jsonfile=$1$2"
}

# with_us DATABASE DURABILITY: QEMU as our users run it, and all of their host.
with_us() {
	local status

	rm -f "$1"
	# shellcheck disable=SC2086
	kuv-run --vm bench --db "$1" --durability "$2" -- \
		qemu-system-x86_64 $machine
	status=$?
	while $bb pidof vard-sync >/dev/null; do
		$bb usleep 100000
	done
	return $status
}

# filled NUMBER: a file of QEMU's device with so many variables, as the guest's own.
filled() {
	$bb awk -v n="$1" 'BEGIN {
		data = sprintf("%0128d", 0)
		print "{ \"version\": 2, \"variables\": ["
		for (i = 0; i < n; i++)
			printf "{ \"name\": \"Bench%03d\", \"guid\": " \
				"\"7ad81352-609e-4c4f-b10a-8e27c395116d\", " \
				"\"attr\": 7, \"data\": \"%s\" }%s\n", i, data,
				i < n - 1 ? "," : ""
		print "] }"
	}'
}

# plan_gate: what make check measures.
plan_gate() {
	use_kvm stock
	vmm -s empty -t empty -l empty
	for form in task_work fput; do
		use_module $form || continue
		vmm -s @ -t doorbell -l full
		vmm -s @-through -t doorbell -l set -w
	done
	form=$(any_module) || return 0
	use_module "$form"
	vmm -s forward -t forward -l plain
	vmm -s forward-pio -t forward-pio -l pio
	for n in 10 100 1000; do
		vmm -s vars-$n -t doorbell -l growth -n $n
	done
	for n in 1 10 100; do
		vmm -s vms-$n -t doorbell -l growth -v $n
	done
	use_kvm patched || return 0
	use_module "$form"
	vmm -s cap -t cap -l full
	vmm -s cap-through -t cap -l set -w
	vmm -s cap-pio -t cap-pio -l pio
}

# plan_peers: other ways to give a guest its variables, and ours in the same QEMU.
plan_peers() {
	use_kvm stock
	no_module
	echo '{ "version": 2, "variables": [] }' >/tmp/none.json
	$bb cp /tmp/none.json /tmp/dma.json
	qemu uefi-vars file 100 with_device /tmp/dma.json ""
	$bb cp /tmp/none.json /tmp/pio.json
	export KUV_BENCH_PIO=1
	qemu uefi-vars-pio pio 100 with_device /tmp/pio.json ,use-pio=on
	unset KUV_BENCH_PIO
	export KUV_BENCH_FILLED=1
	for n in 10 100 1000; do
		filled $n >/tmp/filled.json
		qemu uefi-vars-$n file-growth $n with_device /tmp/filled.json ""
	done
	unset KUV_BENCH_FILLED
	form=$(any_module) || return 0
	use_module "$form"
	qemu kuv-run full 100 with_us /tmp/back.db write-back
	for n in 10 100 1000; do
		qemu kuv-run-through-$n set $n with_us /tmp/through.db write-through
	done
}
