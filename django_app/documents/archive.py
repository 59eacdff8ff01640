"""What a ZIP archive says it holds, read at the door: names and sizes, not a byte of the files themselves."""

import re
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
LARGEST_DIRECTORY = 2 * 1024 * 1024  # bytes: some ten thousand names
LONGEST_END = 22 + 65535  # the end record and its comment (APPNOTE 4.3.16)
LARGEST_RATIO = 200  # of what a file is to what it is packed; images hardly pack at all
PACKED = 1024 * 1024  # a small file may pack as well as it likes
IS_LINK, KIND = 0o120000, 0o170000
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")


class ArchiveRefused(Exception):
    """`reasons`: what is wrong with which file."""

    def __init__(self, words: str, reasons: list[tuple[str, str]] | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.reasons = reasons or []


def is_archive(file: IO[bytes]) -> bool:
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in MAGIC


def members(file: IO[bytes]) -> list[str]:
    """The names of the files in it, in the order of their names. Raises ArchiveRefused."""
    check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not is_litter(entry.filename)]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, UnicodeDecodeError) as error:
        raise ArchiveRefused(_("The archive is broken.")) from error
    reasons = [(entry.filename, reason) for entry in entries for reason in hostile(entry)]
    if reasons:
        raise ArchiveRefused(_("The archive is not taken: %(why)s") % {"why": "; ".join(said(reasons))}, reasons)
    check_amount(entries)
    return sorted((entry.filename for entry in entries), key=natural)


def check_directory(file: IO[bytes]) -> None:
    """The directory is read as a whole, so its size is looked at before."""
    size = file.seek(0, 2)
    file.seek(max(0, size - LONGEST_END))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise ArchiveRefused(_("The archive is broken."))
    (directory,) = struct.unpack("<L", tail[at + 12 : at + 16])
    if directory > LARGEST_DIRECTORY:
        raise ArchiveRefused(_("The archive holds too many files."))
    file.seek(0)


def hostile(entry: zipfile.ZipInfo) -> Iterator[str]:
    """Reasons for which an archive is refused as a whole: nobody packs that by mistake, or it cannot be opened."""
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0] or not name.isprintable():
        yield _("its name leads out of the archive")
    if (entry.external_attr >> 16) & KIND == IS_LINK:
        yield _("it is a link")
    if entry.flag_bits & 0x1:
        yield _("it is encrypted")
    if name.lower().endswith(ARCHIVES):
        yield _("it is an archive within the archive")
    if entry.file_size > settings.MAX_UPLOAD_BYTES:
        yield _("it is too large")
    if entry.file_size > max(PACKED, LARGEST_RATIO * entry.compress_size):
        yield _("it is packed too well for an image")


def check_amount(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename for entry in entries}
    if not entries:
        raise ArchiveRefused(_("There is no file in the archive."))
    if len(entries) > settings.MAX_FRAMES:
        raise ArchiveRefused(_("The archive holds too many files."))
    if len(names) < len(entries):
        raise ArchiveRefused(_("Two files in the archive have the same name."))
    if any(len(name) > 255 for name in names):
        raise ArchiveRefused(_("A name in the archive is too long."))


def is_litter(name: str) -> bool:
    """What computers put beside the pictures."""
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1].startswith("._") or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")


def natural(name: str) -> list[Any]:
    """page 2 before page 10."""
    parts = re.split(r"([0-9]+)", name.lower())  # every second one is a number
    return [(int(part), "") if number % 2 else (0, part) for number, part in enumerate(parts)]


def said(reasons: list[tuple[str, str]]) -> list[str]:
    return [f"{name[:80]}: {reason}" for name, reason in reasons[:3]]
