# SPDX-License-Identifier: GPL-2.0-or-later
"""Private authenticated variables: bound to whoever made them."""

import hashlib
import struct

import der
import efi
import x509
from case import INVALID, NOT_FOUND, PROTECTED, SUCCESS, VIOLATION
from cms import Signer
from efi import MINE
from keys import key
from stock import KEK, OTHER, by, setup, signers

ROOT = x509.make("Private root", key("root"))
ME = x509.make("Alice", key("alice"), ROOT)
BOB = x509.make("Bob", key("bob"), ROOT)


def node(var, cn, cert, name="sha256"):
    """What certdb keeps of a variable."""
    digest = hashlib.new(name, cn + cert.tbs).digest()
    chars = var.utf16()
    return (var.space + struct.pack("<III", 28 + len(chars) + len(digest),
                                    len(chars) // 2, len(digest)) +
            chars + digest)


def certdb(*nodes):
    body = b"".join(nodes)
    return struct.pack("<I", 4 + len(body)) + body


EMPTY = certdb()


def created(book, name, cert=ME, sign=None, **o):
    case = book.case(f"private_{name}").runtime()
    return case.signed(MINE, b"first", sign or by(cert), SUCCESS, **o)


def writers(book):
    """A second write by somebody or in some form."""
    def one(what, sign, status, first=None, policy=None, anchor=ME):
        case = created(book, what, sign=first, anchor=None)
        case.signed(MINE, b"second", sign, status, when=efi.time(2),
                    anchor=anchor, policy=policy)
        case.is_(MINE, b"second" if status == SUCCESS else b"first", efi.AUTH)

    swapped = "another signer"
    one("same_signer", by(ME), SUCCESS)
    one("stranger", by(OTHER), VIOLATION, anchor=OTHER, policy=swapped)
    one("sibling", by(BOB), VIOLATION, anchor=BOB, policy=swapped)
    one("issuer", by(ROOT), VIOLATION, anchor=ROOT, policy=swapped)
    # [S5]
    one("sibling_with_all_certificates", by(BOB, certs=[ME, BOB, ROOT]),
        VIOLATION, by(ME, certs=[ME, ROOT]), swapped, BOB)
    # [V39]
    for what, certs in (("root_sent_later", [ME, ROOT]),
                        ("root_sent_first", [ROOT, ME]),
                        ("stranger_sent_too", [OTHER, ME])):
        one(what, by(ME, certs=certs), SUCCESS)
    one("root_left_out_later", by(ME), SUCCESS, by(ME, certs=[ROOT, ME]))
    again = ME.with_signature(b"\1" + bytes(255))
    one("same_body_other_signature", by(again), SUCCESS, anchor=again)
    other = x509.make("Alice", key("alice"), ROOT, serial=3)
    one("same_name_and_key_other_body", by(other), VIOLATION, anchor=other,
        policy=swapped)
    fake = x509.make("Alice", key("fake"), ROOT, sign_key=key("fake"))
    one("same_name_other_key", by(fake), VIOLATION, anchor=fake, policy=swapped)
    one("claims_to_be_signer", signers(Signer(ME, key=OTHER.key)), VIOLATION)
    one("two_signers", by(ME, BOB), VIOLATION, policy="one signer only",
        anchor=None)
    one("same_signer_twice", signers(Signer(ME), Signer(ME), certs=[ME]),
        VIOLATION, policy="one signer only")
    one("contentinfo_after_bare", by(ME, wrap=True), SUCCESS)
    one("bare_after_contentinfo", by(ME), SUCCESS, by(ME, wrap=True))
    for old, new in (("sha256", "sha384"), ("sha384", "sha256"),
                     ("sha512", "sha256"), ("sha256", "sha512")):
        one(f"digest_changes_{old}_{new}", by(ME, name=new), VIOLATION,
            by(ME, name=old), "bound to the digest too")
    for name in ("sha384", "sha512"):
        one(f"digest_stays_{name}", by(ME, name=name), SUCCESS,
            by(ME, name=name))
    case = book.case("private_created_by_two_signers").runtime()
    case.signed(MINE, b"first", by(ME, BOB), VIOLATION).absent(MINE)
    case = book.case("private_created_by_ec_signer").runtime()
    ec = x509.make("EC", key("eckek", "ec"))
    case.signed(MINE, b"first", by(ec), VIOLATION, anchor=ec,
                policy="OVMF has RSA only").absent(MINE)


def life(book):
    """Creation, change, append, deletion."""
    case = book.case("private_signed_by_kek_means_nothing")
    setup(case).runtime().signed(MINE, b"first", by(ME), SUCCESS)
    case.signed(MINE, b"second", by(KEK), VIOLATION, when=efi.time(2))
    case = created(book, "replayed")
    case.signed(MINE, b"first", by(ME), VIOLATION).is_(MINE, b"first")
    case = created(book, "older")
    case.signed(MINE, b"second", by(ME), VIOLATION, when=efi.time(0))
    # [V5]
    case = created(book, "appended")
    case.signed(MINE, b"+first", by(ME), SUCCESS, attributes=efi.APPEND,
                when=efi.time(0)).is_(MINE, b"first+first")
    case.time(MINE, efi.time())
    case.signed(MINE, b"+x", by(BOB), VIOLATION, attributes=efi.APPEND)
    case = created(book, "append_of_nothing_keeps_it")
    case.signed(MINE, b"", by(ME), SUCCESS, attributes=efi.APPEND)
    case.is_(MINE, b"first")
    case = created(book, "deleted")
    case.signed(MINE, b"", by(BOB), VIOLATION, when=efi.time(2))
    case.signed(MINE, b"", by(ME), VIOLATION)
    case.signed(MINE, b"", by(ME), SUCCESS, when=efi.time(2)).absent(MINE)
    case.is_(efi.CERTDB, EMPTY, efi.AUTH)
    case.signed(MINE, b"bob's", by(BOB), SUCCESS)
    # [V36]
    case = book.case("private_delete_of_absent").runtime()
    case.signed(MINE, b"", by(ME), NOT_FOUND).is_(efi.CERTDB, EMPTY)
    # [S1]
    for attributes, status in ((0, PROTECTED), (7, INVALID), (0x27, VIOLATION),
                               (0x67, VIOLATION)):
        for phase in ("end-of-dxe", "runtime"):
            case = book.case(f"private_bare_delete_{attributes:#x}_{phase}")
            case.signed(MINE, b"first", by(ME), SUCCESS).phase(phase)
            case.set(MINE, attributes, b"", status).is_(MINE, b"first")
    case = created(book, "unsigned_delete")
    case.unsigned(MINE, b"", VIOLATION, when=efi.time(2))
    case = book.case("private_unsigned_delete_while_booting")
    case.signed(MINE, b"first", by(ME), SUCCESS)
    case.unsigned(MINE, b"", VIOLATION, when=efi.time(2))
    case = book.case("private_unsigned_delete_where_allowed")
    case.option("presence-delete").reset()
    case.signed(MINE, b"first", by(ME), SUCCESS)
    case.unsigned(MINE, b"", when=efi.time(2)).absent(MINE)
    case.is_(efi.CERTDB, EMPTY)
    case = book.case("private_unsigned_delete_where_allowed_ends_with_boot")
    case.option("presence-delete").reset()
    case.signed(MINE, b"first", by(ME), SUCCESS).runtime()
    case.unsigned(MINE, b"", VIOLATION, when=efi.time(2))
    case = created(book, "other_attributes")
    case.set(MINE, 7, b"plain", INVALID)
    case.signed(MINE, b"volatile", by(ME), INVALID, when=efi.time(2),
                attributes=efi.BS | efi.RT | efi.AT)
    case = created(book, "survives_reset").reset().is_(MINE, b"first").runtime()
    case.signed(MINE, b"second", by(BOB), VIOLATION, when=efi.time(2))
    case.signed(MINE, b"second", by(ME), SUCCESS, when=efi.time(2))
    case = book.case("private_two_writes_many_times").runtime()
    # [M12]
    for i in range(20):
        case.signed(MINE, bytes([i]) * (i + 1), by(ME), SUCCESS,
                    when=efi.time(i))
    case.is_(efi.CERTDB, certdb(node(MINE, b"Alice", ME)))


def database(book):
    """certdb is edk2's, byte for byte, and nobody writes it."""
    for name in ("sha256", "sha384", "sha512"):
        case = created(book, f"certdb_{name}", sign=by(ME, name=name))
        case.is_(efi.CERTDB, certdb(node(MINE, b"Alice", ME, name)), efi.AUTH)
        case.signed(MINE, b"second", by(ME, name=name), SUCCESS,
                    when=efi.time(2))
        case.is_(efi.CERTDB, certdb(node(MINE, b"Alice", ME, name)))
    second = efi.Var("Second", efi.PRIVATE)
    case = created(book, "certdb_two")
    case.signed(second, b"x", by(BOB), SUCCESS)
    case.is_(efi.CERTDB, certdb(node(MINE, b"Alice", ME),
                                node(second, b"Bob", BOB)))
    case.signed(MINE, b"", by(ME), SUCCESS, when=efi.time(2))
    case.is_(efi.CERTDB, certdb(node(second, b"Bob", BOB)))
    volatile = efi.BS | efi.RT | efi.AT
    case = book.case("private_certdbv_of_volatile")
    case.signed(MINE, b"first", by(ME), SUCCESS, attributes=volatile)
    case.is_(efi.CERTDBV, certdb(node(MINE, b"Alice", ME)), volatile)
    case.is_(efi.CERTDB, EMPTY)
    case.signed(MINE, b"second", by(BOB), VIOLATION, attributes=volatile,
                when=efi.time(2))
    case.reset().absent(MINE).is_(efi.CERTDBV, EMPTY)
    case = created(book, "certdb_read_only")
    for var, attributes in ((efi.CERTDB, efi.AUTH), (efi.CERTDBV, volatile)):
        case.signed(var, EMPTY, by(ME), PROTECTED, attributes=attributes)
        case.set(var, 7, EMPTY, PROTECTED).set(var, 0, b"", PROTECTED)
    case = book.case("private_certdb_lost_by_host")
    case.host(MINE, efi.AUTH, b"first").reset().runtime()
    case.signed(MINE, b"second", by(ME), VIOLATION).is_(MINE, b"first")
    case = book.case("private_certdb_orphan_from_host")
    case.host(efi.CERTDB, efi.AUTH, certdb(node(MINE, b"Bob", BOB)))
    case.reset().is_(efi.CERTDB, EMPTY).runtime()
    case.signed(MINE, b"first", by(ME), SUCCESS)


def common_names(book):
    """What of the signer's name goes into the digest."""
    def one(what, cn, **o):
        cert = x509.make("CN", key("alice"), ROOT, **o)
        case = book.case(f"private_cn_{what}").runtime()
        if cn is None:
            case.signed(MINE, b"first", by(cert), VIOLATION, anchor=cert,
                        policy="no common name").absent(MINE)
            return
        case.signed(MINE, b"first", by(cert), SUCCESS, anchor=cert)
        case.is_(efi.CERTDB, certdb(node(MINE, cn, cert)))

    def name(value, tag=der.UTF8):
        return {"subject": x509.dn(value, tag)}

    one("utf8", "Zoë €".encode(), **name("Zoë €"))
    one("printable", b"Alice", **name("Alice", der.PRINTABLE))
    one("ia5", b"alice@example", **name("alice@example", der.IA5))
    one("bmp", "Zoë".encode(), **name("Zoë".encode("utf-16-be"), der.BMP))
    one("universal", "Zoë 😀".encode(),
        **name("Zoë 😀".encode("utf-32-be"), der.UNIVERSAL))
    one("t61_is_latin1", "Zoë".encode(), **name("Zoë".encode("latin1"), der.T61))
    for size in (126, 127, 128, 200):
        one(f"of_{size}_bytes", b"x" * min(size, 127), **name("x" * size))
    one("cut_inside_character", ("x" * 126 + "é").encode()[:127],
        **name("x" * 126 + "é" * 9))
    one("with_nul", b"Al", **name("Al\0ice"))
    first, last = (x509.rdn(x509.CN, n) for n in ("First", "Last"))
    one("two_first_counts", b"First", subject=der.seq(first, last))
    one("two_in_one_part", b"First", subject=der.seq(der.set_of(
        der.contents(first) + der.contents(last))))
    one("none", None, subject=der.seq(x509.rdn(x509.O, "Nobody")))
    one("no_subject", None, subject=der.seq())


def names(book):
    """Where a private variable may be."""
    for what, var, status in (
            ("unknown_global", efi.Var("Mine", efi.GLOBAL), INVALID),
            ("unknown_security", efi.Var("Mine", efi.SECURITY), INVALID),
            ("same_name_elsewhere", efi.Var("db", efi.PRIVATE), SUCCESS)):
        case = book.case(f"private_name_{what}").runtime()
        case.signed(var, b"first", by(ME), status)
    case = created(book, "other_namespace_other_owner")
    there = efi.Var("Mine", efi.OWNER)
    case.signed(there, b"bob's", by(BOB), SUCCESS)
    case.signed(MINE, b"", by(BOB), VIOLATION, when=efi.time(2))
    case.signed(there, b"", by(ME), VIOLATION, when=efi.time(2))
    # Only name and namespace together say which node is meant.
    case.signed(MINE, b"second", by(ME), SUCCESS, when=efi.time(2))
    longer = efi.Var("Mine2", efi.PRIVATE)
    case.signed(longer, b"x", by(BOB), SUCCESS)


def add(book):
    for part in (writers, life, database, common_names, names):
        part(book)
