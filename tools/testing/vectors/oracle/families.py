# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages and trusted certificates for the comparison with OpenSSL.

families.py FILE writes them all: those of the KUnit suites and the families
below. A reason says why the service refuses what OpenSSL takes; where there is
none, both must agree.
"""

import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from asn1 import (Node, bits, boolean, context, der, encode_length, integer,
                  null, octets, oid, printable, read, seq, set_of, simple, text,
                  utc_time, utf8)
from keys import key
from messages import (CERT_SIGN, CN, DATA, DIGESTS, DIGITAL_SIGNATURE,
                      MESSAGE_DIGEST, ORGANIZATION, SIGNATURES, SIGNING_TIME,
                      CAPABILITIES, Cert, algorithm, basic, content_type,
                      extension, issuer_id, key_id, message, message_digest,
                      name, root, rsa_key, signed_data, signer_info, usage,
                      wrapped)
from others import (ECDSA_SHA256, EcKey, PssKey, pss_algorithm)

messages, anchors = [], []

# Certificates are tried with the messages of their group, some with all.
ALL = "all"
group = ALL

# Why what OpenSSL takes is refused.
BER = "encoded as DER does not allow"
DIGEST = "one digest algorithm, the same everywhere"
EC = "no elliptic curves"
EXPONENT = "exponent of 1, or longer than 64 bits"
SIZE = "more than the limits allow"
PSS = "no PSS, MD5 or SHA-224 in certificates"
CONSTRAINTS = "no issuers with name constraints"
ATTRIBUTE = "a digest attribute has one value"
CONTENT = "no PKCS#7 structures as content"
NAME = "strings of a name have a type for names"
EXTENSION = "kinds of names that nobody uses in extensions"
PROXY = "no proxies, wherever they are"
MALFORMED = "no issuers with extensions that are not understood"
ADDRESSES = "no issuers with address blocks"


def begin(what):
    global group
    group = what.replace(" ", "_")


def add(what, value, *trusted, reason=""):
    messages.append((what.replace(" ", "_"), group, reason, der(value)))
    for i, cert in enumerate(trusted):
        anchor(f"{what}_{i}", cert, reason)


def anchor(what, cert, reason=""):
    anchors.append((what.replace(" ", "_"), group, reason, der(cert)))


# What the suites have, and where the service is stricter on purpose.
SUITES = {
    "msg_two_digest_algs": DIGEST, "msg_attrs_two_values": ATTRIBUTE,
    "msg_signers_nine": SIZE, "msg_certs_too_many": SIZE,
    "chain_too_long": SIZE, "chain_costly": SIZE, "chain_middle_md5": PSS,
    "chain_middle_constraints": CONSTRAINTS,
    "chain_leaf_constraints": CONSTRAINTS, "chain_middle_proxy": PROXY,
    "chain_middle_strange": EXTENSION, "chain_strange_alone": EXTENSION,
    "chain_strange_with_issuer": EXTENSION,
}
# Lists of revoked certificates are not looked into: theirs is none.
NOT_COMPARED = ("msg_crls",)


def suites():
    spec = importlib.util.spec_from_file_location(
        "kunit_sig", os.path.join(HERE, "..", "kunit-sig.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = {}
    module.emit = lambda what, value: made.__setitem__(what, der(value))
    module.emit_all = lambda what, values: None
    cert = root()
    made["cert"] = cert.der()
    for make in (module.make_algorithms, module.make_attributes,
                 module.make_contents, module.make_signers, module.make_certs):
        make(cert)
    module.make_bent()
    module.make_chains()
    certs = ("cert", "cert_other", "cert_twin", "chain_top", "chain_middle",
             "chain_leaf", "chain_renewed")
    for what, value in made.items():
        if what in certs or what.startswith("root_"):
            anchor(what, value)
        elif what in NOT_COMPARED:
            continue
        elif len(value) < 60000 or what == "msg_largest":
            add(what, value, reason=SUITES.get(what, ""))


def sizes():
    """RSA of every size and exponent."""
    for nr_bits in (512, 768, 1024, 1536, 1920, 2048, 2056, 3072, 4096, 8192):
        c = root(f"Size {nr_bits}", k=key("size", nr_bits))
        add(f"rsa {nr_bits}", message(c), c)
    c = root("Size 8704", k=key("size", 8704))
    add("rsa 8704", message(c), c, reason=SIZE)
    for e in (3, 17, 257, (1 << 32) + 15, (1 << 63) + 29):
        c = root(f"Exponent {e}", k=key("exponent", 1024, e))
        add(f"exponent {e}", message(c), c)
    k = key("exponent", 1024, (1 << 521) - 1)
    c = root("Exponent huge", k=k)
    add("exponent huge", message(c), c, reason=EXPONENT)
    k = key("one")
    c = root("Exponent 1", k=k, spki=rsa_key(k, e=1))
    add("exponent 1", signed_data([signer_info(
        c, sig=k.encode("sha256", DATA))], [c]), c, reason=EXPONENT)
    for alg in ("sha384", "sha512"):
        c = root(f"Tight {alg}", k=key("tight", 8 * (
            {"sha384": 48, "sha512": 64}[alg] + 19 + 11)))
        add(f"tight {alg}", message(c, alg=alg), c)


def other_keys():
    """Keys and signatures that are not RSA with PKCS#1 v1.5."""
    k = EcKey("ec")
    c = Cert("EC", None, k, spki=k.spki(), inner=algorithm(ECDSA_SHA256),
             ext=(basic(),))
    add("ec signer", message(c), c, reason=EC)
    leaf = Cert("Below EC", c, inner=algorithm(ECDSA_SHA256))
    add("ec issuer", message(leaf), reason=EC)
    add("ec extra", message(root(), c))
    pss = PssKey(key("pss"))
    c = root("PSS", k=pss, inner=pss_algorithm(DIGESTS["sha256"]))
    add("pss signer", message(c), c)
    leaf = Cert("Below PSS", c, inner=pss_algorithm(DIGESTS["sha256"]))
    add("pss issuer", message(leaf), reason=PSS)
    add("pss extra", message(root(), c))
    spki = seq(algorithm("1.3.101.112"), bits(b"\x11" * 32))
    ed = Cert("Ed25519", None, key("ed"), spki=spki,
              inner=algorithm("1.3.101.112"), sig=b"\1" * 64)
    add("ed25519 signer", message(ed), ed)
    add("ed25519 extra", message(root(), ed))
    dsa = Cert("DSA", None, key("dsa"), inner=algorithm("1.2.840.10040.4.3"),
               spki=seq(algorithm("1.2.840.10040.4.1", seq(
                   integer(23), integer(11), integer(4))),
                   bits(integer(8))), sig=b"\1" * 40)
    add("dsa extra", message(root(), dsa))
    for alg in ("md5", "sha224"):
        top = root("Root " + alg)
        add("issuer with " + alg, message(Cert("Under", top, alg=alg)), top,
            reason=PSS)
    top = root("Root OIW")
    add("issuer with sha1", message(Cert("Under", top, alg="sha1")), top)
    add("issuer with oiw", message(Cert(
        "Under", top, alg="sha1", inner=algorithm("1.3.14.3.2.29"))))


