"""Who may change a term."""

from kernel.actor import Actor, Role
from kernel.errors import Forbidden


def require(by: Actor) -> None:
    """Refuse everybody but administrators.

    Raises: Forbidden.
    """
    if by.role is not Role.ADMINISTRATOR:
        raise Forbidden()
