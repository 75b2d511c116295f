"""An audit that is spread over a Dask cluster gives the verdict of one that is not."""

import contextlib
import functools
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from ballots.board import Phase
from tally import cli
from tally.audit import cluster
from tally.audit.cluster import Cluster
from tally.audit.replay import verify_entries
from tally.audit.run import audit
from tally.audit.workers import WorkersError
from tests.simulator import make_world
from tests.tally.drafts import Draft, Memory, big_world, draft, draft_of, forged_count, opened_with_bad_ballot

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def local_cluster(workers: int = 2) -> Iterator[LocalCluster]:
    """Run worker processes on loopback, without a dashboard."""
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
    ) as running:
        yield running


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a cluster's scheduler."""
    with local_cluster() as running:
        yield running.scheduler_address


def with_repeated_request() -> Draft:
    """Return a record in which a request stands twice."""
    world = make_world(until=Phase.VOTING, residents={"adult": 300}, page=1)
    world.get_share(0)
    record = draft_of(world)
    record.entries.append(record.entries[-1])
    return record


def with_bad_signature() -> Draft:
    """Return a record of more than one bundle whose last ballot has a wrong signature."""
    record = draft_of(big_world())
    at = max(place for place, raw in enumerate(record.entries) if b'"kind":"ballot"' in raw)
    start = record.entries[at].index(b'"signature":"') + 13
    raw = bytearray(record.entries[at])
    raw[start] = ord("B") if raw[start] == ord("A") else ord("A")
    record.entries[at] = bytes(raw)
    return record


def with_invalid_ballot() -> Draft:
    """Return a good record in which one ballot breaks a rule and is listed."""
    world = opened_with_bad_ballot()
    world.count()
    return draft_of(world)


RECORDS: dict[str, Callable[[], Draft]] = {
    "a good record": lambda: draft_of(big_world()),
    "a request that stands twice": with_repeated_request,
    "a wrong signature": with_bad_signature,
    "an invalid ballot": with_invalid_ballot,
    "a forged count": lambda: forged_count(
        lambda outcome: outcome.__class__(**fields_of(outcome, counted=3))
    ),
}


def fields_of(record: object, **changes: object) -> dict[str, object]:
    """Return a record's members, some of them changed."""
    return {name: getattr(record, name) for name in record.__struct_fields__} | changes  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", RECORDS)
def test_the_result_is_the_same(case: str, address: str) -> None:
    """Whatever the record, every member of the result is that of an audit in one process."""
    record = RECORDS[case]()
    manifest = record.world.election.manifest_hash
    with Cluster(address) as team:
        spread = audit(Memory(record), manifest=manifest, team=team)
    assert spread == audit(Memory(record), manifest=manifest, processes=1)
    assert spread.valid is (case in {"a good record", "an invalid ballot"})


