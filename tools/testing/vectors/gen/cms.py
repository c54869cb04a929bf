# SPDX-License-Identifier: GPL-2.0-or-later
"""SignedData messages, right and wrong in every way that a case asks for."""

import der
from der import context, integer, null, octets, oid, seq, set_of, tlv
from keys import HASHES, RSA, digest

DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SMIME_CAPS = (
    "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4",
    "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.15")


def alg_id(name):
    return seq(oid(HASHES.get(name, name)), null())


def attribute(kind, *values):
    return seq(oid(kind), set_of(*values))


def content_type(kind=DATA):
    return attribute(CONTENT_TYPE, oid(kind))


def message_digest(name, data):
    return attribute(MESSAGE_DIGEST, octets(digest(name, data)))


def signing_time(text="200601000000Z"):
    return attribute(SIGNING_TIME, tlv(der.UTCTIME, text.encode()))


def smime_caps():
    return attribute(SMIME_CAPS, seq(seq(oid("2.16.840.1.101.3.4.1.42"))))


class Signer:
    """One SignerInfo. attrs: None, or a function of (hash, data) giving a list."""

    def __init__(self, cert, name="sha256", **o):
        self.cert, self.hash, self.o = cert, name, o

    def encode(self, data):
        o, name = self.o, self.hash
        cert = self.cert
        signed, attrs = data, b""
        make_attrs = o.get("attrs")
        if make_attrs is not None:
            body = b"".join(make_attrs(name, data))
            attrs = context(0, body)
            if body:
                signed = o.get("signed_attrs", tlv(der.SET, body))
        key = o.get("key") or cert.key
        if "em" in o:
            signature = key.raw(o["em"](key, name, signed))
        elif o.get("pss"):
            signature = key.sign_pss(signed)
        else:
            signature = key.sign(name, signed)
        signature = o.get("sig", lambda s: s)(signature)
        sid = seq(cert.issuer, o.get("serial", cert.serial))
        if o.get("skid"):
            sid = context(0, cert.skid, primitive=True)
        if "sid" in o:
            sid = o["sid"]
        return seq(integer(o.get("version", 1)), sid,
                   o.get("digest_alg", alg_id(name)), attrs,
                   o.get("enc_alg", seq(oid(RSA), null())), octets(signature),
                   o.get("unsigned", b""))


def standard(name, data):
    """The attributes that most tools write."""
    return [content_type(), signing_time(), message_digest(name, data)]


def signed_data(data, signers, **o):
    """SignedData over data that is not in it, and ContentInfo where asked for."""
    certs = o.get("certs")
    if certs is None:
        certs = [s.cert for s in signers]
    blobs = [c if isinstance(c, bytes) else c.der for c in certs]
    names = []
    for s in signers:
        if s.hash not in names:
            names.append(s.hash)
    algs = o.get("digest_algs", [alg_id(n) for n in names])
    content = [oid(o.get("content_type", DATA))]
    if "content" in o:
        content.append(context(0, o["content"]))
    message = seq(
        integer(o.get("version", 1)), set_of(*algs), seq(*content),
        context(0, *blobs) if blobs or o.get("empty_certs") else b"",
        o.get("crls", b""), set_of(*[s.encode(data) for s in signers]))
    if o.get("wrap"):
        message = wrap(message)
    return message + o.get("trailing", b"")


def wrap(message):
    return seq(oid(SIGNED_DATA), context(0, message))


def unwrap(message):
    """(SignedData, rest) of a message in either form, as published ones come."""
    first = der.children(message)[0]
    if first[0] == der.OBJECT:
        return der.contents(der.children(message)[1])
    return message[:der.read(message)[2]]


def signer_certificate(message):
    """The certificate of the first SignerInfo, looked up by issuer and serial."""
    fields = der.children(unwrap(message))
    certs = next(f for f in fields if f[0] == 0xA0)
    sid = der.children(der.children(fields[-1])[0])[1]
    for blob in der.children(certs):
        tbs = der.children(der.children(blob)[0])
        if tbs[0][0] == 0xA0:
            tbs.pop(0)
        if sid == seq(tbs[2], tbs[0]):
            return blob
    raise ValueError("no certificate of the signer in the message")
