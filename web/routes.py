"""Every blueprint and command of the house, and the static files."""

from flask import Flask

from dispatch.booking.api import api as requests_api
from dispatch.booking.views import organisation
from dispatch.booking.views import pages as booking
from dispatch.calls import tasks as call_tasks
from dispatch.calls.views import hooks as call_hooks
from dispatch.calls.views import pages as telephone
from dispatch.conversations import tasks as conversation_tasks
from dispatch.conversations.views import pages as conversations
from dispatch.customers.views import pages as customers
from dispatch.desk.api import api as desk_api
from dispatch.desk.views import pages as desk
from dispatch.feeds.views import pages as feeds
from dispatch.fieldwork.api import api as fieldwork_api
from dispatch.fieldwork.views import pages as fieldwork
from dispatch.interpreters.api import api as interpreters_api
from dispatch.interpreters.views import availability, exclusions
from dispatch.interpreters.views import register as register_pages
from dispatch.offers import tasks as offer_tasks
from dispatch.offers.views import pages as replays
from dispatch.partners.views import pages as partners
from dispatch.spreadsheets import tasks as spreadsheet_tasks
from dispatch.spreadsheets.views import pages as spreadsheets
from dispatch.terms.views import pages as terms
from kernel.http import policy
from messages import tasks as message_tasks
from messages.views import pages as messages
from people import tasks as people_tasks
from people.cli import commands as people_commands
from people.views import pages as people
from reporting import tasks as reporting_tasks
from reporting.api import api as reporting_api
from reporting.cli import commands as reporting_commands
from reporting.views import pages as reports
from web import api, public
from web.cli import COMMANDS as HOUSE_COMMANDS
from web.health import pages as health
from web.install import pages as install
from web.operations import pages as operations

APIS = [requests_api, desk_api, fieldwork_api, interpreters_api, reporting_api]
PAGES = [
    public.pages,
    health,
    install,
    people,
    booking,
    organisation,
    fieldwork,
    conversations,
    feeds,
    availability,
    exclusions,
    desk,
    register_pages,
    customers,
    partners,
    spreadsheets,
    terms,
    replays,
    reports,
    call_hooks,
    telephone,
    messages,
    operations,
]
COMMANDS = [people_commands, reporting_commands, *HOUSE_COMMANDS]
TASKS = [call_tasks, offer_tasks, message_tasks, people_tasks, spreadsheet_tasks]  # importing them registers their jobs
TASKS = [
    offer_tasks,
    message_tasks,
    people_tasks,
    spreadsheet_tasks,
    conversation_tasks,
    reporting_tasks,
]  # importing them registers their jobs


def register(app: Flask) -> None:
    """Put every module on the application."""
    app.view_functions["static"] = policy(public=True)(app.view_functions["static"])
    api.register(app, APIS)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    public.register(app)
    for group in COMMANDS:
        app.cli.add_command(group)
