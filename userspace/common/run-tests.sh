#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs unit test programs, each a KTAP subtest; an argument is a command line
# without quotes. Messages go to $LOGS. Fails if one test fails.

set -u
export CMOCKA_MESSAGE_OUTPUT=TAP
failed=0
n=0

echo "KTAP version 1"
echo "1..$#"
for program in "$@"; do
	n=$((n + 1))
	name=$(basename "${program%% *}" .sh)
	echo "    # Subtest: $name"
	# The program prints TAP on stdout and messages on stderr.
	# shellcheck disable=SC2086 # a command line
	$program 2>"$LOGS/$name.log" | sed 's/^/    /'
	if [ "${PIPESTATUS[0]}" -eq 0 ]; then
		echo "ok $n $name"
	else
		sed 's/^/    # /' "$LOGS/$name.log"
		echo "not ok $n $name"
		failed=1
	fi
done
exit $failed
