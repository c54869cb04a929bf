# SPDX-License-Identifier: GPL-2.0-or-later
# Keys, certificates and PKCS#7 messages of the differential test.

"""Keys are made once and cached; with them all is deterministic but what ec signs.

Messages are put together by hand, so that every part of them can be wrong.
"""

import datetime
import hashlib
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

# Name, subject, issuer, CA; an issuer comes before what it issues.
PEOPLE = [
    ('pk1', 'PK one', 'pk1', True),
    ('pk2', 'PK two', 'pk2', True),
    ('pkleaf', 'Issued by PK one', 'pk1', False),
    ('kek1', 'KEK one', 'kek1', True),
    ('kek2', 'KEK two', 'kek2', True),
    ('signer', 'Issued by KEK one', 'kek1', False),
    ('foreign', 'Nobody trusts this', 'foreign', True),
    ('twin', 'KEK one', 'twin', True),
    ('root', 'Root of owners', 'root', True),
    ('alice', 'Alice', 'root', False),
    ('bob', 'Bob', 'root', False),
    ('owner', 'Owner', 'owner', False),
    ('nocn', None, 'nocn', False),
    ('longcn', 'C' * 64, 'longcn', False),
    ('utf8', 'K\u00e4the \u20ac', 'utf8', False),
    ('ec', 'Elliptic', 'root', False),
]

HASHES = {'sha1': hashes.SHA1(), 'sha256': hashes.SHA256(),
          'sha384': hashes.SHA384(), 'sha512': hashes.SHA512()}
OIDS = {'sha1': bytes.fromhex('2b0e03021a'),
        'sha256': bytes.fromhex('608648016503040201'),
        'sha384': bytes.fromhex('608648016503040202'),
        'sha512': bytes.fromhex('608648016503040203')}
RSA_ENCRYPTION = bytes.fromhex('2a864886f70d010101')
PKCS7 = bytes.fromhex('2a864886f70d0107')
PKCS9 = bytes.fromhex('2a864886f70d0109')
BEGIN = datetime.datetime(2020, 1, 1)
END = datetime.datetime(2049, 12, 31)


class Person:
    """A key and its certificate."""

    def __init__(self, key, cert):
        self.key = key
        self.cert = cert.public_bytes(serialization.Encoding.DER)
        self.issuer = cert.issuer.public_bytes()
        self.serial = cert.serial_number

    def sign(self, alg, data):
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(HASHES[alg]))
        return self.key.sign(data, padding.PKCS1v15(), HASHES[alg])


def make_key(name):
    if name == 'ec':
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def subject(cn):
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'kvm-uefivars test')]
    if cn:
        parts.append(x509.NameAttribute(NameOID.COMMON_NAME, cn))
    return x509.Name(parts)


def make_cert(number, key, cn, issuer_key, issuer_cn, is_ca):
    return (x509.CertificateBuilder()
            .subject_name(subject(cn)).issuer_name(subject(issuer_cn))
            .public_key(key.public_key()).serial_number(number + 1)
            .not_valid_before(BEGIN).not_valid_after(END)
            .add_extension(x509.BasicConstraints(is_ca, None), True)
            .sign(issuer_key, hashes.SHA256()))


def write_new(path, data):
    """A file that appears whole, whoever else makes it at the same time."""
    if os.path.exists(path):
        return
    temporary = '%s.%d.tmp' % (path, os.getpid())
    with open(temporary, 'wb') as f:
        f.write(data)
    os.rename(temporary, path)


def load_keys(directory):
    """Private keys from the cache, made where there are none."""
    os.makedirs(directory, 0o700, exist_ok=True)
    keys = {}
    for name, _, _, _ in PEOPLE:
        path = os.path.join(directory, name + '.pem')
        if not os.path.exists(path):
            write_new(path, make_key(name).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption()))
        with open(path, 'rb') as f:
            keys[name] = serialization.load_pem_private_key(f.read(), None)
    return keys


def load_people(directory):
    """Everybody by name; the certificates are left beside the keys."""
    keys, people = load_keys(directory), {}
    names = {name: cn for name, cn, _, _ in PEOPLE}
    for number, (name, cn, issuer, is_ca) in enumerate(PEOPLE):
        cert = make_cert(number, keys[name], cn, keys[issuer], names[issuer], is_ca)
        people[name] = Person(keys[name], cert)
        write_new(os.path.join(directory, name + '.crt'),
                  cert.public_bytes(serialization.Encoding.PEM))
    return people


def tlv(tag, *parts):
    body = b''.join(parts)
    n = len(body)
    if n < 0x80:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, 'big') + body


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, 'big'))


def algorithm(oid):
    return tlv(0x30, tlv(0x06, oid), tlv(0x05))


def attributes(alg, data):
    """contentType and messageDigest."""
    digest = hashlib.new(alg, data).digest()
    return b''.join([
        tlv(0x30, tlv(0x06, PKCS9 + b'\x03'), tlv(0x31, tlv(0x06, PKCS7 + b'\x01'))),
        tlv(0x30, tlv(0x06, PKCS9 + b'\x04'), tlv(0x31, tlv(0x04, digest)))])


def signer_info(by, alg, data, attrs):
    if attrs:
        inner = attributes(alg, data)
        data = tlv(0x31, inner)
    return tlv(0x30, integer(1), tlv(0x30, by.issuer, integer(by.serial)),
               algorithm(OIDS[alg]), *([tlv(0xa0, inner)] if attrs else []),
               algorithm(RSA_ENCRYPTION), tlv(0x04, by.sign(alg, data)))


def signed_data(data, signers, certs, alg='sha256', listed=None, attrs_in=False, wrap=False):
    """PKCS#7 SignedData over data that is not in it; wrap: in a ContentInfo."""
    body = tlv(0x30, integer(1), tlv(0x31, algorithm(OIDS[listed or alg])),
               tlv(0x30, tlv(0x06, PKCS7 + b'\x01')),
               tlv(0xa0, *certs) if certs else b'',
               tlv(0x31, *[signer_info(s, alg, data, attrs_in) for s in signers]))
    if wrap:
        body = tlv(0x30, tlv(0x06, PKCS7 + b'\x02'), tlv(0xa0, body))
    return body
