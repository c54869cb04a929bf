#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Import, export and diff with other programs' files: Debian's OVMF images, and what
# virt-fw-vars reads and writes. Files alone first, then VMs in the emulated host.
#
# tools/testing/formats/run.sh     prints KTAP, last line `N passed, N failed`

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

HERE=$KUV_TOP/tools/testing/formats
OUT=${KUV_FORMATS_OUT:-${O:-$KUV_TOP/build}}
IMAGES=(OVMF_VARS_4M.fd OVMF_VARS_4M.ms.fd OVMF_VARS_4M.snakeoil.fd)
FORMATS=(json uefivars uefivars-v1 ovmf-4m ovmf-2m armvirt varstored varstored-v1 xapi aws
	aws-plain efivarfs)
MS=/usr/share/OVMF/OVMF_VARS_4M.ms.fd
PLAIN=/usr/share/OVMF/OVMF_VARS_4M.fd
GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
SAID=
RC=
n=0
failed=0

# formats_virt_firmware: where Python finds virt-firmware, of the next release.
formats_virt_firmware() {
	local dir=$KUV_CACHE/virt-firmware apt

	if [ ! -e "$dir/.done" ]; then
		apt=$(kuv_suite_apt trixie)
		dir=$(APT_CONFIG=$apt kuv_deb_root python3-virt-firmware)
	fi
	echo "$dir/usr/lib/python3/dist-packages"
}

# ctl ARGUMENT...: its output in SAID, its status in RC.
ctl() {
	RC=0
	SAID=$("$OUT/kuvctl" --socket "$W/control" "$@" 2>&1 </dev/null) || RC=$?
}

# says STATUS PATTERN ARGUMENT...
says() {
	local status=$1 pattern=$2

	shift 2
	ctl "$@"
	# shellcheck disable=SC2053 # a pattern
	[[ $RC = "$status" && $SAID == $pattern ]] && return 0
	echo "# kuvctl $*: status $RC: ${SAID//$'\n'/$'\n# '}"
	return 1
}

# same A B: nothing differs; of a directory, nothing but the times it cannot hold.
same() {
	ctl diff "$1" "$2"
	[ "$RC" = 0 ] && return 0
	if [[ $1 == *efivarfs* && $RC = 12 ]] &&
	   ! grep -vE '^~ |^    time no time -> |: (error: )?[^ ]+ ?.*(authenticated|left out|private)' \
		<<<"$SAID" >"$W/rest"; then
		return 0
	fi
	echo "# kuvctl diff $1 $2: status $RC: ${SAID//$'\n'/$'\n# '}"
	return 1
}

# fw ARGUMENT...: virt-fw-vars.
fw() {
	PYTHONPATH=$VIRT_FIRMWARE /usr/bin/python3 -B -m virt.firmware.vars "$@" \
		>"$W/fw.log" 2>&1 && return 0
	sed 's/^/# virt-fw-vars: /' "$W/fw.log"
	return 1
}

# same_json A B: the same variables, by another program than ours, and how many; but for
# those that firmware makes anew, and a certdb with nobody in it, which some lack.
same_json() {
	/usr/bin/python3 -c '
import json, sys
def read(path):
    with open(path) as f:
        return {(v["name"], v["guid"]):
                (v["attr"], v["data"], v.get("time", "0" * 32))
                for v in json.load(f)["variables"]
                if v["name"] not in ("CustomMode", "VarErrorFlag")
                and (v["name"], v["data"]) != ("certdb", "04000000")}
a, b = read(sys.argv[1]), read(sys.argv[2])
for key in sorted(a.keys() | b.keys()):
    if a.get(key) != b.get(key):
        sys.exit("# %s: %s, %s" % (key[0], a.get(key), b.get(key)))
print(len(a))
' "$1" "$2" 2>&1
}

# exported IMAGE FORMAT: where f_images put it
exported() {
	echo "$W/$1.$2"
}

# --- files alone

# Debian's images in every format, and back.
f_images() {
	local image format file

	for image in "${IMAGES[@]}"; do
		for format in "${FORMATS[@]}"; do
			file=$(exported "$image" "$format")
			says 0 '*' export --format "$format" -o "$file" \
				"file:/usr/share/OVMF/$image" &&
			same "$file" "/usr/share/OVMF/$image" || return 1
		done
	done
}

# What we write, virt-fw-vars reads as it reads the image itself.
f_virt_fw_reads() {
	local image format count

	# The first one has no variables.
	for image in "${IMAGES[@]:1}"; do
		fw -i "/usr/share/OVMF/$image" --output-json "$W/theirs" || return 1
		for format in json ovmf-4m ovmf-2m armvirt aws; do
			rm -f "$W/ours"
			fw -i "$(exported "$image" "$format")" \
				--output-json "$W/ours" || return 1
			count=$(same_json "$W/ours" "$W/theirs")
			[[ $count = 28 ]] && continue
			echo "# $image as $format: $count"
			return 1
		done
	done
}

