# SPDX-License-Identifier: GPL-2.0-or-later
"""Signed writes for the KUnit suites: a C header, made with the openssl program.

kunit-auth.py DIR makes DIR/auth_vectors.h; keys and certificates stay in DIR.
"""

import hashlib
import os
import struct
import subprocess
import sys
import uuid

AUTH, APPEND, VOLATILE = 0x27, 0x67, 0x26

GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c").bytes_le
SECURITY = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f").bytes_le
PKCS7 = uuid.UUID("4aafd29d-68df-49ee-8aa9-347d375665a7").bytes_le
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
SHA256 = uuid.UUID("c1c41626-504c-4092-aca9-41f936934328").bytes_le
SHA384 = uuid.UUID("ff3e5307-9fd0-48c9-85f1-8ad56c701e01").bytes_le
X509_SHA256 = uuid.UUID("3bd2a492-96c0-4079-b420-fcf98ef103ed").bytes_le
# Namespace of the suites, see test_guid in testlib.h.
OURS = b"KUV " + bytes(range(1, 13))

OWNER, OTHER_OWNER = b"\x01" * 16, b"\x02" * 16

PK, KEK = ("PK", GLOBAL), ("KEK", GLOBAL)
DB, DBX, DBT, DBR = (("%s" % n, SECURITY) for n in ("db", "dbx", "dbt", "dbr"))
MINE = ("Mine", OURS)

os.chdir(sys.argv[1])


def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE).stdout


def read(path):
    with open(path, "rb") as f:
        return f.read()


def make_cert(name, cn, issuer=None, ca=True, key="rsa", serial="0x7f",
              more=()):
    """name.key, name.pem, name.der; a leaf if there is an issuer."""
    if key == "ec":
        openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout",
                "-out", name + ".key")
    else:
        openssl("genrsa", "-out", name + ".key", "2048")
    subject = f"/O=kvm-uefivars/CN={cn}" if cn else "/O=kvm-uefivars"
    basic = "basicConstraints=critical,CA:" + ("TRUE" if ca else "FALSE")
    args = ["req", "-new", "-x509", "-sha256", "-key", name + ".key", "-subj",
            subject, "-set_serial", serial, "-days", "3650", "-addext", basic,
            "-out", name + ".pem"]
    for extension in more:
        args += ["-addext", extension]
    if issuer:
        openssl("req", "-new", "-key", name + ".key", "-subj", subject,
                "-out", name + ".csr")
        with open(name + ".ext", "w", encoding="ascii") as f:
            f.write(basic + "\n")
        args = ["x509", "-req", "-sha256", "-in", name + ".csr",
                "-CA", issuer + ".pem", "-CAkey", issuer + ".key",
                "-set_serial", serial, "-days", "3650",
                "-extfile", name + ".ext", "-out", name + ".pem"]
    openssl(*args)
    openssl("x509", "-in", name + ".pem", "-outform", "DER",
            "-out", name + ".der")
    return read(name + ".der")


def when(second, pad1=0, nanosecond=0, zone=0, daylight=0, pad2=0):
    return struct.pack("<HBBBBBBIhBB", 2026, 1, 2, 3, 4, second, pad1,
                       nanosecond, zone, daylight, pad2)


def siglist(kind, *entries, owner=OWNER):
    size = 16 + len(entries[0])
    return (kind + struct.pack("<III", 28 + size * len(entries), 0, size) +
            b"".join(owner + e for e in entries))


def sign(data, signers, md="sha256", certs=(), bare=False, nocerts=False):
    args = ["smime", "-sign", "-binary", "-noattr", "-md", md, "-outform",
            "DER"]
    for s in signers:
        args += ["-signer", s + ".pem", "-inkey", s + ".key"]
    if certs:
        with open("certs.pem", "wb") as f:
            f.write(b"".join(read(c + ".pem") for c in certs))
        args += ["-certfile", "certs.pem"]
    if nocerts:
        args.append("-nocerts")
    message = openssl(*args, data=data)
    # ContentInfo with 2-byte lengths: its OID, then [0] around the message.
    return message[19:] if bare else message


def write(var, attributes, time, payload, signers, **how):
    """What a guest gives to SetVariable."""
    name, space = var
    signed = (name.encode("utf-16-le") + space +
              struct.pack("<I", attributes) + time + payload)
    message = sign(signed, signers, **how)
    return (time + struct.pack("<IHH", 24 + len(message), 0x200, 0xEF1) +
            PKCS7 + message + payload)


out = []


def emit(name, data):
    lines = []
    for i in range(0, len(data), 16):
        lines.append("\t" + " ".join("%d," % b for b in data[i:i + 16]))
    out.append("static const u8 vec_%s[] __maybe_unused = {\n%s\n};\n" %
               (name, "\n".join(lines)))


def auth(name, var, second, payload, signer, attributes=AUTH, **how):
    signers = [signer] if isinstance(signer, str) else signer
    time = second if isinstance(second, bytes) else when(second)
    emit(name, write(var, attributes, time, payload, signers, **how))


