"""Pages of the register for the desk, of availability for the interpreter herself, of its own wishes for each side."""

from dispatch.interpreters.views.desk import register
from dispatch.interpreters.views.own import availability
from dispatch.interpreters.views.wishes import exclusions

__all__ = ["availability", "exclusions", "register"]
