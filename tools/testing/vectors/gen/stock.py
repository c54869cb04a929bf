# SPDX-License-Identifier: GPL-2.0-or-later
"""What most cases share: a platform key, a key exchange key, a machine with both."""

import hashlib

import efi
import reference
import x509
from case import EITHER, SUCCESS, VIOLATION
from cms import Signer, signed_data
from keys import key

PK = x509.make("Vector PK", key("pk"))
KEK = x509.make("Vector KEK", key("kek"))
OTHER = x509.make("Vector stranger", key("other"))
ALICE = x509.make("Alice", key("alice"), KEK)
BOB = x509.make("Bob", key("bob"), KEK)


def hash_list(*words, owner=efi.OWNER):
    """A SHA-256 list of what these words hash to."""
    return efi.siglist("sha256", [hashlib.sha256(w.encode()).digest()
                                  for w in words], owner=owner)


LIST = hash_list("one")


def by(*certs, name="sha256", **o):
    """Sign with these, everything in order unless told otherwise."""
    return lambda data: signed_data(data, [Signer(c, name) for c in certs], **o)


def signers(*infos, **o):
    """Sign with these SignerInfos."""
    return lambda data: signed_data(data, list(infos), **o)


def setup(case, *, pk=PK, kek=(KEK,), kek_value=None, db=None, dbx=None):
    """Keys enrolled while there is no platform key: needs no signature."""
    if kek_value is None:
        kek_value = efi.x509_list(*kek) if kek else b""
    if db:
        case.unsigned(efi.DB, db)
    if dbx:
        case.unsigned(efi.DBX, dbx)
    if kek_value:
        case.unsigned(efi.KEK, kek_value)
    return case.unsigned(efi.PK, efi.x509_list(pk)) if pk else case


def machine(book, name, **keys):
    """A machine in user mode that runs its operating system."""
    return setup(book.case(name), **keys).runtime()


def update(book, name, sign, status, *, var=efi.DB, payload=LIST, anchor=KEK,
           policy=None, attributes=efi.AUTH, keys=None, may_refuse=False, **o):
    """One signed write of an absent variable at runtime, and what it leaves.

    Without a status, the right one is what OpenSSL says; with may_refuse, being
    stricter is right, too.
    """
    if status is None:
        data = efi.signed_bytes(var, attributes, efi.time(), payload)
        good = reference.verifies(sign(data), data, anchor)
        status = SUCCESS if good else VIOLATION
    if may_refuse and status == SUCCESS:
        status = EITHER
    case = machine(book, name, **(keys or {}))
    case.signed(var, payload, sign, status, attributes=attributes,
                anchor=anchor, policy=policy, **o)
    if status == SUCCESS:
        case.is_(var, payload, attributes & ~efi.AP)
    elif "|" not in status:
        case.absent(var)
    return case
