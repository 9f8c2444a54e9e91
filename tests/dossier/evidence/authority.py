"""A throw-away time stamp authority: keys and certificates by cryptography, the token (CMS over TSTInfo) written here in DER."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SHA256 = "2.16.840.1.101.3.4.2.1"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytearray([first * 40 + second])
    for number in rest:
        group = [number & 0x7F]
        while number := number >> 7:
            group.append(number & 0x7F | 0x80)
        out += bytes(reversed(group))
    return tlv(6, bytes(out))


class LocalAuthority:
    """Signs any digest. ``root`` is its certificate authority's certificate (PEM)."""

    def __init__(self, name="Karsh Valley Time"):
        root_key = rsa.generate_private_key(65537, 2048)
        self._key = rsa.generate_private_key(65537, 2048)
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} Root")])
        root = self._certificate(issuer, issuer, root_key.public_key(), root_key, ca=True)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._leaf = self._certificate(subject, issuer, self._key.public_key(), root_key, ca=False)
        self.root = root.public_bytes(Encoding.PEM)
        self.asked = []

    def _certificate(self, subject, issuer, public, signer, *, ca):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(
                issuer, subject, public, x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=2)
            )
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
        usage = dict.fromkeys((*unused, "encipher_only", "decipher_only"), False)
        builder = builder.add_extension(x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, **usage), critical=True)
        if not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.sign(signer, hashes.SHA256())

    def stamp(self, digest, nonce=None):
        """A granted TimeStampResp."""
        self.asked.append(digest)
        return sequence(sequence(integer(0)), self._signed(self._info(digest, nonce)))

    def refuse(self):
        return sequence(sequence(integer(2), sequence(tlv(0x0C, b"not today"))))

    def _info(self, digest, nonce):
        algorithm = sequence(oid(_SHA256), b"\x05\x00")
        when = tlv(0x18, datetime.now(UTC).strftime("%Y%m%d%H%M%SZ").encode())
        parts = [integer(1), oid("1.2.3.4.1"), sequence(algorithm, tlv(4, digest)), integer(77), when]
        return sequence(*parts, *([integer(nonce)] if nonce is not None else []))

    def _signed(self, info):
        certificate = self._leaf.public_bytes(Encoding.DER)
        sha256 = sequence(oid(_SHA256), b"\x05\x00")
        identifier = sequence(self._leaf.issuer.public_bytes(), integer(self._leaf.serial_number))
        cert_id = sequence(sequence(sequence(tlv(4, hashlib.sha256(certificate).digest()))))
        attributes = sorted(
            (
                sequence(oid("1.2.840.113549.1.9.3"), tlv(0x31, oid(_TST_INFO))),
                sequence(oid("1.2.840.113549.1.9.4"), tlv(0x31, tlv(4, hashlib.sha256(info).digest()))),
                sequence(oid("1.2.840.113549.1.9.16.2.47"), tlv(0x31, cert_id)),
            ),
            key=lambda value: (len(value), value),
        )
        signature = self._key.sign(tlv(0x31, *attributes), padding.PKCS1v15(), hashes.SHA256())
        signer = sequence(
            integer(1),
            identifier,
            sha256,
            tlv(0xA0, *attributes),
            sequence(oid("1.2.840.113549.1.1.1"), b"\x05\x00"),
            tlv(4, signature),
        )
        content = sequence(oid(_TST_INFO), tlv(0xA0, tlv(4, info)))
        signed = sequence(integer(3), tlv(0x31, sha256), content, tlv(0xA0, certificate), tlv(0x31, signer))
        return sequence(oid("1.2.840.113549.1.7.2"), tlv(0xA0, signed))
