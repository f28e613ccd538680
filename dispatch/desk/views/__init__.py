"""The coordinator's pages: the board, one request, a day and a week, search."""

from dispatch.desk.views import planning, requests
from dispatch.desk.views.board import pages

__all__ = ["pages", "planning", "requests"]
