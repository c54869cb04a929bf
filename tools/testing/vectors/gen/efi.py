# SPDX-License-Identifier: GPL-2.0-or-later
"""Variables, times, descriptors and signature lists as a guest sends them."""

import struct
import uuid

NV, BS, RT, HR, AW, AT, AP, ENH = 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80
AUTH = NV | BS | RT | AT
APPEND = AUTH | AP


def guid(text):
    return uuid.UUID(text).bytes_le


GLOBAL = guid("8be4df61-93ca-11d2-aa0d-00e098032b8c")
SECURITY = guid("d719b2cb-3d3a-4596-a3bc-dad00e67656f")
PRIVATE = guid("2055564b-0201-0403-0506-0708090a0b0c")
CERT_DB = guid("d9bee56e-75dc-49d9-b4d7-b534210f637a")
SECURE_BOOT_ENABLE = guid("f0a30bc7-af08-4556-99c4-001009c93a44")
CUSTOM_MODE = guid("c076ec0c-7028-4399-a072-71ee5c448b9f")
VENDOR_KEYS_NV = guid("9073e4e0-60ec-4b6e-9903-4c223c260f3c")
PKCS7 = guid("4aafd29d-68df-49ee-8aa9-347d375665a7")
OWNER = guid("6b757600-0000-4000-8000-000000000001")
OWNER2 = guid("6b757600-0000-4000-8000-000000000002")

TYPES = {name: guid(text) for name, text in {
    "sha1": "826ca512-cf10-4ac9-b187-be01496631bd",
    "sha224": "0b6e5233-a65c-44c9-9407-d9ab83bfc8bd",
    "sha256": "c1c41626-504c-4092-aca9-41f936934328",
    "sha384": "ff3e5307-9fd0-48c9-85f1-8ad56c701e01",
    "sha512": "093e0fae-a6c4-4f50-9f1b-d41e2b89c19a",
    "rsa2048": "3c5766e8-269c-4e34-aa14-ed776e85b3b6",
    "rsa2048_sha256": "e2b36190-879b-4a3d-ad8d-f2e7bba32784",
    "rsa2048_sha1": "67f8444f-8743-48f1-a328-1eaab8736080",
    "x509": "a5c059a1-94e4-4aa7-87b5-ab155c2bf072",
    "x509_sha256": "3bd2a492-96c0-4079-b420-fcf98ef103ed",
    "x509_sha384": "7076876e-80c2-4ee6-aad2-28b349a6865b",
    "x509_sha512": "446dbf63-2502-4cda-bcfa-2465d2b0fe9d",
}.items()}
# Bytes of data that a signature of each type has, certificates aside.
SIZES = {"sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64,
         "rsa2048": 256, "rsa2048_sha256": 256, "rsa2048_sha1": 256,
         "x509_sha256": 48, "x509_sha384": 64, "x509_sha512": 80}


class Var:
    """A variable's name and namespace."""

    def __init__(self, name, space):
        self.name, self.space = name, space

    def utf16(self):
        return self.name.encode("utf-16-le")


PK, KEK = Var("PK", GLOBAL), Var("KEK", GLOBAL)
DB, DBX, DBT = (Var(n, SECURITY) for n in ("db", "dbx", "dbt"))
SETUP_MODE, SECURE_BOOT = Var("SetupMode", GLOBAL), Var("SecureBoot", GLOBAL)
SBE = Var("SecureBootEnable", SECURE_BOOT_ENABLE)
CUSTOM = Var("CustomMode", CUSTOM_MODE)
VENDOR_KEYS = Var("VendorKeys", GLOBAL)
MINE = Var("Mine", PRIVATE)
CERTDB, CERTDBV = Var("certdb", CERT_DB), Var("certdbv", CERT_DB)


def time(second=1, *, year=2024, month=1, day=1, hour=0, minute=0, pad1=0,
         nanosecond=0, zone=0, daylight=0, pad2=0):
    return struct.pack("<HBBBBBBIhBB", year, month, day, hour, minute, second,
                       pad1, nanosecond, zone, daylight, pad2)


def descriptor(when, signed=b"", *, dw=None, revision=0x200, kind=0xEF1,
               cert_type=PKCS7):
    """AUTHENTICATION_2 without its payload."""
    size = 24 + len(signed) if dw is None else dw
    return when + struct.pack("<IHH", size, revision, kind) + cert_type + signed


def signed_bytes(var, attributes, when, payload):
    return (var.utf16() + var.space + struct.pack("<I", attributes) + when +
            payload)


def siglist(kind, entries, *, owner=OWNER, header=b"", list_size=None,
            size=None):
    """One list; an entry is data, or (owner, data)."""
    full = [e[0] + e[1] if isinstance(e, tuple) else owner + e for e in entries]
    each = len(full[0]) if size is None else size
    total = 28 + len(header) + sum(map(len, full))
    return (TYPES.get(kind, kind) +
            struct.pack("<III", total if list_size is None else list_size,
                        len(header), each) + header + b"".join(full))


def x509_list(*certs, owner=OWNER):
    """A list for each certificate: their sizes differ."""
    return b"".join(siglist("x509", [c if isinstance(c, bytes) else c.der],
                            owner=owner) for c in certs)


def parse_lists(data):
    """[(type, header, size, [entry with owner])] of a value that is right."""
    out = []
    while data:
        total, header, size = struct.unpack_from("<III", data, 16)
        if total < 28 + header or total > len(data) or size < 17:
            raise ValueError("malformed signature list")
        body = data[28 + header:total]
        if len(body) % size:
            raise ValueError("entries do not fill their list")
        out.append((data[:16], data[28:28 + header], size,
                    [body[i:i + size] for i in range(0, len(body), size)]))
        data = data[total:]
    return out


def appended(old, new):
    """The value after an append: what old has not, in its order, behind old."""
    have = {(kind, entry) for kind, _, _, entries in parse_lists(old)
            for entry in entries}
    out = old
    for kind, header, size, entries in parse_lists(new):
        left = [e for e in entries if (kind, e) not in have]
        if left:
            out += (kind + struct.pack("<III", 28 + len(header) +
                                       size * len(left), len(header), size) +
                    header + b"".join(left))
    return out


def split_update(blob):
    """(time, SignedData, payload) of a published update."""
    size = struct.unpack_from("<I", blob, 16)[0]
    return blob[:16], blob[40:16 + size], blob[16 + size:]
