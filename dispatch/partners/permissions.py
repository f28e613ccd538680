"""Who may do what between agencies."""

from kernel.actor import Actor, Role
from kernel.errors import Forbidden, NotFound


def require_desk_of(by: Actor, agency_id: int) -> None:
    """Refuse everybody but the desk (or an administrator) of this agency, and the system.

    Raises: NotFound, Forbidden.
    """
    if by.is_system:
        return
    if not by.is_staff or agency_id not in by.agency_ids:
        raise NotFound(thing="agencies")
    if by.role not in {Role.COORDINATOR, Role.ADMINISTRATOR}:
        raise Forbidden()
