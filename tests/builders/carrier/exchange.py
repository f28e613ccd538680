"""What happens at the carrier: calls, conferences and webhooks, one after the other in its own time."""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from twilio.request_validator import RequestValidator

from tests.builders.carrier.calls import OVER, Call, Conference
from tests.builders.carrier.people import Phone

SPEED = 15.0  # spoken characters a second
# Takes address and fields, with the signature; returns status and body. Raises OSError when nobody answers.
Post = Callable[[str, dict[str, str], str], tuple[int, str]]
# Says after how many seconds each copy of a webhook arrives; an empty list: never.
Mail = Callable[[str, dict[str, str]], list[float]]


class Exchange:
    """The carrier. Nothing happens by itself: `run_until` lets time pass."""

    def __init__(self, token: str, post: Post, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC).replace(microsecond=0)
        self.calls: dict[str, Call] = {}
        self.conferences: list[Conference] = []
        self.phones: dict[str, Phone] = {}
        self.transcript: list[str] = []
        self.violations: list[str] = []
        self.mail: Mail = lambda kind, form: [0.0]
        self.anybody: Callable[[str], Phone] = lambda number: Phone(number, state="off")
        self.connect: Callable[[Call, str, dict[str, str]], Any] | None = None
        self.voice_url = self.voice_status_url = ""
        self._post, self._sign = post, RequestValidator(token).compute_signature
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number, self._lock, self._began = itertools.count(1), threading.RLock(), self.now

    # time

    def at(self, seconds: float, what: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._agenda, (self.now + timedelta(seconds=seconds), next(self._number), what))

    def next_at(self) -> datetime | None:
        """Return when something happens next."""
        with self._lock:
            return self._agenda[0][0] if self._agenda else None

    def run_until(self, moment: datetime) -> None:
        """Let everything happen that is planned until a moment, in order."""
        while True:
            with self._lock:
                if not self._agenda or self._agenda[0][0] > moment:
                    break
                self.now, _, what = heapq.heappop(self._agenda)
            what()
        with self._lock:
            self.now = max(self.now, moment)

    # telephones

    def phone(self, number: str, **how: Any) -> Phone:
        """Return the telephone with this number, as it behaves from now on."""
        self.phones[number] = Phone(number, **how)
        return self.phones[number]

    def dial(self, number: str, to: str, **how: Any) -> Call:
        """Let somebody call a number of ours."""
        phone = self.phone(number, **how) if how or number not in self.phones else self.phones[number]
        call = self._new(to=to, caller=number, direction="inbound", phone=phone)
        call.url, call.told, call.status, call.started_at = (
            self.voice_url,
            self.voice_status_url,
            "in-progress",
            self.now,
        )
        self._note(call, f"calls {to}")
        self._ask(call, call.url)
        return call

    def hang_up(self, call: Call) -> None:
        """Let whoever holds the telephone hang up."""
        if call.status not in OVER:
            self._note(call, "hangs up")
            self._end(call, "completed")

    def create(self, form: dict[str, str], events: list[str]) -> Call:
        """Ring a telephone, as the REST API was asked to."""
        phone = self.phones.setdefault(form["To"], self.anybody(form["To"]))
        call = self._new(to=form["To"], caller=form["From"], direction="outbound-api", phone=phone)
        call.url, call.fallback = form.get("Url", ""), form.get("FallbackUrl", "")
        call.told, call.events = form.get("StatusCallback", ""), tuple(events) or ("completed",)
        call.timeout_s, call.limit_s = float(form.get("Timeout", 60)), float(form.get("TimeLimit", 14_400))
        call.amd = form.get("AsyncAmdStatusCallback", "") if form.get("MachineDetection") else ""
        self.at(0.3, lambda: self._ring(call))
        return call

    def update(self, call: Call, form: dict[str, str]) -> None:
        """Change a call that goes on, as the REST API was asked to."""
        if form.get("Status") in {"completed", "canceled"}:
            self.at(0.1, lambda: self._end(call, "completed" if call.status == "in-progress" else "canceled"))
        elif form.get("Url"):
            self.at(0.1, lambda: self._redirect(call, form["Url"]))

    def complete(self, conference: Conference) -> None:
        """End a conference for everybody in it."""
        self.at(0.1, lambda: self._close(conference))

    # ringing

    def _new(self, **facts: Any) -> Call:
        with self._lock:
            call = Call(sid=f"CA{next(self._number):032x}", **facts)
            self.calls[call.sid] = call
            return call

    def _ring(self, call: Call) -> None:
        if call.status in OVER:
            return
        self._tell(call, "initiated")
        state = call.phone.state
        if state in {"busy", "off"}:
            self.at(0.5, lambda: self._end(call, "busy" if state == "busy" else "failed"))
            return
        if state == "free" and any(it.phone is call.phone and it.status == "in-progress" for it in self.calls.values()):
            self.at(0.5, lambda: self._end(call, "busy"))
            return
        call.status = "ringing"
        self._note(call, "rings")
        self._tell(call, "ringing")
        wait = 12.0 if state == "machine" else call.phone.picks_up
        if wait is None or wait >= call.timeout_s:
            self.at(call.timeout_s, lambda: self._end(call, "no-answer") if call.status == "ringing" else None)
        else:
            self.at(wait, lambda: self._picked_up(call))

    def _picked_up(self, call: Call) -> None:
        if call.status != "ringing":
            return
        call.status, call.started_at = "in-progress", self.now
        machine = call.phone.state == "machine"
        self._note(call, "is picked up by a machine" if machine else "is picked up")
        self._tell(call, "answered")
        self.at(call.limit_s, lambda: self._end(call, "completed"))
        if call.amd:
            who = "machine_start" if machine else "human"
            self.at(3.0, lambda: self._send(call.amd, call.form(self.now) | {"AnsweredBy": who}, "amd"))
        if call.url:
            self._ask(call, call.url)
        elif call.partner is not None:
            self._bridge(call)

    def _end(self, call: Call, status: str) -> None:
        if call.status in OVER:
            return
        call.status, call.ended_at, call.plan = status, self.now, call.plan + 1
        self._note(call, f"is over: {status}")
        self._leave(call)
        if call.stream is not None:
            call.stream.stop()
        self._tell(call, "completed")
        partner, call.partner = call.partner, None
        if partner is not None and partner.partner is call:
            partner.partner = None
            self._after_dial(partner, status if status != "completed" else "completed")

    # TwiML

    def _redirect(self, call: Call, url: str) -> None:
        if call.status != "in-progress":
            return
        call.plan += 1
        call.dial = None
        self._leave(call)
        if call.stream is not None:
            stream, call.stream = call.stream, None
            stream.stop()
        self._ask(call, url)

    def _ask(self, call: Call, url: str, **extra: str) -> None:
        """Fetch what is heard next, once again and by the fallback when that fails, and begin to do it."""
        form = call.form(self.now) | extra
        error = {"ErrorCode": "11200", "ErrorUrl": url}
        for address, more in ((url, {}), (url, {}), (call.fallback, error)):
            if not address:
                continue
            try:
                status, text = self._post(address, form | more, self._sign(address, form | more))
            except OSError:
                continue
            if status < 500:
                break
        else:
            self._note(call, "hears that something went wrong")
            self._end(call, "failed")
            return
        if status != 200:
            self._end(call, "completed")
            return
        call.url = url
        self._do(call, list(ElementTree.fromstring(text)), call.plan)

    def _do(self, call: Call, verbs: list[ElementTree.Element], plan: int) -> None:
        """Do the first of these verbs, and plan the rest."""
        if call.plan != plan or call.status != "in-progress":
            return
        if not verbs:
            self._end(call, "completed")
            return
        verb, rest = verbs[0], verbs[1:]
        match verb.tag:
            case "Say":
                self._hear(call, verb.text or "")
                self.at(len(verb.text or "") / SPEED, lambda: self._do(call, rest, plan))
            case "Play" | "Pause":
                self.at(float(verb.get("length", 1 if verb.tag == "Pause" else 5)), lambda: self._do(call, rest, plan))
            case "Gather":
                self._gather(call, verb, rest, plan)
            case "Dial":
                call.dial = verb
                self._dial(call, verb)
            case "Connect":
                self._connect(call, verb, rest, plan)
            case "Redirect":
                self._ask(call, urljoin(call.url, verb.text or ""))
            case "Hangup":
                self._end(call, "completed")
            case other:
                raise AssertionError(f"the carrier does not know {other}")

    def _gather(self, call: Call, verb: ElementTree.Element, rest: list[ElementTree.Element], plan: int) -> None:
        words = " ".join(it.text or "" for it in verb)
        self._hear(call, words)
        action = urljoin(call.url, verb.get("action", ""))
        reaction = call.phone.hears(words) if call.phone.state == "free" else None
        if reaction is not None:
            wait, keys, speech = reaction
            most = int(verb.get("numDigits", 0)) or len(keys)
            answer = {"Digits": keys.rstrip(verb.get("finishOnKey", "#"))[:most]} if keys else {"SpeechResult": speech}
            self.at(wait, lambda: self._answered(call, action, plan, **answer))
            return
        silence = len(words) / SPEED + float(verb.get("timeout", 5))
        if verb.get("actionOnEmptyResult") == "true":
            self.at(silence, lambda: self._answered(call, action, plan, Digits=""))
        else:
            self.at(silence, lambda: self._do(call, rest, plan))

    def _answered(self, call: Call, action: str, plan: int, **answer: str) -> None:
        if call.plan != plan or call.status != "in-progress":
            return
        if said := answer.get("Digits") or answer.get("SpeechResult"):
            self._note(call, f"answers {said}")
        self._ask(call, action, **answer)

    def _dial(self, call: Call, verb: ElementTree.Element) -> None:
        noun = verb.find("Conference")
        if noun is not None:
            self._enter(call, noun)
            return
        number = verb.findtext("Number") or (verb.text or "").strip()
        phone = self.phones.get(number) or Phone(number, state="off")
        other = self._new(to=number, caller=verb.get("callerId", call.to), direction="outbound-dial", phone=phone)
        call.partner, other.partner = other, call
        other.timeout_s = float(verb.get("timeout", 30))
        self.at(0.3, lambda: self._ring(other))

    def _bridge(self, call: Call) -> None:
        self._note(call, "talks with whoever was put through")
        if call.phone.hangs_up is not None:
            self.at(call.phone.hangs_up, lambda: self.hang_up(call))

    def _after_dial(self, call: Call, status: str) -> None:
        if call.status != "in-progress" or call.dial is None:
            return
        action, call.dial = call.dial.get("action"), None
        if action:
            self._ask(call, urljoin(call.url, action), DialCallStatus=status)
        else:
            self._end(call, "completed")

    def _connect(self, call: Call, verb: ElementTree.Element, rest: list[ElementTree.Element], plan: int) -> None:
        stream = verb.find("Stream")
        assert stream is not None and self.connect is not None, "nobody carries sound"
        given = {it.get("name", ""): it.get("value", "") for it in stream.findall("Parameter")}
        self._note(call, "is in the room")
        call.stream = self.connect(call, stream.get("url", ""), given)
        action = urljoin(call.url, verb.get("action", ""))
        call.stream.over = lambda: self.at(0, lambda: self._streamed(call, action, plan))

    def _streamed(self, call: Call, action: str, plan: int) -> None:
        if call.plan == plan and call.status == "in-progress":
            call.stream = None
            self._ask(call, action)

    # conferences

    def _enter(self, call: Call, noun: ElementTree.Element) -> None:
        name, address = noun.text or "", urljoin(call.url, noun.get("statusCallback", ""))
        assert noun.get("record") == "do-not-record", "a conference is recorded"
        there = next((it for it in self.conferences if it.name == name and it.status != "completed"), None)
        if there is None:
            there = Conference(f"CF{next(self._number):032x}", name, address)
            self.conferences.append(there)
        there.inside.append(call)
        call.conference = there
        self._note(call, "comes into the conference")
        self._report(there, "participant-join", call)
        if there.status == "init" and noun.get("startConferenceOnEnter", "true") == "true":
            there.status = "in-progress"
            self._report(there, "conference-start", call)
        if there.status == "init" and (wait := noun.get("waitUrl")):
            self._hear_waiting(call, urljoin(call.url, wait))
        if there.status == "in-progress" and len(there.inside) > 1:
            for one in list(there.inside):
                self._may_talk(one, there)

    def _hear_waiting(self, call: Call, address: str) -> None:
        """Fetch what is heard while waiting; music where nobody answers."""
        try:
            status, text = self._post(address, call.form(self.now), self._sign(address, call.form(self.now)))
        except OSError:
            self._hear(call, "(music)")
            return
        assert status == 200, f"the wait page answered {status}"
        self._hear(call, " ".join(it.text or "" for it in ElementTree.fromstring(text).iter("Say")))

    def _may_talk(self, call: Call, there: Conference) -> None:
        plan = call.plan
        if call.hung_up_planned or call.phone.talks is None:
            return
        call.hung_up_planned = True

        def speak() -> None:
            if call.plan == plan and call.conference is there:
                self._note(call, "speaks")
                self._report(there, "participant-speech-start", call)

        self.at(call.phone.talks, speak)
        if call.phone.hangs_up is not None:
            self.at(call.phone.hangs_up, lambda: self.hang_up(call) if call.plan == plan else None)

    def _leave(self, call: Call) -> None:
        there, call.conference = call.conference, None
        if there is None or call not in there.inside:
            return
        there.inside.remove(call)
        self._report(there, "participant-leave", call)
        if not there.inside and there.status != "completed":
            there.status = "completed"
            self._report(there, "conference-end", call)

    def _close(self, there: Conference) -> None:
        for call in list(there.inside):
            self._leave(call)
            self._after_dial(call, "answered")

    # webhooks

    def _tell(self, call: Call, event: str) -> None:
        if call.told and event in call.events:
            self._send(call.told, call.form(self.now) | {"SequenceNumber": str(call.plan)}, "status")

    def _report(self, there: Conference, event: str, call: Call) -> None:
        self._send(there.events, there.form(event, call, self.now), "conference")

    def _send(self, address: str, form: dict[str, str], kind: str) -> None:
        """Send a webhook, as often and as late as the mail says; nobody waits for it."""

        def arrive() -> None:
            try:
                self._post(address, form, self._sign(address, form))
            except OSError:
                self.transcript.append(f"{self._clock()} a webhook was lost: {form.get('CallStatus', kind)}")

        for seconds in self.mail(kind, form):
            self.at(seconds + 0.05, arrive)

    # telling

    def _clock(self) -> str:
        return f"{(self.now - self._began).total_seconds():7.1f}"

    def _hear(self, call: Call, words: str) -> None:
        if words:
            call.phone.heard.append(words)
            self._note(call, f"hears: {words}")

    def _note(self, call: Call, what: str) -> None:
        number = call.phone.number
        self.transcript.append(f"{self._clock()} {number} {what}")
