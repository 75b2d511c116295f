"""Attacks on count and certification, by those who have the keys to tally and to certify."""

# ruff: noqa: E501 - a table, one row a line

import copy
from collections.abc import Callable

from msgspec.structs import replace

from ballots import entries as e
from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import Choices
from ballots.election import Election
from ballots.merkle import leaf_hash
from ballots.wire import Hash, encode
from tally.audit.report import make_report, parse_report
from tally.opening import Opened, open_ballot
from tally.outcome import BallotCount, Outcome, format_outcome, tally_entry
from tests.attacks.log import of_kind
from tests.attacks.opening import DOUBLED, OVER, choices, on, sealed
from tests.attacks.rows import OFFICIALS, OPERATOR, Attack
from tests.attacks.scenes import Entry, Record, broken, entry_after, record_of, refused
from tests.count_rules import EQUAL_SHARES, GREEDY
from tests.forge import make_certify
from tests.simulator import World, changed, make_world
from tests.tally.break_makers import votes_added
from tests.tally.drafts import Draft, audited, draft_of, forged_count

COUNTERS = "the operator and two officials"
TRUSTEE = "one trustee"
TRUSTEES = "k trustees together"

# --- the count ---


def counted_by(
    change: Callable[[Election], object] = lambda election: None,
    opened: Callable[[list[Opened]], list[Opened]] = lambda all_: all_,
    superseded: int = 0,
    make: Callable[[], World] = lambda: make_world(until=Phase.OPENED),
) -> Callable[[], Record]:
    """A count by other rules or of other ballots; outcome file and tally agree with each other in everything."""

    def scene() -> Record:
        world = make()
        election = copy.copy(world.election)
        change(election)
        counting = BallotCount(election)
        ballots = list(opened(_open_all(world)))
        for each in ballots:
            counting.add(each)
        outcome = counting.finish(len(of_kind(world.entries, "ballot")) - len(ballots) + superseded)
        return _published(world, outcome)

    return scene


def _published(world: World, outcome: Outcome) -> Record:
    world.add_file(format_outcome(outcome))
    world.append(tally_entry(outcome))
    return record_of(draft_of(world))


def _open_all(world: World) -> list[Opened]:
    """Return every voting key's last ballot, opened, in board order."""
    last = world.board.voters.last_hashes()
    return [opened for opened in _open_each(world) if opened.entry_hash in last]


def _open_each(world: World) -> list[Opened]:
    answers = []
    for raw in (world.entries[place] for place in of_kind(world.entries, "ballot")):
        entry = e.parse_entry(raw)
        assert isinstance(entry, e.Ballot)
        answers.append(
            open_ballot(world.election, entry, Hash(leaf_hash(raw)), dict(world.board.trustee_keys))
        )
    return answers


def contest_with(**fields: object) -> Callable[[Election], None]:
    """Count with another contest than the one that was set up."""

    def change(election: Election) -> None:
        election.contests = {name: changed(each, **fields) for name, each in election.contests.items()}

    return change


