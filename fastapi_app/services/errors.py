"""What the engine can refuse, and why.

    EngineError
    ├── NotAnImage          the bytes are none of the formats that the engine opens
    ├── ImageTooLarge       more bytes, pixels or pages than the limits allow
    ├── UnusableImage       the right kind of file, but broken, truncated, locked or empty
    ├── BadParameter        a parameter out of its range
    ├── BadRecipe           a recipe that does not fit its schema (facts: errors)
    ├── NoText              nothing on any page that can be read
    ├── NotAnInvoice        text, but no number, no date and no total
    ├── UnknownLanguage     a recognition language that is not installed
    ├── EngineUnavailable   the recognition engine itself is missing
    └── TimedOut            the work took longer than it may

Messages are sentences for people: they name the file's fault and nothing of this machine.
"""


class EngineError(Exception):
    """A refusal. `code` names its kind for programs; `facts` are plain values that belong to it."""

    code = "engine_error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class NotAnImage(EngineError):
    code = "not_an_image"


class ImageTooLarge(EngineError):
    code = "image_too_large"


class UnusableImage(EngineError):
    code = "unusable_image"


class BadParameter(EngineError):
    code = "bad_parameter"


class BadRecipe(EngineError):
    code = "bad_recipe"


class NoText(EngineError):
    code = "no_text"


class NotAnInvoice(EngineError):
    code = "not_an_invoice"


class UnknownLanguage(EngineError):
    code = "unknown_language"


class EngineUnavailable(EngineError):
    code = "engine_unavailable"


class TimedOut(EngineError):
    code = "timed_out"


OF_A_PAGE = (NotAnImage, ImageTooLarge, UnusableImage, TimedOut)  # the others would be the same on every page


def on_page(error: EngineError, number: int) -> EngineError:
    """The same refusal, saying on which page of a file (1 is the first) the trouble is."""
    if not isinstance(error, OF_A_PAGE) or error.message.startswith(f"Page {number} "):
        return error
    return type(error)(f"Page {number}: {error.message}", **error.facts)
