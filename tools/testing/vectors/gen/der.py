# SPDX-License-Identifier: GPL-2.0-or-later
"""DER: an encoder that can also be told to encode wrongly, and a small reader."""

BOOLEAN, INTEGER, BITS, OCTETS, NULL, OBJECT = 1, 2, 3, 4, 5, 6
UTF8, SEQUENCE, SET = 0x0C, 0x30, 0x31
PRINTABLE, T61, IA5, UTCTIME, GENTIME = 0x13, 0x14, 0x16, 0x17, 0x18
UNIVERSAL, BMP = 0x1C, 0x1E


def length(n):
    """The shortest encoding of a length."""
    if n < 0x80:
        return bytes([n])
    raw = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(raw)]) + raw


def tlv(tag, *parts):
    body = b"".join(parts)
    return bytes([tag]) + length(len(body)) + body


def seq(*parts):
    return tlv(SEQUENCE, *parts)


def set_of(*parts):
    """A SET in the order given: DER would sort it."""
    return tlv(SET, *parts)


def context(number, *parts, primitive=False):
    return tlv((0x80 if primitive else 0xA0) | number, *parts)


def integer(n):
    return tlv(INTEGER, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def oid(text):
    nums = [int(x) for x in text.split(".")]
    out = bytearray()
    for n in [nums[0] * 40 + nums[1]] + nums[2:]:
        digits = [n & 0x7F]
        while n := n >> 7:
            digits.insert(0, n & 0x7F | 0x80)
        out += bytes(digits)
    return tlv(OBJECT, bytes(out))


def octets(data):
    return tlv(OCTETS, data)


def bits(data, unused=0):
    return tlv(BITS, bytes([unused]), data)


def null():
    return tlv(NULL)


def boolean(value):
    return tlv(BOOLEAN, bytes([0xFF if value is True else value]))


def read(data, pos=0):
    """One element: (tag, start of its contents, end)."""
    tag, n = data[pos], data[pos + 1]
    pos += 2
    if n & 0x80:
        count = n & 0x7F
        n = int.from_bytes(data[pos:pos + count], "big")
        pos += count
    if pos + n > len(data):
        raise ValueError("element longer than what holds it")
    return tag, pos, pos + n


def children(data):
    """The elements inside of an element, as bytes with their headers."""
    _, pos, end = read(data)
    out = []
    while pos < end:
        _, _, after = read(data, pos)
        out.append(data[pos:after])
        pos = after
    return out


def contents(data):
    _, pos, end = read(data)
    return data[pos:end]


def boundaries(data, base=0, end=None):
    """Offsets at which an element begins, its contents begin, or it ends."""
    out, pos = set(), base
    end = len(data) if end is None else end
    while pos < end:
        tag, start, after = read(data[:end], pos)
        out |= {pos, start, after}
        if tag & 0x20:
            out |= boundaries(data, start, after)
        pos = after
    return out


def reheader(data, header):
    """The same contents under another tag and length."""
    return header + contents(data)
