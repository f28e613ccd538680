"""Jobs of conversations: what is done outside after something was committed."""

from flask import current_app, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from dispatch.conversations import queries
from kernel import clock
from kernel.jobs import task
from messages.ports import Envelope


@task("conversations.close_room")
def close_room(conversation_id: int) -> None:
    """Let everybody go from the engine's room."""
    current_app.extensions["rooms"].close(queries.room_of(conversation_id).room)


@task("conversations.send_link")
def send_link(participant_id: int, token: str, channel: str, to: str) -> None:
    """Send a guest the link, in their own language where we have it; nothing else is in it.

    Who was taken off the list, or used the link meanwhile, gets nothing. Twice is twice the same link.
    """
    guest = queries.participant(participant_id)
    if guest is None or guest.link_hash is None or guest.used_at is not None:
        return
    if guest.link_until is None or guest.link_until <= clock.now():
        return
    home, locale = current_app.config["SETTINGS"].public_url, queries.locale_of(guest.language) or "nl"
    with current_app.test_request_context(base_url=home), force_locale(locale):
        link = home + url_for("conversations.door", token=token)
        subject = _("Uw gesprek met een tolk")
        text = _("Open deze link op het uur van het gesprek: %(link)s", link=link)
    said = f"{subject}. {text}" if channel == "sms" else text
    envelope = Envelope(reference=f"g{participant_id}", to=to, subject=subject, text=said, data={})
    current_app.extensions["gateways"][channel].send(envelope)
