"""One step more for the wheel's build: what runs in the browser. All else stands in pyproject.toml."""

import os
import sys
from pathlib import Path
from typing import ClassVar

from setuptools import Command, setup
from setuptools.command.build import build

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # a build backend does not look into the project's own folder

from deploy.build_booth import build_booth, find_sources  # noqa: E402

WITHOUT = "WIJK_WITHOUT_BOOTH"


class BuildBooth(Command):
    """Bundle the TypeScript into service/static/booth, from where the wheel takes it as data.

    Who only audits, and cannot reach npm's packages, sets WIJK_WITHOUT_BOOTH=1: the pages then say that they
    have no script, and everything else works.
    """

    description = "bundle what runs in the browser"
    user_options: ClassVar[list[tuple[str, str | None, str]]] = []
    editable_mode = False
    build_lib = ""

    def initialize_options(self) -> None:
        """There are no options."""

    def finalize_options(self) -> None:
        """There are no options."""

    def run(self) -> None:
        """Build, if anything has changed."""
        if not os.environ.get(WITHOUT):
            build_booth()

    def get_source_files(self) -> list[str]:
        """Return what a source distribution must hold for this step."""
        package = ROOT / "deploy" / "__init__.py"
        return [str(path.relative_to(ROOT)) for path in (*find_sources(), package)]

    def get_outputs(self) -> list[str]:
        """Return nothing: the files are package data, which another step lists."""
        return []

    def get_output_mapping(self) -> dict[str, str]:
        """Return nothing, for the same reason."""
        return {}


build.sub_commands = [("build_booth", None), *build.sub_commands]
setup(cmdclass={"build_booth": BuildBooth})
