# SPDX-License-Identifier: GPL-2.0-or-later
"""Descriptors: what a signature covers, times, lengths, kinds."""

import efi
from case import INVALID, NOT_FOUND, SUCCESS, VIOLATION
from stock import KEK, LIST, by, hash_list, machine, update

SIGN = by(KEK)


def covered(book):
    """One thing differs between what is signed and what is sent."""
    def one(what, **over):
        update(book, f"signed_other_{what}", SIGN, VIOLATION, over=over)

    one("name", var=efi.DBX)
    one("name_case", var=efi.Var("DB", efi.SECURITY))
    one("name_with_nul", var=efi.Var("db\0", efi.SECURITY))
    one("name_longer", var=efi.Var("dbd", efi.SECURITY))
    one("name_empty", var=efi.Var("", efi.SECURITY))
    one("namespace", var=efi.Var("db", efi.GLOBAL))
    for bit in (efi.NV, efi.BS, efi.RT, efi.HR, efi.AW, efi.AT, efi.AP,
                efi.ENH, 1 << 31):
        one(f"attributes_{bit:#x}", attributes=efi.AUTH ^ bit)
    one("append_not_sent", attributes=efi.APPEND)
    update(book, "signed_other_append_sent", SIGN, VIOLATION,
           attributes=efi.APPEND, over={"attributes": efi.AUTH})
    for what, when in (("year", efi.time(year=2025)),
                       ("month", efi.time(month=2)), ("day", efi.time(day=2)),
                       ("hour", efi.time(hour=1)), ("minute", efi.time(minute=1)),
                       ("second", efi.time(2)), ("pad1", efi.time(pad1=1)),
                       ("nanosecond", efi.time(nanosecond=1)),
                       ("zone", efi.time(zone=60)),
                       ("daylight", efi.time(daylight=1)),
                       ("pad2", efi.time(pad2=1))):
        one(f"time_{what}", when=when)
    for i in range(0, len(LIST), 4):
        flipped = bytearray(LIST)
        flipped[i] ^= 1
        one(f"payload_byte_{i}", payload=bytes(flipped))
    one("payload_shorter", payload=LIST[:-1])
    one("payload_longer", payload=LIST + b"\0")
    one("payload_empty", payload=b"")
    # The parts in another order, or moved across their borders.
    update(book, "signed_other_order", lambda data: SIGN(
        data[4:20] + data[:4] + data[20:]), VIOLATION)
    update(book, "signed_with_descriptor", lambda data: SIGN(
        data[:40] + efi.descriptor(data[24:40])[16:] + data[40:]), VIOLATION)
    update(book, "signed_nothing", lambda _: SIGN(b""), VIOLATION)


def reserved(book):
    """[S9]"""
    for what, when in (("pad1", efi.time(pad1=1)),
                       ("nanosecond", efi.time(nanosecond=1)),
                       ("zone", efi.time(zone=60)),
                       ("zone_unspecified", efi.time(zone=2047)),
                       ("daylight", efi.time(daylight=1)),
                       ("pad2", efi.time(pad2=1))):
        update(book, f"time_reserved_{what}", SIGN, VIOLATION, when=when,
               policy="reserved fields must be zero")
        update(book, f"time_reserved_{what}_append", SIGN, VIOLATION, when=when,
               attributes=efi.APPEND, policy="reserved fields must be zero")
    for what, when in (("zero", bytes(16)), ("month_13", efi.time(month=13)),
                       ("day_0", efi.time(day=0)), ("hour_24", efi.time(hour=24)),
                       ("second_60", efi.time(60)),
                       ("year_65535", efi.time(year=65535))):
        update(book, f"time_not_checked_{what}", SIGN, SUCCESS, when=when)


def times(book):
    """Second writes, by the first field that differs."""
    base = {"year": 2024, "month": 6, "day": 15, "hour": 12, "minute": 30,
            "second": 30}
    first = efi.time(**base)

    def second(name, when, status, attributes=efi.AUTH, stored=None):
        case = machine(book, name)
        case.signed(efi.DB, LIST, SIGN, SUCCESS, when=first)
        case.signed(efi.DB, hash_list("two"), SIGN, status, when=when,
                    attributes=attributes)
        if stored is None:
            stored = when if status == SUCCESS else first
        if status != SUCCESS:
            case.is_(efi.DB, LIST)
        elif attributes & efi.AP:
            case.is_(efi.DB, LIST + hash_list("two"))
        else:
            case.is_(efi.DB, hash_list("two"))
        case.time(efi.DB, stored)

    for field in base:
        later = efi.time(**{**base, field: base[field] + 1})
        older = efi.time(**{**base, field: base[field] - 1})
        second(f"time_later_{field}", later, SUCCESS)
        second(f"time_older_{field}", older, VIOLATION)
        second(f"time_later_{field}_append", later, SUCCESS, efi.APPEND)
        # [V6]
        second(f"time_older_{field}_append", older, SUCCESS, efi.APPEND, first)
    fields = list(base)
    for i, field in enumerate(fields[:-1]):
        # An earlier field decides, whatever the ones behind it say.
        mixed = {**base, field: base[field] + 1, fields[i + 1]: 1}
        second(f"time_later_{field}_then_older", efi.time(**mixed), SUCCESS)
        mixed = {**base, field: base[field] - 1,
                 fields[i + 1]: base[fields[i + 1]] + 1}
        second(f"time_older_{field}_then_later", efi.time(**mixed), VIOLATION)
    second("time_equal", first, VIOLATION)
    second("time_equal_append", first, SUCCESS, efi.APPEND)
    second("time_year_300", efi.time(**{**base, "year": 300}), VIOLATION)
    case = machine(book, "time_of_append_create_is_zero")
    # [V47]
    case.signed(efi.DB, LIST, SIGN, SUCCESS, attributes=efi.APPEND, when=first)
    case.time(efi.DB, bytes(16))
    case.signed(efi.DB, LIST, SIGN, SUCCESS, when=efi.time(year=1990))
    # [S8]
    case = machine(book, "time_replay_of_the_same_bytes")
    for status in (SUCCESS, VIOLATION):
        case.signed(efi.DB, LIST, SIGN, status)


