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


def describe_fault(error: BaseException) -> str:
    """Return what an error says without the values that PostgreSQL adds to it.

    Its DETAIL shows whole rows, and the messages of SQLSTATE class 22 (data exceptions) the value itself.
    """
    state = getattr(error, "sqlstate", None)
    if not isinstance(state, str):
        return str(error)
    if state.startswith("22"):
        return f"{type(error).__name__} (SQLSTATE {state})"
    return f"{error.args[0] if error.args else type(error).__name__} (SQLSTATE {state})"
