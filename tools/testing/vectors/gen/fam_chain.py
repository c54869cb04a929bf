# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains: each part as the one trusted certificate, and what an issuer must be."""

import der
import x509
from case import EITHER, SUCCESS, VIOLATION
from cms import Signer
from der import bits, boolean, context, integer, null, octets, oid, seq, tlv
from keys import key
from stock import KEK, OTHER, by, signers, update

ROOT_KEY, INTER_KEY, LEAF_KEY = key("root"), key("inter"), key("leaf")


def chain(root=None, inter=None, leaf=None):
    """A root, what it issued, and what that issued."""
    r = x509.make("Root", ROOT_KEY, **(root or {}))
    i = x509.make("Intermediate", INTER_KEY, r, **{"ca": True, **(inter or {})})
    return r, i, x509.make("Leaf", LEAF_KEY, i, **(leaf or {}))


def trust(book, what, anchor, certs, status, *, leaf=None, **o):
    """One update signed by the last of a chain, with one certificate in KEK."""
    update(book, f"chain_{what}", by(leaf or certs[0], certs=certs), status,
           anchor=anchor, keys={"kek": [anchor]}, **o)


def anchors(book):
    root, inter, leaf = chain()
    for what, anchor in (("root", root), ("intermediate", inter),
                         ("leaf", leaf)):
        for sent, certs in (("leaf", [leaf]), ("two", [leaf, inter]),
                            ("all", [leaf, inter, root]),
                            ("all_reversed", [root, inter, leaf])):
            good = what != "root" or sent != "leaf"
            trust(book, f"{what}_trusted_{sent}_sent", anchor, certs,
                  SUCCESS if good else VIOLATION, leaf=leaf)
    trust(book, "stranger_trusted", OTHER, [leaf, inter, root], VIOLATION)
    trust(book, "root_with_other_key", x509.make("Root", OTHER.key),
          [leaf, inter, root], VIOLATION)
    trust(book, "sibling_trusted", x509.make("Sibling", OTHER.key, root),
          [leaf, inter, root], VIOLATION)
    update(book, "chain_stranger_with_trusted_certificate_sent",
           by(OTHER, certs=[OTHER, KEK]), VIOLATION)
    update(book, "chain_kek_of_three_last_one_trusts",
           by(leaf, certs=[leaf, inter]), SUCCESS, anchor=root,
           keys={"kek": [KEK, OTHER, root]})


