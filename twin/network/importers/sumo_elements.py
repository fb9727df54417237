"""The elements of a SUMO network, checked as they are read: messages name line and element."""

import math
from pathlib import Path
from typing import Any
from xml.sax import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import sumolib.net

from twin.network.model import NetworkError

FASTEST_MPS = 150.0  # trains drive on edges too


class SumoReader(ContentHandler):
    """sumolib's reader, what it leaves out (the side of traffic), and what it takes as it comes.

    Raises NetworkError where an edge, a lane or a connection has no sense.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._inner = sumolib.net.NetReader(withPrograms=True, withFoes=False)
        self._path = path
        self._begun = False
        self._inside = False  # in an edge of the inside of a junction
        self._edges: set[str] = set()
        self._junctions: set[str] = set()
        self._ends: list[tuple[str, str, NetworkError]] = []
        self.left_hand: bool | None = None

    def setDocumentLocator(self, locator: object) -> None:  # noqa: D102, N802 - of SAX
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: D102, N802 - of SAX
        if not self._begun and name != "net":
            raise self._fault(attrs, name, "expected <net>, as netconvert writes it; give a SUMO network")
        self._begun = True
        if name == "net":
            said = attrs.get("lefthand")
            self.left_hand = None if said is None else said in ("true", "1", "yes")
        elif name == "edge":
            self._edge(attrs)
        elif name == "lane" and not self._inside:
            self._lane(attrs)
        elif name == "junction":
            self._junctions.add(attrs.get("id", ""))
        elif name == "connection":
            self._connection(attrs)
        self._inner.startElement(name, attrs)

    def endElement(self, name: str) -> None:  # noqa: D102, N802 - of SAX
        self._inner.endElement(name)

    def endDocument(self) -> None:  # noqa: N802 - the name of SAX
        """Raise the fault of the first edge that begins or ends at no junction of the file."""
        for start, end, fault in self._ends:
            if not {start, end} <= self._junctions:
                raise fault

    def net(self) -> Any:
        """Return the network that sumolib made."""
        return self._inner.getNet()

    def _fault(self, attrs: AttributesImpl, element: str, said: str) -> NetworkError:
        line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        key = f" id='{attrs['id']}'" if "id" in attrs else ""
        return NetworkError(" ".join(f"{self._path}: line {line}: <{element}{key}>: {said}".split()))

    def _edge(self, attrs: AttributesImpl) -> None:
        self._inside = attrs.get("function", "normal") not in ("normal", "connector")
        self._edges.add(attrs.get("id", ""))
        if self._inside:
            return
        start, end = attrs.get("from", ""), attrs.get("to", "")
        said = f"from '{start}' to '{end}': expected junctions of the file; write it again with netconvert"
        self._ends.append((start, end, self._fault(attrs, "edge", said)))

    def _lane(self, attrs: AttributesImpl) -> None:
        points = attrs.get("shape", "").split()
        if len(points) < 2:
            said = (
                f"expected a shape of at least two points, got {len(points)}; write it again with netconvert"
            )
            raise self._fault(attrs, "lane", said)
        for name, most in (("speed", FASTEST_MPS), ("length", math.inf)):
            said = attrs.get(name, "")
            try:
                value = float(said)
            except ValueError:
                value = math.nan
            if not (math.isfinite(value) and 0 < value <= most):
                bounds = f"above 0 and at most {most:g}" if math.isfinite(most) else "above 0"
                msg = f"{name} '{said}': expected a number {bounds}; correct it"
                raise self._fault(attrs, "lane", msg)

    def _connection(self, attrs: AttributesImpl) -> None:
        for name in ("from", "to"):
            if attrs.get(name, "") not in self._edges:
                msg = (
                    f"{name} '{attrs.get(name, '')}': expected an edge that stands before it; write it again"
                )
                raise self._fault(attrs, "connection", msg)