def test_the_command_takes_the_scheduler_s_address(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`wijkaandeel audit --dask ADDRESS` prints the verdict of the audit."""
    record = draft()
    folder = str(record.write(tmp_path))
    manifest = record.world.election.manifest_hash.hex()
    assert cli.main(["audit", folder, "--manifest", manifest, "--dask", address]) == 0
    assert "valid, and anchored" in capsys.readouterr().out


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; gives its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_record_on_a_web_server_is_audited_by_a_cluster_too(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--dask`, a record's http address gives what it gives without, to the letter."""
    record = draft()
    with served(record.write(tmp_path)) as where:
        command = ["audit", where, "--manifest", record.world.election.manifest_hash.hex(), "--json"]
        assert cli.main(command) == 0
        alone = capsys.readouterr().out
        assert cli.main([*command, "--dask", address]) == 0
    assert capsys.readouterr().out == alone


def test_an_address_that_is_no_record_is_refused_in_words(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--dask` too, an address of another kind ends with code 2 and says what is expected."""
    assert cli.main(["audit", "s3://bucket/record", "--dask", address]) == 2
    assert "expected a folder or an http(s) address, got s3://bucket/record" in capsys.readouterr().err


def die_once(election: object, *arguments: object) -> object:
    """Be killed, the first time that a task runs."""
    if multiprocessing.parent_process() is not None:
        with contextlib.suppress(FileExistsError):
            Path(os.environ["WIJK_TEST_DIED"]).touch(exist_ok=False)
            os._exit(9)
    return verify_entries(election, *arguments)  # type: ignore[arg-type]


def die(election: object, *arguments: object) -> object:
    """Be killed every time."""
    if multiprocessing.parent_process() is not None:
        os._exit(9)


def raise_surprise(election: object, *arguments: object) -> object:
    """Raise what no rule foresees."""
    raise ZeroDivisionError("secret")


def test_a_worker_that_dies_midway_changes_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task whose worker is killed is done by another one, and the result is the same."""
    monkeypatch.setenv("WIJK_TEST_DIED", str(tmp_path / "died"))
    record = with_bad_signature()
    expected = audit(Memory(record), processes=1)
    monkeypatch.setattr("tally.audit.replay.verify_entries", die_once)
    with local_cluster() as running, Cluster(running.scheduler_address) as team:
        assert audit(Memory(record), team=team) == expected
    assert (tmp_path / "died").exists()


def test_workers_that_keep_dying_are_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that kills every worker ends in an error that says so, neither valid nor invalid."""
    monkeypatch.setattr("tally.audit.counting.open_ballots", die)
    with (
        local_cluster() as running,
        Cluster(running.scheduler_address) as team,
        pytest.raises(WorkersError, match="KilledWorker"),
    ):
        audit(Memory(draft()), team=team)


def test_a_cluster_without_workers_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody works, the audit gives up after a while and says why."""
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 0.2)
    with (
        local_cluster(workers=0) as running,
        Cluster(running.scheduler_address) as team,
        pytest.raises(WorkersError, match="no worker"),
    ):
        audit(Memory(draft()), team=team)


def test_workers_with_other_code_are_no_verdict(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose Wijkaandeel is another one is not asked for a verdict."""
    monkeypatch.setattr(cluster, "hash_sources", lambda: "of another version")
    with Cluster(address) as team, pytest.raises(WorkersError, match="another version"):
        audit(Memory(draft()), team=team)


def test_what_a_task_raises_comes_back(address: str) -> None:
    """An error within a task is the same error here, and not one of the cluster."""
    world = make_world(until=Phase.VOTING)
    with Cluster(address) as team:
        team.start(world.election, world.options.origin, world.entries[:4])
        with pytest.raises(ZeroDivisionError):
            team.submit(raise_surprise).result()


def test_a_task_before_the_election_is_refused(address: str) -> None:
    """Without an election there is nothing to work on."""
    with Cluster(address) as team, pytest.raises(WorkersError, match="election"):
        team.submit(raise_surprise)


def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody listens the command ends with code 2 and says so in one line."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    folder = str(draft().write(tmp_path))
    assert cli.main(["audit", folder, "--dask", "tcp://127.0.0.1:9"]) == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_without_the_extra_the_command_says_which_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dask is needed for `--dask` alone, and whoever lacks it is told what to type."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    folder = str(draft().write(tmp_path))
    assert cli.main(["audit", folder]) == 0
    assert cli.main(["audit", folder, "--dask", "tcp://127.0.0.1:9"]) == 2
    assert 'pip install "wijkaandeel[dask]"' in capsys.readouterr().err


def test_the_help_says_that_workers_are_trusted(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads about `--dask` reads what it costs in trust, and which records it takes."""
    with pytest.raises(SystemExit):
        cli.main(["audit", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "trusted" in said
    assert "the record, a folder or an http(s) address, is read here alone" in said


def test_the_cluster_holds_nothing_afterwards(address: str) -> None:
    """When an audit has ended, no task and no bundle stays behind on the cluster."""
    with Cluster(address) as team:
        audit(Memory(draft()), team=team)
    with Client(address, set_as_default=False) as client:
        assert not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
