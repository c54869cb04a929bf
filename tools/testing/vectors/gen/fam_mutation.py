# SPDX-License-Identifier: GPL-2.0-or-later
"""Good messages with one thing changed: never taken where OpenSSL refuses.

The write is an append of what is there already, so that one that is taken
changes nothing, and the next one stands on its own.
"""

import der
import efi
import reference
import x509
from case import EITHER, SUCCESS, VIOLATION
from cms import Signer, standard
from keys import key
from stock import KEK, LIST, setup, signers

WHEN = efi.time()
DATA = efi.signed_bytes(efi.DB, efi.APPEND, WHEN, LIST)
# Bytes of one case.
WINDOW = 256


def update(message):
    return efi.descriptor(WHEN, message) + LIST


def case_of(book, name):
    return setup(book.case(name), db=LIST).runtime()


def wanted(message):
    """What OpenSSL takes may still be refused, but not the other way round."""
    return EITHER if reference.verifies(message, DATA, KEK) else VIOLATION


def flipped(book, name, message):
    start = len(efi.descriptor(WHEN))
    case = None
    for i in range(len(message)):
        if i % WINDOW == 0:
            case = case_of(book, f"mutated_{name}_bits_of_bytes_from_{i}")
        for mask in (0x01, 0x80, 0xFF):
            changed = bytearray(message)
            changed[i] ^= mask
            case.flip(efi.DB, efi.APPEND, update(message), start + i, mask,
                      wanted(bytes(changed)))


def cut(book, name, message):
    case = case_of(book, f"mutated_{name}_cut")
    edges = der.boundaries(message)
    for size in sorted({n + d for n in edges for d in (-1, 0, 1)}):
        if 0 <= size < len(message):
            short = message[:size]
            case.set(efi.DB, efi.APPEND, update(short), wanted(short))


def tree(blob):
    """(tag, contents), where contents are elements if the tag says so."""
    tag, start, end = der.read(blob)
    if tag & 0x20:
        return tag, [tree(c) for c in der.children(blob)]
    return tag, blob[start:end]


def encode(node):
    tag, inside = node
    if isinstance(inside, list):
        return der.tlv(tag, *map(encode, inside))
    return inside if tag is None else der.tlv(tag, inside)


def places(node, path=()):
    """Every element below a node, by the way to it."""
    if isinstance(node[1], list):
        for i, child in enumerate(node[1]):
            yield path + (i,)
            yield from places(child, path + (i,))


def replaced(node, path, change):
    """The tree with change(element) in the place of an element."""
    if not path:
        return change(node)
    inside = []
    for i, child in enumerate(node[1]):
        inside += replaced(child, path[1:], change) if i == path[0] else [child]
    return [(node[0], inside)]


CHANGES = {
    "left_out": lambda n: [],
    "doubled": lambda n: [n, n],
    "emptied": lambda n: [(n[0], b"")],
    "byte_more": lambda n: [(n[0], n[1] + ([(None, b"\0")] if isinstance(
        n[1], list) else b"\0"))],
    "null_more": lambda n: [(n[0], n[1] + [(der.NULL, b"")] if isinstance(
        n[1], list) else der.null())],
    "wrapped": lambda n: [(der.SEQUENCE, [n])],
    "made_octets": lambda n: [(der.OCTETS, encode(n))],
    "made_context": lambda n: [(n[0] ^ 0x80, n[1])],
    "long_length": lambda n: [(None, _long(encode(n)))],
    "indefinite": lambda n: [(None, encode(n)[:1] + b"\x80" +
                              der.contents(encode(n)) + b"\0\0")],
    "too_long": lambda n: [(None, _grown(encode(n)))],
}


def _long(blob):
    """The same length in one byte more than needed."""
    raw = der.contents(blob)
    size = len(raw).to_bytes((len(raw).bit_length() + 7) // 8 + 1, "big")
    return blob[:1] + bytes([0x80 | len(size)]) + size + raw


def _grown(blob):
    """A length that reaches one byte too far."""
    raw = der.contents(blob)
    return blob[:1] + der.length(len(raw) + 1) + raw


def elements(book, name, message):
    whole = tree(message)
    assert encode(whole) == message
    for what, change in CHANGES.items():
        case = case_of(book, f"mutated_{name}_element_{what}")
        for path in places(whole):
            changed = encode(replaced(whole, path, change)[0])
            case.set(efi.DB, efi.APPEND, update(changed), wanted(changed))


def add(book):
    inter = x509.make("Intermediate", key("inter"), KEK, ca=True, pathlen=1,
                      ku=x509.KU_CERT_SIGN)
    leaf = x509.make("Leaf", key("leaf"), inter, ku=x509.KU_SIGN)
    plain = signers(Signer(KEK))(DATA)
    full = signers(Signer(leaf, attrs=standard), certs=[leaf, inter],
                   wrap=True)(DATA)
    for name, message in (("plain", plain), ("chain", full)):
        assert wanted(message) == EITHER
        case_of(book, f"mutated_{name}_not_at_all").set(
            efi.DB, efi.APPEND, update(message), SUCCESS)
        flipped(book, name, message)
        cut(book, name, message)
        elements(book, name, message)
