# SPDX-License-Identifier: GPL-2.0-or-later
# Scripted calls with signatures: what is done to one variable, or in one mode.

"""Families of calls, each leaves a state the next can begin with

Two calls must never reach edk2 2022.11: a list of size 0 of a known type, which it
never gets past, and entries of size 0, by which it divides.

A write that only one side takes makes the variable differ until both take one. Such
calls about PK would make the modes differ, and with them everything: they write what
PK has already.
"""

import malformed
from tape import (APPEND, AP, AT, DB, DBT, DBX, KEK, NV, OWNER2, PK, RESERVED, SET,
                  efi_time, hash_list, siglist, some)

PRIVATE = ('Private', 't1')
CUSTOM, ENABLE = ('CustomMode', 'cm'), ('SecureBootEnable', 'sbe')
SECURE = (PK, KEK, DB, DBX, DBT)
# Who may sign what in user mode.
SIGNER = {PK: 'pk1', KEK: 'pk1', DB: 'kek1', DBX: 'kek1', DBT: 'kek1', PRIVATE: 'owner'}


def value(t, var, n=1, signs=True):
    """Something the variable may hold; flash is small, certificates are large."""
    if var == PK:
        return t.cert('pk1')
    if var == KEK and signs:
        return t.cert('kek1')
    if var == PRIVATE:
        return some(n, 20)
    return hash_list(n, n + 1)


def names_of_modes(t):
    t.comment('modes that are not')
    for var in (('AuditMode', 'gl'), ('DeployedMode', 'gl'), ('dbr', 'sec'), ('dbr', 'gl'),
                ('devdbx', 'sec'), ('PKDefault', 'gl')):
        t.get(var)
        t.set(var, 6, b'\1')
        t.set(var, 7, b'\1')
        t.bare(var, hash_list(1))
        t.signed(var, hash_list(1), 'kek1')
        t.set(var, 0)


def no_data(t):
    """Size 0 with each set of attributes, on variables with and without a value."""
    t.comment('no data')
    for var in SECURE + (PRIVATE, ('plain', 't1')):
        for attrs in (0, 7, SET, APPEND):
            t.set(var, attrs)
            t.get(var)
        t.set(var, 0, b'1234')
    t.modes()


def unsigned_lists(t, var):
    """Where no signature is needed anything well-formed goes, times included."""
    t.comment('unsigned ' + var[0])
    first = t.now()
    t.bare(var, value(t, var, 1, False), when=first)
    t.bare(var, value(t, var, 3, False), when=first)
    t.get(var)
    t.bare(var, value(t, var, 5, False), when=first.replace(year=2003))
    t.bare(var, value(t, var, 1, False), when=bytes(16))
    t.bare(var, value(t, var, 2, False), APPEND, '-append')
    t.get(var)
    t.bare(var, value(t, var, 2, False), APPEND, '-append')
    t.bare(var, hash_list(2, owner=OWNER2), APPEND, '-append')
    t.bare(var, hash_list(7, 7, 2, 9), APPEND, '-append')
    t.get(var)
    t.bare(var, b'', APPEND, '-append')
    for name, at in RESERVED.items():
        time = bytearray(efi_time(t.now()))
        time[at] = 1
        t.bare(var, value(t, var, 1, False), when=bytes(time), label='-' + name)
    t.bare(var, value(t, var, 1, False), kind=0x0ef0, label='-type')
    t.bare(var, value(t, var, 1, False), cert=bytes(16), label='-cert-type')
    t.bare(var, value(t, var, 1, False), revision=0x100, label='-revision')
    t.bare(var, value(t, var, 1, False), blob=some(1, 30), label='-rubbish')
    t.get(var)
    lengths(t, var)
    t.bare(var, b'', label='-delete')
    t.get(var)
    t.bare(var, b'', label='-delete')
    t.bare(var, b'', APPEND, '-append')
    t.bare(var, value(t, var, 1, False), APPEND, '-append')
    t.bare(var, value(t, var, 3, False), when=efi_time(first.replace(year=2002)))
    t.get(var)


