"""nginx's configuration: the shared templates filled in, and around them what an ordinary process needs.

`python -m launcher.nginx FOLDER` writes those of docker-compose.yml's containers: FOLDER/plain and FOLDER/tls."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from launcher.commands import upload_limit
from launcher.places import ROOT
from launcher.ports import Ports, in_url, listening_addresses
from launcher.programs import Layout
from launcher.trouble import Trouble

NGINX = ROOT / "nginx"
# Requests a minute of one address, and what one may have open at the same time; of all, without any credential, at the
# doors where passwords are tried, and with files. Ordinary work stays far below: 200 thumbnails are 200 requests.
LIMITS = {
    "RECTO_ADDRESS_RATE": 12_000,
    "RECTO_ANONYMOUS_RATE": 1200,
    "RECTO_LOGIN_RATE": 300,
    "RECTO_UPLOAD_RATE": 3000,
    "RECTO_CONNECTIONS": 1000,
}
TLS = ("RECTO_TLS_CERTIFICATE", "RECTO_TLS_KEY")
PROXIES = "RECTO_TRUSTED_PROXIES"
SETTINGS = (*TLS, PROXIES, *LIMITS)
# nginx knows no limit of none: 0 becomes what nobody reaches.
BEYOND_REACH = {"RECTO_CONNECTIONS": 65_535}
BEYOND_REACH_RATE = 1_000_000_000


@dataclass(frozen=True)
class Place:
    """Where an nginx runs. `configuration`: the folder of its files; `listen`: directives; `plain`: those where HTTP
    is told to come by https; `resolver`: the directive by which the names of `django` and `fastapi` (host:port) are
    looked up again and again."""

    configuration: Path
    run: Path
    outage: Path
    listen: str
    plain: str
    django: str
    fastapi: str
    resolver: str = ""


def nginx_configurations(layout: Layout, ports: Ports, host: str, env: Mapping[str, str]) -> dict[Path, str]:
    """File → content. Raises Trouble for a setting that nginx would not understand."""
    tls = certificate(env)
    here = Place(
        configuration=layout.run,
        run=layout.run / "nginx",
        outage=NGINX / "outage",
        listen=_listen(host, ports.tls, "ssl") if tls else _listen(host, ports.nginx),
        plain=_listen(host, ports.nginx),
        django=f"127.0.0.1:{ports.django}",
        fastapi=f"127.0.0.1:{ports.fastapi}",
    )
    return process(here, site(here, env) | (encryption(here, tls) | way_to_https(here, env) if tls else {}))


def containers(folder: Path, env: Mapping[str, str]) -> dict[Path, str]:
    """Of `nginx` and of `tls`. Where browsers come by https, and no proxy that is named brings them, `nginx` only tells
    them the way to `tls`: its site then listens where nobody comes."""
    plain, tls = _container(folder / "plain"), replace(_container(folder / "tls"), listen="listen 8443 ssl;")
    files = site(plain, env)
    if env["RECTO_PUBLIC_ORIGIN"].startswith("https://") and not env.get(PROXIES):
        files = site(replace(plain, listen="listen 127.0.0.1:8081;"), env) | way_to_https(plain, env)
    return process(plain, files) | process(tls, site(tls, env) | encryption(tls, certificate(env)))


def _container(folder: Path) -> Place:
    """Whoever has the name now is asked: a container that is started again may have another address."""
    return Place(
        configuration=folder,
        run=Path("/run/recto"),
        outage=Path("/outage"),
        listen="listen 8080;",
        plain="listen 8080;",
        django="web:8000 resolve",
        fastapi="fastapi:8001 resolve",
        resolver="resolver 127.0.0.11 valid=2s ipv6=off;",
    )


def site(place: Place, env: Mapping[str, str]) -> dict[Path, str]:
    values = {
        "RECTO_LISTEN": place.listen,
        "RECTO_REAL_IP": " ".join(f"set_real_ip_from {proxy};" for proxy in _named(env, PROXIES)),
        "RECTO_RESOLVER": place.resolver,
        "RECTO_DJANGO": place.django,
        "RECTO_FASTAPI": place.fastapi,
        "RECTO_STATIC_ROOT": env["RECTO_STATIC_ROOT"],
        "RECTO_MEDIA_ROOT": env["RECTO_MEDIA_ROOT"],
        "RECTO_OUTAGE_ROOT": str(place.outage),
        "RECTO_MAX_UPLOAD_BYTES": str(upload_limit(env)),
        **{name: str(_limit(env, name)) for name in LIMITS},
    }
    return {place.configuration / "recto.conf": fill(NGINX / "recto.conf.template", values)}


def encryption(place: Place, tls: Mapping[str, str]) -> dict[Path, str]:
    return {place.configuration / "tls.conf": fill(NGINX / "tls.conf.template", tls)}


def way_to_https(place: Place, env: Mapping[str, str]) -> dict[Path, str]:
    values = {"RECTO_PLAIN_LISTEN": place.plain, "RECTO_PUBLIC_ORIGIN": env["RECTO_PUBLIC_ORIGIN"]}
    return {place.configuration / "https.conf": fill(NGINX / "https.conf.template", values)}


def process(place: Place, files: dict[Path, str]) -> dict[Path, str]:
    """`files`, and the one around them, with which nginx is started."""
    values = {
        "RECTO_RUN": str(place.run),
        "RECTO_INCLUDES": " ".join(f"include {file};" for file in files),
        # Started by root, nginx would give its work to an account that cannot read this folder.
        "RECTO_USER_LINE": "user root;" if os.geteuid() == 0 else "",
    }
    return files | {place.configuration / "nginx.conf": fill(NGINX / "nginx.conf.template", values)}


def certificate(env: Mapping[str, str]) -> dict[str, str]:
    """RECTO_TLS_CERTIFICATE and RECTO_TLS_KEY, or nothing without TLS. Raises Trouble for one without the other."""
    given = {name: env[name] for name in TLS if env.get(name)}
    if len(given) == 1:
        raise Trouble("RECTO_TLS_CERTIFICATE and RECTO_TLS_KEY belong together; one of them is not set.")
    return given


def _listen(host: str, port: int, how: str = "") -> str:
    return " ".join(f"listen {in_url(address)}:{port} {how}".rstrip() + ";" for address in listening_addresses(host))


def _named(env: Mapping[str, str], name: str) -> Iterator[str]:
    """Addresses or networks, comma-separated."""
    for one in filter(None, map(str.strip, env.get(name, "").split(","))):
        if not re.fullmatch(r"[0-9A-Fa-f.:]+(/\d{1,3})?", one):
            raise Trouble(f"{name} names {one!r}, which is no address and no network.")
        yield one


def _limit(env: Mapping[str, str], name: str) -> int:
    said = env.get(name) or str(LIMITS[name])
    if not said.isdecimal():
        raise Trouble(f"{name} is {said!r}; it must be a number, 0 for no limit.")
    return int(said) or BEYOND_REACH.get(name, BEYOND_REACH_RATE)


def fill(template: Path, values: Mapping[str, str]) -> str:
    """Only ${NAME}, as envsubst does with a list of names; nginx's $variables stay. KeyError for an unknown name."""
    return re.sub(r"\$\{([A-Z_]+)\}", lambda name: values[name[1]], template.read_text())


def main(folder: Path) -> None:
    for path, text in containers(folder, os.environ).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except Trouble as trouble:
        sys.exit(str(trouble))
