"""What the page of one tile shows: the entry as facts in words, and all its bytes. Pure."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ballots import entries as e
from ballots import manifest as m
from ballots.election import Election
from ballots.manifest import manifest_hash
from ballots.signing import kind_of
from ballots.wire import encode
from service.portal.contest_words import say_payers, say_relations, say_rule
from service.portal.election_view import file_address
from service.portal.follow import Snapshot
from service.portal.store import StoredEntry
from service.portal.wall_view import DRAWINGS, say_ballot_number
from service.portal.words import KINDS, Words


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a summary; `link` is empty or an address on this site."""

    name: str
    text: str
    link: str = ""

    @property
    def is_file(self) -> bool:
        """Whether the link leads to a file of the board, which has no language."""
        return self.link.startswith("/board/")


class EntryShown(msgspec.Struct, frozen=True, kw_only=True):
    """One tile: its facts and its bytes. `proof` is empty while witnesses have not confirmed it."""

    position: int
    kind: str
    drawing: str
    meaning: str
    facts: list[Fact]
    ballot_number: str
    entry_hash: str
    json: str
    proof: str
    size: int
    previous: int | None
    next: int | None


MEANINGS = {
    "style": "page.meaning.style",
    "contest": "page.meaning.contest",
    "manifest": "page.meaning.manifest",
    "roll": "page.meaning.roll",
    "seal": "page.meaning.seal",
    "start": "page.meaning.start",
    "bundle": "page.meaning.bundle",
    "replace": "page.meaning.replace",
    "request": "page.meaning.request",
    "release": "page.meaning.release",
    "ballot": "page.meaning.ballot",
    "close": "page.meaning.close",
    "trustee-key": "page.meaning.trustee-key",
    "tally": "page.meaning.tally",
    "certify": "page.meaning.certify",
}


def parse_stored(stored: StoredEntry) -> e.Entry:
    """Return the record of an entry on the board."""
    return e.parse_entry(stored.raw)


def show_entry(
    words: Words, stored: StoredEntry, snapshot: Snapshot, extra: Sequence[Fact] = ()
) -> EntryShown:
    """Return the page of an entry; `extra` are facts that had to be looked up, shown first."""
    entry = parse_stored(stored)
    number = say_ballot_number(stored.entry_hash) if stored.kind == "ballot" else ""
    witnessed = stored.position < snapshot.witnessed_size
    return EntryShown(
        position=stored.position,
        kind=words.say_word(KINDS, stored.kind),
        drawing=DRAWINGS.get(stored.kind, "door"),
        meaning=words.say_word(MEANINGS, stored.kind),
        facts=[*extra, *FACTS[kind_of(entry)](words, entry, snapshot)],
        ballot_number=number,
        entry_hash=stored.entry_hash.hex(),
        json=json.dumps(json.loads(stored.raw), indent=2, ensure_ascii=False),
        proof=f"/api/proofs/{stored.entry_hash.hex()}" if witnessed else "",
        size=snapshot.size,
        previous=stored.position - 1 if stored.position else None,
        next=stored.position + 1 if stored.position + 1 < snapshot.size else None,
    )


def _style_title(style: str, snapshot: Snapshot) -> str:
    election = snapshot.election
    return election.styles[style].title if election and style in election.styles else style


def _partner_title(partner: str, election: Election | None) -> str:
    return (
        next((p.title for p in election.manifest.partners if p.id == partner), partner)
        if election
        else partner
    )


def _official_titles(words: Words, signatures: Sequence[Any], snapshot: Snapshot) -> Fact:
    people = {o.id: o.title for o in snapshot.election.manifest.officials} if snapshot.election else {}
    signed = [people.get(each.official, each.official) for each in signatures]
    return Fact(name=words.say("page.fact.signed"), text=words.say_list(signed))


def _show_style(words: Words, entry: m.Style, snapshot: Snapshot) -> list[Fact]:
    issuers = [_partner_title(issuer.partner, snapshot.election) for issuer in entry.issuers]
    return [
        Fact(name=words.say("page.fact.name"), text=entry.title),
        Fact(name=words.say("page.fact.for"), text=words.say_voters(entry.voters)),
        *(
            Fact(name=words.say("page.fact.how"), text=words.say_method(each.method))
            for each in entry.contests
        ),
        Fact(name=words.say("page.fact.issuers"), text=words.say_list(issuers)),
    ]


def _show_contest(words: Words, entry: m.Contest, snapshot: Snapshot) -> list[Fact]:
    pots = [
        Fact(name=words.say("page.fact.pot", pot=pot.title), text=words.say_euros(pot.cents))
        for pot in entry.pots
    ]
    projects = [
        Fact(
            name=words.say("page.fact.project", project=each.title),
            text=f"{words.say_euros(each.cost)} {say_payers(words, each, entry.pots)}".strip(),
        )
        for each in entry.projects
    ]
    rule = Fact(name=words.say("page.fact.rule"), text=say_rule(words, entry.rule))
    relations = [
        Fact(name=words.say("page.fact.relation"), text=each) for each in say_relations(words, entry)
    ]
    return [Fact(name=words.say("page.fact.name"), text=entry.title), rule, *relations, *pots, *projects]


def _show_manifest(words: Words, entry: m.Manifest, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name=words.say("page.fact.election"), text=entry.title),
        Fact(name=words.say("page.fact.area"), text=words.say_list([area.title for area in entry.areas])),
        Fact(
            name=words.say("page.fact.partners"),
            text=words.say_list([partner.title for partner in entry.partners]),
        ),
        Fact(name=words.say("page.fact.deadline"), text=words.say_moment(entry.releases[-1])),
        Fact(name=words.say("page.fact.anchor"), text=manifest_hash(encode(entry)).hex(), link="/audit"),
        _official_titles(words, entry.signatures, snapshot),
    ]


