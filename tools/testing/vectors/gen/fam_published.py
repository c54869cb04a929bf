# SPDX-License-Identifier: GPL-2.0-or-later
"""Updates that vendors really published, with the keys they are really under."""

import glob
import os

import efi
import reference
from case import SUCCESS, VIOLATION
from cms import signer_certificate
from stock import PK, setup

KEK_2011 = "MicCorKEKCA2011_2011-06-24.der"


def read(path):
    with open(path, "rb") as f:
        return f.read()


def updates(book, folder, var, kek):
    """Signed as appends, under that one certificate and no root above it."""
    for path in sorted(glob.glob(f"{folder}/*.bin")):
        blob = read(path)
        when, message, payload = efi.split_update(blob)
        name = f"published_{var.name}_{os.path.basename(path)[:-4]}"
        data = efi.signed_bytes(var, efi.APPEND, when, payload)
        book.compare(name, reference.verifies(message, data, kek), SUCCESS, None)
        case = setup(book.case(name), kek_value=efi.x509_list(kek)).runtime()
        case.set(var, efi.AUTH, blob, VIOLATION).absent(var)
        case.set(var, efi.APPEND, blob, SUCCESS).is_(var, payload, efi.AUTH)
        case.set(var, efi.APPEND, blob, SUCCESS).is_(var, payload)
        for other in (efi.DB, efi.DBX, efi.DBT):
            if other is not var:
                case.set(other, efi.APPEND, blob, VIOLATION)


def one_after_the_other(book, folder, var, kek):
    """All of a folder, appended: nothing lost, moved or there twice."""
    paths = sorted(glob.glob(f"{folder}/*.bin"))
    for order, turn in (("forth", paths), ("back", paths[::-1])):
        case = setup(book.case(f"published_{var.name}_all_{order}"),
                     kek_value=efi.x509_list(kek)).runtime()
        have = b""
        for path in turn + turn:
            blob = read(path)
            payload = efi.split_update(blob)[2]
            # The first write creates: it is stored as it is.
            have = efi.appended(have, payload) if have else payload
            case.set(var, efi.APPEND, blob, SUCCESS).is_(var, have)
        _check_sum(book, turn, have)
        book.note(f"{var.name} after all {len(turn)} updates, {order}: "
                  f"{len(have)} bytes, "
                  f"{sum(len(e) for *_, e in efi.parse_lists(have))} entries")


def _check_sum(book, paths, have):
    """The result by another way: every entry, once for all updates."""
    entries = [(kind, e) for kind, _, _, es in efi.parse_lists(have) for e in es]
    wanted = {(kind, e) for path in paths for kind, _, _, es in
              efi.parse_lists(efi.split_update(read(path))[2]) for e in es}
    if set(entries) != wanted:
        book.wrong.append("appending loses or invents entries")


def platform_keys(book, folder):
    """KEK updates, with whoever signed them as the platform key."""
    broken = []
    for path in sorted(glob.glob(f"{folder}/*.bin")):
        blob = read(path)
        name = f"published_{os.path.basename(path)[:-4]}"
        when, message, payload = efi.split_update(blob)
        pk = signer_certificate(message)
        data = efi.signed_bytes(efi.KEK, efi.APPEND, when, payload)
        good = reference.verifies(message, data, pk)
        case = setup(book.case(name if good else f"{name}_is_broken"), pk=pk,
                     kek=[])
        case.runtime().set(efi.KEK, efi.AUTH, blob, VIOLATION)
        case.set(efi.KEK, efi.APPEND, blob, SUCCESS if good else VIOLATION)
        if good:
            case.is_(efi.KEK, payload, efi.AUTH)
        else:
            broken.append(os.path.basename(path))
        case = setup(book.case(f"{name}_under_another_key"), pk=PK, kek=[])
        case.runtime().set(efi.KEK, efi.APPEND, blob, VIOLATION)
    book.note(f"KEK updates that OpenSSL refuses too: {broken or 'none'}")


def add(book, data):
    if not os.path.isdir(data):
        return book.skip("published_updates",
                         "no secureboot-objects beside the tree")
    kek = read(f"{data}/certs/{KEK_2011}")
    for folder, var in (("db", efi.DB), ("dbx", efi.DBX)):
        updates(book, f"{data}/{folder}", var, kek)
        one_after_the_other(book, f"{data}/{folder}", var, kek)
    platform_keys(book, f"{data}/kek")
