# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The tests of rollover/run.sh, which sources this and says what it uses.
# shellcheck disable=SC2154,SC2034,SC2086 # they are of and for run.sh, without blanks

# A namespace of nobody.
PRIVATE=51b6a6a4-7a43-4ab0-8a1b-0f6a3e0d52c9

ROLLOVER_TESTS=(state dry_run running idempotent at_next_boot published_db
	published_kek published_dbx own_keys own_updates pk_replace content_info
	private damaged errors)

# certs VM FILTER WANT: of the certificates that sb-state lists
state_is() {
	json ".[0] | $2" "$3" sb-state "$1"
}

# pcr_is VM: the last forecast's "after" is what the database has now.
pcr_is() {
	local want

	want=$(jq -r '.pcr7.after | .variables + " " + .separator' <<<"$TEXT")
	is "PCR 7 of $1" "$(/usr/bin/python3 "$HERE/pcr7.py" "$W/vars.db" "$1")" "$want"
}

enroll_2023() {
	json "$1" "$2" enroll microsoft-2023 --certs "$KUV_ROLL_CERTS" "${@:3}"
}

# 2011 as Debian ships it.
t_state() {
	vm_make ms $MS &&
	state_is ms '.mode + " " + (."secure-boot" | tostring)' 'user true' &&
	state_is ms '.missing | join(" ")' 'ms-kek-2023 ms-windows-2023 ms-uefi-2023' &&
	state_is ms '[.certificates[] | select(.known == "ms-kek-2011")] | length' 1 &&
	says 0 '*VM ms*user mode*on*KEK *2011*certificates of 2023 are missing: kuvctl enroll*' \
		sb-state ms &&
	vm_make empty $EMPTY &&
	state_is empty '.mode + " " + (."secure-boot" | tostring)' 'setup false' &&
	says 0 '*setup mode*' sb-state empty
}

t_dry_run() {
	local before

	before=$(digest ms)
	enroll_2023 '[.pcr7.variables[] | select(.changes) | .name] | join(" ")' \
		'KEK db' --dry-run ms &&
	is 'PCR 7 now' "$(/usr/bin/python3 "$HERE/pcr7.py" "$W/vars.db" ms)" \
		"$(jq -r '.pcr7.before | .variables + " " + .separator' <<<"$TEXT")" &&
	json '[.pcr7.variables[] | select(.changes) | .name] | join(" ")' PK \
		pk-replace --dry-run --new $OWN/PK.pem ms &&
	says 0 '*PK *stays*KEK *CHANGES*db *CHANGES*BitLocker*--at-next-boot*nothing was done*' \
		enroll microsoft-2023 --certs "$KUV_ROLL_CERTS" --dry-run ms &&
	is 'variables' "$(digest ms)" "$before" &&
	is 'audit' "$(audited ms enroll) $(audited ms pk-replace)" '0 0'
}

# The operator's right, while the guest runs.
t_running() {
	guest_start ms || return 1
	enroll_2023 '(.changed | tostring) + (.running | tostring)' 2true ms &&
	pcr_is ms &&
	state_is ms '.missing | length' 0 &&
	state_is ms '[.certificates[] | select(.known == "ms-uefi-2011")] | length' 1 &&
	state_is ms '[.certificates[].known] | join(" ")' \
		'debian-pk debian-pk ms-kek-2011 ms-kek-2023 * ms-windows-2023 ms-uefi-2023' &&
	is audit "$(audited ms enroll)" 1 || return 1
	guest_end
	state_is ms '.missing | length' 0
}

t_idempotent() {
	local before

	before=$(digest ms)
	enroll_2023 '(.changed | tostring) + (.pcr7."will-change" | tostring)' 0false ms &&
	says 0 '*nothing to do*' enroll microsoft-both --certs "$KUV_ROLL_CERTS" ms &&
	is variables "$(digest ms)" "$before" &&
	is audit "$(audited ms enroll)" 1
}

t_at_next_boot() {
	local before

	vm_make later $MS || return 1
	before=$(digest later)
	guest_start later || return 1
	enroll_2023 '.pending > 0' true --at-next-boot later &&
	state_is later '.missing | length' 3 &&
	says 0 '*wait for its next start*' sb-state later || return 1
	guest_end
	is variables "$(digest later)" "$before" &&
	guest_start later &&
	state_is later '.missing | length' 0 &&
	is audit "$(audited later enroll)" 1
}

