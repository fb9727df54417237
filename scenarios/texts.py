"""What people read: codes and English texts in, the words of one language out (gettext, Babel)."""

import gettext
import io
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from scenarios.errors import unknown_name

LANGUAGES = ("en", "id")
DEFAULT = "en"


class Texts:
    """The texts of one language. `language` is one of LANGUAGES; raises InputError otherwise."""

    def __init__(self, language: str = DEFAULT) -> None:
        self.language = language
        compiled = io.BytesIO()
        write_mo(compiled, read_catalogue(language))
        compiled.seek(0)
        self._translations = gettext.GNUTranslations(compiled)

    def text(self, message: str, **values: object) -> str:
        """Return the text of a code of the engine, or of an English text, with `values` filled in.

        A message that the catalogue does not have comes back as it is.
        """
        said = self._translations.gettext(message) if message else ""
        return said.format(**values) if values else said


def read_catalogue(language: str) -> Catalog:
    """Return the catalogue of a language; raises InputError that lists the known ones."""
    if language not in LANGUAGES:
        raise unknown_name(language, LANGUAGES, what="language")
    file = files("scenarios").joinpath("locale", language, "LC_MESSAGES", "bconnect.po")
    return read_po(io.BytesIO(file.read_bytes()), locale=language, abort_invalid=True)


def language_of(argument: str | None, environ: dict[str, str]) -> str:
    """Return the language: as asked for, else BCONNECT_LANG, else LANG where it is known, else English."""
    asked = argument or environ.get("BCONNECT_LANG")
    if asked:
        return asked
    system = environ.get("LANG", "")[:2]
    return system if system in LANGUAGES else DEFAULT