def lengths(book):
    """dwLength against what is there."""
    def one(what, dw, status=VIOLATION, cut=None):
        message = SIGN(efi.signed_bytes(efi.DB, efi.AUTH, efi.time(), LIST))
        size = 24 + len(message)
        blob = efi.descriptor(efi.time(), message, dw=dw(size)) + LIST
        case = machine(book, f"length_{what}")
        case.set(efi.DB, efi.AUTH, blob[:cut], status)
        if status == SUCCESS:
            case.is_(efi.DB, LIST)
        else:
            case.absent(efi.DB)

    one("right", lambda n: n, SUCCESS)
    for value in (0, 1, 8, 23, 24, 25, 0x7FFFFFFF, 0x80000000, 0xFFFFFFEF,
                  0xFFFFFFF0, 0xFFFFFFFF):
        one(f"{value:#x}", lambda n, v=value: v)
    one("one_less", lambda n: n - 1)
    one("one_more", lambda n: n + 1)
    one("of_everything", lambda n: n + len(LIST))
    one("one_behind_everything", lambda n: n + len(LIST) + 1)
    # [M5]
    for size in list(range(0, 41)) + [64]:
        one(f"right_but_only_{size}_bytes_sent", lambda n: n, cut=size)
    for dw in range(25):
        case = machine(book, f"length_{dw}_nothing_behind")
        case.set(efi.DB, efi.AUTH, efi.descriptor(efi.time(), dw=dw), VIOLATION)


def kinds(book):
    def one(what, status, **parts):
        update(book, f"descriptor_{what}", SIGN, status, **parts)

    # [V34]
    for revision in (0, 0x100, 0x201, 0xFFFF):
        one(f"revision_{revision:#x}", SUCCESS, revision=revision)
    for kind in (0, 0x0002, 0x0EF0, 0x0EF2, 0xFFFF):
        one(f"kind_{kind:#x}", VIOLATION, kind=kind, policy="not EFI_GUID")
    rsa = efi.guid("a7717414-c616-4977-9420-844712a735bf")
    for what, cert_type in (("zero", bytes(16)), ("rsa2048_sha256", rsa),
                            ("x509", efi.TYPES["x509"]),
                            ("one_bit_off", efi.PKCS7[:-1] + b"\xa6")):
        one(f"type_{what}", VIOLATION, cert_type=cert_type, policy="not PKCS7")


def requests(book):
    """What is wrong before a signature is looked at."""
    good = efi.descriptor(efi.time(), SIGN(efi.signed_bytes(
        efi.DB, efi.AUTH, efi.time(), LIST))) + LIST
    for attributes, status in ((0, INVALID), (efi.NV | efi.BS | efi.RT, INVALID),
                               (efi.BS | efi.RT | efi.AT, INVALID),
                               (efi.AUTH | efi.ENH, INVALID),
                               (efi.AUTH | 1 << 31, INVALID),
                               (efi.AUTH & ~efi.BS, INVALID),
                               (efi.AUTH | efi.AW, "UNSUPPORTED")):
        machine(book, f"request_attributes_{attributes:#x}").set(
            efi.DB, attributes, good, status).absent(efi.DB)
    case = machine(book, "request_delete_of_absent")
    case.signed(efi.DB, b"", SIGN, NOT_FOUND).absent(efi.DB)
    case = machine(book, "request_delete")
    case.signed(efi.DB, LIST, SIGN, SUCCESS)
    case.signed(efi.DB, b"", SIGN, VIOLATION, over={"payload": LIST},
                when=efi.time(2))
    case.signed(efi.DB, b"", SIGN, SUCCESS, when=efi.time(2)).absent(efi.DB)
    case = machine(book, "request_append_of_nothing")
    case.signed(efi.DB, b"", SIGN, SUCCESS, attributes=efi.APPEND)
    case.absent(efi.DB).signed(efi.DB, LIST, SIGN, SUCCESS)
    # [V4]
    case.signed(efi.DB, b"", SIGN, SUCCESS, attributes=efi.APPEND,
                when=efi.time(2)).is_(efi.DB, LIST)
    case = machine(book, "request_unsigned")
    case.unsigned(efi.DB, LIST, VIOLATION, when=efi.time()).absent(efi.DB)
    # [S1]
    for var, name in ((efi.PK, "pk"), (efi.KEK, "kek"), (efi.DB, "db"),
                      (efi.DBX, "dbx")):
        for attributes in (0, 7, efi.AUTH, efi.APPEND):
            case = machine(book, f"request_delete_{name}_bare_{attributes:#x}",
                           db=LIST, dbx=LIST)
            case.set(var, attributes, b"", VIOLATION if attributes & efi.AT
                     else INVALID)


def add(book):
    for part in (covered, reserved, times, lengths, kinds, requests):
        part(book)
