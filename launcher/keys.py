"""Writes the secrets of an installation, once: the key that signs sessions and the one that signs tokens (EC P-256).

Runs in the virtual environment: `python -m launcher.keys FOLDER`."""

import os
import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def write_missing(folder: Path) -> None:
    """`folder`/secret_key and `folder`/jwt.pem, readable for their owner only; what is there stays."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / "secret_key").exists():
        write_secret(folder / "secret_key", secrets.token_urlsafe(64).encode())
    if not (folder / "jwt.pem").exists():
        write_secret(folder / "jwt.pem", _signing_key())


def write_secret(path: Path, content: bytes) -> None:
    """The whole file or none, never readable for others, not even for a moment."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _signing_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


if __name__ == "__main__":
    write_missing(Path(sys.argv[1]))
