# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# One VM, attached another way each time it boots: firmware and Linux do the same by all of them,
# and find what they wrote by the one before.
# KVM: patched
# Limit: 1500 s

# accesses: how many register accesses the last run of the VM made KVM bring to the module.
accesses() {
	sed -n 's/^kuv-run: cap \([0-9]*\) .*/\1/p' "$(log_of a qemu)"
}

# boot TRANSPORT HOW [OPTION...]: one boot with --attach HOW, by which the VM gets TRANSPORT.
boot() {
	local transport=$1 before=${written:-nothing}
	VM_ATTACH=$2
	shift 2
	# shellcheck disable=SC2034 # lib/scenario.sh has use for it
	VM_OPTIONS=("$@")
	written="$transport of $VM_ATTACH $*"
	vm_linux a <<-END
	[ "$before" = nothing ] ||
		same "text of the boot before" "0x07 $before" "\$(evar get KuvText)"
	must evar set KuvText "$written"
	must evar set KuvBig "$(printf '%04000d' 7)"
	must evar append KuvBig "$written"
	same "what was appended" "0x07 $(printf '%04000d' 7)$written" "\$(evar get KuvBig)"
	must evar del KuvBig
	refused evar get KuvBig
	must test -n "\$(boot_current)"
	tell list \$(ls \$EFIVARS | wc -l)
	END
	vm_done a
	same "text in the database" "$written" "$(stored a KuvText)"
	refuse "what was deleted is not" has a KuvBig "$KUV_NS"
	check "the port is attached by $transport" \
		line "$(log_of a qemu)" "attached at 0x[0-9a-f]+ by $transport\$"
	same "as many variables as by the way before" "${listed:-$(told a list)}" \
		"$(told a list)"
	listed=$(told a list)
}

load_module
start_vard
written='' listed=''

boot cap cap
direct=$(accesses)
boot doorbell doorbell
boot forward forward
boot 'cap, PIO' auto --pio
check "messages came through the register ($(accesses) accesses, $direct without)" \
	[ "$(accesses)" -gt $((20 * direct)) ]
boot 'forward, PIO' forward --pio
