# SPDX-License-Identifier: GPL-2.0-or-later
"""Secure Boot variables: who may write what, in which mode, and what follows."""

import efi
import x509
from case import INVALID, NOT_FOUND, PROTECTED, SUCCESS, VIOLATION
from cms import Signer
from keys import key
from stock import (ALICE, KEK, LIST, OTHER, PK, by, hash_list, machine, setup,
                   signers, update)

NEW_PK = x509.make("New PK", key("newpk"))
NEW_KEK = x509.make("New KEK", key("newkek"))
DB_CERT = x509.make("Vector db", key("dbcert"))
# Certificates of one length each, so that one list can hold both.
TWIN_A = x509.make("Twin A", key("twina"), serial=1)
TWIN_B = x509.make("Twin B", key("twinb"), serial=2)


def value(cert):
    return efi.x509_list(cert)


def modes(book):
    """SetupMode, SecureBoot and SecureBootEnable after each change of PK."""
    def state(case, setup_mode, secure_boot, enable):
        case.is_(efi.SETUP_MODE, setup_mode, efi.BS | efi.RT)
        case.is_(efi.SECURE_BOOT, secure_boot, efi.BS | efi.RT)
        if enable is None:
            case.absent(efi.SBE)
        else:
            case.is_(efi.SBE, enable, efi.NV | efi.BS)

    state(book.case("mode_of_empty_store"), 1, 0, None)
    # [V37]
    case = setup(book.case("mode_enrol_while_booting"))
    state(case, 0, 1, 1)
    state(case.reset(), 0, 1, 1)
    # [V27]
    case = book.case("mode_enrol_with_secure_boot_disabled")
    case.host(efi.SBE, efi.NV | efi.BS, b"\0").reset()
    state(setup(case), 0, 1, 1)
    # [V29]
    case = book.case("mode_enrol_at_runtime").runtime()
    state(case.unsigned(efi.PK, value(PK)), 0, 0, None)
    state(case.reset(), 0, 1, 1)
    # [V28]
    case = setup(book.case("mode_remove_while_booting"))
    case.signed(efi.PK, b"", by(PK), SUCCESS, anchor=PK).absent(efi.PK)
    state(case, 1, 0, None)
    case.unsigned(efi.DB, LIST)
    case = machine(book, "mode_remove_at_runtime")
    case.signed(efi.PK, b"", by(PK), SUCCESS, anchor=PK).absent(efi.PK)
    state(case, 1, 1, 1)
    state(case.reset(), 1, 0, 1)
    case = machine(book, "mode_remove_by_stranger")
    case.signed(efi.PK, b"", by(KEK), VIOLATION)
    state(case, 0, 1, 1)
    case = machine(book, "mode_append_nothing_to_pk_removes_nothing")
    case.signed(efi.PK, b"", by(PK), SUCCESS, attributes=efi.APPEND)
    state(case.is_(efi.PK, value(PK)), 0, 1, 1)
    for name, var in (("setup_mode", efi.SETUP_MODE),
                      ("secure_boot", efi.SECURE_BOOT),
                      ("vendor_keys", efi.VENDOR_KEYS)):
        # [S2] [S3]
        for phase in (None, "runtime"):
            case = book.case(f"mode_{name}_read_only_{phase or 'boot'}")
            if phase:
                case.phase(phase)
            case.set(var, efi.BS | efi.RT, b"\1", PROTECTED)
            case.set(var, efi.BS | efi.RT, b"", PROTECTED)
            case.set(var, efi.BS | efi.RT | efi.AP, b"\1", PROTECTED)


def self_signed(book):
    def one(what, sign, status):
        case = book.case(f"pk_first_{what}").option("self-signed-pk").reset()
        case.signed(efi.PK, value(PK), sign, status, anchor=PK)
        case.is_(efi.SETUP_MODE, 0 if status == SUCCESS else 1)

    one("signs_itself", by(PK), SUCCESS)
    one("signed_by_another", by(OTHER), VIOLATION)
    one("signed_by_its_leaf", by(x509.make("Leaf", ALICE.key, PK)), SUCCESS)
    case = book.case("pk_first_unsigned_refused").option("self-signed-pk")
    case.reset().unsigned(efi.PK, value(PK), VIOLATION).absent(efi.PK)
    case = book.case("pk_first_unsigned_in_custom_mode")
    case.option("self-signed-pk").reset()
    case.set(efi.CUSTOM, efi.NV | efi.BS, b"\1", SUCCESS)
    case.unsigned(efi.PK, value(PK)).is_(efi.SETUP_MODE, 0)
    case.is_(efi.VENDOR_KEYS, 0)


