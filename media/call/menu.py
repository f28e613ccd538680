"""The questions a caller answers: code, language, service; and what she may choose while she waits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from media.call.domain import (
    CallDesk,
    CallState,
    CodeGiven,
    Command,
    KeepSearching,
    Keyed,
    LanguageNamed,
    MakeRequest,
    Menu,
    NumberGiven,
    Phase,
    Prompt,
    RequestRefused,
    Role,
    Say,
    TryLanguage,
    Why,
)

Step = tuple[CallState, tuple[Command, ...]]
# What fits on the keys: 9 is "another language", 0 a coordinator.
MOST_CHOICES = 8
# Where a caller stands in the conference: nothing has to be said to bring her there.
IN_CONFERENCE = frozenset({Prompt.WAIT, Prompt.TALK})


def begins(state: CallState) -> CallState:
    return replace(state, menu=Menu(step=1, prompt=Prompt.CODE))


def ask(state: CallState, prompt: Prompt, **changes: object) -> Step:
    """Put the next question, or say where the caller is."""
    menu = state.menu or Menu()
    menu = replace(menu, **{"step": menu.step + 1, "prompt": prompt, "choices": (), "tries": 0} | changes)  # type: ignore[arg-type]
    return replace(state, menu=menu), (Say(menu.step, prompt),)


def ends(state: CallState, why: Why, prompt: Prompt, at: datetime) -> Step:
    """Say the last thing, and end: nobody was bound."""
    state, said = ask(state, prompt)
    return replace(state, phase=Phase.ENDED, ended_at=at, why=why), said


def keyed(state: CallState, event: Keyed) -> Step:
    """Take the keys of a caller; an answer to an older question changes nothing."""
    if (menu := _asked_at(state, event.step)) is None:
        return state, ()
    return _KEYS.get(menu.prompt, _nothing)(state, menu, event)


def code_given(state: CallState, event: CodeGiven) -> Step:
    menu = _asked_at(state, event.step)
    if menu is None or menu.prompt is not Prompt.CODE:
        return state, ()
    if event.languages is None:
        return _again(state, menu, event.at)
    return _ask_language(state, event.languages)


def language_named(state: CallState, event: LanguageNamed) -> Step:
    menu = _asked_at(state, event.step)
    if menu is None or menu.prompt is not Prompt.LANGUAGE_NAME:
        return state, ()
    return _again(state, menu, event.at) if event.language is None else _chosen(state, event.language, event.at)


def number_given(state: CallState, event: NumberGiven) -> Step:
    menu = _asked_at(state, event.step)
    if menu is None or menu.prompt is not Prompt.NUMBER:
        return state, ()
    if event.who is None:
        return _again(state, menu, event.at)
    return _search(replace(state, invited=(*state.invited, (Role.CLIENT, event.who))), menu, event.at)


def request_refused(state: CallState, event: RequestRefused) -> Step:
    if state.request is not None or state.phase is not Phase.SEARCHING:
        return state, ()
    return ends(state, Why.REFUSED, Prompt.REFUSED, event.at)


def to_desk(state: CallState, at: datetime) -> Step:
    """Hand the caller to a coordinator; a search that runs goes on, and she is called back when it succeeds."""
    if state.request is None:
        state, said = ends(state, Why.TO_DESK, Prompt.DESK, at)
        return state, (*said, CallDesk(transfer=True))
    state, done = _call_back(state, at, Prompt.DESK)
    return state, (*done, CallDesk(transfer=True))


def since(state: CallState, moment: datetime) -> CallState:
    """Let the waiting times of a search count from `moment`."""
    until = moment + timedelta(seconds=state.limits.stop_after)
    return replace(state, phase=Phase.SEARCHING, search_since=moment, search_until=until, passed=())


def _asked_at(state: CallState, step: int) -> Menu | None:
    menu = state.menu
    over = state.phase not in {Phase.MENU, Phase.SEARCHING}
    return None if menu is None or over or menu.step != step else menu


def _again(state: CallState, menu: Menu, at: datetime) -> Step:
    """Put the same question again; after some tries a coordinator helps, but not who has no code."""
    if menu.tries + 1 < state.limits.tries:
        return ask(state, menu.prompt, tries=menu.tries + 1, choices=menu.choices)
    return ends(state, Why.NO_CODE, Prompt.BYE, at) if menu.prompt is Prompt.CODE else to_desk(state, at)


def _ask_language(state: CallState, languages: tuple[str, ...]) -> Step:
    """Ask by keys for the languages this customer needs most; who never asked says the name at once."""
    if not languages:
        return ask(state, Prompt.LANGUAGE_NAME)
    return ask(state, Prompt.LANGUAGE, choices=languages[:MOST_CHOICES], languages=languages)


def _on_code(state: CallState, menu: Menu, event: Keyed) -> Step:
    return _again(state, menu, event.at)  # a code that was keyed comes as `CodeGiven`


def _on_language(state: CallState, menu: Menu, event: Keyed) -> Step:
    if event.digits.isdecimal() and 1 <= int(event.digits) <= len(menu.choices):
        return _chosen(state, menu.choices[int(event.digits) - 1], event.at)
    if event.digits == "9":
        return ask(state, Prompt.LANGUAGE_NAME)
    return to_desk(state, event.at) if event.digits == "0" else _again(state, menu, event.at)


def _on_language_name(state: CallState, menu: Menu, event: Keyed) -> Step:
    return to_desk(state, event.at) if event.digits == "0" else _again(state, menu, event.at)


def _chosen(state: CallState, language: str, at: datetime) -> Step:
    """The language is known: ask how; or, when the request exists already, search for this one instead."""
    if state.request is None:
        return ask(state, Prompt.SERVICE, language=language)
    state, said = ask(since(replace(state, asked_at=at), at), Prompt.WAIT, language=language)
    return state, (TryLanguage(language), *said)


def _on_service(state: CallState, menu: Menu, event: Keyed) -> Step:
    if event.digits == "1":
        return _search(state, menu, event.at)
    if event.digits == "2":
        return ask(state, Prompt.NUMBER)
    if event.digits in {"3", "0"}:
        return to_desk(state, event.at)
    return _ask_language(state, menu.languages) if event.digits == "9" else _again(state, menu, event.at)


def _on_number(state: CallState, menu: Menu, event: Keyed) -> Step:
    return to_desk(state, event.at) if event.digits == "0" else _again(state, menu, event.at)


def _search(state: CallState, menu: Menu, at: datetime) -> Step:
    if menu.language is None:
        return _ask_language(state, menu.languages)
    state, said = ask(since(replace(state, asked_at=at), at), Prompt.WAIT)
    return state, (MakeRequest(menu.language), *said)


def _on_choice(state: CallState, menu: Menu, event: Keyed) -> Step:
    if event.digits == "2":
        return _call_back(state, event.at, Prompt.CALL_BACK)
    if event.digits in {"3", "0"}:
        return to_desk(state, event.at)
    return _ask_language(state, menu.languages) if event.digits == "4" else ask(state, Prompt.WAIT)


def _call_back(state: CallState, at: datetime, prompt: Prompt) -> Step:
    """Search on without the caller on the line."""
    until = at + timedelta(seconds=state.limits.call_back_for)
    state, said = ask(replace(state, calls_back=True, search_until=until), prompt)
    return state, (KeepSearching(until), *said)


def _nothing(state: CallState, menu: Menu, event: Keyed) -> Step:
    return state, ()


_KEYS: dict[Prompt, Callable[[CallState, Menu, Keyed], Step]] = {
    Prompt.CODE: _on_code,
    Prompt.LANGUAGE: _on_language,
    Prompt.LANGUAGE_NAME: _on_language_name,
    Prompt.SERVICE: _on_service,
    Prompt.NUMBER: _on_number,
    Prompt.CHOICE: _on_choice,
}