def links(book):
    """One thing about an issuer or a link is unusual."""
    def one(what, status, root=None, inter=None, leaf=None, **o):
        r, i, e = chain(root, inter, leaf)
        trust(book, what, r, [e, i], status, **o)

    one("no_authority_key_ids", SUCCESS, {"akid": False}, {"akid": False},
        {"akid": False})
    one("no_key_ids", SUCCESS, *[{"akid": False, "skid": False}] * 3)
    one("authority_key_id_other", VIOLATION,
        leaf={"akid": context(0, bytes(20), primitive=True)})
    name = context(1, context(4, x509.dn("Root")))
    one("authority_serial_right", SUCCESS, {"serial": 9}, {
        "akid": name + tlv(0x82, b"\x09")})
    one("authority_serial_other", VIOLATION, {"serial": 9}, {
        "akid": name + tlv(0x82, b"\x08")})
    one("authority_name_other", VIOLATION, {"serial": 9}, {
        "akid": context(1, context(4, x509.dn("Boot"))) + tlv(0x82, b"\x09")})
    one("root_v1", SUCCESS, {"v1": True})
    bare = {"ca": None, "skid": False, "akid": False}
    for version in range(4):
        one(f"root_version_{version}_written_out", None,
            {"version": version, **bare})
    one("root_not_ca", VIOLATION, {"ca": False})
    one("root_without_constraints", VIOLATION, {"ca": None})
    one("intermediate_not_ca", VIOLATION, None, {"ca": False})
    one("intermediate_without_constraints", VIOLATION, None, {"ca": None})
    one("intermediate_v1", VIOLATION, None, {"v1": True})
    one("intermediate_ca_true_is_1", SUCCESS, None,
        {"bc": seq(boolean(1))})
    one("leaf_ca_false_written_out", SUCCESS, leaf={"bc": seq(boolean(0))})
    one("leaf_path_length_without_ca", SUCCESS, leaf={"bc": seq(integer(0))})
    one("root_may_not_sign", VIOLATION, {"ku": x509.KU_SIGN})
    one("intermediate_may_not_sign", VIOLATION, None, {"ku": x509.KU_SIGN})
    one("issuers_may_sign", SUCCESS, {"ku": x509.KU_CERT_SIGN},
        {"ku": x509.KU_CERT_SIGN})
    # Versions of OpenSSL differ.
    usage = {"ca": None, "ku": x509.KU_CERT_SIGN}
    one("root_usage_without_constraints", SUCCESS, usage)
    one("intermediate_usage_without_constraints", VIOLATION, None, usage)
    one("leaf_key_usage_empty", EITHER, leaf={"ku": 0})
    one("leaf_may_only_sign_certificates", SUCCESS,
        leaf={"ku": x509.KU_CERT_SIGN})
    one("path_length_0_exceeded", VIOLATION, {"pathlen": 0})
    one("path_length_1_enough", SUCCESS, {"pathlen": 1})
    one("intermediate_path_length_0", SUCCESS, None, {"pathlen": 0})
    for who in range(3):
        marks = [None, None, None]
        marks[who] = {"extra": [x509.extension("1.2.3.4", null(), True)]}
        one(f"unknown_critical_extension_{who}", VIOLATION, *marks)
        marks[who] = {"extra": [x509.extension("1.2.3.4", null())]}
        one(f"unknown_extension_{who}", SUCCESS, *marks)
    subtree = context(0, seq(context(4, x509.dn("Elsewhere"))))
    one("name_constraints_violated", VIOLATION, {"extra": [
        x509.extension(x509.EXT_NAME_CONSTRAINTS, seq(subtree), True)]})
    wide = context(0, seq(context(4, seq(x509.rdn(
        x509.O, "kvm-uefivars vectors")))))
    one("name_constraints_kept", VIOLATION, {"extra": [
        x509.extension(x509.EXT_NAME_CONSTRAINTS, seq(wide), True)]},
        policy="no name constraints are understood")


def signatures(book):
    """Signatures inside the certificates."""
    def one(what, status, inter=None, leaf=None, **o):
        r, i, e = chain(None, inter, leaf)
        trust(book, f"signature_{what}", r, [e, i], status, **o)

    for name in ("sha1", "sha256", "sha384", "sha512", "sha1-oiw"):
        one(name.replace("-", "_"), SUCCESS, {"hash": name}, {"hash": name})
    one("md5", VIOLATION, {"hash": "md5"}, policy="MD5 is not taken")
    one("pss", VIOLATION, {"hash": "pss"}, policy="PSS is not taken")
    one("of_leaf_by_another_key", VIOLATION, leaf={"sign_key": OTHER.key})
    one("of_intermediate_by_another_key", VIOLATION,
        inter={"sign_key": OTHER.key})
    root, inter, leaf = chain()
    trust(book, "signature_of_root_bad", root.with_signature(bytes(256)),
          [leaf, inter], SUCCESS)
    bad = leaf.with_signature(bytes([1]) * 256)
    trust(book, "signature_of_trusted_leaf_bad", bad, [bad], SUCCESS)
    bad = leaf.with_signature(bytes([2]) * 256)
    trust(book, "signature_of_leaf_bad", root, [bad, inter], VIOLATION)
    for kind in ("ec", "ed"):
        middle = x509.make("Intermediate", key("middle", kind), root, ca=True)
        trust(book, f"issuer_with_{kind}_key", root,
              [x509.make("Leaf", LEAF_KEY, middle), middle], VIOLATION,
              policy="OVMF has RSA only")


