"""`python -m processes.migrate`: bring the database of these settings to the shape of this release."""

from kernel import migrations
from kernel.settings import Settings
from processes.postgres import with_database

if __name__ == "__main__":
    migrations.upgrade(with_database(Settings.from_environment()).database_url or "")
