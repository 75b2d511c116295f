"""Two steps more for the wheel's build: texts, and what runs in the browser. All else: pyproject.toml."""

import os
import sys
from pathlib import Path
from typing import ClassVar

from setuptools import Command, setup
from setuptools.command.build import build

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # a build backend does not look into the project's own folder

from deploy.build_booth import build_booth, find_sources  # noqa: E402
from deploy.build_texts import build_texts  # noqa: E402

WITHOUT = "WIJK_WITHOUT_BOOTH"


class Step(Command):
    """A step that puts package data where the wheel takes it from; there are no options."""

    user_options: ClassVar[list[tuple[str, str | None, str]]] = []
    editable_mode = False
    build_lib = ""

    def initialize_options(self) -> None:
        """There are no options."""

    def finalize_options(self) -> None:
        """There are no options."""

    def find_sources(self) -> list[Path]:
        """Return what the step needs that is no package data."""
        return [ROOT / "deploy" / "__init__.py"]

    def get_source_files(self) -> list[str]:
        """Return what a source distribution must hold for this step."""
        return [str(path.relative_to(ROOT)) for path in self.find_sources()]

    def get_outputs(self) -> list[str]:
        """Return nothing: the files are package data, which another step lists."""
        return []

    def get_output_mapping(self) -> dict[str, str]:
        """Return nothing, for the same reason."""
        return {}


class BuildTexts(Step):
    """Compile the catalogue of texts, tally/texts/*.po, to MO files beside it."""

    description = "compile what people read"

    def run(self) -> None:
        """Compile what has changed."""
        build_texts()

    def find_sources(self) -> list[Path]:
        """Return the code that compiles; the catalogue is package data."""
        return [*super().find_sources(), ROOT / "deploy" / "build_texts.py"]


class BuildBooth(Step):
    """Bundle the TypeScript into service/static/booth, from where the wheel takes it as data.

    Who only audits, and cannot reach npm's packages, sets WIJK_WITHOUT_BOOTH=1: the pages then say that they
    have no script, and everything else works.
    """

    description = "bundle what runs in the browser"

    def run(self) -> None:
        """Build, if anything has changed."""
        if not os.environ.get(WITHOUT):
            build_booth()

    def find_sources(self) -> list[Path]:
        """Return the TypeScript, and the code that bundles it."""
        return [*super().find_sources(), *find_sources()]


build.sub_commands = [("build_texts", None), ("build_booth", None), *build.sub_commands]
setup(cmdclass={"build_texts": BuildTexts, "build_booth": BuildBooth})
