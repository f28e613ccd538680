"""Who may do what to codes and numbers."""

from kernel.actor import Actor, Role
from kernel.errors import Forbidden


def require_desk(by: Actor) -> None:
    """Codes are the desk's: coordinators make and end them, administrators too.

    Raises: Forbidden.
    """
    if by.role not in {Role.COORDINATOR, Role.ADMINISTRATOR, Role.SYSTEM}:
        raise Forbidden()


def require_administrator(by: Actor) -> None:
    """Numbers cost money: an administrator's.

    Raises: Forbidden.
    """
    if by.role not in {Role.ADMINISTRATOR, Role.SYSTEM}:
        raise Forbidden()
