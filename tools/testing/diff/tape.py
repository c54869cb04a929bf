# SPDX-License-Identifier: GPL-2.0-or-later
# A tape: the calls that the program plays, data and signatures included; its format is in tape.h.

"""Calls with signatures are made here, before the program runs.

The clock goes on a second with each signature, so that each is newer than what
came before unless a time is given.
"""

import datetime
import struct
import uuid

import pki

NV, BS, RT, HR, AW, AT, AP = 1, 2, 4, 8, 16, 32, 64
SET, APPEND, DESCRIPTOR = 0x27, 0x67, 40

# In the order of enum ns.
NAMESPACES = {
    't1': '6b757631-6469-6666-8010-111213141516',
    't2': '6b757631-6469-6666-8010-111213141517',
    'gl': '8be4df61-93ca-11d2-aa0d-00e098032b8c',
    'sec': 'd719b2cb-3d3a-4596-a3bc-dad00e67656f',
    'sbe': 'f0a30bc7-af08-4556-99c4-001009c93a44',
    'cm': 'c076ec0c-7028-4399-a072-71ee5c448b9f',
    'vk': '9073e4e0-60ec-4b6e-9903-4c223c260f3c',
    'cdb': 'd9bee56e-75dc-49d9-b4d7-b534210f637a',
    'mor': 'e20939be-32d4-41be-a150-897f85d49829',
    'morl': 'bb983ccf-151d-40e1-a07b-4a17be168292',
}
PK, KEK = ('PK', 'gl'), ('KEK', 'gl')
DB, DBX, DBT = ('db', 'sec'), ('dbx', 'sec'), ('dbt', 'sec')

TYPES = {
    'sha1': ('826ca512-cf10-4ac9-b187-be01496631bd', 20),
    'sha224': ('0b6e5233-a65c-44c9-9407-d9ab83bfc8bd', 28),
    'sha256': ('c1c41626-504c-4092-aca9-41f936934328', 32),
    'sha384': ('ff3e5307-9fd0-48c9-85f1-8ad56c701e01', 48),
    'sha512': ('093e0fae-a6c4-4f50-9f1b-d41e2b89c19a', 64),
    'rsa2048': ('3c5766e8-269c-4e34-aa14-ed776e85b3b6', 256),
    'rsa2048-sha256': ('e2b36190-879b-4a3d-ad8d-f2e7bba32784', 256),
    'rsa2048-sha1': ('67f8444f-8743-48f1-a328-1eaab8736080', 256),
    'x509-sha256': ('3bd2a492-96c0-4079-b420-fcf98ef103ed', 48),
    'x509-sha384': ('7076876e-80c2-4ee6-aad2-28b349a6865b', 64),
    'x509-sha512': ('446dbf63-2502-4cda-bcfa-2465d2b0fe9d', 80),
    'x509': ('a5c059a1-94e4-4aa7-87b5-ab155c2bf072', None),
}
CERT_PKCS7 = uuid.UUID('4aafd29d-68df-49ee-8aa9-347d375665a7').bytes_le

# Fields of the time stamp that have to be zero: offset in it.
RESERVED = {'pad1': 7, 'nanosecond': 8, 'timezone': 12, 'daylight': 14, 'pad2': 15}


def guid(text):
    return uuid.UUID(text).bytes_le


OWNER = guid('77fa9abd-0359-4d32-bd60-28f4e78f784b')
OWNER2 = guid('77fa9abd-0359-4d32-bd60-28f4e78f784c')


def some(number, n):
    """n bytes that differ from number to number."""
    return bytes((number * 37 + i * (number % 5 + 3) + 11) & 0xff for i in range(n))


def siglist(kind, entries, owner=OWNER, header=b'', list_size=None, sig_size=None):
    """EFI_SIGNATURE_LIST; entries must be of one length."""
    size = sig_size if sig_size is not None else 16 + len(entries[0])
    body = b''.join(owner + e for e in entries)
    total = list_size if list_size is not None else 28 + len(header) + len(body)
    type_guid = guid(TYPES[kind][0]) if kind in TYPES else some(1, 16)
    return type_guid + struct.pack('<III', total, len(header), size) + header + body


