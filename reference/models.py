"""Rows of reference data. No behaviour."""

from sqlalchemy import Boolean, Float, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class LanguageRow(Base):
    """A language by its ISO 639-3 code. `parent` is the macrolanguage it belongs to."""

    __tablename__ = "languages"

    iso639_3: Mapped[str] = mapped_column(Text, primary_key=True)
    bcp47: Mapped[str] = mapped_column(Text)
    name_nl: Mapped[str] = mapped_column(Text)
    name_fr: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    endonym: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(ForeignKey("languages.iso639_3"))
    rtl: Mapped[bool] = mapped_column(Boolean)
    scope: Mapped[str] = mapped_column(Text)


class UnderstandsRow(Base):
    """Whoever interprets `speaker_of` can serve a request for `understands`."""

    __tablename__ = "language_understands"

    speaker_of: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"), primary_key=True)
    understands: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"), primary_key=True)


class MunicipalityRow(Base):
    """A municipality, its centre (degrees) and `area`, the region of reports: a Flemish province, Brussel, Wallonië."""

    __tablename__ = "municipalities"

    nis_code: Mapped[str] = mapped_column(Text, primary_key=True)
    name_nl: Mapped[str] = mapped_column(Text)
    name_fr: Mapped[str] = mapped_column(Text)
    postcodes: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
