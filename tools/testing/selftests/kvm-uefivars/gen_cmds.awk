# SPDX-License-Identifier: GPL-2.0
# Reads linux/kvm_uefivars.h and writes what it says of every command, for cmds.c:
#   CMD(name, kind, is_port_too, structure, has_flags, flags, has_reserved)
#   ERRNO(command, error)
# The kinds are those of the comments above the numbers; the rest is kernel-doc.

/^\/\* On the device\. \*\/$/ { kind = "DEVICE"; port_too = 0 }
/^\/\* On a store\. \*\/$/ { kind = "STORE"; port_too = 0 }
/^\/\* On a store, and on a port/ { kind = "STORE"; port_too = 1 }
/^\/\* On a port\. \*\/$/ { kind = "PORT"; port_too = 0 }

/^#define KVM_UEFIVARS_[A-Z_]+[ \t]+_IO\(/ {
	name = substr($2, length("KVM_UEFIVARS_") + 1)
	order[++nr] = name
	kinds[name] = kind
	ports[name] = port_too
	next
}

# A bit that a flags member may have.
/^#define KVM_UEFIVARS_[A-Z_]+[ \t]+\(1U << [0-9]+\)/ {
	bits[++nr_bits] = $2
}

/^\/\*\*$/ { in_doc = 1; doc = ""; next }
in_doc && /^ \*\/$/ { in_doc = 0; block(doc); next }
in_doc {
	line = $0
	sub(/^ \*[ \t]?/, "", line)
	# A member or a paragraph begins a line, the rest goes on.
	if (line ~ /^@/ || line == "" || doc == "")
		doc = doc "\n" line
	else
		doc = doc " " line
}

END {
	for (i = 1; i <= nr; i++) {
		name = order[i]
		if (!(name in types)) {
			printf "%s is not in the title of a structure\n", name >"/dev/stderr"
			exit 1
		}
		printf "CMD(%s, %s, %d, %s, %d, %s, %d)\n", name, kinds[name],
			ports[name], types[name], name in flags,
			name in flags ? flags[name] : "0", name in reserved
	}
	for (i = 1; i <= nr_errors; i++)
		print errors[i]
}

# words(TEXT, OUT): command names in TEXT, in OUT[1..]; returns how many.
function words(text, out,    n, m, i, w) {
	m = split(text, w, /[^A-Z_]+/)
	for (i = 1; i <= m; i++)
		if (w[i] in kinds)
			out[++n] = w[i]
	return n + 0
}

function add_error(name, error) {
	if (!((name, error) in known))
		errors[++nr_errors] = "ERRNO(" name ", " error ")"
	known[name, error] = 1
}

# mask(TEXT): the bits that TEXT names, KVM_UEFIVARS_X or KVM_UEFIVARS_X_*.
function mask(text,    out, w, n, i, j, stem) {
	n = split(text, w, /[^A-Z_*]+/)
	for (i = 1; i <= n; i++) {
		if (w[i] !~ /^KVM_UEFIVARS_/)
			continue
		stem = w[i]
		if (sub(/\*$/, "", stem)) {
			for (j = 1; j <= nr_bits; j++)
				if (index(bits[j], stem) == 1)
					out = out " | " bits[j]
		} else {
			out = out " | " w[i]
		}
	}
	return out == "" ? "0" : substr(out, 4)
}

# flags_of(TEXT): "in: CMD: flags; CMD: flags" or "in: flags" of a @flags member.
function flags_of(text,    clause, n, i, j, m, scope, mine) {
	sub(/^[^:]*: in: /, "", text)
	sub(/, out:.*/, "", text)
	for (j = 1; j <= nr_cmds; j++)
		flags[cmds[j]] = "0"
	n = split(text, clause, ";")
	for (i = 1; i <= n; i++) {
		split("", scope)
		m = 0
		if (match(clause[i], /^ *[A-Z_]+: /))
			m = words(substr(clause[i], 1, RLENGTH), scope)
		for (j = 1; j <= (m ? m : nr_cmds); j++) {
			mine = m ? scope[j] : cmds[j]
			if (mask(clause[i]) != "0")
				flags[mine] = mask(clause[i])
		}
	}
}

# errors_of(TEXT, OF): after "Errors:" or "Errors of OF:"; "EX", "EX (CMD, CMD)" or
# "EX from CMD".
function errors_of(text, of,    error, scope, n, i) {
	while (match(text, /(^|[^A-Z_])E[A-Z][A-Z]+[^A-Z_]/)) {
		error = substr(text, RSTART, RLENGTH)
		gsub(/[^A-Z]/, "", error)
		text = substr(text, RSTART + RLENGTH - 1)
		split("", scope)
		n = 0
		if (match(text, /^ \([A-Z_, ]+\)/) ||
		    match(text, /^ from [A-Z_]+/))
			n = words(substr(text, 1, RLENGTH), scope)
		else if (of != "")
			n = words(of, scope)
		for (i = 1; i <= (n ? n : nr_cmds); i++)
			add_error(n ? scope[i] : cmds[i], error)
	}
}

# errors_in(TEXT): every "Errors: ..." and "Errors of CMD: ..." in a paragraph.
function errors_in(text,    of, rest) {
	while (match(text, /Errors( of [A-Z_]+)?: /)) {
		of = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		rest = match(text, /Errors( of [A-Z_]+)?: /) ? RSTART : length(text) + 1
		errors_of(substr(text, 1, rest - 1) " ", of)
	}
}

# permission(TEXT): who may not: "may call A, B and C (EPERM otherwise)", or all.
function permission(text,    part, n, i, scope) {
	if (match(text, /may call [A-Z_, and]+\(EPERM/)) {
		n = words(substr(text, RSTART, RLENGTH), scope)
		for (i = 1; i <= n; i++)
			add_error(scope[i], "EPERM")
	} else if (text ~ /\(EPERM\)|CAP_SYS_ADMIN/) {
		for (i = 1; i <= nr_cmds; i++)
			add_error(cmds[i], "EPERM")
	}
}

# descriptor(TEXT): a command that returns one may have none left to give.
function descriptor(text,    n, i, scope) {
	n = words(text, scope)
	for (i = 1; i <= (n ? n : nr_cmds); i++) {
		add_error(n ? scope[i] : cmds[i], "EMFILE")
		add_error(n ? scope[i] : cmds[i], "ENFILE")
	}
}

# block(TEXT): one kernel-doc comment, a member or a paragraph in each line.
function block(text,    lines, n, i, type, title) {
	n = split(text, lines, "\n")
	title = lines[2]
	if (title !~ /^struct kvm_uefivars_/)
		return
	type = title
	sub(/^struct kvm_uefivars_/, "", type)
	sub(/ .*/, "", type)
	sub(/^[^-]*- /, "", title)
	sub(/:.*/, "", title)
	split("", cmds)
	nr_cmds = words(title, cmds)
	for (i = 1; i <= nr_cmds; i++)
		types[cmds[i]] = type
	for (i = 3; nr_cmds && i <= n; i++) {
		if (lines[i] ~ /^@flags: in:/)
			flags_of(lines[i])
		else if (lines[i] ~ /^@reserved: in: must be 0/)
			for (j = 1; j <= nr_cmds; j++)
				reserved[cmds[j]] = 1
		else if (lines[i] ~ /^@fd:.*out:/)
			descriptor(lines[i])
		else if (lines[i] !~ /^@/)
			permission(lines[i])
		errors_in(lines[i])
	}
}
