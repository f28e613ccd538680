"""Which PostgreSQL is run, and where its socket stands."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from kernel.settings import Settings
from processes.binaries import Binaries, DatabaseTrouble, choose, from_machine
from processes.postgres import EmbeddedPostgres, with_database

OWN, WHEEL = Binaries(Path("/own"), 15), Binaries(Path("/wheel"), 18)


def test_new_data_is_made_with_the_machines_own():
    assert choose([OWN, WHEEL], None) == OWN


@pytest.mark.parametrize("binaries", [OWN, WHEEL])
def test_data_is_opened_with_the_version_that_made_it(binaries):
    assert choose([OWN, WHEEL], binaries.major) == binaries


def test_data_of_a_version_that_is_gone_names_the_way_out():
    with pytest.raises(
        DatabaseTrouble, match=r"PostgreSQL 16.*there is: 15, 18.*Install version 16, or restore a backup"
    ):
        choose([OWN, WHEEL], 16)


def test_a_machine_without_any_is_told_what_to_do():
    with pytest.raises(DatabaseTrouble, match="install one .*or set DATABASE_URL"):
        choose([], None)


def test_whatever_path_says_the_search_goes_on(monkeypatch, tmp_path):
    (tmp_path / "half").mkdir()
    (tmp_path / "half/postgres").touch(mode=0o755)
    (tmp_path / "file").touch()
    before = from_machine()
    monkeypatch.setenv("PATH", f"{tmp_path / 'half'}:{tmp_path / 'file'}:/proc/1/cwd:{tmp_path / 'gone'}", prepend=":")
    assert from_machine() == before


def test_data_of_a_version_that_is_gone_is_left_as_it_is(tmp_path):
    server = EmbeddedPostgres(tmp_path, binaries=WHEEL)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseTrouble, match="PostgreSQL 9"):
        server.launch()
    assert [file.name for file in server.data.iterdir()] == ["PG_VERSION"]
    server.stop()


def test_the_socket_stands_beside_the_data():
    assert EmbeddedPostgres(Path("/srv/a")).socket_dir == Path("/srv/a/socket")


@pytest.mark.parametrize("home", ["/srv/" + "d" * 120, "/srv/one,two", "/srv/" + "é" * 50])
def test_a_path_no_socket_can_have_gets_a_short_one_of_its_own(home):
    here, other = EmbeddedPostgres(Path(home)), EmbeddedPostgres(Path(home + "x"))
    assert len(str(here.socket_dir)) < 40
    assert here.socket_dir == EmbeddedPostgres(Path(home)).socket_dir != other.socket_dir


def test_the_address_says_any_folder_as_it_is():
    url = make_url(EmbeddedPostgres(Path("/srv/a b&c=d%é+")).url("x"))
    assert (url.query["host"], url.query["port"], url.database) == ("/srv/a b&c=d%é+/socket", "5432", "x")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_given_address_goes_before_the_embedded_database(tmp_path, scheme):
    settings = Settings(data_dir=tmp_path, database_url=f"{scheme}://u@h/d")
    assert with_database(settings).database_url == "postgresql+psycopg://u@h/d"


def test_without_an_address_it_is_the_embedded_one(tmp_path):
    found = with_database(Settings(data_dir=tmp_path)).database_url
    assert found == EmbeddedPostgres(tmp_path / "postgres").url()
