"""Every way in which the database's ground says no."""


class DatabaseError(Exception):
    """The base of the errors of this folder."""


class ServerError(DatabaseError):
    """PostgreSQL does not start, stop or exist; whoever runs this machine must act."""


class ServerInUseError(ServerError):
    """Another process owns this data folder; stop that one, or choose another folder."""


class MigrationError(DatabaseError):
    """The migrations and the database disagree; whoever installs the program must act."""


class DurabilityError(DatabaseError):
    """A setting would let PostgreSQL forget what it confirmed; the server's administrator must act."""
