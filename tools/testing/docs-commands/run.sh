#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs every command of README.md and docs/*.md, see README.md here. KTAP on stdout.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../lib.sh"

# shellcheck source=tools/testing/host/lib/certs.sh
source "$KUV_TOP/tools/testing/host/lib/certs.sh"

HERE=$KUV_TOP/tools/testing/docs-commands
OUT=${KUV_DOCS_OUT:-${O:-$KUV_TOP/build}}
# The documents' blocks, their index, and what is said while they run.
WORK=${KUV_DOCS_WORK:-$OUT/docs-commands}
nr=0 passed=0 failed=0 skipped=0

# result ok|"not ok" TEXT
result() {
	nr=$((nr + 1))
	if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
	echo "$1 $nr $2"
}

# index: one line about each block of the documents.
index() {
	(cd "$KUV_TOP" &&
		awk -v OUT="$WORK" -f "$HERE/blocks.awk" README.md docs/*.md)
}

# report_unrun: blocks that are not for this test.
report_unrun() {
	local where kind what _

	while IFS=$'\t' read -r where kind what _; do
		case $kind in
		unmarked)
			result "not ok" "$where has commands and no mark" ;;
		elsewhere)
			if [ -e "$KUV_TOP/${what%% *}" ]; then
				result ok "$where: $what runs it"
			else
				result "not ok" "$where: there is no ${what%% *}"
			fi ;;
		not)
			nr=$((nr + 1)) skipped=$((skipped + 1))
			echo "ok $nr $where # SKIP $what" ;;
		esac
	done <"$WORK/index"
}

# named_tests: the tests that docs/threat-model.md names are where it says.
named_tests() {
	local file name

	# shellcheck disable=SC2016 # the backticks are Markdown's
	while read -r file name; do
		if [ -e "$KUV_TOP/$file" ] && grep -qw -- "${name:-.}" "$KUV_TOP/$file"; then
			result ok "docs/threat-model.md: $file $name"
		else
			result "not ok" "docs/threat-model.md: no $name in $file"
		fi
	done < <(grep -oE '`(tools|kernel|userspace)/[^` ]+ [^`]+`' \
		"$KUV_TOP/docs/threat-model.md" | tr -d '`' | sort -u)
}

# run_here: the blocks that need nothing.
run_here() {
	local where kind what needs file _

	while IFS=$'\t' read -r where kind what needs _ file; do
		[ "$kind/$needs" = run/none ] || [ "$kind/$needs" = run/machine ] || continue
		mkdir -p "$WORK/here"
		if (cd "$WORK/here" && PATH=$OUT:$PATH timeout 300 \
			bash -euo pipefail "$file") >"$WORK/$what.log" 2>&1 </dev/null; then
			result ok "$where $what"
		else
			sed 's/^/# /' "$WORK/$what.log"
			result "not ok" "$where $what"
		fi
	done <"$WORK/index"
}

# run_host: the others, in the emulated host. Its lines are counted on.
run_host() {
	local line seen=

	while read -r line; do
		case $line in
		"ok "*"# SKIP"*)
			nr=$((nr + 1)) skipped=$((skipped + 1))
			echo "ok $nr ${line#ok }" ;;
		"ok "*) seen=1; result ok "${line#ok }" ;;
		"not ok "*) seen=1; result "not ok" "${line#not ok }" ;;
		*) echo "$line" ;;
		esac
	done < <("$KUV_TOP/tools/testing/host/host.sh" --kernel 6.12 \
		--timeout "${KUV_DOCS_TIMEOUT:-900}" --share "$WORK/share" -- \
		bash "$HERE/host.sh" "$WORK" 2>&1 || echo "not ok the host ended with status $?")
	[ -n "$seen" ] || result "not ok" "nothing ran in the emulated host"
}

prepare() {
	kuv_need_programs sqlite3 systemd procps ovmf qemu-system-x86
	nice make -s -C "$KUV_TOP" all >&2
	KUV_MODULE=$("$KUV_TOP/tools/build-module.sh" 6.12)
	KUV_FIRMWARE=$("$KUV_TOP/tools/testing/firmware/build.sh" RELEASE)/OVMF_RELEASE.fd
	KUV_CERTS=$(kuv_virt_firmware_certs)
	export KUV_MODULE KUV_FIRMWARE KUV_CERTS KUV_DOCS_OUT=$OUT
}

main() {
	rm -rf "$WORK"
	mkdir -p "$WORK"
	index >"$WORK/index"
	echo "KTAP version 1"
	named_tests
	report_unrun
	prepare
	run_here
	run_host
	echo "1..$nr"
	echo "# $passed passed, $failed failed, $skipped skipped"
	[ $failed = 0 ] && [ $passed -gt 0 ]
}

main "$@"
