"""Reads of reference data. It changes only with a release, so each process keeps what it read once."""

from collections import defaultdict
from functools import lru_cache

from sqlalchemy import select

from kernel.database import db
from reference.domain import Language, LanguageIndex, Municipality, meant, place_key, serving
from reference.models import LanguageRow, MunicipalityRow, UnderstandsRow


@lru_cache(maxsize=1)
def languages() -> dict[str, Language]:
    """Return every language by its code."""
    columns = [LanguageRow.__table__.c[name] for name in Language.__slots__]
    return {row.iso639_3: Language(*row) for row in db.session.execute(select(*columns))}


@lru_cache(maxsize=1)
def _understands() -> tuple[tuple[str, str], ...]:
    rows = db.session.execute(select(UnderstandsRow.speaker_of, UnderstandsRow.understands))
    return tuple((row.speaker_of, row.understands) for row in rows)


@lru_cache(maxsize=1)
def _municipalities() -> tuple[Municipality, ...]:
    rows = db.session.scalars(select(MunicipalityRow).order_by(MunicipalityRow.nis_code))
    return tuple(
        Municipality(r.nis_code, r.name_nl, r.name_fr, tuple(r.postcodes.split()), r.area, r.lat, r.lon) for r in rows
    )


@lru_cache(maxsize=1)
def _by_name() -> dict[str, list[Municipality]]:
    found: dict[str, list[Municipality]] = defaultdict(list)
    for it in _municipalities():
        for name in {place_key(it.name_nl), place_key(it.name_fr)}:
            found[name].append(it)
    return dict(found)


@lru_cache(maxsize=1)
def _by_postcode() -> dict[str, list[Municipality]]:
    found: dict[str, list[Municipality]] = defaultdict(list)
    for it in _municipalities():
        for code in it.postcodes:
            found[code].append(it)
    return dict(found)


@lru_cache(maxsize=1)
def _index() -> LanguageIndex:
    return LanguageIndex(languages().values())


def forget() -> None:
    """Read everything anew at the next question: after the reference data was loaded."""
    for kept in (languages, _understands, _municipalities, _by_name, _by_postcode, _index):
        kept.cache_clear()
    for answers in (search_languages, speakers_serving, languages_like, _language_words):
        answers.cache_clear()


def language_exists(code: str) -> bool:
    return code in languages()


def language_name(code: str, locale: str = "nl") -> str:
    """Return a language's name for a reader; the code itself when it is unknown."""
    found = languages().get(code)
    return found.name(locale) if found else code


@lru_cache(maxsize=2048)
def search_languages(words: str, limit: int = 10) -> tuple[Language, ...]:
    """Return the languages that fit what somebody typed."""
    return tuple(_index().search(words[:60], limit))


@lru_cache(maxsize=8192)
def speakers_serving(language: str) -> frozenset[str]:
    """Return the languages whose interpreters can serve a request for `language`."""
    parents = {code: it.parent for code, it in languages().items()}
    return serving(language, parents, _understands())


def find_municipality(postcode: str | None, name: str | None) -> Municipality | None:
    """Return the municipality meant: by its name, else by the postcode. An unknown one is no error."""
    code = postcode.strip() if postcode else None
    named = _by_name().get(place_key(name), []) if name else []
    return meant(code, named, _by_postcode().get(code, []) if code else [])


def is_wrong_place(postcode: str | None, name: str | None) -> bool:
    """Return whether a place looks Belgian (four digits, or no postcode) and is none: a typing error, not abroad."""
    code = (postcode or "").strip()
    belgian = not code or (len(code) == 4 and code.isdigit())
    return belgian and find_municipality(code, name) is None


def municipality_names() -> list[str]:
    return sorted({it.name_nl for it in _municipalities()})


def municipality_points() -> list[tuple[float, float]]:
    """Return the centre of every municipality: latitude and longitude in degrees."""
    return [(it.lat, it.lon) for it in _municipalities()]


def municipalities_like(word: str) -> list[str]:
    """Return the names of the municipalities that have a word beginning as `word` (folded) does."""
    found = {name for it in _municipalities() for name in (it.name_nl, it.name_fr) if _begins(place_key(name), word)}
    return sorted(found)


@lru_cache(maxsize=2048)
def languages_like(word: str) -> frozenset[str]:
    """Return the codes of the languages that have a word, in any of their names, beginning as `word` (folded) does."""
    return frozenset(code for text, code in _language_words() if code == word or _begins(text, word))


@lru_cache(maxsize=1)
def _language_words() -> tuple[tuple[str, str], ...]:
    names = ("name_nl", "name_fr", "name_en", "endonym")
    return tuple((place_key(getattr(it, name)), it.iso639_3) for it in languages().values() for name in names)


def _begins(text: str, word: str) -> bool:
    return text.startswith(word) or f" {word}" in text
