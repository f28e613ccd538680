"""Everything that can be done in the register: the public face of the module. Nothing else writes its rows."""

from dispatch.interpreters.services.exclusions import exclude, include
from dispatch.interpreters.services.expiring import warn_of_expiry
from dispatch.interpreters.services.hours import (
    add_exception,
    beat,
    note_ring,
    remove_exception,
    set_week,
    switch_available_now,
)
from dispatch.interpreters.services.register import (
    Registration,
    certify_language,
    change_interpreter,
    end_interpreter,
    end_language,
    forget_person,
    lock_interpreter,
    register_interpreter,
    set_agencies,
    set_services,
)

__all__ = [
    "Registration",
    "add_exception",
    "beat",
    "certify_language",
    "change_interpreter",
    "end_interpreter",
    "end_language",
    "exclude",
    "forget_person",
    "include",
    "lock_interpreter",
    "note_ring",
    "register_interpreter",
    "remove_exception",
    "set_agencies",
    "set_services",
    "set_week",
    "switch_available_now",
    "warn_of_expiry",
]
