"""Every way in which a partner node says no.

An error carries a `reason`, a short fixed word for logs and for the answer to `GET /health`. No message
holds a key, a passphrase or a blinded message.
"""


class PartnerError(Exception):
    """The base of the node's errors."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class PassphraseError(PartnerError):
    """The passphrase is missing, too short, or does not open the keys; the node's keeper must act."""


class KeyFileError(PartnerError):
    """The key file is damaged, is not one, or others can read it; the node's keeper must act."""


class StateError(PartnerError):
    """The state directory is not what this node left behind; the node's keeper must act."""


class StateInUseError(StateError):
    """Another process works with this state directory; the node's keeper must stop that one first."""


class PinError(PartnerError):
    """What is to be pinned is malformed, or differs from what is pinned; the node's keeper must act."""


class RogueBoardError(PartnerError):
    """The board breaks a rule or contradicts what this node has seen; the operator must explain it."""


class StaleBoardError(PartnerError):
    """The board shows less than this node has seen, or is not witnessed; wait, and it should catch up."""


class RefusedDutyError(PartnerError):
    """The node was asked to do what its duty does not allow; whoever asked must act."""


class RemoteError(PartnerError):
    """The board or the service did not answer, or not as expected; the node tries again by itself."""

    def __init__(self, reason: str, message: str, status: int = 0) -> None:
        super().__init__(reason, message)
        self.status = status
