#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Tapes of calls with signatures, over several boots: signed.py KEYS >TAPE has the scripted
# ones, signed.py KEYS SEED CALLS >TAPE random ones.

import sys

import malformed
import mixed
import pki
from families import (BLOCKED, CERTDBS, CUSTOM, ENABLE, PRIVATE, SECURE, SIGNER, by_presence,
                      custom, databases, delete_pk, enrol, forms, hashes, key_exchange,
                      names_of_modes, no_data, not_at_runtime, overwrite_request, owners,
                      platform_key, signed_malformed, switches, times, unsigned_lists,
                      unsigned_malformed, value, wrong_signatures)
from tape import DB, DBT, DBX, KEK, PK, SET, Tape, hash_list, some


def user_mode(t):
    """All families; PK is pk1, KEK any."""
    platform_key(t)
    key_exchange(t)
    databases(t, DB, True)
    databases(t, DBX)
    for var in SECURE + (PRIVATE,):
        wrong_signatures(t, var)
        times(t, var)
        forms(t, var)


def setup_mode(t):
    """The first boot: no keys."""
    t.comment('without keys')
    t.modes()
    t.list()
    names_of_modes(t)
    switches(t)
    for var in (KEK, DB, DBX, DBT):
        unsigned_lists(t, var)
    unsigned_malformed(t, KEK, malformed.key_lists(t.people))
    unsigned_malformed(t, DB, malformed.lists(t.people))
    unsigned_malformed(t, DBX, malformed.sizes())
    no_data(t)
    delete_pk(t)
    enrol(t)


def with_keys(t):
    user_mode(t)
    signed_malformed(t, DB, malformed.lists(t.people))
    signed_malformed(t, KEK, malformed.key_lists(t.people))
    for nr, attrs in enumerate((SET, 0x23, 0x26, 0x22)):
        owners(t, nr, attrs)
    by_presence(t)
    hashes(t)
    no_data(t)
    names_of_modes(t)
    switches(t)
    custom(t)
    overwrite_request(t)
    delete_pk(t)
    enrol(t)
    t.list()


def known_state(t):
    """Keys as a script expects them, whatever random calls have done."""
    t.comment('known state')
    t.set(CUSTOM, 3, b'\0')
    t.signed(PK, t.cert('pk1'), 'pk2')
    t.signed(PK, t.cert('pk1'))
    t.signed(KEK, t.cert('kek1', 'kek2'))
    t.signed(DB, t.cert('signer'), 'kek1')
    t.signed(DBX, hash_list(1), 'kek1')
    t.signed(DBT, hash_list(1), 'kek1')
    t.modes()
    t.list()


def running(t):
    """After ExitBootServices."""
    t.leave()
    t.modes()
    t.list()
    t.set(CUSTOM, 3, b'\1')
    t.set(ENABLE, 3, b'\0')
    t.bare(DB, hash_list(1))
    t.bare(KEK, value(t, KEK))
    no_data(t)
    names_of_modes(t)
    switches(t)
    overwrite_request(t)
    t.list()


def running_all(t):
    """The families once more: small data, flash is not reclaimed now."""
    platform_key(t)
    key_exchange(t)
    databases(t, DB)
    wrong_signatures(t, KEK)
    wrong_signatures(t, DBX)
    times(t, DBX)
    wrong_signatures(t, PRIVATE)
    times(t, PRIVATE)
    forms(t, DB)
    owners(t, 4)
    by_presence(t)
    not_at_runtime(t)


def stale(t, since):
    """Times and owners are known after a boot."""
    t.comment('after a boot')
    t.signed(BLOCKED, b'', 'alice', label='-delete')
    t.modes()
    t.list()
    t.get(*SECURE, *CERTDBS)
    for var in SECURE + (PRIVATE,):
        t.signed(var, value(t, var), SIGNER[var], when=since, label='-older')
        t.signed(var, value(t, var), 'foreign')
        t.bare(var, value(t, var))
    for nr, attrs in ((0, SET), (1, 0x23)):
        v = ('Owned%d' % nr, 't2')
        t.get(v)
        t.signed(v, some(1, 5), 'alice', attrs)
        t.signed(v, some(1, 5), 'owner', attrs)
        t.signed(v, b'', 'owner', attrs, label='-delete')
        t.get(v)
    t.get(*CERTDBS)


def scripted(t):
    """Three boots: without keys, with Secure Boot, and with keys gone again."""
    since = t.clock
    t.signed(('Stays', 't1'), some(1, 8), 'alice')
    setup_mode(t)
    with_keys(t)
    # Every way from mode to mode at runtime; SecureBoot follows at the next boot.
    delete_pk(t)
    running(t)
    enrol(t)
    running_all(t)
    delete_pk(t)
    t.bare(DB, hash_list(1))
    enrol(t)
    t.bare(DB, hash_list(1))
    known_state(t)
    t.reset()
    # SecureBootEnable is made anew.
    stale(t, since)
    # Custom mode must not last.
    t.set(ENABLE, 3, b'\0')
    t.set(CUSTOM, 3, b'\1')
    t.leave()
    t.modes()
    delete_pk(t)
    t.reset()
    stale(t, since)
    t.set(ENABLE, 3, b'\0')
    enrol(t)
    t.set(ENABLE, 3, b'\0')
    delete_pk(t)
    # Signed with its key, if not by itself.
    t.signed(PK, t.cert('pk1'), 'pkleaf', certs='pkleaf+pk1')
    t.modes()
    delete_pk(t)
    t.list()


def play(t, seed, nr):
    """Two boots of random calls, each before and after ExitBootServices."""
    mixed.play(t, seed, nr // 10, False)
    known_state(t)
    mixed.play(t, seed + 1, nr * 3 // 10, False)
    known_state(t)
    # The next boot is without Secure Boot, but with keys.
    t.set(ENABLE, 3, b'\0')
    t.leave()
    mixed.play(t, seed + 2, nr // 5, True)
    known_state(t)
    t.reset()
    t.modes()
    t.list()
    mixed.play(t, seed + 3, nr // 5, False)
    t.set(ENABLE, 3, b'\0')
    t.leave()
    mixed.play(t, seed + 4, nr // 5, True)


def main():
    t = Tape(pki.load_people(sys.argv[1]))
    if len(sys.argv) > 2:
        play(t, int(sys.argv[2]) * 1000, int(sys.argv[3]))
    else:
        scripted(t)
    t.write(sys.stdout.buffer)
    print('%d calls' % t.nr_calls, file=sys.stderr)


if __name__ == '__main__':
    main()
