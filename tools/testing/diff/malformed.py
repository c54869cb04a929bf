# SPDX-License-Identifier: GPL-2.0-or-later
# Signature lists that break one rule each, and some that only look as if they did.

from tape import OWNER, TYPES, hash_list, siglist, some


def lists(people):
    """For db and its like: (what, lists)."""
    good, cert = hash_list(1), people['foreign'].cert
    tail = b'\xff' * 28
    return [
        ('type', siglist('?', [some(1, 32)])),
        ('header', siglist('sha256', [some(1, 32)], header=b'1234')),
        ('header-16', siglist('sha256', [some(1, 32)], header=some(1, 16))),
        ('short', siglist('sha256', [some(1, 31)])),
        ('long', siglist('sha256', [some(1, 33)])),
        ('not-whole', siglist('sha256', [some(1, 32)], list_size=28 + 47)),
        ('not-whole-2', siglist('sha256', [some(1, 32), some(2, 32)], list_size=28 + 95)),
        ('list-beyond', siglist('sha256', [some(1, 32)], list_size=28 + 96)),
        ('list-huge', siglist('sha256', [some(1, 32)], list_size=0xffffffff)),
        ('list-27', siglist('sha256', [some(1, 32)], list_size=27)),
        ('list-20', siglist('sha256', [some(1, 32)], list_size=20)),
        ('no-entries', siglist('sha256', [], sig_size=48)),
        ('one-byte', b'\xff'),
        ('only-type', good[:16]),
        ('cut', good[:-1]),
        ('tail-1', good + b'\xff'),
        ('tail-27', good + tail[:27]),
        ('tail-28', good + tail),
        ('second-type', good + siglist('?', [some(1, 32)])),
        ('second-cut', good + good[:-1]),
        ('two-lists', good + hash_list(2)),
        ('same-twice', good + good),
        ('cert-rubbish', siglist('x509', [some(1, 200)])),
        ('cert-cut', siglist('x509', [cert[:-1]])),
        ('cert-tail', siglist('x509', [cert + b'\0'])),
        ('cert-empty', siglist('x509', [b''])),
        ('cert-1', siglist('x509', [b'\x30'])),
        ('cert-size-8', siglist('x509', [some(1, 32)], sig_size=8)),
        ('cert-ec', siglist('x509', [people['ec'].cert])),
        ('cert-second', siglist('x509', [cert, some(1, len(cert))])),
    ]


def sizes():
    """Each type with its size, a byte less and one more."""
    out = []
    for kind, (_, n) in TYPES.items():
        if n:
            out += [('%s%+d' % (kind, d), siglist(kind, [some(d + 2, n + d)]))
                    for d in (-1, 0, 1)]
    return out


def key_lists(people):
    """For PK and KEK."""
    cert = people['foreign'].cert
    return [
        ('rubbish', some(1, 100)),
        ('ec', siglist('x509', [people['ec'].cert])),
        ('cut', siglist('x509', [cert[:-1]])),
        ('header', siglist('x509', [cert], header=b'1')),
        ('tail', siglist('x509', [cert]) + b'\xff'),
        ('not-whole', siglist('x509', [cert], sig_size=len(cert) + 15)),
        ('plain-cert', cert),
        ('plain-entry', OWNER + cert),
    ]