def attributes(cert):
    digest = message_digest("sha256")
    sets = {
        "signing time": [content_type(), digest, seq(
            oid(SIGNING_TIME), set_of(utc_time("500101000000Z")))],
        "capabilities": [content_type(), digest, seq(
            oid(CAPABILITIES), set_of(seq(algorithm("1.2.840.113549.3.7"))))],
        "unsorted": [digest, content_type()],
        "duplicates": [content_type(), content_type(), digest, digest],
        "type of nothing": [digest, seq(oid("1.2.3"), set_of())],
        "odd boolean": [digest, seq(oid("1.2.3"), set_of(boolean(7)))],
        "negative": [digest, seq(oid("1.2.3"), set_of(integer(-129)))],
        "negative power": [digest, seq(oid("1.2.3"), set_of(integer(-128)))],
        "bits": [digest, seq(oid("1.2.3"), set_of(bits(b"\xf0", 4)))],
        "bmp": [digest, seq(oid("1.2.3"), set_of(text(0x1e, b"\0a")))],
        "context": [digest, seq(oid("1.2.3"), set_of(context(5, null())))],
    }
    for what, values in sets.items():
        add("attributes " + what, message(cert, attrs=values))
        add("attributes unsigned " + what, signed_data(
            [signer_info(cert, unsigned=values)], [cert]))
    for what, node in {
            "odd bits": Node(3, b"\4\xff"),
            "pieces": Node(0x24, octets(b"x").der()),
            "long integer": Node(2, b"\0\1"),
            "long length": Node(4, b"x", encode_length(1, 1)),
            "high tag": Node(0x5f, b"\1\0", b"\x21"),
            "short null": Node(5, b"x")}.items():
        values = [digest, seq(oid("1.2.3"), set_of(node))]
        add("attributes " + what, message(cert, attrs=values),
            reason=BER if what == "high tag" else "")
        add("attributes unsigned " + what, signed_data(
            [signer_info(cert, unsigned=values)], [cert]),
            reason=BER if what in ("pieces", "long length", "high tag",
                                   "odd bits") else "")


