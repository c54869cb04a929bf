#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""PCR 7 behind the variables and behind the separator, computed from vard-sync's database.

usage: pcr7.py DATABASE VM
"""
import hashlib
import sqlite3
import struct
import sys
import uuid

GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c").bytes_le
SECURITY = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f").bytes_le
ENABLE = uuid.UUID("f0a30bc7-af08-4556-99c4-001009c93a44").bytes_le


def sha256(data):
    return hashlib.sha256(data).digest()


def variables(database, vm):
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    rows = db.execute(
        "SELECT v.guid, v.name, v.data FROM variable v JOIN vm ON vm.id = v.vm_id"
        " WHERE vm.name = ?", (vm,))
    return {(uuid.UUID(g).bytes_le, n): bytes(d) for g, n, d in rows}


def main():
    known = variables(sys.argv[1], sys.argv[2])
    enable = known.get((ENABLE, "SecureBootEnable"), b"\1")
    is_on = (GLOBAL, "PK") in known and enable == b"\1"
    known[GLOBAL, "SecureBoot"] = bytes([is_on])
    pcr = bytes(32)
    for guid, name in ((GLOBAL, "SecureBoot"), (GLOBAL, "PK"), (GLOBAL, "KEK"),
                       (SECURITY, "db"), (SECURITY, "dbx")):
        data = known.get((guid, name), b"")
        event = guid + struct.pack("<QQ", len(name), len(data))
        event += name.encode("utf-16-le") + data
        pcr = sha256(pcr + sha256(event))
    print(pcr.hex(), sha256(pcr + sha256(bytes(4))).hex())


main()
