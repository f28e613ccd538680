"""Values and searches over reference data. Pure."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt


@dataclass(frozen=True, slots=True)
class Language:
    iso639_3: str
    bcp47: str
    name_nl: str
    name_fr: str
    name_en: str
    endonym: str
    parent: str | None
    rtl: bool
    scope: str

    def name(self, locale: str) -> str:
        """Return the name in the reader's language; Dutch where there is none."""
        return {"fr": self.name_fr, "en": self.name_en}.get(locale, self.name_nl)


@dataclass(frozen=True, slots=True)
class Municipality:
    nis_code: str
    name_nl: str
    name_fr: str
    postcodes: tuple[str, ...]
    area: str
    lat: float
    lon: float


def area_of(province: str, region: str) -> str:
    """Return the region a municipality counts under: its province in Flanders, else Brussel or Wallonië."""
    if region == "Vlaams Gewest":
        return province
    return "Brussel" if region.startswith("Brussel") else "Wallonië"


def folded(text: str) -> str:
    """Return text as it is compared: no accents, no case."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold().strip()


def search(languages: Iterable[Language], words: str, limit: int = 10) -> list[Language]:
    """Return languages by Dutch, French, English or own name: beginning with, then containing, then nearly written so."""
    wanted = folded(words)
    if not wanted:
        return []
    known = [(language, [folded(name) for name in _names(language)]) for language in languages]
    starting = [it for it, names in known if any(name.startswith(wanted) for name in names) or it.iso639_3 == wanted]
    starting.sort(key=lambda it: (len(it.name_nl), it.name_nl))
    holding = [it for it, names in known if any(wanted in name for name in names) and it not in starting]
    found = starting + holding
    if len(found) < limit and len(wanted) > 3:
        by_name = {name: it for it, names in known for name in names if it not in found}
        found += dict.fromkeys(by_name[name] for name in difflib.get_close_matches(wanted, by_name, limit, 0.75))
    return found[:limit]


def serving(language: str, parents: Mapping[str, str | None], understands: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the languages whose interpreters can serve a request for `language`: itself, the children of a
    macrolanguage, and those listed as understanding it."""
    children = {code for code, parent in parents.items() if parent == language}
    linked = {speaker for speaker, understood in understands if understood == language}
    return frozenset({language} | children | linked)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance between two (lat, lon) in degrees. Units: kilometres."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))


def _names(language: Language) -> tuple[str, ...]:
    return (language.name_nl, language.name_fr, language.name_en, language.endonym)
