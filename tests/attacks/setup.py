"""Attacks on set-up: rules that two officials sign, and that would take a promise back before it is made."""

# ruff: noqa: E501 - a table, one row a line

from tests.attacks.rows import OFFICIALS, Attack
from tests.attacks.scenes import broken, refused

ROWS = [
    Attack(OFFICIALS, "name the operator as one of the witnesses", "S05 manifest-keys", refused("one key for two parties")),
    Attack(OFFICIALS, "let three of six partners make a checkpoint good", "S06 manifest-thresholds", refused("3 of 6 witnesses")),
    Attack(OFFICIALS, "let three of six partners open the ballots", "S06 manifest-thresholds", refused("3 of 6 trustees")),
    Attack(OFFICIALS, "need all partners to open, so that one lost key loses the election", "S06 manifest-thresholds", refused("6 of 6 trustees")),
    Attack(OFFICIALS, "let more partners lie than the witnesses can bear", "S06 manifest-thresholds", refused("three liars among six witnesses")),
    Attack(OFFICIALS, "set up two partners", "S05 manifest-parties", refused("two partners")),
    Attack(OFFICIALS, "name one partner twice", "S05 manifest-parties", refused("a partner twice")),
    Attack(OFFICIALS, "take a witness key for which anybody can sign", "S05 point-small-order", refused("the identity as witness key")),
    Attack(OFFICIALS, "take a trustee key that everybody can open for", "S05 x25519-low-order", refused("a trustee key of low order")),
    Attack(OFFICIALS, "take a second spelling of a trustee key", "S05 x25519-not-canonical", refused("a trustee key that is not canonical")),
    Attack(OFFICIALS, "leave a style out of what they sign", "S04 manifest-setup", refused("a set-up entry left out")),
    Attack(OFFICIALS, "sign the set-up in another order", "S04 manifest-setup", refused("set-up entries in another order")),
    Attack(OFFICIALS, "sign for another log", "S04 manifest-origin", refused("another origin")),
    Attack(OFFICIALS, "release twice at one time", "S07 manifest-releases", refused("a release twice")),
    Attack(OFFICIALS, "set no limits for one style", "S07 manifest-limits", refused("limits of one style only")),
    Attack(OFFICIALS, "set up a contest that one style does not know of", "S08 manifest-references", refused("a contest that a style does not name")),
    Attack(OFFICIALS, "give three pots to two styles that are counted apart", "S08 manifest-pots", refused("three pots for two styles apart")),
    Attack(OFFICIALS, "let a project be paid from a pot of another contest", "S03 contest-projects", refused("a pot that is none of the contest's")),
    Attack(OFFICIALS, "let two projects need each other", "S03 contest-relations", refused("a need of a project that stands later")),
    Attack(OFFICIALS, "let purses grow in so small steps that no count ends", "S03 contest-rule", refused("purses that grow in too small steps")),
    Attack(OFFICIALS, "count points and crosses together", "S08 manifest-pots", refused("two methods counted together")),
    Attack(OFFICIALS, "make ballots so short that their length tells the choices", "S09 manifest-pad", refused("a pad that is one byte short")),
    Attack(OFFICIALS, "allow more choices than there are projects", "S09 manifest-method", refused("a maximum above the projects")),
    Attack(OFFICIALS, "set up one project twice, or none", "S03 contest-repeats", refused("a contest without projects")),
    Attack(OFFICIALS, "hide who pays", "S03 contest-pots", refused("a pot without funders")),
    Attack(OFFICIALS, "hide that a pot is labelled", "S03 contest-pots", refused("a labelled pot without label")),
    Attack(OFFICIALS, "let advice on one pot keep projects from the money of the next", "S03 contest-pots", refused("advice beside a pot that residents decide on")),
    Attack(OFFICIALS, "set up counts that no outcome file can hold", "S09 manifest-outcome", refused("counts that an outcome file has no room for")),
    Attack("one official", "signs the manifest in both officials' places", "E03 officials", refused("one official twice")),
    Attack("one official", "signs the manifest in another official's place", "E03 signature-wrong", refused("a signature by the other official")),
    Attack(OFFICIALS, "publish a text that readers show differently", "F04", broken("a text that is not UTF-8")),
    Attack(OFFICIALS, "publish something else as a picture", "F05", broken("a picture that is a text")),
    Attack(OFFICIALS, "publish a web page in another encoding as a picture", "F05", broken("a picture that is a web page in another encoding")),
]  # fmt: skip
