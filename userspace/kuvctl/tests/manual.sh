#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages against kuvctl's own help: commands and options are in both.
# usage: manual.sh KUVCTL

set -u
HERE=$(cd "$(dirname "$0")/.." && pwd)
KUVCTL=$1
n=0
failed=0

# check NAME STATUS
check() {
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n $1"
	else
		echo "not ok $n $1"
		failed=$((failed + 1))
	fi
}

# headings FILE...: what stands in synopses and in front of paragraphs, as text;
# what a command prints as JSON does not describe it
headings() {
	awk '/^\.SH/ { synopsis = /SYNOPSIS/; json = /JSON/ }
		synopsis || (before == ".TP" && !json) { print }
		{ before = $1 }' "$@" |
		sed 's/\\f.//g; s/\\-/-/g; s/\\ / /g; s/"//g; s/^\.[A-Z]* //'
}

# options: all of standard input, one per line
options() {
	grep -oE -- '--[a-z][a-z0-9-]*' | sort -u
}

# is_option WORD: does kuvctl know it? Usages leave the long form of -o out.
is_option() {
	grep -qxF -- "$1" <<<"$USAGE" ||
		grep -qE "^[[:space:]]\{ \"${1#--}\", (no|required)_argument," "$HERE"/*.c
}

PAGES=$(headings "$HERE"/kuvctl*.1)
USAGE=$("$KUVCTL" help | options)
COMMANDS=$("$KUVCTL" help | sed -n 's/^  \([a-z][a-z-]*\)\( .*\)\{0,1\}$/\1/p')
echo "TAP version 13"
for COMMAND in $COMMANDS; do
	grep -qE "(^|kuvctl |[|,] ?)$COMMAND( |\$)" <<<"$PAGES"
	check "page_of_$COMMAND" $?
done
for OPTION in $USAGE; do
	grep -qxF -- "$OPTION" <<<"$(options <<<"$PAGES")"
	check "page_has$OPTION" $?
done
for OPTION in $(options <<<"$PAGES"); do
	is_option "$OPTION"
	check "kuvctl_has$OPTION" $?
done
[ "$n" -gt 80 ]
check enough $?
echo "1..$n"
[ $failed = 0 ]