def _show_roll(words: Words, entry: e.Roll, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name=words.say("page.fact.page"), text=words.say_number(entry.page)),
        Fact(name=words.say("page.fact.numbers"), text=words.say_number(len(entry.credentials))),
        Fact(name=words.say("page.fact.look"), text=words.say("page.fact.look-number"), link="/roll"),
    ]


def _show_seal(words: Words, entry: e.Seal, snapshot: Snapshot) -> list[Fact]:
    sizes = [
        Fact(
            name=_style_title(each.style, snapshot),
            text=words.say(
                "page.fact.size",
                numbers=words.say("page.count.numbers", each.size),
                residents=words.say("page.count.residents", each.population),
            ),
        )
        for each in entry.styles
    ]
    return [*sizes, _official_titles(words, entry.signatures, snapshot)]


def _show_start(words: Words, entry: e.Start, snapshot: Snapshot) -> list[Fact]:
    tried = [_partner_title(each.partner, snapshot.election) for each in entry.rehearsals]
    return [
        Fact(name=words.say("page.fact.tried"), text=words.say_list(tried)),
        _official_titles(words, entry.signatures, snapshot),
    ]


def _show_bundle(words: Words, entry: e.Bundle, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name=words.say("page.fact.reason"), text=entry.reason),
        Fact(name=words.say("page.fact.change"), text=words.say_number(entry.number)),
        _official_titles(words, entry.signatures, snapshot),
    ]


def _show_replace(words: Words, entry: e.Replace, snapshot: Snapshot) -> list[Fact]:
    what = words.say("page.fact.replaced" if entry.revokes else "page.fact.added")
    return [
        Fact(name=words.say("page.fact.what"), text=what),
        Fact(name=words.say("page.fact.style"), text=_style_title(entry.style, snapshot)),
        _official_titles(words, entry.signatures, snapshot),
    ]


def _show_request(words: Words, entry: e.Request, snapshot: Snapshot) -> list[Fact]:
    return [Fact(name=words.say("page.fact.style"), text=_style_title(entry.style, snapshot))]


def _show_release(words: Words, entry: e.Release, snapshot: Snapshot) -> list[Fact]:
    facts = [
        Fact(name=words.say("page.fact.style"), text=_style_title(entry.style, snapshot)),
        Fact(name=words.say("page.fact.count"), text=words.say("page.count.ballots", entry.count)),
    ]
    if snapshot.election:
        at = snapshot.election.manifest.releases[entry.number - 1]
        facts.append(
            Fact(
                name=words.say("page.fact.moment"),
                text=words.say(
                    "page.fact.moment-number", number=str(entry.number), moment=words.say_moment(at)
                ),
            )
        )
    return facts


def _show_ballot(words: Words, entry: e.Ballot, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name=words.say("page.fact.style"), text=_style_title(entry.style, snapshot)),
        Fact(name=words.say("page.fact.revision"), text=words.say_number(entry.revision)),
    ]


def _show_close(words: Words, entry: e.Close, snapshot: Snapshot) -> list[Fact]:
    counts = [
        Fact(
            name=_style_title(each.style, snapshot),
            text=words.say(
                "page.fact.closed",
                shares=words.say("page.count.shares", each.requests),
                ballots=words.say("page.count.ballots", each.ballots),
                voters=words.say("page.count.voters", each.voters),
            ),
        )
        for each in entry.counts
    ]
    return [*counts, _official_titles(words, entry.signatures, snapshot)]


def _show_trustee_key(words: Words, entry: e.TrusteeKey, snapshot: Snapshot) -> list[Fact]:
    return [Fact(name=words.say("page.fact.partner"), text=_partner_title(entry.partner, snapshot.election))]


def _show_tally(words: Words, entry: e.Tally, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name=words.say("page.fact.counted"), text=words.say("page.count.ballots", entry.counted)),
        Fact(name=words.say("page.fact.invalid"), text=words.say("page.count.ballots", entry.invalid)),
        Fact(
            name=words.say("page.fact.superseded"),
            text=words.say("page.count.ballots", entry.superseded),
        ),
        Fact(name=words.say("page.fact.outcome"), text=words.say("page.fact.read-outcome"), link="/outcome"),
        Fact(
            name=words.say("page.fact.file"),
            text=words.say("page.fact.figures"),
            link=file_address(entry.outcome),
        ),
    ]


def _show_certify(words: Words, entry: e.Certify, snapshot: Snapshot) -> list[Fact]:
    reports = [
        Fact(
            name=words.say("page.fact.report"),
            text=words.say("page.fact.report-by", official=each.official),
            link=file_address(each.hash),
        )
        for each in entry.reports
    ]
    return [_official_titles(words, entry.signatures, snapshot), *reports]


FACTS: dict[str, Callable[[Words, Any, Snapshot], list[Fact]]] = {
    "style": _show_style,
    "contest": _show_contest,
    "manifest": _show_manifest,
    "roll": _show_roll,
    "seal": _show_seal,
    "start": _show_start,
    "bundle": _show_bundle,
    "replace": _show_replace,
    "request": _show_request,
    "release": _show_release,
    "ballot": _show_ballot,
    "close": _show_close,
    "trustee-key": _show_trustee_key,
    "tally": _show_tally,
    "certify": _show_certify,
}
"""How each kind is told in words."""
