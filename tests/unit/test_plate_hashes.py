"""Plates of those who did nothing: counted, met again, and gone."""

import hashlib
import hmac
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from detectors.archive.errors import StoreError
from detectors.archive.period_keys import destroy, period_key, rotated
from detectors.archive.plate_sightings import PlateSightings
from detectors.archive.purge import Order
from detectors.archive.store import CaseStore
from detectors.privacy.plate_hashes import DOMAIN, KEPT_NS, PeriodKey, PeriodOver, hashed, sighting
from detectors.privacy.retention import RetentionTerms
from tests.archives import NOW_NS

MIN_NS = 60 * 1_000_000_000
HOUR_NS = 60 * MIN_NS
KEY = PeriodKey(bytes(range(32)), NOW_NS, NOW_NS + KEPT_NS)
PLATE = "KX 1742 LZ"


def kept(store: CaseStore) -> int:
    return sum(store.sightings.vehicles(place, 0, 2**62, 0) for place in ("entry", "exit"))


def test_a_hash_is_that_of_the_standard_under_a_key() -> None:
    # RFC 4231 test case 2 holds for the standard library; here that the parts are put together as said
    expected = hmac.new(KEY.secret, DOMAIN + b"KX1742LZ", hashlib.sha256).hexdigest()
    assert hashed(PLATE, KEY) == hashed("kx1742lz", KEY) == expected
    assert hashed("KX 1742 LY", KEY) != expected
    assert str(KEY.secret) not in repr(KEY)


def test_a_sighting_expires_after_a_day_or_with_its_key() -> None:
    early, late = sighting(PLATE, "entry", NOW_NS, KEY), sighting(PLATE, "entry", NOW_NS + HOUR_NS, KEY)
    assert (early.expires_ns, late.expires_ns) == (NOW_NS + KEPT_NS, KEY.until_ns)
    assert sighting(PLATE, "entry", NOW_NS, KEY, HOUR_NS).expires_ns == NOW_NS + HOUR_NS
    for at_ns in (NOW_NS - 1, KEY.until_ns):
        with pytest.raises(PeriodOver, match=r"holds from .* not at") as raised:
            sighting(PLATE, "entry", at_ns, KEY)
        assert KEY.secret.hex() not in str(raised.value)
    with pytest.raises(ValueError, match="expected 32 bytes"):
        PeriodKey(b"short", 0, 1)


def test_vehicles_are_counted_and_met_again_over_a_section(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        seen = store.sightings
        for plate, place, minute in (
            (PLATE, "entry", 0),
            (PLATE, "entry", 0),  # told again
            ("KX 5 A", "entry", 1),
            (PLATE, "exit", 2),
            ("KX 6 B", "exit", 2),  # never came in
            ("KX 5 A", "exit", 40),  # stopped on the way
            (PLATE, "entry", 50),
            (PLATE, "exit", 53),
        ):
            seen.note(plate, place, NOW_NS + minute * MIN_NS, KEY)
        now_ns = NOW_NS + HOUR_NS
        assert seen.vehicles("entry", NOW_NS, now_ns, now_ns) == 2
        assert seen.vehicles("exit", NOW_NS, NOW_NS + 3 * MIN_NS, now_ns) == 2
        met = seen.passages("entry", "exit", 10 * MIN_NS, now_ns)
        assert [((a - NOW_NS) // MIN_NS, (b - NOW_NS) // MIN_NS) for a, b in met] == [(0, 2), (50, 53)]
        assert len(seen.passages("entry", "exit", HOUR_NS, now_ns)) == 3
        assert seen.vehicles("entry", 0, 2**62, KEY.until_ns) == 0  # nothing is told once it has expired


def test_no_plain_text_of_a_plate_reaches_the_store(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        store.sightings.note(PLATE, "entry", NOW_NS, KEY)
        held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert hashed(PLATE, KEY).encode() in held
        for text in (PLATE, PLATE.replace(" ", ""), "1742"):
            assert text.encode() not in held
        assert KEY.secret not in held


def test_hashes_are_gone_when_they_expire_by_purge_or_by_the_next_sighting(tmp_path: Path) -> None:
    late = PeriodKey(bytes(32), KEY.until_ns, KEY.until_ns + KEPT_NS)
    with CaseStore(tmp_path) as store:
        store.sightings.note(PLATE, "entry", NOW_NS, KEY)
        store.sightings.note(PLATE, "entry", KEY.until_ns, late)
        assert kept(store) == 1
        order = Order(RetentionTerms(hash_hours=1.0), "admin:budi", KEY.until_ns + HOUR_NS)
        assert store.planned_purge(order).hashes == 1
        assert store.purge(order).hashes == 1
        held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert hashed(PLATE, KEY).encode() not in held
        assert hashed(PLATE, late).encode() not in held
        assert store.purge(order).hashes == 0
        assert store.verify().tombstones == 1
        assert store.verify().holds


def test_two_periods_cannot_be_linked_once_the_key_is_destroyed(tmp_path: Path) -> None:
    """Whoever has the store and today's key finds nobody of yesterday, though he tries every plate."""
    path = tmp_path / "plates.key"
    plates = [f"KX {number} L" for number in range(1, 400)]
    with CaseStore(tmp_path / "store") as store:
        first = rotated(path, NOW_NS)
        store.sightings.note(plates[41], "entry", NOW_NS, first)
        assert rotated(path, NOW_NS + HOUR_NS) == first == period_key(f"file:{path}", {})
        with closing(sqlite3.connect(tmp_path / "store" / "cases.db")) as database:
            (stolen,) = database.execute("SELECT digest FROM plate_hashes").fetchone()
        assert stolen in {hashed(one, first) for one in plates}  # with the key it can be told
        text = path.read_bytes()
        second = rotated(path, first.until_ns)
        assert second.secret != first.secret
        assert (second.from_ns, second.until_ns - second.from_ns) == (first.until_ns, KEPT_NS)
        assert stolen not in {hashed(one, second) for one in plates}
        assert text not in [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()]
        store.sightings.note(plates[41], "exit", second.from_ns, second)
        assert store.sightings.passages("entry", "exit", 2**61, 0) == ()


def test_a_key_of_plates_is_for_its_owner_and_named_by_reference(tmp_path: Path) -> None:
    path = tmp_path / "plates.key"
    made = rotated(path, NOW_NS, HOUR_NS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["plates.key"]
    text = path.read_text(encoding="utf-8")
    assert period_key("env:PLATES", {"PLATES": text}) == made
    for reference, environ, said in (
        ("plates.key", {}, "named by reference"),
        ("env:NOBODY", {}, "no such variable"),
        ("env:K", {"K": text.replace("secret", "private")}, "32 bytes in base64"),
        ("env:K", {"K": text.replace("until = 2", "until = 1")}, "from before until"),
    ):
        with pytest.raises(StoreError, match=said) as raised:
            period_key(reference, environ)
        assert text.split('"')[1] not in str(raised.value)
    destroy(path)
    assert not path.exists()


def test_sightings_of_postgresql_are_the_same(request: pytest.FixtureRequest) -> None:
    with CaseStore(request.getfixturevalue("postgresql").new_database()) as store:
        seen: PlateSightings = store.sightings
        for place, minute in (("entry", 0), ("exit", 2)):
            seen.note(PLATE, place, NOW_NS + minute * MIN_NS, KEY)
        assert seen.vehicles("entry", NOW_NS, NOW_NS + HOUR_NS, NOW_NS) == 1
        assert seen.passages("entry", "exit", HOUR_NS, NOW_NS) == ((NOW_NS, NOW_NS + 2 * MIN_NS),)