def encodings(cert):
    def long_length(node, size):
        return Node(node.tag, node.parts,
                    encode_length(len(node.body()), size))

    good = message(cert)
    cert_node = read(cert.der())[0]
    add("length of 3 bytes", message(cert).der().replace(
        cert.der(), long_length(cert_node, 3).der()))
    add("certificate with a long length", signed_data(
        [signer_info(cert)], [long_length(cert_node, 3)]), reason=BER)
    add("certificate of indefinite length", signed_data(
        [signer_info(cert)], [b"\x30\x80" + cert_node.body() + b"\0\0"]),
        reason=BER)
    add("signers with a long length", seq(*good.parts[:-1], long_length(
        good.parts[-1], 3)), reason=BER)
    add("signature in pieces", signed_data([seq(
        *signer_info(cert).parts[:-1],
        Node(0x24, octets(cert.key.sign("sha256", DATA)).der()))], [cert]),
        reason=BER)
    add("content of indefinite length", message(cert, content=seq(
        oid("1.2.840.113549.1.7.1"),
        b"\xa0\x80\x24\x80\x04\1x\0\0\0\0")), reason=BER)
    add("content in pieces", message(cert, content=seq(
        oid("1.2.840.113549.1.7.1"),
        context(0, Node(0x24, octets(b"x").der())))), reason=BER)
    add("wrapped, indefinite", b"\x30\x80" + wrapped(good).body() + b"\0\0")
    add("version of two bytes", message(cert, version=1000))
    add("certificates primitive", signed_data(
        [signer_info(cert)], None).der())
    add("encapsulated signed data", message(cert, content=seq(
        oid("1.2.840.113549.1.7.2"), context(0, good))), reason=CONTENT)
    add("encapsulated digest", message(cert, content=seq(
        oid("1.2.840.113549.1.7.5"))))
    add("trailing", good.der() + b"x")
    add("wrapped, trailing", wrapped(good).der() + b"x")
    lists = seq(seq(integer(1), algorithm(SIGNATURES["sha256"], null()),
                    name("Root"), utc_time()),
                algorithm(SIGNATURES["sha256"], null()), bits(b"\1" * 128))
    add("with a list of revoked", message(cert, crls=[lists]))
    add("many certificates", signed_data(
        [signer_info(cert)], [cert] + [root(f"Many {i}") for i in range(70)]))
    anchor("trusted with a tail", root().der() + b"tail")


