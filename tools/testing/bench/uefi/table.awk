# SPDX-License-Identifier: GPL-2.0-or-later
# The lines of a run as records: PEER VARIABLES OPERATION CALLS MIN MEDIAN MAX EXITS RETURNS.

# Exits per call, with those taken off that come with time: ticks of the guest. "nothing"
# is measured first in each pass and lasts as long as a mark does.
function per_call(counted, calls, median) {
	counted -= idle * (mark + calls * median) / mark
	return sprintf("%.1f", counted < 0 ? 0 : counted / calls)
}

BEGIN { mark = 12000000 }

$1 == "peer" { peer = $2; boot = "" }
$1 == "boot" { boot = $2 }
$1 == "boot-option" { print peer, 0, "boot-option-" boot, 1, $2, $2, $2, "-", "-" }
$1 == "exits" { all = $4 - $6; returns = $8 + $10 }
$1 == "result" && $3 ~ /^efivarfs/ { print peer, $2, $3, $5, $7, $9, $11, "-", "-" }
$1 == "result" && $3 == "nothing" { idle = all }
$1 == "result" && $3 !~ /^(efivarfs.*|nothing)$/ {
	print peer, $2, $3, $5, $7, $9, $11, per_call(all, $5, $9),
		sprintf("%.1f", returns / $5)
}
