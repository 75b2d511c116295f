"""The audit of good records, in every phase, and of bytes that are no record at all."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ballots import manifest as m
from ballots.board import TRANSITIONS, Phase
from ballots.note import VerifierKey
from ballots.tiles import format_bundle
from tally.audit import checks
from tally.audit.findings import AuditResult
from tally.audit.report import ReportError, make_report, parse_report
from tally.audit.run import audit
from tally.record import FolderRecord
from tests.count_rules import GREEDY
from tests.simulator import World, make_world
from tests.stages import world_at
from tests.tally.drafts import (
    Memory,
    audited,
    big_world,
    certified,
    draft,
    draft_of,
    run_audit,
    with_bad_choices,
)

PROTOCOL = Path(checks.__file__).parents[2] / "ballots" / "PROTOCOL.md"


@pytest.mark.parametrize(
    "phase", [phase for phase in Phase if phase not in (Phase.RELEASING, Phase.CERTIFIED)]
)
def test_a_good_record_is_valid_in_every_phase(phase: Phase, tmp_path: Path) -> None:
    """An honest record passes every check, however far its election is."""
    record = draft(phase)
    result = run_audit(record.write(tmp_path))
    assert result.valid, result.faults
    assert result.phase == ("roll" if phase is Phase.ROLL else record.world.board.phase)
    assert (result.size, bytes.fromhex(result.root)) == (record.world.board.size, record.world.board.root())


def test_a_record_that_ends_within_a_release_is_valid(tmp_path: Path) -> None:
    """A checkpoint may fall between two ballots of one release."""
    result = run_audit(draft_of(world_at("releasing")).write(tmp_path))
    assert result.valid, result.faults
    assert result.phase == "releasing"


def test_a_certified_record_passes_all_checks_with_work_in_them(tmp_path: Path) -> None:
    """A whole election is valid and anchored, and only checks of things that did not happen have count 0."""
    record = certified()
    result = run_audit(record.write(tmp_path), manifest=record.world.election.manifest_hash)
    assert result.valid, result.faults
    assert result.anchored
    assert result.manifest == record.world.election.manifest_hash.hex()
    assert {check.id for check in result.checks if not check.count} == {"L07", "S11", "R08", "R09", "R10"}


def test_without_the_manifest_hash_nothing_is_anchored(tmp_path: Path) -> None:
    """A valid record is consistent only, as long as nobody says whose it is."""
    result = run_audit(draft().write(tmp_path))
    assert result.valid
    assert not result.anchored


def test_the_right_anchors_pass(tmp_path: Path) -> None:
    """The manifest hash and the operator's key of the election pass their checks."""
    record = draft()
    election = record.world.election
    result = run_audit(
        record.write(tmp_path), manifest=election.manifest_hash, operator=election.operator_vkey
    )
    passed = {check.id: check.count for check in result.checks if check.ok}
    assert passed["S10"] == passed["S11"] == 1


def test_a_given_operator_key_is_used_before_the_manifest(tmp_path: Path) -> None:
    """Before the manifest names a key, the auditor's own decides whether the operator signed."""
    record = draft(Phase.SETUP)
    folder = record.write(tmp_path)
    right = make_world(until=Phase.ROLL).election.operator_vkey
    wrong = VerifierKey(
        key=make_world(until=Phase.ROLL).election.witness_vkeys[0].key, name=right.name, type=1
    )
    assert run_audit(folder, operator=right).valid
    assert [fault.id for fault in run_audit(folder, operator=wrong).faults] == ["L02"]


def test_old_partial_tiles_are_accounted_for(tmp_path: Path) -> None:
    """Partial tiles and bundles that earlier sizes left behind are compared and pass."""
    record = draft()
    tile = Memory(record).files[f"tile/0/000.p/{len(record.entries)}"]
    record.changes = {f"tile/0/000.p/{width}": tile[: 32 * width] for width in (1, 7)}
    record.changes |= {
        f"tile/entries/000.p/{width}": format_bundle(record.entries[:width]) for width in (1, 7)
    }
    result = run_audit(record.write(tmp_path))
    assert result.valid, result.faults
    assert next(check.count for check in result.checks if check.id == "L07") == 4