def cheaper(election: Election) -> None:
    (contest,) = election.contests.values()
    projects = [changed(project, cost=project.cost // 2) for project in contest.projects]
    contest_with(projects=projects)(election)


def richer(election: Election) -> None:
    (contest,) = election.contests.values()
    contest_with(pots=[changed(contest.pots[0], cents=contest.pots[0].cents + 400_000)])(election)


def exclusive(election: Election) -> None:
    (contest,) = election.contests.values()
    contest_with(alternatives=[[project.id for project in contest.projects]])(election)


def elsewhere(election: Election) -> None:
    (contest,) = election.contests.values()
    contest_with(projects=[changed(project, pots=[]) for project in contest.projects])(election)


def reordered(election: Election) -> None:
    (contest,) = election.contests.values()
    contest_with(projects=contest.projects[::-1])(election)


def as_ranking(election: Election) -> None:
    """Weigh the choices of an approval ballot by their place."""
    method = m.Ranking(minimum=0, maximum=3)
    election.styles = {
        name: changed(style, contests=[changed(style.contests[0], method=method)])
        for name, style in election.styles.items()
    }


def called_invalid(all_: list[Opened]) -> list[Opened]:
    return [changed(all_[0], choices=(), reason="sealing"), *all_[1:]]


def first_revisions() -> Record:
    """Whoever voted twice is counted with the first ballot."""
    world = make_world(until=Phase.OPENED)
    last = world.board.voters.last_hashes()
    kept, counting = set(), BallotCount(world.election)
    opened = _open_each(world)
    revisions = {Hash(leaf_hash(world.entries[p])): e.parse_entry(world.entries[p]) for p in of_kind(world.entries, "ballot")}  # fmt: skip
    for each in opened:
        ballot = revisions[each.entry_hash]
        if ballot.revision == 1:  # type: ignore[union-attr]
            kept.add(each.entry_hash)
            counting.add(each)
    assert kept != last
    return _published(world, counting.finish(len(opened) - len(kept)))


def both_revisions() -> Record:
    """Whoever voted twice is counted twice."""
    world = make_world(until=Phase.OPENED)
    counting = BallotCount(world.election)
    for each in _open_each(world):
        counting.add(each)
    return _published(world, counting.finish(0))


def with_one(method: m.Method, bad: Choices, reason: str) -> Callable[[], World]:
    """An opened board on which one ballot breaks a rule."""

    def make() -> World:
        world = make_world(until=Phase.VOTING, **on(method))
        world.urn.append(sealed(world, world.get_share(0), bad))
        for number in (1, 2):
            world.cast(world.get_share(number), world.some_choices("adult", number))
        world.release(3)
        world.close()
        world.open()
        assert [each.reason for each in _open_all(world)].count(reason) == 1
        return world

    return make


def taken_as(good: Choices) -> Callable[[list[Opened]], list[Opened]]:
    """Count the ballot that breaks a rule all the same, with these choices."""
    return lambda all_: [each if each.choices else changed(each, choices=(good,), reason="") for each in all_]


def twice(world: World) -> Record:
    """One ballot counted twice, another one not at all."""
    counting = BallotCount(world.election)
    ballots = _open_all(world)
    for each in [ballots[0], ballots[0], *ballots[2:]]:
        counting.add(each)
    return _published(world, counting.finish(len(of_kind(world.entries, "ballot")) - len(ballots)))


def other_lot(outcome: Outcome) -> Outcome:
    return changed(outcome, lot=Hash(b"l" * 32))


def lower_cost(outcome: Outcome) -> Outcome:
    contest = outcome.contests[0]
    count = changed(contest.counts[0], cost=contest.counts[0].cost - 1)
    return changed(outcome, contests=[changed(contest, counts=[count])])


def tie_hidden() -> Record:
    """The lot decided, and the count says that it did not."""
    world = make_world(until=Phase.VOTING, residents={"adult": 2}, rule=GREEDY)
    world.vote_all()
    world.close()
    world.open()
    outcome = world.count_ballots()
    contest = outcome.contests[0]
    count = contest.counts[0]
    assert any(each.tie for each in count.rounds)
    rounds = [changed(each, tie=[]) for each in count.rounds]
    return _published(
        world, changed(outcome, contests=[changed(contest, counts=[changed(count, rounds=rounds)])])
    )


# --- certification ---


def certified_with(report: Callable[[World, str], bytes]) -> Callable[[], Record]:
    """A certification by both officials, with these reports."""

    def scene() -> Record:
        world = make_world()
        world.certify(lambda official: report(world, official))
        return record_of(draft_of(world))

    return scene


def copied_report(world: World, official: str) -> bytes:
    """Bert passes Anna's report on as his own, a space longer so that the hashes differ."""
    raw = make_report("anna", audited(world))
    return raw if official == "anna" else raw + b" "


def annas_report(world: World, official: str) -> bytes:
    """Both reports are Anna's; the second one counts something else."""
    report = parse_report(make_report("anna", audited(world)))
    if official == "bert":
        report = changed(report, checks=[changed(report.checks[0], count=9), *report.checks[1:]])
    return encode(report)


def early_report(world: World, official: str) -> bytes:
    """An audit of the board before the tally."""
    from tally.audit.run import audit
    from tests.tally.drafts import Memory

    early = draft_of(world)
    early.entries = early.entries[:-1]
    return make_report(official, audit(Memory(early), manifest=world.election.manifest_hash))


def before_the_tally() -> Entry:
    world, full = make_world(until=Phase.OPENED), make_world(until=Phase.COUNTED)
    return entry_after(world, make_certify(full))


def certify_signed(by: str) -> Callable[[], Entry]:
    """The operator certifies, with signatures of its own or of one official twice."""

    def scene() -> Entry:
        world = make_world(until=Phase.COUNTED)
        entry = make_certify(world)
        key = world.keys.operator if by == "operator" else world.keys.officials[by]
        signatures = [changed(each, signature=world.sign(key, entry)) for each in entry.signatures]
        return entry_after(world, changed(entry, signatures=signatures))

    return scene


def certified_wrong_count() -> Record:
    """Two officials certify a count that they did not repeat, with reports that say that they did."""
    record: Draft = forged_count(votes_added)
    world = record.world
    result = audited(world)
    repaired = tuple(replace(each, ok=True, at=None) for each in result.checks)
    lying = replace(result, valid=True, checks=repaired, faults=())
    world.certify(lambda official: make_report(official, lying))
    return record_of(draft_of(world))


ROWS = [
    Attack(COUNTERS, "call a good ballot invalid", "T03 T04 T05 T06", counted_by(opened=called_invalid)),
    Attack(COUNTERS, "count a ballot over the budget", "T03 T04 T05 T06", counted_by(opened=taken_as(choices("plein")), make=with_one(m.Knapsack(), OVER, "choices-budget"))),
    Attack(COUNTERS, "count a doubled project", "T03 T04 T05 T06", counted_by(opened=taken_as(choices("plein")), make=with_one(m.Approval(minimum=0, maximum=3), DOUBLED, "choices-projects"))),
    Attack(COUNTERS, "give an invalid ballot another reason", "T03", broken("an invalid ballot with another reason")),
    Attack(COUNTERS, "count everybody's first ballot", "T05 T06", first_revisions),
    Attack(COUNTERS, "count every revision", "T04 T05 T06", both_revisions),
    Attack(COUNTERS, "count one ballot twice in place of another", "T05 T06", lambda: twice(make_world(until=Phase.OPENED))),
    Attack(COUNTERS, "leave a ballot out", "T04 T05 T06", counted_by(opened=lambda all_: all_[1:])),
    Attack(COUNTERS, "change the order of the ballots, to draw another lot", "T05", counted_by(opened=lambda all_: all_[::-1])),
    Attack(COUNTERS, "count with other costs", "T06", counted_by(cheaper)),
    Attack(COUNTERS, "count with a larger budget", "T06", counted_by(richer)),
    Attack(COUNTERS, "count by another rule", "T06", counted_by(contest_with(rule=GREEDY))),
    Attack(COUNTERS, "count by the rule with another parameter", "T06", counted_by(contest_with(rule=changed(EQUAL_SHARES, completion="greedy", zero_votes="take")))),
    Attack(COUNTERS, "count as if two projects excluded each other", "T06", counted_by(exclusive)),
    Attack(COUNTERS, "count from a pot that may not pay for a project", "T06", counted_by(elsewhere)),
    Attack(COUNTERS, "weigh choices by another method", "T06", counted_by(as_ranking)),
    Attack(COUNTERS, "list the projects in another order", "T06", counted_by(reordered)),
    Attack(COUNTERS, "draw another lot", "T05", lambda: record_of(forged_count(other_lot))),
    Attack(COUNTERS, "hide that a lot decided", "T06", tie_hidden),
    Attack(COUNTERS, "leave a winner out", "T06", broken("a winner left out")),
    Attack(COUNTERS, "add a vote", "T06", broken("a vote more for a project")),
    Attack(COUNTERS, "say that the winners cost less", "T06", lambda: record_of(forged_count(lower_cost))),
    Attack(COUNTERS, "count a ballot more", "T04", broken("a counted ballot more")),
    Attack(COUNTERS, "publish the outcome of another election", "T05", broken("an outcome of another election")),
    Attack(COUNTERS, "publish an outcome in a second spelling", "T02", broken("an outcome file in a second spelling")),
    Attack(COUNTERS, "say other winners on the board than in the outcome", "T07", broken("a tally with another winner than the outcome")),
    Attack(COUNTERS, "name a winner that is no project", "T01 tally-shape", refused("a winner that is no project")),
    Attack(COUNTERS, "tally twice", "E02 phase", refused("a second tally")),
    Attack(OFFICIALS, "certify before the tally", "E02 phase", before_the_tally),
    Attack(OFFICIALS, "certify another tally", "K01 certify-tally", refused("a certify over another tally")),
    Attack(OFFICIALS, "certify another head", "E05 head", refused("a certify with a wrong size")),
    Attack(OFFICIALS, "certify with one report for both", "K01 certify-reports", refused("two equal reports")),
    Attack(OFFICIALS, "certify with two reports of one of them", "K01 certify-reports", refused("two reports of one official")),
    Attack(OFFICIALS, "pass one audit on as two, in a second spelling", "K02", certified_with(copied_report)),
    Attack(OFFICIALS, "pass one official's audit on as the other's", "K02", certified_with(annas_report)),
    Attack(OFFICIALS, "certify on audits of the board before the tally", "K02", certified_with(early_report)),
    Attack(OFFICIALS, "certify on a page that is no audit", "K02", broken("a report that is none")),
    Attack(OFFICIALS, "certify on an audit without the manifest hash", "K03", broken("a report without the manifest hash")),
    Attack(OFFICIALS, "certify on an audit that found a fault", "K03", broken("a report in which a check failed")),
    Attack(OFFICIALS, "certify on an audit that left a check out", "K03", broken("a report that leaves a check out")),
    Attack(OFFICIALS, "certify with another slack", "K03", broken("a report with another slack")),
    Attack(OFFICIALS, "keep a report to themselves", "F02", broken("an official's report is missing")),
    Attack(OFFICIALS, "certify a wrong count, and say in their reports that they repeated it", "T06", certified_wrong_count),
    Attack("one official", "certifies twice", "E03 signature-wrong", certify_signed("anna")),
    Attack(OPERATOR, "certifies in the officials' names", "E03 signature-wrong", certify_signed("operator")),
]  # fmt: skip
