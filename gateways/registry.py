"""Which provider serves which channel, by the settings."""

from gateways.local import LocalProvider
from gateways.smtp import SmtpGateway
from gateways.twilio_sms import TwilioSmsGateway
from gateways.web_push import WebPushGateway
from kernel.settings import Settings
from messages.ports import Gateway


def gateways(settings: Settings) -> dict[str, Gateway]:
    """Return a gateway per channel: the real one where it has credentials, else the local provider."""
    twilio = settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_from
    return {
        "mail": SmtpGateway(settings) if settings.smtp_url else LocalProvider("mail", settings),
        "sms": TwilioSmsGateway(settings) if twilio else LocalProvider("sms", settings),
        "push": WebPushGateway(settings) if settings.vapid_private_key else LocalProvider("push", settings),
    }