def platform_key(book):
    def one(what, sign, status, anchor=PK, policy=None):
        case = machine(book, f"pk_replaced_{what}")
        case.signed(efi.PK, value(NEW_PK), sign, status, anchor=anchor,
                    policy=policy)
        case.is_(efi.PK, value(NEW_PK if status == SUCCESS else PK))
        case.is_(efi.SETUP_MODE, 0)

    one("by_old", by(PK), SUCCESS)
    one("by_new", by(NEW_PK), VIOLATION)
    one("by_kek", by(KEK), VIOLATION)
    leaf = x509.make("Leaf of PK", ALICE.key, PK)
    strict = "no chains below PK"
    # [S11]
    one("by_leaf_of_pk", by(leaf), VIOLATION, policy=strict)
    one("by_leaf_of_pk_with_pk_sent", by(leaf, certs=[leaf, PK]), VIOLATION,
        policy=strict)
    again = x509.make("Vector PK", PK.key, serial=5)
    one("by_reissued", by(again), VIOLATION)
    one("by_reissued_with_pk_sent", by(again, certs=[PK, again]), VIOLATION)
    one("by_same_body_other_signature",
        by(PK.with_signature(b"\1" + bytes(255))), VIOLATION)
    one("by_pk_and_its_leaf", by(PK, leaf), SUCCESS)
    one("by_leaf_and_pk", by(leaf, PK), VIOLATION, policy=strict)
    one("by_pk_and_stranger", by(PK, OTHER), VIOLATION)
    one("by_pk_wrong_signature", signers(Signer(PK, key=OTHER.key)), VIOLATION)
    case = machine(book, "pk_replaced_twice")
    case.signed(efi.PK, value(NEW_PK), by(PK), SUCCESS)
    case.signed(efi.PK, value(PK), by(PK), VIOLATION, when=efi.time(2))
    case.signed(efi.PK, value(PK), by(NEW_PK), SUCCESS, when=efi.time(2))
    # [V33]
    for what, payload in (("two_certificates", efi.x509_list(PK, NEW_PK)),
                          ("garbage", b"garbage" * 9)):
        case = machine(book, f"pk_replaced_with_{what}")
        case.signed(efi.PK, payload, by(PK), INVALID, anchor=None)
        case.is_(efi.PK, value(PK))
        case = book.case(f"pk_first_is_{what}")
        case.unsigned(efi.PK, payload, INVALID).is_(efi.SETUP_MODE, 1)
    padded = efi.siglist("x509", [PK.der + bytes(4)])
    case = book.case("pk_with_bytes_behind_is_another")
    case.unsigned(efi.PK, padded).runtime()
    case.signed(efi.PK, value(NEW_PK), by(PK), VIOLATION, anchor=PK,
                policy="compared byte for byte")


