#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares transcripts: compare.py RULES RUN... reads RUN.edk2 and RUN.ours. One KTAP test per section
# of each run; a difference that no rule explains fails it.

"""How a difference is explained

A rule of the rules file names the lines it is about and what each side may
answer. When a write is answered differently, the variable is not the same any
more: further differences about it belong to the same rule ("follows"), until a
later write has made it the same on both sides. So is its place in the order of
GetNextVariableName until it is deleted on both.
"""

import argparse
import collections
import os
import re
import sys

LINE = re.compile(r'\d+ ([br]) (.*?)((?: = E?\d+)+)( .*)?$')
SUBJECT = re.compile(r'([SGNE]) (\S+/\S+)')
SET = re.compile(r'S \S+ a=(\w+) n=(\d+)(?: p=(\d+))?')
APPEND = 0x40


class Rule:
    """One entry of the rules file."""

    def __init__(self, name):
        self.name = name
        self.fields = collections.defaultdict(list)
        self.used = 0
        self.follows = 0

    def compile(self):
        for field in ('line', 'edk2', 'ours', 'mask', 'reorders', 'taints'):
            self.fields[field] = [re.compile(x) for x in self.fields[field]]
        says = self.fields['line'] or self.fields['reorders'] or self.fields['taints']
        if not says or not self.fields['why']:
            sys.exit('rule %s: needs line and why' % self.name)

    def explains(self, call, edk2, ours):
        if not any(x.match(call) for x in self.fields['line']):
            return False
        for x in self.fields['mask']:
            edk2, ours = x.sub('', edk2), x.sub('', ours)
        if self.fields['mask']:
            return edk2 == ours
        return (any(x.fullmatch(edk2) for x in self.fields['edk2']) and
                any(x.fullmatch(ours) for x in self.fields['ours']))


def read_rules(name):
    rules = []
    with open(name, encoding='ascii') as f:
        for number, text in enumerate(f, 1):
            text = text.rstrip()
            if not text or text.startswith('#'):
                continue
            word, _, rest = text.strip().partition(' ')
            if not text.startswith('\t') and word == 'rule':
                rules.append(Rule(rest))
            elif text.startswith('\t') and rules:
                rules[-1].fields[word].append(rest.strip())
            else:
                sys.exit('%s:%d: not understood' % (name, number))
    for rule in rules:
        rule.compile()
    return rules


class Section:
    """Calls between two headings."""

    def __init__(self, name):
        self.name = name
        self.calls = 0
        self.unexplained = []
        self.explained = collections.Counter()


class Line:
    """A line of a transcript, taken apart."""

    def __init__(self, text):
        m = LINE.match(text)
        if not m:
            raise ValueError(text)
        self.text = text
        self.number = text.split(' ', 1)[0]
        self.call = '%s %s' % (m.group(1), m.group(2))
        self.result = (m.group(3).replace(' = ', ' ') + (m.group(4) or '')).strip()
        s = SUBJECT.match(m.group(2))
        self.op = m.group(2)[0]
        self.subject = s.group(2) if s else None
        w = SET.match(m.group(2))
        # Attributes, and bytes without the descriptor of a signature.
        self.write = (int(w.group(1), 16), int(w.group(3) or w.group(2))) if w else None


def read_transcript(name):
    """Sections: (heading, [lines]); lines of one list of variables are one item."""
    sections, ended = [('start', [])], False
    with open(name, encoding='latin-1') as f:
        for text in f:
            text = text.rstrip('\n')
            if text.startswith('# failed'):
                sys.exit('%s: %s' % (name, text))
            if text.startswith('# -- '):
                sections.append((text[5:], []))
            ended = ended or text == '# end'
            if text.startswith('#'):
                continue
            line = Line(text)
            items = sections[-1][1]
            if line.op == 'E' and items and isinstance(items[-1], list):
                items[-1].append(line)
            else:
                items.append([line] if line.op == 'E' else line)
    if not ended:
        sys.exit('%s: the sequence did not come to its end' % name)
    return sections


