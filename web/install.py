"""What lets a telephone keep the platform on its first screen and be called by it: manifest, service worker, key."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from json import dumps
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, url_for
from flask_babel import gettext as _
from py_vapid import Vapid

from kernel.http import policy

pages = Blueprint("install", __name__)


@pages.get("/service-worker.js")
@policy(public=True)
def service_worker() -> Response:
    """Give the service worker, at the root so that it serves every page: what it keeps, the queue, and itself."""
    files = [url_for(".offline"), *(url_for("static", filename=it) for it in _SHELL)]
    version = sha256("".join(files).encode()).hexdigest()[:12]
    shell = f"const SHELL = {dumps({'version': version, 'files': files})};\n"
    folder = Path(current_app.static_folder or "", "js")
    parts = (folder.joinpath(it).read_text(encoding="utf-8") for it in ("queue.js", "service-worker.js"))
    return Response(shell + "\n".join(parts), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@pages.get("/offline")
@policy(public=True)
def offline() -> str:
    """Show what a telephone keeps for when there is no network; the page itself says nothing of anybody."""
    return render_template("offline.html")


# What the page without a network is made of.
_SHELL = ("css/tokens.css", "css/base.css", "css/components.css", "css/fieldwork.css", "js/queue.js", "js/offline.js",
          "icons/mark.svg")  # fmt: skip


@pages.get("/manifest.webmanifest")
@policy(public=True)
def manifest() -> Response:
    """Tell a telephone how to keep the platform: its name, colours and pictures."""
    icons = [
        {"src": url_for("static", filename=f"icons/mark-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    shown = {"name": "Tolkdienst", "short_name": "Tolkdienst", "description": _("Tolken en vertalers op aanvraag")}
    looks = {"display": "standalone", "background_color": "#F3F4F2", "theme_color": "#0B5F66"}
    answer = jsonify(shown | looks | {"start_url": "/", "scope": "/", "icons": icons})
    answer.mimetype = "application/manifest+json"
    return answer


def register(app: Flask) -> None:
    """Let pages know the key with which browsers take push messages of this platform."""
    app.context_processor(lambda: {"push_key": lambda: public_key(app.config["SETTINGS"].vapid_private_key)})


@lru_cache(maxsize=4)
def public_key(private_key: str | None) -> str:
    """Return the public side of a VAPID key as browsers take it (RFC 8292: a point, base64url); "" without."""
    if not private_key:
        return ""
    point = Vapid.from_string(private_key).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def new_private_key() -> str:
    """Return a new private key as VAPID_PRIVATE_KEY takes it: 32 bytes, base64url."""
    made = Vapid()
    made.generate_keys()
    return urlsafe_b64encode(made.private_key.private_numbers().private_value.to_bytes(32, "big")).rstrip(b"=").decode()
