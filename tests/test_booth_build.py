"""The browser's bundle: always the same bytes, nothing foreign in it, and in every wheel."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy import build_booth as booth
from deploy import build_texts as texts
from tally.texts.languages import COMPLETE

FOREIGN = re.compile(rb"\b(?:https?|wss?|ftp)://|[\"'`]//[a-z0-9]", re.IGNORECASE)
SVG_NAME = b'"http://www.w3.org/2000/svg"'
DRAWINGS = "@tabler/icons"


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The bundle of the sources as they are."""
    booth.build_booth()


def read_public(folder: Path) -> dict[str, bytes]:
    """Return what a site serves, by name."""
    names = [path.name for path in booth.BUILT if path.parent == booth.PUBLIC]
    return {name: (folder / name).read_bytes() for name in names}


def copy_project(folder: Path) -> Path:
    """Return a copy of what the build needs at another place, with the same installed packages."""
    for name in ("deploy/__init__.py", "deploy/build_booth.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(booth.ROOT / name, folder / name)
    source = folder / "service" / "booth"
    shutil.copytree(
        booth.SOURCE,
        source,
        ignore=shutil.ignore_patterns("node_modules", "dist", "vectors", ".lock", ".build-*"),
    )
    (source / "node_modules").symlink_to(booth.MODULES)
    return folder


def build_in(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the build of a copy."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.build_booth"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


LIMIT = 150_000
"""What a page of the booth may weigh with all its files, compressed, for the sake of telephones."""


@pytest.mark.parametrize("script", ["vote", "check"])
@pytest.mark.parametrize("language", COMPLETE)
def test_a_page_with_all_its_files_is_small(script: str, language: str) -> None:
    """Script, texts, drawings and style sheets are at most 150 kB, each compressed by itself."""
    names = (f"booth/{script}.js", f"booth/texts.{language}.json", "booth/marks.svg", "style.css", "vote.css")
    assert sum(len(gzip.compress((booth.PUBLIC.parent / name).read_bytes())) for name in names) <= LIMIT


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    """A build at another place, from the same sources, gives the same bytes."""
    copy = copy_project(tmp_path)
    assert build_in(copy).returncode == 0
    assert read_public(copy / "service" / "static" / "booth") == read_public(booth.PUBLIC)
    for name in ("judge.mjs", "vectors.mjs"):
        assert (copy / "service/booth/dist" / name).read_bytes() == (booth.PRIVATE / name).read_bytes()


def test_a_change_is_built_and_no_change_is_not(tmp_path: Path) -> None:
    """What was built is kept until a source changes; a source that is wrong fails and keeps what was."""
    copy = copy_project(tmp_path)
    assert build_in(copy).returncode == 0
    script = copy / "service" / "static" / "booth" / "worker.js"
    script.write_bytes(b"kept")
    assert build_in(copy).returncode == 0
    assert script.read_bytes() == b"kept"
    source = copy / "service" / "booth" / "src" / "page" / "worker.ts"
    source.write_text(source.read_text() + "\nself.name = 'changed';\n")
    assert build_in(copy).returncode == 0
    assert b"changed" in script.read_bytes()
    source.write_text("import { nothing } from './nowhere.ts'; nothing();\n")
    failed = build_in(copy)
    assert failed.returncode == 1
    assert "nowhere.ts" in failed.stderr
    assert b"changed" in script.read_bytes()


def test_the_bundle_names_no_foreign_origin() -> None:
    """Nothing that a site serves has an address of another origin in it, but for the name of SVG itself."""
    for name, content in read_public(booth.PUBLIC).items():
        if name != "LICENSES.txt":
            assert len(content) > 20_000, name
            assert FOREIGN.findall(content.replace(SVG_NAME, b"")) == [], name


def test_the_licences_of_what_is_bundled_are_beside_it() -> None:
    """What is bundled, libraries, components and drawings, has its licence beside it, and no other one."""
    package = json.loads((booth.SOURCE / "package.json").read_bytes())
    text = (booth.PUBLIC / "LICENSES.txt").read_text()
    heads = re.findall(r"^(@?[a-z0-9/-]+) [0-9.]+$", text, re.MULTILINE)
    others = [name for name in package["devDependencies"] if name == DRAWINGS or name.endswith("-css")]
    assert sorted(heads) == sorted([*package["dependencies"], *others])
    for name in others:
        assert re.fullmatch(r"[0-9.]+", package["devDependencies"][name])
    parts = text.split("-" * 80)
    grants = r"^(?:Permission is hereby granted|\s*Apache License$|EUPL © the European Union)"
    assert [len(re.findall(grants, part, re.MULTILINE)) for part in parts] == [1] * len(parts)


def test_the_components_are_small_and_load_nothing() -> None:
    """The components' sheet is under 15 KB as it is sent, loads nothing and keeps its makers' names."""
    sheet = (booth.PUBLIC / "components.css").read_text()
    assert len(gzip.compress(sheet.encode())) < 15_000
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert "@license EUPL-1.2" in sheet
    assert sheet.startswith("@layer elements,components;")
    for one in (
        "h1{",
        "p{",
        "a:any-link{",
        "table{",
        "textarea{",
        ".utrecht-alert{",
        ".utrecht-button{",
        ".nl-skip-link{",
    ):
        assert one in sheet


def test_the_lock_is_whole_and_names_no_registry() -> None:
    """Every package is locked by its hash, and no file says where packages come from."""
    lock = json.loads((booth.SOURCE / "package-lock.json").read_bytes())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    hashes = {name: each.get("integrity", "") for name, each in packages.items()}
    assert [name for name, integrity in hashes.items() if not integrity.startswith("sha512-")] == []
    assert [name for name, each in packages.items() if "resolved" in each] == []


def test_the_wheel_has_the_bundle_and_not_its_source(tmp_path: Path) -> None:
    """A wheel holds the very bundle and the compiled texts, and no TypeScript, npm packages or judge."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(booth.ROOT)),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert [name for name in names if name.startswith(("service/booth/", "deploy/", "tests/"))] == []
        for name, content in read_public(booth.PUBLIC).items():
            assert archive.read(f"service/static/booth/{name}") == content
        for path in texts.FOLDER.glob("*.po"):
            assert archive.read(f"tally/texts/{path.stem}.mo") == texts.compile_text(path.read_bytes())
