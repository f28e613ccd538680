"""What is learned from offers: who says yes, how soon, and when the prior has to do."""

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.acceptance import AcceptanceModel, OfferLog, Offers, learn, prior_chance, told_in_turn
from matching.reaction import PUSH, VOICE, Reaction, Reactions, learn_reaction, usual_reaction
from matching.regression import fit
from matching.reliability import reliability

PEOPLE = 120


def offers(n: int, rng: np.random.Generator) -> Offers:
    """Return offers of all kinds to many people."""
    service = rng.integers(0, 4, n)
    return Offers(
        interpreter_id=rng.integers(1, PEOPLE + 1, n),
        service=service,
        immediate=(service == 1) & (rng.random(n) < 0.6),
        lead_hours=rng.exponential(80, n),
        distance_km=np.where(service == 0, rng.exponential(30, n), np.nan),
        duration_minutes=rng.choice([17.0, 60.0, 120.0], n),
        evening=rng.random(n) < 0.1,
        weekend=rng.random(n) < 0.1,
        load=rng.random(n),
        offers_7d=rng.poisson(5, n).astype(float),
        option=(rng.random(n) < 0.1).astype(int),
    )


def a_log(n: int = 20_000, *, nonsense: bool = False, seed: int = 1) -> OfferLog:
    """Return a log in which distance, person and request decide; a tenth was withdrawn, a tenth never seen."""
    rng = np.random.default_rng(seed)
    found = offers(n, rng)
    request = np.arange(n) // 3
    person, hard = np.random.default_rng(5).normal(0, 0.9, PEOPLE + 1), rng.normal(0, 0.6, n)
    logit = person[found.interpreter_id] + hard[request] - np.nan_to_num(found.distance_km) / 30
    yes = rng.random(n) < (0.5 if nonsense else 1 / (1 + np.exp(-(logit + 0.9 * (found.service == 1)))))
    fate = rng.random(n)
    answer = np.where(fate < 0.1, "withdrawn", np.where(fate < 0.2, "expired", np.where(yes, "yes", "no")))
    return OfferLog(
        offers=found,
        request_id=request,
        channel=np.full(n, PUSH),
        seen=fate >= 0.2,
        waited_minutes=np.where(fate < 0.1, 5.0, np.where(fate < 0.2, 600.0, rng.lognormal(3, 1, n))),
        ended_at=np.arange(n, dtype=float),
        answer=answer,
    )


@cache
def learned() -> AcceptanceModel:
    return learn(a_log(), "first", 0.0, 1.0)


def test_a_model_tells_a_year_it_has_not_seen():
    model = learned()
    assert model.learned and model.version == "first"
    found = model.reliability(a_log(seed=2))
    assert found.calibration_error <= 0.03
    assert found.skill >= 0.15
    assert abs(model.reliability(a_log(seed=2)).bias) <= 0.02


def test_far_is_less_likely_than_near_and_who_refused_often_than_who_did_not():
    model, one = learned(), offers(1, np.random.default_rng(3))
    far, near = (replace(one, service=np.array([0]), distance_km=np.array([km])) for km in (90.0, 5.0))
    assert model.p_yes(far)[0] < model.p_yes(near)[0]
    ranked = sorted(model.intercepts, key=model.intercepts.__getitem__)
    worst, best = (replace(near, interpreter_id=np.array([ranked[at]])) for at in (0, -1))
    assert model.p_yes(worst)[0] < model.p_yes(best)[0]


def test_somebody_new_is_taken_for_average():
    model, one = learned(), offers(1, np.random.default_rng(3))
    new = model.p_yes(replace(one, interpreter_id=np.array([99_999])))[0]
    known = [model.p_yes(replace(one, interpreter_id=np.array([who])))[0] for who in model.intercepts]
    assert min(known) < new < max(known)


def test_withdrawn_and_unseen_offers_are_no_refusals():
    log = a_log()
    silent = np.isin(log.answer, ("withdrawn", "expired"))
    without = learn(log.rows(~silent), "first", 0.0, 1.0)
    assert without.coefficients == learned().coefficients


def test_seen_and_let_pass_is_a_no():
    log = a_log()
    told = replace(log, seen=np.ones(len(log), dtype=bool))
    assert told.telling().answer.tolist().count("expired") > 1000
    assert learn(told, "x", 0.0, 1.0).p_yes(log.offers).mean() < learned().p_yes(log.offers).mean() - 0.02


@pytest.mark.parametrize("rows", [0, 1, 40, 900])
def test_with_little_to_learn_from_the_prior_stays(rows):
    model = learn(a_log().rows(slice(0, rows)), "early", 0.0, 1.0)
    found = offers(5, np.random.default_rng(1))
    assert not model.learned
    assert model.p_yes(found).tolist() == prior_chance(found).tolist()


