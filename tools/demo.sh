#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make demo: a guest writes variables, its VM is killed, a new VM has them; another guest boots
# with Secure Boot. Builds what it needs, then tells the story inside the emulated KVM host.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$KUV_TOP"

out=$KUV_TOP/build/demo
kernel=6.12

# step TEXT COMMAND...: a long step, with the time it took.
step() {
	local what=$1 start=$SECONDS rc=0
	shift
	kuv_say "$what"
	"$@" >"$out/step.log" 2> >(tee -a "$out/steps.log" | grep '^== ' >&2) ||
		rc=$?
	[ $rc = 0 ] || {
		tail -n 20 "$out/steps.log" >&2
		kuv_die "$what failed, see build/demo/steps.log"
	}
	kuv_say "  done in $((SECONDS - start)) s"
}

# exits: exits and returns to the VMM per GetVariable, as the bench counts them.
exits() {
	local setup op min exits returns ratio _
	while read -r setup op min _ _ exits returns ratio; do
		[ "$setup $op" = "task_work get-64" ] || continue
		cat <<-END

		6. What a call costs (GetVariable of 64 bytes, counted by the bench in virtual time):
		     exits of the guest per call      $exits
		     returns to the VMM per call      $returns
		     instructions, guest and host     $min  ($ratio times a doorbell nobody hears)
		END
	done <"$1"
}

mkdir -p "$out"
: >"$out/steps.log"
rm -f "$out"/*.db*
kuv_need_programs sqlite3 qemu-system-x86 procps
step "programs" make -s all
step "module for Debian's $kernel kernel" tools/build-module.sh $kernel auto
KUV_MODULE=$(tail -n 1 "$out/step.log")
step "firmware (OVMF from Debian's edk2; minutes the first time)" \
	tools/testing/firmware/build.sh RELEASE
KUV_FIRMWARE=$(tail -n 1 "$out/step.log")/OVMF_RELEASE.fd
step "Linux guest" tools/testing/host/guest.sh $kernel
KUV_GUEST_DISK=$(tail -n 1 "$out/step.log")
step "keys and signed images" tools/testing/host/secure.sh $kernel
KUV_SECURE=$(tail -n 1 "$out/step.log")
export KUV_MODULE KUV_FIRMWARE KUV_GUEST_DISK KUV_SECURE
step "cost of a call" tools/testing/bench/run.sh "$KUV_MODULE"
cp "$out/step.log" "$out/bench.log"

kuv_say "booting the emulated KVM host (stock Debian kernel)"
tools/testing/host/host.sh --kernel $kernel --timeout 600 --share "$out" -- \
	bash tools/demo-story.sh "$out" ||
	kuv_die "the story did not come to its end, logs in build/demo/"
exits <(sed "s/^# //" "$out/bench.log")
echo
echo "The database: build/demo/vars.db"
echo "  sqlite3 -readonly build/demo/vars.db 'SELECT name, hex(data) FROM variable'"
echo "demo: passed"
