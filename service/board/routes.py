"""The board over HTTP: the record as any web server would serve it, proofs, and the officials' entries.

Files are read as they were published. The checkpoint is kept for a second at most, everything else for ever.
"""

from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from ballots.entries import Entry
from ballots.wire import MAX_ENTRY
from service.board.reading import OCTETS, PLAIN, BoardReading, EntryState, PublicFile
from service.interface import JSON, describes

AnyRequest = Request[Any, Any, Any]


class OfferedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The hash of an entry that waits for the board."""

    entry: str


def _board(request: AnyRequest) -> BoardReading:
    state = request.app.state
    return BoardReading(state.pool, state.settings.record_dir, state.elections)


def _file(file: PublicFile) -> Response[bytes]:
    """Answer a published file, to pages of any origin; nothing in it may run."""
    headers = {
        "cache-control": file.cache,
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)


@get(
    "/board/checkpoint",
    sync_to_thread=True,
    operation_class=describes(
        answers={200: (None, "A signed note with its cosignatures.")}, refuses=(404,), media_type="text/plain"
    ),
)
def get_checkpoint(request: AnyRequest) -> Response[bytes]:
    """Return the latest witnessed checkpoint."""
    return _file(_board(request).read_checkpoint())


@get(
    "/board/tile/{path:path}",
    sync_to_thread=True,
    operation_class=describes(answers={200: (None, "The bytes.")}, refuses=(404,), media_type=OCTETS),
)
def get_tile(request: AnyRequest, path: FromPath[str]) -> Response[bytes]:
    """Return a tile of hashes, `<level>/<index>[.p/<width>]`, or an entry bundle, `entries/...`."""
    return _file(_board(request).read_tile(f"tile/{path.removeprefix('/')}"))


@get(
    "/board/files/{name:str}",
    sync_to_thread=True,
    operation_class=describes(answers={200: (None, "The bytes.")}, refuses=(404,), media_type=OCTETS),
)
def get_file(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Return a text, picture, outcome or report by its SHA-256 in hexadecimal."""
    return _file(_board(request).read_file(name))


@get(
    "/api/proofs/{name:str}",
    operation_class=describes(
        answers={200: (None, "A tlog-proof.")}, refuses=(404, 503), media_type="text/plain"
    ),
)
async def get_proof(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Prove that the entry with this hash stands under the latest witnessed checkpoint."""
    return Response(await _board(request).prove(name), media_type=PLAIN)


@post(
    "/api/entries",
    status_code=202,
    request_max_body_size=MAX_ENTRY,
    operation_class=describes(
        takes=Entry,
        answers={
            202: (OfferedEntry, "It waits for the board; ask for its state at the address of its hash.")
        },
        refuses=(400, 409, 413, 422, 503),
    ),
)
async def post_entry(request: AnyRequest) -> Response[bytes]:
    """Let a signed entry of the officials, the registrar or a trustee wait for the board."""
    offered = OfferedEntry(entry=(await _board(request).offer(await request.body())).hex())
    headers = {"retry-after": "1", "location": f"/api/entries/{offered.entry}"}
    return Response(msgspec.json.encode(offered), status_code=202, media_type=JSON, headers=headers)


@get(
    "/api/entries/{name:str}",
    operation_class=describes(answers={200: (EntryState, "Where it is.")}, refuses=(404, 503)),
)
async def get_entry_state(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Say whether the entry with this hash waits, stands on the board, or was refused and why."""
    return Response(msgspec.json.encode(await _board(request).find_state(name)), media_type=JSON)


router = Router(
    "/",
    route_handlers=[get_checkpoint, get_tile, get_file, get_proof, post_entry, get_entry_state],
    tags=["board"],
)
