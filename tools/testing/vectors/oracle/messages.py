# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates and SignedData, right in every respect that is not asked for."""

import hashlib

from asn1 import (Node, bits, boolean, context, der, integer, null, octets, oid,
                  seq, set_of, simple, utc_time, utf8)
from keys import key

DATA = b"what is signed, in two parts: this one and that one"

RSA = "1.2.840.113549.1.1.1"
DIGESTS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
SIGNATURES = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
PKCS7_DATA = "1.2.840.113549.1.7.1"
PKCS7_SIGNED = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
CAPABILITIES = "1.2.840.113549.1.9.15"
CN, ORGANIZATION = "2.5.4.3", "2.5.4.10"


def algorithm(dotted, *params):
    return seq(oid(dotted), *params)


def attribute(dotted, value):
    return seq(oid(dotted), utf8(value) if isinstance(value, str) else value)


def name(*parts):
    """Common name, or (OID, value) pairs; a list is one part of several."""
    sets = []
    for part in parts:
        pairs = part if isinstance(part, list) else [part]
        sets.append(set_of(*(attribute(CN, p) if isinstance(p, str) else
                             attribute(*p) for p in pairs)))
    return seq(*sets)


def extension(dotted, value, critical=None):
    flag = [] if critical is None else [boolean(critical)]
    return seq(oid(dotted), *flag, octets(value))


def basic(is_ca=True, path_len=None, critical=255):
    parts = [boolean(255)] if is_ca else []
    if path_len is not None:
        parts.append(integer(path_len))
    return extension("2.5.29.19", seq(*parts), critical)


def usage(first, unused=0, critical=255):
    return extension("2.5.29.15", bits(bytes([first]), unused), critical)


def key_id(value):
    return extension("2.5.29.14", octets(value))


def issuer_id(keyid=None, issuer=None, serial=None):
    parts = []
    if keyid is not None:
        parts.append(simple(0, keyid))
    if issuer is not None:
        parts.append(context(1, context(4, issuer)))
    if serial is not None:
        parts.append(simple(2, integer(serial).body()))
    return extension("2.5.29.35", seq(*parts))


CERT_SIGN, DIGITAL_SIGNATURE = 0x04, 0x80


def rsa_key(k, n=None, e=None, params=None):
    return seq(algorithm(RSA, *([null()] if params is None else params)),
               bits(seq(integer(k.n if n is None else n),
                        integer(k.e if e is None else e))))


class Cert:
    """A certificate: tree, bytes, and what is needed to sign with it."""

    def __init__(self, subject, issuer=None, k=None, *, serial=None, ext=(),
                 alg="sha256", inner=None, outer=None, version=2,
                 issuer_name=None, spki=None, sig=None, uids=(), validity=None):
        self.key = k or key(str(der(subject_node(subject)).hex()))
        by = issuer or self
        self.subject = subject_node(subject)
        self.issuer_name = issuer_name or by.subject
        self.serial = serial if serial is not None else self.make_serial()
        signature = algorithm(SIGNATURES[alg], null())
        parts = [integer(self.serial), inner or signature, self.issuer_name,
                 validity or seq(utc_time(), utc_time("360101000000Z")),
                 self.subject, spki or rsa_key(self.key), *uids]
        if version is not None:
            parts.insert(0, context(0, integer(version)))
        if ext:
            parts.append(context(3, seq(*ext)))
        tbs = seq(*parts)
        if sig is None:
            sig = by.key.sign(alg, tbs.der())
        self.node = seq(tbs, outer or inner or signature,
                        sig if isinstance(sig, Node) else bits(sig))

    def make_serial(self):
        digest = hashlib.sha256(self.subject.der() +
                                str(self.key.n).encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1

    def der(self):
        return self.node.der()


def subject_node(subject):
    return subject if isinstance(subject, Node) else name(subject)


def root(subject="Root", **how):
    how.setdefault("ext", (basic(), usage(CERT_SIGN, 2)))
    return Cert(subject, **how)


def message_digest(alg, data=DATA):
    return seq(oid(MESSAGE_DIGEST),
               set_of(octets(hashlib.new(alg, data).digest())))


def content_type(dotted=PKCS7_DATA):
    return seq(oid(CONTENT_TYPE), set_of(oid(dotted)))


def signer_info(cert, alg="sha256", data=DATA, attrs=None, *, k=None,
                issuer=None, serial=None, digest=None, encryption=RSA, sig=None,
                version=1, unsigned=(), signer_id=None):
    """attrs: None for none, else those besides the digest's, or all of them."""
    signed = data
    parts = []
    if attrs is not None:
        parts.append(context(0, *attrs))
        signed = set_of(*attrs).der() if attrs else data
    if sig is None:
        sig = (k or cert.key).sign(alg, signed)
    ident = signer_id or seq(
        issuer or cert.issuer_name,
        integer(cert.serial if serial is None else serial))
    return seq(integer(version), ident,
               digest or algorithm(DIGESTS[alg], null()), *parts,
               algorithm(encryption, null()), octets(sig),
               *([context(1, *unsigned)] if unsigned else []))


def signed_data(signers, certs, alg="sha256", *, digests=None, content=None,
                crls=None, version=1):
    """certs: certificates or nodes; None leaves the set out."""
    parts = [integer(version),
             digests or set_of(algorithm(DIGESTS[alg], null())),
             content or seq(oid(PKCS7_DATA))]
    if certs is not None:
        parts.append(context(0, *(c.node if isinstance(c, Cert) else c
                                  for c in certs)))
    if crls is not None:
        parts.append(context(1, *crls))
    return seq(*parts, set_of(*signers))


def wrapped(data):
    return seq(oid(PKCS7_SIGNED), context(0, data))


def message(cert, *more, alg="sha256", attrs=None, **how):
    """What most messages look like: one signer, its certificate and others."""
    return signed_data([signer_info(cert, alg, attrs=attrs)], [cert, *more],
                       alg, **how)
