"""Values and searches over reference data. Pure."""

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from babel import Locale

# Nearly written so: this share of the letters is the same, looked for among this many names with most pairs in common.
_NEAR = 0.75
_LIKELY = 60


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
        if locale == "ar":
            return self.name_ar or self.name_nl
        return {"fr": self.name_fr, "en": self.name_en}.get(locale, self.name_nl)

    @property
    def name_ar(self) -> str | None:
        """The name in Arabic, of the Unicode CLDR, for the languages that have one there."""
        return _IN_ARABIC.get(self.iso639_3) or _IN_ARABIC.get(self.bcp47)

    @property
    def spellings(self) -> frozenset[str]:
        """Every way to write it that is known here, folded."""
        names = (self.name_nl, self.name_fr, self.name_en, self.endonym, self.name_ar, *_ALSO.get(self.iso639_3, ()))
        return frozenset(folded(name) for name in names if name)


# The Unicode CLDR's names, and those it has not or under a code of its own.
_IN_ARABIC: Mapping[str, str] = dict(Locale("ar").languages) | {
    "arb": "العربية الفصحى",
    "ary": "العربية المغربية",
    "pes": "الفارسية",
    "prs": "الدارية",
    "kmr": "الكردية (كرمانجي)",
    "cmn": "الصينية (ماندرين)",
    "ber": "الأمازيغية",
}
# What people type who ask for an interpreter, and no dictionary has. Source: start values, to be added to.
_ALSO = {
    "prs": ("Farsi (Afghanistan)", "Afghaans", "Afgaans", "Darisch"),
    "pes": ("Perzisch", "Iraans", "Persan"),
    "pus": ("Pasjtoe", "Pasto", "Pachto", "Pashto"),
    "ary": ("Darija", "Marokkaans Arabisch", "Maghrebijns"),
    "arb": ("Standaard Arabisch", "Klassiek Arabisch", "MSA"),
    "ber": ("Berbers", "Amazigh", "Tamazigt", "Berber"),
    "kmr": ("Koermanji", "Kurmandji", "Kurmanci"),
    "ckb": ("Sorani",),
    "cmn": ("Mandarijn", "Chinees"),
    "tir": ("Tigrina", "Tigrinia", "Eritrees"),
    "amh": ("Ethiopisch",),
    "som": ("Somalisch", "Somalie"),
    "sqi": ("Albanees", "Kosovaars"),
    "ron": ("Moldavisch", "Roemeens"),
    "urd": ("Pakistaans",),
    "fil": ("Tagalog",),
}


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


class LanguageIndex:
    """Languages by what people type: folded once, so that a question takes a few milliseconds."""

    def __init__(self, languages: Iterable[Language]) -> None:
        self._by_code = {it.iso639_3: it for it in languages}
        self._names = [(name, it) for it in self._by_code.values() for name in it.spellings]
        self._by_part: dict[str, list[int]] = defaultdict(list)
        for number, (name, _) in enumerate(self._names):
            for part in _parts(name):
                self._by_part[part].append(number)

    def search(self, words: str, limit: int = 10) -> list[Language]:
        """Return languages by Dutch, French, English or own name, or by code: written just so, beginning with it,
        containing it, then nearly written so. Before its likes comes a language whose own name is known."""
        wanted = folded(words)
        if not wanted:
            return []
        found: dict[str, tuple[tuple[int, bool, int, str], Language]] = {}
        for name, it in self._names:
            if wanted in name:
                rank = 0 if name == wanted else 1 if name.startswith(wanted) else 2
                place = (rank, not it.endonym, len(it.name_nl), it.name_nl)
                if it.iso639_3 not in found or place < found[it.iso639_3][0]:
                    found[it.iso639_3] = (place, it)
        best = [it for _, it in sorted(found.values(), key=lambda entry: entry[0])]
        if (coded := self._by_code.get(wanted)) is not None:
            best = [coded, *(it for it in best if it is not coded)]
        if len(best) < limit and len(wanted) > 3:
            best += [it for it in self._nearly(wanted, limit) if it not in best]
        return best[:limit]

    def _nearly(self, wanted: str, limit: int) -> list[Language]:
        shared = Counter(number for part in _parts(wanted) for number in self._by_part.get(part, ()))
        likely = [self._names[number] for number, _ in shared.most_common(_LIKELY)]
        by_name = dict(likely)
        near = difflib.get_close_matches(wanted, by_name, limit, _NEAR)
        return list(dict.fromkeys(by_name[name] for name in near))


def serving(language: str, parents: Mapping[str, str | None], understands: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the languages whose interpreters can serve a request for `language`: itself, the children of a
    macrolanguage, and those listed as understanding it."""
    children = {code for code, parent in parents.items() if parent == language}
    linked = {speaker for speaker, understood in understands if understood == language}
    return frozenset({language} | children | linked)


def place_key(name: str) -> str:
    """Return a municipality's name as it is compared: hyphens and apostrophes are spaces."""
    return " ".join(re.sub(r"[-'\u2019]", " ", folded(name)).split())


def meant(postcode: str | None, named: Sequence[Municipality], coded: Sequence[Municipality]) -> Municipality | None:
    """Return the municipality meant, of those with the name and those with the postcode given: the name decides, the
    postcode where two share a name. A postcode of two municipalities is the smaller one's: the larger has others."""
    both = [it for it in named if postcode in it.postcodes]
    fitting = both or named or coded
    return min(fitting, key=lambda it: (len(it.postcodes), it.nis_code), default=None)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance between two (lat, lon) in degrees. Units: kilometres."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))


def _parts(name: str) -> set[str]:
    """Return the pairs of letters of a name: a typing error leaves most of them as they are."""
    return {name[i : i + 2] for i in range(len(name) - 1)}
