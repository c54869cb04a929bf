# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases: what the runner is to send, and what it must get for it."""

import hashlib
import os

import efi
import reference

SUCCESS = "SUCCESS"
INVALID = "INVALID_PARAMETER"
UNSUPPORTED = "UNSUPPORTED"
PROTECTED = "WRITE_PROTECTED"
NO_SPACE = "OUT_OF_RESOURCES"
NOT_FOUND = "NOT_FOUND"
VIOLATION = "SECURITY_VIOLATION"
# Where OpenSSL would go along but a stricter answer is right, too.
EITHER = f"{SUCCESS}|{VIOLATION}"


class Case:
    """One vector: a fresh service, and lines for the runner."""

    def __init__(self, book, name):
        self.book = book
        book.lines.append(f"case {name}")
        self.name = name

    def line(self, text):
        self.book.lines.append(text)
        return self

    def _blob(self, data):
        return self.book.blob(data)

    def set(self, var, attributes, data, status):
        """SetVariable with these very bytes."""
        return self.line(f"set {_var(var)} {attributes:#x} "
                         f"{self._blob(data)} => {status}")

    def flip(self, var, attributes, data, offset, mask, status):
        """The same with some bits of one byte the other way."""
        return self.line(f"flip {_var(var)} {attributes:#x} {self._blob(data)} "
                         f"{offset} {mask:#x} => {status}")

    def host(self, var, attributes, data, when=bytes(16)):
        """The host's operator stores a variable, unchecked."""
        return self.line(f"host {_var(var)} {attributes:#x} "
                         f"{self._blob(data)} {when.hex()}")

    def is_(self, var, data, attributes=None):
        """The variable has this value."""
        if isinstance(data, int):
            data = bytes([data])
        tail = "" if attributes is None else f" {attributes:#x}"
        return self.line(f"is {_var(var)} {self._blob(data)}{tail}")

    def absent(self, *variables):
        for var in variables:
            self.line(f"absent {_var(var)}")
        return self

    def time(self, var, when):
        return self.line(f"time {_var(var)} {when.hex()}")

    def phase(self, name):
        return self.line(f"phase {name}")

    def runtime(self):
        return self.phase("runtime")

    def reset(self):
        return self.line("reset")

    def option(self, name):
        return self.line(f"option {name}")

    def bound(self, rsa, hashed, milliseconds):
        """What the last write may have cost."""
        return self.line(f"bound {rsa} {hashed} {milliseconds}")

    def unsigned(self, var, payload, status=SUCCESS, *, attributes=efi.AUTH,
                 when=None):
        """A write with a descriptor that has no signature in it."""
        return self.set(var, attributes,
                        efi.descriptor(when or efi.time(0, year=2020)) + payload,
                        status)

    def signed(self, var, payload, sign, status, *, attributes=efi.AUTH,
               when=None, over=None, anchor=None, policy=None, **parts):
        """A write signed by sign(bytes), which may be told to sign others.

        With anchor, OpenSSL must say what the status says; policy tells why
        not where it need not.
        """
        what = {"var": var, "attributes": attributes,
                "when": when or efi.time(), "payload": payload}
        message = sign(efi.signed_bytes(**{**what, **(over or {})}))
        if anchor is not None:
            self.book.compare(self.name, reference.verifies(
                message, efi.signed_bytes(**what), anchor), status, policy)
        return self.set(var, attributes, efi.descriptor(
            what["when"], message, **parts) + payload, status)


def _var(var):
    return f"{var.name or '-'} {var.space.hex()}"


class Book:
    """All cases of a run, written into a directory."""

    def __init__(self, out):
        self.out, self.lines, self.wrong = out, [], []
        self._known = set()
        os.makedirs(f"{out}/blobs", exist_ok=True)

    def case(self, name):
        return Case(self, name)

    def skip(self, name, why):
        self.lines.append(f"skip {name} # {why}")

    def note(self, text):
        self.lines.append(f"note {text}")

    def blob(self, data):
        """A short value in the line itself, a longer one in a file."""
        if len(data) <= 32:
            return "x" + data.hex()
        name = hashlib.sha256(data).hexdigest()[:24]
        if name not in self._known:
            with open(f"{self.out}/blobs/{name}", "wb") as f:
                f.write(data)
            self._known.add(name)
        return "@" + name

    def compare(self, name, good, status, policy):
        """An expectation that OpenSSL does not share needs a reason."""
        if "|" in status:
            return
        if good != (status == SUCCESS) and not policy:
            self.wrong.append(f"{name}: expects {status}, OpenSSL says "
                              f"{'good' if good else 'bad'}")
        if good == (status == SUCCESS) and policy:
            self.wrong.append(f"{name}: needs no reason to differ")

    def write(self):
        if self.wrong:
            raise SystemExit("\n".join(self.wrong))
        with open(f"{self.out}/manifest", "w", encoding="ascii") as f:
            f.write("\n".join(self.lines) + "\n")
