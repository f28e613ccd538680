"""Telephone calls through Twilio: who is rung, what is heard next, and when it is over.

Twilio cannot de-duplicate a call: after a lost answer we ask for calls to that number before we ring again. Everything
a call hears it asks of our webhooks (`dispatch/calls/views`), which are signed.
"""

from datetime import datetime, timedelta

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.conference import ConferenceInstance

from dispatch.calls.ports import LegStatus, NotKnown, NotRung, Result, Ring, Word
from gateways.twilio_http import http_client
from kernel import clock
from kernel.settings import Settings

_LIVE = ("queued", "ringing", "in-progress")
_ENDED = {
    "completed": Result.COMPLETED,
    "no-answer": Result.NO_ANSWER,
    "busy": Result.BUSY,
    "failed": Result.FAILED,
    "canceled": Result.CANCELED,
}
_TOLD = ["initiated", "ringing", "answered", "completed"]
_NOT_FOUND, _TOO_MANY = 404, 429


class TwilioTelephone:
    """Rings telephones and moves calls that go on."""

    def __init__(self, settings: Settings) -> None:
        self._client = Client(
            settings.twilio_account_sid, settings.twilio_auth_token, http_client=http_client(settings.twilio_api_url)
        )
        self._hooks = f"{settings.public_url}/webhooks/twilio/legs"

    def ring(self, ring: Ring) -> str:
        """Ring a telephone. A machine that picks up is told of while the question is asked: nobody waits for it."""
        asked, told = f"{self._hooks}/{ring.leg_id}", f"{self._hooks}/{ring.leg_id}/status"
        try:
            call = self._client.calls.create(
                to=ring.to,
                from_=ring.caller,
                url=asked,
                fallback_url=asked,
                status_callback=told,
                status_callback_event=_TOLD,
                timeout=ring.ring_s,
                time_limit=ring.limit_s,
                machine_detection="Enable",
                async_amd="true",
                async_amd_status_callback=told,
                record=False,
            )
        except TwilioRestException as error:
            if 400 <= error.status < 500 and error.status != _TOO_MANY:
                raise NotRung(f"twilio_{error.code}") from error
            raise
        except RequestException as error:
            raise NotKnown from error
        return str(call.sid)

    def find(self, ring: Ring) -> str | None:
        """Return a call to this number that goes on and began within the last minutes."""
        since = clock.now() - timedelta(minutes=5)
        for status in _LIVE:
            for it in self._client.calls.list(to=ring.to, status=status, start_time_after=since, limit=5):
                return str(it.sid)
        return None

    def ask_again(self, sid: str, leg_id: int) -> None:
        """Redirect a call to what it hears now."""
        try:
            self._client.calls(sid).update(url=f"{self._hooks}/{leg_id}", method="POST")
        except TwilioRestException as error:
            self._pass_over(error)

    def hang_up(self, sid: str) -> None:
        """End a call. `completed` also stops one that rings; one that is over stays over."""
        try:
            self._client.calls(sid).update(status=CallInstance.UpdateStatus.COMPLETED)
        except TwilioRestException as error:
            self._pass_over(error)

    def close(self, conference: str) -> None:
        """End every conference of this name that goes on: there is one at most."""
        for it in self._client.conferences.list(friendly_name=conference, status="in-progress", limit=5):
            self._client.conferences(it.sid).update(status=ConferenceInstance.UpdateStatus.COMPLETED)
        for it in self._client.conferences.list(friendly_name=conference, status="init", limit=5):
            self._client.conferences(it.sid).update(status=ConferenceInstance.UpdateStatus.COMPLETED)

    def word_of(self, sid: str) -> Word | None:
        """Return how a call stands."""
        try:
            call = self._client.calls(sid).fetch()
        except TwilioRestException as error:
            if error.status == _NOT_FOUND:
                return Word(status=LegStatus.ENDED, result=Result.FAILED, at=clock.now())
            raise
        except RequestException as error:
            raise NotKnown from error
        if call.status in _ENDED:
            at = call.end_time if isinstance(call.end_time, datetime) else clock.now()
            return Word(status=LegStatus.ENDED, result=_ENDED[call.status], at=at)
        return Word(status=LegStatus.ANSWERED, at=clock.now()) if call.status == "in-progress" else None

    @staticmethod
    def _pass_over(error: TwilioRestException) -> None:
        """Let it be that a call is over already. Source: Twilio, error 21220, and 404 for one that is gone."""
        if not 400 <= error.status < 500 or error.status == _TOO_MANY:
            raise error