# What virt-fw-vars writes, we read.
f_virt_fw_writes() {
	local to

	fw -i $MS --append-boot-filepath '\EFI\debian\shimx64.efi' \
		--set-boot-uri http://example.org/boot.efi -o "$W/fw.fd" \
		--output-json "$W/fw.json" --output-aws "$W/fw.aws" || return 1
	says 12 "*[+] BootNext-$GLOBAL*" diff $MS "$W/fw.fd" || return 1
	for to in json aws; do
		same "$W/fw.fd" "$W/fw.$to" || return 1
	done
	says 12 "*[+] BootNext-$GLOBAL*" diff $MS "$W/fw.aws"
}

f_diff() {
	says 0 '' diff $MS $MS &&
	says 12 "*~ db-*- X.509 *Microsoft Corporation UEFI CA 2011*" diff $MS \
		/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd &&
	says 12 '*"change":"removed"*' --json diff $MS "$W/OVMF_VARS_4M.fd.json" &&
	says 16 '*cannot be opened*' diff $MS "$W/none.fd"
}

f_no_dictionary() {
	local KUV_AWS_DICTIONARY=/nonexistent

	export KUV_AWS_DICTIONARY
	says 16 '*dictionary is missing*python3-virt-firmware*' \
		export --format aws -o "$W/x.aws" file:$MS &&
	[ ! -e "$W/x.aws" ] &&
	says 16 '*python3-virt-firmware*' diff $MS "$(exported "${IMAGES[1]}" aws)" &&
	same "$(exported "${IMAGES[1]}" aws-plain)" $MS
}

# A file that is there stays, and nothing half-written does.
f_never_over() {
	echo mine >"$W/mine"
	says 2 '*is there already: --force*' export -o "$W/mine" file:$MS &&
	[ "$(cat "$W/mine")" = mine ] &&
	says 0 '' export -o "$W/mine" --force file:$MS &&
	same "$W/mine" $MS &&
	says 2 '*is there already: name a new directory*' \
		export --format efivarfs --force -o "$(exported "${IMAGES[1]}" efivarfs)" \
		file:$MS &&
	! compgen -G "$W/*kuvctl-*" &&
	says 1 '*cannot write*No such file*' export -o "$W/no/file" file:$MS
}

# A record that is bad, and one that is not.
bad_json() {
	printf '[{"name": "Bad", "guid": "%s", "attr": 7, "data": "0"},
		{"name": "Good", "guid": "%s", "attr": 7, "data": "00"}]' \
		$GLOBAL $GLOBAL
}

f_partial() {
	bad_json >"$W/bad.json"
	says 16 '*variables?0? (Bad): "data" is not*nothing was taken*' \
		export file:"$W/bad.json" &&
	says 0 '*(Bad)*"Good"*' export --partial file:"$W/bad.json"
}

f_unknown() {
	says 16 '*format is not known*' diff /bin/true $MS &&
	says 16 '*not a regular file*' diff /dev/null $MS &&
	says 2 '*formats: json *' export --format fd file:$MS
}

# --- VMs, in the emulated host

daemon_start() {
	"$OUT/vard-sync" --db "$W/vars.db" --socket "$W/control" --wait-ms 15000 \
		2>>"$W/log" &
	DAEMON=$!
	for _ in $(seq 600); do
		grep -q " 00010000 .* $W/control\$" /proc/net/unix && return 0
		sleep 0.05
	done
	return 1
}

# Every command takes about a second here: few of them.
v_new() {
	says 0 '*VM ms: would be made*' import --new --dry-run ms $MS &&
	says 0 '*VM ms: made with 29 variables' import --new ms $MS &&
	same ms $MS &&
	says 0 '*VM plain: made with 0 variables' import --new plain $PLAIN &&
	says 9 '*is there already*' import --new plain $MS &&
	says 9 '*no VM none: --new makes it*' import none $MS
}

# Out in some formats, and into another VM.
v_formats() {
	local format

	for format in xapi aws ovmf-2m efivarfs; do
		says 0 '*' export --format "$format" -o "$W/out.$format" ms || return 1
	done
	same "$W/out.ovmf-2m" ms &&
	says 0 '*VM plain: 28 variables changed*' import plain "$W/out.xapi" &&
	says 0 '' diff plain ms &&
	says 0 '*VM plain: 0 variables changed*' import plain "$W/out.aws" &&
	says 16 '*time is not in the file*nothing was taken*' import plain "$W/out.efivarfs" &&
	says 13 '*VM plain: 5 variables changed*' import --partial plain "$W/out.efivarfs" &&
	says 12 '*time 2*-> no time*' diff ms plain
}

v_dry_run() {
	says 0 '*"dry-run":true*"changed":28*"warnings"*' --json import --dry-run plain $PLAIN &&
	says 12 '*time 2*-> no time*' diff ms plain
}

v_bad() {
	bad_json >"$W/bad.json"
	says 16 '*(Bad)*nothing was taken*' import ms "$W/bad.json" &&
	says 0 '' diff ms $MS
}