def make_certs():
    certs = {}
    for name, cn, options in (
            ("pk", "Platform", {}),
            ("pk2", "Next Platform", {}),
            # Signers are sorted: the shorter serial number comes first.
            ("pkleaf", "Below Platform",
             {"issuer": "pk", "ca": False, "serial": "0x7fff"}),
            ("pkfirst", "Before Platform",
             {"issuer": "pk", "ca": False, "serial": "0x01"}),
            ("kek", "Exchange", {}),
            ("kek2", "Another Exchange", {}),
            ("kekleaf", "Below Exchange",
             {"issuer": "kek", "ca": False, "serial": "0x01"}),
            ("ec", "Elliptic", {"key": "ec"}),
            ("root", "Root", {}),
            ("alice", "Alice",
             {"issuer": "root", "ca": False, "serial": "0x01"}),
            ("bob", "Bob",
             {"issuer": "root", "ca": False, "serial": "0x02"}),
            ("carol", "Carol",
             {"issuer": "root", "ca": False, "serial": "0x7fff"}),
            # What it may be used for is not known to anybody here.
            ("odd", "Odd", {"more": ["1.2.3.4=critical,DER:0500"]}),
            ("noname", "", {})):
        certs[name] = make_cert(name, cn, **options)
    return certs


def make_keys(c):
    """PK and KEK."""
    pk, pk2 = siglist(X509, c["pk"]), siglist(X509, c["pk2"])
    kek = siglist(X509, c["kek"])
    emit("list_pk", pk)
    emit("list_pk2", pk2)
    emit("list_two_pks", pk + pk2)
    emit("list_kek", kek)
    emit("list_keks", siglist(SHA256, b"\x55" * 32) +
         siglist(X509, c["kek2"]) + kek)
    emit("list_hashes_only", siglist(SHA256, b"\x55" * 32))
    emit("list_ec", siglist(X509, c["ec"]))

    auth("pk_self", PK, 1, pk, "pk")
    auth("pk_by_other", PK, 1, pk, "pk2")
    auth("pk_empty_self", PK, 1, b"", "pk")
    auth("pk_update", PK, 5, pk2, "pk")
    auth("pk_update_by_leaf", PK, 5, pk2, "pkleaf", certs=["pk"])
    auth("pk_update_by_new", PK, 5, pk2, "pk2")
    auth("pk_two", PK, 5, pk + pk2, "pk")
    auth("pk_delete", PK, 6, b"", "pk")
    auth("pk_delete_old", PK, 1, b"", "pk")
    auth("pk_append_nothing", PK, 6, b"", "pk", APPEND)

    auth("kek", KEK, 5, kek, "pk")
    auth("kek_older", KEK, 4, kek, "pk")
    auth("kek_newer", KEK, 6, siglist(X509, c["kek2"]), "pk")
    auth("kek_by_leaf", KEK, 5, kek, "pkleaf", certs=["pk"])
    auth("kek_by_kek", KEK, 7, kek, "kek")
    auth("kek_two_signers", KEK, 5, kek, ["pk", "pkleaf"], certs=["pk"])
    auth("kek_two_signers_leaf_first", KEK, 5, kek, ["pk", "pkfirst"],
         certs=["pk"])
    auth("kek_two_signers_one_strange", KEK, 5, kek, ["pk", "kek"])
    auth("kek_garbage", KEK, 5, b"garbage", "pk")
    auth("kek_ec", KEK, 5, siglist(X509, c["ec"]), "pk")
    auth("kek_delete", KEK, 9, b"", "pk")
    auth("kek_append_older", KEK, 3, siglist(X509, c["kek2"]), "pk", APPEND)
    auth("kek_append_newer", KEK, 8, siglist(X509, c["kek2"]), "pk", APPEND)
    auth("kek_wrapped", KEK, 5, kek, "pk", md="sha512")
    auth("kek_sha384", KEK, 5, kek, "pk", md="sha384")
    auth("kek_sha1", KEK, 5, kek, "pk", md="sha1")
    auth("kek_sha224", KEK, 5, kek, "pk", md="sha224")
    auth("kek_no_certificate", KEK, 5, kek, "pk", nocerts=True)
    # Each of these was signed as it is.
    auth("kek_pad1", KEK, when(5, pad1=1), kek, "pk")
    auth("kek_nanosecond", KEK, when(5, nanosecond=1), kek, "pk")
    auth("kek_zone", KEK, when(5, zone=60), kek, "pk")
    auth("kek_daylight", KEK, when(5, daylight=1), kek, "pk")
    auth("kek_pad2", KEK, when(5, pad2=1), kek, "pk")


