"""Everything of Django that counts imports the client from here, so that the folder is there before."""

from telemetry.together import count_together

count_together()
from telemetry import metrics  # noqa: E402 - the client looks for the folder when it is imported

__all__ = ["metrics"]