def oddities():
    """Certificates as one finds them."""
    k = key("odd")

    def odd(what, reason="", **how):
        begin("odd " + what)
        subject = how.pop("subject", "Odd " + what)
        c = Cert(subject, None, k, **how)
        add("odd " + what, message(c), c, reason=reason)
        add("odd extra " + what, message(root(), c), reason=reason)

    for n in (0, -1, -128, -129, -(1 << 159), 1 << 167, 1 << 503):
        odd(f"serial {n.bit_length()} {n < 0}", serial=n)
    odd("serial padded", serial=b"\0\1")
    odd("serial empty", serial=b"")
    odd("no subject", subject=name())
    odd("no common name", subject=name((ORGANIZATION, "Only")))
    odd("version 1", version=None)
    odd("version 2", version=1)
    odd("version 9", version=8)
    odd("version negative", version=-1)
    odd("version 1 with extensions", version=None, ext=(basic(),))
    odd("expired", validity=seq(utc_time("700101000000Z"),
                                utc_time("710101000000Z")))
    odd("not yet valid", validity=seq(utc_time("490101000000Z"),
                                      utc_time("491231000000Z")))
    odd("general time early", validity=seq(
        text(0x18, "20100101000000Z"), text(0x18, "20110101000000Z")))
    odd("time with offset", validity=seq(
        utc_time("2601010000+0100"), utc_time("2701010000+0100")))
    odd("times that are none", validity=seq(utc_time("now"),
                                            utc_time("999999999999Z")))
    odd("times without contents", validity=seq(utc_time(""), utc_time("")))
    odd("unique ids", uids=(simple(1, b"\0a"), simple(2, b"\0b")))
    odd("unique id with odd bits", uids=(simple(1, b"\3\xff"),), reason=BER)
    odd("no extensions at all", ext=())
    odd("empty extensions", version=2, uids=(context(3, seq()),))
    odd("algorithms differ", outer=algorithm(SIGNATURES["sha384"], null()))
    odd("signature of odd bits", sig=Node(3, b"\1" + b"\xfe" * 128))
    odd("empty signature", sig=b"")
    odd("key without parameters", spki=rsa_key(k, params=[]))
    odd("key with odd parameters", spki=rsa_key(k, params=[integer(1)]))
    odd("key with a negative modulus", spki=seq(
        algorithm("1.2.840.113549.1.1.1", null()), bits(seq(
            integer(k.n.to_bytes(128, "big")), integer(k.e)))))
    odd("key id of 200 bytes", ext=(key_id(b"k" * 200),))
    odd("empty usage", ext=(usage(0, 7),))
    odd("usage with odd bits", ext=(usage(0x07, 2),))
    odd("basic said false", ext=(extension(
        "2.5.29.19", seq(boolean(0))),))
    odd("basic true of 1", ext=(extension("2.5.29.19", seq(boolean(1))),))
    odd("path length without ca", ext=(basic(False, 0),))
    odd("critical of 1", ext=(extension("1.2.3.4", b"", 1),))
    odd("critical of nothing", ext=(seq(oid("1.2.3.4"), Node(1, b""),
                                        octets(b"")),))
    for tag in (0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e, 0x03, 0x04,
                0x30, 0x17, 0x1b, 0x0d):
        value = Node(tag, {0x30: b"\5\0", 3: b"\0abc"}.get(tag, b"abcd"))
        odd(f"name of type {tag}", subject=name((CN, value)),
            reason=NAME if tag == 0x0d else "")
    odd("name in bad utf8", subject=name((CN, utf8(b"\xff\xfe"))))
    odd("name of nine", subject=name([str(i) for i in range(9)]), reason=SIZE)
    odd("name with an empty part", subject=seq(set_of()), reason=NAME)


