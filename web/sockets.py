"""Live pages: what happened is pushed to whoever may see it."""

from flask import Flask
from flask_socketio import SocketIO

socketio = SocketIO()


def register(app: Flask) -> None:
    """Install the socket server on the application."""
    settings = app.config["SETTINGS"]
    mode = "gevent" if settings.role == "sockets" else "threading"
    socketio.init_app(app, async_mode=mode, cors_allowed_origins=None, max_http_buffer_size=65_536)
