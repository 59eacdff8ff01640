"""The archive's outer form: a tar whose last member lists the SHA-256 of all others, as sha256sum does.

So it can be written and read as a stream, `tar` and `sha256sum -c` can look into it, and one that was cut off is known
by having no list.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, NamedTuple, Protocol, cast

from django_app.backup.errors import DamagedError

SUMS = "SHA256SUMS"
AT_ONCE = 1024 * 1024
INCOMPLETE = "The archive is damaged, or its end is missing."


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    def write(self, content: bytes, /) -> object: ...


class Digested:
    """Bytes on their way, and the SHA-256 of those that have been read."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def read(self, size: int = AT_ONCE) -> bytes:
        with read_errors():
            chunk = self._file.read(size)
        self._sum.update(chunk)
        return chunk

    def drain(self) -> str:
        """The SHA-256 of the whole, also of what nobody has read, in hexadecimal."""
        while self.read():
            pass
        return self._sum.hexdigest()


class Counted:
    """Where tarfile writes: a pipe does not know how far it has come."""

    def __init__(self, out: Writable) -> None:
        self._out = out
        self.size = 0

    def write(self, content: bytes) -> int:
        self._out.write(content)
        self.size += len(content)
        return len(content)

    def tell(self) -> int:
        return self.size


class Writer:
    """Adds members, and in the end their list."""

    def __init__(self, tar: tarfile.TarFile, out: Counted, sums: IO[bytes]) -> None:
        self._tar = tar
        self._sums = sums
        self.out = out

    def add(self, name: str, content: Readable, size: int) -> str:
        """Exactly `size` bytes; their SHA-256. Raises OSError if there are fewer."""
        passing = Digested(content)
        self._write(name, passing, size)
        digest = passing.drain()
        self._sums.write(line(digest, name))
        return digest

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), len(content))

    def add_list(self) -> None:
        size = self._sums.tell()
        self._sums.seek(0)
        self._write(SUMS, self._sums, size)

    def _write(self, name: str, content: Readable, size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)  # type: ignore[arg-type]
        self._tar.members.clear()  # type: ignore[attr-defined]  # it would keep every one


@contextmanager
def writing(out: Writable) -> Iterator[Writer]:
    """An archive that is whole after the block, unless that fails."""
    counted = Counted(out)
    with (
        TemporaryFile() as sums,
        tarfile.open(fileobj=counted, mode="w", copybufsize=AT_ONCE) as tar,  # type: ignore[call-overload]
    ):
        archive = Writer(tar, counted, sums)
        yield archive
        archive.add_list()


class Member(NamedTuple):
    name: str
    size: int
    content: Digested

    def whole(self, most: int) -> bytes:
        """Its bytes at once. Raises DamagedError if there are more than `most`."""
        if self.size > most:
            raise DamagedError(f"The archive is damaged: {self.name} is too long.")
        return self.content.read(self.size)


def members(source: IO[bytes]) -> Iterator[Member]:
    """Each in turn, to be read before the next is asked for; what is not read is checked all the same.

    What came before is only to be trusted at the end: raises DamagedError if the list, the last member, is missing or
    says otherwise, or if anything follows it.
    """
    with read_errors(), TemporaryFile() as sums, tarfile.open(fileobj=source, mode="r|", bufsize=AT_ONCE) as tar:
        while (found := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]
            content = tar.extractfile(found) if found.isreg() else None
            if content is None:
                raise DamagedError(f"The archive is damaged: {found.name} is not a file.")
            if found.name == SUMS:
                compare(content, sums)
                return nothing_follows(tar)
            member = Member(found.name, found.size, Digested(content))
            yield member
            sums.write(line(member.content.drain(), found.name))
        raise DamagedError(INCOMPLETE)


def line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode("utf-8", "surrogateescape")


def compare(said: IO[bytes], seen: IO[bytes]) -> None:
    seen.seek(0)
    for was in seen:
        if said.readline(len(was) + 1) != was:
            name = was.partition(b"  ")[2].decode(errors="replace").strip()
            raise DamagedError(f"The archive is damaged: {name} is not what was written.")
    if said.read(1):
        raise DamagedError("The archive is damaged: it lacks files that it lists.")


def nothing_follows(tar: tarfile.TarFile) -> None:
    """But the zeros with which tar fills its last block."""
    rest = cast(IO[bytes], tar.fileobj)  # has read ahead
    while chunk := rest.read(AT_ONCE):
        if chunk.strip(b"\0"):
            raise DamagedError("The archive is damaged: something follows its end.")


@contextmanager
def read_errors() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, UnicodeError) as error:
        raise DamagedError(INCOMPLETE) from error
