"""Every way in which the ledger says no."""


class LedgerError(Exception):
    """The base of the ledger's errors; the treasurer must act on what the text says."""


class SplitError(LedgerError):
    """Money that cannot be divided as asked; whoever set up the pot must act."""


class BookingError(LedgerError):
    """An outcome that does not fit its pots; the officials who certified it must act."""


class BoardSourceError(LedgerError):
    """A board that cannot be read or does not prove what it shows; whoever serves it must act."""


class StoreError(LedgerError):
    """A booking that the database refuses: out of balance, overdrawn, or against what stands already."""


class UnavailableError(BoardSourceError):
    """A board that is not served at the moment; trying again later may help."""


class NotYetError(LedgerError):
    """An election that was not certified in the time given; nothing is wrong, and nothing is booked."""
