# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages: digests, key sizes, attributes, content, signers, certificates."""

import der
import efi
import x509
from case import EITHER, SUCCESS, VIOLATION
from cms import (Signer, alg_id, attribute, content_type, message_digest, signed_data,
                 signing_time, smime_caps, standard)
from der import context, integer, null, octets, oid, seq
from keys import HASHES, RSA_WITH, LongKey, digest_info, key
from stock import ALICE, BOB, KEK, LIST, OTHER, PK, by, signers, update


def digests(book):
    for wrapped in (False, True):
        form = "contentinfo" if wrapped else "bare"
        for name in ("sha256", "sha384", "sha512"):
            update(book, f"digest_{name}_{form}",
                   by(KEK, name=name, wrap=wrapped), SUCCESS)
        for name in ("sha1", "sha224", "md5", "sha3_256"):
            # [S10]
            update(book, f"digest_{name}_{form}_refused",
                   by(KEK, name=name, wrap=wrapped), VIOLATION,
                   policy="digest is not allowed")
    two = [alg_id("sha256"), alg_id("sha1")]
    update(book, "digest_sha1_behind_listed_sha256_refused",
           by(KEK, name="sha1", digest_algs=two), VIOLATION,
           policy="digest is not allowed")
    update(book, "digest_second_listed_algorithm_refused",
           by(KEK, digest_algs=two), VIOLATION, policy="one algorithm only")
    update(book, "digest_listed_twice_refused",
           by(KEK, digest_algs=[alg_id("sha256")] * 2), VIOLATION,
           policy="one algorithm only")
    update(book, "digest_of_signer_not_listed",
           by(KEK, name="sha256", digest_algs=[alg_id("sha384")]), VIOLATION)
    for what, said in (("less", "sha256"), ("more", "sha512")):
        update(book, f"digest_of_signer_said_to_be_{what}",
               signers(Signer(KEK, "sha384", digest_alg=alg_id(said))), VIOLATION)
    for last in (0, 9, 127):
        alg = alg_id(f"2.16.840.1.101.3.4.2.{last}")
        update(book, f"digest_unknown_of_the_family_{last}", signers(
            Signer(KEK, digest_alg=alg), digest_algs=[alg]), VIOLATION)
    update(book, "digest_list_empty", by(KEK, digest_algs=[]), VIOLATION)
    # The content type stands where a gate at fixed offsets sees the digest.
    update(book, "digest_list_empty_content_type_sha256",
           by(KEK, digest_algs=[], content_type=HASHES["sha256"]), VIOLATION)
    update(book, "digest_without_null_parameters",
           signers(Signer(KEK, digest_alg=seq(oid(HASHES["sha256"]))),
                   digest_algs=[seq(oid(HASHES["sha256"]))]), SUCCESS)


def key_sizes(book):
    for size in (1024, 1536, 2048, 3072, 4096):
        cert = x509.make(f"Size {size}", key("size", size=size))
        update(book, f"rsa_{size}", by(cert), SUCCESS, anchor=cert,
               keys={"kek": [cert]})
    cert = x509.make("Exponent 3", key("three", "rsa3"))
    update(book, "rsa_exponent_3", by(cert), SUCCESS, anchor=cert,
           keys={"kek": [cert]})
    cert = x509.make("Exponent 64", key("kek", e=0xFFFFFFFFFFFFFFC5))
    update(book, "rsa_exponent_of_64_bits", by(cert), SUCCESS, anchor=cert,
           keys={"kek": [cert]})
    # Products of primes that are there: keys of these sizes take long to make.
    # Debian's kernels have no RSA of 6144 or 8192 bits, and refuse them.
    parts = [key(n) for n in ("kek", "pk", "other", "alice", "bob")]
    for count, status in ((3, SUCCESS), (4, SUCCESS), (5, VIOLATION)):
        cert = x509.make(f"Long {count}", LongKey(parts[:count]))
        case = book.case(f"rsa_{2048 * count}")
        case.host(efi.PK, efi.AUTH, efi.x509_list(PK)).host(
            efi.KEK, efi.AUTH, efi.x509_list(cert)).reset().runtime()
        case.signed(efi.DB, LIST, by(cert), status)
    cert = x509.make("Exponent 1", key("kek", e=1))
    update(book, "rsa_exponent_1_private", by(cert), VIOLATION, var=efi.MINE,
           anchor=None)
    for kind, what in (("ec", "ecdsa"), ("ed", "ed25519")):
        leaf = x509.make(what, key("leaf", kind), KEK)
        update(book, f"signer_{what}_refused",
               signers(Signer(leaf, enc_alg=x509.sig_alg(leaf.key, "sha256"))),
               VIOLATION, policy="OVMF has RSA only" if kind == "ec" else None)
    update(book, "signer_rsa_pss_refused", signers(Signer(
        KEK, pss=True, enc_alg=x509.sig_alg(KEK.key, "pss"))), VIOLATION)
    for what, alg in (("sha256_with_rsa", RSA_WITH["sha256"]),
                      ("unknown", "1.2.3.4.5")):
        update(book, f"encryption_algorithm_{what}_ignored",
               signers(Signer(KEK, enc_alg=seq(oid(alg), null()))),
               SUCCESS if what != "unknown" else EITHER)