def issuers():
    """What issuers say, seen from a leaf below and from one two below."""
    uri = simple(6, b"http://example.org")
    kinds = {
        "nothing": (), "basic": (basic(),), "not ca": (basic(False),),
        "ca and sign": (basic(), usage(CERT_SIGN, 2)),
        "ca and crl": (basic(), usage(2, 1)),
        "sign alone": (usage(CERT_SIGN, 2),),
        "digital alone": (usage(DIGITAL_SIGNATURE, 7),),
        "sign with odd bits": (basic(), extension(
            "2.5.29.15", Node(3, b"\1\x05"))),
        "path 0": (basic(True, 0),), "path 1": (basic(True, 1),),
        "path negative": (basic(True, -1),),
        "path without ca": (basic(False, 1),),
        "basic twice": (basic(), basic()),
        "basic with more": (extension("2.5.29.19", seq(boolean(255), null())),),
        "basic then tail": (extension(
            "2.5.29.19", seq(boolean(255)).der() + b"\0"),),
        "purposes": (basic(), extension("2.5.29.37", seq(
            oid("1.3.6.1.5.5.7.3.4")), 255)),
        "purposes malformed": (basic(), extension("2.5.29.37", seq(null()))),
        "policies critical": (basic(), extension("2.5.29.32", seq(
            seq(oid("1.2.3"))), 255)),
        "policy constraints": (basic(), extension("2.5.29.36", seq(
            simple(0, b"\0")), 255)),
        "any policy": (basic(), extension("2.5.29.54", integer(0), 255)),
        "unknown": (basic(), extension("1.2.3.4", b"x")),
        "unknown critical": (basic(), extension("1.2.3.4", b"x", 255)),
        "alternative names": (basic(), extension("2.5.29.17", seq(
            simple(2, b"host"), uri, context(4, name("x")),
            simple(7, b"\1\2\3\4"), simple(8, oid("1.2.3").body()),
            context(0, oid("1.2.3"), context(0, utf8("x")))))),
        "alternative x400": (basic(), extension("2.5.29.17", seq(
            context(3)))),
        "alternative edi": (basic(), extension("2.5.29.17", seq(
            context(5, context(1, utf8("x")))))),
        "alternative malformed": (basic(), extension("2.5.29.17", seq(
            null()))),
        "alternative empty": (basic(), extension("2.5.29.17", seq())),
        "lists": (basic(), extension("2.5.29.31", seq(
            seq(context(0, context(0, uri)))))),
        "lists relative": (basic(), extension("2.5.29.31", seq(
            seq(context(0, context(1, seq(oid(CN), utf8("x")))))))),
        "lists malformed": (basic(), extension("2.5.29.31", seq(seq()))),
        "freshest": (basic(), extension("2.5.29.46", seq(
            seq(context(0, context(0, uri)))))),
        "netscape ca": (extension("2.16.840.1.113730.1.1", bits(b"\7")),),
        "netscape malformed": (basic(), extension(
            "2.16.840.1.113730.1.1", seq())),
        "constraints kept": (basic(), extension("2.5.29.30", seq(
            context(0, seq(simple(2, b"example.org")))), 255)),
        "constraints violated": (basic(), extension("2.5.29.30", seq(
            context(1, seq(context(4, name())))), 255)),
        "proxy": (basic(), extension("1.3.6.1.5.5.7.1.14", seq(
            seq(oid("1.3.6.1.5.5.7.21.1"))), 255)),
        "addresses": (basic(), extension("1.3.6.1.5.5.7.1.7", seq(seq(
            octets(b"\0\1"), null())), 255)),
        "key id malformed": (basic(), extension("2.5.29.14", null())),
        "key id twice": (basic(), key_id(b"a"), key_id(b"a")),
        "issuer id malformed": (basic(), extension("2.5.29.35", null())),
    }
    reasons = {
        "constraints kept": CONSTRAINTS, "alternative x400": EXTENSION,
        "alternative edi": EXTENSION, "lists relative": EXTENSION,
        "basic then tail": BER, "sign with odd bits": BER,
        "addresses": ADDRESSES,
    }
    more = {
        "issuer netscape ca": EXTENSION, "middle netscape ca": EXTENSION,
        "leaf constraints violated": CONSTRAINTS, "middle proxy": PROXY,
    }
    for what in ("basic with more", "purposes malformed",
                 "alternative malformed", "lists malformed",
                 "netscape malformed", "key id malformed",
                 "issuer id malformed"):
        more["middle " + what] = MALFORMED

    def put(where, what, value, *trusted):
        title = where + " " + what
        add(title, value, *trusted,
            reason=more.get(title, reasons.get(what, "")))

    for what, ext in kinds.items():
        begin("issuer " + what)
        k = key("issuer " + what)
        top = Cert("Top " + what, None, k, ext=ext)
        leaf = Cert("Leaf " + what, top)
        put("issuer", what, message(leaf), top)
        high = root("High " + what)
        middle = Cert("Middle " + what, high, k, ext=ext)
        low = Cert("Low " + what, middle)
        put("middle", what, message(low, middle), high, middle, low)
        put("leaf", what, message(Cert("Own " + what, high, k, ext=ext)))
        lowest = Cert("Lowest", Cert("Lower " + what, middle, ext=(basic(),)))
        put("two below", what, message(
            lowest, Cert("Lower " + what, middle, ext=(basic(),)), middle))
        v1 = Cert("V1 " + what, None, k, ext=ext, version=None)
        put("v1", what, message(Cert("Under", v1)), v1)


