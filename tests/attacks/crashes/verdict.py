"""What a finished election must show, whatever was killed; each rule yields what breaks it."""

from collections import Counter
from collections.abc import Callable, Iterator

from ballots.entries import Ballot, Bundle, Request, parse_entry
from ballots.merkle import leaf_hash, root_of
from ballots.voter import ShareRequest
from ballots.wire import decode, encode
from service.shares.asking import MAX_BYTES
from tests.attacks.crashes.crowd import Message
from tests.attacks.crashes.rig import Rig


def acknowledged_once(rig: Rig) -> Iterator[str]:
    """Every promised ballot, answered request and official's entry that was taken stands exactly once."""
    stands = Counter(rig.site.world.entries)
    for message in rig.crowd.messages:
        times = stands[_entry(message)]
        if message.granted and times != 1:
            yield f"a {message.kind} that was acknowledged stands {times} times on the board"
    for raw in rig.desk.taken:
        if stands[raw] != 1:
            yield f"an official's entry that was taken stands {stands[raw]} times on the board"


def nothing_unsent(rig: Rig) -> Iterator[str]:
    """No ballot and no request stands on the board, or comes twice, that nobody sent."""
    sent = {_entry(message): message for message in rig.crowd.messages}
    for raw, times in Counter(rig.site.world.entries).items():
        if isinstance(parse_entry(raw), (Ballot, Request)):
            if raw not in sent:
                yield "an entry stands on the board that nobody sent"
            elif times > 1:
                yield f"a {sent[raw].kind} stands {times} times on the board"


def refused_stay_out(rig: Rig) -> Iterator[str]:
    """What was refused does not stand on the board."""
    stands = set(rig.site.world.entries)
    for message in rig.crowd.messages:
        if message.refused and _entry(message) in stands:
            yield f"a {message.kind} that was refused ({', '.join(message.refused)}) stands on the board"


def one_answer(rig: Rig) -> Iterator[str]:
    """Every attempt but of those who hung up was settled, and never in two ways."""
    for message in rig.crowd.messages:
        if not message.is_settled and not message.is_given_up:
            yield f"a {message.kind} has no answer after {message.attempts} attempts"
        if len(message.granted) + bool(message.refused) > 1:
            yield f"a {message.kind} was answered in different ways"


def no_gaps(rig: Rig) -> Iterator[str]:
    """The database counts as the record does, from 0 and without a gap."""
    size = len(rig.site.world.entries)
    for what, (count, first, last) in rig.database_counts.items():
        if (count, first, last) != (size, 0, size - 1):
            yield f"{what}: {count} entries from {first} to {last}, and the record has {size}"


def no_fork(rig: Rig) -> Iterator[str]:
    """Every checkpoint that was ever seen anywhere is a beginning of the published board."""
    leaves = [leaf_hash(raw) for raw in rig.site.world.entries]
    roots: dict[int, bytes] = {}
    for (size, root), where in rig.sightings.seen.items():
        if size > len(leaves):
            yield f"{where} had a checkpoint of size {size}, and the board ends at {len(leaves)}"
            continue
        roots.setdefault(size, bytes(root_of(leaves[:size])))
        if roots[size] != root:
            yield f"{where} had another board of size {size}"


def revisions_follow(rig: Rig) -> Iterator[str]:
    """A voting key's revisions stand as 1, 2, 3, and bundles are numbered so too."""
    chains: dict[bytes, list[int]] = {}
    for raw in rig.site.world.entries:
        entry = parse_entry(raw)
        if isinstance(entry, Ballot):
            chains.setdefault(bytes(entry.voting_key), []).append(entry.revision)
        if isinstance(entry, Bundle):
            chains.setdefault(b"bundles", []).append(entry.number)
    for numbers in chains.values():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"expected numbers from 1 on, got {numbers}"


def ended_as_they_should(rig: Rig) -> Iterator[str]:
    """No process ended by itself, but the service without a database or with workers that died too often."""
    for ended in rig.site.launcher.ended:
        forgiven = {-9, 0, 1} if ended.name == "service" else {-9, 0}
        if ended.name in rig.expected:
            forgiven = rig.expected[ended.name]
        if ended.code not in forgiven or "Traceback" in ended.said:
            yield f"{ended.name} ended with code {ended.code}: {ended.said[-600:]}"


RULES: tuple[Callable[[Rig], Iterator[str]], ...] = (
    acknowledged_once,
    nothing_unsent,
    refused_stay_out,
    one_answer,
    no_gaps,
    no_fork,
    revisions_follow,
    ended_as_they_should,
)


def judge(rig: Rig) -> list[str]:
    """Return everything that breaks a rule, and every complaint on the way."""
    found = [*rig.report.complaints, *rig.crowd.complaints, *rig.desk.complaints, *rig.sightings.complaints]
    for rule in RULES:
        found += rule(rig)
    return found


def _entry(message: Message) -> bytes:
    """Return the bytes that stand on the board for what was sent."""
    if message.kind == "request":
        asked: ShareRequest = decode(ShareRequest, message.raw, MAX_BYTES)
        return encode(asked.request)
    return message.raw
