"""Buffers that come and go cost no new pages."""

import subprocess
import sys

FAULTS = """
import resource
from fastapi_app.memory import keep_freed
{call}
chunk = b"x" * 2**16
def come_and_go():
    pieces = [b"".join([chunk] * 16) for _ in range(4)]
come_and_go()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(25):
    come_and_go()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(call: str) -> int:
    """Pages that 100 buffers of one MiB, four at a time, had from the kernel."""
    script = FAULTS.format(call=call)
    return int(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout)


def test_freed_buffers_are_used_again() -> None:
    assert faults("") > 10_000
    assert faults("keep_freed()") < 1_000
