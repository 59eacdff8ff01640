"""What a backup or a restore refuses or cannot do, each with its sentence.

BackupError
├── NotMigratedError    the database is not of this version
├── BusyError           somebody else writes the same archive
├── DamagedError        the archive is not what was written
├── NewerError          the archive is of a later version
└── OccupiedError       there is something already where the archive should go
"""


class BackupError(Exception):
    pass


class NotMigratedError(BackupError):
    pass


class BusyError(BackupError):
    pass


class DamagedError(BackupError):
    pass


class NewerError(BackupError):
    pass


class OccupiedError(BackupError):
    pass


def words(error: Exception) -> str:
    """A sentence, also of what the system or the database says."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the archive'}: {error.strerror}."
    return " ".join(str(error).split())
