"""Tiles and bundles are those of the specification, and forged ones never pass for the board."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.errors import ProofError
from ballots.merkle import (
    HashReader,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ballots.tiles import (
    ENTRIES,
    Tile,
    TileReader,
    entries_of_size,
    find_tile,
    format_bundle,
    format_path,
    hash_reader,
    new_bundles,
    new_tiles,
    parse_bundle,
    parse_path,
    parse_tile,
    root_of_bundles,
    tiles_of_size,
    verify_tiles,
)
from ballots.wire import MAX_ENTRY, MAX_INT

LARGEST = 70_000
EDGES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, LARGEST]


def entry_at(index: int) -> bytes:
    """Return the entry at an index of the test's board."""
    return b"entry %d" % index


def all_levels(size: int) -> list[list[bytes]]:
    """Return the hashes of all full subtrees, level by level, each from the level below."""
    levels = [[leaf_hash(entry_at(index)) for index in range(size)]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return levels


LEVELS = all_levels(LARGEST)


def read_hash(level: int, index: int) -> bytes:
    """Read a hash of the test's board."""
    return LEVELS[level][index]


def published(size: int, old_size: int = 0) -> dict[str, bytes]:
    """Return the files to publish for the growth to `size`."""
    return dict([*new_tiles(old_size, size, read_hash), *new_bundles(old_size, size, entry_at)])


def reader_of(files: dict[str, bytes]) -> TileReader:
    """Return a reader of published files."""
    return lambda tile: files[format_path(tile)]


def reason_of(error: pytest.ExceptionInfo[ProofError]) -> str:
    """Return the reason of a refusal."""
    return error.value.reason


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(index=0, level=0, width=256), "tile/0/000"),
        (Tile(index=0, level=1, width=1), "tile/1/000.p/1"),
        (Tile(index=999, level=0, width=255), "tile/0/999.p/255"),
        (Tile(index=1000, level=0, width=256), "tile/0/x001/000"),
        (Tile(index=1_234_067, level=63, width=256), "tile/63/x001/x234/067"),
        (Tile(index=1_234_067, level=ENTRIES, width=8), "tile/entries/x001/x234/067.p/8"),
        (Tile(index=MAX_INT, level=2, width=256), "tile/2/x009/x007/x199/x254/x740/991"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    """A tile has the path of the specification, and the path names that tile."""
    assert format_path(tile) == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile//000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/X001/000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000p/1",
        "tile/0/000.p/1/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/000 ",
        "tile/0/../000",
        "tile/\u0660/000",
        "tile/0/00\u0660",
        "tile/0/x009/x007/x199/x254/x740/992",
        "tile/0/x001/x000/x000/x000/x000/x000/000",
    ],
)
def test_second_spellings_of_paths(path: str) -> None:
    """A path in any other spelling names nothing."""
    with pytest.raises(ProofError) as error:
        parse_path(path)
    assert reason_of(error) == "tile-path"


@pytest.mark.parametrize(
    ("index", "level", "width"),
    [(-1, 0, 1), (0, -2, 1), (0, 64, 1), (0, 0, 0), (0, 0, 257), (0, 0, -1), (MAX_INT + 1, 0, 1)],
)
def test_tiles_without_a_path(index: int, level: int, width: int) -> None:
    """A tile that cannot be has no path."""
    with pytest.raises(ProofError) as error:
        format_path(Tile(index=index, level=level, width=width))
    assert reason_of(error) == "tile-path"


@given(st.integers(0, MAX_INT), st.integers(ENTRIES, 63), st.integers(1, 256))
def test_paths_round_trip(index: int, level: int, width: int) -> None:
    """Every path that is written is read as its tile."""
    tile = Tile(index=index, level=level, width=width)
    assert parse_path(format_path(tile)) == tile


@given(st.one_of(st.text(), st.from_regex(r"tile/(entries|\d+)/(x\d+/)*\d+(\.p/\d+)?")))
def test_any_path(path: str) -> None:
    """Any text is refused with a typed error or is the path of the tile that it names."""
    try:
        tile = parse_path(path)
    except ProofError:
        return
    assert format_path(tile) == path


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, ""),
        (1, "tile/0/000.p/1 tile/entries/000.p/1"),
        (255, "tile/0/000.p/255 tile/entries/000.p/255"),
        (256, "tile/0/000 tile/1/000.p/1 tile/entries/000"),
        (257, "tile/0/000 tile/0/001.p/1 tile/1/000.p/1 tile/entries/000 tile/entries/001.p/1"),
    ],
)
def test_tiles_of_small_boards(size: int, paths: str) -> None:
    """A small board has exactly the tiles and bundles of the specification."""
    assert [format_path(tile) for tile in tiles_of_size(size)] == paths.split()


