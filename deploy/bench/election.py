"""A made-up election that is large enough to measure with, made on all cores and kept for the next time.

The same code gives the same election, so what is kept carries a hash of a sample made afresh in its name.
Shares are signed with the issuers' private keys at hand, which no voter has; a share is the same either way.
"""

import hashlib
import multiprocessing
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ballots import entries as e
from ballots.choices import Choices, ContestChoices
from ballots.manifest import Approval
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public
from ballots.shares import EXPONENT, SALT_LENGTH, IssuerPrivateKey
from ballots.verification import blinded_hash, share_message
from ballots.voter import Share, vote
from ballots.wire import Hash, Key, Rsa, decode, encode
from deploy.bench.machine import count_cores
from tally.opening import Opened, open_ballot
from tests.simulator import NO_SIGNATURE, Draw, Options, World, changed

T = TypeVar("T")
R = TypeVar("R")

STYLE = "adult"
RELEASES = [1_700_000_000, 4_000_000_000]
"""One time that is over, so that a sequencer releases at once; one far ahead, so that casts come in."""
PROJECTS = {f"project-{number:02}": 20_000 * (number + 1) for number in range(20)}
MAXIMUM = 10
"""How many of the projects a ballot may choose."""
CHUNK = 50
FEW, MANY = 200, 10_000
"""How many ballots are made for a try and for a measurement."""
ROOT = Path(__file__).parents[2]

_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_LENGTH)
_world: list[World] = []


def make_options(voters: int, **changes: object) -> Options:
    """Return an election of six trustees, four of which open, with `voters` on the roll."""
    options = Options(
        methods={STYLE: Approval(minimum=0, maximum=MAXIMUM)},
        page=400,
        projects=dict(PROJECTS),
        releases=list(RELEASES),
        residents={STYLE: voters},
        seed="bench",
    )
    for name, value in changes.items():
        setattr(options, name, value)
    return options


@cache
def hash_sample() -> str:
    """Return a short hash of a small election and its first ballot: it differs when entries do.

    The ballot is taken without its share, whose salt is random, and its signature.
    """
    world = World(make_options(1))
    world.set_up()
    world.enrol()
    world.start()
    ballot = changed(decode(e.Ballot, make_ballot(world, 0)), share=[], signature=NO_SIGNATURE)
    return hashlib.sha256(join([*world.entries, encode(ballot)])).hexdigest()[:12]


# --- ballots --------------------------------------------------------------------------------------


def make_ballots(start: int, end: int) -> Iterator[bytes]:
    """Yield the ballots with these numbers, of different voting keys, made on all cores."""
    spans = ((first, min(first + CHUNK, end)) for first in range(start, end, CHUNK))
    with start_pool() as pool:
        for part in spread(pool, _make_part, spans):
            yield from part


def start_pool() -> ProcessPoolExecutor:
    """Return one process a core; each knows the election."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count_cores(), mp_context=context, initializer=_learn)


def spread(pool: Executor, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
    """Yield the answers in order, with few parts on their way."""
    waiting: deque[Future[R]] = deque()
    for part in parts:
        waiting.append(pool.submit(work, part))
        if len(waiting) > 4 * count_cores():
            yield waiting.popleft().result()
    for future in waiting:
        yield future.result()


def _learn() -> None:
    world = World(make_options(1))
    world.set_up()
    _world[:] = [world]


def _make_part(span: tuple[int, int]) -> list[bytes]:
    return [make_ballot(_world[0], number) for number in range(*span)]


def open_all(ballots: Iterable[bytes], keys: Mapping[int, bytes]) -> Iterator[Opened]:
    """Yield what is in ballots, opened on all cores with trustees' keys by number."""
    with start_pool() as pool:
        for opened in spread(pool, _open_part, ((part, dict(keys)) for part in _parts_of(ballots))):
            yield from opened


def _parts_of(ballots: Iterable[bytes]) -> Iterator[list[bytes]]:
    each = iter(ballots)
    while part := list(islice(each, CHUNK)):
        yield part


def _open_part(work: tuple[Sequence[bytes], Mapping[int, bytes]]) -> list[Opened]:
    ballots, keys = work
    election = _world[0].election
    return [open_ballot(election, decode(e.Ballot, raw), Hash(leaf_hash(raw)), keys) for raw in ballots]


