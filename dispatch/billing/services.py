"""What can be done with tariffs. The only file here that writes."""

from dataclasses import asdict

from sqlalchemy import func, select

from dispatch.billing import queries
from dispatch.billing.domain import SEED_TARIFFS
from dispatch.billing.models import TariffRow
from kernel.database import transaction


def seed_tariffs() -> None:
    """Fill an empty table with the first tariffs; one that has rows is left as it is."""
    with transaction() as tx:
        if tx.session.scalar(select(func.count()).select_from(TariffRow)):
            return
        for service, tariffs in SEED_TARIFFS.items():
            tx.session.add_all(TariffRow(service=service, **asdict(tariff)) for tariff in tariffs)
    queries.forget()
