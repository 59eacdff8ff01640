"""The Postgres of a test run: gone afterwards, and as durable as is asked."""

import os
import subprocess
from pathlib import Path

import pytest

from launcher import postgres
from tests.stack.faulty import Database


def test_it_is_thrown_away() -> None:
    with postgres.throw_away() as url:
        folder = Path(url.removeprefix("postgres://recto@/").rpartition("/")[0])
        postmaster = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        asked = ["psql", "-h", folder, "-U", "recto", "-tAc", "SHOW listen_addresses", "recto"]
        assert subprocess.run(asked, capture_output=True, text=True, check=True, cwd="/").stdout == "\n"

    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(postmaster, 0)


def test_a_durable_one_keeps_what_it_has_committed() -> None:
    """Though it is killed at once. The usual one is faster and loses it."""
    with postgres.throw_away(durable=True) as url:
        database = Database(url)
        try:
            database.rows("CREATE TABLE committed (number integer)")
            database.rows("INSERT INTO committed VALUES (1)")
            database.stop()
            database.start()
            assert database.rows("SELECT number FROM committed") == [(1,)]
        finally:
            database.end()