def who(book):
    """KEK, db, dbx and dbt by each key there is."""
    leaf_of_pk = x509.make("Leaf of PK", ALICE.key, PK)
    kek_list = value(NEW_KEK)
    for what, cert, status in (("pk", PK, SUCCESS), ("kek", KEK, VIOLATION),
                               ("leaf_of_pk", leaf_of_pk, VIOLATION),
                               ("stranger", OTHER, VIOLATION)):
        case = machine(book, f"kek_replaced_by_{what}")
        case.signed(efi.KEK, kek_list, by(cert), status)
        case.is_(efi.KEK, kek_list if status == SUCCESS else value(KEK))
    for var in (efi.DB, efi.DBX, efi.DBT):
        # [V30] [V32]
        for what, cert, status in (("pk", PK, SUCCESS), ("kek", KEK, SUCCESS),
                                   ("leaf_of_kek", ALICE, SUCCESS),
                                   ("leaf_of_pk", leaf_of_pk, VIOLATION),
                                   ("stranger", OTHER, VIOLATION)):
            update(book, f"{var.name}_written_by_{what}", by(cert), status,
                   var=var, anchor=None)
    case = machine(book, "db_written_by_certificate_in_db", db=value(DB_CERT))
    case.signed(efi.DB, LIST, by(DB_CERT), VIOLATION).is_(efi.DB, value(DB_CERT))
    case = machine(book, "db_written_by_former_kek")
    case.signed(efi.KEK, kek_list, by(PK), SUCCESS)
    case.signed(efi.DB, LIST, by(KEK), VIOLATION)
    case.signed(efi.DB, LIST, by(NEW_KEK), SUCCESS)
    case = machine(book, "db_written_by_former_pk")
    case.signed(efi.PK, value(NEW_PK), by(PK), SUCCESS)
    case.signed(efi.DB, LIST, by(PK), VIOLATION)
    case.signed(efi.DB, LIST, by(NEW_PK), SUCCESS)
    # [V31]
    none = {"kek": []}
    update(book, "db_without_kek_by_stranger", by(OTHER), NOT_FOUND, keys=none,
           anchor=None)
    update(book, "db_without_kek_by_pk", by(PK), SUCCESS, keys=none, anchor=PK)
    update(book, "db_without_kek_bad_digest", by(PK, name="sha1"), VIOLATION,
           keys=none, anchor=None)
    case = machine(book, "db_written_by_removed_kek")
    case.signed(efi.KEK, b"", by(PK), SUCCESS).absent(efi.KEK)
    case.signed(efi.DB, LIST, by(KEK), NOT_FOUND)


def kek_shapes(book):
    def one(what, kek, cert, status=SUCCESS):
        update(book, f"kek_{what}", by(cert), status, keys={"kek_value": kek},
               anchor=None)

    rsa = efi.siglist("rsa2048", [KEK.key.n.to_bytes(256, "big")])
    one("hash_list_first", hash_list("x") + value(KEK), KEK)
    one("rsa_list_first", rsa + value(KEK), KEK)
    one("rsa_list_alone", rsa, KEK, VIOLATION)
    one("hash_list_between", value(NEW_KEK) + hash_list("x") + value(KEK), KEK)
    assert len(TWIN_A.der) == len(TWIN_B.der)
    twins = efi.siglist("x509", [TWIN_A.der, TWIN_B.der])
    one("two_in_one_list_first", twins, TWIN_A)
    one("two_in_one_list_second", twins, TWIN_B)
    one("bytes_behind_certificate", efi.siglist("x509", [KEK.der + b"\0\0\0"]),
        KEK)
    many = [x509.make(f"KEK {i}", OTHER.key) for i in range(20)]
    one("twenty_last_signs", efi.x509_list(*many, KEK), KEK)
    # The host may have stored what no guest can write.
    for what, first in (("garbage_certificate", efi.siglist("x509", [b"x" * 700])),
                        ("ec_certificate", value(x509.make(
                            "EC", key("eckek", "ec"))))):
        case = book.case(f"kek_{what}_first_from_host")
        case.host(efi.PK, efi.AUTH, value(PK))
        case.host(efi.KEK, efi.AUTH, first + value(KEK)).reset().runtime()
        case.signed(efi.DB, LIST, by(KEK), SUCCESS).is_(efi.DB, LIST)
    case = book.case("kek_malformed_list_first_from_host")
    case.host(efi.PK, efi.AUTH, value(PK)).host(
        efi.KEK, efi.AUTH, efi.siglist("x509", [KEK.der], list_size=0))
    case.reset().runtime().signed(efi.DB, LIST, by(KEK), VIOLATION)