def identifiers():
    """Issuers that are found by key, serial number and name."""
    top = root("Ids", ext=(basic(), key_id(b"top")), serial=5)
    anchor("ids", top)
    plain = root("Ids", k=top.key, serial=6)
    anchor("ids renewed", plain)
    for what, ident in {
            "none": (), "key": (issuer_id(b"top"),),
            "other key": (issuer_id(b"pot"),),
            "empty key": (issuer_id(b""),),
            "serial": (issuer_id(serial=5),),
            "other serial": (issuer_id(serial=6),),
            "name": (issuer_id(issuer=name("IDS")),),
            "other name": (issuer_id(issuer=name("Idx")),),
            "all": (issuer_id(b"top", name("Ids"), 5),),
            "all but key": (issuer_id(b"pot", name("Ids"), 5),),
            "empty": (issuer_id(),),
            "twice": (issuer_id(b"top"), issuer_id(b"top")),
            "uri": (extension("2.5.29.35", seq(context(
                1, simple(6, b"x")))),),
            "bad name": (extension("2.5.29.35", seq(context(
                1, context(4, seq(null()))))),),
            "bad serial": (extension("2.5.29.35", seq(simple(2, b""))),),
    }.items():
        leaf = Cert("Id " + what, top, ext=ident)
        add("identifier " + what, message(leaf))
        add("identifier, root along " + what, message(leaf, top))
        add("identifier, renewed along " + what, message(leaf, plain, top))
    for what, other in {"upper": "IDS", "spaces": "  Ids ", "more": "Ids.",
                        "printable": (CN, printable("Ids")),
                        "bmp": (CN, text(0x1e, "iDS", "utf-16-be")),
                        "type": (ORGANIZATION, "Ids")}.items():
        add("name rewritten " + what, message(
            Cert("Names " + what, top, issuer_name=name(other))))
    middle = Cert("Twice", top, key("twice 1"), ext=(basic(),))
    again = Cert("Twice", top, key("twice 2"), ext=(basic(),))
    add("two issuers", message(Cert("Below", middle), middle, again))
    add("two issuers turned", message(Cert("Below", middle), again, middle))
    add("self issued", message(Cert("Ids", top, key("self issued"))))
    loop = [Cert("Loop A", None, key("a"), issuer_name=name("Loop B"))]
    loop.append(Cert("Loop B", loop[0], key("b")))
    add("loop", message(Cert("In a loop", loop[1]), *loop))


def main():
    suites()
    begin("sizes")
    sizes()
    begin("keys")
    other_keys()
    attributes(root())
    encodings(root())
    oddities()
    issuers()
    begin("identifiers")
    identifiers()
    with open(sys.argv[1], "wb") as out:
        out.write(f"data {len(DATA)}\n".encode() + DATA)
        for what, values in (("anchor", anchors), ("message", messages)):
            for title, of, reason, value in values:
                out.write(f"{what} {title} {of} {len(value)} {reason or '-'}\n"
                          .encode() + value)


main()
