#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables and the chart out of the results of a run, for run.sh and profile.sh."""

import re
import sys

LINE = re.compile(
    r"result (\S+) (\S+) calls (\d+) min (\d+) avg (\d+) max (\d+) windows \d+ "
    r"exits (\d+) (\d+) irqs \d+ returns (\d+) (\d+) bad 0$")

# Set-ups of the document: name in the results, in the tables, colour.
SETUPS = [
    ("cap", "KVM_CAP_UEFI_VARS", "#1b7837"),
    ("task_work", "doorbell (task work)", "#5aae61"),
    ("fput", "doorbell (fput)", "#a6dba0"),
    ("kuv-run", "doorbell, below QEMU 10", "#80b1d3"),
    ("forward", "forwarded by the VMM", "#fdb863"),
    ("uefi-vars", "QEMU 10 uefi-vars", "#b2182b"),
    ("cap-pio", "KVM_CAP_UEFI_VARS, PIO", "#762a83"),
    ("forward-pio", "forwarded, PIO", "#9970ab"),
    ("uefi-vars-pio", "QEMU 10 uefi-vars, PIO", "#d6604d"),
]

OPS = [
    ("get-64", "GetVariable, 64 B"),
    ("get-4096", "GetVariable, 4 KiB"),
    ("get-next", "GetNextVariableName"),
    ("query", "QueryVariableInfo"),
    ("set-volatile-64", "SetVariable, volatile, 64 B"),
    ("set-nv-64", "SetVariable, non-volatile, 64 B, write-back"),
    ("set-through", "SetVariable, non-volatile, 64 B, write-through"),
    ("delete", "SetVariable, deletion"),
    ("append-db-1k", "append 988 B to db, signed"),
    ("set-private-64", "private variable, 64 B, signed"),
]

# Rows that another set-up has: durability is one of its own.
ELSEWHERE = {
    ("kuv-run", "set-through"): ("kuv-run-through-100", "set-nv-64"),
    ("cap", "set-through"): ("cap-through", "set-nv-64"),
    ("task_work", "set-through"): ("task_work-through", "set-nv-64"),
    ("fput", "set-through"): ("fput-through", "set-nv-64"),
    # It writes its file before it answers, always.
    ("uefi-vars", "set-through"): ("uefi-vars", "set-nv-64"),
    ("uefi-vars", "set-nv-64"): None,
    ("uefi-vars-pio", "set-through"): ("uefi-vars-pio", "set-nv-64"),
    ("uefi-vars-pio", "set-nv-64"): None,
}


class Result:
    """One operation of one set-up."""

    def __init__(self, m):
        self.setup, self.op = m[1], m[2]
        self.min, self.avg, self.max = int(m[4]), int(m[5]), int(m[6])
        self.exits = per_call(int(m[7]), int(m[8]))
        self.returns = per_call(int(m[9]), int(m[10]))


def number(hundredths):
    """Counts of a window of 100 calls, per call."""
    return f"{hundredths / 100:.2f}".removesuffix(".00")


def per_call(least, most):
    if least == most:
        return number(least)
    return f"{number(least)}..{number(most)}"


def read(path):
    results = {}
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            m = LINE.match(line)
            if m:
                results[m[1], m[2]] = Result(m)
    return results


def find(results, setup, op):
    key = ELSEWHERE.get((setup, op), (setup, op))
    return results.get(key) if key else None


def text(results):
    row = "# {:<20} {:<16} {:>9} {:>9} {:>9} {:>7} {:>8} {:>7}".format
    base = results.get(("empty", "doorbell"))
    print(row("setup", "operation", "min", "avg", "max", "exits", "returns",
              "ratio"))
    for r in results.values():
        ratio = f"{r.min / base.min:.2f}" if base else "-"
        print(row(r.setup, r.op, r.min, r.avg, r.max, r.exits, r.returns,
                  ratio))


