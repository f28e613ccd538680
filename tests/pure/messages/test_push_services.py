"""Our worker posts to browsers' push services, and to nothing else a person names."""

import pytest

from messages.domain import is_push_service

KNOWN = [
    "https://fcm.googleapis.com/fcm/send/abc",
    "https://updates.push.services.mozilla.com/wpush/v2/abc",
    "https://web.push.apple.com/abc",
    "https://wns2-am3p.notify.windows.com/w/?token=abc",
]
OTHERS = [
    "http://fcm.googleapis.com/x",
    "https://localhost/x",
    "https://169.254.169.254/latest",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com.example",
    "https://fcm.googleapis.com@evil.example/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com:99999/x",
    "https://[::1/x",
    "https://notfcm.googleapis.community/x",
    "https://fcm.googleapis.com/" + "x" * 1000,
    "",
]


@pytest.mark.parametrize("endpoint", KNOWN)
def test_a_push_service_is_known(endpoint: str) -> None:
    assert is_push_service(endpoint)


@pytest.mark.parametrize("endpoint", OTHERS)
def test_any_other_address_is_refused(endpoint: str) -> None:
    assert not is_push_service(endpoint)
