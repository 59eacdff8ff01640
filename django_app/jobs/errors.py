"""Why an item ends without a result.

JobError            a reason that is not the engine's: the page is gone, the disk is full
StoppedError        the item is no longer this worker's: cancelled, or given to another
ShutdownError       the worker is being shut down, and the item goes back
DatabaseAwayError   the database has been away for longer than anybody waits, and the item goes back
"""


class JobError(Exception):
    """`code` names the reason for programs, `message` is a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class StoppedError(Exception):
    pass


class ShutdownError(Exception):
    pass


class DatabaseAwayError(Exception):
    pass
