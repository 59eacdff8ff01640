"""The secrets of an installation under docker-compose, written once: `python -m launcher.compose_secrets FOLDER`.

    web/secret_key  web/jwt.pem             only the containers that sign
    database/password  database/url         Postgres, and who has rows
    redis/password  redis/url  redis/redis.conf
    monitor/password                        Flower
    tls/tls.crt  tls/tls.key                a certificate for a trial, which nobody else has signed

Each folder is a volume that only those containers mount, so the files are readable for whichever account they run as.
What has been written before and is gone is not made anew: data would be lost behind a password that nobody has."""

import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from launcher import keys

READABLE = 0o444
WRITTEN = ".written"


def write_once(root: Path) -> None:
    """Raises FileNotFoundError, with a sentence, for a secret that was there and is missing or empty."""
    for folder, contents in SECRETS.items():
        place = root / folder
        if (place / WRITTEN).exists():
            complain(place)
            continue
        place.mkdir(exist_ok=True)
        made = contents()
        for name, content in made.items():
            keys.write_secret(place / name, content, READABLE)
        keys.write_secret(place / WRITTEN, "\n".join(made).encode(), READABLE)


def complain(place: Path) -> None:
    for name in (place / WRITTEN).read_text().split():
        if not ((place / name).is_file() and (place / name).stat().st_size):
            raise FileNotFoundError(
                f"The secret {place / name} of this installation is missing or empty; put it back from your backup."
            )


def web() -> dict[str, bytes]:
    return keys.secret_key() | keys.signing_key()


def database() -> dict[str, bytes]:
    password = secrets.token_urlsafe(32)
    return texts(password=password, url=f"postgres://recto:{password}@db:5432/recto")


def redis() -> dict[str, bytes]:
    password = secrets.token_urlsafe(32)
    url = f"redis://:{password}@redis:6379/0"
    return texts(password=password, url=url) | {"redis.conf": f"requirepass {password}\n".encode()}


def monitor() -> dict[str, bytes]:
    return texts(password=secrets.token_urlsafe(16))


def texts(**named: str) -> dict[str, bytes]:
    return {name: text.encode() for name, text in named.items()}


SECRETS: dict[str, Callable[[], dict[str, bytes]]] = {
    "web": web,
    "database": database,
    "redis": redis,
    "monitor": monitor,
    "tls": keys.certificate,
}

if __name__ == "__main__":
    try:
        write_once(Path(sys.argv[1]))
    except FileNotFoundError as missing:
        sys.exit(str(missing))
