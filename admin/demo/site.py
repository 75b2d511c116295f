"""Everything that has to run for an election: database, six partner nodes, service, sequencer.

Each is what an operator or a partner would run, as a process of its own; only their folders stand together.
Limit: keys and passphrases lie on one disk here, as they never should.
"""

import asyncio
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from admin.demo.area import OFFICIALS, PARTNERS
from admin.demo.processes import PAUSE, READY_SECONDS, Child, Children, find_port, wait_for_line
from admin.elections.errors import ConductError, TooSlowError
from admin.elections.setup import PartnerKeys, Plan
from ballots.manifest import Partner
from ballots.note import ED25519, VerifierKey, format_vkey
from ballots.points import ed25519_public
from ballots.wire import Hash
from service.db.embedded import EmbeddedPostgres
from service.db.migrate import migrate_dsn
from service.partner.keys import parse_public

FOLDERS = ("journal", "logs", "officials", "partners", "state")
HOST = "127.0.0.1"
NODE_POLL = "0.5"


class Site:
    """One demo's folder and processes; `start` makes all of it run, `stop` ends all of it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.children = Children(folder / "logs")
        self.nodes: dict[str, Child] = {}
        self.witnesses: dict[str, str] = {}
        """The addresses of the partner nodes."""
        self.check_port = 0
        """Where the first partner serves the page on which residents check their ballot."""
        self._postgres = EmbeddedPostgres(folder / "postgres")

    @property
    def origin(self) -> str:
        """The board's address without scheme."""
        return f"{HOST}:{self.port}/board"

    @property
    def url(self) -> str:
        """The address of the pages."""
        return f"http://{HOST}:{self.port}"

    @property
    def check_url(self) -> str:
        """The address at which a partner lets a second device check a ballot."""
        return f"http://{HOST}:{self.check_port}/check"

    @property
    def board_url(self) -> str:
        """The address of the public record."""
        return f"http://{self.origin}"

    @property
    def record(self) -> Path:
        """The folder of the public record."""
        return self.folder / "record"

    @property
    def dsn(self) -> str:
        """The address of the database, as its owner."""
        return self._postgres.dsn()

    @property
    def operator(self) -> VerifierKey:
        """The operator's public key."""
        seed = bytes.fromhex((self.folder / "state" / "operator.key").read_text())
        return VerifierKey(key=ed25519_public(seed), name=self.origin, type=ED25519)

    def prepare(self) -> None:
        """Make the folders, the operator's key and a passphrase for everybody who needs one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            (self.folder / name).mkdir(mode=0o700)
        write_secret(self.folder / "state" / "operator.key", secrets.token_hex(32))
        for name in ("registrar", *OFFICIALS, *PARTNERS):
            write_secret(self.passphrase(name), secrets.token_urlsafe(18) + "\n")
        (self.folder / "operator.vkey").write_text(format_vkey(self.operator) + "\n")

    def passphrase(self, name: str) -> Path:
        """Return the file with somebody's passphrase."""
        return self.folder / "officials" / f"{name}.passphrase"

    async def start_database(self) -> None:
        """Start PostgreSQL in the demo's folder and make the tables."""
        starting = asyncio.ensure_future(asyncio.to_thread(self._postgres.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait((starting,))  # a server that is half started cannot be stopped
            raise
        await migrate_dsn(self.dsn)

    async def make_partners(self, plan: Plan) -> list[PartnerKeys]:
        """Let every partner make its keys, all at once; return the public ones in the order of the area."""
        made = await asyncio.gather(*(self._make_partner(partner, plan) for partner in PARTNERS))
        return list(made)

    async def _make_partner(self, partner: str, plan: Plan) -> PartnerKeys:
        styles = [style.id for style in plan.styles if partner in style.issuers]
        said = await self.children.run(
            f"partner {partner}",
            [
                *("partner", "init", "--id", partner, "--state", str(self._state_of(partner))),
                *("--profile", "demo", "--passphrase-file", str(self.passphrase(partner))),
                *(("--issuer-styles", ",".join(styles)) if styles else ()),
            ],
        )
        public = parse_public(said.encode())
        return PartnerKeys(
            issuers=public.issuers,
            partner=Partner(
                id=partner, title=PARTNERS[partner], trustee=public.trustee, witness=public.witness
            ),
        )

    def _state_of(self, partner: str) -> Path:
        return self.folder / "partners" / partner

    async def start(self) -> None:
        """Start nodes, service and sequencer, all at once, and wait until they answer."""
        self.pin(None)
        self.witnesses = {partner: f"http://{HOST}:{find_port(0)}" for partner in PARTNERS}
        self.check_port = find_port(0)
        self._start_nodes()
        await self._start_service()
        await asyncio.gather(*(wait_for_line(node, r"^ready ([0-9]+)$") for node in self.nodes.values()))

    def _start_nodes(self) -> None:
        """Start the partners' nodes, pinned to origin and operator; the manifest hash follows."""
        for partner in PARTNERS:
            self.nodes[partner] = self.children.start(
                f"partner-{partner}",
                [
                    *("partner", "run", "--state", str(self._state_of(partner)), "--poll", NODE_POLL),
                    *("--port", self.witnesses[partner].rpartition(":")[2]),
                    *(("--check-port", str(self.check_port)) if partner == next(iter(PARTNERS)) else ()),
                    *("--passphrase-file", str(self.passphrase(partner))),
                ],
                {},
            )

    def pin(self, manifest_hash: Hash | None) -> None:
        """Pin every node, as each partner's keeper would do with what the letter says."""
        from service.partner.state import Pins, StateDir

        for partner in PARTNERS:
            StateDir(self._state_of(partner)).pin(
                Pins(
                    board_url=self.board_url,
                    manifest_hash="" if manifest_hash is None else manifest_hash.hex(),
                    operator_key=format_vkey(self.operator),
                    origin=self.origin,
                    service_url=self.url,
                )
            )

    async def _start_service(self) -> None:
        """Start service and sequencer, and wait until the service answers."""
        environment = self.environment()
        service = self.children.start("service", ["serve"], environment)
        self.children.start("sequencer", ["sequencer"], environment)
        await self._wait_for_answer(service)

    def environment(self) -> Mapping[str, str]:
        """Return the settings of service and sequencer."""
        witnesses = [{"id": partner, "url": url} for partner, url in self.witnesses.items()]
        return {
            "WIJK_DATABASE_URL": self.dsn,
            "WIJK_RECORD_DIR": str(self.record),
            "WIJK_STATE_DIR": str(self.folder / "state"),
            "WIJK_JOURNAL_DIR": str(self.folder / "journal"),
            "WIJK_ORIGIN": self.origin,
            "WIJK_WITNESSES": json.dumps(witnesses),
            "WIJK_CHECK_PAGES": json.dumps([self.check_url]),
            "WIJK_HOST": HOST,
            "WIJK_PORT": str(self.port),
        }

    async def _wait_for_answer(self, service: Child) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            try:
                async with asyncio.timeout(READY_SECONDS):
                    while not await _answers(client, f"{self.url}/health"):
                        service.verify_alive()
                        await asyncio.sleep(PAUSE)
            except TimeoutError:
                raise TooSlowError(f"the service does not answer; see {service.log}") from None

    def stop_nodes(self, count: int) -> list[str]:
        """Stop the last `count` nodes, as if their machines had failed; return whose."""
        lost = list(self.nodes)[-count:]
        self.children.stop([self.nodes.pop(partner) for partner in lost])
        return lost

    def stop(self) -> None:
        """Stop all processes, PostgreSQL last."""
        self.children.stop()
        self._postgres.stop()


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def running(folder: Path, port: int) -> Iterator[Site]:
    """Give a site with its folders made; whatever it starts is stopped at the end."""
    site = Site(folder, find_port(port))
    site.prepare()
    try:
        yield site
    finally:
        site.stop()


def write_secret(path: Path, text: str) -> None:
    """Write a new file that nobody else can read."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text)


def check_empty(folder: Path) -> None:
    """Raise ConductError unless the demo may have this folder for itself."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConductError(f"{folder} is not empty; choose a new folder with --dir")
