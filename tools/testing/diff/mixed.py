# SPDX-License-Identifier: GPL-2.0-or-later
# Random calls, with and without signatures; the same for the same seed.

"""A rough idea of what the variables are lets most signatures be right.

It need not be exact: what comes back is compared, not predicted. At runtime
flash is not reclaimed, so data is small and keys change seldom.
"""

import datetime
import random

from tape import (APPEND, AP, AT, BS, DB, DBT, DBX, HR, KEK, NV, OWNER2, PK, RESERVED, RT,
                  SET, efi_time, hash_list, some)

PLAIN = [('a', 't1', 7), ('A', 't1', 7), ('a', 't2', 3), ('m1', 't1', 7), ('m2', 't1', 6),
         ('m3', 't2', 2), ('m4', 't2', 7)]
OWNED = [('p0', 't1', SET), ('p1', 't1', SET), ('p0', 't2', SET), ('db', 't1', SET),
         ('PK', 't2', SET), ('p3', 't1', 0x23), ('p4', 't1', 0x26), ('p5', 't2', 0x22)]
OWNERS = ['alice', 'bob', 'owner', 'utf8']
STATES = [('SetupMode', 'gl'), ('SecureBoot', 'gl'), ('SecureBootEnable', 'sbe'),
          ('CustomMode', 'cm'), ('VendorKeys', 'gl'), ('VendorKeysNv', 'vk'),
          ('certdb', 'cdb'), ('certdbv', 'cdb'), ('SignatureSupport', 'gl')]
ODD = [0, NV, RT, BS, NV | RT, 7, 6, 3, 0x21, 0x25, 0x37, 0x17, 7 | HR, 0xa7, APPEND, 0x66,
       0x63, AP, NV | AP, 0x80000007]


