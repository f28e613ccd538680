"""The bound of every page: a Flask route that does nothing but one query, over the platform's own engine settings."""

from flask import Flask

from dispatch.requests.models import RequestRow
from kernel.database import db, engine_options
from kernel.settings import Settings
from processes.postgres import with_database

settings = with_database(Settings.from_environment())
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
db.init_app(app)


@app.get("/healthz")
def healthz() -> str:
    """Say that the process answers."""
    return "ok"


@app.get("/<int:request_id>")
def empty(request_id: int) -> str:
    """Read one request by its key, and say its number."""
    return db.session.get_one(RequestRow, request_id).reference
