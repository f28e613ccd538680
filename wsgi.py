"""The web process, and the home of the terminal: `flask --app wsgi ...`."""

import gc

from demo.cli import commands as demo
from kernel import log
from kernel.settings import Settings
from processes.postgres import with_database
from web.app import create_app

settings = Settings.from_environment()
log.configure(settings.log_level)
app = create_app(with_database(settings))
app.cli.add_command(demo)
gc.freeze()  # what is loaded by now stays: collecting it again and again costs a read 0.2 s now and then
