"""Every way in which conducting an election stops or says no."""


class ConductError(Exception):
    """The election cannot go on like this; the officials must act, as the text says."""


class RefusedError(ConductError):
    """The board refused an entry; `reason` is the kernel's word for it."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class TooSlowError(ConductError):
    """Something did not happen within its time; the text names it and where to look."""
