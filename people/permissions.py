"""Who may manage persons and organisations."""

from kernel.actor import Actor, Role
from kernel.errors import Forbidden, NotFound
from people.models import OrganisationRow

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


def require_keeper(by: Actor, organisation: OrganisationRow) -> None:
    """Refuse everybody but the desk of the organisation's agency and whoever manages the organisation.

    Raises: NotFound, Forbidden.
    """
    if by.role is Role.REQUESTER:
        if by.organisation_id != organisation.id:
            raise NotFound(thing="organisations")
        if not by.manages_organisation:
            raise Forbidden()
        return
    require_agency(by, organisation.agency_id)


def require_giver(by: Actor, role: Role, agency_id: int | None) -> None:
    """Refuse whoever may not give this role: administrators give all of their agencies, the desk requesters and
    interpreters, whoever manages an organisation its requesters.

    Raises: NotFound, Forbidden.
    """
    if by.is_system:
        return
    if agency_id is not None and agency_id not in by.agency_ids:
        raise NotFound(thing="agencies")
    allowed = set(Role) - {Role.SYSTEM} if by.role is Role.ADMINISTRATOR else set()
    if by.role is Role.COORDINATOR:
        allowed = {Role.REQUESTER, Role.INTERPRETER}
    if by.role is Role.REQUESTER and by.manages_organisation:
        allowed = {Role.REQUESTER}
    if role not in allowed:
        raise Forbidden()
