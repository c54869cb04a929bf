# SPDX-License-Identifier: GPL-2.0-or-later
"""What the common tools make must be taken: efitools, sbsigntool, OpenSSL, virt-firmware."""

import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import efi
from case import SUCCESS, VIOLATION
from keys import key, pem_path
from stock import KEK, LIST, OTHER, PK, by, hash_list, machine, update

OWNER = "6b757600-0000-4000-8000-000000000001"
WHEN, LATER = "2024-01-01 00:00:01", "2024-01-01 00:00:02"


class Bench:
    """A directory with certificates and keys as files, for the tools."""

    def __init__(self, directory):
        self.dir = directory
        for name, cert, key_name in (("pk", PK, "pk"), ("kek", KEK, "kek"),
                                     ("other", OTHER, "other")):
            self.put(f"{name}.der", cert.der)
            self.run("openssl", "x509", "-inform", "DER", "-in", f"{name}.der",
                     "-out", f"{name}.crt")
            os.symlink(pem_path(key_name), f"{directory}/{name}.key")

    def put(self, name, data):
        with open(f"{self.dir}/{name}", "wb") as f:
            f.write(data)

    def get(self, name):
        with open(f"{self.dir}/{name}", "rb") as f:
            return f.read()

    def run(self, *command, env=None):
        """One tool; the generator fails with what it said."""
        done = subprocess.run(command, cwd=self.dir, capture_output=True,
                              text=True, check=False,
                              env={**os.environ, **(env or {})})
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr}")
        return done.stdout


def efitools(book, bench):
    """cert-to-efi-sig-list, hash-to-efi-sig-list, sign-efi-sig-list"""
    def sign(who, var, payload, out, *options):
        bench.run("sign-efi-sig-list", "-t", WHEN, *options, "-k", f"{who}.key",
                  "-c", f"{who}.crt", var, payload, out)
        return bench.get(out)

    for name in ("pk", "kek", "other"):
        bench.run("cert-to-efi-sig-list", "-g", OWNER, f"{name}.crt",
                  f"{name}.esl")
    image = glob.glob("/usr/lib/efitools/*/HelloWorld.efi")[0]
    bench.run("hash-to-efi-sig-list", image, "hash.esl")
    # [V35]
    case = book.case("efitools_enrols_itself_and_then_all")
    case.option("self-signed-pk").reset()
    for var in (efi.DB, efi.KEK, efi.PK):
        name = {"db": "other", "KEK": "kek", "PK": "pk"}[var.name]
        who = {"db": "kek", "KEK": "pk", "PK": "pk"}[var.name]
        case.set(var, efi.AUTH, sign(who, var.name, f"{name}.esl",
                                     f"{var.name}.auth"), SUCCESS)
        case.is_(var, bench.get(f"{name}.esl"), efi.AUTH)
        case.time(var, efi.time())
    case.is_(efi.SETUP_MODE, 0)
    for what, payload in (("certificate", "other.esl"), ("hash", "hash.esl")):
        for var in (efi.DB, efi.DBX):
            blob = sign("kek", var.name, payload, "plain.auth")
            case = machine(book, f"efitools_{what}_to_{var.name}")
            case.set(var, efi.APPEND, blob, VIOLATION)
            case.set(var, efi.AUTH, blob, SUCCESS)
            case.is_(var, bench.get(payload))
            blob = sign("kek", var.name, payload, "append.auth", "-a")
            case = machine(book, f"efitools_{what}_to_{var.name}_append",
                           db=LIST, dbx=LIST)
            case.set(var, efi.AUTH, blob, VIOLATION)
            case.set(var, efi.APPEND, blob, SUCCESS)
            case.is_(var, LIST + bench.get(payload))
    update_by = sign("other", "db", "hash.esl", "other.auth")
    machine(book, "efitools_stranger").set(efi.DB, efi.AUTH, update_by,
                                          VIOLATION)
    case = machine(book, "efitools_removes_platform_key")
    bench.put("empty.esl", b"")
    bench.run("sign-efi-sig-list", "-t", LATER, "-k", "pk.key", "-c", "pk.crt",
              "PK", "empty.esl", "remove.auth")
    case.set(efi.PK, efi.AUTH, bench.get("remove.auth"), SUCCESS)
    case.absent(efi.PK).is_(efi.SETUP_MODE, 1)
    case = machine(book, "efitools_signed_elsewhere")
    # Signed by OpenSSL over what -o wrote, put together by -i.
    options = ("-t", WHEN, "-c", "kek.crt", "-k", "kek.key")
    bench.run("sign-efi-sig-list", *options, "-o", "db", "hash.esl", "tosign")
    bench.run("openssl", "smime", "-sign", "-binary", "-in", "tosign", "-out",
              "detached.p7", "-signer", "kek.crt", "-inkey", "kek.key",
              "-outform", "DER", "-md", "sha256", "-noattr")
    bench.run("sign-efi-sig-list", *options, "-i", "detached.p7", "db",
              "hash.esl", "elsewhere.auth")
    case.set(efi.DB, efi.AUTH, bench.get("elsewhere.auth"), SUCCESS)


