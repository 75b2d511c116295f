"""The board over HTTP, checked by code that we did not write."""

from collections.abc import AsyncIterator
from pathlib import Path

import pymerkle
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint

from ballots.merkle import leaf_hash
from ballots.tlog_proof import parse_proof
from ballots.wire import content_hash, encode
from service import app as service_app
from service.app import create_app
from service.board import routes, store
from service.settings import read_settings
from tests.service.board_stage import Stage, open_stage
from tests.simulator import changed

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election in which everybody has asked and voted; the urn is full."""
    async with open_stage(database, folder) as stage:
        async with stage.open() as steps:
            await steps.step()
            await stage.vote_all()
            await steps.step()
        yield stage


@pytest.fixture
async def client(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """The whole service over the stage's database and record."""
    found = service_app.routers()
    if routes.router not in found:
        monkeypatch.setattr(service_app, "routers", lambda: [*found, routes.router])
    (stage.folder / "journal").mkdir()
    async with AsyncTestClient(create_app(read_settings(stage.environment()))) as client:
        yield client


async def find_requests(stage: Stage) -> list[tuple[int, bytes]]:
    """Return position and bytes of all requests on the board."""
    rows = await stage.connection.fetch("SELECT position, raw FROM board.entries WHERE kind = 'request'")
    return [(row["position"], row["raw"]) for row in rows]


# --- the record -----------------------------------------------------------------------------------


async def test_every_published_file_is_served_as_it_is(stage: Stage, client: Client) -> None:
    """What is in the folder comes with its bytes, type and cache time; nothing of it may run."""
    for path, content in stage.files().items():
        answer = await client.get(f"/board/{path}")
        assert (answer.status_code, answer.content) == (200, content), path
        assert "sandbox" in answer.headers["content-security-policy"]
        expected = "public, max-age=1" if path == "checkpoint" else "public, max-age=31536000, immutable"
        assert answer.headers["cache-control"] == expected
        if path.startswith("tile/"):
            assert answer.headers["content-type"] == "application/octet-stream"


TYPES = {
    b"Wij willen een plein.\n": "text/plain; charset=utf-8",
    b'<svg xmlns="http://www.w3.org/2000/svg"/>': "image/svg+xml",
    b'<?xml version="1.0"?>\n<svg/>': "image/svg+xml",
    b"<html><script>alert(1)</script>": "text/plain; charset=utf-8",
    b"\x89PNG\r\n\x1a\n...": "image/png",
    b"\xff\xd8\xff\xe0": "image/jpeg",
    b'{"kind":"outcome"}': "application/json",
    b"\xff\x00": "application/octet-stream",
}


async def test_a_file_has_the_type_of_its_content(stage: Stage, client: Client) -> None:
    """Texts, pictures and records are what they are, and nothing else is guessed."""
    for content, media_type in TYPES.items():
        name = content_hash(content).hex()
        (stage.record_dir / "files" / name).write_bytes(content)
        answer = await client.get(f"/board/files/{name}")
        assert (answer.content, answer.headers["content-type"].lower()) == (content, media_type)


ELSEWHERE = [
    "tile/0/1",
    "tile/0/0000",
    "tile/00/000",
    "tile/0/000.p/256",
    "tile/0/000.p/0",
    "tile/0/x000/001",
    "tile/99/000",
    "tile/entries/999",
    "tile/0/%2e%2e/%2e%2e/checkpoint",
    "tile/0/000.p/../../../../state/operator.key",
    "tile//etc/passwd",
    "files/..%2f..%2fstate%2foperator.key",
    "files/" + "A" * 64,
    "files/" + "a" * 63,
    "files/" + "0" * 64,
    ".record.unfinished",
]


async def test_nothing_else_is_served(stage: Stage, client: Client) -> None:
    """A second spelling, a way out of the folder, and what is not there are answered alike."""
    for path in ELSEWHERE:
        answer = await client.get(f"/board/{path}", follow_redirects=False)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json", path
        assert stage.world.keys.operator.hex() not in answer.text


# --- proofs ---------------------------------------------------------------------------------------


async def test_independent_code_accepts_every_proof(stage: Stage, client: Client) -> None:
    """sigstore reads the checkpoint and accepts the inclusion of every entry; pymerkle has the same root."""
    raws = [raw async for raw in store.walk_entries(stage.connection, stage.published_size())]
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for raw in raws:
        tree.append_entry(raw)
    for index, raw in enumerate(raws):
        answer = await client.get(f"/api/proofs/{leaf_hash(raw).hex()}")
        assert answer.status_code == 200
        proof = parse_proof(answer.content)
        signed = SignedCheckpoint.from_text(proof.checkpoint.decode())
        assert (proof.index, signed.checkpoint.log_size) == (index, len(raws))
        assert signed.checkpoint.log_hash == tree.get_root().hex()
        verify_inclusion(index, raw, len(raws), list(proof.hashes), bytes.fromhex(signed.checkpoint.log_hash))


