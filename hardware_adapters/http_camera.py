"""What cameras that speak HTTP have in common: one bounded request, our credentials, their clock.

With urllib of the standard library: it knows Basic and Digest, checks certificates and bounds every
wait, and a multipart stream needs no more than its bytes. No package has to be kept for it.
"""

import http.client
import re
import ssl
import zlib
from email.message import Message
from typing import Any
from urllib import request
from urllib.error import HTTPError, URLError

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.frame import NS_PER_S
from hardware_adapters.clock import monotonic_ns, utc_ns
from hardware_adapters.errors import SourceError
from hardware_adapters.link import CameraAddress, ClockSource, LostError, RefusedError, Shot

REFUSED = (401, 403, 404)
MOST_BYTES = 10_000_000  # of one picture (ADAPTERS, section 5)
_STAMP = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?")


class HttpCamera:
    """How to ask one camera.

    A redirection, a proxy of the environment and other schemes than http are not followed: they
    would take the credentials elsewhere.
    """

    def __init__(self, address: CameraAddress) -> None:
        self._address = address
        handlers: list[request.BaseHandler] = [request.ProxyHandler({}), _NoRedirect()]
        handlers += _authentication(address)
        if address.url.startswith("https"):  # to load the certificates takes a while
            handlers.append(request.HTTPSHandler(context=_tls(address)))
        self._opener = request.build_opener(*handlers)

    def get(self) -> http.client.HTTPResponse:
        """Ask for the picture or the stream; raises RefusedError or LostError."""
        address = self._address
        try:
            answer: http.client.HTTPResponse = self._opener.open(address.url, timeout=address.open_s)
        except HTTPError as error:
            error.close()
            said = f"{error.code} {error.reason}"
            raise (self.refused(said) if error.code in REFUSED else self.lost(said)) from None
        except (URLError, OSError, ValueError, http.client.HTTPException) as error:
            raise self.lost(getattr(error, "reason", error)) from None
        return answer

    def lost(self, reason: object) -> LostError:
        """Return the error for a camera that does not do what it should."""
        return LostError(self._said(reason))

    def refused(self, reason: object) -> RefusedError:
        """Return the error for a camera that does not let us in."""
        return RefusedError(self._said(reason))

    def _said(self, reason: object) -> str:
        return self._address.mask.text(f"{self._address.url}: {reason}")


def _tls(address: CameraAddress) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not address.tls_verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _NoRedirect(request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


class _Basic(request.HTTPBasicAuthHandler):
    def http_error_401(self, *refusal: Any) -> http.client.HTTPResponse | None:
        """Ask again with our credentials; the standard handler leaves the first answer open."""
        try:
            return super().http_error_401(*refusal)
        finally:
            refusal[1].close()


class _Digest(request.HTTPDigestAuthHandler):
    def http_error_401(self, *refusal: Any) -> http.client.HTTPResponse | None:
        """Ask again with our credentials; the standard handler leaves the first answer open."""
        try:
            return super().http_error_401(*refusal)
        finally:
            refusal[1].close()


def _authentication(address: CameraAddress) -> list[request.BaseHandler]:
    if address.credentials is None:
        return []
    keys = request.HTTPPasswordMgrWithDefaultRealm()
    keys.add_password(None, address.url, address.credentials.user, address.credentials.password)
    return [_Basic(keys), _Digest(keys)]


def shot_of(jpeg: bytes, headers: Message) -> Shot:
    """Return a picture that has just come; X-Timestamp (seconds since 1970) says when it was taken."""
    arrived_ns, arrived_utc_ns = monotonic_ns(), utc_ns()
    told_ns = stamp_ns(headers.get("X-Timestamp", ""))
    return Shot(
        pts_ns=None,
        taken_ns=arrived_utc_ns if told_ns is None else told_ns,
        clock=ClockSource.ARRIVAL if told_ns is None else ClockSource.CAMERA,
        arrived_ns=arrived_ns,
        arrived_utc_ns=arrived_utc_ns,
        identity=zlib.crc32(jpeg) if told_ns is None else told_ns,
        picture=lambda: decoded(jpeg),
    )


def stamp_ns(text: str) -> int | None:
    """Return "1764230220.25" as nanoseconds, None where that is not what stands there."""
    found = _STAMP.fullmatch(text.strip())
    if found is None:
        return None
    return int(found[1]) * NS_PER_S + int((found[2] or "0").ljust(9, "0"))


def decoded(jpeg: bytes) -> UInt8Array:
    """Return the picture (h, w, 3) BGR; raises SourceError where it is none."""
    image = cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_COLOR) if jpeg else None
    if image is None:
        msg = f"{len(jpeg)} bytes that are no JPEG picture"
        raise SourceError(msg)
    return np.asarray(image, dtype=np.uint8)
