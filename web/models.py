"""Every table of the house, for migrations and tests: importing this module registers them all."""

import dispatch.assignments.models
import dispatch.billing.models
import dispatch.calendars.models
import dispatch.customers.models
import dispatch.interpreters.models
import dispatch.offers.models
import dispatch.performances.models
import dispatch.requests.models
import dispatch.terms.models
import dispatch.translations.models
import kernel.audit
import kernel.idempotency
import messages.models
import people.models
import reference.models  # noqa: F401 - the imports are the point
from kernel.database import Base

metadata = Base.metadata
