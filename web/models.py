"""Every table of the house, for migrations and tests: importing this module registers them all."""

import reference.models  # noqa: F401 - the imports are the point
from kernel.database import Base

metadata = Base.metadata
