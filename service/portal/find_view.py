"""Read what somebody types into a form, and say what the board has about it. Pure.

Promise: reading is forgiving (case, spaces, hyphens, O for 0, I and L for 1); what cannot be meant gets a
clear text. Nothing typed stands in an address, and what may be the secret code comes back nowhere.
"""

from collections.abc import Sequence

import msgspec

from ballots.codes import ALPHABET
from service.portal.election_view import find_next_release
from service.portal.errors import TypedError
from service.portal.follow import Snapshot
from service.portal.store import RollLine, StoredEntry
from service.portal.wall_view import say_ballot_number
from service.portal.words import Words

SYMBOLS = 10
SYMBOL_BITS = 5
HASH_BITS = 256
MAX_ROLL_DIGITS = 9
SECRET_LEAST = 16
"""From so many letters and digits on, what was typed looks like the code of a letter."""
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


def is_like_secret(typed: str) -> bool:
    """Say whether this may be the secret code of a letter."""
    return sum(sign.isalnum() for sign in typed) >= SECRET_LEAST


def come_again(typed: str) -> str:
    """Return what stands in the field again after something could not be meant: never the secret code."""
    return "" if is_like_secret(typed) else typed


def parse_ballot_number(typed: str) -> tuple[bytes, bytes]:
    """Return the least and the greatest entry hash of ballots with a number; TypedError if it is none."""
    if is_like_secret(typed):
        raise TypedError("page.error.find-secret", "page.error.find-secret-advice", symbols=str(SYMBOLS))
    symbols = typed.upper().translate(_FORGIVEN)
    if len(symbols) != SYMBOLS:
        title = "page.error.ballot-length" if symbols else "page.error.nothing"
        raise TypedError(title, "page.error.ballot-length-advice", len(symbols), symbols=str(SYMBOLS))
    wrong = sorted({symbol for symbol in symbols if symbol not in ALPHABET})
    if wrong:
        raise TypedError("page.error.ballot-sign", "page.error.ballot-sign-advice", signs=" ".join(wrong))
    value = 0
    for symbol in symbols:
        value = value << SYMBOL_BITS | ALPHABET.index(symbol)
    free = HASH_BITS - SYMBOLS * SYMBOL_BITS
    return (value << free).to_bytes(32, "big"), ((value + 1 << free) - 1).to_bytes(32, "big")


def say_ballots(words: Words, found: Sequence[StoredEntry], snapshot: Snapshot, now: float) -> Answer:
    """Return the answer to a ballot number."""
    if found:
        return Answer(
            found=True,
            said=words.say("page.find.found"),
            advice=words.say("page.find.found-advice"),
            links=[
                (
                    words.say(
                        "page.find.link",
                        number=say_ballot_number(each.entry_hash),
                        place=str(each.position),
                    ),
                    each.position,
                )
                for each in found
            ],
        )
    upcoming = find_next_release(snapshot.election, now) if snapshot.election else None
    if upcoming:
        advice = words.say("page.find.later", moment=words.say_moment(upcoming))
    else:
        advice = words.say("page.find.report")
    return Answer(found=False, said=words.say("page.find.missing"), advice=advice)


def parse_roll_number(typed: str) -> int:
    """Return a roll number; TypedError if it is none."""
    digits = "".join(typed.split()).replace(".", "")
    if not digits:
        raise TypedError("page.error.nothing", "page.error.roll-nothing-advice")
    if not (digits.isascii() and digits.isdigit()):
        raise TypedError("page.error.roll-digits", "page.error.roll-digits-advice")
    if len(digits) > MAX_ROLL_DIGITS or int(digits) == 0:
        raise TypedError("page.error.roll-none", "page.error.roll-none-advice")
    return int(digits)


def say_no_roll_line(words: Words, number: int, numbers: int) -> Answer:
    """Return the answer to a number that the roll does not have."""
    if not numbers:
        return Answer(
            found=False, said=words.say("page.roll.none"), advice=words.say("page.roll.none-advice")
        )
    said = words.say_number(number)
    return Answer(
        found=False,
        said=words.say("page.roll.unknown", number=said),
        advice=words.say("page.roll.unknown-advice", numbers),
    )


def say_roll_line(
    words: Words, number: int, line: RollLine, request: int | None, snapshot: Snapshot
) -> Answer:
    """Return the answer to a number of the roll: used, not used, or revoked."""
    said = words.say_number(number)
    if line.revoked:
        replaced = snapshot.find_replacement(line.key)
        return Answer(
            found=True,
            said=words.say("page.roll.revoked", number=said),
            advice=words.say("page.roll.revoked-advice"),
            links=[(words.say("page.roll.revoked-link"), replaced.position)] if replaced else [],
        )
    if request is not None:
        return Answer(
            found=True,
            said=words.say("page.roll.used", number=said),
            advice=words.say("page.roll.used-advice"),
            links=[(words.say("page.roll.used-link", place=str(request)), request)],
        )
    return Answer(
        found=True,
        said=words.say("page.roll.free", number=said),
        advice=words.say("page.roll.free-advice"),
    )
