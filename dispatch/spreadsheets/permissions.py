"""Who may bring spreadsheets in and take them out."""

from dispatch.spreadsheets.domain.sheets import Kind
from kernel.actor import Actor, Role
from kernel.errors import Forbidden, NotFound

# The past counts in the figures: only administrators bring it along.
KINDS = {
    Role.ADMINISTRATOR: (Kind.REGISTER, Kind.CUSTOMERS, Kind.REQUESTS),
    Role.COORDINATOR: (Kind.REGISTER, Kind.CUSTOMERS),
}


def require(by: Actor, kind: Kind, agency_id: int) -> None:
    """Refuse everybody but the desk and the administrators of the agency, each for their kinds.

    Raises: NotFound, Forbidden.
    """
    if by.is_system:
        return
    if agency_id not in by.agency_ids:
        raise NotFound(thing="agencies")
    if kind not in KINDS.get(by.role, ()):
        raise Forbidden()