def lengths(t, var):
    """dwLength and attributes that do not fit."""
    for n in (0, 1, 23, 25, 40, 45, 46, 60, 0x7fffffff, 0xfffffff0, 0xffffffff):
        t.bare(var, value(t, var, 1, False), length=n, label='-length')
    for attrs in (0x26, 0x23, 0x22, 0x66, 0x63, 0x07, 0x47, 0x37, 0x17, 0x2f, 0xa7, 0x25):
        t.bare(var, value(t, var, 1, False), attrs, '-attributes')
    t.get(var)


def unsigned_malformed(t, var, lists):
    t.comment('malformed ' + var[0])
    for name, payload in lists:
        t.bare(var, payload, label='-' + name)
        t.bare(var, payload, APPEND, '-append-' + name)
        if var != PK:
            t.bare(var, value(t, var, 1, False))
    t.get(var)


def flip_end(data, end):
    data[end - 1] ^= 1


def flip_middle(data, end):
    data[end - 200] ^= 0x10


def flip_payload(data, _):
    data[-1] ^= 1


def other_second(data, _):
    data[6] ^= 1


def wrong_signatures(t, var, signer=None, update=None):
    """One thing wrong at a time; the last write is right."""
    by, new = signer or SIGNER[var], update or value(t, var)
    t.comment('wrong signatures ' + var[0])
    t.signed(var, new, by)
    for attrs, label in ((SET, ''), (APPEND, '-append')):
        for flip in (flip_end, flip_middle, flip_payload, other_second):
            t.signed(var, new, by, attrs, break_it=flip,
                     label=label + '-' + flip.__name__.replace('_', '-'))
        t.signed(var, new, by, attrs, name=(var[0] + 'x', var[1]), label=label + '-name')
        t.signed(var, new, by, attrs, name=(var[0], 't2'), label=label + '-guid')
        t.signed(var, new, by, attrs, signed_attrs=attrs ^ AP, label=label + '-attrs')
        t.signed(var, new, by, attrs, alg='sha1', label=label)
        t.signed(var, new, by, attrs, alg='sha1', listed='sha256', label=label + '-listed256')
        t.signed(var, new, by, attrs, certs='', label=label + '-no-cert')
        for who in ('foreign', 'twin', 'ec'):
            t.signed(var, new, who, attrs, label=label)
        t.signed(var, new, by + '+foreign', attrs, label=label)
        t.bare(var, new, attrs, label)
        t.bare(var, new, attrs, label + '-rubbish', blob=some(3, 300))
        t.get(var)
    wrong_descriptors(t, var, by, new)
    t.signed(var, new, by)
    t.get(var)


def wrong_descriptors(t, var, by, new):
    for name, at in RESERVED.items():
        time = bytearray(efi_time(t.now()))
        time[at] = 1
        t.signed(var, new, by, when=bytes(time), label='-' + name)
        t.signed(var, new, by, APPEND, when=bytes(time), label='-append-' + name)
    t.signed(var, new, by, fields={'kind': 0x0ef0}, label='-type')
    t.signed(var, new, by, fields={'cert': bytes(16)}, label='-cert-type')
    t.signed(var, new, by, fields={'revision': 0x100}, label='-revision')
    for n in (0, 8, 16, 23, 24, 25, 40, 45, 46, 500, 0xffffffff):
        t.signed(var, new, by, fields={'length': n}, label='-length')
    for attrs in (0x26, 0x23, 0x07, 0x25, 0x2f, 0x37, 0xa7):
        t.signed(var, new, by, attrs, label='-attributes')