def test_tiles_of_a_board_of_70000() -> None:
    """A board of 70,000 entries has the 277 tiles that the specification counts, and 274 bundles."""
    tiles = list(tiles_of_size(70_000))
    assert sum(tile.level != ENTRIES for tile in tiles) == 277
    assert sum(tile.level == ENTRIES for tile in tiles) == 274
    partial = [format_path(tile) for tile in tiles if tile.width < 256]
    assert partial == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"]


def test_tiles_of_a_board_of_65536() -> None:
    """A board of 256 full tiles has one full tile above them and one hash above that."""
    tiles = list(tiles_of_size(65_536))
    assert [format_path(tile) for tile in tiles if tile.level > 0] == ["tile/1/000", "tile/2/000.p/1"]
    assert all(tile.width == 256 for tile in tiles if tile.level < 2)


@pytest.mark.parametrize("size", EDGES)
def test_find_tile_finds_what_exists(size: int) -> None:
    """A tile is found exactly when the board of that size has it."""
    tiles = set(map(format_path, tiles_of_size(size)))
    for level in (ENTRIES, 0, 1, 2, 3):
        for index in (-1, 0, 1, 2, 255, 256, 257, 273, 274):
            tile = find_tile(level, index, size)
            named = {t for t in tiles if tile and t == format_path(tile)}
            assert bool(named) == (tile is not None)
    assert all(find_tile(t.level, t.index, size) == t for t in tiles_of_size(size))


@pytest.mark.parametrize("size", EDGES)
def test_published_files_are_the_tiles_of_the_size(size: int) -> None:
    """From nothing, all tiles and bundles of the size are published, and the board verifies from them."""
    files = published(size)
    assert list(files) == [format_path(tile) for tile in tiles_of_size(size)]
    root = root_of(LEVELS[0][:size])
    assert root_of_bundles(size, reader_of(files)) == root
    verify_tiles(size, root, reader_of(files))


def test_growth_publishes_what_is_new() -> None:
    """Growing publishes exactly the files of the new size that the old size lacks."""
    sizes = [*EDGES[:9], 700, 1000]
    for old in sizes:
        for new in [size for size in sizes if size >= old]:
            had = set(map(format_path, tiles_of_size(old)))
            has = set(map(format_path, tiles_of_size(new)))
            grown = published(new, old)
            assert set(grown) == has - had
            assert grown.items() <= published(new).items()


def test_a_board_does_not_shrink() -> None:
    """There is nothing to publish towards a smaller size."""
    for files in (new_tiles(2, 1, read_hash), new_bundles(2, 1, entry_at)):
        with pytest.raises(ProofError) as error:
            list(files)
        assert reason_of(error) == "proof-size"


@pytest.mark.parametrize("size", EDGES[1:])
def test_proofs_from_tiles(size: int) -> None:
    """Proofs made from the published tiles verify."""
    read = hash_reader(size, reader_of(published(size)))
    root = root_of(LEVELS[0][:size])
    for index in {0, size // 2, size - 1}:
        verify_inclusion(LEVELS[0][index], index, size, inclusion_proof(index, size, read), root)
    for old in {1, size // 3, size // 2, size - 1, size} - {0}:
        old_root = root_of(LEVELS[0][:old])
        verify_consistency(old, old_root, size, root, consistency_proof(old, size, read))


@pytest.mark.parametrize(("level", "index"), [(-1, 0), (0, -1), (0, 300), (8, 1), (2, 75), (9, 0), (64, 0)])
def test_hashes_that_a_size_lacks(level: int, index: int) -> None:
    """A hash that reaches past the size is not read from any tile."""
    with pytest.raises(ProofError) as error:
        hash_reader(300, reader_of(published(300)))(level, index)
    assert reason_of(error) == "tile-index"


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(32), bytes(65), bytes(96)])
def test_tiles_of_the_wrong_length(raw: bytes) -> None:
    """A tile that has not exactly its width of hashes is refused."""
    with pytest.raises(ProofError) as error:
        parse_tile(raw, 2)
    assert reason_of(error) == "tile-length"
    with pytest.raises(ProofError) as error:
        hash_reader(2, lambda _: raw)(1, 0)
    assert reason_of(error) == "tile-length"


def forged(path: str, change: Callable[[bytes], bytes], size: int = 600) -> dict[str, bytes]:
    """Return the files of a board with one of them changed."""
    files = published(size)
    return files | {path: change(files[path])}


def flip(raw: bytes) -> bytes:
    """Turn the first bit of the sixth byte."""
    return raw[:5] + bytes([raw[5] ^ 0x80]) + raw[6:]


