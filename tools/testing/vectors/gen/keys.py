# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys, made once and kept: they cost more than everything else."""

import hashlib
import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from der import bits, integer, null, octets, oid, seq

HASHES = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
    "sha3_256": "2.16.840.1.101.3.4.2.8",
}
# Those that OpenSSL signs with, ten times as fast as numbers in Python.
FAST = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512()}
RSA = "1.2.840.113549.1.1.1"
PSS = "1.2.840.113549.1.1.10"
# Signature algorithm of a certificate, by hash.
RSA_WITH = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
    # What was used before PKCS #1 had one.
    "sha1-oiw": "1.3.14.3.2.29",
}

_dir = None
_cache = {}


def use(directory):
    global _dir
    _dir = directory
    os.makedirs(directory, exist_ok=True)


def digest(name, data):
    return hashlib.new(name.replace("-oiw", ""), data).digest()


def digest_info(name, data):
    return seq(seq(oid(HASHES[name]), null()), octets(digest(name, data)))


class RsaKey:
    """A key as numbers, so that it can also sign what nobody should."""

    alg = seq(oid(RSA), null())

    def __init__(self, private, e=None):
        nums = private.private_numbers()
        self.private, self.is_plain = private, e is None
        self.n, self.p, self.q = nums.public_numbers.n, nums.p, nums.q
        self.e = e or nums.public_numbers.e
        self.size = (self.n.bit_length() + 7) // 8
        d = pow(self.e, -1, (self.p - 1) * (self.q - 1))
        self.crt = d % (self.p - 1), d % (self.q - 1), pow(self.q, -1, self.p)

    def spki(self):
        return seq(self.alg, bits(seq(integer(self.n), integer(self.e))))

    def raw(self, em):
        """The private operation on an encoded message, by CRT."""
        m = int.from_bytes(em, "big")
        dp, dq, inverse = self.crt
        a, b = pow(m % self.p, dp, self.p), pow(m % self.q, dq, self.q)
        return (b + (a - b) * inverse % self.p * self.q).to_bytes(
            self.size, "big")

    def pad(self, info):
        return b"\0\1" + b"\xff" * (self.size - len(info) - 3) + b"\0" + info

    def sign(self, name, data):
        name = name.replace("-oiw", "")
        if self.is_plain and name in FAST:
            return self.private.sign(data, padding.PKCS1v15(), FAST[name])
        return self.raw(self.pad(digest_info(name, data)))

    def sign_pss(self, data):
        return self.private.sign(
            data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


class LongKey(RsaKey):
    """A key whose modulus is the product of those of others."""

    def __init__(self, parts):
        # pylint: disable=super-init-not-called
        self.n, order = 1, 1
        for k in parts:
            self.n, order = self.n * k.n, order * (k.p - 1) * (k.q - 1)
        self.is_plain, self.e, self.size = (
            False, 65537, (self.n.bit_length() + 7) // 8)
        self.d = pow(self.e, -1, order)

    def raw(self, em):
        return pow(int.from_bytes(em, "big"), self.d, self.n).to_bytes(
            self.size, "big")


class OtherKey:
    """EC and Ed25519, which no certificate here may rest on."""

    def __init__(self, private):
        self.private = private

    def spki(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER,
            serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, _name, data):
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        return self.private.sign(data, ec.ECDSA(hashes.SHA256()))


def _generate(kind, size):
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ed":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(3 if kind == "rsa3" else 65537, size)


def pem_path(name, kind="rsa", size=2048):
    """The file of a key, made now if it is not there yet."""
    path = f"{_dir}/{name}-{kind}-{size}.pem"
    if not os.path.exists(path):
        data = _generate(kind, size).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL
            if kind != "ed" else serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())
        with open(f"{path}.{os.getpid()}", "wb") as f:
            f.write(data)
        os.rename(f"{path}.{os.getpid()}", path)
    return path


def key(name, kind="rsa", size=2048, e=None):
    """A key by name: the same in every run."""
    ident = (name, kind, size, e)
    if ident not in _cache:
        with open(pem_path(name, kind, size), "rb") as f:
            private = serialization.load_pem_private_key(f.read(), None)
        _cache[ident] = (RsaKey(private, e) if kind.startswith("rsa")
                         else OtherKey(private))
    return _cache[ident]
