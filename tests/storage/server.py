"""A bucket of the tests' own, behind a wire that can be cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import boto3
from botocore.config import Config

KEY, SECRET = "quire", "vellum"


class Wire:
    """Passes everything on between a client and `port`, until it is cut."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._sockets: set[socket.socket] = set()
        self.is_cut = False
        self._most: int | None = None
        self.held = threading.Event()  # nothing more comes, and somebody waits for it
        self._let_go = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """The server is away, in the middle of whatever it was doing."""
        self.is_cut = True
        self._let_go.set()
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def hold_after(self, most: int) -> None:
        """So many bytes of the next answers, then nothing more comes, but no end either."""
        self._let_go.clear()
        self._most = most

    @contextmanager
    def cut_when_held(self) -> Iterator[None]:
        def cut() -> None:
            self.held.wait(20)
            self.cut()

        cutter = threading.Thread(target=cut)
        cutter.start()
        try:
            yield
        finally:
            cutter.join()

    def mend(self) -> None:
        self.is_cut = False
        self._most = None
        self.held.clear()
        self._let_go.set()

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.is_cut:
                return
            with socket.create_connection(("127.0.0.1", self._upstream)) as server:
                ends = {client, server}
                self._sockets |= ends
                back = threading.Thread(target=self._pass_on, args=[server, client, True], daemon=True)
                back.start()
                self._pass_on(client, server, False)
                back.join()
                self._sockets -= ends

    def _pass_on(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self._most is not None:
                    data = data[: self._most]
                    self._most -= len(data)
                    if not data:  # whatever the server does with its end, the client's stays open
                        self.held.set()
                        self._let_go.wait()
                        break
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


class Bucket:
    """One bucket, seen from beside it; `wire` is what Recto's requests go through."""

    def __init__(self, server_port: int, wire: Wire, name: str) -> None:
        self.name = name
        self.wire = wire
        self.endpoint = f"http://127.0.0.1:{wire.port}"
        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{server_port}",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )
        self.client.create_bucket(Bucket=name)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "RECTO_S3_BUCKET": self.name,
            "RECTO_S3_ENDPOINT": self.endpoint,
            "RECTO_S3_ACCESS_KEY": KEY,
            "RECTO_S3_SECRET_KEY": SECRET,
        }

    def keys(self) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def read(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)
