# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Two VMs at the same time never see each other's variables.
# Limit: 1200 s

# script OWN OTHER: what the VM OWN does.
script() {
	cat <<END
must evar set Kuv-$1 mine
must evar set KuvSame of-$1
echo ready
same "go" go "\$(hear)"
for i in 1 2 3 4 5 6 7 8 9 10; do
	must evar set Kuv-$1 "mine \$i"
	same "own variable" "0x07 mine \$i" "\$(evar get Kuv-$1)"
	same "own value of a common name" "0x07 of-$1" "\$(evar get KuvSame)"
	refused evar get Kuv-$2 >/dev/null
done
must test -z "\$(ls \$EFIVARS | grep Kuv-$2)"
END
}

load_module
start_vard
vm_linux red < <(script red blue)
vm_linux blue < <(script blue red)
vm_says red '^ready$' $((2 * BOOT_MAX))
vm_says blue '^ready$' $((2 * BOOT_MAX))
check "both run at once" test -d "/proc/${VM_PID[red]}" -a -d "/proc/${VM_PID[blue]}"
vm_tell red go
vm_tell blue go
vm_done red
vm_done blue

same "database, red" "mine 10 of-red" "$(stored red Kuv-red) $(stored red KuvSame)"
same "database, blue" "mine 10 of-blue" "$(stored blue Kuv-blue) $(stored blue KuvSame)"
refuse "red has nothing of blue" has red Kuv-blue "$KUV_NS"
refuse "blue has nothing of red" has blue Kuv-red "$KUV_NS"
