# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Keys, signature lists and signed updates of the Secure Boot scenarios, made in the current
# directory with the tools people use: openssl, efitools, sbsigntool.

# Sourced by secure.sh, after tools/lib.sh.

PKI_OWNER=6b757630-7365-6375-7265-626f6f740001
PKI_PRIVATE=6b757630-7465-7374-8001-020304050607

# pki_quiet COMMAND...: these tools tell a lot; it is shown if they fail.
pki_quiet() {
	"$@" >tool.log 2>&1 || {
		cat tool.log >&2
		kuv_die "failed: $*"
	}
}

# pki_key NAME: NAME.key, the certificate NAME.crt and .der, its signature list NAME.esl.
pki_key() {
	pki_quiet openssl req -new -x509 -newkey rsa:2048 -sha256 -nodes -days 36500 \
		-subj "/CN=kuv test $1" -keyout "$1.key" -out "$1.crt"
	openssl x509 -in "$1.crt" -outform DER -out "$1.der"
	pki_quiet cert-to-efi-sig-list -g $PKI_OWNER "$1.crt" "$1.esl"
}

# pki_hash_list HEX FILE: a signature list with one SHA-256 hash.
pki_hash_list() {
	{
		printf '\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28'
		printf '\x4c\0\0\0\0\0\0\0\x30\0\0\0'
		printf 'kuv test owner..'
		# shellcheck disable=SC2001,SC2059 # the digits become escapes
		printf "$(sed 's/../\\x&/g' <<<"$1")"
	} >"$2"
}

# pki_sign SIGNER YEAR VARIABLE LIST FILE [-a]: an update of a key variable, with
# -a one that appends; its time stamp is the first of January.
pki_sign() {
	pki_quiet sign-efi-sig-list ${6:+"$6"} -t "$((2020 + $2))-01-01 00:00:00" \
		-k "$1.key" -c "$1.crt" "$3" "$4" "$5"
}

# pki_unsigned LIST FILE: the same for setup mode, without a signature: year 0, 24
# bytes, revision 2.0, EFI_CERT_TYPE_PKCS7_GUID.
pki_unsigned() {
	{
		printf '\xe4\x07\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0'
		printf '\x18\0\0\0\0\x02\xf1\x0e'
		printf '\x9d\xd2\xaf\x4a\xdf\x68\xee\x49\x8a\xa9\x34\x7d\x37\x56\x65\xa7'
		cat "$1"
	} >"$2"
}

# pki_private SIGNER TEXT FILE: a write of the authenticated variable KuvPrivate.
pki_private() {
	printf '%s' "$2" >private.txt
	pki_quiet sbvarsign --key "$1.key" --cert "$1.crt" --guid $PKI_PRIVATE \
		--attr NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS \
		--output "$3" KuvPrivate private.txt
	# The tool takes the time of day in seconds; the next is to be later.
	sleep 1.1
}

# pki_broken FROM FILE: the last byte, payload, is another.
pki_broken() {
	head -c -1 "$1" >"$2"
	printf '?' >>"$2"
	! cmp -s "$1" "$2" || kuv_die "$1 ends in a question mark"
}

# pki_sign_image SIGNER IMAGE FILE
pki_sign_image() {
	pki_quiet sbsign --key "$1.key" --cert "$1.crt" --output "$3" "$2"
	pki_quiet sbverify --cert "$1.crt" "$3"
}

# pki_digest IMAGE: of a signed image, as its first signature says; efitools cannot
# compute that of shim.
pki_digest() {
	local hex

	pki_quiet sbattach --detach image.p7 "$1"
	hex=$(openssl asn1parse -inform DER -in image.p7 |
		sed -n 's/.*OCTET STRING *\[HEX DUMP\]://p' | head -n 1)
	[ ${#hex} = 64 ] || kuv_die "$1 has no SHA-256 signature"
	echo "$hex"
}

# pki_revoke IMAGE NAME: NAME.auth appends the image's hash, NAME.esl, to dbx.
pki_revoke() {
	pki_hash_list "$(pki_digest "$1")" "$2.esl"
	pki_sign KEK 1 dbx "$2.esl" "$2.auth" -a
}

# pki_make: keys, what enrols them, and updates good and bad for a running OS. The
# hashes are those of no image.
pki_make() {
	local k n

	for k in PK KEK db other; do
		pki_key $k
	done
	pki_unsigned KEK.esl KEK.auth
	pki_unsigned db.esl db.auth
	pki_sign PK 0 PK PK.esl PK.auth

	for n in 1 2 3 4; do
		pki_hash_list "$(sha256sum <<<"$n" | cut -c 1-64)" hash$n.esl
	done
	cat hash1.esl hash2.esl >hash12.esl
	pki_sign KEK 1 dbx hash1.esl dbx-1.auth -a
	pki_sign KEK 1 dbx hash12.esl dbx-12.auth -a
	pki_sign db 2 dbx hash3.esl dbx-by-db.auth -a
	pki_sign other 2 dbx hash3.esl dbx-by-other.auth -a
	pki_broken dbx-12.auth dbx-broken.auth
	pki_sign KEK 2 dbx hash4.esl dbx-year2.auth
	pki_sign KEK 3 dbx hash3.esl dbx-year3.auth

	pki_sign PK 1 KEK other.esl KEK-by-PK.auth -a
	pki_sign KEK 2 KEK other.esl KEK-by-KEK.auth -a
	: >empty
	pki_sign other 2 PK empty PK-gone-by-other.auth
	pki_sign PK 2 PK empty PK-gone.auth

	pki_private db first private-1.auth
	pki_private other other private-other.auth
	pki_private db second private-2.auth
	pki_private db "" private-gone.auth
}