class Comparison:
    """State of the walk along both transcripts."""

    def __init__(self, rules):
        self.rules = rules
        self.value = {}     # subject -> rule by which its value differs
        self.order = {}     # the same for its place among the others
        self.section = None

    def unexplained(self, edk2, ours):
        self.section.unexplained.append((edk2, ours))

    def follows(self, rule):
        rule.follows += 1
        self.section.explained[rule.name] += 1

    def spread(self, rule, line):
        """After this difference the variables are not the same any more."""
        for subject in [line.subject] + rule.fields['also']:
            if subject:
                self.value[subject] = self.order[subject] = rule
        for subject in rule.fields['derives']:
            self.order[subject] = rule

    def settle(self, line, edk2, ours):
        """A write both sides did: are the variables the same again?"""
        attrs, n = line.write
        states = {edk2.split()[0], ours.split()[0]}
        deletes = not attrs & 6 or (not n and not attrs & APPEND)
        if deletes and states <= {'0', 'E14'}:
            self.value.pop(line.subject, None)
            self.order.pop(line.subject, None)
        elif not deletes and not attrs & APPEND and states == {'0'}:
            self.value.pop(line.subject, None)

    def spoilt(self, line, other):
        """The rule that has made this line differ, if there is one."""
        words = (line.result + ' ' + other.result).split()
        for subject in [line.subject] + words if line.op == 'N' else [line.subject]:
            rule = self.value.get(subject) or (line.op == 'N' and self.order.get(subject))
            if rule:
                return rule
        return self.derived(line.subject)

    def derived(self, subject):
        """The rule about others that this variable tells of."""
        for rule in self.value.values():
            if subject in rule.fields['derives']:
                return rule
        return None

    def next_room(self, edk2, ours):
        """Too little room, for the name of another variable that is not told."""
        states = {edk2.result.split()[0], ours.result.split()[0]}
        if not self.order or not {'E5'} <= states <= {'0', 'E5'}:
            return False
        self.section.explained['order of variables'] += 1
        return True

    def query(self, edk2, ours):
        """Storage in use differs as long as any variable does."""
        if not self.order:
            return False
        mask = re.compile(r' (used|one)=\S+')
        if mask.sub('', edk2.result) != mask.sub('', ours.result):
            return False
        self.section.explained['storage in use'] += 1
        return True

    def one(self, edk2, ours):
        self.section.calls += 1
        if edk2.call != ours.call:
            sys.exit('different calls: "%s" and "%s"' % (edk2.text, ours.text))
        if edk2.result != ours.result:
            self.differ(edk2, ours)
        self.silent(edk2)
        if edk2.write:
            self.settle(edk2, edk2.result, ours.result)

    def silent(self, line):
        """What a call may do although both answer the same."""
        for rule in self.rules:
            if any(x.match(line.call) for x in rule.fields['reorders']):
                for subject in [line.subject] + rule.fields['also']:
                    self.order.setdefault(subject, rule)
            if any(x.match(line.call) for x in rule.fields['taints']):
                for subject in rule.fields['also']:
                    self.value.setdefault(subject, rule)
                    self.order.setdefault(subject, rule)

    def differ(self, edk2, ours):
        rule = self.spoilt(edk2, ours)
        if rule:
            self.follows(rule)
            return
        for rule in self.rules:
            if rule.explains(edk2.call, edk2.result, ours.result):
                rule.used += 1
                self.section.explained[rule.name] += 1
                if self.changes(edk2, ours):
                    self.spread(rule, edk2)
                return
        if edk2.op == 'Q' and self.query(edk2, ours):
            return
        if edk2.op == 'N' and self.next_room(edk2, ours):
            return
        self.unexplained(edk2.text, ours.text)
        if self.changes(edk2, ours):
            self.spread(Rule('unexplained ' + edk2.number), edk2)

    @staticmethod
    def changes(edk2, ours):
        """A write that one side did and the other refused."""
        return edk2.write and '0' in (edk2.result, ours.result)

    def lists(self, edk2, ours):
        """Two lists of all variables."""
        self.section.calls += 1
        known = [{x.subject: x for x in side} for side in (edk2, ours)]
        for subject in sorted(known[0].keys() | known[1].keys()):
            a, b = known[0].get(subject), known[1].get(subject)
            texts = [x.result if x else 'absent' for x in (a, b)]
            if texts[0] == texts[1]:
                continue
            rule = self.value.get(subject) or self.derived(subject)
            if rule:
                self.follows(rule)
                continue
            call = (a or b).call
            for rule in self.rules:
                if rule.explains(call, *texts):
                    rule.used += 1
                    self.section.explained[rule.name] += 1
                    self.spread(rule, a or b)
                    break
            else:
                self.unexplained(*('%s: %s' % (call, x) for x in texts))
                self.spread(Rule('unexplained'), a or b)
        orders = [[x.subject for x in side if x.subject not in self.order and
                   x.subject in known[0] and x.subject in known[1]]
                  for side in (edk2, ours)]
        if orders[0] != orders[1]:
            self.unexplained(*('order: ' + ' '.join(o) for o in orders))

    def walk(self, name, edk2, ours):
        self.section = Section(name)
        for a, b in zip(edk2, ours):
            if name == 'start':
                continue
            if isinstance(a, list) and isinstance(b, list):
                self.lists(a, b)
            elif not isinstance(a, list) and not isinstance(b, list):
                self.one(a, b)
            else:
                sys.exit('different calls in ' + name)
        if len(edk2) != len(ours):
            sys.exit('%s: %d and %d calls' % (name, len(edk2), len(ours)))
        return self.section


