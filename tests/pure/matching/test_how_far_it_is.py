"""Distances by road and the time they take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.domain import Place, road_km, travel_minutes
from tests.builders.matching import BRUSSEL, GENT, HASSELT, OOSTENDE

places = st.builds(Place, lat=st.floats(-90, 90), lon=st.floats(-180, 180))
kilometres = st.floats(0, 2000)


@pytest.mark.parametrize(
    ("home", "site", "usual_road_km"), [(GENT, BRUSSEL, 57), (GENT, HASSELT, 135), (GENT, OOSTENDE, 66)]
)
def test_a_distance_is_within_a_fifth_of_the_real_road(home, site, usual_road_km):
    assert road_km(home, site) == pytest.approx(usual_road_km, rel=0.2)


def test_roads_are_three_tenths_longer_than_the_line_on_the_map():
    # a degree of latitude is 111.19 km
    assert road_km(Place(50, 4), Place(51, 4)) == pytest.approx(111.19 * 1.3, abs=0.01)


@pytest.mark.parametrize(
    ("km", "minutes"),
    [
        (0, 10),  # leaving and arriving
        (5, 25),  # + 5 km through town at 20 km/h
        (20, 45),  # + 15 km at 45 km/h
        (57.5, 75),  # + 37.5 km at 75 km/h
        (57.6, 76),  # whole minutes, rounded up
    ],
)
def test_a_journey_slows_down_in_town(km, minutes):
    assert travel_minutes(km) == minutes


@given(places, places)
def test_the_way_back_is_as_long(home, site):
    assert road_km(home, site) == pytest.approx(road_km(site, home), abs=1e-6)
    assert 0 <= road_km(home, site) <= 20_016 * 1.3


@given(kilometres, kilometres)
def test_farther_never_takes_less_time(one, other):
    near, far = sorted([one, other])
    assert travel_minutes(near) <= travel_minutes(far)
