"""The table of roles, and the patience with one that keeps dying."""

import pytest

from kernel.settings import Settings
from processes.house import argv
from processes.roles import FEWEST, ROLES
from processes.supervisor import pause_after


@pytest.mark.parametrize("name", ROLES)
def test_every_role_knows_its_own_name(name, tmp_path):
    words = argv(Settings(data_dir=tmp_path), name, ROLES)
    assert "env" in words and f"ROLE={name}" in words


def test_beside_each_other_every_role_that_listens_has_a_port_of_its_own():
    above = [role.above for role in ROLES.values() if role.listens]
    assert len(set(above)) == len(above)


def test_the_fewest_that_serve_are_roles():
    assert set(FEWEST) <= set(ROLES)


def test_web_listens_where_the_settings_say_with_as_many_threads(tmp_path):
    words = argv(Settings(data_dir=tmp_path, host="::1", port=9000, web_threads=7), "web", ROLES)
    assert words[words.index("--bind") + 1] == "[::1]:9000"
    assert words[words.index("--threads") + 1] == "7"


def test_each_death_within_the_minute_doubles_the_pause():
    assert [pause_after(range(100, 100 + n), 105, 0.25) for n in (1, 2, 3, 4)] == [0.25, 0.5, 1.0, 2.0]


def test_the_fifth_death_within_a_minute_is_the_last():
    assert pause_after([100, 110, 120, 130, 159.9], 159.9, 0.25) is None


def test_deaths_of_more_than_a_minute_ago_are_forgiven():
    assert pause_after([100, 110, 120, 130, 160], 160, 0.25) == 2.0


def test_web_carries_the_rooms_where_no_process_of_its_own_does(tmp_path):
    settings = Settings(data_dir=tmp_path, port=9000)
    assert "MEDIA_PORT=9002" in argv(settings, "web", FEWEST)
    assert not [it for it in argv(settings, "web", ["web", "media"]) if it.startswith("MEDIA_PORT")]
    assert "PORT=9002" in argv(settings, "media", ["web", "media"])


def test_where_media_is_carried_is_read_from_the_environment(tmp_path):
    said = {
        "DATA_DIR": str(tmp_path),
        "MEDIA_ADDRESSES": "10.0.0.5=203.0.113.7, 10.0.0.6",
        "MEDIA_UDP_PORTS": "40000-40002",
    }
    settings = Settings.from_environment(said)
    assert settings.media_addresses == (("10.0.0.5", "203.0.113.7"), ("10.0.0.6", "10.0.0.6"))
    assert settings.media_udp_ports == (40000, 40001, 40002)
    assert Settings.from_environment({"DATA_DIR": str(tmp_path)}).media_udp_ports == (0,)