class Report:
    """KTAP on standard output."""

    def __init__(self, shown):
        self.shown = shown
        self.passed = self.failed = 0

    def section(self, name, section):
        for rule, n in sorted(section.explained.items()):
            print('# %5d %s' % (n, rule))
        for edk2, ours in section.unexplained[:self.shown]:
            print('# edk2: %s\n# ours: %s' % (edk2, ours))
        if len(section.unexplained) > self.shown:
            print('# and %d more' % (len(section.unexplained) - self.shown))
        if section.unexplained:
            self.failed += 1
        else:
            self.passed += 1
        print('%sok %d %s # %d calls, %d explained, %d unexplained' % (
            'not ' if section.unexplained else '', self.passed + self.failed,
            name, section.calls, sum(section.explained.values()),
            len(section.unexplained)))

    def end(self, rules):
        for rule in rules:
            print('# rule %s: %d differences, %d that follow' % (
                rule.name, rule.used, rule.follows))
        print('1..%d' % (self.passed + self.failed))
        print('%d passed, %d failed' % (self.passed, self.failed))


def compare(report, rules, run):
    edk2, ours = read_transcript(run + '.edk2'), read_transcript(run + '.ours')
    if [s[0] for s in edk2] != [s[0] for s in ours]:
        sys.exit(run + ': the transcripts have different sections')
    c, phase = Comparison(rules), 'boot'
    for a, b in zip(edk2, ours):
        if a[0] == 'ExitBootServices':
            phase = 'runtime'
        elif a[0].startswith('boot '):
            phase = 'boot'
        section = c.walk(a[0], a[1], b[1])
        # The variables of the firmware itself: never the same.
        if a[0] != 'start':
            report.section('%s, %s: %s' % (os.path.basename(run), phase, a[0]), section)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--show', type=int, default=20, help='differences shown per test')
    p.add_argument('rules')
    p.add_argument('run', nargs='+')
    args = p.parse_args()
    rules = read_rules(args.rules)
    report = Report(args.show)
    print('KTAP version 1')
    for run in args.run:
        compare(report, rules, run)
    report.end(rules)
    return report.failed != 0


if __name__ == '__main__':
    sys.exit(main())