def lists(book):
    """[V33] [V38] Lists in a signed write, each right or wrong in one way."""
    sha = hash_list("a")
    ec = x509.make("EC", key("eckek", "ec"))

    def wrong(what, payload):
        for var, cert in ((efi.DB, KEK), (efi.KEK, PK)):
            case = machine(book, f"list_{what}_in_{var.name}")
            case.signed(var, payload, by(cert), INVALID)
            case = book.case(f"list_{what}_in_{var.name}_unsigned")
            # [M6]
            case.unsigned(var, payload, INVALID).absent(var)

    wrong("type_unknown", efi.siglist(efi.OWNER, [bytes(32)]))
    wrong("type_zero", efi.siglist(bytes(16), [bytes(32)]))
    for size in (0, 1, 27, 28 + 47, 28 + 49, 0x7FFFFFFF, 0xFFFFFFFF):
        wrong(f"size_{size:#x}", efi.siglist("sha256", [bytes(32)],
                                            list_size=size))
    for size in (0, 1, 15, 16, 17, 47, 49, 0x80000000, 0xFFFFFFFF):
        wrong(f"entry_size_{size:#x}", efi.siglist("sha256", [bytes(32)],
                                                  size=size))
    wrong("header", efi.siglist("sha256", [bytes(32)], header=bytes(4)))
    wrong("bytes_behind", sha + b"\0")
    wrong("list_header_behind", sha + sha[:28][:-1])
    wrong("cut", sha[:-1])
    wrong("second_wrong", sha + efi.siglist("sha256", [bytes(31)]))
    wrong("certificate_empty", efi.siglist("x509", [b""]))
    wrong("certificate_list_without_any", efi.siglist("x509", [], size=700))
    wrong("certificate_exponent_1", value(x509.make(
        "Exponent 1", key("kek", e=1))))
    wrong("certificate_garbage", efi.siglist("x509", [b"\x30\x82" * 99]))
    wrong("certificate_cut", efi.siglist("x509", [KEK.der[:-1]]))
    wrong("certificate_ec", value(ec))
    wrong("certificate_second_garbage",
          efi.siglist("x509", [KEK.der, bytes(len(KEK.der))]))
    for kind, size in efi.SIZES.items():
        wrong(f"{kind}_short", efi.siglist(kind, [bytes(size - 1)]))
        wrong(f"{kind}_long", efi.siglist(kind, [bytes(size + 1)]))
        update(book, f"list_{kind}_kept", by(KEK), SUCCESS,
               payload=efi.siglist(kind, [bytes(size), b"\1" * size]))
    update(book, "list_certificate_kept", by(KEK), SUCCESS,
           payload=value(DB_CERT))
    update(book, "list_without_entries_kept", by(KEK), SUCCESS,
           payload=sha + efi.siglist("sha256", [], size=48), anchor=None)


def appends(book):
    def one(what, old, new, var=efi.DBX, cert=KEK):
        """What is there stays as it is, the rest of the new comes behind."""
        for signed in (True, False):
            case = book.case(f"append_{what}_{'signed' if signed else 'setup'}")
            case.unsigned(var, old, when=efi.time())
            if signed:
                setup(case).runtime().signed(
                    var, new, by(cert), SUCCESS, attributes=efi.APPEND,
                    when=efi.time(2))
            else:
                case.unsigned(var, new, attributes=efi.APPEND, when=efi.time(2))
            case.is_(var, efi.appended(old, new), efi.AUTH)
            case.time(var, efi.time(2))

    abc, bcd = hash_list("a", "b", "c"), hash_list("b", "c", "d")
    one("new_hash", hash_list("a"), hash_list("b"))
    one("known_hash", hash_list("a"), hash_list("a"))
    one("some_known", abc, bcd)
    one("all_known_other_lists", abc, hash_list("c") + hash_list("a"))
    one("known_in_second_list", hash_list("a") + hash_list("b"), hash_list("b"))
    one("twice_in_new", hash_list("a"), hash_list("b", "b") + hash_list("b"))
    # [V7]
    one("known_of_another_owner", hash_list("a"),
        hash_list("a", owner=efi.OWNER2))
    # [S6]
    mixed = efi.siglist("sha384", [bytes(48)]) + efi.siglist(
        "x509_sha256", [bytes(48)]) + efi.siglist("sha1", [bytes(20)])
    one("hash_to_other_types", mixed, hash_list("a"))
    one("other_types_to_hash", hash_list("a"), mixed)
    one("same_bytes_other_type", efi.siglist("sha384", [bytes(48)]),
        efi.siglist("x509_sha256", [bytes(48)]))
    # [S7]
    twins = efi.siglist("x509", [TWIN_A.der, TWIN_B.der])
    one("certificate_to_list_of_two", twins, value(DB_CERT), efi.DB)
    one("certificate_known_in_list_of_two", twins, value(TWIN_B), efi.DB)
    one("list_of_two_one_known", value(TWIN_A), twins, efi.DB)
    one("duplicates_in_old_stay", hash_list("a", "a"), hash_list("a", "b"))
    one("empty_list_header_kept_size", abc, bcd + hash_list("a"))
    case = machine(book, "append_to_kek")
    case.signed(efi.KEK, value(NEW_KEK), by(PK), SUCCESS, attributes=efi.APPEND)
    case.is_(efi.KEK, efi.x509_list(KEK, NEW_KEK))
    case.signed(efi.DB, LIST, by(NEW_KEK), SUCCESS)
    case = machine(book, "append_of_malformed")
    case.signed(efi.DBX, LIST, by(KEK), SUCCESS)
    case.signed(efi.DBX, LIST + b"\0", by(KEK), INVALID, attributes=efi.APPEND)
    case = book.case("append_to_malformed_from_host")
    case.host(efi.PK, efi.AUTH, value(PK)).host(efi.KEK, efi.AUTH, value(KEK))
    case.host(efi.DBX, efi.AUTH, efi.siglist("sha256", [bytes(32)], list_size=0))
    case.reset().runtime().signed(efi.DBX, LIST, by(KEK), INVALID,
                                  attributes=efi.APPEND)