def names(book):
    def one(what, issuer_name, status):
        root, inter, _ = chain()
        leaf = x509.make("Leaf", LEAF_KEY, inter, issuer_name=issuer_name)
        trust(book, f"issuer_name_{what}", root, [leaf, inter], status)

    org = x509.rdn(x509.O, "kvm-uefivars vectors")

    def cn(text, tag):
        return seq(org, x509.rdn(x509.CN, text, tag))

    one("printable", cn("Intermediate", der.PRINTABLE), SUCCESS)
    one("upper_case", cn("INTERMEDIATE", der.UTF8), SUCCESS)
    one("spaces", cn("  Intermediate ", der.UTF8), SUCCESS)
    one("wide", cn("Intermediate".encode("utf-16-be"), der.BMP), SUCCESS)
    one("longer", cn("Intermediates", der.UTF8), VIOLATION)
    one("inner_space", cn("Inter mediate", der.UTF8), VIOLATION)
    one("parts_swapped", seq(x509.rdn(x509.CN, "Intermediate"), org), VIOLATION)
    one("part_missing", seq(x509.rdn(x509.CN, "Intermediate")), VIOLATION)
    one("empty", seq(), VIOLATION)


def dates(book):
    old = {"not_before": x509.utc("990101000000Z"),
           "not_after": x509.utc("000101000000Z")}
    late = {"not_before": x509.utc("480101000000Z"),
            "not_after": x509.utc("490101000000Z")}
    for what, when in (("expired", old), ("not_yet_valid", late)):
        for who, place in (("root", 0), ("intermediate", 1), ("leaf", 2)):
            opts = [None, None, None]
            opts[place] = when
            r, i, e = chain(*opts)
            trust(book, f"{what}_{who}", r, [e, i], SUCCESS)
    for what, when in (("generalized_before_2050",
                        x509.gentime("20300101000000Z")),
                       ("with_offset", x509.utc("300101000000+0100")),
                       ("before_1970", x509.gentime("19500101000000Z")),
                       ("month_13", x509.utc("301301000000Z"))):
        r, i, e = chain(None, None, {"not_after": when})
        trust(book, f"date_{what}", r, [e, i], SUCCESS)


def oddities(book):
    """What real certificates have been seen to carry."""
    def leaf(what, status, **o):
        r, i, e = chain(None, None, o)
        trust(book, f"leaf_{what}", r, [e, i], status)

    leaf("serial_negative", SUCCESS, serial=-5)
    leaf("serial_zero", SUCCESS, serial=0)
    leaf("serial_of_21_bytes", SUCCESS, serial=1 << 160)
    leaf("serial_of_64_bytes", SUCCESS, serial=1 << 510)
    leaf("serial_with_spare_zero", VIOLATION,
         serial=tlv(der.INTEGER, b"\0\x05"))
    leaf("without_subject", SUCCESS, subject=seq())
    leaf("without_common_name", SUCCESS,
         subject=seq(x509.rdn(x509.O, "Nameless")))
    leaf("key_id_of_200_bytes", SUCCESS, skid=bytes(200))
    leaf("no_extensions", SUCCESS, v1=True)
    leaf("netscape_comment", SUCCESS, extra=[x509.extension(
        "2.16.840.1.113730.1.13", tlv(der.IA5, b"made by a tool"))])
    leaf("extended_usage_code_signing", SUCCESS, extra=[x509.extension(
        "2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.3")))])
    leaf("extended_usage_server", SUCCESS, extra=[x509.extension(
        "2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.1")))])
    leaf("alternative_name", SUCCESS, extra=[x509.extension(
        "2.5.29.17", seq(tlv(0x82, b"vectors.example")))])
    root, inter, end = chain()
    again = x509.make("Root", ROOT_KEY, serial=77)
    trust(book, "root_reissued_old_one_sent", again, [end, inter, root], SUCCESS)
    again = x509.make("Intermediate", INTER_KEY, root, ca=True, serial=78)
    trust(book, "intermediate_reissued_old_one_sent", again,
          [end, inter, root], SUCCESS)
    twin = x509.make("Root", OTHER.key)
    update(book, "chain_two_roots_of_one_name_and_serial",
           by(end, certs=[end, inter]), SUCCESS, anchor=root,
           keys={"kek": [twin, root]})


