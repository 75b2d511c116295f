"""Every way in which the kernel says no.

An error carries a `reason`: a short fixed word that stands in PROTOCOL.md (section "Reasons") and
that every implementation gives for the same fault. The text says what was expected and what came;
it never repeats a secret, a code or a choice.
"""


class ProtocolError(Exception):
    """The base of all of the kernel's errors; the sender of the bytes must act."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class WireError(ProtocolError):
    """Bytes that are not the one spelling of a record; whoever encoded them must act."""


class PointError(ProtocolError):
    """A key or point that is not canonical or not of full order; the key's holder must act."""


class CodeError(ProtocolError):
    """A mistyped code; the person who types it must look at the letter again."""


class ShareError(ProtocolError):
    """A share or a blind signature that does not verify; the issuer or the voter must act."""


class SealingError(ProtocolError):
    """A box or a body that does not open or does not reseal to the same bytes."""


class ChoicesError(ProtocolError):
    """Choices that break a rule of the ballot style; the voter must act."""


class NoteError(ProtocolError):
    """A note, checkpoint or cosignature that does not parse or verify; its signer must act."""


class ProofError(ProtocolError):
    """A Merkle proof that does not lead to the root; whoever serves the log must act."""


class BoardError(ProtocolError):
    """An entry that may not stand at this place of the board; its author must act."""


class ManifestError(ProtocolError):
    """Styles, contests and manifest that do not fit together; the officials must act."""
