"""A promise that was broken: the page says so, and gives a file by which anybody else can see it too.

An hour must pass between the deadline and a broken promise. Here the witnesses' own keys say that it has, in
cosignatures of the board as it is; and the service's own key promises a ballot that it never stores.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Browser, Route, expect

from ballots.checkpoint import Witnessed, add_cosignatures, cosign, verify_witnessed
from ballots.merkle import leaf_hash
from ballots.note import Note, format_note, format_signature_lines, parse_note
from ballots.receipt import HOUR, Promise, is_broken, make_promise, verify_promise
from ballots.wire import decode, encode
from service.partner.keyfile import open_keys
from tests.journeys.station import Station
from tests.journeys.voter import enter

pytestmark = [pytest.mark.attack, pytest.mark.journey, pytest.mark.timeout(240)]

BROKEN = "De belofte is niet nagekomen"
SAVE = "Bewaar het bestand voor uw klacht"


@dataclass
class Liar:
    """The service's key in the hands of somebody who promises and does not keep."""

    station: Station
    promised: bytes = b""

    async def promise(self, route: Route) -> None:
        """Promise the ballot that was sent, and throw it away."""
        self.promised = (route.request.post_data or "").encode()
        seed = bytes.fromhex((self.station.site.folder / "state" / "operator.key").read_text())
        promise = make_promise(self.station.election, seed, leaf_hash(self.promised))
        await route.fulfill(body=encode(promise))


def cosign_at(station: Station, note: bytes, time: int) -> bytes:
    """Return the checkpoint with the operator's signature, cosigned at a time by enough witnesses."""
    election, site = station.election, station.site
    parsed = parse_note(note)
    own = tuple(each for each in parsed.signatures if each.name == site.origin)
    fresh = format_note(Note(text=parsed.text, signatures=own))
    for partner in [each.id for each in election.manifest.partners][: election.w]:
        raw = (site.folder / "partners" / partner / "keys").read_bytes()
        node = open_keys(raw, site.passphrase(partner).read_text().strip()).node[0]
        key = Ed25519PrivateKey.from_private_bytes(node.witness)
        line = cosign(parsed.text, f"{site.origin}/{partner}", key, time)
        fresh = add_cosignatures(fresh, format_signature_lines([line]).encode(), election.witness_vkeys)
    return fresh


def read_complaint(station: Station, path: Path) -> tuple[bytes, Promise, Witnessed]:
    """Return what somebody else takes from the file: ballot, promise and checkpoint, all verified."""
    election, said = station.election, json.loads(path.read_text(encoding="utf-8"))
    ballot = said["ballot"].encode()
    promise = decode(Promise, said["promise"].encode())
    verify_promise(election, promise, leaf_hash(ballot))
    assert said["hash"] == leaf_hash(ballot).hex()
    note = said["checkpoint"].encode()
    return ballot, promise, verify_witnessed(note, election.operator_vkey, election.witness_vkeys, election.w)


async def test_a_broken_promise(station: Station, browser: Browser, tmp_path: Path) -> None:
    """Until the hour is over the ballot waits; then the page says it, and the file shows it to anybody."""
    voter = await enter(station, await browser.new_context())
    page, liar, deadline = voter.page, Liar(station), station.election.deadline
    address = f"{station.url}/board/checkpoint"
    late = deadline + HOUR - 1

    async def show_late(route: Route) -> None:
        answer = await route.fetch(url=address)
        await route.fulfill(response=answer, body=cosign_at(station, await answer.body(), late))

    await page.route("**/api/ballots", liar.promise)
    await page.route("**/board/checkpoint", show_late)
    await voter.vote()
    where = page.locator(".where")
    await expect(where).to_contain_text("uiterlijk")
    await expect(page.get_by_role("button", name=SAVE)).to_have_count(0)
    late = deadline + HOUR
    await page.reload()
    await voter.voted()
    await expect(where).to_contain_text(BROKEN)
    async with page.expect_download() as download:
        await voter.press(SAVE)
    saved = await download.value
    assert saved.suggested_filename == "klacht.json"
    await saved.save_as(tmp_path / "klacht.json")
    ballot, promise, head = read_complaint(station, tmp_path / "klacht.json")
    assert ballot == liar.promised
    assert is_broken(promise, list(head.times.values()), station.election.w, present=False, now=0)
