"""Every blueprint and command of the house, and the static files."""

from flask import Flask

import dispatch.offers.tasks  # noqa: F401 - registers its jobs
from dispatch.booking.api import api as requests_api
from dispatch.desk.api import api as desk_api
from dispatch.fieldwork.api import api as fieldwork_api
from kernel.http import policy
from reporting.api import api as reporting_api
from reporting.cli import commands as reporting_commands
from reporting.views import pages as reports
from web import api

APIS = [requests_api, desk_api, fieldwork_api, reporting_api]
PAGES = [reports]
COMMANDS = [reporting_commands]


def register(app: Flask) -> None:
    """Put every module on the application."""
    app.view_functions["static"] = policy(public=True)(app.view_functions["static"])
    api.register(app, APIS)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for group in COMMANDS:
        app.cli.add_command(group)
