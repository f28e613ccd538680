"""What the embedded engine needs of aiortc and pylibsrtp beside what they promise: here it shows when they change."""

import importlib.metadata

import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from media.embedded import crypto


class Sessions:
    """What a finished handshake leaves: one session each way."""

    def __init__(self) -> None:
        key = bytes(range(28))
        profile = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        self._rx_srtp, self._tx_srtp = (
            Session(Policy(key=key, ssrc_type=kind, srtp_profile=profile))
            for kind in (Policy.SSRC_ANY_INBOUND, Policy.SSRC_ANY_OUTBOUND)
        )


PACKET = bytes([0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9]) + b"content"


def test_the_private_names_are_there() -> None:
    session = Sessions()._tx_srtp
    assert ffi.typeof(session._srtp[0])
    assert all(hasattr(lib, name) for name in ("srtp_protect", "srtp_unprotect", "srtp_unprotect_rtcp"))
    way = object()
    dtls = RTCDtlsTransport(way, [RTCCertificate.generateCertificate()])  # type: ignore[arg-type]
    assert (dtls._rx_srtp, dtls._tx_srtp, dtls._task, dtls.state) == (None, None, None, "new")
    assert dtls._transport is way
    dtls._set_role("server")
    assert dtls._role == "server"


def test_what_is_protected_in_place_is_what_pylibsrtp_protects() -> None:
    buffer = crypto.Buffer()
    srtp = crypto.Srtp(Sessions(), buffer)  # type: ignore[arg-type]
    buffer.view[: len(PACKET)] = PACKET
    size = srtp.protect(len(PACKET))
    protected = bytes(buffer.upto[size])
    assert protected == Sessions()._tx_srtp.protect(PACKET)
    assert srtp.unprotect(protected) == PACKET
    assert srtp.unprotect(protected[:-1] + b"\x00") is None
    assert srtp.unprotect(protected) is None  # once is enough: a replay is not genuine
    told = bytes([0x80, 201, 0, 1, 0, 0, 0, 9])
    assert srtp.unprotect_rtcp(srtp.protect_rtcp(told)) == told
    assert srtp.unprotect_rtcp(told * 3) is None


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    crypto.check_versions()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.0.0")
    with pytest.raises(crypto.UnknownVersion):
        crypto.check_versions()
