"""Writes the secrets of an installation, once: the key that signs sessions and the one that signs tokens (EC P-256),
and for a trial of TLS a certificate that nobody else has signed.

Runs in the virtual environment: `python -m launcher.keys FOLDER [NAME…]`."""

import os
import secrets
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ALWAYS = ("secret_key", "jwt.pem")


def write_missing(folder: Path, names: Collection[str] = ALWAYS) -> None:
    """`folder`/name of each, readable for their owner only; what is there stays. tls.crt brings tls.key along."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in names:
        if not (folder / name).exists():
            for made, content in MAKERS[name]().items():
                write_secret(folder / made, content)


def write_secret(path: Path, content: bytes, mode: int = 0o600) -> None:
    """The whole file or none, never readable for others than `mode` says, not even for a moment."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def secret_key() -> dict[str, bytes]:
    return {"secret_key": secrets.token_urlsafe(64).encode()}


def signing_key() -> dict[str, bytes]:
    return {"jwt.pem": _pem(ec.generate_private_key(ec.SECP256R1()))}


def certificate() -> dict[str, bytes]:
    """For this machine's own names, for a year. The certificate comes last: with it, all is there."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Recto, self-signed")])
    addresses = [x509.IPAddress(ip_address(one)) for one in ("127.0.0.1", "::1")]
    names = [*map(x509.DNSName, ("localhost", os.uname().nodename)), *addresses]
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return {"tls.key": _pem(key), "tls.crt": made.public_bytes(serialization.Encoding.PEM)}


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


MAKERS: dict[str, Callable[[], dict[str, bytes]]] = {
    "secret_key": secret_key,
    "jwt.pem": signing_key,
    "tls.crt": certificate,
}

if __name__ == "__main__":
    write_missing(Path(sys.argv[1]), sys.argv[2:] or ALWAYS)
