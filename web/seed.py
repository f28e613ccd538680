"""What every house begins with: languages, municipalities, terms, tariffs. Safe to repeat; a release may add to it."""

from dispatch.billing.services import seed_tariffs
from dispatch.terms.services import seed_terms
from reference.services import load_reference


def seed() -> None:
    """Bring reference data to this release, and fill empty tables of terms and tariffs."""
    load_reference()
    seed_terms()
    seed_tariffs()