def markdown(results, release):
    base = results["empty", "doorbell"]
    print(f"Host kernel {release}. The empty doorbell costs {base.min:,} "
          f"instructions (average {base.avg:,}), 1 exit and no return.\n")
    print("| Operation | Way in | Instructions, least | average | Exits "
          "| Returns to the VMM | Least, of the empty doorbell |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for op, op_title in OPS:
        for setup, title, _ in SETUPS:
            r = find(results, setup, op)
            if r:
                print(f"| {op_title} | {title} | {r.min:,} | {r.avg:,} "
                      f"| {r.exits} | {r.returns} | {r.min / base.min:.2f} |")
                op_title = ""


# Title, name of the set-ups up to the number, operations.
GROWTH = [
    ("doorbell, variables in the store", "vars-", (10, 100, 1000),
     ("get-64", "get-next", "set-nv-64")),
    ("doorbell, VMs on the host", "vms-", (1, 10, 100),
     ("get-64", "get-next", "set-nv-64")),
    ("doorbell, write-through to SQLite, variables in the store",
     "kuv-run-through-", (10, 100, 1000), ("set-nv-64",)),
    ("QEMU 10 uefi-vars, variables in its file", "uefi-vars-",
     (10, 100, 1000), ("get-64", "get-next", "set-nv-64")),
]


def growth(results):
    print("| What grows | Operation | Number | Instructions, least | average |")
    print("|---|---|--:|--:|--:|")
    for title, prefix, numbers, ops in GROWTH:
        for op in ops:
            for n in numbers:
                r = results.get((f"{prefix}{n}", op))
                if r:
                    print(f"| {title} | {op} | {n:,} | {r.min:,} "
                          f"| {r.avg:,} |")
                    title = ""


TOP_FUNCTIONS = 25


def read_profile(path):
    functions = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            count, name = line.split()[0], " ".join(line.split()[1:])
            functions[name] = functions.get(name, 0) + float(count)
    return functions


def profile(empty, doorbell, cap):
    """What each function adds to the empty doorbell, the dearest first."""
    columns = [read_profile(path) for path in (empty, doorbell, cap)]
    totals = [sum(c.values()) for c in columns]

    def added(name):
        return max(c.get(name, 0) - columns[0].get(name, 0)
                   for c in columns[1:])

    def row(name, counts):
        e, d, c = counts
        print(f"| {name} | {e:,.0f} | {d:,.0f} | {100 * d / totals[1]:.1f} % "
              f"| {d - e:+,.0f} | {c:,.0f} | {100 * c / totals[2]:.1f} % "
              f"| {c - e:+,.0f} |")

    names = sorted({n for c in columns for n in c}, key=added, reverse=True)
    print("| Function | Empty doorbell | Doorbell | share | more "
          "| KVM_CAP_UEFI_VARS | share | more |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name in names[:TOP_FUNCTIONS]:
        title = name if name.startswith("(") else f"`{name}`"
        row(title, [c.get(name, 0) for c in columns])
    rest = [sum(c.get(n, 0) for n in names[TOP_FUNCTIONS:]) for c in columns]
    row(f"{len(names) - TOP_FUNCTIONS} others", rest)
    row("All", totals)


LEFT, RIGHT, BAR, GAP, TOP = 330, 900, 13, 16, 66
FLOOR, DECADES = 3, 5  # from 10^3, so many


def x_of(value, log10):
    return LEFT + (log10(value) - FLOOR) * (RIGHT - LEFT) / DECADES


def svg_axis(bottom, log10):
    for d in range(FLOOR, FLOOR + DECADES + 1):
        x = x_of(10 ** d, log10)
        label = f"{10 ** d:,}"
        yield (f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" '
               f'y2="{bottom}" stroke="#ccc"/>')
        yield (f'<text x="{x:.1f}" y="{TOP - 14}" text-anchor="middle">'
               f'{label}</text>')


def svg_group(results, op, title, y, log10):
    """The bars of one operation, and where the next one starts."""
    out, start = [], y
    for setup, name, colour in SETUPS:
        r = find(results, setup, op)
        if not r:
            continue
        width = x_of(r.min, log10) - LEFT
        out.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" '
                   f'height="{BAR - 2}" fill="{colour}"/>')
        out.append(f'<text x="{LEFT + width + 4:.1f}" y="{y + BAR - 4}">'
                   f'{r.min:,}  {name}</text>')
        y += BAR
    if y == start:
        return [], start
    middle = (start + y) / 2 + 3
    out.append(f'<text x="{LEFT - 8}" y="{middle:.1f}" '
               f'text-anchor="end" font-weight="bold">{title}</text>')
    return out, y + GAP


def svg(results):
    from math import log10
    body, y = [], TOP
    for op, title in OPS:
        part, y = svg_group(results, op, title, y, log10)
        body += part
    base = results.get(("empty", "doorbell"))
    if base:
        x = x_of(base.min, log10)
        body.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" '
                    f'y2="{y}" stroke="#333" stroke-dasharray="4 3"/>')
    print('<?xml version="1.0" encoding="UTF-8"?>')
    print("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->")
    print("<!-- Written by tools/testing/bench/run.sh. -->")
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="1180" '
          f'height="{y + 10}" font-family="sans-serif" font-size="10">')
    print('<rect width="100%" height="100%" fill="white"/>')
    print('<text x="20" y="22" font-size="15">Instructions per call, host '
          'and guest, least (logarithmic)</text>')
    print('<text x="20" y="38">Dashed: the empty doorbell, the least that any '
          'device costs.</text>')
    print("\n".join([*svg_axis(y, log10), *body]))
    print("</svg>")


def main(args):
    commands = {"--text": text, "--growth": growth, "--svg": svg}
    if len(args) == 3 and args[0] == "--markdown":
        markdown(read(args[2]), args[1])
    elif len(args) == 4 and args[0] == "--profile":
        profile(*args[1:])
    elif len(args) == 2 and args[0] in commands:
        commands[args[0]](read(args[1]))
    else:
        sys.exit("usage: report.py --text|--growth|--svg RESULTS\n"
                 "       report.py --markdown RELEASE RESULTS\n"
                 "       report.py --profile EMPTY DOORBELL CAP")


main(sys.argv[1:])
