#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes many VMs out of few, in vard-sync's database while nobody serves it.

many.py DATABASE NUMBER BASE...    NUMBER VMs vm-BASE-0001, ... like each VM base-BASE
"""
import sqlite3
import struct
import sys
import uuid
import zlib


def checksum(vm, row):
    """What schema.sql says of the column crc."""
    guid, name_utf16, _, attributes, time, data, _ = row
    return zlib.crc32(uuid.UUID(vm).bytes + uuid.UUID(guid).bytes_le +
                      struct.pack('<III', attributes, len(name_utf16), len(data)) +
                      time + name_utf16 + data)


def check_base(base, rows, sums):
    """The rows of a base have the checksums that this program computes."""
    for row, stored in zip(rows, sums):
        if checksum(base, row) != stored:
            sys.exit('many.py: another checksum than schema.sql describes')


def main():
    db = sqlite3.connect(sys.argv[1])
    number = int(sys.argv[2])
    for base in sys.argv[3:]:
        vm_id, vm_uuid = db.execute(
            'SELECT id, uuid FROM vm WHERE name = ?', ('base-' + base,)).fetchone()
        rows = db.execute(
            'SELECT guid, name_utf16, name, attributes, time, data, seq '
            'FROM variable WHERE vm_id = ? ORDER BY id', (vm_id,)).fetchall()
        sums = [r[0] for r in db.execute(
            'SELECT crc FROM variable WHERE vm_id = ? ORDER BY id', (vm_id,))]
        check_base(vm_uuid, rows, sums)
        for i in range(1, number + 1):
            new = str(uuid.uuid4())
            cursor = db.execute('INSERT INTO vm (name, uuid, uid) VALUES (?, ?, 0)',
                                (f'vm-{base}-{i:04}', new))
            db.executemany(
                'INSERT INTO variable (vm_id, guid, name_utf16, name, attributes, time, data,'
                ' seq, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
                [(cursor.lastrowid, *row, checksum(new, row)) for row in rows])
    db.commit()


main()