def times(t, var, update=None):
    """Each field counts; equal is not newer; an append may be older."""
    by, new = SIGNER[var], update or value(t, var, 5)
    t.comment('times ' + var[0])
    at = t.now().replace(year=t.clock.year + 1, month=6, day=15, hour=12, minute=30,
                         second=30)
    data = t.signed(var, new, by, when=at)
    t.again(var, data, payload=len(new))
    for field, low in (('year', at.year - 1), ('month', 5), ('day', 14), ('hour', 11),
                       ('minute', 29), ('second', 29)):
        t.signed(var, new, by, when=at.replace(**{field: low}), label='-older-' + field)
    t.signed(var, new, by, when=at.replace(month=12, year=at.year - 1), label='-older')
    t.signed(var, new, by, when=at.replace(second=31), label='-newer')
    t.signed(var, new, by, when=at.replace(minute=31, second=0), label='-newer')
    t.signed(var, new, by, when=at.replace(hour=13, minute=0), label='-newer')
    t.signed(var, new, by, when=at.replace(day=16, hour=0), label='-newer')
    t.signed(var, new, by, when=at.replace(month=7, day=1), label='-newer')
    t.get(var)
    if var != PK:
        t.signed(var, new, by, APPEND, when=at.replace(year=2010), label='-append-older')
        t.get(var)
        t.signed(var, new, by, when=at.replace(month=6), label='-older')
        late = at.replace(month=9)
        t.signed(var, new, by, APPEND, when=late, label='-append-newer')
        t.signed(var, new, by, when=late, label='-equal')
        t.signed(var, new, by, when=late.replace(second=31), label='-newer')
    t.get(var)
    t.clock = at.replace(month=9, day=20)


def forms(t, var, update=None):
    """Ways to write the same signature."""
    by, new = SIGNER[var], update or value(t, var)
    t.comment('forms ' + var[0])
    for alg in ('sha384', 'sha512'):
        t.signed(var, new, by, alg=alg)
    for alg in ('sha256', 'sha384', 'sha512', 'sha1'):
        t.signed(var, new, by, alg=alg, wrap=True)
    t.signed(var, new, by, attrs_in=True, label='-attributes-in')
    t.signed(var, new, by, certs=by + '+foreign', label='-more-certs')
    t.signed(var, new, by, certs='foreign+' + by, label='-more-certs')
    t.signed(var, new, by, certs='foreign', label='-other-cert')
    t.signed(var, new, by)
    t.get(var)


def platform_key(t):
    """PK in user mode, pk1 enrolled."""
    t.comment('platform key')
    two = siglist('x509', [t.people['pk1'].cert] * 2)
    t.signed(PK, two, label='-two')
    t.signed(PK, t.cert('pk1', 'pk2'), label='-two-lists')
    t.signed(PK, t.cert('ec'), label='-ec')
    t.signed(PK, some(1, 100), label='-rubbish')
    t.signed(PK, t.cert('pk2'), 'pk2')
    t.signed(PK, t.cert('pkleaf'), 'pkleaf')
    t.signed(PK, t.cert('pk2'), 'pkleaf', certs='pkleaf+pk1')
    t.signed(PK, t.cert('pk2'))
    t.get(PK)
    t.signed(PK, t.cert('pk1'))
    t.signed(PK, b'', label='-delete')
    t.signed(PK, t.cert('pk1'), 'pk2')
    t.get(PK)
    t.modes()


def key_exchange(t):
    t.comment('key exchange keys')
    for by in ('pkleaf', 'pk2', 'kek1', 'foreign'):
        t.signed(KEK, value(t, KEK), by)
        t.signed(KEK, t.cert('foreign'), by, APPEND)
    t.signed(KEK, value(t, KEK), 'pkleaf', certs='pkleaf+pk1')
    t.signed(KEK, value(t, KEK), 'pkleaf', certs='pk1+pkleaf')
    t.signed(KEK, t.cert('ec'), label='-ec')
    t.signed(KEK, t.cert('kek2', owner=OWNER2), attrs=APPEND, label='-owner')
    t.signed(KEK, t.cert('kek2'), attrs=APPEND, label='-known')
    t.get(KEK)
    t.signed(KEK, hash_list(1) + t.cert('kek2', 'kek1'))
    t.signed(DB, hash_list(1), 'kek1')
    t.signed(KEK, hash_list(1))
    t.signed(DB, hash_list(1), 'kek1')
    t.signed(KEK, b'', label='-delete')
    t.signed(KEK, b'', label='-delete')
    t.signed(DB, hash_list(1), 'kek1', label='-no-kek')
    t.signed(DB, hash_list(1), 'foreign', label='-no-kek')
    t.bare(DB, hash_list(1), label='-no-kek')
    t.bare(DB, hash_list(1), blob=some(1, 300), label='-rubbish-no-kek')
    t.signed(KEK, t.cert('kek1', 'kek2'))
    t.get(KEK, DB)


