"""What a Recto beside the caller's own, for tests and measurements, must not take over from it."""

import os


def clean_environment(**extra: str) -> dict[str, str]:
    """The caller's, without what it says of Recto."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RECTO_")} | extra
