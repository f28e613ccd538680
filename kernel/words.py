"""Texts and numbers as people type them, made fit to keep: one form of every character, all of them showable."""

import unicodedata

import phonenumbers

from kernel.errors import Invalid

_REFUSED_KINDS = {
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
    phonenumbers.PhoneNumberType.PAGER,
    phonenumbers.PhoneNumberType.UAN,
}
# Where the agency's people and customers are reached; other countries are refused against toll fraud.
_COUNTRIES = {32, 31, 33, 49, 352, 44}


class BadText(Invalid):
    """A text holds characters that nobody can read: NUL, control characters, halves of characters."""

    code = "unreadable_text"


class BadPhone(Invalid):
    """Not a telephone number we call: unknown, expensive, or in a country without agreement."""

    code = "bad_phone"


def readable(text: str, field: str = "text") -> str:
    """Return `text` in composed form (NFC), with plain line ends, trimmed.

    Raises: BadText.
    """
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in plain):
        raise BadText(fields={field: "unreadable_text"})
    return plain


def normal_phone(text: str, field: str = "phone") -> str:
    """Return a number as it is dialled from anywhere (E.164); without a country it is Belgian.

    Raises: BadPhone.
    """
    try:
        number = phonenumbers.parse(text[:40], "BE")
    except phonenumbers.NumberParseException as error:
        raise BadPhone(fields={field: "bad_phone"}) from error
    allowed = phonenumbers.is_valid_number(number) and number.country_code in _COUNTRIES
    if not allowed or phonenumbers.number_type(number) in _REFUSED_KINDS:
        raise BadPhone(fields={field: "bad_phone"})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