def sbvarsign(book, bench):
    names = ("NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS,"
             "TIME_BASED_AUTHENTICATED_WRITE_ACCESS")
    bench.put("data", LIST)

    def sign(out, *options, who="kek", var="db"):
        bench.run("sbvarsign", "--key", f"{who}.key", "--cert", f"{who}.crt",
                  "--output", out, *options, var, "data")
        return bench.get(out)

    # Without --attr it signs an append.
    blob = sign("default.signed")
    case = machine(book, "sbvarsign_default_is_append")
    case.set(efi.DB, efi.AUTH, blob, VIOLATION)
    case.set(efi.DB, efi.APPEND, blob, SUCCESS).is_(efi.DB, LIST)
    blob = sign("plain.signed", "--attr", names)
    case = machine(book, "sbvarsign_attributes")
    case.set(efi.DB, efi.APPEND, blob, VIOLATION)
    case.set(efi.DB, efi.AUTH, blob, SUCCESS).is_(efi.DB, LIST)
    blob = sign("attrs.signed", "--attr", names, "--include-attrs")
    machine(book, "sbvarsign_attributes_included").set(
        efi.DB, int.from_bytes(blob[:4], "little"), blob[4:], SUCCESS)
    blob = sign("stranger.signed", "--attr", names, who="other")
    machine(book, "sbvarsign_stranger").set(efi.DB, efi.AUTH, blob, VIOLATION)
    blob = sign("private.signed", "--attr", names, "--guid",
                "2055564b-0201-0403-0506-0708090a0b0c", var="Mine")
    case = book.case("sbvarsign_private_variable").runtime()
    case.set(efi.MINE, efi.AUTH, blob, SUCCESS).is_(efi.MINE, LIST)
    case.set(efi.MINE, efi.AUTH, blob, VIOLATION)


def openssl(book, bench):
    """Messages by the program, over what a guest would have signed with it."""
    def sign(*command):
        def signer(data):
            bench.put("tosign", data)
            bench.run("openssl", command[0], "-sign", "-binary", "-in",
                      "tosign", "-out", "message", "-outform", "DER",
                      "-signer", "kek.crt", "-inkey", "kek.key", *command[1:])
            return bench.get("message")
        return signer

    for what, status, *command in (
            ("smime", SUCCESS, "smime"),
            ("smime_noattr", SUCCESS, "smime", "-noattr"),
            ("smime_sha512", SUCCESS, "smime", "-md", "sha512"),
            ("smime_content_inside", SUCCESS, "smime", "-nodetach"),
            ("smime_without_certificate", VIOLATION, "smime", "-nocerts"),
            ("smime_extra_certificate", SUCCESS, "smime", "-certfile",
             "other.crt"),
            ("cms", SUCCESS, "cms"),
            ("cms_noattr", SUCCESS, "cms", "-noattr"),
            ("cms_nosmimecap", SUCCESS, "cms", "-nosmimecap"),
            ("cms_sha384", SUCCESS, "cms", "-md", "sha384"),
            ("cms_content_inside", SUCCESS, "cms", "-nodetach"),
            ("cms_key_id", VIOLATION, "cms", "-keyid"),
            ("cms_pss", VIOLATION, "cms", "-keyopt", "rsa_padding_mode:pss")):
        update(book, f"openssl_{what}", sign(*command), status)
    for what in ("smime", "cms"):
        update(book, f"openssl_{what}_sha1", sign(what, "-md", "sha1"), VIOLATION,
               policy="digest is not allowed")
    _request(book, bench)


