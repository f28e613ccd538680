"""The media node inside the web process, where no process of its own carries rooms."""

from flask import Flask

from media.hosting import start_beside
from media.telephone.stream import gate


def register(app: Flask) -> None:
    """Start it in the web process that was told a port for it."""
    settings = app.config["SETTINGS"]
    if settings.role == "web" and settings.media_port:
        start_beside(settings, settings.media_port, gate(settings.secret_key))
