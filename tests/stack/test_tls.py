"""TLS at the public door: nginx with a certificate of its own, and two applications that tell what reached them."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from launcher import keys
from launcher.nginx import nginx_configurations
from launcher.ports import Ports
from launcher.programs import Layout
from launcher.trouble import Trouble
from tests.stack.nginx_alone import nginx_alone

ORIGIN = "https://recto.example"
NAMED = {"Host": "recto.example"}


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    keys.write_missing(folder / "keys", ["tls.crt"])
    return folder


@pytest.fixture(scope="module")
def plain(folder: Path, ports: Ports) -> Iterator[str]:
    """The address where plain HTTP is answered."""
    with nginx_alone(folder, ports, RECTO_PUBLIC_ORIGIN=ORIGIN, **certificate(folder)) as origin:
        yield origin


@pytest.fixture
def door(plain: str, ports: Ports, folder: Path) -> Iterator[requests.Session]:
    """Asks https://localhost, and trusts this certificate alone."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(folder / "keys" / "tls.crt")
        yield session


@pytest.fixture
def address(ports: Ports) -> str:
    return f"https://localhost:{ports.tls}"


def certificate(folder: Path) -> dict[str, str]:
    return {
        "RECTO_TLS_CERTIFICATE": str(folder / "keys" / "tls.crt"),
        "RECTO_TLS_KEY": str(folder / "keys" / "tls.key"),
    }


def test_it_works(door: requests.Session, address: str) -> None:
    """With its certificate checked, and the application hears that it was https."""
    for path in ("/documents/", "/api/fastapi/ocr"):
        told = door.get(address + path, timeout=10).json()
        assert told["headers"]["X-Forwarded-Proto"] == "https"


@pytest.mark.parametrize("path", ["/", "/accounts/login/?next=/a%20b", "/api/token/", "/healthz/x"])
def test_plain_http_is_told_to_come_by_https(plain: str, path: str) -> None:
    answer = requests.post(plain + path, headers={"Host": "evil.example"}, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (308, ORIGIN + path)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_sign_of_life_is_plain(plain: str) -> None:
    told = requests.get(f"{plain}/healthz", headers={"X-Forwarded-Proto": "https"}, timeout=10).json()
    assert (told["name"], told["headers"]["X-Forwarded-Proto"]) == ("django", "http")


def test_hsts(door: requests.Session, address: str, plain: str) -> None:
    for path in ("/", "/api/fastapi/ocr", "/metrics", "/static/absent.css"):
        answer = door.get(address + path, headers=NAMED, timeout=10)
        assert answer.raw.headers.getlist("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"], path
    assert "Strict-Transport-Security" not in door.get(address, timeout=10).headers  # this machine has other ports
    assert "Strict-Transport-Security" not in requests.get(f"{plain}/healthz", headers=NAMED, timeout=10).headers


def shake_hands(port: int, version: ssl.TLSVersion, ciphers: str = "ALL:@SECLEVEL=0") -> str | None:
    """The protocol that both agree on. Raises SSLError when they do not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(ciphers)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    with socket.create_connection(("127.0.0.1", port), 10) as raw, context.wrap_socket(raw) as line:
        return line.version()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_protocols_are_refused(plain: str, ports: Ports) -> None:
    assert shake_hands(ports.tls, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert shake_hands(ports.tls, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        shake_hands(ports.tls, ssl.TLSVersion.TLSv1_1)


def test_weak_ciphers_are_refused(plain: str, ports: Ports) -> None:
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        shake_hands(ports.tls, ssl.TLSVersion.TLSv1_2, "AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")


def test_plain_http_at_the_door_of_tls(plain: str, ports: Ports) -> None:
    answer = requests.get(f"http://localhost:{ports.tls}/", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    half = {"RECTO_STATIC_ROOT": "", "RECTO_MEDIA_ROOT": "", "RECTO_TLS_CERTIFICATE": "/etc/recto.crt"}
    with pytest.raises(Trouble, match="RECTO_TLS_KEY"):
        nginx_configurations(Layout.under(tmp_path), Ports(), "localhost", half)


def test_the_key_is_the_owners_alone(folder: Path) -> None:
    """The certificate names this machine, and another start keeps it."""
    made = folder / "keys" / "tls.crt"
    before = made.read_bytes()
    keys.write_missing(folder / "keys", ["tls.crt"])
    assert made.read_bytes() == before
    assert (folder / "keys" / "tls.key").stat().st_mode & 0o777 == 0o600
    said = subprocess.run(
        ["openssl", "x509", "-in", made, "-noout", "-ext", "subjectAltName"], capture_output=True, check=True
    )
    assert b"DNS:localhost" in said.stdout