def hash_list(*numbers, kind='sha256', owner=OWNER):
    return siglist(kind, [some(n, TYPES[kind][1]) for n in numbers], owner)


def efi_time(when):
    return struct.pack('<HBBBBBBIhBB', when.year, when.month, when.day, when.hour,
                       when.minute, when.second, 0, 0, 0, 0, 0)


def descriptor(time, blob=b'', length=None, revision=0x200, kind=0x0ef1, cert=CERT_PKCS7):
    length = 24 + len(blob) if length is None else length
    return time + struct.pack('<IHH', length, revision, kind) + cert + blob


class Tape:
    """Calls in the order in which they will be made."""

    def __init__(self, people):
        self.people = people
        self.records = []
        self.clock = datetime.datetime(2021, 6, 1)
        self.nr_calls = 0

    def record(self, op, var=('', 't1'), attrs=0, data=b'', label='', payload=None):
        name = (var[0] + '\0').encode('utf-16-le')
        text = label.encode('ascii')
        namespace = list(NAMESPACES).index(var[1])
        size = len(data) if payload is None else payload
        head = struct.pack('<BBHHHIII', ord(op), namespace, len(text), len(name), 0,
                           attrs, len(data), size)
        body = head + name + text + data
        self.records.append(body + bytes(-len(body) % 4))
        self.nr_calls += op in 'SGNQ'

    def comment(self, text):
        self.record('#', label=text)

    def leave(self):
        self.record('X')

    def reset(self):
        self.record('R')

    def list(self):
        self.record('L')

    def get(self, *variables):
        for var in variables:
            self.record('G', var)

    def next(self, var):
        self.record('N', var)

    def query(self, attrs):
        self.record('Q', attrs=attrs)

    def modes(self):
        self.get(('SetupMode', 'gl'), ('SecureBoot', 'gl'), ('SecureBootEnable', 'sbe'),
                 ('CustomMode', 'cm'), ('VendorKeys', 'gl'), ('VendorKeysNv', 'vk'))

    def set(self, var, attrs, data=b'', label='plain'):
        self.record('S', var, attrs, data, label)

    def now(self):
        self.clock += datetime.timedelta(seconds=1)
        return self.clock

    def bare(self, var, payload=b'', attrs=SET, label='', when=None, **fields):
        """A descriptor without a signature."""
        time = when if isinstance(when, bytes) else efi_time(when or self.now())
        data = descriptor(time, **fields) + payload
        self.record('S', var, attrs, data, 'none' + label, len(payload))

    def sign(self, var, payload, attrs, time, by, name=None, certs=None, **options):
        name, namespace = name or var
        text = b''.join([name.encode('utf-16-le'), guid(NAMESPACES[namespace]),
                         struct.pack('<I', attrs), time, payload])
        signers = [self.people[x] for x in by.split('+')]
        sent = by if certs is None else certs
        ders = [self.people[x].cert for x in sent.split('+') if x]
        return pki.signed_data(text, signers, ders, **options)

    def signed(self, var, payload=b'', by='pk1', attrs=SET, when=None, label='',
               break_it=None, fields=None, signed_attrs=None, **options):
        """A signed write; break_it changes the message after it was signed."""
        time = when if isinstance(when, bytes) else efi_time(when or self.now())
        blob = self.sign(var, payload, attrs if signed_attrs is None else signed_attrs,
                         time, by, **options)
        data = bytearray(descriptor(time, blob, **(fields or {})) + payload)
        if break_it:
            break_it(data, 16 + 24 + len(blob))
        text = '-'.join([by, options.get('alg', 'sha256')] +
                        ['wrap'] * options.get('wrap', False)) + label
        self.record('S', var, attrs, bytes(data), text, len(payload))
        return bytes(data)

    def again(self, var, data, attrs=SET, payload=0):
        """The same bytes once more."""
        self.record('S', var, attrs, data, 'again', payload)

    def cert(self, *names, owner=OWNER):
        """A list for each certificate: they differ in length."""
        return b''.join(siglist('x509', [self.people[n].cert], owner) for n in names)

    def write(self, f):
        body = b''.join(self.records)
        f.write(b'KUVTAPE1' + struct.pack('<II', len(body), len(self.records)) + body)