def test_a_folder_that_is_published_into_is_valid(tmp_path: Path) -> None:
    """Tiles and files of entries to come are no strays once a newer checkpoint has appeared."""
    world = make_world(until=Phase.VOTING)
    early = draft_of(world)
    for number in range(2):
        world.cast(world.get_share(number), world.some_choices("adult", number))
    world.release(1)
    late = Memory(draft_of(world)).files
    early.changes = {path: raw for path, raw in late.items() if path.startswith("tile/")}
    early.changes["files/" + "0" * 64] = b"to come"
    folder = early.write(tmp_path)
    assert [fault.id for fault in run_audit(folder).faults] == ["F01"]

    class Moving(FolderRecord):
        """Its checkpoint is replaced while the files are listed."""

        def paths(self) -> Iterator[str]:
            (folder / "checkpoint").write_bytes(late["checkpoint"])
            return super().paths()

    result = audit(Moving(folder))
    assert result.valid, result.faults
    assert result.size == len(early.entries)


def test_a_booth_script_may_stand_beside(tmp_path: Path) -> None:
    """The announced script may be published in the record, and need not be."""
    record = draft()
    record.world.add_file(b"script")
    result = run_audit(draft_of(record.world).write(tmp_path))
    assert result.valid, result.faults


def test_links_in_a_folder_are_strays(tmp_path: Path) -> None:
    """A link is never followed, so what it points to is not accounted for."""
    folder = draft().write(tmp_path / "record")
    (tmp_path / "elsewhere").mkdir()
    (folder / "tile" / "0" / "x001").symlink_to(tmp_path / "elsewhere")
    assert [(fault.id, fault.at) for fault in run_audit(folder).faults] == [("F01", "tile/0/x001")]


def world_with_slack() -> World:
    """Eight of ten asked, two of them did not vote, and one ballot is invalid."""
    world = make_world(until=Phase.VOTING)
    with_bad_choices(world)
    for number in range(1, 8):
        share = world.get_share(number)
        if number > 2:
            world.cast(share, world.some_choices(world.residents[number].style, number))
    return world


def test_slack_turnout_and_invalid_ballots_are_told(tmp_path: Path) -> None:
    """Requests without a ballot are slack; turnout is told a style; Equal Shares allows no bound."""
    world = world_with_slack()
    world.release(3)
    world.close()
    world.open()
    world.count()
    result = run_audit(draft_of(world).write(tmp_path))
    assert result.valid, result.faults
    assert result.slack == 2
    assert result.invalid_ballots == 1
    adult = result.turnout[0]
    assert (adult.style, adult.population, adult.credentials) == ("adult", 12, 6)
    assert (adult.requests, adult.voters, adult.ballots) == (6, 4, 4)
    assert result.outcome_at_risk is None


def test_replacements_and_walk_ins_are_slack(tmp_path: Path) -> None:
    """Whoever came on the roll after its seal might be nobody: one slack each."""
    world = world_at("voting")
    result = run_audit(draft_of(world).write(tmp_path))
    assert result.slack == 2 + 2  # two asked and have not voted yet; one walked in, one was replaced
    assert result.turnout[0].credentials == 7


def test_more_processes_give_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict does not depend on where the work is done."""
    monkeypatch.setattr("tally.audit.workers.IN_PLACE", 0)
    source = Memory(draft_of(big_world()))
    assert source.files.keys() > {"tile/0/000", "tile/entries/000"}
    result = audit(source, processes=2)
    assert result.valid, result.faults
    assert result == audit(source, processes=1)


def test_more_processes_find_the_same_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault is found at the same place, whether stateless or stateful, in worker processes."""
    monkeypatch.setattr("tally.audit.workers.IN_PLACE", 0)
    world = make_world(until=Phase.VOTING, residents={"adult": 300}, page=1)
    share = world.get_share(0)
    world.get_share(1)
    world.cast(share, world.some_choices("adult", 1))
    world.append(world.ask(2).request.request)
    record = draft_of(world)
    record.entries.append(record.entries[-1])
    results = [audit(Memory(record), processes=number) for number in (1, 2)]
    assert results[0] == results[1]
    assert [(fault.id, fault.at) for fault in results[0].faults] == [("Q02", len(record.entries) - 1)]


def test_a_web_server_may_have_the_full_tile_only(tmp_path: Path) -> None:
    """Where nothing is listed, the beginning of a full tile stands in for a partial one."""
    world = make_world(until=Phase.VOTING, residents={"adult": 300}, page=1)
    short = draft_of(world)
    short.entries = short.entries[:100]
    long = Memory(draft_of(world))
    files = long.files | {"checkpoint": Memory(short).files["checkpoint"]}
    long.files = files
    result = audit(long)
    assert result.valid, result.faults
    assert result.size == 100