def custom(book):
    bare = efi.NV | efi.BS
    case = setup(book.case("custom_mode_writes_unsigned"))
    case.set(efi.CUSTOM, bare, b"\1", SUCCESS)
    case.unsigned(efi.DB, LIST).is_(efi.VENDOR_KEYS, 0)
    case.unsigned(efi.KEK, value(NEW_KEK)).unsigned(efi.PK, value(NEW_PK))
    # [S4]
    case = setup(book.case("custom_mode_ends_with_boot"))
    case.set(efi.CUSTOM, bare, b"\1", SUCCESS).runtime()
    case.unsigned(efi.DB, LIST, VIOLATION).is_(efi.VENDOR_KEYS, 1)
    case.set(efi.CUSTOM, bare, b"\1", PROTECTED)
    case = setup(book.case("custom_mode_ends_with_reset"))
    case.set(efi.CUSTOM, bare, b"\1", SUCCESS).reset().is_(efi.CUSTOM, 0)
    case.unsigned(efi.DB, LIST, VIOLATION)
    case = setup(book.case("custom_mode_forbidden").option("no-custom-mode"))
    case.set(efi.CUSTOM, bare, b"\1", PROTECTED)
    case.unsigned(efi.DB, LIST, VIOLATION)
    case = setup(book.case("secure_boot_forced").option("force-secure-boot"))
    for attributes, data in ((bare, b"\0"), (bare, b""), (0, b"")):
        case.set(efi.SBE, attributes, data, PROTECTED)
    case.is_(efi.SBE, 1).reset().is_(efi.SECURE_BOOT, 1)
    case = book.case("secure_boot_forced_over_what_is_stored")
    case.option("force-secure-boot").host(efi.PK, efi.AUTH, value(PK))
    case.host(efi.SBE, bare, b"\0").reset().is_(efi.SBE, 1)
    case.is_(efi.SECURE_BOOT, 1)
    case = setup(book.case("secure_boot_disabled_by_firmware"))
    case.set(efi.SBE, bare, b"\0", SUCCESS).is_(efi.SECURE_BOOT, 1)
    case.reset().is_(efi.SECURE_BOOT, 0).runtime()
    case.set(efi.SBE, bare, b"\1", PROTECTED)
    case = machine(book, "unknown_name_dbr")
    # [V15]
    case.signed(efi.Var("dbr", efi.SECURITY), LIST, by(KEK), INVALID)


def add(book):
    for part in (modes, self_signed, platform_key, who, kek_shapes, lists,
                 appends, custom):
        part(book)
