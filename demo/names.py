"""Made-up names. Nobody real is meant."""

FIRST_NAMES = (
    "Amina", "Bilal", "Chantal", "Dilan", "Elena", "Fatima", "Goran", "Hanna", "Idris", "Jamila", "Karim", "Leyla",
    "Mehari", "Nadia", "Omar", "Parisa", "Qasim", "Rania", "Samir", "Tarek", "Umut", "Vera", "Wafa", "Yusuf", "Zahra",
)  # fmt: skip
LAST_NAMES = (
    "Abdi", "Benali", "Claes", "Demir", "El Idrissi", "Farah", "Ghebre", "Haddad", "Ivanova", "Jansen", "Kaya",
    "Lemmens", "Mahmoud", "Nazari", "Osman", "Popescu", "Rahimi", "Said", "Tesfay", "Ulusoy", "Vermeulen", "Yilmaz",
)  # fmt: skip

_KINDS = {
    "welfare": ("CAW", "OCMW", "Kind en Gezin"),
    "health": ("Ziekenhuis", "Wijkgezondheidscentrum", "CGG"),
    "education": ("Basisschool", "CLB", "Secundaire school"),
    "local_authority": ("Stad", "Loket", "Sociaal Huis"),
    "asylum": ("Opvangcentrum", "LOI", "Opvanghuis"),
    "integration": ("Onthaalbureau", "Trajecthuis"),
    "justice": ("Justitiehuis", "Bemiddelingsdienst"),
    "housing": ("Woonmaatschappij", "Huurdersdienst"),
}


def organisation_names(sector: str, town: str, number: int) -> str:
    """Return the name of the `number`-th organisation of a sector."""
    kinds = _KINDS[sector]
    return f"{kinds[number % len(kinds)]} {town} {number + 1}"
