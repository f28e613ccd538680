"""What can be done with tariffs. The only file here that writes."""

from dataclasses import asdict

from sqlalchemy import func, select

from dispatch.billing.domain import SEED_TARIFFS
from dispatch.billing.models import TariffRow
from kernel.database import transaction


def seed_tariffs() -> None:
    """Fill an empty table with the first tariffs; one that has rows is left as it is."""
    with transaction() as tx:
        if not tx.session.scalar(select(func.count()).select_from(TariffRow)):
            tx.session.add_all(TariffRow(**asdict(tariff)) for tariff in SEED_TARIFFS)