def certificates(t, var):
    pair = siglist('x509', [t.people[x].cert for x in ('pk1', 'pk2')])
    t.signed(var, pair, 'kek1')
    t.signed(var, t.cert('foreign'), 'kek2', APPEND)
    t.get(var)
    t.signed(var, t.cert('pk2'), 'kek2', APPEND, label='-known')
    t.get(var)


def databases(t, var, with_certificates=False):
    t.comment('database ' + var[0])
    t.signed(var, hash_list(1, 2), 'pk1')
    for by, certs in (('kek1', None), ('kek2', None), ('signer', None),
                      ('signer', 'signer+kek1'), ('signer', 'kek1+signer'),
                      ('pkleaf', 'pkleaf+pk1'), ('pk2', None), ('alice', 'alice+root'),
                      ('kek1+kek2', None), ('kek1+pk1', None)):
        t.signed(var, hash_list(1, 2), by, certs=certs)
        t.signed(var, hash_list(1, 3), by, APPEND, certs=certs)
    t.signed(var, hash_list(4), 'kek1')
    t.signed(var, hash_list(4, kind='sha384') + siglist('x509-sha256', [some(5, 48)]), 'kek1')
    t.signed(var, hash_list(6), 'kek1', APPEND)
    t.get(var)
    t.signed(var, hash_list(6, 7) + hash_list(4, 6, kind='sha384'), 'kek1', APPEND)
    t.get(var)
    t.signed(var, hash_list(6, owner=OWNER2), 'kek1', APPEND, label='-owner')
    t.signed(var, hash_list(8, 8), 'kek1', APPEND, label='-twice')
    t.signed(var, hash_list(6, 7), 'kek1', APPEND, label='-known')
    t.signed(var, b'', 'kek1', APPEND, label='-nothing')
    t.get(var)
    if with_certificates:
        certificates(t, var)
    t.signed(var, b'', 'foreign', label='-delete')
    t.signed(var, b'', 'kek2', label='-delete')
    t.get(var)
    t.signed(var, b'', 'kek2', label='-delete')
    t.signed(var, b'', 'pk1', label='-delete')
    t.signed(var, hash_list(9) + b'\xff', 'pk1', label='-tail')
    t.signed(var, hash_list(9), 'kek1', APPEND, label='-create')
    t.signed(var, hash_list(9, 1), 'kek1', when=t.clock.replace(year=2003), label='-older')
    t.get(var)
    t.signed(var, hash_list(1, 2), 'kek1')


def signed_malformed(t, var, lists):
    t.comment('malformed, signed ' + var[0])
    for name, payload in lists:
        t.signed(var, payload, SIGNER[var], label='-' + name)
        t.signed(var, payload, SIGNER[var], APPEND, label='-append-' + name)
    t.signed(var, value(t, var), SIGNER[var])
    t.get(var)


CERTDBS = (('certdb', 'cdb'), ('certdbv', 'cdb'))


