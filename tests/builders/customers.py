"""Agreements of organisations with their agency."""

from datetime import date
from typing import Any

from dispatch.customers import services
from kernel.actor import SYSTEM
from people.models import OrganisationRow


def an_agreement(organisation: OrganisationRow, **changes: Any) -> int:
    """Return the id of an agreement for every service, since 2019."""
    return services.make_agreement(organisation.id, by=SYSTEM, **({"valid_from": date(2019, 1, 1)} | changes))
