"""Files of the pages: kept by browsers for a year under a name that changes with their content, and sent small.

A page names a file with the first letters of its hash (`?v=`); under that name it never changes. What is text goes
out compressed where the browser takes it: files once per process, pages as they are made.
"""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, url_for

_TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml", "application/javascript")
# A page below this is one packet anyway; level 1 costs a third of level 6 and leaves a tenth more.
_LEAST, _PAGE_LEVEL, _FILE_LEVEL = 1200, 1, 9
_FOREVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Name files by their content, let browsers keep them, and compress what is sent."""
    folder = Path(app.static_folder or "")
    changes = app.config["SETTINGS"].development  # a file changes under a running process only where people work on it

    def version_of(name: str) -> str | None:
        path = folder / name
        return _version(path, path.stat().st_mtime_ns if changes and path.is_file() else 0)

    @lru_cache(maxsize=0 if changes else 256)
    def asset(name: str) -> str:
        return url_for("static", filename=name)

    @app.url_defaults
    def name_by_content(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static" and "v" not in values and (name := values.get("filename")):
            values["v"] = version_of(str(name))

    @app.after_request
    def send_small(response: Response) -> Response:
        name = str((request.view_args or {}).get("filename")) if request.endpoint == "static" else None
        if name and response.status_code == 200 and request.args.get("v") == version_of(name):
            response.headers["Cache-Control"] = _FOREVER
        if _is_worth_it(response):
            _compress(response, folder / name if name else None)
        return response

    app.jinja_env.globals["asset"] = asset


@lru_cache(maxsize=1024)
def _version(path: Path, changed_ns: int) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None


def _is_worth_it(response: Response) -> bool:
    taken = "gzip" in request.headers.get("Accept-Encoding", "") and response.status_code in {200, 404, 409, 422}
    bare = "Content-Encoding" not in response.headers and "Content-Range" not in response.headers
    long = (response.content_length or 0) >= _LEAST
    return taken and bare and long and response.mimetype.startswith(_TEXT) and request.method != "HEAD"


def _compress(response: Response, path: Path | None) -> None:
    if path is not None:
        small = _small_file(path, path.stat().st_mtime_ns)
        response.response.close()  # type: ignore[union-attr]
        response.direct_passthrough = False
    else:
        small = gzip.compress(response.get_data(), _PAGE_LEVEL, mtime=0)
    response.set_data(small)
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")


@lru_cache(maxsize=256)
def _small_file(path: Path, changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), _FILE_LEVEL, mtime=0)
