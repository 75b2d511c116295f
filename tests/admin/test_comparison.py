"""The comparison of `demo --pb`: the outcome on the board against the rule on the file itself."""

from types import SimpleNamespace as Bag

import msgspec
import pytest

from admin.demo import cli, pabulib
from ballots.wire import H, Hash
from tally import rules
from tally.outcome import ContestOutcome, InvalidBallot, Outcome, _outcome_of
from tally.pabulib import parse_pabulib
from tally.profile import ties_by_cost_votes_lot
from tests.count_rules import GREEDY

PB = (
    "META\nkey;value\ndescription;Proef\nbudget;1000\nvote_type;approval\n"
    "PROJECTS\nproject_id;cost;name\n1;400;Bank\n2;700;Boom\n3;300;Muur\nVOTES\nvoter_id;vote\n"
    + "".join(f"v{n};{1 + n % 3}\n" for n in range(9))
)


def held(forge: str = "") -> tuple[object, bytes, object]:
    """Return the election of the file, a manifest hash, and an outcome of the board, forged or not."""

    election = parse_pabulib(PB)
    plan = pabulib.make_plan(election, GREEDY, "proef")
    profile = pabulib._profile(election, pabulib.project_ids(election))
    lot, manifest = Hash(bytes(32)), Hash(b"m" * 32)
    lots = {project.id: H("lot-project", lot, pabulib.CONTEST, project.id) for project in profile.projects}
    result = rules.count("greedy", profile, {}, ties_by_cost_votes_lot(profile, lots))
    count = _outcome_of(result, plan.contests[0].pots[0], [pabulib.STYLE])
    outcome = Outcome(
        contests=[ContestOutcome(contest=pabulib.CONTEST, counts=[count])],
        counted=len(election.votes), invalid=[], lot=lot, manifest=manifest, superseded=1,
    )  # fmt: skip
    change = msgspec.structs.replace
    forged = {
        "": outcome,
        "a winner less": change(
            outcome, contests=[change(outcome.contests[0], counts=[change(count, winners=count.winners[1:])])]
        ),
        "a vote more": change(
            outcome,
            contests=[
                change(
                    outcome.contests[0],
                    counts=[
                        change(
                            count,
                            projects=[
                                change(count.projects[0], votes=count.projects[0].votes + 1),
                                *count.projects[1:],
                            ],
                        )
                    ],
                )
            ],
        ),
        "a ballot less": change(outcome, counted=outcome.counted - 1),
        "an invalid ballot": change(outcome, invalid=[InvalidBallot(ballot=lot, reason="sealing")]),
        "another election": change(outcome, manifest=lot),
    }
    return election, manifest, forged[forge]


@pytest.mark.parametrize(
    "forge", ["", "a winner less", "a vote more", "a ballot less", "an invalid ballot", "another election"]
)
def test_the_comparison_with_the_file_notices_every_difference(forge: str) -> None:
    """Only the outcome that the rule gives on the file itself is equal to it."""
    election, manifest, outcome = held(forge)
    assert pabulib.compare(election, GREEDY, manifest, outcome).equal is (forge == "")


async def test_the_demo_ends_with_1_when_the_outcome_is_not_the_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An outcome that differs from the file's is not only told but is the exit code."""

    async def no_pots(site: object) -> list[object]:
        return []

    monkeypatch.setattr(cli.summary, "format_summary", lambda *_: "")
    monkeypatch.setattr(cli, "_read_pots", no_pots)
    for forge, code in (("", 0), ("a winner less", 1)):
        election, manifest, outcome = held(forge)
        told = Bag(election=Bag(manifest_hash=manifest), outcome=outcome)
        chosen = Bag(election=election, rule=GREEDY)
        assert await cli._tell(cli.Console(quiet=True), Bag(dsn=""), told, chosen) == code
