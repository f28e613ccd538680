"""Who may do what in the register."""

from collections.abc import Collection

from kernel.actor import Actor, Role
from kernel.errors import Forbidden, NotFound

_DESK = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})


def require_desk(by: Actor, agency_ids: Collection[int]) -> None:
    """Refuse everybody but the desk of an agency the interpreter works for.

    Raises: NotFound, Forbidden.
    """
    if by.is_system:
        return
    if not by.agency_ids & set(agency_ids):
        raise NotFound(thing="interpreters")
    if by.role not in _DESK:
        raise Forbidden()


def require_self_or_desk(by: Actor, interpreter_id: int, agency_ids: Collection[int]) -> None:
    """Refuse everybody but the interpreter herself and the desk.

    Raises: NotFound, Forbidden.
    """
    if by.role is Role.INTERPRETER:
        if by.interpreter_id != interpreter_id:
            raise NotFound(thing="interpreters")
        return
    require_desk(by, agency_ids)