def choose(number: int) -> Choices:
    """Return what voter `number` chooses: some projects are liked by more people than others."""
    liked = Draw(f"bench choices {number}")(len(PROJECTS))
    chosen = [
        name for place, (name, dice) in enumerate(zip(PROJECTS, liked, strict=True)) if dice < 130 - 5 * place
    ]
    contest = ContestChoices(contest="wijkbudget", points=[], projects=chosen[:MAXIMUM])
    return Choices(contests=[contest], mark=[number % 64, (number + 7) % 64])


def make_ballot(world: World, number: int) -> bytes:
    """Return ballot `number`, sealed afresh."""
    draw = Draw(f"bench ballot {number}")
    voting_seed = draw(32)
    message = share_message(world.election.manifest_hash, STYLE, ed25519_public(voting_seed))
    signatures = [Rsa(_sign_share(key, message)) for key in world.keys.issuers.values()]
    share = Share(signatures=signatures, style=STYLE, voting_seed=voting_seed)
    return encode(vote(world.election, share, choose(number), draw))


def _sign_share(key: IssuerPrivateKey, message: bytes) -> bytes:
    return _load(key).sign(message, _PSS, hashes.SHA384())


@cache
def _load(key: IssuerPrivateKey) -> rsa.RSAPrivateKey:
    public = rsa.RSAPublicNumbers(EXPONENT, key.public.modulus)
    private = pow(EXPONENT, -1, (key.p - 1) * (key.q - 1))
    numbers = rsa.RSAPrivateNumbers(key.p, key.q, private, key.d_p, key.d_q, key.q_inverse, public)
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def make_requests(world: World) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield every resident's request and its blinded messages; they are random numbers and not blinded."""
    for resident in world.residents:
        blinded = [b"\0" + world.draw(383) for _ in world.keys.issuers]
        request = e.Request(
            blinded=[Hash(blinded_hash(each)) for each in blinded],
            credential=Key(resident.credential),
            signature=NO_SIGNATURE,
            style=STYLE,
        )
        signature = world.sign(resident.credential_seed, request)
        yield encode(changed(request, signature=signature)), blinded


def make_share_world(residents: int) -> World:
    """Return an election set up with three partners: two issue shares, and all must witness."""
    options = make_options(residents, partners=3, trustees=2, witnesses=3, releases=RELEASES[-1:])
    world = World(options)
    world.set_up()
    return world


# --- what is kept ---------------------------------------------------------------------------------


def keep_ballots(folder: Path, *, quick: bool) -> list[bytes]:
    """Return many ballots, kept in a folder from the time before if they are still right."""
    return split(keep_ballot_file(folder, FEW if quick else MANY).read_bytes())


def keep_ballot_file(folder: Path, count: int) -> Path:
    """Return a file of that many ballots, each with its length before it (see `split`)."""

    def make(fresh: Path) -> None:
        with fresh.open("ab") as file:  # a hundred thousand take a while: what was interrupted goes on
            start, end = count_whole(fresh.read_bytes())
            file.truncate(end)
            for raw in make_ballots(start, count):
                file.write(join([raw]))

    return keep(folder / f"ballots-{count}-{hash_sample()}", make)


def count_whole(raw: bytes) -> tuple[int, int]:
    """Return how many byte strings stand whole in joined ones that may be cut off, and where they end."""
    count = at = 0
    while len(raw) >= (end := at + 4 + int.from_bytes(raw[at : at + 4], "big")) > at + 4:
        count, at = count + 1, end
    return count, at


def keep(path: Path, make: Callable[[Path], None]) -> Path:
    """Return a file or folder that `make` makes if it is not there; what is half made is never taken."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.new")
        for old in path.parent.glob(f"{path.name.rpartition('-')[0]}-*"):
            if old != fresh or old.is_dir():
                remove(old)
        make(fresh)
        fresh.rename(path)
    return path


def remove(path: Path) -> None:
    """Remove a file or a folder."""
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def join(parts: Sequence[bytes]) -> bytes:
    """Return byte strings in one, each with its length before it."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def split(raw: bytes) -> list[bytes]:
    """Return the byte strings in one; the inverse of `join`."""
    parts, at = [], 0
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
        parts.append(raw[at + 4 : end])
        at = end
    return parts
