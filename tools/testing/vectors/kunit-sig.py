# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates, names and messages for the KUnit suites: a C header on stdout.

The same bytes each time. What is right about them is written in the suites.
"""

import hashlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "oracle"))

from asn1 import (Node, bent, bits, boolean, context, der, integer, null,
                  octets, oid, printable, read, seq, set_of, simple, text,
                  utc_time, utf8)
from keys import key
from messages import (CERT_SIGN, CN, DATA, DIGESTS, DIGITAL_SIGNATURE,
                      MESSAGE_DIGEST, ORGANIZATION, RSA, SIGNATURES, Cert,
                      algorithm, attribute, basic, content_type, extension,
                      issuer_id, key_id, message, message_digest, name, root,
                      rsa_key, signed_data, signer_info, usage, wrapped)

BASE, TEXT = 12, 80


def emit(what, value):
    """One array."""
    data = der(value)
    print(f"static const u8 v_{what}[] __maybe_unused = {{")
    for i in range(0, len(data), BASE):
        print("\t" + " ".join(f"{b:#04x}," for b in data[i:i + BASE]))
    print("};\n")


def emit_all(what, values):
    """An array of spans."""
    for i, value in enumerate(values):
        emit(f"{what}_{i}", value)
    print(f"static const struct kuv_span v_{what}[] __maybe_unused = {{")
    for i in range(len(values)):
        print(f"\t{{ v_{what}_{i}, sizeof(v_{what}_{i}) }},")
    print("};\n")


# --- names --------------------------------------------------------------------

def contents(node):
    return node.body()


def one(value, kind=CN):
    return contents(name((kind, value)))


def make_names():
    bmp = text(0x1e, "Zoë €", "utf-16-be")
    names = {
        "plain": one(utf8("Some Name")),
        "upper": one(utf8("SOME NAME")),
        "printable": one(printable("some name")),
        "ia5": one(text(0x16, "sOmE NaMe")),
        "spaces": one(utf8("  Some \t\r\n  Name  ")),
        "no_space": one(utf8("SomeName")),
        "longer": one(utf8("Some Name.")),
        "other_type": one(utf8("Some Name"), ORGANIZATION),
        "numeric": one(text(0x12, "12 3")),
        "numeric_again": one(text(0x12, "12 3")),
        "numeric_spaces": one(text(0x12, "12  3")),
        "digits": one(utf8("12 3")),
        "bits": one(bits(b"12 3")),
        "sequence": one(seq(utf8("12 3"))),
        "blank": one(utf8("   ")),
        "empty": one(utf8("")),
        "none": b"",
        "latin": one(text(0x14, "Zoë", "latin-1")),
        "latin_utf8": one(utf8("Zoë")),
        "bmp": one(bmp),
        "bmp_utf8": one(utf8("zoë €")),
        "universal": one(text(0x1c, "Zoë 😀", "utf-32-be")),
        "universal_utf8": one(utf8("ZOë 😀")),
        "accent": one(utf8("ZOË €")),
        "two": contents(name("A", (ORGANIZATION, "B"))),
        "two_turned": contents(name((ORGANIZATION, "B"), "A")),
        "set": contents(name(["A", (ORGANIZATION, "B")])),
        "set_turned": contents(name([(ORGANIZATION, "b"), "a"])),
        "set_more": contents(name(["A", (ORGANIZATION, "B"), "A"])),
        "set_twice": contents(name(["A", "A"])),
        "set_a_b": contents(name(["A", "B"])),
        "set_eight": contents(name([str(i) for i in range(8)])),
        "long": one(utf8("x" * 200)),
        "long_wide": one(utf8("x" * 126 + "€" + "y" * 50)),
        "exact": one(utf8("x" * 127)),
        "nul": one(utf8("front\0back")),
        "second": contents(name((ORGANIZATION, "O"), "Second", "Third")),
        "in_set": contents(name([(ORGANIZATION, "O"), "Inside"])),
        "organization": contents(name((ORGANIZATION, "O"))),
    }
    for what, value in names.items():
        emit("name_" + what, value)
    emit_all("names_bad", [contents(n) if isinstance(n, Node) else n for n in (
        one(utf8(b"\xc0\x80")),             # longer than needed
        one(utf8(b"\xe0\x80\xaf")),
        one(utf8(b"\xf0\x80\x80\xaf")),
        one(utf8(b"\xed\xa0\x80")),         # surrogate
        one(utf8(b"\xf4\x90\x80\x80")),     # beyond the last
        one(utf8(b"\xf8\x88\x80\x80\x80")),
        one(utf8(b"ab\xc3")),               # cut
        one(utf8(b"\xe2\x82")),
        one(utf8(b"\xc3\x28")),             # no continuation
        one(utf8(b"\x80")),
        one(text(0x1e, b"\0a\0")),
        one(text(0x1e, b"\xd8\x3d\xde\x00")),
        one(text(0x1c, b"\0\0\0")),
        one(text(0x1c, b"\0\x11\0\0")),
        one(text(0x1a, b"visible")),
        one(octets(b"octets")),
        one(null()),
        contents(name([str(i) for i in range(9)])),
        seq(set_of()),
        seq(set_of(seq(oid(CN)))),
        seq(set_of(seq(utf8("no type")))),
        seq(set_of(seq(oid(CN), utf8("a"), utf8("b")))),
        seq(seq(seq(oid(CN), utf8("a")))),
        seq(set_of(set_of(oid(CN), utf8("a")))),
        b"\x31",
    )])


# --- extensions ---------------------------------------------------------------

def subject_names(*values):
    return extension("2.5.29.17", seq(*values))


def list_points(*points):
    return extension("2.5.29.31", seq(*points))


MAIL = simple(1, b"mail@example.org")
URI = simple(6, b"http://example.org/list")


def make_extensions():
    good = {
        "none": [],
        "ca": [basic()],
        "ca_one": [extension("2.5.29.19", seq(boolean(1)), 255)],
        "not_ca": [basic(False)],
        "not_ca_said": [extension("2.5.29.19", seq(boolean(0)))],
        "path_len": [basic(True, 3)],
        "path_len_alone": [basic(False, 3)],
        "path_len_wide": [basic(True, 0x010203)],
        "path_len_huge": [basic(True, 1 << 31)],
        "usage_sign": [usage(CERT_SIGN, 2)],
        "usage_other": [usage(DIGITAL_SIGNATURE, 7)],
        "usage_second": [extension("2.5.29.15", bits(b"\0\x80", 7))],
        "key_id": [key_id(b"key")],
        "issuer_id": [issuer_id(b"key", name("N"), 5)],
        "issuer_id_empty": [issuer_id()],
        "issuer_id_uri": [extension("2.5.29.35", seq(context(1, URI)))],
        "issuer_id_first": [extension("2.5.29.35", seq(context(
            1, MAIL, context(4, name("N")), context(4, name("M")))))],
        "names": [subject_names(
            MAIL, simple(2, b"host"), URI, simple(7, b"\1\2\3\4"),
            context(0, oid("1.2.3"), context(0, utf8("x"))),
            context(4, name("N")), simple(8, oid("1.2.3").body()))],
        "purposes": [extension("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.3")))],
        "list_points": [list_points(
            seq(context(0, context(0, URI))),
            seq(context(0, context(0, URI)), simple(1, b"\1\x80"),
                context(2, context(4, name("N")))),
            seq(context(2, context(4, name("N")))))],
        "netscape": [extension("2.16.840.1.113730.1.1", bits(b"\x07"))],
        "policies": [extension("2.5.29.32", seq(), 255),
                     extension("2.5.29.33", seq(), 255),
                     extension("2.5.29.36", seq(), 255),
                     extension("2.5.29.54", integer(0), 255),
                     extension("1.3.6.1.5.5.7.48.1.5", null(), 255)],
        "unknown": [extension("1.2.3.4", b"")],
        "unknown_critical": [extension("1.2.3.4", b"", 255)],
        "unknown_critical_one": [extension("1.2.3.4", b"", 1)],
        "unknown_not_critical": [extension("1.2.3.4", b"", 0)],
        "key_id_critical": [extension("2.5.29.14", octets(b"k"), 255)],
        "constraints": [extension("2.5.29.30", seq(), 255)],
        "proxy": [extension("1.3.6.1.5.5.7.1.14", seq(), 255)],
        "addresses": [extension("1.3.6.1.5.5.7.1.7", seq())],
        "numbers": [extension("1.3.6.1.5.5.7.1.8", seq())],
    }
    for what, parts in good.items():
        emit("ext_" + what, b"".join(map(der, parts)) or b"\0")
    emit_all("exts_broken", [b"".join(map(der, parts)) for parts in (
        [basic(), basic()],
        [key_id(b"a"), key_id(b"b")],
        [basic(True, -1)],
        [usage(0, 7)],
        [extension("2.5.29.15", bits(b""))],
    )])
    emit_all("exts_strange", [b"".join(map(der, parts)) for parts in (
        [extension("2.5.29.19", set_of())],
        [extension("2.5.29.19", seq(boolean(255), integer(1), null()))],
        [extension("2.5.29.19", seq(null()))],
        [extension("2.5.29.19", seq().der() + b"\0")],
        [extension("2.5.29.15", seq())],
        [extension("2.5.29.14", seq())],
        [extension("2.5.29.35", set_of())],
        [extension("2.5.29.35", seq(context(1, null())))],
        [extension("2.5.29.35", seq(simple(2, b"")))],
        [extension("2.5.29.35", seq(simple(0, b"k"), null()))],
        [subject_names(simple(3, b""))],
        [subject_names(context(4, set_of()))],
        [subject_names(context(4, seq(null())))],
        [subject_names(simple(8, b"\x80"))],
        [subject_names(context(0, utf8("x")))],
        [subject_names(context(0, oid("1.2.3"), utf8("x")))],
        [subject_names(context(0, oid("1.2.3"), context(0)))],
        [subject_names(context(0, oid("1.2.3"), context(0, null(), null())))],
        [subject_names(b"\x81")],
        [extension("2.5.29.17", set_of())],
        [extension("2.5.29.37", seq(null()))],
        [extension("2.5.29.37", set_of())],
        [list_points(seq())],
        [list_points(null())],
        [list_points(seq(context(2)))],
        [list_points(seq(context(0, context(1, attribute(CN, "x")))))],
        [list_points(seq(context(0, context(0, null()))))],
        [list_points(seq(context(0, context(0, URI)), simple(1, b"")))],
        [list_points(seq(context(2, null())))],
        [list_points(seq(context(0, context(0, URI)), null()))],
        [extension("2.5.29.31", set_of())],
        [extension("2.16.840.1.113730.1.1", seq())],
    )])


# --- certificates -------------------------------------------------------------

def full_cert():
    """One with everything that a certificate can have."""
    small = key("small", 512)
    return Cert(name("Full", (ORGANIZATION, "Kit")), None, small,
                serial=0x1122334455,
                uids=(simple(1, b"\0abc"), simple(2, b"\0def")),
                ext=(basic(), key_id(b"full"), extension("1.2.3.4", b"x", 0)))


# Ways to bend full_cert() that leave a certificate: optional parts, another
# type where any will do, other names and extensions.
BENT_WELL = {
    ("drop", (0, 0)), ("drop", (0, 2, 1)), ("type", (0, 2, 1)),
    ("drop", (0, 3, 0)), ("drop", (0, 3, 1)), ("drop", (0, 5, 0)),
    ("drop", (0, 5, 1)), ("drop", (0, 6, 0, 1)), ("type", (0, 6, 0, 1)),
    ("drop", (0, 7)), ("drop", (0, 8)), ("drop", (0, 9)),
    ("drop", (0, 9, 0, 0)), ("drop", (0, 9, 0, 1)), ("drop", (0, 9, 0, 2)),
    ("drop", (0, 9, 0, 0, 1)), ("drop", (0, 9, 0, 2, 1)),
    ("drop", (1, 1)), ("type", (1, 1)),
}


def make_fields():
    full = full_cert()
    emit("cert_full", full)
    emit("cert_full_tail", full.der() + b"tail")
    bad, well = [], 0
    for how, path, data in bent(read(full.der())[0]):
        if (how, path) in BENT_WELL:
            well += 1
        else:
            bad.append(data)
    assert well == len(BENT_WELL)
    emit_all("certs_bent", bad)
    k = key("small", 512)
    sig = b"\0" * 64

    def cert(**how):
        return Cert("C", None, k, sig=how.pop("sig", sig), **how)

    emit("cert_v1", cert(version=None))
    emit("cert_v1_said", cert(version=0))
    emit("cert_v9", cert(version=9))
    emit("cert_serial_negative", cert(serial=-129))
    emit("cert_serial_zero", cert(serial=0))
    emit("cert_serial_long", cert(serial=1 << 503))
    emit("cert_general_time", cert(validity=seq(
        text(0x18, "20260101000000Z"), text(0x18, "99991231235959Z"))))
    emit("cert_odd_bits", cert(sig=bits(sig[1:] + b"\0", 1)))
    emit("cert_other_alg", cert(outer=algorithm(SIGNATURES["sha384"], null())))
    emit("cert_no_params", cert(outer=algorithm(SIGNATURES["sha256"])))
    emit("cert_no_subject", Cert(name(), None, k, sig=sig))
    emit_all("certs_bad", [
        cert(serial=b"\0\1"), cert(serial=b"\xff\x80"), cert(serial=b""),
        cert(validity=seq(utf8("now"), utc_time())),
        cert(validity=seq(utc_time())),
        cert(validity=seq(utc_time(), utc_time(), utc_time())),
        cert(version=b"\0\1"),
        cert(uids=(simple(1, b""),)),
        cert(uids=(simple(1, b"\x08x"),)),
        cert(uids=(simple(2, b"\1\1"), )),
        cert(ext=(seq(oid("1.2.3"), boolean(255), octets(b""), null()),)),
        cert(ext=(seq(oid("1.2.3"), Node(1, b""), octets(b"")),)),
        Cert("C", None, k, sig=sig, issuer_name=seq(set_of())),
        Cert("C", None, k, sig=Node(3, b"")),
        Cert("C", None, k, sig=Node(3, b"\x08a")),
        cert(inner=seq(Node(6, b"\x80\1"))),
        cert(inner=seq(Node(6, b""))),
        cert(inner=algorithm(RSA, null(), null())),
        cert(inner=algorithm(RSA, Node(5, b"x"))),
        cert(ext=(extension("1.2.3", b"\0" * 66000),)),
    ])


def public(n, e, unused=0):
    return seq(algorithm(RSA, null()), bits(seq(integer(n), integer(e)),
                                            unused))


def make_keys():
    n = key("small", 512).n

    def cert(what, spki):
        emit("key_" + what, Cert("K", None, key("small", 512), spki=spki,
                                 sig=b"\0"))

    cert("plain", public(n, 65537))
    cert("e3", public(n, 3))
    cert("e64", public(n, (1 << 63) + 1))
    cert("e1", public(n, 1))
    cert("e_even", public(n, 65536))
    cert("e65", public(n, (1 << 64) + 1))
    cert("e_huge", public(n, n - 2))
    cert("e_zero", public(n, 0))
    cert("n_even", public(n - 1, 3))
    cert("n_zero", public(0, 3))
    cert("n_8192", public((1 << 8191) + 1, 3))
    cert("n_8200", public((1 << 8199) + 1, 3))
    cert("n_bare", seq(algorithm(RSA, null()), bits(
        seq(integer(n.to_bytes(64, "big")), integer(3)))))
    cert("no_params", seq(algorithm(RSA), bits(seq(integer(n), integer(3)))))
    cert("ec", seq(algorithm("1.2.840.10045.2.1", oid("1.2.840.10045.3.1.7")),
                   bits(b"\4" + b"\1" * 64)))
    cert("pss", seq(algorithm("1.2.840.113549.1.1.10"),
                    bits(seq(integer(n), integer(3)))))
    cert("more", seq(algorithm(RSA, null()), bits(
        seq(integer(n), integer(3), null()))))
    cert("tail", seq(algorithm(RSA, null()), bits(
        seq(integer(n), integer(3)).der() + b"\0")))
    cert("no_e", seq(algorithm(RSA, null()), bits(seq(integer(n)))))
    cert("no_n", seq(algorithm(RSA, null()), bits(seq(null(), integer(3)))))
    cert("not_seq", seq(algorithm(RSA, null()), bits(set_of(
        integer(n), integer(3)))))
    cert("odd_bits", seq(algorithm(RSA, null()), bits(
        seq(integer(n), integer(2)), 1)))
    cert("empty", seq(algorithm(RSA, null()), bits(b"")))


def encodings(k):
    """Encoded messages that are nearly right; the first one is."""
    good = k.encode("sha256", DATA)
    digest = hashlib.sha256(DATA).digest()
    info = good[good.index(b"\0", 2) + 1:]
    short = seq(algorithm(DIGESTS["sha256"]), octets(digest)).der()

    def padded(tail, pad=b"\xff"):
        return b"\0\1" + pad * ((k.size - 3 - len(tail)) // len(pad)) + \
            b"\0" + tail

    def at(i, value):
        return good[:i] + bytes([value]) + good[i + 1:]

    return [
        good, at(0, 1), at(1, 0), at(1, 2), at(2, 0xfe),
        at(k.size - len(info) - 2, 0), at(k.size - len(info) - 1, 1),
        at(k.size - len(info), 0x31), at(k.size - 1, good[-1] ^ 1),
        at(k.size - 33, 0x21), padded(short),
        b"\0\1" + b"\xff" * 8 + b"\0" + info +
        b"\0" * (k.size - 11 - len(info)),
        padded(seq(algorithm(DIGESTS["sha256"], null()), octets(digest),
                   null()).der()),
        padded(info.replace(bytes.fromhex("0402010500"),
                            bytes.fromhex("0402030500"))),
    ]


def make_signatures():
    k = key("signer")
    cert = root("Signer", k=k)
    emit("sig_cert", cert)
    emit("sig_digest", hashlib.sha256(DATA).digest())
    emit_all("sigs", [k.raw(em) for em in encodings(k)])
    emit("sig_long", b"\0" + k.sign("sha256", DATA))
    emit("sig_short", k.sign("sha256", DATA)[1:])
    emit("sig_large", (k.n + 1).to_bytes(k.size, "big"))
    emit("sig_all", b"\xff" * k.size)
    tiny = key("tiny", 488)
    emit("sig_tiny_cert", root("Tiny", k=tiny, sig=b"\0"))
    emit("sig_tiny", b"\0" * tiny.size)
    e1 = root("One", spki=public(k.n, 1), sig=b"\0")
    emit("sig_one_cert", e1)
    emit("sig_one", k.encode("sha256", DATA))
    for alg in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        emit("signed_" + alg, Cert("Child", cert, alg=alg))
    emit("signed_oiw", Cert("Child", cert, alg="sha1", inner=algorithm(
        "1.3.14.3.2.29")))
    emit("signed_pss", Cert("Child", cert, inner=algorithm(
        "1.2.840.113549.1.1.10")))
    emit("signed_ecdsa", Cert("Child", cert, inner=algorithm(
        "1.2.840.10045.4.3.2")))
    emit("signed_two_algs", Cert("Child", cert, outer=algorithm(
        SIGNATURES["sha256"])))
    emit("signed_by_other", Cert("Child", root("Signer", k=key("other"))))


# --- messages -----------------------------------------------------------------

BOTH = [content_type(), message_digest("sha256")]


def emit_cases(prefix, cases):
    for what, value in cases.items():
        emit(prefix + what, value)


def make_algorithms(cert):
    emit_cases("msg_", {
        "bare": message(cert),
        "wrapped": wrapped(message(cert)),
        "bare_tail": message(cert).der() + b"\0",
        "wrapped_tail": wrapped(message(cert)).der() + b"tail",
        "attrs": wrapped(message(cert, attrs=BOTH)),
        "sha384": message(cert, alg="sha384",
                          attrs=[message_digest("sha384")]),
        "sha512": message(cert, alg="sha512"),
        "sha1": message(cert, alg="sha1"),
        "sha224": message(cert, alg="sha224"),
        "md5": message(cert, alg="md5"),
        "no_digest_alg": message(cert, digests=set_of()),
        "two_digest_algs": message(cert, digests=set_of(
            algorithm(DIGESTS["sha256"], null()),
            algorithm(DIGESTS["sha512"], null()))),
        "digest_alg_no_params": message(cert, digests=set_of(
            algorithm(DIGESTS["sha256"]))),
        "signer_sha1": signed_data(
            [signer_info(cert, "sha1")], [cert], "sha256"),
        "signer_sha512": signed_data(
            [signer_info(cert, "sha512")], [cert], "sha256"),
        "any_encryption": signed_data(
            [signer_info(cert, encryption="1.2.3.4")], [cert]),
        "versions": signed_data(
            [signer_info(cert, version=0)], [cert], version=77),
        "wrapped_data": seq(oid("1.2.840.113549.1.7.1"),
                            context(0, message(cert))),
        "wrapped_twice": seq(oid("1.2.840.113549.1.7.2"),
                             context(0, message(cert), null())),
    })


def make_attributes(cert):
    def attrs(*values, **how):
        return signed_data([signer_info(cert, attrs=list(values), **how)],
                           [cert])

    digest = message_digest("sha256")
    wrong = message_digest("sha256", b"other data")
    value = octets(hashlib.sha256(DATA).digest())
    emit_cases("msg_attrs_", {
        "only_digest": attrs(digest),
        "empty": attrs(),
        "none": attrs(content_type()),
        "wrong_digest": attrs(wrong),
        "short_digest": attrs(seq(oid(MESSAGE_DIGEST), set_of(
            octets(b"short")))),
        "digest_twice": attrs(digest, wrong),
        "wrong_first": attrs(wrong, digest),
        "two_values": attrs(seq(oid(MESSAGE_DIGEST), set_of(value, value))),
        "no_value": attrs(seq(oid(MESSAGE_DIGEST), set_of())),
        "other_type": attrs(seq(oid(MESSAGE_DIGEST), set_of(
            utf8(value.parts[0])))),
        "content_type_differs": attrs(content_type("1.2.3"), digest),
        "more": attrs(digest, seq(oid("1.2.3.4"), set_of(
            boolean(3), integer(5), bits(b"\x80", 7), utc_time(),
            utc_time(), seq(null()), simple(3, b"x")))),
        "unordered": attrs(digest, seq(oid("1.2.3.4"), set_of(
            integer(5), integer(4)))),
        "unordered_lengths": attrs(digest, seq(oid("1.2.3.4"), set_of(
            integer(5), boolean(5)))),
        "malformed": attrs(digest, seq(oid("1.2.3.4"), set_of(Node(5, b"x")))),
        "no_set": attrs(digest, seq(oid("1.2.3.4"), null())),
        "no_type": attrs(digest, seq(null(), set_of())),
        "unsigned": signed_data([signer_info(cert, unsigned=[
            seq(oid("1.2.3.4"), set_of(null()))])], [cert]),
        "unsigned_unordered": signed_data([signer_info(cert, unsigned=[
            seq(oid("1.2.3.4"), set_of(integer(5), integer(4)))])], [cert]),
        "unsigned_malformed": signed_data([signer_info(
            cert, unsigned=[null()])], [cert]),
        # Signed with the tag they travel with instead of the set's.
        "own_tag": signed_data([signer_info(
            cert, attrs=[digest],
            sig=cert.key.sign("sha256", context(0, digest).der()))], [cert]),
        "data_only": signed_data([signer_info(
            cert, attrs=[digest], sig=cert.key.sign("sha256", DATA))], [cert]),
    })


def make_contents(cert):
    def content(kind, *value):
        return message(cert, content=seq(oid(kind), *value))

    emit_cases("msg_content_", {
        "embedded": content("1.2.840.113549.1.7.1",
                            context(0, octets(b"not what is signed"))),
        "other": content("1.3.6.1.4.1.311.2.1.4",
                         context(0, seq(integer(1)))),
        "data_sequence": content("1.2.840.113549.1.7.1", context(0, seq())),
        "signed": content("1.2.840.113549.1.7.2", context(0, seq())),
        "two": content("1.2.3", context(0, null(), null())),
        "bare": content("1.2.3", null()),
        "malformed": content("1.2.3", context(0, Node(5, b"x"))),
        "tail": content("1.2.3", context(0, null()), null()),
    })
    emit("msg_crls", message(cert, crls=[seq(seq())]))
    emit("msg_crls_primitive", signed_data(
        [simple(1, b"")], [cert]))


def make_signers(cert):
    other = root("Other")
    twin = Cert("Twin", k=key("twin"), serial=7)
    emit("cert_other", other)
    both = [signer_info(cert), signer_info(other)]
    emit_cases("msg_signers_", {
        "none": signed_data([], [cert]),
        "two": signed_data(both, [cert, other]),
        "two_attrs": signed_data(
            [signer_info(cert, attrs=BOTH), signer_info(other)],
            [other, cert]),
        "twice": signed_data([signer_info(cert)] * 2, [cert]),
        "second_wrong": signed_data(
            [signer_info(cert), signer_info(other, k=cert.key)],
            [cert, other]),
        "second_without_cert": signed_data(both, [cert]),
        "second_other_hash": signed_data(
            [signer_info(cert), signer_info(other, "sha512")], [cert, other]),
        "eight": signed_data([signer_info(cert)] * 8, [cert]),
        "nine": signed_data([signer_info(cert)] * 9, [cert]),
        "key_id": signed_data([signer_info(cert, signer_id=simple(0, b"k"))],
                              [cert]),
        "other_serial": signed_data([signer_info(cert, serial=1)], [cert]),
        "other_issuer": signed_data(
            [signer_info(cert, issuer=name("Nobody"))], [cert]),
        "issuer_rewritten": signed_data(
            [signer_info(cert, issuer=name((CN, printable(" ROOT ")))) ],
            [cert]),
        "bad_issuer": signed_data(
            [signer_info(cert, issuer=seq(null()))], [cert]),
        "no_certs": signed_data([signer_info(cert)], None),
        "empty_certs": signed_data([signer_info(cert)], []),
        "same_id": signed_data(
            [signer_info(twin)],
            [twin, Cert("Twin", k=key("twin 2"), serial=7)]),
        "same_id_later": signed_data(
            [signer_info(twin)],
            [Cert("Twin", k=key("twin 2"), serial=7), twin]),
    })
    emit("cert_twin", twin)


def make_certs(cert):
    small = Cert("Small", None, key("small", 512), sig=b"\0", validity=seq(
        utc_time(""), utc_time("")))
    emit_cases("msg_certs_", {
        "extra": message(cert, small, root("Extra")),
        "malformed": message(cert, seq(null())),
        "not_x509": message(cert, context(1, null())),
        "most": signed_data([signer_info(cert)], [cert] + [small] * 255),
        "too_many": signed_data([signer_info(cert)], [cert] + [small] * 256),
    })
    big = signed_data([signer_info(cert)], [
        cert, Cert("Big", None, key("small", 512), sig=b"\0",
                   ext=(extension("1.2.3", b"\0" * 64000),))])
    emit("msg_largest", big)
    emit("msg_too_large", signed_data([signer_info(cert)], [
        cert, Cert("Big", None, key("small", 512), sig=b"\0",
                   ext=(extension("1.2.3", b"\0" * 65000),))]))


# Ways to bend a message that leave one: no attributes of one kind or the other
# (the signature is wrong then), no content, no parameters, no lists.
BENT_WELL_MSG = {
    ("drop", (1, 0, 1)), ("type", (1, 0, 1)), ("drop", (2, 1)),
    ("type", (2, 1, 0)), ("drop", (4,)), ("drop", (4, 0)), ("type", (4, 0)),
    ("add", (4, 0)), ("add", (4, 1)), ("add", (4, 0, 0)), ("drop", (5, 0, 2, 1)),
    ("type", (5, 0, 2, 1)), ("drop", (5, 0, 3)), ("drop", (5, 0, 3, 0)),
    ("drop", (5, 0, 3, 0, 1, 0)), ("type", (5, 0, 3, 0, 1, 0)),
    ("add", (5, 0, 3, 0, 1, 0)), ("add", (5, 0, 3, 0, 1, 1)),
    ("drop", (5, 0, 4, 1)), ("type", (5, 0, 4, 1)), ("drop", (5, 0, 6)),
    ("drop", (5, 0, 6, 0)), ("drop", (5, 0, 6, 0, 1, 0)),
    ("type", (5, 0, 6, 0, 1, 0)), ("add", (5, 0, 6, 0, 1, 0)),
    ("add", (5, 0, 6, 0, 1, 1)),
}


def make_bent():
    cert = Cert("Bent", None, key("small", 512), sig=b"\0")
    whole = signed_data(
        [signer_info(cert, attrs=[seq(oid("1.2.3.4"), set_of(null())),
                                  message_digest("sha256")],
                     unsigned=[seq(oid("1.2.3.4"), set_of(null()))],
                     sig=b"\0")],
        [cert.der()], content=seq(oid("1.2.3"), context(0, null())),
        crls=[seq()])
    emit("msg_whole", whole)
    tree = read(whole.der())[0]
    # The certificate is the other suite's.
    tree.parts[3].parts = [der(cert)]
    bad, well = [], 0
    for how, path, data in bent(tree):
        if (how, path) in BENT_WELL_MSG:
            well += 1
        else:
            bad.append(data)
    assert well == len(BENT_WELL_MSG), well
    emit_all("msgs_bent", bad)


def make_chains():
    top = root("Top", ext=(basic(), usage(CERT_SIGN, 2), key_id(b"top")))
    emit("chain_top", top)

    def chain(what, middle=None, leaf=None, extra=(), by=top):
        """A leaf under a middle under the top."""
        middle = dict({"ext": (basic(),)}, **(middle or {}))
        m = Cert(middle.pop("subject", "Middle"), by, **middle)
        lf = Cert("Leaf", m, **(leaf or {}))
        emit("chain_" + what, message(lf, m, *extra))
        return m, lf

    middle, leaf = chain("plain")
    emit("chain_middle", middle)
    emit("chain_leaf", leaf)
    emit("chain_no_middle", message(leaf))
    emit("chain_with_top", message(leaf, top, middle))
    chain("middle_not_ca", {"ext": (basic(False),)})
    chain("middle_no_basic", {"ext": ()})
    chain("middle_no_basic_usage", {"ext": (usage(CERT_SIGN, 2),)})
    chain("middle_no_sign", {"ext": (basic(), usage(DIGITAL_SIGNATURE, 7))})
    chain("middle_v1", {"ext": (), "version": None})
    chain("middle_critical", {"ext": (basic(), extension("1.2.3", b"", 255))})
    chain("middle_constraints", {"ext": (basic(), extension(
        "2.5.29.30", seq()))})
    chain("middle_proxy", {"ext": (basic(), extension(
        "1.3.6.1.5.5.7.1.14", seq()))})
    chain("middle_broken", {"ext": (basic(), basic())})
    chain("middle_strange", {"ext": (basic(), extension(
        "2.5.29.17", seq(context(3))))})
    chain("middle_md5", {"alg": "md5", "ext": (basic(),)})
    chain("middle_sha1", {"alg": "sha1", "ext": (basic(),)})
    chain("middle_bad_sig", {"sig": b"\1" * 128, "ext": (basic(),)})
    chain("middle_even_key", {"ext": (basic(),), "spki": public(
        key("even").n - 1, 3)})
    chain("middle_ec_key", {"ext": (basic(),), "spki": seq(
        algorithm("1.2.840.10045.2.1"), bits(b"\4"))})
    chain("leaf_bad_sig", leaf={"sig": b"\1" * 128})
    chain("leaf_two_algs", leaf={"outer": algorithm(SIGNATURES["sha256"])})
    chain("leaf_critical", leaf={"ext": (extension("1.2.3", b"", 255),)})
    chain("leaf_broken", leaf={"ext": (key_id(b"1"), key_id(b"2"))})
    chain("leaf_constraints", leaf={"ext": (extension("2.5.29.30", seq()),)})
    chain("leaf_ecdsa", leaf={"inner": algorithm("1.2.840.10045.4.3.2")})
    chain("path_0", {"ext": (basic(True, 0),)})
    chain("rewritten", leaf={"issuer_name": name((CN, printable(" middle")))})

    both = (basic(), key_id(b"mid"))
    for what, ident in {
            "key_id": issuer_id(b"mid"), "other_key_id": issuer_id(b"other"),
            "serial": issuer_id(serial=77), "other_serial": issuer_id(serial=78),
            "issuer": issuer_id(issuer=name("TOP")),
            "other_issuer": issuer_id(issuer=name("Middle")),
            "all": issuer_id(b"mid", name("Top"), 77)}.items():
        chain("id_" + what, {"ext": both, "serial": 77}, {"ext": (ident,)})
    chain("id_none_there", {"ext": (basic(),)}, {"ext": (issuer_id(b"mid"),)})
    make_long_chains(top)
    make_roots(leaf)
    make_copies(top, middle, leaf)


def make_long_chains(top):
    def line(nr, path_len=None, **how):
        certs = [top]
        for i in range(nr):
            certs.append(Cert(how.get("subject", f"Link {i}"), certs[-1],
                              key(f"link {i}"),
                              ext=(basic(True, path_len if not i else None),)))
        leaf = Cert("End", certs[-1])
        return message(leaf, *certs[1:])

    emit("chain_path_2_of_2", line(3, 2))
    emit("chain_path_3_of_2", line(4, 2))
    emit("chain_longest", line(14))
    emit("chain_too_long", line(15))
    # Certificates that a CA issued to itself do not count.
    first = Cert("Same", top, key("same 0"), ext=(basic(True, 0),))
    again = Cert("Same", first, key("same 1"), ext=(
        basic(), issuer_id(serial=first.serial)))
    emit("chain_self_issued", message(Cert("End", again, ext=(
        issuer_id(serial=again.serial),)), first, again))
    costly = [top]
    for i in range(9):
        costly.append(Cert(f"Cost {i}", costly[-1], key(f"link {i}"),
                           ext=(basic(),)))
    leaves = [Cert(f"End {i}", costly[-1], key("end")) for i in range(8)]
    emit("chain_costly", signed_data([signer_info(c) for c in leaves],
                                     [*leaves, *costly[1:]]))


def make_roots(leaf):
    """Roots that say little about themselves."""
    kinds = {
        "v1": root("R", ext=(), version=None),
        "v3": root("R", ext=()),
        "usage": root("R", ext=(usage(CERT_SIGN, 2),)),
        "no_sign": root("R", ext=(basic(), usage(DIGITAL_SIGNATURE, 7))),
        "not_ca": root("R", ext=(basic(False),)),
        "critical": root("R", ext=(basic(), extension("1.2.3", b"", 255))),
        "bad_sig": root("R", sig=b"\1" * 128),
        "md5": root("R", alg="md5"),
    }
    for what, top in kinds.items():
        emit("root_" + what, top)
        emit("msg_root_" + what, message(Cert("Below", top)))
        emit("msg_self_" + what, message(top))
    issued = Cert("R", root("Higher"), key("issued"), ext=(), version=None)
    emit("root_v1_issued", issued)
    emit("msg_root_v1_issued", message(Cert("Below", issued)))


def make_copies(top, middle, leaf):
    mimic = root("Top", k=key("mimic"))
    under = Cert("Under", mimic)
    emit("chain_mimic", message(under, mimic))
    emit("chain_mimic_itself", message(mimic))
    renewed = root("Top", k=top.key, serial=4711)
    emit("chain_renewed", renewed)
    # The trusted leaf comes with issuers; what they say is checked as well.
    emit("chain_leaf_bad_issuer", message(
        Cert("Leaf", middle), Cert("Middle", top, ext=(basic(False),))))
    strange = Cert("Strange", middle, ext=(extension(
        "2.5.29.17", seq(context(3))),))
    emit("chain_strange", strange)
    emit("chain_strange_alone", message(strange))
    emit("chain_strange_with_issuer", message(strange, middle))
    wrong = Cert("Middle", None, key("wrong"), ext=(basic(), key_id(b"no")))
    right = Cert("Middle", top, ext=(basic(), key_id(b"yes")))
    emit("chain_second_fits", message(
        Cert("Leaf", right, ext=(issuer_id(b"yes"),)), wrong, right))
    loop_a = Cert("A", None, key("a"), issuer_name=name("B"), ext=(basic(),))
    loop_b = Cert("B", loop_a, key("b"), ext=(basic(),))
    emit("chain_loop", message(Cert("Leaf", loop_b), loop_a, loop_b, loop_b))


def main():
    print("/* SPDX-License-Identifier: GPL-2.0 */\n/* Made by kunit-sig.py. */")
    emit("data", DATA)
    make_names()
    make_extensions()
    make_fields()
    make_keys()
    make_signatures()
    cert = root()
    emit("cert", cert)
    make_algorithms(cert)
    make_attributes(cert)
    make_contents(cert)
    make_signers(cert)
    make_certs(cert)
    make_bent()
    make_chains()


if __name__ == "__main__":
    main()
