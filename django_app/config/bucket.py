"""Media in a bucket of an S3 service. Imported only when one is configured: boto3 takes its time and its memory."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils._os import safe_join
from storages.backends.s3 import S3Storage

from django_app.config import copies
from django_app.config.storage import Mend, StorageAwayError, still_alive, write_whole

logger = logging.getLogger(__name__)

MIB = 1024 * 1024
TRIM_SECONDS = 60
# A page's worker gives a sign of life between two pieces; both tries together stay below what it is given up after.
PATIENCE: dict[str, Any] = {"connect_timeout": 2, "read_timeout": 5, "retries": {"total_max_attempts": 2}}
# Other services than Amazon's know neither the checksums that boto3 adds nor buckets as names of hosts.
CHECKSUMS: dict[str, Any] = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


class MediaBucket(S3Storage):  # type: ignore[misc]  # django-storages brings no types
    """The bucket is the truth; below MEDIA_ROOT lie copies of what this machine has lately written or read."""

    def __init__(self, **options: Any) -> None:
        style = {"addressing_style": "path" if options.get("endpoint_url") else "auto"}
        config = Config(signature_version="s3v4", s3=style, **PATIENCE, **CHECKSUMS)
        transfer = TransferConfig(use_threads=False)  # what is read is read here, where the database is open
        super().__init__(**options, client_config=config, transfer_config=transfer)
        self._making = threading.Lock()
        self._session: boto3.Session | None = None
        self._trimmed = 0.0

    @property
    def connection(self) -> Any:
        """One for each thread, all from one session, which holds what boto3 knows of the service."""
        with self._making:
            return super().connection

    def _create_session(self) -> boto3.Session:
        if self._session is None:
            self._session = super()._create_session()
        return self._session

    @property
    def client(self) -> Any:
        return self.connection.meta.client

    def _save(self, name: str, content: File[Any]) -> str:
        copy = self.copy_of(name)
        write_whole(copy, content.chunks(), copies.MODE)
        try:
            with answers(name), copy.open("rb") as file:
                beat = still_alive.get()
                self.client.upload_fileobj(
                    file, self.bucket_name, name, Config=self.transfer_config, Callback=lambda _: beat()
                )
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        self.trim()
        return name

    def copy_of(self, key: str) -> Path:
        return Path(safe_join(settings.MEDIA_ROOT, key))

    def local(self, key: str) -> Path:
        copy = self.copy_of(key)
        try:
            os.utime(copy)  # in use
        except FileNotFoundError:
            self._fetch(key, copy)
            self.trim()
        return copy

    def _fetch(self, key: str, copy: Path) -> None:
        with answers(key):
            body = self.client.get_object(Bucket=self.bucket_name, Key=key)["Body"]
            try:
                write_whole(copy, body.iter_chunks(MIB), copies.MODE)
            finally:
                body.close()

    @contextmanager
    def reading(self, key: str) -> Iterator[tuple[int, IO[bytes]]]:
        with answers(key):
            found = self.client.get_object(Bucket=self.bucket_name, Key=key)
            with closing(found["Body"]) as body:
                yield found["ContentLength"], body

    def rename(self, key: str, to: str) -> None:
        with answers(key):
            self.client.copy_object(
                Bucket=self.bucket_name, Key=to, CopySource={"Bucket": self.bucket_name, "Key": key}
            )
        if (copy := self.copy_of(key)).exists():
            copy.rename(self.copy_of(to))
        self.delete(key)

    def delete(self, name: str) -> None:
        with answers(name):
            super().delete(name)
        self.copy_of(name).unlink(missing_ok=True)

    def exists(self, name: str) -> bool:
        with answers(name):
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with answers(path):
            folders, names = super().listdir(path)
        return list(folders), list(names)

    def get_modified_time(self, name: str) -> datetime:
        with answers(name):
            moment: datetime = super().get_modified_time(name)
        return moment

    def link(self, key: str, seconds: int) -> str:
        """Signed here, without asking anybody. A copy on this machine is as good as in use."""
        with suppress(FileNotFoundError):
            os.utime(self.copy_of(key))
        return str(self.url(key, expire=seconds))

    def trouble(self) -> str | None:
        try:
            Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
            with answers():
                self.client.head_bucket(Bucket=self.bucket_name)
        except StorageAwayError as error:
            return str(error)
        except FileNotFoundError:
            return "There is no bucket for the images."
        except OSError:
            return "The folder for copies of the images cannot be written."
        return None

    def trim(self) -> None:
        """At most once a minute in each process."""
        if time.monotonic() - self._trimmed > TRIM_SECONDS:
            self._trimmed = time.monotonic()
            in_use = max(copies.IN_USE, settings.PAGE_SECONDS + 300)
            copies.trim(Path(settings.MEDIA_ROOT), settings.CACHE_BYTES, in_use)

    def unfinished(self, before: datetime) -> Iterator[tuple[str, Mend]]:
        """Large files go up in parts; parts without an end are kept, and paid for, until somebody says otherwise."""
        with answers():
            pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket_name)
            begun = [upload for page in pages for upload in page.get("Uploads", ())]
        for upload in begun:
            if upload["Initiated"] < before:
                yield upload["Key"], partial(self._abort, upload["Key"], upload["UploadId"])

    def _abort(self, key: str, upload_id: str) -> None:
        with answers(key):
            self.client.abort_multipart_upload(Bucket=self.bucket_name, Key=key, UploadId=upload_id)


@contextmanager
def answers(key: str = "") -> Iterator[None]:
    """What the bucket says, as Python says it of files: FileNotFoundError, or StorageAwayError."""
    try:
        yield
    except ClientError as error:
        is_missing = error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
        if is_missing and error.response["Error"]["Code"] != "NoSuchBucket":
            raise FileNotFoundError(key) from error
        raise away(error) from error
    except (BotoCoreError, Boto3Error) as error:
        raise away(error) from error


def away(error: Exception) -> StorageAwayError:
    logger.warning("the bucket: %s", error)
    return StorageAwayError("The bucket of the images does not answer.")
