"""Every way in which the service itself says no; what the protocol refuses is in ballots/errors.py.

How an error is answered over HTTP stands in answers.py, and nowhere else.
"""


class ServiceError(Exception):
    """The base. `reason` is a short fixed word, as in the protocol's own errors."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SettingsError(ServiceError):
    """The environment does not say what the service needs; whoever runs it must act."""

    def __init__(self, message: str) -> None:
        super().__init__("settings", message)


class UnavailableError(ServiceError):
    """Nothing was refused and nothing is lost: the sender must send the same bytes again, later."""

    def __init__(self, reason: str, message: str, retry_after: int = 2) -> None:
        super().__init__(reason, message)
        self.retry_after = retry_after


class DisconnectedError(ServiceError):
    """The sender hung up before its request was whole; nobody must act, and nobody reads the answer."""

    def __init__(self) -> None:
        super().__init__("disconnected", "expected the request to its end")


class RefusedError(ServiceError):
    """The service cannot do what was asked, for a reason that the protocol does not know."""
