"""Where people live and ask: regions, towns, languages. Rough, and the same in every world."""

import numpy as np

REGIONS = ("Antwerpen", "Brussel", "Limburg", "Oost-Vlaanderen", "Vlaams-Brabant", "West-Vlaanderen")
# Share of the requests, after those who began a course in 2020 (annual report 2020, figure 22).
REGION_SHARE = np.array([0.17, 0.11, 0.17, 0.18, 0.17, 0.20])

# name: (region, latitude, longitude, weight within the region)
TOWNS = {
    "Antwerpen": (0, 51.22, 4.40, 10),
    "Mechelen": (0, 51.03, 4.48, 3),
    "Turnhout": (0, 51.32, 4.94, 2),
    "Lier": (0, 51.13, 4.57, 1),
    "Mol": (0, 51.19, 5.12, 1),
    "Boom": (0, 51.09, 4.37, 1),
    "Brussel": (1, 50.85, 4.35, 8),
    "Anderlecht": (1, 50.83, 4.31, 3),
    "Schaarbeek": (1, 50.87, 4.38, 3),
    "Hasselt": (2, 50.93, 5.33, 4),
    "Genk": (2, 50.96, 5.50, 4),
    "Sint-Truiden": (2, 50.82, 5.19, 2),
    "Tongeren": (2, 50.78, 5.46, 1),
    "Lommel": (2, 51.23, 5.31, 2),
    "Beringen": (2, 51.05, 5.23, 2),
    "Maaseik": (2, 51.10, 5.79, 1),
    "Gent": (3, 51.05, 3.72, 10),
    "Aalst": (3, 50.94, 4.04, 3),
    "Sint-Niklaas": (3, 51.17, 4.14, 3),
    "Dendermonde": (3, 51.03, 4.10, 1),
    "Ronse": (3, 50.75, 3.60, 2),
    "Eeklo": (3, 51.19, 3.56, 1),
    "Leuven": (4, 50.88, 4.70, 6),
    "Vilvoorde": (4, 50.93, 4.43, 3),
    "Halle": (4, 50.73, 4.24, 2),
    "Tienen": (4, 50.81, 4.94, 2),
    "Diest": (4, 50.98, 5.05, 1),
    "Asse": (4, 50.91, 4.20, 1),
    "Brugge": (5, 51.21, 3.22, 4),
    "Kortrijk": (5, 50.83, 3.26, 4),
    "Oostende": (5, 51.23, 2.92, 4),
    "Roeselare": (5, 50.95, 3.12, 3),
    "Ieper": (5, 50.85, 2.88, 1),
    "Veurne": (5, 51.07, 2.66, 1),
}
REGION_OF = np.array([region for region, *_ in TOWNS.values()])
TOWN_WEIGHT = np.array([weight for *_, weight in TOWNS.values()], dtype=float)

DETOUR, KM_PER_HOUR, ACCESS_MINUTES = 1.3, 55.0, 10.0


def distances_km() -> np.ndarray:
    """Return the distance by road between towns: great circle x detour; 4 km within a town."""
    lat = np.radians([it[1] for it in TOWNS.values()])
    lon = np.radians([it[2] for it in TOWNS.values()])
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    return np.maximum(4.0, 2 * 6371 * np.arcsin(np.sqrt(half)) * DETOUR)


def travel_minutes(km: np.ndarray) -> np.ndarray:
    """Return how long it takes, one way."""
    return km / KM_PER_HOUR * 60 + ACCESS_MINUTES


# Languages in families whose speakers often know each other's; the first two have their share from the report.
FAMILIES = (
    ("arb", "ary", "arz", "apc", "rif", "shi", "kab"),
    ("tur", "kmr", "ckb", "aze", "uig"),
    ("prs", "pus", "fas", "urd", "pan", "hin"),
    ("ron", "ita", "spa", "por", "fra", "eng", "deu"),
    ("pol", "rus", "ukr", "bul", "srp", "slk", "ces", "mkd"),
    ("som", "tir", "amh", "orm", "aar"),
    ("sqi", "hye", "kat", "ell", "hun", "che", "rom"),
    ("lin", "swa", "kin", "wol", "ful", "twi", "mnk"),
    ("cmn", "vie", "tha", "mon", "bod", "nep", "ben", "tam"),
)
LANGUAGES = tuple([it for family in FAMILIES for it in family])
FAMILY_OF = np.array([n for n, family in enumerate(FAMILIES) for _ in family])
# The others, most asked first; their shares fall with their rank (assumed).
_BY_DEMAND = (
    "prs", "pus", "tir", "som", "rus", "spa", "ron", "bul", "fas", "sqi", "pol", "ary", "kmr", "fra", "eng", "ckb",
    "rif", "por", "hye", "urd", "ukr", "srp", "cmn", "amh", "ben", "ita", "vie", "nep", "pan", "swa", "lin", "apc",
    "kat", "ell", "hun", "mon", "tha", "ful", "kin", "wol", "che", "slk", "rom", "hin", "aze", "arz", "ces", "bod",
    "mkd", "orm", "tam", "deu", "kab", "shi", "mnk", "twi", "aar", "uig",
)  # fmt: skip
ARABIC, TURKISH = 0.27, 0.10
_FALLS_WITH_RANK = 0.95


def language_share() -> np.ndarray:
    """Return the share of the requests per language, in the order of LANGUAGES."""
    rest = (1.0 + np.arange(len(_BY_DEMAND))) ** -_FALLS_WITH_RANK
    rest *= (1 - ARABIC - TURKISH) / rest.sum()
    shares = {"arb": ARABIC, "tur": TURKISH, **dict(zip(_BY_DEMAND, rest, strict=True))}
    return np.array([shares[it] for it in LANGUAGES])


def region_of_language() -> np.ndarray:
    """Return for each language how its requests are spread over the regions; both totals hold (fitted in turns)."""
    tilt = np.exp(0.6 * np.random.default_rng(22).standard_normal((len(LANGUAGES), len(REGIONS))))
    table = language_share()[:, None] * REGION_SHARE * tilt
    for _ in range(50):
        table *= (REGION_SHARE / table.sum(0))[None, :]
        table *= (language_share() / table.sum(1))[:, None]
    return table / table.sum(1, keepdims=True)
