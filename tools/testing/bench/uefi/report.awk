# SPDX-License-Identifier: GPL-2.0-or-later
# The table of a run, from the records of table.awk, as text for docs/performance.md.

function thousands(n,  s) {
	if (n < 10000)
		return n
	if (n < 1000000)
		return sprintf("%.1f k", n / 1000)
	if (n < 100000000)
		return sprintf("%.2f M", n / 1000000)
	return sprintf("%.2f G", n / 1000000000)
}

function row(label, n, op,  i, any, s) {
	s = "| " label " |"
	for (i = 1; i <= nr; i++) {
		if ((name[i], n, op) in median)
			any = 1
		s = s " " cell(name[i], n, op) " |"
	}
	if (any)
		print s
}

function cell(p, n, op) {
	if (!((p, n, op) in median))
		return "-"
	if (exits[p, n, op] == "-")
		return thousands(median[p, n, op])
	return thousands(median[p, n, op]) " (" exits[p, n, op] ", " returns[p, n, op] ")"
}

!($1 in known) { known[$1] = 1; name[++nr] = $1 }
{ median[$1, $2, $3] = $6; exits[$1, $2, $3] = $8; returns[$1, $2, $3] = $9 }

END {
	print "Median instructions of a call at boot time, guest and host together (exits, returns to"
	print "the VMM per call); data of 64 bytes where nothing else is said."
	print ""
	printf "|"
	for (i = 1; i <= nr; i++) {
		s = s " " name[i] " |"
		line = line "--:|"
	}
	print " |" s
	print "|---|" line
	split("50 200", counts)
	for (c = 1; c <= 2; c++) {
		n = counts[c]
		row("GetVariable, " n " variables", n, "get-64")
		row("GetVariable 4 KiB, " n, n, "get-4096")
		row("GetNextVariableName, " n, n, "get-next")
		row("GetNextVariableName, name of 512 bytes, " n, n, "get-next-512")
		row("QueryVariableInfo, " n, n, "query")
		row("SetVariable volatile, " n, n, "set-volatile-64")
		row("SetVariable NV, " n, n, "set-nv-64")
	}
	row("VM start to boot option, first boot", 0, "boot-option-1")
	row("VM start to boot option, later boot", 0, "boot-option-2")
	row("efivarfs: `ls -l` of 100", 100, "efivarfs-ls")
	row("efivarfs: `ls -l` and `cat` of 100", 100, "efivarfs")
}
