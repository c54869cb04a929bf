#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kuvctl's commands for Secure Boot that need no VM: keys, signing, what is wrong with files.
# What is signed goes through the real service, built for user space, and is compared with what
# efitools makes. TAP on stdout.
#
# tools/testing/rollover/native.sh KUVCTL DIR   leaves the keys DIR/own and DIR/b

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"
set +e

KUVCTL=$1
W=$2
OWN=$W/own
VECTORS=$KUV_TOP/tools/testing/vectors
GLOBAL=61dfe48bca93d211aa0d00e098032b8c
SECURITY=cbb219d73a3d9645a3bcdad00e67656f
PRIVATE=a4a6b651437ab04a8a1b0f6a3e0d52c9
n=0
failed=0

# says STATUS PATTERN ARGUMENT...
says() {
	local status=$1 pattern=$2 text rc

	shift 2
	text=$("$KUVCTL" --socket "$W/nobody" "$@" 2>&1 </dev/null)
	rc=$?
	# shellcheck disable=SC2053 # a pattern
	[[ $rc = "$status" && $text == $pattern ]] && return 0
	echo "# kuvctl $*: status $rc: $text"
	return 1
}

# sign OUT VARIABLE INPUT SIGNER [OPTION...]
sign() {
	local out=$1 variable=$2 input=$3 signer=$4

	shift 4
	says 0 '*' sign-var --key "$signer.key" --cert "$signer.pem" "$@" \
		"$variable" "$input" -o "$W/blobs/$out"
}

t_keys() {
	says 0 '*' keys new "$OWN" --name Own --dry-run && [ ! -e "$OWN" ] &&
	says 0 '*holds PK, KEK and db*' keys new "$OWN" --name Own &&
	says 0 '*RSA-3072*' keys new "$W/b" --name B --bits 3072 &&
	says 0 '*RSA-4096*' keys new "$W/c" --name C --bits 4096 --days 1 &&
	says 9 '*not overwritten*' keys new "$OWN" &&
	[ "$(stat -c %a "$OWN"/*.key | sort -u)" = 600 ] &&
	[ "$(openssl x509 -in "$W/c/db.pem" -noout -subject)" = 'subject=CN = C db' ] &&
	openssl verify -CAfile "$OWN/db.pem" "$OWN/db.pem" >/dev/null
}

t_key_options() {
	says 2 '*--bits*' keys new "$W/no" --bits 1024 &&
	says 2 '*--bits*' keys new "$W/no" --bits 2048x &&
	says 2 '*--days*' keys new "$W/no" --days 0 &&
	says 2 '*--name*' keys new "$W/no" --name '' &&
	says 2 '*usage*' keys old "$W/no" &&
	says 1 '*cannot make keys*' keys new "$W/no/where" && [ ! -e "$W/no" ]
}

# Byte by byte what efitools makes.
t_efitools() {
	sign ours db "$W/b/db.esl" "$OWN/KEK" --append --time 2026-02-01T01:02:03 &&
	sign-efi-sig-list -a -t '2026-02-01 01:02:03' -k "$OWN/KEK.key" \
		-c "$OWN/KEK.pem" db "$W/b/db.esl" "$W/theirs" >/dev/null &&
	cmp "$W/blobs/ours" "$W/theirs" &&
	sign ours2 PK "$OWN/PK.esl" "$OWN/PK" --time 2026-02-01 &&
	sign-efi-sig-list -t '2026-02-01 00:00:00' -k "$OWN/PK.key" \
		-c "$OWN/PK.pem" PK "$OWN/PK.esl" "$W/theirs2" >/dev/null &&
	cmp "$W/blobs/ours2" "$W/theirs2"
}

# case NAME: begin a case of the service, with own PK and KEK.
case_begin() {
	cat >>"$W/manifest" <<-END
	case $1
	set KEK $GLOBAL 0x27 @kek0 => SUCCESS
	set PK $GLOBAL 0x27 @pk0 => SUCCESS
	phase runtime
	END
}

