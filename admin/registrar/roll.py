"""Make the entries that the registrar signs: pages of the roll, the seal, replacements.

Pure: codes, keys and randomness are arguments. Who is behind a line is not known here. Format: PROTOCOL.md
section 5.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from admin.drafts import NO_SIGNATURE, changed, sign
from admin.registrar.errors import RegistrarError
from ballots.entries import MAX_PAGE, Credential, Replace, Roll, Seal, StyleSize
from ballots.errors import ProtocolError
from ballots.manifest import Manifest, manifest_hash
from ballots.merkle import leaf_hash, root_of
from ballots.points import ed25519_public
from ballots.signing import verify_signature
from ballots.wire import Hash, Key, decode, encode


class RegistrarDesk:
    """The registrar of one election: its manifest, checked to name this key, and the key."""

    def __init__(self, manifest: bytes, seed: bytes) -> None:
        self.manifest_hash = manifest_hash(manifest)
        self._seed = seed
        self._manifest = read_manifest(manifest)
        if self._manifest.registrar != ed25519_public(seed):
            raise RegistrarError("this manifest names another registrar's key; is it of another election?")

    @property
    def styles(self) -> list[str]:
        """The styles of the election, in its order."""
        return [limits.style for limits in self._manifest.limits]

    def check_style(self, style: str) -> None:
        """Raise RegistrarError unless the election has this style."""
        if style not in self.styles:
            raise RegistrarError(f"expected a style of the election ({', '.join(self.styles)}), got {style}")

    def make_pages(self, lines: Sequence[Credential]) -> list[bytes]:
        """Return the signed pages of the roll. The caller has put the lines in random order."""
        pages = []
        for number, start in enumerate(range(0, len(lines), MAX_PAGE), 1):
            page = Roll(
                credentials=list(lines[start : start + MAX_PAGE]), page=number, signature=NO_SIGNATURE
            )
            pages.append(encode(changed(page, signature=sign(self._seed, page, self.manifest_hash))))
        return pages

    def make_seal(self, pages: Sequence[bytes], population: Mapping[str, int]) -> Seal:
        """Return the seal over the pages, signed by the registrar; the officials' signatures come later.

        `population` says how many people may vote in each style; in a style that it leaves out there are no
        others than those on the roll.
        """
        sizes = Counter(line.style for page in pages for line in read_page(page).credentials)
        for style, people in population.items():
            self.check_style(style)
            if people < sizes[style]:
                raise RegistrarError(f"{sizes[style]} on the roll of style {style}, but only {people} people")
        seal = Seal(
            registrar=NO_SIGNATURE,
            root=Hash(root_of([leaf_hash(page) for page in pages])),
            signatures=[],
            styles=[
                StyleSize(population=population.get(style, sizes[style]), size=sizes[style], style=style)
                for style in self.styles
            ],
        )
        return changed(seal, registrar=sign(self._seed, seal, self.manifest_hash))

    def make_replace(self, adds: Key, revokes: Key | None, style: str) -> Replace:
        """Return a replacement, or with no key to revoke a walk-in, signed by the registrar."""
        self.check_style(style)
        replace = Replace(
            adds=adds,
            registrar=NO_SIGNATURE,
            revokes=[] if revokes is None else [revokes],
            signatures=[],
            style=style,
        )
        return changed(replace, registrar=sign(self._seed, replace, self.manifest_hash))


def read_manifest(raw: bytes) -> Manifest:
    """Return the manifest that two of its officials signed; RegistrarError otherwise."""
    try:
        manifest: Manifest = decode(Manifest, raw)
        keys = {official.id: official.key for official in manifest.officials}
        for each in manifest.signatures:
            verify_signature(keys[each.official], each.signature, manifest, b"")
    except (ProtocolError, KeyError) as error:
        raise RegistrarError(f"this is no manifest that its officials signed: {error}") from None
    return manifest


def read_page(raw: bytes) -> Roll:
    """Return a page of the roll; RegistrarError if the bytes are none."""
    try:
        page: Roll = decode(Roll, raw)
    except ProtocolError as error:
        raise RegistrarError(f"this is no page of a roll: {error}") from None
    return page
