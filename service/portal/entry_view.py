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
from service.portal import words
from service.portal.contest_words import say_payers, say_relations, say_rule
from service.portal.election_view import file_address
from service.portal.follow import Snapshot
from service.portal.store import StoredEntry
from service.portal.wall_view import DRAWINGS, say_ballot_number


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a summary; `link` is empty or an address on this site."""

    name: str
    text: str
    link: str = ""


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
    "style": "Zo ziet een soort stembiljet eruit: voor wie het is en waarover men stemt.",
    "contest": "Dit zijn de projecten, de pot, en de regel waarmee geteld wordt.",
    "manifest": "Hiermee staan de regels vast. Niemand kan ze daarna nog veranderen.",
    "roll": "Een blad van de kiezerslijst: nummers zonder namen.",
    "seal": "Hiermee is de kiezerslijst af.",
    "start": "Vanaf hier kan er gestemd worden.",
    "bundle": "De pagina waarop u stemt is aangepast. Hier staat waarom.",
    "replace": "Iemand kreeg een nieuwe brief, of kwam er later bij.",
    "request": "Iemand van de kiezerslijst vroeg een aandeel aan. Dat kan maar één keer.",
    "release": "De stembiljetten die wachtten zijn tegelijk opgehangen, op volgorde van hun nummer.",
    "ballot": "Een stembiljet. Wie het invulde, staat er niet op.",
    "close": "Hiermee is het stemmen gesloten. Alles is nageteld.",
    "trustee-key": "Een partner gaf zijn sleutel. Met genoeg sleutels gaan de stembiljetten open.",
    "tally": "Dit is de telling.",
    "certify": "Twee mensen rekenden alles na en tekenden ervoor.",
}


def parse_stored(stored: StoredEntry) -> e.Entry:
    """Return the record of an entry on the board."""
    return e.parse_entry(stored.raw)


def show_entry(stored: StoredEntry, snapshot: Snapshot, extra: Sequence[Fact] = ()) -> EntryShown:
    """Return the page of an entry; `extra` are facts that had to be looked up, shown first."""
    entry = parse_stored(stored)
    number = say_ballot_number(stored.entry_hash) if stored.kind == "ballot" else ""
    witnessed = stored.position < snapshot.witnessed_size
    return EntryShown(
        position=stored.position,
        kind=words.say_word(words.KINDS, stored.kind),
        drawing=DRAWINGS.get(stored.kind, "door"),
        meaning=MEANINGS.get(stored.kind, ""),
        facts=[*extra, *FACTS[kind_of(entry)](entry, snapshot)],
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


def _official_titles(signatures: Sequence[Any], snapshot: Snapshot) -> Fact:
    people = {o.id: o.title for o in snapshot.election.manifest.officials} if snapshot.election else {}
    signed = [people.get(each.official, each.official) for each in signatures]
    return Fact(name="Getekend door", text=words.say_list(signed))


def _show_style(entry: m.Style, snapshot: Snapshot) -> list[Fact]:
    issuers = [_partner_title(issuer.partner, snapshot.election) for issuer in entry.issuers]
    return [
        Fact(name="Naam", text=entry.title),
        Fact(name="Voor", text=words.say_voters(entry.voters)),
        *(Fact(name="Zo vult u het in", text=words.say_method(each.method)) for each in entry.contests),
        Fact(name="Aandelen komen van", text=words.say_list(issuers)),
    ]


def _show_contest(entry: m.Contest, snapshot: Snapshot) -> list[Fact]:
    pots = [Fact(name=f"Pot: {pot.title}", text=words.say_euros(pot.cents)) for pot in entry.pots]
    projects = [
        Fact(
            name=f"Project: {each.title}",
            text=f"{words.say_euros(each.cost)} {say_payers(each, entry.pots)}".strip(),
        )
        for each in entry.projects
    ]
    rule = Fact(name="Telregel", text=say_rule(entry.rule))
    relations = [Fact(name="Afspraak", text=each) for each in say_relations(entry)]
    return [Fact(name="Naam", text=entry.title), rule, *relations, *pots, *projects]


def _show_manifest(entry: m.Manifest, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name="Verkiezing", text=entry.title),
        Fact(name="Gebied", text=words.say_list([area.title for area in entry.areas])),
        Fact(name="Partners", text=words.say_list([partner.title for partner in entry.partners])),
        Fact(name="Stemmen kan tot", text=words.say_moment(entry.releases[-1])),
        Fact(name="Kenmerk van de verkiezing", text=manifest_hash(encode(entry)).hex(), link="/audit"),
        _official_titles(entry.signatures, snapshot),
    ]


def _show_roll(entry: e.Roll, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name="Bladzijde", text=words.say_number(entry.page)),
        Fact(name="Nummers op dit blad", text=words.say_number(len(entry.credentials))),
        Fact(name="Zelf kijken", text="Kijk of een nummer gebruikt is", link="/roll"),
    ]


def _show_seal(entry: e.Seal, snapshot: Snapshot) -> list[Fact]:
    sizes = [
        Fact(
            name=_style_title(each.style, snapshot),
            text=(
                f"{words.say_count(each.size, 'nummer', 'nummers')}, "
                f"op {words.say_count(each.population, 'bewoner', 'bewoners')}"
            ),
        )
        for each in entry.styles
    ]
    return [*sizes, _official_titles(entry.signatures, snapshot)]


def _show_start(entry: e.Start, snapshot: Snapshot) -> list[Fact]:
    tried = [_partner_title(each.partner, snapshot.election) for each in entry.rehearsals]
    return [
        Fact(name="Sleutels geprobeerd door", text=words.say_list(tried)),
        _official_titles(entry.signatures, snapshot),
    ]


def _show_bundle(entry: e.Bundle, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name="Reden", text=entry.reason),
        Fact(name="Aanpassing", text=words.say_number(entry.number)),
        _official_titles(entry.signatures, snapshot),
    ]


def _show_replace(entry: e.Replace, snapshot: Snapshot) -> list[Fact]:
    what = (
        "Een oud nummer is ingetrokken; er kwam een nieuw voor in de plaats."
        if entry.revokes
        else "Er kwam een nummer bij."
    )
    return [
        Fact(name="Wat", text=what),
        Fact(name="Soort stembiljet", text=_style_title(entry.style, snapshot)),
        _official_titles(entry.signatures, snapshot),
    ]


def _show_request(entry: e.Request, snapshot: Snapshot) -> list[Fact]:
    return [Fact(name="Soort stembiljet", text=_style_title(entry.style, snapshot))]


def _show_release(entry: e.Release, snapshot: Snapshot) -> list[Fact]:
    facts = [
        Fact(name="Soort stembiljet", text=_style_title(entry.style, snapshot)),
        Fact(name="Aantal", text=words.say_count(entry.count, "stembiljet", "stembiljetten")),
    ]
    if snapshot.election:
        at = snapshot.election.manifest.releases[entry.number - 1]
        facts.append(Fact(name="Vast moment", text=f"{entry.number}: {words.say_moment(at)}"))
    return facts


def _show_ballot(entry: e.Ballot, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name="Soort stembiljet", text=_style_title(entry.style, snapshot)),
        Fact(name="Hoeveelste stem met dit aandeel", text=words.say_number(entry.revision)),
    ]


def _show_close(entry: e.Close, snapshot: Snapshot) -> list[Fact]:
    counts = [
        Fact(
            name=_style_title(each.style, snapshot),
            text=(
                f"{words.say_count(each.requests, 'aandeel', 'aandelen')}, "
                f"{words.say_count(each.ballots, 'stembiljet', 'stembiljetten')} "
                f"van {words.say_count(each.voters, 'kiezer', 'kiezers')}"
            ),
        )
        for each in entry.counts
    ]
    return [*counts, _official_titles(entry.signatures, snapshot)]


def _show_trustee_key(entry: e.TrusteeKey, snapshot: Snapshot) -> list[Fact]:
    return [Fact(name="Partner", text=_partner_title(entry.partner, snapshot.election))]


def _show_tally(entry: e.Tally, snapshot: Snapshot) -> list[Fact]:
    return [
        Fact(name="Geteld", text=words.say_count(entry.counted, "stembiljet", "stembiljetten")),
        Fact(name="Ongeldig", text=words.say_count(entry.invalid, "stembiljet", "stembiljetten")),
        Fact(
            name="Vervangen door een later",
            text=words.say_count(entry.superseded, "stembiljet", "stembiljetten"),
        ),
        Fact(name="Uitslag", text="Lees de uitslag met de redenen", link="/outcome"),
        Fact(name="Uitslag als bestand", text="Alle cijfers", link=file_address(entry.outcome)),
    ]


def _show_certify(entry: e.Certify, snapshot: Snapshot) -> list[Fact]:
    reports = [
        Fact(name="Verslag", text=f"Controle door {each.official}", link=file_address(each.hash))
        for each in entry.reports
    ]
    return [_official_titles(entry.signatures, snapshot), *reports]


FACTS: dict[str, Callable[[Any, Snapshot], list[Fact]]] = {
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