def owners(t, nr, attrs=SET):
    """Private variables, bound to who made them."""
    v = ('Owned%d' % nr, 't2')
    t.comment('private 0x%x' % attrs)
    t.signed(v, b'', 'alice', attrs, label='-delete')
    t.signed(v, b'', 'alice', attrs | AP, label='-nothing')
    t.signed(v, some(1, 9), 'nocn', attrs)
    t.signed(v, some(1, 9), 'ec', attrs)
    t.signed(v, some(1, 9), 'alice', attrs, certs='alice+root')
    t.get(v, *CERTDBS)
    for by, certs in (('bob', 'alice+bob+root'), ('bob', 'bob+root'), ('bob', None),
                      ('root', None), ('root', 'alice+root'), ('foreign', None),
                      ('alice', None), ('alice', 'root+alice'), ('nocn', None),
                      ('alice+bob', 'alice+bob+root'), ('bob+alice', 'alice+bob+root')):
        t.signed(v, some(2, 9), by, attrs, certs=certs)
        t.signed(v, some(3, 4), by, attrs | AP, certs=certs)
        t.signed(v, b'', by, attrs | AP, certs=certs, label='-nothing')
    t.get(v, *CERTDBS)
    t.signed(v, some(4, 9), 'alice', attrs)
    t.signed(v, some(5, 9), 'alice', attrs, alg='sha384')
    t.signed(v, some(4, 9), 'alice', attrs)
    t.bare(v, some(4, 9), attrs)
    for a in (0, 7, attrs & ~AT, attrs & ~AT | AP, attrs, attrs | AP, NV, AT):
        t.set(v, a, some(1, 4))
        t.set(v, a)
    for a in (0x27, 0x26, 0x23, 0x22):
        if a != attrs:
            t.signed(v, some(1, 9), 'alice', a, label='-attributes')
            t.signed(v, b'', 'alice', a, label='-delete-attributes')
    t.get(v)
    t.signed(v, b'', 'bob', attrs | AP, label='-nothing')
    t.signed(v, b'', 'alice', attrs, label='-delete')
    t.get(v, *CERTDBS)
    t.signed(v, b'', 'alice', attrs, label='-delete')
    # Another owner may take the name.
    for by in ('bob', 'longcn', 'utf8'):
        t.signed(v, some(6, 9), by, attrs)
        t.signed(v, some(7, 9), 'alice', attrs)
        t.signed(v, some(8, 9), by, attrs, when=t.clock.replace(year=2004), label='-older')
        t.signed(v, some(9, 9), by, attrs | AP)
        t.get(v, *CERTDBS)
        t.signed(v, b'', by, attrs, label='-delete')
    t.signed(v, some(6, 9), 'owner', attrs | AP, label='-create')
    t.signed(v, some(7, 9), 'owner', attrs, when=t.clock.replace(year=2004), label='-older')
    t.get(v)


BLOCKED = ('Blocked', 't2')


def not_at_runtime(t):
    """Private variables that cannot be made any more."""
    t.comment('private, not at runtime')
    for attrs in (0x26, 0x22, 0x23):
        v = ('Late%x' % attrs, 't2')
        for by in ('foreign', 'alice', 'nocn'):
            t.signed(v, some(1, 9), by, attrs, break_it=flip_end, label='-flip-end')
            t.signed(v, some(1, 9), by, attrs | AP, break_it=flip_end, label='-flip-end')
            t.signed(v, b'', by, attrs | AP, label='-nothing')
            t.signed(v, b'', by, attrs, label='-delete')
        t.get(v)
    t.signed(BLOCKED, some(1, 9), 'alice', 0x26)
    t.signed(BLOCKED, some(1, 9), 'alice')
    t.signed(BLOCKED, b'', 'alice', label='-delete')
    t.get(BLOCKED, *CERTDBS)
    t.signed(BLOCKED, some(1, 9), 'alice', 0x23)
    t.signed(BLOCKED, some(1, 9), 'alice')
    t.get(BLOCKED, *CERTDBS)


def by_presence(t):
    """Who is at the machine may delete, without a signature."""
    v = ('Presence', 't2')
    t.comment('presence')
    t.signed(v, some(1, 9), 'owner')
    t.bare(v, b'', APPEND, '-nothing')
    t.bare(v, b'', 0x23, '-delete')
    t.get(v)
    t.bare(v, b'', label='-delete')
    t.get(v, *CERTDBS)
    t.signed(v, some(2, 9), 'alice')
    t.signed(v, b'', 'bob', label='-delete')
    t.get(v, *CERTDBS)
    t.signed(v, b'', 'alice', label='-delete')
    t.signed(v, some(2, 9), 'owner')
    t.signed(v, b'', 'owner', label='-delete')


def hashes(t):
    """The digest of an owner is one of the hash that signed."""
    v = ('Hashes', 't2')
    t.comment('owners and hashes')
    for alg in ('sha384', 'sha512'):
        t.signed(v, some(1, 9), 'alice', alg=alg)
        t.signed(v, some(2, 9), 'alice', alg=alg)
        t.get(v)
        t.signed(v, b'', 'alice', alg=alg, label='-delete')
    t.signed(v, some(1, 9), 'alice')
    for alg in ('sha384', 'sha512', 'sha1'):
        t.signed(v, some(1, 9), 'alice', alg=alg)
        t.signed(v, some(1, 9), 'alice', alg=alg, wrap=True)
    t.get(v)
    t.signed(v, b'', 'alice', label='-delete')


