"""Files of the pages: kept by browsers for a year under a name that changes with their content, and sent small.

A page names a file with the first letters of its hash (`?v=`); under that name it never changes. What is text goes
out compressed where the browser takes it: files once per process, pages as they are made.
"""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

_TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml", "application/javascript")
# A page below this is one packet anyway; level 1 costs a third of level 6 and leaves a tenth more.
_LEAST, _PAGE_LEVEL, _FILE_LEVEL = 1200, 1, 9
_FOREVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Name files by their content, let browsers keep them, and compress what is sent."""
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def name_by_content(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static" and "v" not in values and (name := values.get("filename")):
            path = folder / str(name)
            values["v"] = version(path, path.stat().st_mtime_ns) if path.is_file() else None

    @app.after_request
    def send_small(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            _keep(response, folder)
        if _is_worth_it(response):
            _compress(response, folder)
        return response


@lru_cache(maxsize=1024)
def version(path: Path, changed_ns: int) -> str:
    """Return the first letters of the hash of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _keep(response: Response, folder: Path) -> None:
    path = folder / str((request.view_args or {}).get("filename"))
    if request.args.get("v") == version(path, path.stat().st_mtime_ns):
        response.headers["Cache-Control"] = _FOREVER


def _is_worth_it(response: Response) -> bool:
    taken = "gzip" in request.headers.get("Accept-Encoding", "") and response.status_code in {200, 404, 409, 422}
    bare = "Content-Encoding" not in response.headers and "Content-Range" not in response.headers
    long = (response.content_length or 0) >= _LEAST
    return taken and bare and long and response.mimetype.startswith(_TEXT) and request.method != "HEAD"


def _compress(response: Response, folder: Path) -> None:
    if request.endpoint == "static":
        path = folder / str((request.view_args or {}).get("filename"))
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