# --merge deletes nothing, --replace the rest.
v_merge() {
	says 13 '*1 variable changed*' import --partial --merge ms "$W/bad.json" &&
	says 12 "+ Good-$GLOBAL"$'\n'"    NV BS RT, 1 bytes" diff $MS ms &&
	says 13 '*' import --partial --replace plain "$W/bad.json" &&
	says 12 '*- PK-*' diff ms plain
}

# Who signs a private variable goes from format to format.
v_signers() {
	printf '[{"name": "Priv", "guid": "%s", "attr": 39, "data": "01",
		"timestamp": "e8070101000000000000000000000000", "digest": "%064d"}]' \
		$GLOBAL 7 >"$W/priv.json"
	says 0 '*certdb: 1 signers by SHA-256*' import plain "$W/priv.json" &&
	says 0 '*' export --format varstored -o "$W/priv.vars" plain &&
	says 0 '*certdb: 1 signers*' export --format uefivars file:"$W/priv.vars" &&
	[[ $SAID == *"$(printf '"digest": "%064d"' 7)"* ]] &&
	# Others that a VM has stay, if it is only merged.
	sed 's/Priv/Other/' "$W/priv.json" >"$W/other.json" &&
	says 0 '*' import --merge plain "$W/other.json" &&
	says 0 '*' export --format uefivars plain &&
	[ "$(grep -c '"digest"' <<<"$SAID")" = 2 ]
}

v_at_next_boot() {
	says 0 '*will change at its next start*' import --at-next-boot plain $MS &&
	says 12 '*+ PK-*' diff plain ms &&
	says 0 '*' audit plain &&
	[[ $SAID == *'import'* ]]
}

# --- both

run() {
	local before rc=0 name=$1

	before=$(date +%s%N)
	"$name" || rc=1
	n=$((n + 1))
	if [ $rc = 0 ]; then
		echo "ok $n ${name#?_} # $((($(date +%s%N) - before) / 1000000)) ms"
	else
		[ ! -s "$W/log" ] || sed 's/^/# log: /' "$W/log"
		echo "not ok $n ${name#?_}"
		failed=$((failed + 1))
	fi
}

inside() {
	local t

	set +e
	W=/tmp/formats
	mkdir -p $W
	insmod "$KUV_FORMATS_KO" || kuv_die "cannot load $KUV_FORMATS_KO"
	daemon_start || kuv_die "vard-sync does not start"
	for t in "$@"; do
		run "$t"
	done
	kill "$DAEMON"
	wait "$DAEMON"
	[ $failed = 0 ]
}

# in_host TEST...: there, and its lines here, numbered on.
in_host() {
	local line rc=0 log=$OUT/formats-host.log before=$failed

	KUV_FORMATS_KO=$("$KUV_TOP/tools/build-module.sh" 6.12)
	export KUV_FORMATS_KO KUV_FORMATS_OUT=$OUT KUV_AWS_DICTIONARY
	"$KUV_TOP/tools/testing/host/host.sh" --kernel 6.12 --append no_timer_check \
		--timeout 300 -- "$HERE/run.sh" --inside "$@" >"$log" 2>&1 || rc=$?
	while IFS= read -r line; do
		case $line in
		'ok '*) n=$((n + 1)) ;;
		'not ok '*) n=$((n + 1)) failed=$((failed + 1)) ;;
		'# '*) ;;
		*) continue ;;
		esac
		sed -E "s/^(ok|not ok) [0-9]+ /\1 $n /" <<<"$line"
	done < <(tr -d '\r' <"$log")
	[ $rc = 0 ] || [ "$failed" -gt "$before" ] && return
	failed=$((failed + 1))
	echo "# the emulated host: status $rc, see $log"
	tail -n 5 "$log" | sed 's/^/# /'
}

outside() {
	local -a files=(f_images f_virt_fw_reads f_virt_fw_writes f_diff f_no_dictionary
		f_never_over f_partial f_unknown)
	local -a vms=(v_new v_formats v_dry_run v_bad v_merge v_signers
		v_at_next_boot)
	local t

	kuv_need_programs ovmf python3 python3-cryptography python3-importlib-resources \
		python3-pefile
	nice make -s -C "$KUV_TOP/userspace/kuvctl" O="$OUT" all >&2
	nice make -s -C "$KUV_TOP/userspace/vard-sync" O="$OUT" all >&2
	VIRT_FIRMWARE=$(formats_virt_firmware)
	export KUV_AWS_DICTIONARY=$VIRT_FIRMWARE/virt/firmware/aws/dict.v0
	W=$(mktemp -d /tmp/formats.XXXXXX)
	trap 'rm -rf "$W"' EXIT
	set +e
	echo "KTAP version 1"
	for t in "${files[@]}"; do
		run "$t"
	done
	in_host "${vms[@]}"
	echo "1..$n"
	echo "$((n - failed)) passed, $failed failed"
	[ $failed = 0 ]
}

case ${1:-} in
--inside) shift; inside "$@" ;;
*) outside ;;
esac
