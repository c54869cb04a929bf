# SPDX-License-Identifier: GPL-2.0-or-later
# Takes a document's blocks of commands out: into files of OUT, one line about each on standard
# output: FILE:LINE, kind (run, elsewhere, not, unmarked, picture), name or reason, needs, stays.
# A mark is a comment right above a block, see README.md.

function mark_of(line,    m) {
	mark = ""; what = ""; needs = "host"; stays = ""
	if (match(line, /<!-- run: [a-z0-9-]+/)) {
		mark = "run"
		what = substr(line, RSTART + 10, RLENGTH - 10)
		if (match(line, /needs: (host|machine|none)/))
			needs = substr(line, RSTART + 7, RLENGTH - 7)
		if (line ~ /, stays/)
			stays = "stays"
	} else if (match(line, /<!-- run elsewhere: .* -->/)) {
		mark = "elsewhere"
		what = substr(line, RSTART + 20, RLENGTH - 24)
	} else if (match(line, /<!-- not run: .* -->/)) {
		mark = "not"
		what = substr(line, RSTART + 14, RLENGTH - 18)
	}
}

function begin() {
	in_block = 1
	nr++
	at = FNR
	file = sprintf("%s/%s-%03d.sh", OUT, base, nr)
	printf "" >file
}

function end() {
	if (!in_block)
		return
	in_block = 0
	close(file)
	print FILENAME ":" at, mark == "" ? "unmarked" : mark, what == "" ? "-" : what, \
		needs == "" ? "-" : needs, stays == "" ? "-" : stays, file
	mark = what = ""
}

FNR == 1 {
	base = FILENAME
	gsub(/[\/.]/, "-", base)
	OFS = "\t"
	listed = 0
}

# Within a fence. One without a language is a picture, unless it has our commands in it.
fence != "" && /^ *```/ {
	if (fence == "sh")
		end()
	fence = ""
	next
}
fence == "sh" { print >file; next }
fence != "" {
	if (/^ ? ?(kuvctl|make|apt|dpkg|systemctl|modprobe|sqlite3|tools\/[a-z]+) |^ ? ?kuv-run --/)
		print FILENAME ":" FNR, "unmarked", "-", "-", "-", "-"
	next
}
/^ *```/ {
	end()
	fence = ($0 ~ /^ *```(sh|bash|console)/) ? "sh" : "other"
	if (fence == "sh")
		begin()
	next
}

# A mark, maybe within a list.
/^ *<!--/ && !/SPDX/ { end(); mark_of($0); empty = 0; next }

# Indented by four, after an empty line; in a list, by four more than its text.
/^    / && match($0, /^ */) && (in_block || empty) && RLENGTH >= listed + 4 {
	if (!in_block)
		begin()
	print substr($0, listed + 5) >file
	next
}
/^ *$/ { if (in_block) print "" >file; empty = 1; next }
{ end() }
{ mark = what = ""; empty = 0 }
match($0, /^ ? ?([*-]|[0-9]+\.) +/) { listed = RLENGTH; next }
/^[^ ]/ { listed = 0 }

END { end() }