def verify_inclusion(index: int, raw: bytes, size: int, hashes: list[bytes], root: bytes) -> None:
    """Let sigstore verify a proof."""
    from types import SimpleNamespace

    proof = SimpleNamespace(log_index=index, tree_size=size, hashes=hashes, root_hash=root, checkpoint=None)
    entry = SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=raw))
    verify_merkle_inclusion(entry)  # type: ignore[arg-type]


async def test_a_proof_survives_the_removal_of_partial_tiles(stage: Stage, client: Client) -> None:
    """Between reading the checkpoint and its tiles a partial tile may be replaced by the full one."""
    path = max((stage.record_dir / "tile/0/000.p").iterdir(), key=lambda each: int(each.name))
    (stage.record_dir / "tile/0/000").write_bytes(path.read_bytes() + bytes(8192 - path.stat().st_size))
    path.unlink()
    _, raw = (await find_requests(stage))[0]
    assert (await client.get(f"/api/proofs/{leaf_hash(raw).hex()}")).status_code == 200


async def test_an_entry_that_is_not_witnessed_has_no_proof_yet(stage: Stage, client: Client) -> None:
    """It says to come back, and then gives one."""
    async with stage.open() as steps:
        bundle = stage.make_bundle()
        await stage.offer([bundle])
        await steps.batches()
        url = f"/api/proofs/{leaf_hash(bundle).hex()}"
        answer = await client.get(url)
        assert answer.json()["reason"] == "not-witnessed"
        assert "retry-after" in answer.headers
        await steps.step()
        assert (await client.get(url)).status_code == 200


@pytest.mark.parametrize("name", ["0" * 64, "x", "A" * 64])
async def test_an_unknown_entry_has_no_proof(client: Client, name: str) -> None:
    """What does not stand on the board cannot be proved."""
    assert (await client.get(f"/api/proofs/{name}")).status_code == 404


# --- entries --------------------------------------------------------------------------------------


async def test_an_officials_entry_goes_from_the_inbox_to_the_board(stage: Stage, client: Client) -> None:
    """Offered, waiting, on the board at its position; offered again it stays there."""
    bundle = stage.make_bundle()
    name = leaf_hash(bundle).hex()
    answer = await client.post("/api/entries", content=bundle)
    assert (answer.status_code, answer.json()) == (202, {"entry": name})
    waiting = await client.get(f"/api/entries/{name}")
    assert waiting.json() == {"position": None, "reason": "", "state": "waiting"}
    async with stage.open() as steps:
        await steps.step()
        size = stage.published_size()
        placed = await client.get(f"/api/entries/{name}")
        assert placed.json() == {"position": size - 1, "reason": "", "state": "on-board"}
        assert (await client.post("/api/entries", content=bundle)).status_code == 202
        assert await steps.batches() == 0


async def test_a_refused_entry_says_why(stage: Stage, client: Client) -> None:
    """A close before the last release is refused by the sequencer."""
    close = encode(stage.world.by_officials(changed(stage.world.make_close(), size=1)))
    assert (await client.post("/api/entries", content=close)).status_code == 202
    async with stage.open() as steps:
        await steps.batches()
    answer = await client.get(f"/api/entries/{leaf_hash(close).hex()}")
    assert answer.json() == {"position": None, "reason": "close-early", "state": "refused"}


async def test_requests_and_ballots_can_be_looked_up_too(stage: Stage, client: Client) -> None:
    """A request on the board, a ballot in the urn."""
    position, raw = (await find_requests(stage))[3]
    answer = await client.get(f"/api/entries/{leaf_hash(raw).hex()}")
    assert (answer.json()["state"], answer.json()["position"]) == ("on-board", position)
    ballot = encode(stage.world.urn[0])
    assert (await client.get(f"/api/entries/{leaf_hash(ballot).hex()}")).json()["state"] == "waiting"


async def test_what_is_not_signed_by_the_officials_does_not_wait(stage: Stage, client: Client) -> None:
    """Residents' entries, set-up, bad signatures, second spellings and rubbish are refused at the door."""
    world = stage.world
    bundle = stage.make_bundle()
    asked = (await find_requests(stage))[0][1]
    cases = [
        (asked, "entry-kind"),
        (world.entries[0], "entry-kind"),
        (encode(world.urn[0]), "entry-kind"),
        (bundle.replace(b"Een fout.", b"Een list."), "signature-wrong"),
        (b" " + bundle, "wire-spelling"),
        (b"{}", "wire-type"),
        (b"", "wire-length"),
        (b"\xff", "wire-malformed"),
        (b"x" * 70_000, "too-large"),
    ]
    for content, reason in cases:
        answer = await client.post("/api/entries", content=content)
        assert answer.json()["reason"] == reason
        assert 400 <= answer.status_code < 500
    assert await stage.connection.fetchval("SELECT count(*) FROM board.inbox") == 0


async def test_a_full_inbox_says_to_come_back(
    stage: Stage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is stored, and Retry-After says when."""
    monkeypatch.setattr(store, "MAX_INBOX", 0)
    answer = await client.post("/api/entries", content=stage.make_bundle())
    assert (answer.status_code, answer.json()["reason"]) == (503, "inbox-full")
    assert "retry-after" in answer.headers