def test_a_record_that_changes_while_it_is_read_is_not_valid() -> None:
    """What is opened must be what was replayed."""
    record = draft()
    honest = Memory(record)
    bundle = f"tile/entries/000.p/{len(record.entries)}"
    swapped = [*record.entries]
    ballots = [number for number, raw in enumerate(swapped) if b'"kind":"ballot"' in raw]
    swapped[ballots[0]], swapped[ballots[1]] = swapped[ballots[1]], swapped[ballots[0]]

    class Moving(Memory):
        reads = 0

        def read(self, path: str, limit: int) -> bytes:
            if path == bundle:
                Moving.reads += 1
                if Moving.reads > 1:
                    return format_bundle(swapped)
            return honest.read(path, limit)

    result = audit(Moving(record))
    assert [fault.id for fault in result.faults] == ["L04"]


@pytest.mark.parametrize(("maximum", "at_risk"), [(5, True), (4, False)])
def test_greedy_outcomes_have_a_bound(maximum: int, at_risk: bool) -> None:
    """With a greedy rule it is said whether slack and invalid ballots could change who wins."""
    method = m.Approval(minimum=0, maximum=maximum)
    world = make_world(until=Phase.VOTING, rule=GREEDY, residents={"adult": 9}, methods={"adult": method})
    for number in range(8):
        share = world.get_share(number)
        if number < 7:
            world.cast(share, world.some_choices("adult", 0))
    world.release(3)
    world.close()
    world.open()
    world.count()
    result = audited(world)
    assert result.valid, result.faults
    assert result.slack == 1
    assert result.outcome_at_risk is at_risk


def test_no_slack_is_no_risk(tmp_path: Path) -> None:
    """Where everybody who asked has voted and every ballot is valid, nothing can have changed."""
    result = run_audit(draft().write(tmp_path))
    assert (result.slack, result.invalid_ballots, result.outcome_at_risk) == (0, 0, False)


def test_an_official_makes_a_report() -> None:
    """A report has the head, the slack and every check of the audit that it is made of."""
    world = make_world()
    result = audited(world)
    report = parse_report(make_report("anna", result))
    assert (report.official, report.valid, report.anchored, report.slack) == ("anna", True, True, 0)
    assert (report.size, report.root) == (world.board.size, world.board.root())
    assert [each.id for each in report.checks] == [check.id for check in checks.CHECKS]


@pytest.mark.parametrize("official", ["", "Anna", "anna\n", "a" * 41])
def test_a_report_of_nobody_is_refused(official: str) -> None:
    """An official's id is an id."""
    with pytest.raises(ReportError):
        make_report(official, audited(make_world(until=Phase.VOTING)))


def test_a_report_before_the_manifest_is_refused() -> None:
    """There is nothing to report on before an election is named."""
    with pytest.raises(ReportError):
        make_report("anna", audit(Memory(draft(Phase.SETUP))))


def test_the_result_is_json(tmp_path: Path) -> None:
    """Programs get the members that the protocol promises."""
    result = run_audit(draft().write(tmp_path))
    said = json.loads(msgspec.json.encode(result))
    assert {"valid", "anchored", "slack", "checks"} <= said.keys()
    assert set(said["checks"][0]) == {"id", "name", "ok", "count", "at"}
    assert msgspec.json.decode(msgspec.json.encode(result), type=AuditResult) == result


def test_the_table_stands_in_the_protocol() -> None:
    """PROTOCOL.md repeats the table of checks to the letter."""
    page = PROTOCOL.read_text()
    table = page.split("<!-- checks -->\n")[1].split("<!-- /checks -->")[0]
    assert table == checks.format_table()


def test_ids_are_unique_and_kinds_are_known() -> None:
    """No two checks have one id or one name, and all kinds of entries are looked at."""
    assert len({check.id for check in checks.CHECKS}) == len(checks.CHECKS)
    assert len({check.name for check in checks.CHECKS}) == len(checks.CHECKS)
    kinds = {kind for kinds in TRANSITIONS.values() for kind in kinds}
    assert {kind for check in checks.CHECKS for kind in check.kinds} == kinds
    assert all(checks.checks_of(kind) for kind in kinds)


def test_the_next_kinds_follow_from_the_table_of_transitions() -> None:
    """What can come after a phase is all that its transitions reach."""
    assert checks.kinds_to_come(Phase.CERTIFIED) == set()
    assert checks.kinds_to_come(Phase.COUNTED) == {"trustee-key", "certify"}
    assert "ballot" in checks.kinds_to_come(Phase.RELEASING)
    assert "request" not in checks.kinds_to_come(Phase.CLOSED)
