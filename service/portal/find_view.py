"""Read what somebody types into a form, and say what the board has about it. Pure.

Promise: reading is forgiving (case, spaces, hyphens, O for 0, I and L for 1); what cannot be meant gets a
clear text. Nothing typed stands in an address.
"""

from collections.abc import Sequence

import msgspec

from ballots.codes import ALPHABET
from service.portal import words
from service.portal.election_view import find_next_release
from service.portal.errors import TypedError
from service.portal.follow import Snapshot
from service.portal.store import RollLine, StoredEntry
from service.portal.wall_view import say_ballot_number

SYMBOLS = 10
SYMBOL_BITS = 5
HASH_BITS = 256
MAX_ROLL_DIGITS = 9
_SEPARATORS = " \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2015"
_FORGIVEN = {ord(separator): None for separator in _SEPARATORS} | {
    ord(typed): meant for typed, meant in zip("OIL", "011", strict=True)
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a form's page answers: a sentence, what to do, and entries to look at as (text, position)."""

    found: bool
    said: str
    advice: str = ""
    links: list[tuple[str, int]] = []


def parse_ballot_number(typed: str) -> tuple[bytes, bytes]:
    """Return the least and the greatest entry hash of ballots with a number; TypedError if it is none."""
    symbols = typed.upper().translate(_FORGIVEN)
    if len(symbols) != SYMBOLS:
        raise TypedError(
            f"Een stembiljetnummer heeft {SYMBOLS} tekens; u typte er {len(symbols)}"
            if symbols
            else "U hebt nog niets ingevuld",
            f"Typ de {SYMBOLS} letters en cijfers over die u na het stemmen kreeg.",
        )
    wrong = sorted({symbol for symbol in symbols if symbol not in ALPHABET})
    if wrong:
        raise TypedError(
            f"Dit teken komt in een stembiljetnummer niet voor: {' '.join(wrong)}",
            "Kijk nog eens goed. Een nummer heeft cijfers en letters, maar geen U en geen leestekens.",
        )
    value = 0
    for symbol in symbols:
        value = value << SYMBOL_BITS | ALPHABET.index(symbol)
    free = HASH_BITS - SYMBOLS * SYMBOL_BITS
    return (value << free).to_bytes(32, "big"), ((value + 1 << free) - 1).to_bytes(32, "big")


def say_ballots(found: Sequence[StoredEntry], snapshot: Snapshot, now: float) -> Answer:
    """Return the answer to a ballot number."""
    if found:
        return Answer(
            found=True,
            said="Ja, dit stembiljet hangt op de wand.",
            advice="Het staat er voor altijd. Bekijk de tegel om te zien hoe het ermee staat.",
            links=[
                (f"Stembiljet {say_ballot_number(each.entry_hash)}, tegel {each.position}", each.position)
                for each in found
            ],
        )
    upcoming = find_next_release(snapshot.election, now) if snapshot.election else None
    advice = "Kijk of u het nummer goed hebt overgenomen."
    if upcoming:
        advice += (
            " Stembiljetten komen op vaste momenten op de wand."
            f" Het volgende moment is {words.say_moment(upcoming)}."
        )
    else:
        advice += " Hebt u een ontvangstbewijs van dit stembiljet? Meld het dan: wij moeten het ophangen."
    return Answer(found=False, said="Dit nummer hangt niet op de wand.", advice=advice)


def parse_roll_number(typed: str) -> int:
    """Return a roll number; TypedError if it is none."""
    digits = "".join(typed.split()).replace(".", "")
    if not digits:
        raise TypedError(
            "U hebt nog niets ingevuld", "Typ het nummer dat op uw brief staat, bijvoorbeeld 27."
        )
    if not (digits.isascii() and digits.isdigit()):
        raise TypedError("Een nummer op de kiezerslijst heeft alleen cijfers", "Typ bijvoorbeeld 27.")
    if len(digits) > MAX_ROLL_DIGITS or int(digits) == 0:
        raise TypedError("Dit nummer bestaat niet", "De nummers op de kiezerslijst beginnen bij 1.")
    return int(digits)


def say_no_roll_line(number: int, numbers: int) -> Answer:
    """Return the answer to a number that the roll does not have."""
    if not numbers:
        return Answer(found=False, said="Er is nog geen kiezerslijst.", advice="Kom later terug.")
    return Answer(
        found=False,
        said=f"Nummer {words.say_number(number)} staat niet op de kiezerslijst.",
        advice=f"De lijst loopt van 1 tot en met {words.say_number(numbers)}. Kijk nog eens op uw brief.",
    )


def say_roll_line(number: int, line: RollLine, request: int | None, snapshot: Snapshot) -> Answer:
    """Return the answer to a number of the roll: used, not used, or revoked."""
    if line.revoked:
        replaced = snapshot.find_replacement(line.key)
        return Answer(
            found=True,
            said=f"Nummer {words.say_number(number)} is ingetrokken.",
            advice="Er kwam een nieuwe brief. Met het oude nummer kan niemand meer stemmen.",
            links=[("Bekijk de intrekking op de wand", replaced.position)] if replaced else [],
        )
    if request is not None:
        return Answer(
            found=True,
            said=f"Met nummer {words.say_number(number)} is een aandeel aangevraagd.",
            advice="Was u dat niet? Bel dan de kiezersadministratie; het telefoonnummer staat op uw brief.",
            links=[(f"Bekijk de aanvraag, tegel {request}", request)],
        )
    return Answer(
        found=True,
        said=f"Met nummer {words.say_number(number)} is nog geen aandeel aangevraagd.",
        advice="Niemand heeft dus met dit nummer gestemd.",
    )
