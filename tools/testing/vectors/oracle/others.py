# SPDX-License-Identifier: GPL-2.0-or-later
"""Signatures that the service does not take: ECDSA on P-256, and RSA-PSS."""

import hashlib

from asn1 import bits, integer, oid, seq
from messages import algorithm

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = int("ffffffff00000000ffffffffffffffff"
            "bce6faada7179e84f3b9cac2fc632551", 16)
G = (int("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16),
     int("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16))

ECDSA_SHA256 = "1.2.840.10045.4.3.2"
PSS = "1.2.840.113549.1.1.10"


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(n, point=G):
    result = None
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


class EcKey:
    """Has what messages.py wants of a key, for certificates and messages."""

    def __init__(self, name):
        self.secret = int.from_bytes(hashlib.sha256(name.encode()).digest(),
                                     "big") % ORDER
        self.n = times(self.secret)

    def spki(self):
        point = b"\4" + b"".join(c.to_bytes(32, "big") for c in self.n)
        return seq(algorithm("1.2.840.10045.2.1", oid("1.2.840.10045.3.1.7")),
                   bits(point))

    def sign(self, alg, data):
        h = int.from_bytes(hashlib.new(alg, data).digest()[:32], "big")
        nonce = int.from_bytes(hashlib.sha256(b"nonce" + data).digest(),
                               "big") % ORDER
        r = times(nonce)[0] % ORDER
        s = pow(nonce, -1, ORDER) * (h + r * self.secret) % ORDER
        return seq(integer(r), integer(s)).der()


def mask(alg, seed, length):
    out = b""
    for i in range(length // hashlib.new(alg).digest_size + 1):
        out += hashlib.new(alg, seed + i.to_bytes(4, "big")).digest()
    return out[:length]


class PssKey:
    """An RSA key that signs with PSS, salt as long as the digest."""

    def __init__(self, k):
        self.k, self.n, self.e = k, k.n, k.e

    def sign(self, alg, data):
        digest = hashlib.new(alg, data).digest()
        salt = b"\x5a" * len(digest)
        h = hashlib.new(alg, b"\0" * 8 + digest + salt).digest()
        size = (self.k.bits + 6) // 8
        block = b"\0" * (size - 2 * len(h) - 2) + b"\1" + salt
        masked = bytearray(a ^ b for a, b in
                           zip(block, mask(alg, h, len(block))))
        masked[0] &= 0xff >> (8 * size - (self.k.bits - 1))
        em = bytes(masked) + h + b"\xbc"
        return self.k.raw(b"\0" * (self.k.size - size) + em)


def pss_algorithm(alg_oid):
    from asn1 import context, null
    mgf = seq(oid("1.2.840.113549.1.1.8"), seq(oid(alg_oid), null()))
    return seq(oid(PSS), seq(context(0, seq(oid(alg_oid), null())),
                             context(1, mgf), context(2, integer(32))))