def make_databases():
    one, two = b"\x11" * 32, b"\x22" * 32
    hashes = siglist(SHA256, one)
    emit("list_one", hashes)
    emit("list_two", siglist(SHA256, two))
    emit("list_one_other_owner", siglist(SHA256, one, owner=OTHER_OWNER))
    emit("list_both", siglist(SHA256, one, two))
    emit("list_384", siglist(SHA384, b"\x33" * 48))
    emit("list_x509_hash", siglist(X509_SHA256, b"\x44" * 48))
    emit("list_two_certs", siglist(X509, *same_size()))
    emit("list_cert", siglist(X509, read("kek2.der")))

    auth("db_by_pk", DB, 5, hashes, "pk")
    auth("db_by_kek", DB, 5, hashes, "kek")
    auth("db_by_kek_bare", DB, 5, hashes, "kek", bare=True)
    auth("db_by_kekleaf", DB, 5, hashes, "kekleaf")
    auth("db_by_stranger", DB, 5, hashes, "alice")
    auth("db_garbage_by_kek", DB, 5, b"garbage", "kek")
    auth("db_garbage_by_pk", DB, 5, b"garbage", "pk")
    auth("db_delete_by_kek", DB, 9, b"", "kek")
    auth("db_delete_by_pk", DB, 9, b"", "pk")
    auth("db_append_cert", DB, 6, siglist(X509, read("kek2.der")), "kek",
         APPEND)
    for name, var in (("dbx", DBX), ("dbt", DBT), ("dbr", DBR)):
        auth(name, var, 5, hashes, "kek")
        auth(name + "_by_stranger", var, 5, hashes, "alice")
    auth("dbx_append", DBX, 6, siglist(SHA256, two), "kek", APPEND)
    auth("dbx_append_both", DBX, 6, siglist(SHA256, one, two), "kek", APPEND)
    auth("dbx_append_same", DBX, 6, hashes, "kek", APPEND)
    auth("dbx_append_same_older", DBX, 2, hashes, "kek", APPEND)
    auth("dbx_append_other_owner", DBX, 6,
         siglist(SHA256, one, owner=OTHER_OWNER), "kek", APPEND)


def same_size():
    """Two certificates that fit one list."""
    der = read("kek.der")
    other = make_cert("kek3", "Exchangf")
    assert len(der) == len(other)
    return der, other


def make_private():
    def mine(name, second, payload, signer, attributes=AUTH, var=MINE, **how):
        auth("mine_" + name, var, second, payload, signer, attributes, **how)

    mine("create", 5, b"one", "alice")
    mine("create_chain", 5, b"one", "alice", certs=["root"])
    mine("create_384", 5, b"one", "alice", md="sha384")
    mine("create_512", 5, b"one", "alice", md="sha512")
    mine("create_two_signers", 5, b"one", ["alice", "bob"])
    mine("create_root_and_leaf", 5, b"one", ["root", "carol"])
    mine("create_odd", 5, b"one", "odd")
    mine("create_no_name", 5, b"one", "noname")
    mine("create_append", 5, b"one", "alice", APPEND)
    mine("create_append_nothing", 5, b"", "alice", APPEND)
    mine("create_empty", 5, b"", "alice")
    mine("create_bob", 5, b"bob's", "bob")
    mine("create_volatile", 5, b"one", "alice", VOLATILE)
    mine("create_second", 5, b"two", "bob", var=("Other", OURS))
    mine("create_boot", 5, b"one", "alice", 0x23)
    mine("create_nowhere", 5, b"one", "alice", 0x21)
    mine("create_not_runtime", 5, b"one", "alice", 0x26)
    mine("update", 6, b"two!", "alice")
    mine("update_384", 6, b"two!", "alice", md="sha384")
    mine("update_root", 6, b"two!", "alice", certs=["root"])
    mine("update_by_bob", 6, b"bob's", "bob", certs=["alice", "root"])
    mine("update_by_root", 6, b"root's", "root")
    mine("update_volatile", 6, b"two!", "alice", VOLATILE)
    mine("append", 6, b" more", "alice", APPEND)
    mine("append_older", 4, b" more", "alice", APPEND)
    mine("append_nothing", 8, b"", "alice", APPEND)
    mine("append_by_bob", 6, b" more", "bob", APPEND)
    mine("update_ancient", 0, b"old", "alice")
    mine("delete", 9, b"", "alice")
    mine("delete_by_bob", 9, b"", "bob")
    mine("delete_volatile", 9, b"", "alice", VOLATILE)


def make_digests(c):
    """What must be stored for Alice, computed here and not by the core."""
    openssl("asn1parse", "-inform", "DER", "-in", "alice.der", "-strparse",
            "4", "-noout", "-out", "alice.tbs")
    for md in ("sha256", "sha384", "sha512"):
        emit("alice_" + md,
             hashlib.new(md, b"Alice" + read("alice.tbs")).digest())
    emit("alice_cert", c["alice"])
    emit("time_5", when(5))
    emit("time_6", when(6))


certificates = make_certs()
make_keys(certificates)
make_databases()
make_private()
make_digests(certificates)
with open("auth_vectors.h.tmp", "w", encoding="ascii") as header:
    header.write("/* SPDX-License-Identifier: GPL-2.0 */\n"
                 "/* Made by kunit-auth.py. */\n" + "\n".join(out))
os.rename("auth_vectors.h.tmp", "auth_vectors.h")
