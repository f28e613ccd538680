"""Who may manage persons and organisations."""

from kernel.actor import Actor, Role
from kernel.errors import Forbidden, NotFound

_MANAGERS = frozenset({Role.ADMINISTRATOR})
_DESK = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})


def require_manager(by: Actor) -> None:
    """Refuse everybody but administrators (and the system).

    Raises: Forbidden.
    """
    if not by.is_system and by.role not in _MANAGERS:
        raise Forbidden()


def require_agency(by: Actor, agency_id: int) -> None:
    """Refuse everybody but the desk and the administrators of this agency.

    Raises: NotFound, Forbidden.
    """
    if by.is_system:
        return
    if agency_id not in by.agency_ids:
        raise NotFound(thing="agencies")
    if by.role not in _DESK:
        raise Forbidden()


def require_giver(by: Actor, role: Role, agency_id: int | None) -> None:
    """Refuse whoever may not give this role: administrators give all of their agencies, the desk requesters and
    interpreters.

    Raises: NotFound, Forbidden.
    """
    if by.is_system:
        return
    if agency_id is not None and agency_id not in by.agency_ids:
        raise NotFound(thing="agencies")
    allowed = set(Role) - {Role.SYSTEM} if by.role is Role.ADMINISTRATOR else set()
    if by.role is Role.COORDINATOR:
        allowed = {Role.REQUESTER, Role.INTERPRETER}
    if role not in allowed:
        raise Forbidden()