has_data() {
	[ -d "$DATA" ] && return 0
	SKIP="no published updates in $DATA"
	return 1
}

# Signed by Microsoft's KEK of 2011, which Debian's template has.
t_published_db() {
	local f

	has_data || return 0
	vm_make pub $MS || return 1
	guest_start pub || return 1
	for f in DBUpdate2024 DBUpdate3P2023 DBUpdateOROM2023; do
		json '(.changed | tostring) + " " + (."new-entries" | tostring)' '1 1' \
			db-update pub "$DATA/db/amd64-$f.bin" || return 1
	done
	pcr_is pub &&
	says 0 '*nothing to do*' db-update pub "$DATA/db/amd64-$f.bin" &&
	state_is pub '.missing | join(" ")' ms-kek-2023 &&
	enroll_2023 .changed 1 pub &&
	state_is pub '.missing | length' 0 &&
	says 9 '*SECURITY_VIOLATION*' db-update --replace pub \
		"$DATA/db/arm-DBUpdate2024.bin"
}

# Of vendors' platform keys: nobody of these owns a VM with Debian's PK.
t_published_kek() {
	local f before

	has_data || return 0
	vm_make kek $MS || return 1
	before=$(digest kek)
	for f in "$DATA"/kek/KEKUpdate_{AMI_PK1,Dell_PK1,Microsoft_PK1}.bin; do
		says 9 '*SECURITY_VIOLATION*' kek-update kek "$f" || return 1
	done
	says 9 '*SECURITY_VIOLATION*' kek-update --dry-run kek "$f" &&
	is variables "$(digest kek)" "$before" &&
	is audit "$(audited kek kek-update)" 0
}

t_published_dbx() {
	local n small

	has_data || return 0
	vm_make dbx $MS &&
	json '."new-entries" > 0' true dbx-update --dry-run dbx "$DATA/dbx/DBXUpdate.amd64.bin" &&
	state_is dbx .dbx.hashes '*' || return 1
	n=$(jq '.[0].dbx.hashes' <<<"$TEXT")
	json '.changed' 1 dbx-update dbx "$DATA/dbx/DBXUpdate.amd64.bin" &&
	state_is dbx ".dbx.hashes > $n" true &&
	says 0 '*nothing to do*' dbx-update dbx "$DATA/dbx/DBXUpdate.amd64.bin" || return 1
	# A list that somebody made; and one that would take its place.
	small=$W/small.esl
	printf '\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28' >"$small"
	printf '\x4c\0\0\0\0\0\0\0\x30\0\0\0' >>"$small"
	head -c 48 /dev/zero | tr '\0' x >>"$small"
	says 9 '*are not in*stays forbidden*' dbx-update --replace dbx "$small" &&
	json '(.changed | tostring) + " " + (.signed | tostring)' '1 false' \
		dbx-update dbx "$small" && pcr_is dbx &&
	json .changed 0 dbx-update dbx "$small"
}

# From the first day: nobody else's certificate anywhere.
t_own_keys() {
	vm_make own $EMPTY &&
	is keys "$(stat -c %a $OWN/PK.key $OWN/KEK.key $OWN/db.key | tr '\n' ' ')" \
		'600 600 600 ' &&
	says 9 '*not overwritten*' keys new $OWN &&
	json '[.pcr7.variables[] | select(.changes) | .name] | join(" ")' \
		'SecureBoot PK KEK db' enroll own $OWN own &&
	pcr_is own &&
	state_is own '.mode + (."secure-boot" | tostring)' usertrue &&
	state_is own '[.certificates[].name] | join(",")' 'Own PK,Own KEK,Own db' &&
	says 0 '*nothing to do*' enroll own $OWN own
}

# sign OUT VARIABLE LIST SIGNER [OPTION...]
sign() {
	local out=$1 variable=$2 list=$3 signer=$4

	shift 4
	says 0 '*' sign-var --key "$signer.key" --cert "$signer.pem" "$@" \
		"$variable" "$list" -o "$out"
}

