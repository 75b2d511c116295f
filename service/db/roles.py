"""The database roles: who may do what is PostgreSQL's to enforce, not ours to remember.

The owner of the database makes tables (migrate.py) and does nothing else. Every process works as
one of the roles below. They are group roles that cannot log in (0001_roles.sql makes them); a
session takes its role in its very first packet, before any statement:

    asyncpg.create_pool(dsn, server_settings=session_settings(Role.SERVICE))

On the embedded server every process logs in as the owner and then takes its role: that guards
against our own mistakes, and not against a statement that says SET ROLE NONE. In production give
every process a login of its own, member of its one role, and put that login in its DATABASE_URL:

    CREATE ROLE booth LOGIN PASSWORD '...' IN ROLE wijk_service;

The same code then holds against hostile SQL too, because that login is a member of nothing else. A
connection pooler in between must pass the startup parameter `role` on, or work per session.
"""

from enum import StrEnum

UNHEARD = {
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
}
"""When the server gives a session up whose process is not heard any more.

A cut network does not say that it is cut. Without these the server would hold such a session's locks for
hours: those of a transaction that keeps the voting open, and that of the one writer of the board.
"""


class Role(StrEnum):
    """The group roles, one a kind of process."""

    SERVICE = "wijk_service"
    SEQUENCER = "wijk_sequencer"
    PUBLIC = "wijk_public"
    DESK = "wijk_desk"
    LEDGER = "wijk_ledger"


def session_settings(role: Role) -> dict[str, str]:
    """Give the `server_settings` with which asyncpg opens a session in this role.

    What the server answers is on its disk, whatever the database, the role or the configuration come to say
    while the session lasts: what a session asks for at its start goes before those.
    """
    return {
        "role": role.value,
        "application_name": role.value,
        "timezone": "UTC",
        "synchronous_commit": "on",
    } | UNHEARD
