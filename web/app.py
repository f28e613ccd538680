"""The application factory: everything is put together here and nowhere else."""

import logging
import secrets
import time
from datetime import timedelta

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from gateways.media_nodes import MediaNodes
from gateways.registry import gateways, telephone
from kernel import clock, failpoint, jobs, log
from kernel.database import db, engine_options
from kernel.settings import Settings
from web import assets, errors, guard, health, install, locale, media, routes, security, sockets, wiring, words

logger = logging.getLogger(__name__)


class IdConverter(IntegerConverter):
    """A key of ours in an address: one that cannot be a key is simply not found."""

    def __init__(self, map, *args, **kwargs) -> None:
        super().__init__(map, min=1, max=2**63 - 1)


def create_app(settings: Settings) -> Flask:
    """Return the application with every module on it."""
    app = Flask("web", template_folder="../templates", static_folder="../static")
    app.config |= {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "SESSION_COOKIE_NAME": "tolkdienst",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
    }
    app.config["TEMPLATES_AUTO_RELOAD"] = settings.development
    app.url_map.converters["id"] = IdConverter
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    failpoint.arm(settings.failpoints)
    clock.use_scale(settings.time_scale)
    db.init_app(app)
    guard.csrf.init_app(app)
    jobs.run_inside(app.app_context)
    app.extensions["gateways"] = gateways(settings)
    app.extensions["telephone"] = telephone(settings)
    app.extensions["rooms"] = MediaNodes(settings)
    _number_requests(app)
    parts = (locale, words, security, assets, errors, wiring, routes, health, install, sockets, media, guard)
    for part in parts:
        part.register(app)
    return app


def _number_requests(app: Flask) -> None:
    """Give every request an id: in its logs, its answer and its problems."""

    @app.before_request
    def number() -> None:
        given = request.headers.get("X-Request-Id", "")
        number = given if given.isalnum() and len(given) <= 64 else secrets.token_hex(8)
        log.request_id.set(number)
        g.started_s = time.monotonic()

    @app.after_request
    def show(response: Response) -> Response:
        response.headers["X-Request-Id"] = log.request_id.get() or ""
        if logger.isEnabledFor(logging.INFO):
            _note(response)
        return response


def _note(response: Response) -> None:
    """Write one line about an answer: the route, never the address, which may say something about somebody."""
    actor = g.get("actor")
    facts = {
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "ms": round((time.monotonic() - g.started_s) * 1000, 1),
        "role": actor.role if actor else None,
        "person_id": actor.person_id if actor else None,
    }
    logger.info("answered", extra={"facts": facts})
