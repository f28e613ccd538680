"""Who acts, in which role, for whom."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody does here. A new role is one line here and rows in the policies."""

    REQUESTER = "requester"
    INTERPRETER = "interpreter"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


STAFF = frozenset({Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one role, with what that role reaches.

    `agency_ids` are the agencies whose work the actor may see; a requester has one `organisation_id`,
    an interpreter one `interpreter_id`; `manages_organisation`: a requester who looks after the people and units of the
    own organisation. The system acts without a person and sees everything.
    """

    person_id: int | None
    role: Role
    agency_ids: frozenset[int] = frozenset()
    organisation_id: int | None = None
    interpreter_id: int | None = None
    name: str = ""
    manages_organisation: bool = False

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def is_system(self) -> bool:
        return self.role is Role.SYSTEM


SYSTEM = Actor(person_id=None, role=Role.SYSTEM)
