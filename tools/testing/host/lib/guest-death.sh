# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What a guest's serial line says about the end of its kernel. QEMU's emulation, with a guest in
# it, now and then executes half a change that a kernel makes to its own code; that kernel
# dies of an int3, most often while it boots, and no variable has to do with it.

# A kernel that dies says one of these, whatever its log level is.
KUV_DEATH='\[#[0-9]+\]|Oops|Kernel panic|kernel BUG at|BUG: unable to handle|int3'

# kuv_serial_text FILE: without what a terminal would make of it.
kuv_serial_text() {
	sed 's/\x1b\[[0-9;=?]*[A-Za-z]//g' "$1" | tr '\r' '\n' |
		LC_ALL=C tr -cd '[:print:]\n' | grep . || true
}

# kuv_guest_death FILE...: the first line with which a guest's kernel died, if any did.
kuv_guest_death() {
	local f

	for f; do
		if grep -qaE "$KUV_DEATH" "$f" 2>/dev/null; then
			kuv_serial_text "$f" | grep -m 1 -E "$KUV_DEATH"
			return 0
		fi
	done
	return 1
}

# kuv_guest_hangs FILE: its kernel was started, and has not come to lib/guest-init.
kuv_guest_hangs() {
	kuv_serial_text "$1" | awk '
		/EFI stub: / { started = 1 }
		/guest: init/ { started = 0 }
		END { exit !started }'
}