EXTENSIONS = {
    "netscape_type": ("2.16.840.1.113730.1.1", bits(b"\xb0", 4)),
    "netscape_comment": ("2.16.840.1.113730.1.13", tlv(der.IA5, b"x")),
    "subject_key_id": (x509.EXT_SKID, octets(b"x" * 20)),
    "authority_key_id": (x509.EXT_AKID, seq()),
    "key_usage": (x509.EXT_KU, x509.key_usage(0x86)),
    "key_usage_two_bytes": (x509.EXT_KU, bits(b"\x06\x80", 7)),
    "private_key_period": ("2.5.29.16", seq()),
    "alternative_name": ("2.5.29.17", seq(tlv(0x82, b"vectors.example"))),
    "issuer_alternative_name": ("2.5.29.18", seq(tlv(0x81, b"a@b"))),
    "constraints": (x509.EXT_BC, seq(boolean(True))),
    "constraints_length_huge": (x509.EXT_BC, seq(boolean(True), integer(1 << 70))),
    "constraints_length_negative": (x509.EXT_BC, seq(boolean(True), integer(-1))),
    "constraints_length_first": (x509.EXT_BC, seq(integer(3), boolean(True))),
    "policies": ("2.5.29.32", seq(seq(oid("2.5.29.32.0")))),
    "policy_mappings": ("2.5.29.33", seq(seq(oid("1.2.3"), oid("1.2.4")))),
    "policy_constraints": ("2.5.29.36", seq(tlv(0x80, b"\0"))),
    "inhibit_any_policy": ("2.5.29.54", integer(0)),
    "extended_usage": ("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.3"))),
    "revocation_points": ("2.5.29.31", seq(seq(context(0, context(
        0, tlv(0x86, b"http://vectors.example")))))),
    "freshest_list": ("2.5.29.46", seq(seq(context(0, context(
        0, tlv(0x86, b"http://vectors.example")))))),
    "authority_access": ("1.3.6.1.5.5.7.1.1", seq(seq(oid(
        "1.3.6.1.5.5.7.48.1"), tlv(0x86, b"http://vectors.example")))),
    "ocsp_no_check": ("1.3.6.1.5.5.7.48.1.5", null()),
    "tls_feature": ("1.3.6.1.5.5.7.1.24", seq(integer(5))),
    "address_blocks": ("1.3.6.1.5.5.7.1.7", seq()),
    "system_numbers": ("1.3.6.1.5.5.7.1.8", seq()),
    "proxy": ("1.3.6.1.5.5.7.1.14", seq(seq(oid("1.3.6.1.5.5.7.21.1")))),
    "microsoft_ca_version": ("1.3.6.1.4.1.311.21.1", integer(0)),
    "microsoft_template": ("1.3.6.1.4.1.311.20.2", tlv(der.BMP, b"\0S\0A")),
}


RFC3779 = ("address_blocks", "system_numbers")


