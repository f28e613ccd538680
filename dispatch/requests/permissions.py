"""Who may do what to this very request."""

from dispatch.requests.models import RequestRow
from kernel.actor import Actor, Role
from kernel.errors import Forbidden, NotFound


def may_see(by: Actor, request: RequestRow) -> bool:
    """Return whether the request exists for this actor (an interpreter's right follows from her assignment)."""
    if by.is_system:
        return True
    if by.role is Role.REQUESTER:
        return request.organisation_id == by.organisation_id
    return by.is_staff and request.agency_id in by.agency_ids


def require_desk(by: Actor, request: RequestRow) -> None:
    """Refuse everybody but the coordinators of the request's agency (and the system).

    Raises: NotFound, Forbidden.
    """
    if not may_see(by, request):
        raise NotFound(thing="requests")
    if by.role not in {Role.COORDINATOR, Role.SYSTEM}:
        raise Forbidden()


def require_side(by: Actor, request: RequestRow) -> None:
    """Refuse everybody but the requester's own organisation and the coordinators of the agency.

    Raises: NotFound, Forbidden.
    """
    if not may_see(by, request):
        raise NotFound(thing="requests")
    if by.role not in {Role.REQUESTER, Role.COORDINATOR, Role.SYSTEM}:
        raise Forbidden()
