"""Every table of the house, for migrations and tests: importing this module registers them all."""

from importlib import import_module

from kernel.database import Base

MODULES = (
    "kernel.audit",
    "kernel.idempotency",
    "reference.models",
    "people.models",
    "dispatch.assignments.models",
    "dispatch.billing.models",
    "dispatch.booking.models",
    "dispatch.calendars.models",
    "dispatch.calls.models",
    "dispatch.conversations.models",
    "dispatch.customers.models",
    "dispatch.desk.models",
    "dispatch.feeds.models",
    "dispatch.interpreters.models",
    "dispatch.offers.models",
    "dispatch.partners.models",
    "dispatch.performances.models",
    "dispatch.requests.models",
    "dispatch.spreadsheets.models",
    "dispatch.terms.models",
    "dispatch.translations.models",
    "media.models",
    "messages.models",
    "reporting.models",
)
for module in MODULES:
    import_module(module)

metadata = Base.metadata