def test_nonsense_teaches_nothing():
    model = learn(a_log(nonsense=True), "nonsense", 0.0, 1.0)
    assert not model.learned and model.checked is not None and model.checked.skill < 0.05


@given(st.integers(0, 2**32 - 1), st.sampled_from((np.nan, np.inf, -np.inf, -1e9, 1e9)))
def test_numbers_that_make_no_sense_end_in_a_chance(seed, odd):
    found = offers(4, np.random.default_rng(seed))
    broken = {it.name: np.full(4, odd) for it in fields(found) if getattr(found, it.name).dtype == float}
    for model in (learned(), AcceptanceModel()):
        chances = model.p_yes(replace(found, **broken))
        assert ((chances >= 0) & (chances <= 1)).all()


def test_what_was_learned_survives_being_stored():
    assert AcceptanceModel.from_dict(learned().to_dict()) == learned()
    assert AcceptanceModel.from_dict(AcceptanceModel().to_dict()) == AcceptanceModel()


def test_no_column_says_what_somebody_is():
    names = {it.name for it in fields(Offers)}
    assert names.isdisjoint({"gender", "sex", "age", "origin", "nationality", "language", "religion"})


def test_after_refusals_of_one_request_less_is_told():
    told = told_in_turn(np.full(3, 0.5), np.array([False, False, False]), np.array([1, 1, 2]), 0.8)
    assert told[1] < told[0] == told[2]


def test_requests_that_are_asked_on_after_refusals_make_nobody_less_willing():
    """Two in five say yes; a request is asked until one does, ten at most, so the hard ones are asked more often."""
    rng = np.random.default_rng(8)
    hard = rng.normal(0, 1.0, 6_000)
    yes = rng.random((6_000, 10)) < 1 / (1 + np.exp(-(hard[:, None] - 0.5)))
    refused = np.cumsum(np.cumsum(yes, axis=1), axis=1) <= 1  # up to the first yes, that one included
    request = np.nonzero(refused)[0]
    one = np.ones((len(request), 1))
    found = fit(one, yes[refused], np.zeros(len(request), dtype=int), request)
    told = 1 / (1 + np.exp(-(found.coefficients[0] + found.intercepts[0])))
    assert yes[refused].mean() < 0.33  # what is learned from answers taken for independent
    assert told == pytest.approx(yes.mean(), abs=0.02) and told > 0.37
    assert found.spread == pytest.approx(1.0, abs=0.2)


def test_a_curve_of_answers_counts_who_was_let_go_as_long_as_she_was_asked():
    rng = np.random.default_rng(4)
    answers, leaves = rng.lognormal(3, 1, 40_000), rng.exponential(60, 40_000)
    never = rng.random(40_000) < 0.2
    answered = ~never & (answers <= leaves)
    curve = learn_reaction(np.where(answered, answers, leaves), answered, usual_reaction(0.5, 1.0, 1.0))
    assert curve.within(20.1) == pytest.approx(0.8 * 0.5, abs=0.02)
    naive = answered.mean()
    assert naive < curve.reach <= 0.85


def test_without_answers_the_usual_curve_stays():
    usual = usual_reaction(0.8, 30.0, 1.2)
    assert learn_reaction([], [], usual) == usual
    assert learn_reaction([np.nan, -1.0, 5.0], [True, True, True], usual) == usual


@given(st.floats(0, 5000), st.floats(0, 5000))
def test_answers_never_become_fewer(first, more):
    for channel in (PUSH, VOICE):
        curve = Reactions().of(channel, False)
        assert 0 <= curve.within(first) <= curve.within(first + more) <= curve.reach
        assert 0 <= curve.still(first, more) <= 1
    assert curve.within(curve.until(0.5)) == pytest.approx(0.5 * curve.reach, rel=0.01)


def test_a_curve_that_falls_is_refused():
    with pytest.raises(ValueError, match="never falls"):
        Reaction((0.0, 1.0, 2.0), (0.0, 0.5, 0.4))


def test_chances_that_come_true_have_no_error_and_chances_that_do_not_have_one():
    rng = np.random.default_rng(6)
    told = rng.random(50_000)
    good, bad = reliability(told, rng.random(50_000) < told), reliability(told, rng.random(50_000) < told**3)
    assert good.calibration_error < 0.01 < 0.1 < bad.calibration_error
    assert good.skill > bad.skill and bad.bias > 0.2
    assert sum(it.count for it in good.bins) == good.count == 50_000
    assert reliability([], []).count == 0
