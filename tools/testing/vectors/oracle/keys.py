# SPDX-License-Identifier: GPL-2.0-or-later
"""RSA keys that are the same each time, of any size and exponent.

The moduli have more than two prime factors: nobody who verifies can tell, and
small primes are found quickly.
"""

import hashlib
import math
import random

PRIME_BITS = 192

DIGEST_INFO = {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha1": "3021300906052b0e03021a05000414",
    "sha224": "302d300d06096086480165030402040500041c",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}


def is_prime(n, rng):
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(12):
        x = pow(rng.randrange(2, n - 1), odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(nr_bits, e, rng):
    """With its highest bits set, so that products have all their bits."""
    while True:
        p = rng.getrandbits(nr_bits) | 0xff << nr_bits - 8 | 1
        if math.gcd(p - 1, e) == 1 and is_prime(p, rng):
            return p


class Key:
    cache = {}

    def __init__(self, name, nr_bits=1024, e=65537):
        rng = random.Random(f"{name} {nr_bits} {e}")
        self.bits, self.e = nr_bits, e
        nr = max(2, nr_bits // PRIME_BITS)
        while True:
            sizes = [nr_bits // nr + (i < nr_bits % nr) for i in range(nr)]
            primes = [prime(s, e, rng) for s in sizes]
            self.n = math.prod(primes)
            if self.n.bit_length() == nr_bits and len(set(primes)) == nr:
                break
        self.d = pow(e, -1, math.lcm(*(p - 1 for p in primes)))
        self.size = (nr_bits + 7) // 8

    def raw(self, em):
        """em to the power of d; the whole encoded message is the caller's."""
        return pow(int.from_bytes(em, "big"), self.d, self.n).to_bytes(
            self.size, "big")

    def encode(self, alg, data):
        tail = bytes.fromhex(DIGEST_INFO[alg]) + hashlib.new(alg, data).digest()
        pad = self.size - 3 - len(tail)
        return b"\0\1" + b"\xff" * pad + b"\0" + tail

    def sign(self, alg, data):
        return self.raw(self.encode(alg, data))


def key(name, nr_bits=1024, e=65537):
    """The key of that name, made once."""
    what = (name, nr_bits, e)
    if what not in Key.cache:
        Key.cache[what] = Key(*what)
    return Key.cache[what]
