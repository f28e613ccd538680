"""The carrier's REST API on this machine, and how it reaches our webhooks over HTTP."""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.builders.carrier.calls import ACCOUNT, LIVE, OVER, Call
from tests.builders.carrier.contract import problems
from tests.builders.carrier.exchange import Exchange

_BASE = rf"/2010-04-01/Accounts/{ACCOUNT}"


def over_http(address: str, form: dict[str, str], signature: str) -> tuple[int, str]:
    """Post a webhook as the carrier does. Raises OSError when nobody answers."""
    head = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(address, data=urlencode(form).encode(), headers=head)
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


@contextmanager
def rest_api(exchange: Exchange) -> Iterator[str]:
    """Serve the REST API; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            given = self.rfile.read(length).decode() if self.command == "POST" else parts.query
            form = parse_qsl(given, keep_blank_values=True)
            status, answer = _answer(exchange, self.command, parts.path, form)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _do

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _answer(exchange: Exchange, method: str, path: str, form: list[tuple[str, str]]) -> tuple[int, dict[str, Any]]:
    if wrong := problems(method, path, form):
        exchange.violations += wrong
        return 400, {"code": 20001, "message": "; ".join(wrong), "status": 400}
    fields = dict(form)
    if path == f"{_BASE}/Calls.json":
        return _calls(exchange, method, fields, [value for name, value in form if name == "StatusCallbackEvent"])
    if path == f"{_BASE}/Conferences.json":
        wanted = (fields.get("FriendlyName"), fields.get("Status"))
        found = [it for it in exchange.conferences if (it.name, it.status) == wanted]
        return 200, {"conferences": [{"sid": it.sid, "status": it.status} for it in found], "next_page_uri": None}
    if one := re.fullmatch(rf"{_BASE}/Calls/(\w+)\.json", path):
        return _one_call(exchange, method, one[1], fields)
    if one := re.fullmatch(rf"{_BASE}/Conferences/(\w+)\.json", path):
        there = next((it for it in exchange.conferences if it.sid == one[1]), None)
        if there is None:
            return _gone()
        exchange.complete(there)
        return 200, {"sid": there.sid, "status": "completed"}
    return _gone()


def _calls(exchange: Exchange, method: str, form: dict[str, str], events: list[str]) -> tuple[int, dict[str, Any]]:
    if method == "POST":
        return 201, _told(exchange.create(form, events))
    found = [it for it in exchange.calls.values() if it.to == form.get("To") and it.status == form.get("Status")]
    return 200, {"calls": [_told(it) for it in found], "next_page_uri": None}


def _one_call(exchange: Exchange, method: str, sid: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    if (call := exchange.calls.get(sid)) is None:
        return _gone()
    if method == "POST":
        if call.status in OVER:
            return 400, {"code": 21220, "message": "Call is not in-progress. Cannot redirect.", "status": 400}
        if form.get("Url") and call.status not in LIVE - {"queued", "ringing"}:
            return 400, {"code": 21220, "message": "Call is not in-progress. Cannot redirect.", "status": 400}
        exchange.update(call, form)
    return 200, _told(call)


def _told(call: Call) -> dict[str, Any]:
    times = {"start_time": call.started_at, "end_time": call.ended_at}
    told = {name: format_datetime(moment.astimezone(UTC)) if moment else None for name, moment in times.items()}
    return told | {"sid": call.sid, "status": call.status, "to": call.to, "from": call.caller, "account_sid": ACCOUNT}


def _gone() -> tuple[int, dict[str, Any]]:
    return 404, {"code": 20404, "message": "The requested resource was not found", "status": 404}
