# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates, right and wrong in every way that a case asks for."""

import hashlib

import der
from der import (bits, boolean, context, integer, null, octets, oid, seq, set_of, tlv)
from keys import PSS, RSA_WITH, HASHES, OtherKey

CN, O = "2.5.4.3", "2.5.4.10"
EXT_SKID, EXT_KU, EXT_BC, EXT_AKID = (
    "2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.35")
EXT_NAME_CONSTRAINTS = "2.5.29.30"
KU_SIGN, KU_CERT_SIGN = 0x80, 0x04


def rdn(kind, value, tag=der.UTF8):
    raw = value if isinstance(value, bytes) else value.encode()
    return set_of(seq(oid(kind), tlv(tag, raw)))


def dn(cn, tag=der.UTF8):
    return seq(rdn(O, "kvm-uefivars vectors"), rdn(CN, cn, tag))


def extension(kind, value, critical=False):
    return seq(oid(kind), boolean(True) if critical else b"", octets(value))


def key_usage(mask):
    if not mask:
        return bits(b"")
    return bits(bytes([mask]), (mask & -mask).bit_length() - 1)


def utc(text):
    return tlv(der.UTCTIME, text.encode())


def gentime(text):
    return tlv(der.GENTIME, text.encode())


class Cert:
    """DER of a certificate with what others need from it."""

    def __init__(self, blob, key=None):
        self.der, self.key = blob, key
        self.tbs = der.children(blob)[0]
        fields = der.children(self.tbs)
        if fields[0][0] == 0xA0:
            fields.pop(0)
        self.serial, self.issuer, self.subject = fields[0], fields[2], fields[4]
        self.skid = hashlib.sha1(fields[5]).digest()

    def with_signature(self, signature):
        """The same TBSCertificate under another signature."""
        alg = der.children(self.der)[1]
        return Cert(seq(self.tbs, alg, bits(signature)), self.key)


def sig_alg(issuer_key, name):
    if isinstance(issuer_key, OtherKey):
        return seq(oid("1.2.840.10045.4.3.2" if b"\x2a\x86\x48\xce" in
                       issuer_key.spki() else "1.3.101.112"))
    if name == "pss":
        sha = seq(oid(HASHES["sha256"]), null())
        return seq(oid(PSS), seq(
            context(0, sha),
            context(1, seq(oid("1.2.840.113549.1.1.8"), sha)),
            context(2, integer(32))))
    return seq(oid(RSA_WITH[name]), null())


def _extensions(spki, issuer, o):
    skid = hashlib.sha1(spki).digest()
    out = []
    if o["bc"] is not None:
        out.append(extension(EXT_BC, o["bc"], True))
    elif o["ca"] is not None:
        value = boolean(True) if o["ca"] else b""
        if o["pathlen"] is not None:
            value += integer(o["pathlen"])
        out.append(extension(EXT_BC, seq(value), True))
    if o["ku"] is not None:
        out.append(extension(EXT_KU, key_usage(o["ku"]), True))
    if o["skid"] is not False:
        out.append(extension(EXT_SKID, octets(o["skid"] or skid)))
    if o["akid"] is not False:
        keyid = issuer.skid if issuer else skid
        value = o["akid"] or context(0, keyid, primitive=True)
        out.append(extension(EXT_AKID, seq(value)))
    return out + o["extra"]


def make(cn, key, issuer=None, **changes):
    """A certificate; self-signed CA without an issuer, else a leaf."""
    o = {
        "ca": issuer is None, "pathlen": None, "bc": None,
        "ku": None, "skid": None, "akid": None, "extra": [],
        "serial": None, "v1": False, "version": 2, "hash": "sha256",
        "subject": None, "issuer_name": None, "sign_key": None,
        "not_before": utc("200101000000Z"), "not_after": utc("491231235959Z"),
        "tag": der.UTF8,
    }
    unknown = set(changes) - set(o)
    if unknown:
        raise TypeError(f"no such option: {unknown}")
    o.update(changes)
    spki = key.spki()
    subject = o["subject"] if o["subject"] is not None else dn(cn, o["tag"])
    issuer_name = o["issuer_name"] or (issuer.subject if issuer else subject)
    serial = o["serial"]
    if serial is None:
        seed = hashlib.sha256(subject + issuer_name).digest()
        serial = integer(int.from_bytes(seed[:8], "big") | 1 << 60)
    elif isinstance(serial, int):
        serial = integer(serial)
    signer = o["sign_key"] or (issuer.key if issuer else key)
    alg = sig_alg(signer, o["hash"])
    body = [serial, alg, issuer_name,
            seq(o["not_before"], o["not_after"]), subject, spki]
    if not o["v1"]:
        body.insert(0, context(0, integer(o["version"])))
        exts = _extensions(spki, issuer, o)
        if exts:
            body.append(context(3, seq(*exts)))
    tbs = seq(*body)
    if o["hash"] == "pss":
        signature = signer.sign_pss(tbs)
    else:
        signature = signer.sign(o["hash"], tbs)
    return Cert(seq(tbs, alg, bits(signature)), key)