def _em(body):
    """An encoded message that differs from the right one by body(key, info)."""
    return lambda k, name, data: body(k, digest_info(name, data))


def signatures(book):
    def one(what, info):
        update(book, f"signature_{what}", signers(info), VIOLATION)

    one("bit_flipped", Signer(KEK, sig=lambda s: s[:-1] + bytes([s[-1] ^ 1])))
    one("first_byte_cut", Signer(KEK, sig=lambda s: s[1:]))
    one("last_byte_cut", Signer(KEK, sig=lambda s: s[:-1]))
    one("byte_behind", Signer(KEK, sig=lambda s: s + b"\0"))
    one("zero_in_front", Signer(KEK, sig=lambda s: b"\0" + s))
    one("empty", Signer(KEK, sig=lambda s: b""))
    one("zero", Signer(KEK, sig=lambda s: bytes(len(s))))
    one("one", Signer(KEK, sig=lambda s: bytes(len(s) - 1) + b"\1"))
    one("all_ones", Signer(KEK, sig=lambda s: b"\xff" * len(s)))
    one("modulus", Signer(KEK, sig=lambda s: KEK.key.n.to_bytes(len(s), "big")))
    one("plus_modulus", Signer(KEK, sig=lambda s: (
        int.from_bytes(s, "big") + KEK.key.n).to_bytes(len(s) + 1, "big")))
    one("by_another_key", Signer(KEK, key=OTHER.key))
    one("over_another_hash", Signer(KEK, em=lambda k, name, data: k.pad(
        digest_info("sha384", data))))
    one("block_type_2", Signer(KEK, em=_em(
        lambda k, i: b"\0\2" + k.pad(i)[2:])))
    one("first_byte_1", Signer(KEK, em=_em(lambda k, i: b"\1" + k.pad(i)[1:])))
    one("padding_not_ones", Signer(KEK, em=_em(
        lambda k, i: k.pad(i)[:20] + b"\xfe" + k.pad(i)[21:])))
    one("padding_short_bytes_behind", Signer(KEK, em=_em(
        lambda k, i: (b"\0\1" + b"\xff" * 8 + b"\0" + i).ljust(k.size, b"\0"))))
    one("padding_without_end", Signer(KEK, em=_em(
        lambda k, i: b"\0\1" + b"\xff" * (k.size - len(i) - 2) + i)))
    one("digest_info_without_null", Signer(KEK, em=lambda k, n, d: k.pad(
        seq(seq(oid(HASHES[n])), digest_info(n, d)[-34:]))))
    one("digest_info_long_length", Signer(KEK, em=_em(
        lambda k, i: k.pad(b"\x30\x81" + i[1:]))))
    one("digest_info_of_other_algorithm", Signer(KEK, em=_em(
        lambda k, i: k.pad(i[:14] + b"\x08" + i[15:]))))
    one("digest_without_info", Signer(KEK, em=_em(lambda k, i: k.pad(i[-32:]))))
    one("digest_cut", Signer(KEK, em=_em(lambda k, i: k.pad(i[:-1]))))
    _forged_cube(book)


