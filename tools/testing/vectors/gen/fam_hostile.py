# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages made to cost a lot, or to go where nobody looked."""

import hashlib

import der
import efi
import x509
from case import EITHER, INVALID, SUCCESS, VIOLATION
from cms import Signer, alg_id, attribute, content_type, message_digest
from der import integer, null, octets, oid, seq
from keys import RSA, key
from stock import ALICE, BOB, KEK, LIST, OTHER, PK, by, machine, signers

# What one request may cost: operations that the core promises, bytes, and
# milliseconds far above what it takes, since other work runs beside the tests.
RSA_MAX, HASHED, SLOW = 64, 200000, 500


class FakeKey:
    """A public key of any numbers, with nothing behind it."""

    def __init__(self, n, e):
        self.n, self.e = n, e

    def spki(self):
        return seq(seq(oid(RSA), null()),
                   der.bits(seq(integer(self.n), integer(self.e))))


def fake_cert(subject, n, e, signer=OTHER.key, **o):
    return x509.make(subject, FakeKey(n, e), sign_key=signer, **o)


def number(word, bits):
    """An odd number with its highest bit set, the same in every run."""
    out = b""
    for i in range(bits // 256 + 1):
        out += hashlib.sha256(f"{word} {i}".encode()).digest()
    top = int.from_bytes(out, "big") >> (len(out) * 8 - bits)
    return top | 1 << bits - 1 | 1


def attempt(book, name, sign, status, *, rsa=RSA_MAX, hashed=HASHED, keys=None,
            payload=LIST):
    case = machine(book, f"hostile_{name}", **(keys or {}))
    case.signed(efi.DB, payload, sign, status)
    return case.bound(rsa, hashed, SLOW)


def exponents(book):
    """Keys that take seconds, beside a good one and above it."""
    many = [fake_cert(f"Unrelated {i}", number(f"n{i}", 4096),
                      number(f"e{i}", 4095)) for i in range(30)]
    attempt(book, "thirty_unrelated_huge_exponents",
            by(KEK, certs=[KEK] + many), SUCCESS, rsa=2)
    leaf = x509.make("Leaf", key("leaf"), issuer_name=x509.dn("Issuer"),
                     sign_key=OTHER.key, akid=False)
    same = [fake_cert("Issuer", number(f"n{i}", 4096), number(f"e{i}", 4095),
                      akid=False) for i in range(30)]
    attempt(book, "thirty_issuers_huge_exponents",
            by(leaf, certs=[leaf] + same), VIOLATION)
    cert = fake_cert("Signer", number("n", 4096), number("e", 4095))
    attempt(book, "signer_huge_exponent",
            signers(Signer(cert, key=key("size", size=4096))), VIOLATION, rsa=0)
    big = fake_cert("Signer", number("n", 16384), 65537)
    attempt(book, "signer_huge_modulus", signers(Signer(
        big, key=OTHER.key, sig=lambda s: s.rjust(2048, b"\0"))), VIOLATION,
        rsa=0)


def odd_keys(book):
    """Numbers that are no key, as signer and as what is trusted."""
    good = OTHER.key.n
    for what, n, e in (("modulus_zero", 0, 65537), ("modulus_one", 1, 65537),
                       ("modulus_even", good - 1, 65537),
                       ("modulus_negative", -good, 65537),
                       ("modulus_tiny", 15, 3), ("exponent_zero", good, 0),
                       ("exponent_even", good, 65536),
                       ("exponent_negative", good, -65537),
                       ("exponent_65_bits", good, (1 << 64) + 1)):
        cert = fake_cert("Odd", n, e)
        size = max(1, (abs(n).bit_length() + 7) // 8)
        info = signers(Signer(cert, key=OTHER.key,
                              sig=lambda s, k=size: s[-k:].rjust(k, b"\0")))
        attempt(book, f"{what}_of_signer", info, VIOLATION)
        case = book.case(f"hostile_{what}_of_kek")
        case.host(efi.PK, efi.AUTH, efi.x509_list(PK))
        case.host(efi.KEK, efi.AUTH, efi.x509_list(cert)).reset().runtime()
        case.signed(efi.DB, LIST, info, VIOLATION).bound(RSA_MAX, HASHED, SLOW)
        leaf = x509.make("Leaf", key("leaf"), cert, sign_key=OTHER.key)
        case.signed(efi.DB, LIST, by(leaf, certs=[leaf, cert]), VIOLATION)


def graphs(book):
    """Certificates with many ways between them, none to anything trusted."""
    def level(i, j, issuer):
        return x509.make(f"Level {i}", OTHER.key, ca=True, serial=100 * i + j,
                         issuer_name=x509.dn(issuer), sign_key=OTHER.key,
                         akid=False, skid=False)

    layers = [level(i, j, f"Level {i + 1}") for i in range(10)
              for j in range(6)]
    leaf = level(-1, 0, "Level 0")
    kek = [x509.make(f"KEK {i}", key("kek")) for i in range(20)]
    for what, keys in (("one_kek", None), ("twenty_keks", {"kek": kek})):
        attempt(book, f"ten_layers_of_six_{what}",
                by(leaf, certs=[leaf] + layers), VIOLATION, keys=keys)
    ring = [level(i, j, f"Level {(i + 1) % 3}") for i in range(3)
            for j in range(8)]
    attempt(book, "rings_of_eight", by(leaf, certs=[leaf] + ring), VIOLATION)
    flat = [x509.make("Issuer", OTHER.key, serial=i, akid=False, skid=False)
            for i in range(1, 65)]
    end = x509.make("Leaf", key("leaf"), issuer_name=x509.dn("Issuer"),
                    sign_key=key("fake"), akid=False)
    attempt(book, "sixty_four_issuers_none_signed",
            by(end, certs=[end] + flat), VIOLATION)
    attempt(book, "sixty_four_issuers_twenty_keks",
            by(end, certs=[end] + flat), VIOLATION, keys={"kek": kek})
    # Each of these would lead to what is trusted, if its signature were right.
    below = [x509.make("Issuer", OTHER.key, KEK, ca=True, serial=i, akid=False,
                       skid=False, sign_key=OTHER.key) for i in range(1, 65)]
    for what, keys in (("one_kek", None), ("twenty_keks", {"kek": kek + [KEK]})):
        attempt(book, f"sixty_four_issuers_below_{what}",
                by(end, certs=[end] + below), VIOLATION, keys=keys)
    ladder = [x509.make(f"Level {i}", OTHER.key, ca=True, serial=100 * i + j,
                        issuer_name=x509.dn(f"Level {i + 1}") if i < 9 else
                        KEK.subject, sign_key=OTHER.key, akid=False, skid=False)
              for i in range(10) for j in range(6)]
    attempt(book, "ten_layers_of_six_below_kek", signers(
        *[Signer(leaf)] * 8, certs=[leaf] + ladder), VIOLATION)
    selfish = [x509.make("Self", OTHER.key, serial=i) for i in range(1, 65)]
    attempt(book, "sixty_four_self_issued", by(selfish[0], certs=selfish),
            VIOLATION)


def counts(book):
    """A lot of everything."""
    wide = LIST * 600
    attempt(book, "three_hundred_signers", signers(
        *[Signer(KEK, sig=lambda s: s[:8])] * 300, certs=[KEK]), VIOLATION)
    # The payload is hashed for each signer, not for each key that is tried.
    kek = [x509.make(f"KEK {i}", OTHER.key) for i in range(19)] + [KEK]
    attempt(book, "eight_signers_long_payload_twenty_keks", signers(
        *[Signer(c) for c in [ALICE, BOB] * 4], certs=[ALICE, BOB]), SUCCESS,
        keys={"kek": kek}, payload=wide,
        hashed=2 * 8 * (len(wide) + 4096) + 100000)
    attempt(book, "three_thousand_digest_algorithms", signers(
        Signer(KEK), digest_algs=[alg_id("sha256")] * 3000), VIOLATION, rsa=0)
    many = [attribute("1.2.3.4", octets(b"")) for _ in range(2500)]
    attempt(book, "thousands_of_attributes", signers(Signer(
        KEK, attrs=lambda n, d: [content_type(), *many, message_digest(n, d)])),
        SUCCESS)
    names = seq(*[x509.rdn(x509.O, f"part {i}") for i in range(800)])
    close = [x509.make("", OTHER.key, subject=names, serial=i)
             for i in (1, 2)]
    far = seq(*[x509.rdn(x509.O, f"part {i}") for i in range(799)],
              x509.rdn(x509.O, "other"))
    leaf = x509.make("Leaf", key("leaf"), issuer_name=far, sign_key=OTHER.key,
                     akid=False)
    attempt(book, "long_names", by(leaf, certs=[leaf] + close), VIOLATION)
    one = x509.rdn(x509.CN, "x" * 10000)
    huge = x509.make("", OTHER.key, subject=seq(one))
    end = x509.make("Leaf", key("leaf"), huge)
    attempt(book, "long_name_part", by(end, certs=[end, huge]), SUCCESS,
            keys={"kek": [huge]})
    attempt(book, "signature_of_60000_bytes", signers(Signer(
        KEK, sig=lambda s: s * 230)), VIOLATION, rsa=0)


def nesting(book):
    def nested(depth, tag=der.SEQUENCE):
        blob = der.null()
        for _ in range(depth):
            blob = der.tlv(tag, blob)
        return blob

    for depth in (15, 16, 17, 100, 5000):
        attempt(book, f"nested_{depth}_instead", lambda _, d=depth: nested(d),
                VIOLATION, rsa=0)
        attempt(book, f"nested_{depth}_in_attribute", signers(Signer(
            KEK, attrs=lambda n, d, k=depth: [
                content_type(), message_digest(n, d),
                attribute("1.2.3.4", nested(k))])), EITHER)
        cert = x509.make("Deep", OTHER.key, extra=[
            x509.extension("1.2.3.4", nested(depth))])
        attempt(book, f"nested_{depth}_in_extension",
                by(KEK, certs=[cert, KEK]), SUCCESS)
    attempt(book, "indefinite_all_the_way", lambda _: b"\x30\x80" * 30000,
            VIOLATION, rsa=0)
    attempt(book, "lengths_of_four_bytes", lambda _: b"\x30\x84\xff\xff\xff\xff"
            * 5000, VIOLATION, rsa=0)
    attempt(book, "lengths_of_127_bytes", lambda _: b"\x30\xff" * 30000,
            VIOLATION, rsa=0)


def stores(book):
    """Lists as long as a variable, and as many variables as certdb can hold."""
    def hashes(word, count):
        return efi.siglist("sha256", [hashlib.sha256(
            f"{word} {i}".encode()).digest() for i in range(count)])

    old, new = hashes("old", 650), hashes("new", 650)
    case = machine(book, "hostile_long_lists", dbx=old)
    case.signed(efi.DBX, new, by(KEK), SUCCESS, attributes=efi.APPEND)
    case.bound(RSA_MAX, HASHED, SLOW).is_(efi.DBX, old + new)
    single = b"".join(hashes(f"s{i}", 1) for i in range(400))
    case = machine(book, "hostile_many_lists", dbx=single)
    case.signed(efi.DBX, single, by(KEK), SUCCESS, attributes=efi.APPEND)
    case.bound(RSA_MAX, HASHED, SLOW).is_(efi.DBX, single)
    # Every new entry meets every old list, and there are as many as fit.
    heads = efi.siglist("sha256", [], size=48) * 1600
    entries = efi.siglist("sha1", [i.to_bytes(20, "big") for i in range(500)])
    case = machine(book, "hostile_lists_without_entries", dbx=heads)
    case.signed(efi.DBX, entries, by(KEK), SUCCESS, attributes=efi.APPEND)
    case.bound(RSA_MAX, HASHED, SLOW).is_(efi.DBX, heads + entries)
    case = machine(book, "hostile_append_beyond_the_limit", dbx=old)
    for i, status in ((0, SUCCESS), (1, INVALID)):
        case.signed(efi.DBX, hashes(f"more {i}", 650), by(KEK), status,
                    attributes=efi.APPEND)
    _certdb_full(book)


def _certdb_full(book):
    me = x509.make("Alice", key("alice"))
    case = book.case("hostile_certdb_full").runtime()
    # 28 + 2 * 214 + 32 bytes each, of 65444.
    variables = [efi.Var(f"{i:0214}", efi.PRIVATE) for i in range(135)]
    for var in variables:
        case.signed(var, b"x", by(me),
                    SUCCESS if var is not variables[134] else VIOLATION)
    case.signed(variables[134], b"", by(me), "NOT_FOUND")
    case.signed(variables[3], b"", by(me), SUCCESS, when=efi.time(2))
    case.signed(variables[134], b"x", by(me), SUCCESS)


def add(book):
    for part in (exponents, odd_keys, graphs, counts, nesting, stores):
        part(book)
