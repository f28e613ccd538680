"""Who may change a calendar."""

from kernel.actor import Actor, Role
from kernel.errors import Forbidden, NotFound


def require(by: Actor, agency_id: int) -> None:
    """Refuse everybody but an administrator of this agency (and the system).

    Raises: NotFound, Forbidden.
    """
    if by.is_system:
        return
    if agency_id not in by.agency_ids:
        raise NotFound(thing="agencies")
    if by.role is not Role.ADMINISTRATOR:
        raise Forbidden()