def _forged_cube(book):
    """Without the key: a cube whose first bytes look right (e = 3)."""
    cert = x509.make("Exponent 3", key("three", "rsa3"))

    def forge(k, name, data):
        head = b"\0\1" + b"\xff" * 8 + b"\0" + digest_info(name, data)
        want = int.from_bytes(head.ljust(k.size, b"\xff"), "big")
        low, high = 0, 1 << (8 * k.size // 3 + 1)
        while low < high:
            mid = (low + high + 1) // 2
            low, high = (mid, high) if mid ** 3 <= want else (low, mid - 1)
        assert (low ** 3).to_bytes(k.size, "big").startswith(head)
        return k.raw((low ** 3).to_bytes(k.size, "big"))

    update(book, "signature_forged_cube_root", signers(Signer(cert, em=forge)),
           VIOLATION, anchor=cert, keys={"kek": [cert]})


def attributes(book):
    def one(what, attrs, status, **o):
        update(book, f"attributes_{what}", signers(Signer(KEK, attrs=attrs, **o)),
               status)

    def full(*extra):
        return lambda n, d: [content_type(), message_digest(n, d), *extra]

    one("none_but_empty_set", lambda n, d: [], SUCCESS)
    one("content_type_and_digest", full(), SUCCESS)
    one("signing_time_before_certificate", full(signing_time("990101000000Z")),
        SUCCESS)
    one("signing_time_after_certificate", full(signing_time("491231235959Z")),
        SUCCESS)
    one("signing_time_twice", full(signing_time(), signing_time()), SUCCESS)
    one("smime_capabilities", full(smime_caps()), SUCCESS)
    one("unknown", full(attribute("1.2.3.4", octets(b"x" * 300))), SUCCESS)
    one("content_type_missing", lambda n, d: [message_digest(n, d)], SUCCESS)
    one("content_type_other", lambda n, d: [content_type("1.2.3.4"),
                                            message_digest(n, d)], SUCCESS)
    one("digest_first", lambda n, d: [message_digest(n, d), content_type()],
        SUCCESS)
    one("digest_missing", lambda n, d: [content_type()], VIOLATION)
    one("digest_of_other_data", lambda n, d: [content_type(),
                                              message_digest(n, d + b"x")],
        VIOLATION)
    one("digest_by_other_hash", lambda n, d: [content_type(),
                                              message_digest("sha384", d)],
        VIOLATION)
    one("digest_twice_right_first", full(message_digest("sha256", b"")), SUCCESS)
    one("digest_twice_wrong_first", lambda n, d: [
        content_type(), message_digest(n, b""), message_digest(n, d)], VIOLATION)
    one("digest_empty", lambda n, d: [content_type(), attribute(
        "1.2.840.113549.1.9.4", octets(b""))], VIOLATION)
    one("digest_without_value", lambda n, d: [content_type(), attribute(
        "1.2.840.113549.1.9.4")], VIOLATION)
    one("digest_longer", lambda n, d: [content_type(), attribute(
        "1.2.840.113549.1.9.4", octets(der.contents(der.contents(
            der.children(message_digest(n, d))[1])) + b"\0"))], VIOLATION)
    update(book, "attributes_signature_over_content", signers(Signer(
        KEK, attrs=standard, em=lambda k, n, _d: k.pad(
            digest_info(n, b"not the attributes")))), VIOLATION)
    update(book, "attributes_stripped", _stripped, VIOLATION)
    update(book, "attributes_unsigned_too",
           signers(Signer(KEK, unsigned=context(1, signing_time()))), SUCCESS)
    for name in ("sha384", "sha512"):
        update(book, f"attributes_standard_{name}",
               signers(Signer(KEK, name, attrs=standard)), SUCCESS)


def _stripped(data):
    """A signature made over attributes, offered as one over the data itself."""
    info = standard("sha256", data)
    signature = KEK.key.sign("sha256", der.tlv(der.SET, *info))
    return signed_data(data, [Signer(KEK, sig=lambda _: signature)])


def content(book):
    other = octets(b"something else")
    for what, o in (("embedded_other", {"content": other}),
                    ("embedded_empty", {"content": octets(b"")}),
                    ("type_unknown", {"content_type": "1.2.3.4"}),
                    ("type_authenticode", {
                        "content_type": "1.3.6.1.4.1.311.2.1.4",
                        "content": seq(octets(b"x"))})):
        # What is signed is what the guest sends beside it.
        update(book, f"content_{what}", by(KEK, **o),
               SUCCESS if what.startswith("embedded") else EITHER)
    update(book, "content_embedded_and_signed", lambda data: signed_data(
        data, [Signer(KEK)], content=octets(data)), SUCCESS)
    update(book, "content_embedded_is_what_was_signed", lambda data: signed_data(
        b"something else", [Signer(KEK)], content=other), VIOLATION)


def several_signers(book):
    def one(what, infos, status, why=None, **o):
        update(book, f"signers_{what}", signers(*infos, **o), status, policy=why)

    both = [ALICE, BOB]
    one("two_of_one_issuer", [Signer(c) for c in both], SUCCESS)
    one("two_with_and_without_attributes",
        [Signer(ALICE, attrs=standard), Signer(BOB)], SUCCESS)
    one("same_twice", [Signer(KEK), Signer(KEK)], SUCCESS, certs=[KEK])
    one("second_untrusted", [Signer(KEK), Signer(OTHER)], VIOLATION)
    one("first_untrusted", [Signer(OTHER), Signer(KEK)], VIOLATION)
    one("second_signature_bad", [Signer(ALICE), Signer(BOB, key=OTHER.key)],
        VIOLATION)
    one("first_signature_bad", [Signer(ALICE, key=OTHER.key), Signer(BOB)],
        VIOLATION)
    one("second_without_certificate", [Signer(ALICE), Signer(BOB)], VIOLATION,
        certs=[ALICE])
    one("second_digest_unlisted", [Signer(ALICE), Signer(BOB, "sha384")],
        VIOLATION, digest_algs=[alg_id("sha256")])
    one("second_digest_unknown", [Signer(ALICE), Signer(
        BOB, digest_alg=alg_id("1.2.3.4"))], VIOLATION,
        why="OpenSSL takes two unknown algorithms for the same")
    one("none", [], VIOLATION, certs=[KEK], digest_algs=[alg_id("sha256")])
    one("eight", [Signer(c) for c in both * 4], SUCCESS, certs=both)
    update(book, "signers_two_digests",
           signers(Signer(ALICE), Signer(BOB, "sha384")), VIOLATION,
           policy="one algorithm only")
    update(book, "signers_nine", signers(*[Signer(KEK)] * 9, certs=[KEK]),
           VIOLATION, policy="more than anyone needs")


def identifiers(book):
    update(book, "signer_id_is_key_id", signers(Signer(KEK, skid=True, version=3),
                                               version=3), VIOLATION)
    for version in (0, 2, 3):
        update(book, f"version_{version}", by(KEK, version=version), SUCCESS)
        update(book, f"signer_version_{version}",
               signers(Signer(KEK, version=version)), SUCCESS)
    update(book, "signer_serial_other", signers(Signer(KEK, serial=integer(7))),
           VIOLATION)
    update(book, "signer_issuer_other", signers(Signer(
        KEK, sid=seq(x509.dn("Nobody"), KEK.serial))), VIOLATION)
    spaced = seq(x509.rdn(x509.O, "KVM-uefivars  vectors", der.PRINTABLE),
                 x509.rdn(x509.CN, "vector kek ", der.PRINTABLE))
    update(book, "signer_issuer_written_differently",
           signers(Signer(KEK, sid=seq(spaced, KEK.serial))), SUCCESS)


def certificates(book):
    def one(what, certs, status, sign_with=KEK, **o):
        update(book, f"certificates_{what}",
               by(sign_with, certs=certs, **o), status)

    one("signer_missing", [OTHER], VIOLATION)
    one("none", [], VIOLATION)
    one("none_but_empty_set", [], VIOLATION, empty_certs=True)
    one("signer_twice", [KEK, KEK], SUCCESS)
    one("unrelated_before", [OTHER, KEK], SUCCESS)
    one("unrelated_behind", [KEK, OTHER], SUCCESS)
    for kind in ("ec", "ed"):
        one(f"unrelated_{kind}",
            [x509.make("Unrelated", key("unrelated", kind)), KEK], SUCCESS)
    one("unrelated_pss", [x509.make("P", OTHER.key, hash="pss"), KEK], SUCCESS)
    one("unrelated_md5", [x509.make("M", OTHER.key, hash="md5"), KEK], SUCCESS)
    one("unrelated_bad_self_signature",
        [OTHER.with_signature(bytes(256)), KEK], SUCCESS)
    one("seventy_unrelated", [x509.make(f"U{i}", OTHER.key) for i in range(70)] +
        [KEK], SUCCESS)
    one("garbage_behind", [KEK, seq(null())], VIOLATION)
    one("garbage_before", [seq(integer(1), null()), KEK], VIOLATION)
    one("not_a_certificate", [KEK, context(1, seq(integer(1)))], VIOLATION)
    one("cut_behind", [KEK, OTHER.der[:-1]], VIOLATION)
    for what, o in (("extension", {"extra": [seq(null())]}),
                    ("subject", {"subject": seq(null())}),
                    ("issuer", {"issuer_name": seq(seq(null()))}),
                    ("date", {"not_after": null()})):
        one(f"unrelated_malformed_{what}",
            [KEK, x509.make("Malformed", OTHER.key, **o)], VIOLATION)
    # Found by name and serial: the first of two is taken, whatever its key.
    fake = x509.make("Vector KEK", OTHER.key)
    one("same_name_and_serial_other_key_first", [fake, KEK], VIOLATION)
    one("same_name_and_serial_other_key_behind", [KEK, fake], SUCCESS)
    crl = seq(seq(integer(1), seq(oid(RSA_WITH["sha256"]), null()),
                  KEK.subject, x509.utc("200101000000Z")),
              seq(oid(RSA_WITH["sha256"]), null()), der.bits(bytes(256)))
    one("revocation_list_ignored", [KEK], SUCCESS, crls=context(1, crl))


def framing(book):
    def one(what, change, status, why=None):
        for wrapped in (False, True):
            form = "contentinfo" if wrapped else "bare"
            want = status[wrapped] if isinstance(status, tuple) else status
            update(book, f"framing_{what}_{form}", lambda data, w=wrapped: change(
                by(KEK, wrap=w)(data)), want, policy=None if wrapped else why)

    one("bytes_behind", lambda m: m + b"\0" * 8, (VIOLATION, SUCCESS))
    one("empty", lambda m: b"", VIOLATION)
    one("one_byte", lambda m: m[:1], VIOLATION)
    one("long_length", lambda m: b"\x30\x83\0" + m[2:], VIOLATION, "DER only")
    one("indefinite_length", lambda m: b"\x30\x80" + der.contents(m) + b"\0\0",
        VIOLATION, "DER only")
    one("set_instead", lambda m: b"\x31" + m[1:], VIOLATION)
    one("doubled", lambda m: m + m, (VIOLATION, SUCCESS))
    update(book, "framing_wrapped_twice", lambda data: seq(
        oid("1.2.840.113549.1.7.2"), context(0, by(KEK, wrap=True)(data))),
        VIOLATION)
    update(book, "framing_other_type", lambda data: seq(
        oid("1.2.840.113549.1.7.3"), context(0, by(KEK)(data))), VIOLATION)
    update(book, "framing_certificate_length_long", by(
        KEK, certs=[b"\x30\x83\0" + KEK.der[2:]]), VIOLATION,
        policy="DER only")
    update(book, "framing_certificate_indefinite", by(
        KEK, certs=[b"\x30\x80" + der.contents(KEK.der) + b"\0\0"]), VIOLATION,
        policy="DER only")


def add(book):
    for part in (digests, key_sizes, signatures, attributes, content,
                 several_signers, identifiers, certificates, framing):
        part(book)