def extensions(book):
    """Each known extension on each certificate: right, wrong, twice, critical."""
    for what, (kind, value) in EXTENSIONS.items():
        forms = {"": [(value, False)], "_critical": [(value, True)],
                 "_twice": [(value, False)] * 2,
                 "_garbage": [(b"\x30\x03\x02\x05\0", False)],
                 "_empty": [(b"", False)], "_longer": [(value + b"\0", False)]}
        for form, values in forms.items():
            extra = [x509.extension(kind, v, c) for v, c in values]
            for who in range(3):
                marks = [{}, {"ca": True}, {}]
                marks[who]["extra"] = extra
                # Not beside one of the same kind that is always there.
                for option, own in (("skid", x509.EXT_SKID),
                                    ("akid", x509.EXT_AKID)):
                    if kind == own:
                        marks[who][option] = False
                if kind == x509.EXT_BC:
                    marks[who]["ca"] = None
                r, i, e = chain(*marks)
                # Bytes behind a value may be refused. What edk2's OpenSSL has
                # not heard of, RFC 3779, is one way here and another there.
                lax = form == "_longer" or what in RFC3779
                trust(book, f"extension_{what}{form}_{who}", r, [e, i], None,
                      may_refuse=lax)


def inside(book):
    """More that can be wrong within a certificate."""
    root, inter, leaf = chain()
    fields = der.children(leaf.der)
    other = x509.Cert(seq(fields[0], seq(oid("1.2.840.113549.1.1.12"), null()),
                          fields[2]), LEAF_KEY)
    trust(book, "signature_algorithm_differs_outside", root, [other, inter],
          VIOLATION)
    short = x509.Cert(seq(fields[0], fields[1], bits(
        der.contents(fields[2])[1:], 1)), LEAF_KEY)
    trust(book, "signature_with_unused_bits", root, [short, inter], EITHER)
    false = x509.make("Intermediate", OTHER.key, root, ca=True, skid=inter.skid)
    # OpenSSL also wants what it finds above a trusted leaf to be right.
    trust(book, "trusted_leaf_false_issuer_sent", leaf, [leaf, false], None)
    for what, sent in (("no_ca", {"ca": False}), ("may_not_sign", {"ku": 0x80})):
        weak = x509.make("Intermediate", INTER_KEY, root, **{"ca": True, **sent})
        trust(book, f"trusted_leaf_issuer_{what}", leaf, [leaf, weak], None)


def shapes(book):
    """Long, circular and branching sets of certificates."""
    top = x509.make("Link 0", ROOT_KEY)
    for deep in (6, 12):
        certs, last = [], top
        for i in range(1, deep):
            last = x509.make(f"Link {i}", INTER_KEY, last, ca=True)
            certs.insert(0, last)
        end = x509.make("Leaf", LEAF_KEY, last)
        trust(book, f"of_{deep + 1}", top, [end] + certs,
              SUCCESS if deep == 6 else EITHER)
    a = x509.make("A", ROOT_KEY, ca=True, issuer_name=x509.dn("B"),
                  sign_key=INTER_KEY, akid=False)
    b = x509.make("B", INTER_KEY, ca=True, issuer_name=x509.dn("A"),
                  sign_key=ROOT_KEY, akid=False)
    end = x509.make("Leaf", LEAF_KEY, a, akid=False)
    trust(book, "in_a_circle", KEK, [end, a, b], VIOLATION)
    trust(book, "in_a_circle_with_trusted", b, [end, a, b], SUCCESS)
    # The way out of a circle is a second certificate of one that was passed.
    out = x509.make("A", ROOT_KEY, KEK, ca=True, serial=5, akid=False)
    trust(book, "out_of_a_circle", KEK, [end, a, b, out], None)
    me = x509.make("Me", LEAF_KEY, ca=True)
    trust(book, "self_signed_stranger", KEK, [me, KEK], VIOLATION)
    same = x509.make("Vector KEK", LEAF_KEY)
    trust(book, "self_signed_with_name_of_trusted", KEK, [same, KEK], VIOLATION)
    update(book, "chain_signer_named_as_issuer", signers(Signer(
        KEK, key=LEAF_KEY)), VIOLATION)


def add(book):
    for part in (anchors, links, signatures, names, dates, oddities,
                 extensions, inside, shapes):
        part(book)