class Mixed:
    """One random sequence."""

    def __init__(self, tape, seed, at_runtime):
        self.t = tape
        self.any = random.Random(seed)
        self.at_runtime = at_runtime
        self.pk = 'pk1'
        self.owner = {}
        self.custom = False

    def percent(self, p):
        return self.any.randrange(100) < p

    def attrs(self, usual):
        if self.percent(92):
            return usual
        odd = self.any.choice(ODD) if self.percent(60) else usual ^ 1 << self.any.randrange(8)
        # edk2 blocks the name where it finds out late that it cannot make a variable.
        needed = AT | NV | (RT if self.at_runtime else 0)
        blocks = odd & (AT | NV) == AT | NV and (odd & needed != needed or not odd & (BS | RT))
        return usual if blocks else odd

    def time(self):
        """Mostly later than all before."""
        if self.percent(85):
            return self.t.now()
        return self.t.clock - datetime.timedelta(seconds=self.any.randrange(300))

    def plain(self):
        name, namespace, attrs = self.any.choice(PLAIN)
        var = (name, namespace)
        what = self.any.randrange(100)
        if what < 30:
            self.t.get(var)
        elif what < 42:
            self.t.next(var)
        elif what < 52:
            self.t.set(var, self.any.choice([0, attrs]))
        elif what < 66:
            self.t.set(var, self.attrs(attrs) | AP, some(what, self.any.randrange(20)))
        else:
            self.t.set(var, self.attrs(attrs), some(what, self.any.randrange(40)))

    def look(self):
        var = self.any.choice([PK, KEK, DB, DBX, DBT] + STATES + [v[:2] for v in OWNED])
        if self.percent(75):
            self.t.get(var)
        else:
            self.t.next(var)

    def ask(self):
        self.t.query(self.attrs(self.any.choice([7, 6, 3, SET])))

    def switch(self):
        what = self.any.randrange(10)
        if what < 6:
            self.custom = what < 2
            self.t.set(('CustomMode', 'cm'), 3, bytes([self.custom]))
        elif what < 9:
            self.t.set(('SecureBootEnable', 'sbe'), 3, bytes([what & 1]))
        else:
            self.t.set(self.any.choice(STATES), self.any.choice([0, 3, 6, 7]),
                       b'\1' * self.any.randrange(3))

    def write(self, var, payload, attrs, by):
        """A signature, right in most cases."""
        kind = self.any.randrange(100)
        attrs = self.attrs(attrs)
        if kind < 66:
            self.t.signed(var, payload, by, attrs, when=self.time())
        elif kind < 72:
            self.t.bare(var, payload, attrs, when=self.time())
        elif kind < 78:
            self.t.signed(var, payload, self.any.choice(list(self.t.people)), attrs)
        elif kind < 90:
            self.broken(var, payload, attrs, by)
        elif kind < 94:
            data = self.t.signed(var, payload, by, attrs)
            self.t.again(var, data, attrs, len(payload))
        else:
            self.strange(var, payload, attrs, by)

    def broken(self, var, payload, attrs, by):
        at, bit = self.any.random(), 1 << self.any.randrange(8)

        def flip(data, end):
            # Of keys the signature itself: were it taken by one side only, modes would differ.
            begin = end - 256 if var in (PK, KEK) else 40
            data[begin + int(at * (end - begin))] ^= bit

        def flip_any(data, _):
            # Not the lengths of lists: see signed.py.
            data[int(at * 40)] ^= bit

        self.t.signed(var, payload, by, attrs, break_it=flip if self.percent(70) else flip_any,
                      label='-broken')

    def strange(self, var, payload, attrs, by):
        what = self.any.randrange(6)
        if what == 0:
            time = bytearray(efi_time(self.t.now()))
            time[self.any.choice(list(RESERVED.values()))] = 1
            self.t.signed(var, payload, by, attrs, when=bytes(time), label='-reserved')
        elif what == 1:
            self.t.signed(var, payload, by, attrs, alg='sha1')
        elif what == 2:
            self.t.signed(var, payload, by, attrs, attrs_in=True, label='-attributes-in')
        elif what == 3:
            self.t.signed(var, payload, by, attrs, certs=by + '+foreign', label='-more-certs')
        elif what == 4:
            self.t.signed(var, payload, by, attrs, certs='', label='-no-cert')
        else:
            self.t.set(var, self.any.choice([0, 7, SET, APPEND]))

    def keys(self):
        what = self.any.randrange(20)
        if what < 6:
            lists = self.t.cert(*self.any.choice([('kek1',), ('kek1', 'kek2')]))
            self.write(KEK, lists, SET, self.pk or 'pk1')
        elif what < 9:
            self.write(KEK, hash_list(what), APPEND, self.pk or 'pk1')
        elif what < 12:
            self.broken(KEK, self.t.cert('kek1'), SET, self.pk or 'pk1')
        elif what < 13:
            self.write(KEK, b'', SET, self.pk or 'pk1')
        elif what < 15:
            # PK goes, seldom for long.
            self.t.signed(PK, b'', self.pk or 'pk1')
            self.pk = None
        else:
            new = self.any.choice(['pk1', 'pk2'])
            self.write(PK, self.t.cert(new), SET, self.pk or new)
            self.pk = new

    def database(self):
        var = self.any.choice([DB, DB, DBX, DBX, DBT])
        numbers = [self.any.randrange(4) for _ in range(1 + self.any.randrange(2))]
        owner = {'owner': OWNER2} if self.percent(10) else {}
        kind = 'sha256' if self.percent(85) else 'sha1'
        by = self.any.choice(['kek1', 'kek1', 'kek2', 'signer'])
        what = self.any.randrange(100)
        if what < 60:
            self.write(var, hash_list(*numbers, kind=kind, **owner), SET, by)
        elif what < 85:
            self.write(var, hash_list(*numbers, kind=kind, **owner), APPEND, by)
        elif what < 90:
            self.write(var, b'', APPEND, by)
        else:
            self.write(var, b'', SET, by)

    def private(self):
        # Those that cannot be made at runtime come last.
        name, namespace, attrs = self.any.choice(OWNED[:5] if self.at_runtime else OWNED)
        var = (name, namespace)
        by = self.owner.setdefault(var, self.any.choice(OWNERS))
        if self.percent(10):
            by = self.any.choice(OWNERS)
        what = self.any.randrange(100)
        if what < 45:
            self.write(var, some(what, 1 + self.any.randrange(30)), attrs, by)
        elif what < 75:
            self.write(var, some(what, self.any.randrange(12)), attrs | AP, by)
        elif what < 90 and not self.at_runtime:
            # edk2 lets anybody do that, at runtime as well.
            self.write(var, b'', attrs, by)
            self.owner.pop(var, None)
        else:
            self.t.set(var, self.any.choice([0, 7, attrs, attrs & ~AT]), some(1, what % 3))

    def step(self):
        what = self.any.randrange(100)
        if what < 32:
            self.plain()
        elif what < 47:
            self.look()
        elif what < 50:
            self.ask()
        elif what < 53:
            self.switch()
        elif what < (54 if self.at_runtime else 56):
            self.keys()
        elif what < 78:
            self.database()
        else:
            self.private()


def play(tape, seed, nr, at_runtime):
    """At least nr calls."""
    tape.comment('random, seed %d' % seed)
    m, end, due = Mixed(tape, seed, at_runtime), tape.nr_calls + nr, tape.nr_calls + 400
    while tape.nr_calls < end:
        m.step()
        if tape.nr_calls >= due:
            tape.list()
            due += 400
    tape.list()
