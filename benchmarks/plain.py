"""The bound of every page: a Flask route that does nothing but one query, over the platform's own engine settings."""

from flask import Flask
from sqlalchemy import text

from kernel.database import db, engine_options
from kernel.settings import Settings
from processes.postgres import with_database

settings = with_database(Settings.from_environment())
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
db.init_app(app)


@app.get("/healthz")
@app.get("/")
def empty() -> str:
    """Ask the database one thing and say it."""
    return str(db.session.execute(text("SELECT 1")).scalar())