cases() {
	local wrap signer

	: >"$W/manifest"
	: >"$W/none"
	echo one >"$W/one"
	cat "$OWN/KEK.esl" "$W/b/KEK.esl" "$W/c/KEK.esl" >"$W/keks"
	sign kek0 KEK "$W/keks" "$OWN/PK" --time 2026-01-01 &&
	sign pk0 PK "$OWN/PK.esl" "$OWN/PK" --time 2026-01-01 || return 1
	for wrap in '' --content-info; do
		for signer in own b c; do
			case_begin "db_$signer$wrap"
			# shellcheck disable=SC2086 # none or one
			sign "db-$signer$wrap" db "$OWN/db.esl" "$W/$signer/KEK" $wrap || return 1
			echo "set db $SECURITY 0x67 @db-$signer$wrap => SECURITY_VIOLATION
set db $SECURITY 0x27 @db-$signer$wrap => SUCCESS" >>"$W/manifest"
		done
	done
	case_begin append
	sign db-a db "$OWN/db.esl" "$OWN/KEK" --append &&
	echo "set db $SECURITY 0x27 @db-a => SECURITY_VIOLATION
set db $SECURITY 0x67 @db-a => SUCCESS
set db $SECURITY 0x67 @db-a => SUCCESS" >>"$W/manifest"
	case_begin foreign
	sign db-f db "$OWN/db.esl" "$W/b/PK" &&
	echo "set db $SECURITY 0x27 @db-f => SECURITY_VIOLATION
set dbx $SECURITY 0x27 @db-own => SECURITY_VIOLATION" >>"$W/manifest"
	case_begin private
	sign p1 "Mine-51b6a6a4-7a43-4ab0-8a1b-0f6a3e0d52c9" "$W/one" "$OWN/db" --time 2026-01-02 &&
	sign p2 "Mine-51b6a6a4-7a43-4ab0-8a1b-0f6a3e0d52c9" "$W/none" "$OWN/db" --time 2026-01-03 &&
	echo "set Mine $PRIVATE 0x27 @p1 => SUCCESS
set Mine $PRIVATE 0x27 @p1 => SECURITY_VIOLATION
set Mine $PRIVATE 0x27 @p2 => SUCCESS
absent Mine $PRIVATE" >>"$W/manifest"
	case_begin delete_pk
	sign pk1 PK "$W/none" "$OWN/PK" --time 2026-02-01 &&
	echo "set PK $GLOBAL 0x27 @pk1 => SUCCESS
absent PK $GLOBAL" >>"$W/manifest"
}

t_service() {
	mkdir -p "$W/vectors"
	make -C "$VECTORS" -s CC=gcc-12 "O=$W/vectors" >"$W/build.log" 2>&1 || {
		sed 's/^/# /' "$W/build.log"
		return 1
	}
	cases &&
	"$W/vectors/vectors" "$W" >"$W/service.log" 2>&1 && return 0
	sed 's/^/# /' "$W/service.log"
	return 1
}

t_sign_errors() {
	says 2 '*usage*' sign-var db "$OWN/db.esl" -o "$W/x" &&
	says 16 '*not that of the certificate*' sign-var --key "$OWN/PK.key" \
		--cert "$OWN/db.pem" db "$OWN/db.esl" -o "$W/x" &&
	says 9 '*is there already*' sign-var --key "$OWN/PK.key" --cert "$OWN/PK.pem" \
		db "$OWN/db.esl" -o "$OWN/db.esl" &&
	says 2 '*--time*' sign-var --key "$OWN/PK.key" --cert "$OWN/PK.pem" \
		--time yesterday db "$OWN/db.esl" -o "$W/x" &&
	says 2 '*' sign-var --key "$OWN/PK.key" --cert "$OWN/PK.pem" Unknown \
		"$OWN/db.esl" -o "$W/x" &&
	says 0 '*not written*' sign-var --dry-run --key "$OWN/PK.key" \
		--cert "$OWN/PK.pem" db "$OWN/db.esl" && [ ! -e "$W/x" ]
}

# All of these end before vard-sync is looked for.
t_file_errors() {
	head -c 3000 /dev/urandom >"$W/noise.bin"
	says 2 '*usage*' enroll vm &&
	says 16 '*no certificate in it*' enroll "$W/noise.bin" vm &&
	says 16 '*No such file*' enroll "$W/missing" vm &&
	says 2 '*--into*' enroll "$OWN/db.pem" vm &&
	says 2 '*--into*' enroll --into dbx "$OWN/db.pem" vm &&
	says 2 '*no GUID*' enroll --owner x "$OWN/db.pem" vm &&
	says 2 '*belongs in PK*' enroll ms-oem-pk-2023 vm &&
	says 2 '*wants a directory*' enroll own vm &&
	says 16 '*owner.guid*' enroll own "$W" vm &&
	says 16 '*neither a signed update nor a list*' dbx-update vm "$W/noise.bin" &&
	says 16 '*not signed*' db-update vm "$OWN/db.esl" &&
	says 16 '*AUTHENTICATION_2*' pk-replace --auth "$W/noise.bin" vm &&
	says 16 '*more in it*' pk-replace --new "$W/keks" vm &&
	says 2 '*--new CERT*' pk-replace vm &&
	says 5 '*' sb-state vm
}

main() {
	local t

	kuv_need efitools openssl gcc-12 make libasan8 libubsan1
	rm -rf "$W"
	mkdir -p "$W/blobs"
	for t in keys key_options efitools service sign_errors file_errors; do
		n=$((n + 1))
		if "t_$t"; then
			echo "ok $n $t"
		else
			echo "not ok $n $t"
			failed=$((failed + 1))
		fi
	done
	echo "1..$n"
	[ $failed = 0 ]
}

main
