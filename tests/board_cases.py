"""The table of entries that the board must refuse: at which point, what is wrong with them, for which reason.

Read by tests/ballots/test_board.py and by the vectors' maker, so both languages refuse the same things.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ballots import entries as e
from ballots import manifest as m
from ballots.points import L, ed25519_public
from ballots.sealing import FIRST
from ballots.wire import Bytes, Hash, Key
from tests.count_rules import PHRAGMEN, paid_from_all
from tests.forge import (
    IDENTITY,
    MIXED,
    TORSION,
    Entry,
    forge_bad_signature,
    forge_ballot,
    forge_ballot_with,
    forge_box,
    forge_certify,
    forge_changed_style,
    forge_close,
    forge_contest,
    forge_foreign_official,
    forge_fresh_youth,
    forge_issuer_key,
    forge_last_of,
    forge_late_ballot,
    forge_longest,
    forge_manifest,
    forge_manifest_with,
    forge_one_official_twice,
    forge_order_case,
    forge_other_setup,
    forge_other_style,
    forge_partner_key,
    forge_pot,
    forge_published_again,
    forge_rehearsals,
    forge_request,
    forge_revision,
    forge_roll_line,
    forge_roll_page,
    forge_seal,
    forge_seal_style,
    forge_second_issuer_twice,
    forge_share,
    forge_share_above_modulus,
    forge_start,
    forge_stranger,
    forge_style,
    forge_tally,
    forge_thresholds,
    forge_trustee_key,
    forge_turned,
    forge_without_salt,
    forge_wrong_hand,
    make_certify,
    signed_anew,
)
from tests.forge_contests import forge_growing, forge_long_counts, forge_pots, forge_project, forge_rights
from tests.simulator import NO_SIGNATURE, World, changed
from tests.stages import make_replace, shares


@dataclass(frozen=True)
class Case:
    """An entry that is refused at a point of an election."""

    name: str
    at: str
    make: Callable[[World], Entry]
    reason: str


HEAD = {"size": 3}
ROOT = {"root": Hash(b"r" * 32)}

SETUP_CASES = [
    Case("a style with a known id", "a style", lambda w: w.make_style("adult"), "style-id"),
    Case("a style without areas", "set-up", forge_style(areas=[]), "style-repeats"),
    Case("a style with an area twice", "set-up", forge_style(areas=["kerkwijk", "kerkwijk"]), "style-repeats"),
    Case("a style without contests", "set-up", forge_style(contests=[]), "style-repeats"),
    *[
        Case(f"a style with the rule {method}", "set-up", forge_style(contests=[m.StyleContest(contest="c", method=method)]), "style-method")
        for method in (
            m.Approval(minimum=0, maximum=0),
            m.Approval(minimum=3, maximum=2),
            m.Ranking(minimum=1, maximum=0),
            m.Points(maximum=0, total=5),
            m.Points(maximum=6, total=5),
            m.Points(maximum=1, total=10_001),
        )
    ],
    Case("a style with one issuer", "set-up", lambda w: changed(w.make_style("adult"), issuers=w.make_style("adult").issuers[:1]), "style-issuers"),
    Case("a style with one issuer twice", "set-up", lambda w: changed(w.make_style("adult"), issuers=w.make_style("adult").issuers[:1] * 2), "style-issuers"),
    Case("a key of 3,071 bits", "set-up", forge_issuer_key((1 << 3070) + 1), "issuer-key-size"),
    Case("an even modulus", "set-up", forge_issuer_key((1 << 3071) + 2), "issuer-key-even"),
    Case("a modulus divisible by 3", "set-up", forge_issuer_key(3 * ((1 << 3070) // 3 * 2 + 1) | (1 << 3071)), "issuer-key-small-factor"),
    Case("an issuer key of another style", "a style", lambda w: changed(w.make_style("adult"), id="other"), "style-key-used"),
    Case("a contest without projects", "set-up", forge_contest(projects=[]), "contest-repeats"),
    Case("a contest with a style twice", "set-up", forge_contest(styles=["adult", "adult"]), "contest-repeats"),
    Case("a contest with a known id", "before the manifest", lambda w: w.make_contest(), "contest-id"),
    Case("a pot without funders", "set-up", forge_pot(funders=[]), "contest-pots"),
    Case("a funder of weight 0", "set-up", forge_pot(funders=[m.Funder(id="a", title="A", weight=0)]), "contest-pots"),
    Case("a funder twice", "set-up", forge_pot(funders=[m.Funder(id="a", title="A", weight=1)] * 2), "contest-pots"),
    Case("a label where the right has none", "set-up", forge_pot(label="Groen"), "contest-pots"),
    Case("a labelled pot without label", "set-up", forge_pot(right="labelled"), "contest-pots"),
    Case("two pots of together 2^53 cents", "set-up", lambda w: forge_pots(w, 2**52, 2**52), "contest-pots"),
    Case("advice beside a pot that residents decide on", "set-up", lambda w: forge_rights(w, "decide", "advice"), "contest-pots"),
    Case("advice beside a labelled pot", "set-up", lambda w: forge_rights(w, "advice", "labelled"), "contest-pots"),
    Case("a project that no pot pays for", "set-up", forge_project(pots=[]), "contest-projects"),
    Case("a pot that is none of the contest's", "set-up", forge_project(pots=["pot-9"]), "contest-projects"),
    Case("a pot twice for one project", "set-up", forge_project(pots=["pot", "pot"]), "contest-projects"),
    Case("a project's pots in another order", "set-up", lambda w: forge_pots(w, 1, 1, reverse=True), "contest-projects"),
    Case("an alternative to nothing", "set-up", forge_contest(alternatives=[["plein"]]), "contest-relations"),
    Case("alternatives of no project", "set-up", forge_contest(alternatives=[[]]), "contest-relations"),
    Case("an alternative to itself", "set-up", forge_contest(alternatives=[["plein", "plein"]]), "contest-relations"),
    Case("alternatives in another order", "set-up", forge_contest(alternatives=[["speeltuin", "plein"]]), "contest-relations"),
    Case("an alternative that does not exist", "set-up", forge_contest(alternatives=[["plein", "zwembad"]]), "contest-relations"),
    Case("alternatives twice", "set-up", forge_contest(alternatives=[["plein", "speeltuin"]] * 2), "contest-relations"),
    Case("a need of a project that stands later", "set-up", forge_contest(needs=[m.Need(needs="speeltuin", project="plein")]), "contest-relations"),
    Case("a need of itself", "set-up", forge_contest(needs=[m.Need(needs="plein", project="plein")]), "contest-relations"),
    Case("a need that does not exist", "set-up", forge_contest(needs=[m.Need(needs="zwembad", project="plein")]), "contest-relations"),
    Case("a need of a project that does not exist", "set-up", forge_contest(needs=[m.Need(needs="plein", project="zwembad")]), "contest-relations"),
    Case("a need twice", "set-up", forge_contest(needs=[m.Need(needs="plein", project="speeltuin")] * 2), "contest-relations"),
    Case("a need of an alternative", "set-up", forge_contest(alternatives=[["plein", "speeltuin"]], needs=[m.Need(needs="plein", project="speeltuin")]), "contest-relations"),
    Case("Phragmen with alternatives", "set-up", forge_contest(alternatives=[["plein", "speeltuin"]], rule=PHRAGMEN), "contest-rule"),
    Case("purses that grow in too small steps", "set-up", lambda w: forge_growing(w, 2**23 + 1), "contest-rule"),
    Case("purses that grow in too small steps of 3 cents", "set-up", lambda w: forge_growing(w, 3 * 2**23 + 3, 3), "contest-rule"),
    Case("Phragmen with needs", "set-up", forge_contest(needs=[m.Need(needs="plein", project="speeltuin")], rule=PHRAGMEN), "contest-rule"),
    Case("a contest beyond the thousandth entry", "a full set-up", lambda w: w.make_contest(), "setup-limit"),
    Case("an entry out of phase", "set-up", lambda w: e.Release(count=1, number=1, style="adult"), "phase"),
]  # fmt: skip

MANIFEST_CASES = [
    Case("a set-up entry left out", "before the manifest", forge_manifest_with(lambda w, x: {"setup": x.setup[:-1]}), "manifest-setup"),
    Case("set-up entries in another order", "before the manifest", forge_manifest_with(lambda w, x: {"setup": x.setup[::-1]}), "manifest-setup"),
    Case("another origin", "before the manifest", forge_manifest(origin="elders.example/board"), "manifest-origin"),
    Case("no areas", "before the manifest", forge_manifest(areas=[]), "manifest-parties"),
    Case("two partners", "before the manifest", forge_manifest_with(lambda w, x: {"partners": x.partners[:2]}), "manifest-parties"),
    Case("a partner twice", "before the manifest", forge_manifest_with(lambda w, x: {"partners": x.partners[:5] + x.partners[:1]}), "manifest-parties"),
    Case("a witness key of small order", "before the manifest", forge_manifest_with(forge_partner_key("witness", TORSION)), "point-small-order"),
    Case("the identity as witness key", "before the manifest", forge_manifest_with(forge_partner_key("witness", IDENTITY)), "point-small-order"),
    Case("a witness key with a second spelling", "before the manifest", forge_manifest_with(forge_partner_key("witness", b"\xee" + b"\xff" * 30 + b"\x7f")), "point-not-canonical"),
    Case("a trustee key of low order", "before the manifest", forge_manifest_with(forge_partner_key("trustee", bytes(32))), "x25519-low-order"),
    Case("a trustee key that is not canonical", "before the manifest", forge_manifest_with(forge_partner_key("trustee", b"\xff" * 32)), "x25519-not-canonical"),
    Case("one key for two parties", "before the manifest", forge_manifest_with(lambda w, x: forge_partner_key("witness", x.operator)(w, x)), "manifest-keys"),
    Case("3 of 6 trustees", "before the manifest", forge_thresholds(trustees=3), "manifest-thresholds"),
    Case("6 of 6 trustees", "before the manifest", forge_thresholds(trustees=6), "manifest-thresholds"),
    Case("3 of 6 witnesses", "before the manifest", forge_thresholds(witnesses=3), "manifest-thresholds"),
    Case("7 of 6 witnesses", "before the manifest", forge_thresholds(witnesses=7), "manifest-thresholds"),
    Case("three liars among six witnesses", "before the manifest", forge_thresholds(faults=2), "manifest-thresholds"),
    Case("no release", "before the manifest", forge_manifest(releases=[]), "manifest-releases"),
    Case("a release twice", "before the manifest", forge_manifest(releases=[5, 5]), "manifest-releases"),
    Case("limits of one style only", "before the manifest", forge_manifest_with(lambda w, x: {"limits": x.limits[:1]}), "manifest-limits"),
    Case("limits in another order", "before the manifest", forge_manifest_with(lambda w, x: {"limits": x.limits[::-1]}), "manifest-limits"),
    Case("a style's area missing", "before the manifest", forge_manifest(areas=[m.Area(id="elders", title="Elders")]), "manifest-references"),
    Case("one official twice", "before the manifest", lambda w: forge_one_official_twice(w.make_manifest()), "officials"),
    Case("a signature by the other official", "before the manifest", lambda w: forge_wrong_hand(w.make_manifest()), "signature-wrong"),
    Case("an issuer that is no partner", "set-up", forge_other_setup(lambda w: [changed(w.make_style("adult"), issuers=[changed(i, partner=f"x-{n}") for n, i in enumerate(w.make_style("adult").issuers)]), w.make_style("youth"), w.make_contest()]), "manifest-references"),
    Case("a contest that a style does not name", "set-up", forge_other_setup(lambda w: [w.make_style("adult"), w.make_style("youth"), changed(w.make_contest(), styles=["adult"])]), "manifest-references"),
    Case("three pots for two styles apart", "set-up", forge_other_setup(lambda w: [w.make_style("adult"), w.make_style("youth"), paid_from_all(changed(w.make_contest(), counted="apart", pots=[changed(w.make_contest().pots[0], id=f"pot-{n}") for n in "abc"]))]), "manifest-pots"),
    Case("points counted by Phragmen", "set-up", forge_other_setup(lambda w: [*(changed(w.make_style(of), contests=[m.StyleContest(contest="wijkbudget", method=m.Points(maximum=3, total=4))]) for of in ("adult", "youth")), changed(w.make_contest(), rule=PHRAGMEN)]), "manifest-method"),
    Case("two methods counted together", "set-up", forge_other_setup(lambda w: [w.make_style("adult"), changed(w.make_style("youth"), contests=[m.StyleContest(contest="wijkbudget", method=m.Knapsack())]), w.make_contest()]), "manifest-pots"),
    Case("one pot for two styles apart", "set-up", forge_other_setup(lambda w: [w.make_style("adult"), w.make_style("youth"), changed(w.make_contest(), counted="apart")]), "manifest-pots"),
    Case("a maximum above the projects", "set-up", forge_other_setup(lambda w: [w.make_style("adult"), changed(w.make_style("youth"), contests=[m.StyleContest(contest="wijkbudget", method=m.Approval(minimum=0, maximum=6))]), w.make_contest()]), "manifest-method"),
    Case("a pad that is one byte short", "set-up", forge_other_setup(lambda w: [changed(w.make_style("adult"), pad=forge_longest(w)), w.make_style("youth"), w.make_contest()]), "manifest-pad"),
    Case("a pad of 16,385", "set-up", forge_other_setup(lambda w: [changed(w.make_style("adult"), pad=16385), w.make_style("youth"), w.make_contest()]), "manifest-pad"),
    Case("counts that an outcome file has no room for", "set-up", forge_other_setup(forge_long_counts), "manifest-outcome"),
]  # fmt: skip

ROLL_CASES = [
    Case("a page twice", "a page of the roll", forge_roll_page(page=1), "roll-page"),
    Case("a page left out", "a page of the roll", forge_roll_page(page=3), "roll-page"),
    Case("a credential twice", "a page of the roll", forge_roll_line(lambda w: w.residents[0].credential), "roll-key"),
    Case("a credential twice on one page", "a page of the roll", lambda w: signed_anew(w, w.make_roll_page(2, [w.residents[5]] * 2)), "roll-key"),
    Case("the operator's key on the roll", "a page of the roll", forge_roll_line(lambda w: ed25519_public(w.keys.operator)), "roll-key"),
    Case("an official's key on the roll", "a page of the roll", forge_roll_line(lambda w: ed25519_public(w.keys.officials["anna"])), "roll-key"),
    Case("a credential of small order", "a page of the roll", forge_roll_line(lambda w: TORSION), "point-small-order"),
    Case("an unknown style on the roll", "a page of the roll", forge_roll_line(lambda w: w.residents[5].credential, "elders"), "roll-style"),
    Case("a page by another hand", "a page of the roll", lambda w: changed(w.make_roll_page(2, w.residents[4:5]), signature=w.sign(w.keys.operator, w.make_roll_page(2, w.residents[4:5]))), "signature-wrong"),
    Case("a wrong size", "the whole roll", forge_seal_style(size=5), "seal-sizes"),
    Case("a style left out", "the whole roll", lambda w: signed_anew(w, w.make_seal(), styles=w.make_seal().styles[:1]), "seal-sizes"),
    Case("more credentials than people", "the whole roll", forge_seal_style(population=5), "seal-population"),
    Case("a wrong root over the pages", "the whole roll", forge_seal(**ROOT), "seal-root"),
    Case("a seal that the registrar did not sign", "the whole roll", lambda w: changed(w.make_seal(), registrar=NO_SIGNATURE), "signature-r"),
    Case("a seal by one official twice", "the whole roll", lambda w: forge_one_official_twice(w.make_seal()), "officials"),
    Case("a style below the smallest roll", "sealed with a small style", lambda w: w.make_start(), "start-minimum"),
    Case("a start with a wrong size", "sealed", forge_start(**HEAD), "head"),
    Case("a start with a wrong root", "sealed", forge_start(**ROOT), "head"),
    Case("a rehearsal left out", "sealed", forge_rehearsals(lambda all_: all_[:-1]), "start-rehearsals"),
    Case("rehearsals in another order", "sealed", forge_rehearsals(lambda all_: all_[::-1]), "start-rehearsals"),
    Case("a rehearsal with another seed", "sealed", forge_rehearsals(lambda all_: [changed(all_[0], seed=Hash(bytes(32))), *all_[1:]]), "signature-wrong"),
    Case("officials in another order", "sealed", lambda w: forge_turned(w.make_start()), "officials"),
    Case("an unknown official", "sealed", lambda w: forge_foreign_official(w.make_start()), "officials"),
    Case("a roll page after the seal", "sealed", lambda w: w.make_roll_page(4, w.residents[:1]), "phase"),
]  # fmt: skip

VOTING_CASES = [
    Case("a bundle with number 2 first", "voting", lambda w: w.by_officials(e.Bundle(hash=Hash(bytes(32)), number=2, reason="fout hersteld", signatures=[])), "bundle-number"),
    Case("a bundle by one official twice", "voting", lambda w: forge_one_official_twice(w.by_officials(e.Bundle(hash=Hash(bytes(32)), number=1, reason="fout hersteld", signatures=[]))), "officials"),
    Case("a walk-in beyond the allowance", "voting", lambda w: make_replace(w, b"another"), "replace-allowance"),
    Case("a walk-in in an unknown style", "voting", lambda w: make_replace(w, b"another", style="elders"), "replace-style"),
    Case("a walk-in who is on the roll", "voting", lambda w: make_replace(w, w.residents[7].credential, style="youth"), "roll-key"),
    Case("a replacement by the key that it revokes", "voting", lambda w: make_replace(w, w.residents[5].credential, [w.residents[5].credential]), "roll-key"),
    Case("revoking a stranger", "voting", lambda w: make_replace(w, b"another", [ed25519_public(b"nobody".ljust(32))]), "replace-unknown"),
    Case("revoking in another style", "voting", lambda w: make_replace(w, b"another", [w.residents[7].credential]), "replace-unknown"),
    Case("revoking twice", "voting", lambda w: make_replace(w, b"another", [w.residents[4].credential]), "replace-unknown"),
    Case("revoking who has asked", "voting", lambda w: make_replace(w, b"another", [w.residents[0].credential]), "replace-requested"),
    Case("a replacement by one official twice", "voting", lambda w: forge_one_official_twice(make_replace(w, b"another", [w.residents[5].credential])), "officials"),
    Case("a replacement that the registrar did not sign", "voting", lambda w: changed(make_replace(w, b"another", [w.residents[5].credential]), registrar=NO_SIGNATURE), "signature-r"),
    Case("a replacement by a key of small order", "voting", lambda w: make_replace(w, TORSION, [w.residents[5].credential]), "point-small-order"),
    Case("asking without being on the roll", "voting", forge_stranger, "request-unknown"),
    Case("asking when revoked", "voting", forge_request(4), "request-revoked"),
    Case("asking for another style", "voting", forge_request(5, style="youth"), "request-style"),
    Case("asking for an unknown style", "voting", forge_request(5, style="elders"), "request-style"),
    Case("asking twice", "voting", forge_request(0), "request-twice"),
    Case("one blinded message", "voting", forge_request(5, blinded=[Hash(bytes(32))]), "request-blinded"),
    Case("a request signed by somebody else", "voting", lambda w: changed(w.ask(5).request.request, signature=w.sign(w.residents[6].credential_seed, w.ask(5).request.request)), "signature-wrong"),
    Case("a release of number 0", "voting", lambda w: e.Release(count=2, number=0, style="adult"), "release-number"),
    Case("a release beyond the last", "voting", lambda w: e.Release(count=2, number=4, style="adult"), "release-number"),
    Case("a release number twice", "voting", lambda w: e.Release(count=2, number=1, style="adult"), "release-number"),
    Case("a release number below another style's", "released twice", lambda w: e.Release(count=2, number=1, style="youth"), "release-number"),
    Case("a release of an unknown style", "voting", lambda w: e.Release(count=2, number=2, style="elders"), "release-style"),
    Case("a release under the minimum", "voting", lambda w: e.Release(count=1, number=2, style="adult"), "release-count"),
    Case("an empty last release", "voting", lambda w: e.Release(count=0, number=3, style="adult"), "release-count"),
    Case("a ballot without a release", "voting", forge_revision(2, forge_last_of(0)), "phase"),
    Case("a close with a wrong root", "voting", forge_close(**ROOT), "head"),
    Case("a close with wrong numbers", "voting", lambda w: signed_anew(w, w.make_close(), counts=[changed(c, voters=9) for c in w.board.counts()]), "close-counts"),
    Case("a close by one official twice", "voting", lambda w: forge_one_official_twice(w.make_close()), "officials"),
]  # fmt: skip

BALLOT_CASES = [
    Case("a request within a release", "releasing", forge_request(5), "phase"),
    Case("a ballot in the wrong order", "releasing one voter twice", forge_order_case, "ballot-order"),
    Case("too few voters in a release", "releasing one voter twice", forge_revision(2, forge_last_of(2), share=2), "release-minimum"),
    Case("a ballot of another style", "releasing", forge_other_style, "ballot-style"),
    Case("a ballot of a fresh voting key of another style", "releasing", forge_fresh_youth, "ballot-style"),
    Case("a voting key that changes its style", "releasing youth", forge_changed_style, "ballot-style"),
    Case("an unknown style", "releasing", forge_ballot(style="elders"), "ballot-style"),
    Case("a box too few", "releasing", forge_ballot_with(lambda w, b: {"boxes": b.boxes[1:]}), "ballot-length"),
    Case("a share signature too few", "releasing", forge_ballot_with(lambda w, b: {"share": b.share[1:]}), "ballot-length"),
    Case("a body that is one byte longer", "releasing", forge_ballot_with(lambda w, b: {"body": Bytes(b.body + b"\0")}), "ballot-length"),
    Case("a box with a key of low order", "releasing", forge_box(bytes(32)), "x25519-low-order"),
    Case("a box with a second spelling", "releasing", forge_box(b"\xff" * 32), "x25519-not-canonical"),
    Case("a share by one issuer twice", "releasing", forge_ballot_with(forge_second_issuer_twice), "share-wrong"),
    Case("a share signature above the modulus", "releasing", forge_ballot_with(forge_share_above_modulus), "share-range"),
    Case("a share with a salt of length 0", "releasing", forge_ballot_with(forge_without_salt), "share-wrong"),
    Case("another voter's share", "releasing", lambda w: forge_ballot(2, share=next(b.share for b in w.urn if b.voting_key != ed25519_public(shares(w)[2].voting_seed)))(w), "share-wrong"),
    Case("another voter's signature", "releasing", lambda w: changed(forge_ballot(2)(w), signature=forge_ballot(3)(w).signature), "signature-wrong"),
    Case("a changed body under the old signature", "releasing", lambda w: changed(w.urn[0], body=Bytes(bytes(len(w.urn[0].body)))), "signature-wrong"),
    Case("S + L", "releasing", forge_bad_signature(lambda s: s[:32] + (int.from_bytes(s[32:], "little") + L).to_bytes(32, "little")), "signature-s"),
    Case("R of small order", "releasing", forge_bad_signature(lambda s: TORSION + s[32:]), "signature-r"),
    Case("the identity as R", "releasing", forge_bad_signature(lambda s: IDENTITY + s[32:]), "signature-r"),
    Case("a voting key of small order", "releasing", lambda w: changed(w.urn[0], voting_key=Key(TORSION), share=forge_share(w, TORSION)), "point-small-order"),
    Case("a voting key with a torsion component", "releasing", lambda w: changed(w.urn[0], voting_key=Key(MIXED), share=forge_share(w, MIXED)), "point-small-order"),
    Case("revision 2 first", "releasing", forge_revision(2, lambda w: FIRST, share=2), "ballot-revision"),
    Case("revision 1 again", "releasing a second revision", forge_revision(1, lambda w: FIRST), "ballot-revision"),
    Case("a revision left out", "releasing a second revision", forge_revision(3, forge_last_of(0)), "ballot-revision"),
    Case("a second revision of another ballot", "releasing a second revision", forge_revision(2, forge_last_of(1)), "ballot-previous"),
    Case("a first revision with something before", "releasing", forge_revision(1, lambda w: b"x" * 32, share=2), "ballot-previous"),
]  # fmt: skip

AFTER_CASES = [
    Case("a ballot after the close", "closed", forge_late_ballot, "phase"),
    Case("a request after the close", "closed", forge_request(5), "phase"),
    Case("a tally before the keys", "closed", lambda w: e.Tally(contests=[], counted=0, invalid=0, outcome=Hash(bytes(32)), superseded=0), "phase"),
    Case("a key of a stranger", "closed", forge_trustee_key("elders"), "trustee-key-partner"),
    Case("another partner's private key", "closed", forge_trustee_key("partner-2"), "trustee-key-wrong"),
    Case("a random private key", "closed", forge_trustee_key("partner-1", key=Key(b"k" * 32)), "trustee-key-wrong"),
    Case("a key that the partner did not sign", "closed", lambda w: changed(w.make_trustee_key("partner-1"), signature=w.make_trustee_key("partner-2").signature), "signature-wrong"),
    Case("a key twice", "opened", forge_published_again, "trustee-key-partner"),
    Case("a tally without contests", "opened", forge_tally(lambda t: {"contests": []}), "tally-shape"),
    Case("a winner that is no project", "opened", forge_tally(lambda t: {"contests": [changed(t.contests[0], winners=["elders"])]}), "tally-shape"),
    Case("a winner twice", "opened", forge_tally(lambda t: {"contests": [changed(t.contests[0], winners=["plein", "plein"])]}), "tally-shape"),
    Case("a certify over another tally", "counted", forge_certify(tally=Hash(bytes(32))), "certify-tally"),
    Case("a certify with a wrong size", "counted", forge_certify(**HEAD), "head"),
    Case("two equal reports", "counted", lambda w: make_certify(w, reports=[e.Report(hash=Hash(bytes(32)), official=o) for o in w.keys.officials]), "certify-reports"),
    Case("two reports of one official", "counted", lambda w: make_certify(w, reports=[e.Report(hash=Hash(bytes([n]) * 32), official="anna") for n in range(2)]), "certify-reports"),
    Case("a certify by one official twice", "counted", lambda w: forge_one_official_twice(make_certify(w)), "officials"),
    Case("a second tally", "counted", lambda w: next(raw for raw in w.entries if b'"kind":"tally"' in raw), "phase"),
]  # fmt: skip

CASES = SETUP_CASES + MANIFEST_CASES + ROLL_CASES + VOTING_CASES + BALLOT_CASES + AFTER_CASES
