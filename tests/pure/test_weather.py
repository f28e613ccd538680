"""The bad network between browsers and an engine does what it says."""

from tests.builders.wire import Weather


def test_in_fine_weather_everything_arrives_at_once() -> None:
    assert {Weather().delay_s(1200, moment) for moment in range(1000)} == {0.0}


def test_every_twentieth_packet_is_lost_and_no_small_one() -> None:
    weather = Weather(loss=0.05)
    lost = sum(weather.delay_s(1200, 0.0) is None for _ in range(10_000))
    assert 400 < lost < 600
    assert all(weather.delay_s(60, 0.0) == 0.0 for _ in range(1000))


def test_a_thin_link_carries_its_rate_and_lets_wait_no_longer_than_its_buffer() -> None:
    weather = Weather(kbps=800)
    arrived = [delay_s for number in range(3000) if (delay_s := weather.delay_s(1000, number / 300)) is not None]
    assert 0.98 < len(arrived) * 8_000 / 10 / 800_000 < 1.05
    assert max(arrived) < 0.3
