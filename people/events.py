"""Facts about persons. Secrets are handed to subscribers but never kept."""

from dataclasses import dataclass
from typing import Any, ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPerson(Event):
    subject: ClassVar[str] = "person"
    subject_id_field: ClassVar[str] = "person_id"

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdded(_OfPerson):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(_OfPerson):
    role: str
    manages: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded(_OfPerson):
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeactivated(_OfPerson):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(_OfPerson):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(_OfPerson):
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorSet(_OfPerson):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(_OfPerson):
    everywhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(_OfPerson):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMade(_OfPerson):
    """A one-time link was asked for; the secret travels to whoever sends it, and nowhere else."""

    purpose: str
    secret: str

    def facts(self) -> dict[str, Any]:
        return {"person_id": self.person_id, "purpose": self.purpose}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssued(_OfPerson):
    token_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationAdded(Event):
    subject: ClassVar[str] = "organisation"
    subject_id_field: ClassVar[str] = "organisation_id"

    organisation_id: int
