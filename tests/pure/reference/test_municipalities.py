"""Which municipality is meant, and how far two are apart."""

import csv
from pathlib import Path

import pytest

import reference
from reference.domain import Municipality, area_of, distance_km, meant, place_key

with (Path(reference.__file__).parent / "municipalities.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def place(nis_code: str) -> Municipality:
    row = next(row for row in ROWS if row["nis_code"] == nis_code)
    area = area_of(row["province"], row["region"])
    names = (row["name_nl"], row["name_fr"])
    return Municipality(nis_code, *names, tuple(row["postcodes"].split()), area, float(row["lat"]), float(row["lon"]))


SINT_NIKLAAS, SAINT_NICOLAS = place("46021"), place("62093")
BRUSSEL, ELSENE = place("21004"), place("21009")


def test_the_file_holds_what_its_source_counts() -> None:
    assert len({row["nis_code"] for row in ROWS}) == len(ROWS) == 565
    assert {area_of(row["province"], row["region"]) for row in ROWS} == {
        "Antwerpen", "Limburg", "Oost-Vlaanderen", "Vlaams-Brabant", "West-Vlaanderen", "Brussel", "Wallonië",
    }  # fmt: skip
    assert all(49.4 < float(row["lat"]) < 51.6 and 2.5 < float(row["lon"]) < 6.5 for row in ROWS)


def test_of_two_with_one_name_the_postcode_decides() -> None:
    both = [SINT_NIKLAAS, SAINT_NICOLAS]
    assert meant("9100", both, [SINT_NIKLAAS]) is SINT_NIKLAAS
    assert meant("4420", both, [SAINT_NICOLAS]) is SAINT_NICOLAS


def test_the_name_counts_more_than_another_towns_postcode() -> None:
    assert meant("4420", [BRUSSEL], [SAINT_NICOLAS]) is BRUSSEL


def test_a_postcode_of_two_municipalities_is_the_smaller_ones() -> None:
    assert meant("1050", [], [BRUSSEL, ELSENE]) is ELSENE
    assert meant("1050", [BRUSSEL], [BRUSSEL, ELSENE]) is BRUSSEL


def test_nothing_known_is_no_error() -> None:
    assert meant(None, [], []) is None


@pytest.mark.parametrize("typed", ["Sint-Niklaas", "SINT NIKLAAS", " sint  niklaas ", "sint‑niklaas".replace("‑", "-")])
def test_a_name_is_compared_without_hyphens_accents_and_case(typed: str) -> None:
    assert place_key(typed) == "sint niklaas"


def test_an_apostrophe_is_an_apostrophe_however_it_is_typed() -> None:
    assert place_key("Braine-l'Alleud") == place_key("Braine-l’Alleud") == "braine l alleud"


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ("44021", "31005", 39.3),  # Gent - Brugge
        ("71016", "35013", 182.7),  # Genk - Oostende
    ],
)
def test_the_distance_in_a_straight_line(one: str, other: str, km: float) -> None:
    a, b = place(one), place(other)
    assert distance_km((a.lat, a.lon), (b.lat, b.lon)) == pytest.approx(km, abs=0.5)
    assert distance_km((a.lat, a.lon), (a.lat, a.lon)) == 0