# What the own keys sign is taken, as is what sbsigntool signs with them.
t_own_updates() {
	local b=$B

	sign $W/db.auth db $b/db.esl $OWN/KEK --append --time 2026-02-01 &&
	json '."new-entries"' 1 db-update own $W/db.auth &&
	sign $W/kek.auth KEK $b/KEK.esl $OWN/PK --append &&
	json '."new-entries"' 1 kek-update own $W/kek.auth &&
	sign $W/foreign.auth dbx $b/PK.esl $b/PK --append &&
	says 9 '*SECURITY_VIOLATION*' dbx-update own $W/foreign.auth &&
	sign $W/dbx.auth dbx $b/PK.esl $b/KEK --append &&
	json '."new-entries"' 1 dbx-update own $W/dbx.auth && pcr_is own &&
	sbvarsign --key $b/KEK.key --cert $b/KEK.pem --attrs \
		NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS,TIME_BASED_AUTHENTICATED_WRITE_ACCESS,APPEND_WRITE \
		--output $W/sb.auth db $b/PK.esl >/dev/null 2>&1 &&
	json '."new-entries"' 1 db-update own $W/sb.auth
}

t_pk_replace() {
	local b=$B

	sign $W/old.auth PK $OWN/PK.esl $OWN/PK --time 2026-01-01 &&
	sign $W/new.auth PK $b/PK.esl $OWN/PK --time 2026-03-01 &&
	says 9 '*SECURITY_VIOLATION*' pk-replace --auth $W/new.auth ms &&
	json '."new-pk"' 'B PK' pk-replace --new $b/PK.pem --auth $W/new.auth own &&
	pcr_is own &&
	json .changed 0 pk-replace --auth $W/new.auth own &&
	says 9 '*SECURITY_VIOLATION*' pk-replace --auth $W/old.auth own &&
	says 16 '*not the certificate of --new*' pk-replace --new $OWN/PK.pem \
		--auth $W/new.auth own || return 1
	# The operator needs nobody's signature, and then owns the VM.
	json '."old-pk"' '*Debian*' pk-replace --new $OWN/PK.pem ms && pcr_is ms &&
	sign $W/kek2.auth KEK $OWN/KEK.esl $OWN/PK --append &&
	json '."new-entries"' 1 kek-update ms $W/kek2.auth &&
	is audit "$(audited ms pk-replace) $(audited ms kek-update)" '1 1'
}

t_content_info() {
	sign $W/ci.auth db $OWN/PK.esl $OWN/PK --append --content-info &&
	json '."new-entries"' 1 db-update ms $W/ci.auth
}

# A variable of somebody's own, bound to who signed it first.
t_private() {
	local name=Mine-$PRIVATE b=$B

	echo one >$W/one
	echo two >$W/two
	: >$W/none
	sign $W/p1 $name $W/one $OWN/db --time 2026-01-01 &&
	sign $W/p2 $name $W/two $OWN/db --time 2026-01-02 &&
	sign $W/p3 $name $W/two $b/db --time 2026-01-03 &&
	sign $W/p4 $name $W/none $OWN/db --time 2026-01-04 &&
	says 0 '*' set --auth $W/p1 ms $name &&
	says 9 '*SECURITY_VIOLATION*' set --auth $W/p3 ms $name &&
	says 0 '*' set --auth $W/p2 ms $name &&
	says 9 '*SECURITY_VIOLATION*' set --auth $W/p1 ms $name &&
	says 0 two get --raw ms $name &&
	says 0 '*' set --auth $W/p4 ms $name &&
	says 14 '*' get --raw ms $name
}

# Whatever a database holds, it is told, and only replaced when asked to.
t_damaged() {
	head -c 200 /dev/urandom >$W/noise
	vm_make bad $MS &&
	says 0 '*' set --file $W/noise bad db &&
	says 0 '*damaged*' sb-state bad &&
	says 9 '*db is damaged*--replace*' enroll microsoft-2023 --certs "$KUV_ROLL_CERTS" bad &&
	enroll_2023 '.changed > 0' true --replace bad &&
	state_is bad .damaged false
}

# Those without a VM are native.sh's.
t_errors() {
	local before

	before=$(digest ms)
	says 9 '*another PK*' enroll $OWN/db.pem --into db --pk $B/PK.pem ms &&
	says '[1-9]*' '*' sb-state nobody &&
	says 15 '*' enroll $B/db.pem --into db --expect-digest "$(printf %064d 0)" ms &&
	is variables "$(digest ms)" "$before"
}
