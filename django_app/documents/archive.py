"""What a ZIP archive says it holds, read at the door: names and sizes, not a byte of the files themselves."""

import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
LARGEST_DIRECTORY = 2 * 1024 * 1024  # bytes: some ten thousand names
LONGEST_END = 22 + 65535  # the end record and its comment (APPNOTE 4.3.16)
LARGEST_RATIO = 200  # of what a file is to what it is packed; images hardly pack at all
LONGEST_NAME = 255
PACKED = 1024 * 1024  # a small file may pack as well as it likes
IS_LINK, KIND = 0o120000, 0o170000
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")


class ArchiveRefused(Exception):
    """`reasons`: what is wrong with which file."""

    def __init__(self, words: str, reasons: list[tuple[str, str]] | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.reasons = reasons or []


@dataclass(frozen=True)
class Member:
    """A file in an archive, and why it is not taken if it is not."""

    name: str
    reasons: tuple[str, ...]


def is_archive(file: IO[bytes]) -> bool:
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in MAGIC


def members(file: IO[bytes]) -> list[str]:
    """The names of the files in it, in the order of their names. Raises ArchiveRefused, for one bad file too."""
    found = looked_through(file, settings.MAX_FRAMES)
    reasons = [(member.name, reason) for member in found for reason in member.reasons]
    if reasons:
        raise ArchiveRefused(_("The archive is not taken: %(why)s") % {"why": "; ".join(said(reasons))}, reasons)
    return [member.name for member in found]


def looked_through(file: IO[bytes], most: int) -> list[Member]:
    """The files in it, in the order of their names. Raises ArchiveRefused for none, and for more than `most`."""
    check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not is_litter(entry.filename)]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, UnicodeDecodeError) as error:
        raise ArchiveRefused(_("The archive is broken.")) from error
    check_amount(entries, most)
    seen = Counter(entry.filename for entry in entries)
    found = [Member(entry.filename, tuple(hostile(entry, seen[entry.filename]))) for entry in entries]
    return sorted(found, key=lambda member: natural(member.name))


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


def hostile(entry: zipfile.ZipInfo, of_this_name: int) -> Iterator[str]:
    """Reasons for which a file is refused: nobody packs that by mistake, or it cannot be opened."""
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
    if of_this_name > 1:
        yield _("two files have this name")
    if len(entry.filename) > LONGEST_NAME:
        yield _("its name is too long")


def check_amount(entries: list[zipfile.ZipInfo], most: int) -> None:
    if not entries:
        raise ArchiveRefused(_("There is no file in the archive."))
    if len(entries) > most:
        raise ArchiveRefused(_("The archive holds too many files."))


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
