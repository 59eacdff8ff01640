"""What the kernel says of processes."""

from pathlib import Path


def stat(pid: int | str) -> list[str]:
    """/proc/PID/stat behind the name: state, parent, group, session, … Empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def stats() -> dict[int, list[str]]:
    """Of every process, by its id."""
    found = {int(folder.name): stat(folder.name) for folder in Path("/proc").glob("[0-9]*")}
    return {pid: facts for pid, facts in found.items() if facts}
