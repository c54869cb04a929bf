# SPDX-License-Identifier: GPL-2.0-or-later
"""DER as a tree that can be bent before it is written out."""


class Node:
    """One element: a tag and either bytes or elements.

    length, where given, is written as it is in place of the right one.
    """

    def __init__(self, tag, parts, length=None):
        self.tag = tag
        self.parts = parts
        self.length = length

    def body(self):
        if isinstance(self.parts, bytes):
            return self.parts
        return b"".join(der(p) for p in self.parts)

    def der(self):
        body = self.body()
        length = self.length if self.length is not None else encode_length(
            len(body))
        return bytes([self.tag]) + length + body


def der(what):
    return what if isinstance(what, bytes) else what.der()


def encode_length(n, size=None):
    """Shortest form, or that many bytes after the first."""
    if n < 0x80 and size is None:
        return bytes([n])
    size = size or (n.bit_length() + 7) // 8
    return bytes([0x80 | size]) + n.to_bytes(size, "big")


def seq(*parts):
    return Node(0x30, list(parts))


def set_of(*parts):
    return Node(0x31, list(parts))


def context(n, *parts):
    return Node(0xa0 | n, list(parts))


def simple(n, body):
    return Node(0x80 | n, body)


def integer(n):
    if isinstance(n, bytes):
        return Node(2, n)
    size = (n + (n < 0)).bit_length() // 8 + 1
    return Node(2, n.to_bytes(size, "big", signed=True))


def boolean(value):
    return Node(1, bytes([value]))


def octets(what):
    return Node(4, [what])


def bits(what, unused=0):
    return Node(3, [bytes([unused]), what])


def null():
    return Node(5, b"")


def oid(dotted):
    numbers = [int(n) for n in dotted.split(".")]
    body = b""
    for n in [40 * numbers[0] + numbers[1]] + numbers[2:]:
        groups = [n & 0x7f]
        while n > 0x7f:
            n >>= 7
            groups.insert(0, 0x80 | n & 0x7f)
        body += bytes(groups)
    return Node(6, body)


def text(tag, value, encoding="utf-8"):
    return Node(tag, value if isinstance(value, bytes) else
                value.encode(encoding))


def utf8(value):
    return text(0x0c, value)


def printable(value):
    return text(0x13, value)


def utc_time(value="260101000000Z"):
    return text(0x17, value)


def read(data):
    """The tree of some DER; simple elements keep their bytes."""
    nodes = []
    while data:
        tag, first = data[0], data[1]
        size = first & 0x7f if first & 0x80 else 0
        length = int.from_bytes(data[2:2 + size], "big") if size else first
        head = 2 + size
        body = data[head:head + length]
        nodes.append(Node(tag, read(body) if tag & 0x20 else body))
        data = data[head + length:]
    return nodes


def parents(node, path=()):
    """Each element that has elements, with the way to it."""
    if isinstance(node, bytes) or isinstance(node.parts, bytes):
        return
    yield path, node
    for i, part in enumerate(node.parts):
        yield from parents(part, path + (i,))


def bent(node):
    """The same tree with one element missing, doubled or of no known type."""
    for path, parent in list(parents(node)):
        parts = parent.parts
        for i in range(len(parts) + 1):
            parent.parts = parts[:i] + parts[i + 1:]
            if i < len(parts):
                yield "drop", path + (i,), node.der()
            parent.parts = parts[:i] + [Node(0x5e, b"")] + parts[i:]
            yield "add", path + (i,), node.der()
            if i < len(parts) and isinstance(parts[i], Node):
                parent.parts = (parts[:i] +
                                [Node(0x5e, parts[i].body())] + parts[i + 1:])
                yield "type", path + (i,), node.der()
        parent.parts = parts