def _request(book, bench):
    """A leaf as `openssl x509 -req` makes it: version 1, no identifiers."""
    os.symlink(pem_path("leaf"), f"{bench.dir}/leaf.key")
    key("leaf")
    bench.run("openssl", "req", "-new", "-key", "leaf.key", "-subj",
              "/CN=requested", "-out", "leaf.csr")
    bench.run("openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "kek.crt",
              "-CAkey", "kek.key", "-set_serial", "1", "-days", "1", "-out",
              "leaf.crt")

    def signer(data):
        bench.put("tosign", data)
        bench.run("openssl", "smime", "-sign", "-binary", "-in", "tosign",
                  "-out", "message", "-signer", "leaf.crt", "-inkey",
                  "leaf.key", "-outform", "DER")
        return bench.get("message")

    update(book, "openssl_leaf_by_request", signer, SUCCESS)


def virt_firmware(book, bench, where):
    """It signs nothing, but makes lists and whole stores."""
    if not where:
        return book.skip("virt_firmware", "no python3-virt-firmware here")
    env = {"PYTHONPATH": where}

    def tool(name, *options):
        bench.run(sys.executable, "-m", f"virt.firmware.{name}", *options,
                  env=env)

    word = hashlib.sha256(b"word").hexdigest()
    tool("sigdb", "--add-cert", OWNER, "other.crt", "--add-hash", OWNER, word,
         "--add-hash", OWNER, hashlib.sha256(b"two").hexdigest(), "-o", "db.bin")
    made = bench.get("db.bin")
    case = machine(book, "virt_firmware_signature_database")
    sign = by(KEK)
    case.signed(efi.DB, made, sign, SUCCESS).is_(efi.DB, made)
    case.signed(efi.DB, hash_list("word", "three"), sign, SUCCESS,
                attributes=efi.APPEND, when=efi.time(2))
    case.is_(efi.DB, efi.appended(made, hash_list("word", "three")))
    bench.put("none.json", b'{\n    "version": 2,\n    "variables": []\n}\n')
    tool("vars", "-i", "none.json", "--set-pk", OWNER, "pk.crt", "--add-kek",
         OWNER, "kek.crt", "--add-db", OWNER, "other.crt", "--add-db-hash",
         OWNER, word, "--secure-boot", "--output-json", "store.json")
    case = book.case("virt_firmware_store")
    known = set()
    for v in json.loads(bench.get("store.json"))["variables"]:
        var = efi.Var(v["name"], efi.guid(v["guid"]))
        known.add(v["name"])
        case.host(var, v["attr"], bytes.fromhex(v["data"]),
                  bytes.fromhex(v.get("time", "00" * 16)))
    assert {"PK", "KEK", "db", "SecureBootEnable"} <= known
    case.reset().is_(efi.SETUP_MODE, 0).is_(efi.SECURE_BOOT, 1).runtime()
    case.unsigned(efi.DB, LIST, VIOLATION)
    # Newer than what the tool stamped its variables with.
    case.signed(efi.DB, LIST, sign, SUCCESS, when=efi.time(year=2999))
    case.is_(efi.DB, LIST)


def add(book, virt_firmware_path):
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(directory)
        efitools(book, bench)
        sbvarsign(book, bench)
        openssl(book, bench)
        virt_firmware(book, bench, virt_firmware_path)