def switches(t):
    """SecureBootEnable and CustomMode."""
    t.comment('switches')
    for var in (ENABLE, CUSTOM):
        for attrs in (3, 7, 2, 6, 0x43, 0x23, 0):
            for data in (b'\1', b'\2', b'', b'\1\1', b'\0'):
                t.set(var, attrs, data)
            t.get(var)
        t.set(var, 3, b'\0')
        t.bare(var, b'\1', 0x23)
    t.modes()
    t.set(ENABLE, 3, b'\1')
    t.set(CUSTOM, 3, b'\0')
    t.modes()


def custom(t):
    """Custom mode: no signatures while the firmware runs, and a trace of it."""
    t.comment('custom mode')
    for on in (2, 1):
        t.set(CUSTOM, 3, bytes([on]))
        for var in (DB, DBX, DBT, KEK):
            t.bare(var, hash_list(1))
            t.bare(var, hash_list(3), APPEND, '-append')
            t.bare(var, hash_list(3, 5), when=bytes(16), label='-older')
            t.bare(var, hash_list(4), kind=0x0ef0, label='-type')
            t.bare(var, b'', label='-delete')
            t.signed(var, value(t, var), 'foreign')
            t.get(var)
        t.modes()
    lengths(t, PK)
    unsigned_malformed(t, PK, malformed.key_lists(t.people))
    t.bare(PK, t.cert('pk2'))
    t.get(PK)
    t.modes()
    t.bare(PK, b'', label='-delete')
    t.modes()
    t.get(PK)
    t.bare(PK, b'', label='-delete')
    t.bare(PK, t.cert('pk1'))
    t.modes()
    t.bare(DB, hash_list(1))
    t.bare(KEK, value(t, KEK))
    t.set(CUSTOM, 3, b'\0')
    t.bare(DB, hash_list(2))
    t.bare(PK, t.cert('pk2'))
    t.modes()
    t.get(PK)


def enrol(t):
    """PK in setup mode, and what must not become it."""
    t.comment('enrol')
    t.bare(PK, t.cert('pk1'))
    t.signed(PK, t.cert('pk1'), 'pk2')
    t.signed(PK, t.cert('pk1'), 'pkleaf')
    t.signed(PK, siglist('x509', [t.people['pk1'].cert] * 2), label='-two')
    t.signed(PK, t.cert('pk1', 'pk2'), label='-two-lists')
    t.signed(PK, t.cert('pk1'), break_it=flip_end, label='-flip-end')
    t.signed(PK, t.cert('pk1'), alg='sha1')
    t.modes()
    t.signed(PK, t.cert('pk1'))
    t.modes()
    t.get(PK)


def delete_pk(t):
    t.comment('delete PK')
    t.signed(PK, b'', 'pk2', label='-delete')
    t.signed(PK, b'', 'pkleaf', certs='pkleaf+pk1', label='-delete')
    t.signed(PK, b'', 'pk1', APPEND, label='-nothing')
    for attrs in (0, 7, SET, APPEND):
        t.set(PK, attrs)
    t.bare(PK, b'', label='-delete')
    t.modes()
    t.signed(PK, b'', label='-delete')
    t.get(PK)
    t.modes()


def overwrite_request(t):
    """Memory overwrite request and its lock, neither there when the boot began."""
    mor = ('MemoryOverwriteRequestControl', 'mor')
    lock = ('MemoryOverwriteRequestControlLock', 'morl')
    t.comment('memory overwrite request')
    for var in (mor, lock):
        for attrs in (7, 6, 3, 2, 0, 0x47, 0x27):
            for n in (0, 1, 2, 7, 8, 9):
                for first in (0, 1, 2):
                    t.set(var, attrs, (bytes([first]) + some(3, 8))[:n])
                    if not n:
                        break
        t.get(var)
    key = some(4, 8)
    for data in (b'\0', b'\1', key, key, some(5, 8), b'\0', key, b'\1', b'\0', key):
        t.set(lock, 7, data)
        t.get(lock)
        t.set(mor, 7, b'\1')
        t.get(mor)
