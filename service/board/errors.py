"""Every way in which the board's side of the service stops or says no."""


class BoardServiceError(Exception):
    """The base; the operator must act, as the text says."""


class RestoredBackupError(BoardServiceError):
    """The database is not the one that signed last; the operator must run `wijkaandeel rebuild`."""


class OvertakenError(BoardServiceError):
    """Another sequencer has written; nobody must act, this one starts anew."""


class RecordError(BoardServiceError):
    """The published files are not what the board says; the operator must look before anything is written."""


class FolderInUseError(RecordError):
    """Another process publishes in the same folder; the operator must stop one of them."""


class WitnessError(BoardServiceError):
    """A witness gave no good cosignature; its keeper must look. The board goes on with the others."""


class SilentWitnessesError(BoardServiceError):
    """Too few witnesses answer to say that none has cosigned a larger board; their keepers must look."""


class LostBallotsError(BoardServiceError):
    """Promised ballots are missing from the database; the operator must start `wijkaandeel serve` anew."""


class NotDrainedError(BoardServiceError):
    """The voting cannot be closed yet; the officials must wait for what the text names."""


class InboxFullError(BoardServiceError):
    """Too many entries wait already; the sender must try again later."""
