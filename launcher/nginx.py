"""nginx's configuration: the shared templates filled in, and around them what an ordinary process needs."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from launcher.places import ROOT
from launcher.ports import Ports, in_url, listening_addresses
from launcher.programs import MAX_UPLOAD_BYTES, Layout
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


def nginx_configurations(layout: Layout, ports: Ports, host: str, env: Mapping[str, str]) -> dict[Path, str]:
    """File → content. Raises Trouble for a setting that nginx would not understand."""
    tls = certificate(env)
    public, plain = (ports.tls, ports.nginx) if tls else (ports.nginx, 0)
    site = {
        "RECTO_LISTEN": _listen(host, public, "ssl" if tls else ""),
        "RECTO_REAL_IP": " ".join(f"set_real_ip_from {proxy};" for proxy in _named(env, PROXIES)),
        "RECTO_DJANGO": f"127.0.0.1:{ports.django}",
        "RECTO_FASTAPI": f"127.0.0.1:{ports.fastapi}",
        "RECTO_STATIC_ROOT": env["RECTO_STATIC_ROOT"],
        "RECTO_MEDIA_ROOT": env["RECTO_MEDIA_ROOT"],
        "RECTO_OUTAGE_ROOT": str(NGINX / "outage"),
        "RECTO_MAX_UPLOAD_BYTES": env.get("RECTO_MAX_UPLOAD_BYTES") or str(MAX_UPLOAD_BYTES),
        **{name: str(_limit(env, name)) for name in LIMITS},
    }
    files = {layout.run / "recto.conf": fill(NGINX / "recto.conf.template", site)}
    if tls:
        values = {"RECTO_PLAIN_LISTEN": _listen(host, plain), "RECTO_PUBLIC_ORIGIN": env["RECTO_PUBLIC_ORIGIN"], **tls}
        files[layout.run / "tls.conf"] = fill(NGINX / "tls.conf.template", values)
    process = {
        "RECTO_RUN": str(layout.run / "nginx"),
        "RECTO_INCLUDES": " ".join(f"include {file};" for file in files),
        # Started by root, nginx would give its work to an account that cannot read this folder.
        "RECTO_USER_LINE": "user root;" if os.geteuid() == 0 else "",
    }
    return files | {layout.run / "nginx.conf": fill(NGINX / "nginx.conf.template", process)}


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