@pytest.mark.parametrize(
    ("path", "change", "reason"),
    [
        ("tile/0/000", flip, "tile-content"),
        ("tile/0/001", lambda raw: raw[::-1], "tile-content"),
        ("tile/0/000", lambda raw: raw[:-32], "tile-content"),
        ("tile/0/000", lambda raw: raw + bytes(32), "tile-content"),
        ("tile/0/002.p/88", flip, "tile-content"),
        ("tile/1/000.p/2", flip, "tile-content"),
        ("tile/1/000.p/2", lambda raw: raw[32:] + raw[:32], "tile-content"),
        ("tile/entries/000", flip, "tile-content"),
        ("tile/entries/001", lambda raw: raw[:-1], "bundle-length"),
        ("tile/entries/002.p/88", lambda raw: raw + b"\0\1x", "bundle-length"),
    ],
)
def test_forged_files(path: str, change: Callable[[bytes], bytes], reason: str) -> None:
    """A changed tile or bundle anywhere is found."""
    with pytest.raises(ProofError) as error:
        verify_tiles(600, root_of(LEVELS[0][:600]), reader_of(forged(path, change)))
    assert reason_of(error) == reason


def test_a_forged_full_tile_that_hides_below_a_true_one() -> None:
    """A forged full tile and its bundle under true upper tiles, which a lax reader accepts, are found."""
    size, root = 600, root_of(LEVELS[0][:600])
    entries = [entry_at(i) for i in range(256)]
    entries[7] = b"a forged ballot"
    files = published(size) | {
        "tile/entries/000": format_bundle(entries),
        "tile/0/000": b"".join(map(leaf_hash, entries)),
    }
    assert root_of_bundles(size, reader_of(files)) != root
    with pytest.raises(ProofError) as error:
        verify_tiles(size, root, reader_of(files))
    assert reason_of(error) == "tile-content"


def test_a_whole_other_board() -> None:
    """A board with consistent tiles but other entries does not lead to the signed root."""
    other = [leaf_hash(b"other %d" % i) for i in range(5)]
    files = dict(new_tiles(0, 5, lambda level, index: root_of(other[index << level : (index + 1) << level])))
    files |= dict(new_bundles(0, 5, lambda index: b"other %d" % index))
    verify_tiles(5, root_of(other), reader_of(files))
    with pytest.raises(ProofError) as error:
        verify_tiles(5, root_of(LEVELS[0][:5]), reader_of(files))
    assert reason_of(error) == "tile-root"


def test_proofs_from_forged_tiles_are_refused() -> None:
    """A proof made from a forged tile does not verify, so its maker need not be trusted."""
    read: HashReader = hash_reader(600, reader_of(forged("tile/0/000", flip)))
    with pytest.raises(ProofError) as error:
        verify_inclusion(LEVELS[0][1], 1, 600, inclusion_proof(1, 600, read), root_of(LEVELS[0][:600]))
    assert reason_of(error) == "proof-root"


@pytest.mark.parametrize(
    ("raw", "width", "reason"),
    [
        (b"", 1, "bundle-length"),
        (b"\0", 1, "bundle-length"),
        (b"\0\1", 1, "bundle-length"),
        (b"\0\2a", 1, "bundle-length"),
        (b"\0\1a\0", 2, "bundle-length"),
        (b"\0\1a", 2, "bundle-length"),
        (b"\0\1a\0\1b", 1, "bundle-length"),
        (b"\0\1ab", 1, "bundle-length"),
        (b"\0\1a", 0, "bundle-length"),
        (b"\0\0", 1, "bundle-entry"),
        (b"\0\1a\0\0", 2, "bundle-entry"),
        (b"\1\0a", 1, "bundle-length"),
    ],
)
def test_refused_bundles(raw: bytes, width: int, reason: str) -> None:
    """A bundle with too few, too many, cut or empty entries is refused."""
    with pytest.raises(ProofError) as error:
        parse_bundle(raw, width)
    assert reason_of(error) == reason


@pytest.mark.parametrize("entry", [b"", b"x" * (MAX_ENTRY + 1)])
def test_entries_that_no_bundle_holds(entry: bytes) -> None:
    """An empty entry, or one that is too long, is not put in a bundle."""
    with pytest.raises(ProofError) as error:
        format_bundle([b"good", entry])
    assert reason_of(error) == "bundle-entry"


def test_the_largest_entry_fits() -> None:
    """An entry of 65,535 bytes goes into a bundle and out again."""
    largest = b"x" * MAX_ENTRY
    assert parse_bundle(format_bundle([b"a", largest]), 2) == [b"a", largest]


def test_entries_come_in_order() -> None:
    """The entries read from bundles are the board's entries in order."""
    assert list(entries_of_size(300, reader_of(published(300)))) == [entry_at(i) for i in range(300)]


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=256))
def test_bundles_round_trip(entries: list[bytes]) -> None:
    """Every bundle that is written is read as its entries."""
    assert parse_bundle(format_bundle(entries), len(entries)) == entries


@given(st.binary(), st.integers(0, 4))
def test_any_bundle(raw: bytes, width: int) -> None:
    """Any bytes are refused with a typed error or written back unchanged."""
    try:
        entries = parse_bundle(raw, width)
    except ProofError:
        return
    assert format_bundle(entries) == raw
