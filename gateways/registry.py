"""Which provider serves which channel, by the settings."""

from collections.abc import Callable

from dispatch.calls.ports import Telephone
from gateways.local import LocalProvider
from gateways.local_telephone import LocalTelephone
from gateways.smtp import SmtpGateway
from gateways.twilio_sms import TwilioSmsGateway
from gateways.twilio_voice import TwilioTelephone
from gateways.web_push import WebPushGateway
from kernel.settings import Settings
from messages.ports import Gateway


def gateways(settings: Settings) -> dict[str, Gateway]:
    """Return a gateway per channel: the real one where it has credentials, else the local provider."""
    real: dict[str, Callable[[Settings], Gateway]] = {
        "mail": SmtpGateway,
        "sms": TwilioSmsGateway,
        "push": WebPushGateway,
    }
    local = settings.local_channels
    return {it: LocalProvider(it, settings) if it in local else real[it](settings) for it in real}


def telephone(settings: Settings) -> Telephone:
    """Return who rings telephones: the carrier where it has credentials, else nobody."""
    return TwilioTelephone(settings) if settings.has_telephone else LocalTelephone(settings)
