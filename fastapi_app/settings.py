"""Every environment variable that the service reads, each with its default; nothing else here looks at them."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1024 * 1024


def _said(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        raise ValueError("RECTO_REDIS_URL_FILE must name a readable file.") from error


class Settings(BaseSettings):
    """Read once at start-up (prefix RECTO_) and handed to `create_app`; tests hand in their own."""

    model_config = SettingsConfigDict(env_prefix="RECTO_", frozen=True, extra="ignore", hide_input_in_errors=True)

    django_url: str = Field("http://127.0.0.1:8000", description="Where Django answers: public keys and session checks")
    media_root: Path = Field(Path("var/media"), description="The media folder; only read here")
    cache_bytes: int = Field(
        10 * 1024 * MIB, ge=0, description="Copies of files from a bucket that are kept; none are made of a folder's"
    )
    redis_url: str = Field("", description="Redis: events, tasks; empty = there are none")
    redis_url_file: Path | None = Field(None, description="The file that holds redis_url instead")
    public_origin: str = Field("http://localhost:8080", description="Scheme, host and port that browsers see")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated origins of pages that may call this service; default: the public origin"
    )

    max_upload_bytes: int = Field(64 * MIB, ge=1, description="Largest upload, and largest image in a socket message")
    max_pixels: int = Field(120_000_000, ge=1, description="Most pixels that an image may have when decoded")
    max_frames: int = Field(2000, ge=1, description="Most pages that a PDF or TIFF may have")
    max_read_pages: int = Field(100, ge=1, description="Most pages that one text request reads")

    slots: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="Runs at the same time")
    opencv_threads: int = Field(2, ge=1, description="Threads that OpenCV may use within a run")
    queue: int = Field(32, ge=0, description="Runs that may wait for a slot; one more is answered 503")
    queue_seconds: float = Field(20.0, gt=0, description="Longest wait for a slot; after it, a run is answered 503")
    run_seconds: float = Field(120.0, gt=0, description="Hard time-out of a run, without its time in the queue")
    file_seconds: float = Field(900.0, gt=0, description="Hard time-out of reading all pages of one file of invoices")
    child_memory_bytes: int = Field(4096 * MIB, ge=256 * MIB, description="Address space of a child process")
    child_idle_seconds: float = Field(
        20.0, gt=0, description="A person's or a socket's child ends after so long without a run"
    )
    live_sockets: int = Field(200, ge=1, description="WebSockets of /ws/process open at the same time in this process")
    sockets: int = Field(2000, ge=1, description="WebSockets that only listen, open at the same time in this process")

    user_rate: int = Field(6000, ge=0, description="Requests a minute of one person; one more is answered 429; 0 = any")

    tasks: int = Field(200, ge=1, description="Tasks of the developer API that may wait; one more is answered 503")
    task_bytes: int = Field(512 * MIB, ge=1, description="Bytes of their images that may wait in Redis")

    sentry_dsn: str = Field("", description="Where errors are sent (Sentry); empty = nowhere")
    worker_metrics_port: int = Field(0, ge=0, description="Where Prometheus asks the worker of tasks; 0 = nowhere")
    worker_metrics_host: str = Field("127.0.0.1", description="Address that this port is opened at")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe line logged")
    log_format: Literal["json", "text"] = Field("json", description="One JSON object a line, or plain text")

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, given: dict[str, Any]) -> dict[str, Any]:
        """The address of Redis holds its password, so it may stand in a file."""
        if not given.get("redis_url_file"):
            return {name: value for name, value in given.items() if name != "redis_url_file"}
        if given.get("redis_url"):
            raise ValueError("RECTO_REDIS_URL and RECTO_REDIS_URL_FILE are both set; one of them must go.")
        url = _said(Path(given["redis_url_file"]))
        if not url:
            raise ValueError("RECTO_REDIS_URL_FILE must name a file that is not empty.")
        return given | {"redis_url": url}

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """'https://a, https://b' becomes a tuple."""
        if isinstance(value, str):
            return tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
        return value

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may call this service."""
        return self.allowed_origins or (self.public_origin.rstrip("/"),)
