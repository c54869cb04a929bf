# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# On the second host: does what far() of the first one asks for, function after function, and
# ends at the first that fails.

# shellcheck source=tools/testing/host/lib/scenario.sh
source "$KUV_TOP/tools/testing/host/lib/scenario.sh"
# shellcheck source=tools/testing/host/lib/move-lib.sh
source "$KUV_TOP/tools/testing/host/lib/move-lib.sh"
set -E
trap 'blame $? "${BASH_SOURCE[0]##*/}:$LINENO" "$BASH_COMMAND"' ERR

# What is started here must not take the next request for its own.
exec </dev/null
while IFS= read -r request <&3; do
	eval "$request"
	echo "far: done"
done
