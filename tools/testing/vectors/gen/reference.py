# SPDX-License-Identifier: GPL-2.0-or-later
"""What OpenSSL says of a message, called as edk2 calls it: an independent opinion."""

import ctypes
import functools

_PARTIAL_CHAIN, _NO_CHECK_TIME = 0x80000, 0x200000
_PURPOSE_ANY, _PKCS7_BINARY = 7, 0x80

_lib = ctypes.CDLL("libcrypto.so.3")


def _function(name, result, *args):
    f = getattr(_lib, name)
    f.restype, f.argtypes = result, args
    return f


_p, _n = ctypes.c_void_p, ctypes.c_long
_d2i_pkcs7 = _function("d2i_PKCS7", _p, _p, _p, _n)
_d2i_x509 = _function("d2i_X509", _p, _p, _p, _n)
_free_pkcs7 = _function("PKCS7_free", None, _p)
_store_new = _function("X509_STORE_new", _p)
_store_add = _function("X509_STORE_add_cert", ctypes.c_int, _p, _p)
_store_flags = _function("X509_STORE_set_flags", ctypes.c_int, _p,
                         ctypes.c_ulong)
_store_purpose = _function("X509_STORE_set_purpose", ctypes.c_int, _p,
                           ctypes.c_int)
_bio = _function("BIO_new_mem_buf", _p, ctypes.c_char_p, ctypes.c_int)
_bio_free = _function("BIO_free", ctypes.c_int, _p)
_verify = _function("PKCS7_verify", ctypes.c_int, _p, _p, _p, _p, _p,
                    ctypes.c_int)
_clear = _function("ERR_clear_error", None)


def _parse(d2i, blob, whole):
    """The object and whether it fills the blob."""
    buf = ctypes.create_string_buffer(blob, len(blob))
    at = ctypes.c_void_p(ctypes.addressof(buf))
    obj = d2i(None, ctypes.byref(at), len(blob))
    used = at.value - ctypes.addressof(buf)
    if obj and whole and used != len(blob):
        return None
    return obj


def _is_wrapped(message):
    return (message[4:6] == b"\x06\x09" and
            message[6:15] == bytes.fromhex("2a864886f70d010702") and
            message[15:17] == b"\xa0\x82")


def _wrap(message):
    """The header that edk2 puts before a bare message: lengths of two bytes."""
    n = len(message)
    head = bytes.fromhex("06092a864886f70d010702")
    return (b"\x30\x82" + (n + 15 & 0xFFFF).to_bytes(2, "big") + head +
            b"\xa0\x82" + (n & 0xFFFF).to_bytes(2, "big") + message)


@functools.cache
def _trusting(blob):
    """A store with one certificate in it, or None; kept."""
    x = _parse(_d2i_x509, blob, False)
    if not x:
        return None
    store = _store_new()
    _store_add(store, x)
    _store_flags(store, _PARTIAL_CHAIN | _NO_CHECK_TIME)
    _store_purpose(store, _PURPOSE_ANY)
    return store


def verifies(message, data, anchor):
    """Does every signature hold, and every signer lead to one certificate?"""
    wrapped = _is_wrapped(message)
    p7 = _parse(_d2i_pkcs7, message if wrapped else _wrap(message),
                not wrapped)
    store = _trusting(anchor if isinstance(anchor, bytes) else anchor.der)
    if not p7 or not store:
        _clear()
        return False
    bio = _bio(data, len(data))
    good = _verify(p7, None, store, bio, None, _PKCS7_BINARY) == 1
    _clear()
    _bio_free(bio)
    _free_pkcs7(p7)
    return good
