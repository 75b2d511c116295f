"""An official's own audit report: made from an audit's result, checked when a certified record is audited.

Promise: a report that passes says that this official's audit of exactly this board found nothing wrong.
Limit: whether the official ran it is their word. Format: PROTOCOL.md section 13.
"""

from ballots.entries import Certify
from ballots.entries import Report as NamedReport
from ballots.errors import WireError
from ballots.wire import Count, Hash, Id, Record, content_hash, decode, encode
from tally.audit.checks import CHECKS
from tally.audit.files import path_of
from tally.audit.findings import AuditResult, Findings
from tally.audit.source import MAX_REPORT, RecordError, Source


class ReportedCheck(Record):
    """How one check went."""

    count: Count
    id: str
    ok: bool


class AuditReport(Record, tag_field="kind", tag="audit-report"):
    """What an official's audit found, of which board. Named by its hash in `certify`."""

    anchored: bool
    checks: list[ReportedCheck]
    manifest: Hash
    official: Id
    root: Hash
    size: Count
    slack: Count
    valid: bool


class ReportError(ValueError):
    """A result that no report can be made of; whoever runs the audit must act."""


def make_report(official: str, result: AuditResult) -> bytes:
    """Return the audit report of an official, canonical JSON, from an audit that they ran.

    ReportError for an official's id that is not one, or a board without a manifest.
    """
    if not result.manifest:
        raise ReportError("expected a board with a manifest")
    report = AuditReport(
        anchored=result.anchored,
        checks=[ReportedCheck(count=each.count, id=each.id, ok=each.ok) for each in result.checks],
        manifest=Hash(bytes.fromhex(result.manifest)),
        official=official,
        root=Hash(bytes.fromhex(result.root)),
        size=result.size,
        slack=result.slack,
        valid=result.valid,
    )
    raw = encode(report)
    try:
        parse_report(raw)
    except WireError:
        raise ReportError(f"expected an official's id such as 'anna', got {official!r}") from None
    return raw


def parse_report(raw: bytes) -> AuditReport:
    """Return the report that a file spells; WireError otherwise."""
    report: AuditReport = decode(AuditReport, raw, MAX_REPORT)
    return report


def check_reports(source: Source, certify: Certify, manifest: Hash, slack: int, findings: Findings) -> None:
    """Check both reports that `certify` names (K02, K03)."""
    for named in certify.reports:
        report = _read_report(source, named, findings)
        if report is None:
            continue
        path = path_of(named.hash)
        claimed = (report.official, report.manifest, report.size, report.root)
        if claimed != (named.official, manifest, certify.size, certify.root):
            findings.failed(
                "K02", path, "expected a report of this official, of the board that certify names"
            )
        else:
            findings.passed("K02")
        if not report.valid or not report.anchored or report.slack != slack:
            findings.failed("K03", path, f"expected valid, anchored and slack {slack}")
        elif [(each.id, each.ok) for each in report.checks] != [(check.id, True) for check in CHECKS]:
            findings.failed("K03", path, "expected every check of the protocol, in order and ok")
        else:
            findings.passed("K03")


def _read_report(source: Source, named: NamedReport, findings: Findings) -> AuditReport | None:
    try:
        raw = source.read(path_of(named.hash), MAX_REPORT)
    except RecordError:
        raw = b""
    if content_hash(raw) != named.hash:  # F02 or F03 says so
        findings.cut(["K02", "K03"])
        return None
    try:
        return parse_report(raw)
    except WireError as error:
        findings.failed("K02", path_of(named.hash), str(error), error.reason)
        findings.cut(["K03"])
        return None
