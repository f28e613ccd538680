"""What there is at the carrier: calls, and conferences of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree

from tests.builders.carrier.people import Phone

ACCOUNT = "AC" + "0" * 32
LIVE, OVER = {"queued", "ringing", "in-progress"}, {"completed", "busy", "failed", "no-answer", "canceled"}


@dataclass
class Call:
    """One telephone connection at the carrier. `plan` counts redirects: what was planned before one is void."""

    sid: str
    to: str
    caller: str
    direction: str
    phone: Phone
    status: str = "queued"
    url: str = ""
    fallback: str = ""
    told: str = ""
    events: tuple[str, ...] = ("completed",)
    timeout_s: float = 60
    limit_s: float = 14_400
    amd: str = ""
    conference: "Conference | None" = None
    dial: ElementTree.Element | None = None
    partner: "Call | None" = None
    stream: Any = None
    plan: int = 0
    hung_up_planned: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None

    def form(self, now: datetime) -> dict[str, str]:
        """Return what a webhook says of it."""
        form = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": self.sid, "CallStatus": self.status}
        return form | {"Direction": self.direction, "From": self.caller, "To": self.to, "Timestamp": _stamp(now)}


@dataclass
class Conference:
    sid: str
    name: str
    events: str
    status: str = "init"
    inside: list[Call] = field(default_factory=list)

    def form(self, event: str, call: Call, now: datetime) -> dict[str, str]:
        """Return what a webhook says of somebody in it."""
        form = {"AccountSid": ACCOUNT, "ConferenceSid": self.sid, "FriendlyName": self.name, "CallSid": call.sid}
        return form | {"StatusCallbackEvent": event, "Timestamp": _stamp(now)}


def _stamp(now: datetime) -> str:
    return format_datetime(now.astimezone(UTC).replace(tzinfo=UTC), usegmt=True)
