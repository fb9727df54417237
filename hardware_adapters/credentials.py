"""Who we are to a camera: said by reference, filled in when it is opened, masked wherever text goes."""

import base64
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

MASKED = "***"
_SCHEME = r"[A-Za-z*][A-Za-z0-9+.\-*]*://"  # a * where a password of one letter was masked in it
_QUERY = re.compile(rf"(?P<url>{_SCHEME}[^?\s'\"<>]*)\?[^\s'\"<>]*")


class CredentialsError(ValueError):
    """Credentials cannot be found; the message names the reference, never what it stands for."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password; neither shows in a representation."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    def in_url(self, url: str) -> str:
        """Return `url` with the credentials, percent-encoded (RFC 3986, 3.2.1)."""
        parts = urlsplit(url)
        userinfo = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{userinfo}@{parts.netloc}"))


def resolve(reference: str, folder: Path) -> Credentials:
    """Return what `env:NAME` or `file:PATH` (from `folder`) holds: user:password, on one line.

    Raises CredentialsError.
    """
    kind, _, where = reference.partition(":")
    if kind == "env" and where.isidentifier():
        held = os.environ.get(where)
        if held is None:
            msg = f"credentials env:{where}: there is no such environment variable; set it to user:password"
            raise CredentialsError(msg)
    elif kind == "file" and where:
        held = _first_line(folder / where)
    else:  # what stands there may be the password itself: say nothing of it
        msg = "credentials: expected a reference, 'env:NAME' or 'file:PATH', not the credentials themselves"
        raise CredentialsError(msg)
    user, colon, password = held.partition(":")
    if not (user and colon and password):
        msg = f"credentials {kind}:{where}: expected user:password there, on one line"
        raise CredentialsError(msg)
    return Credentials(user, password)


def _first_line(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "not text in UTF-8"
        msg = f"credentials file:{path}: cannot be read: {said}"
        raise CredentialsError(msg) from None
    return text.splitlines()[0] if text else ""


class Mask:
    """Takes secrets out of text. Everything that is logged, raised, shown or stored goes through it."""

    def __init__(self, *known: Credentials | None) -> None:
        given = [one for one in known if one is not None]
        pairs = [re.escape(f"{one.user}:{one.password}") for one in given]
        forms = sorted({form for one in given for form in _forms(one)}, key=len, reverse=True)
        userinfo = "|".join([*pairs, r"[^/\s'\"<>]*"])
        secrets = "|".join([rf"(?P<scheme>{_SCHEME})(?:{userinfo})@", *map(re.escape, forms)])
        self._secrets = re.compile(secrets)

    def text(self, said: object) -> str:
        """Return `said` with every password, and what a URL has before its @ or after its ?, masked.

        In one pass: a password of one letter or star is masked neither in a scheme nor in a mask.
        """
        text = self._secrets.sub(_masked, str(said))
        return _QUERY.sub(rf"\g<url>?{MASKED}", text)


def _masked(secret: re.Match[str]) -> str:
    scheme = secret.group("scheme")
    return MASKED if scheme is None else f"{scheme}{MASKED}@"


def _forms(credentials: Credentials) -> set[str]:
    """Return the ways in which a password may turn up: plain, in a URL, in an Authorization header."""
    pair = f"{credentials.user}:{credentials.password}"
    basic = base64.b64encode(pair.encode()).decode()
    password = credentials.password
    return {password, quote(password), quote(password, safe=""), basic, repr(password)[1:-1]}
