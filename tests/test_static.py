"""What the browser loads: vendored files are what they claim to be, and our own keep their promises."""

import hashlib
import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import brotli
import pytest

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
LIBRARIES: list[dict[str, Any]] = json.loads((VENDOR / "vendor.json").read_text("utf-8"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
EVERY_PAGE = [
    "vendor/tabler/tabler.min.css",
    "vendor/htmx/htmx.min.js",
    "icons.svg",
    "app.css",
    "app.js",
    "theme.js",
]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["name"])
def test_a_vendored_file_has_the_hash_it_is_listed_with(library: dict[str, Any]) -> None:
    folder = VENDOR / library["folder"]
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in library["files"]}
    assert found == library["files"]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["name"])
def test_a_library_names_its_version_and_licence_and_carries_the_text(library: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", library["version"])
    assert library["licence"] in {"0BSD", "MIT", "OFL-1.1"}
    assert "LICENSE" in library["files"]


def test_every_vendored_file_is_listed() -> None:
    listed = {VENDOR / library["folder"] / name for library in LIBRARIES for name in library["files"]}
    assert {path for path in VENDOR.rglob("*") if path.is_file()} == listed | {VENDOR / "vendor.json"}


def test_the_sprite_holds_the_listed_icons_and_no_others() -> None:
    sprite = (STATIC / "icons.svg").read_text("utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', sprite) == next(
        library["icons"] for library in LIBRARIES if "icons" in library
    )


def test_every_icon_of_the_sprite_is_used() -> None:
    pages = "".join(path.read_text("utf-8") for path in [*TEMPLATES, *STATIC.glob("*.js")])
    named = re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8"))
    assert [name for name in named if not re.search(rf"['\"#]{name}['\"]", pages)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_icon_named_in_a_template_is_in_the_sprite(template: Path) -> None:
    sprite = (STATIC / "icons.svg").read_text("utf-8")
    named = set(re.findall(r"\bicon\('([^']+)'", template.read_text("utf-8")))
    assert {name for name in named if f'<symbol id="{name}"' not in sprite} == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_no_inline_style_and_no_inline_script(template: Path) -> None:
    text = re.sub(r"{#.*?#}", "", template.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|\shx-on|<script(?![^>]*\ssrc=)|['\"]js:", text) == []


def test_what_every_page_loads_besides_the_font_weighs_less_than_100_kilobytes() -> None:
    weights = {name: len(brotli.compress((STATIC / name).read_bytes())) for name in EVERY_PAGE}
    assert sum(weights.values()) < 100_000, weights


def _colours(theme: int) -> dict[str, str]:
    """The colours of app.css by name, as the light (0) or dark (1) theme has them."""
    pairs = re.findall(
        r"--([a-z0-9-]+): light-dark\((#\w{6}), (#\w{6})\)", (STATIC / "app.css").read_text("utf-8")
    )
    return {name: dark if theme else light for name, light, dark in pairs}


def _channels(colour: str) -> list[int]:
    return [int(colour[index : index + 2], 16) for index in (1, 3, 5)]


def _mixed(colour: str, share: float, ground: str) -> str:
    both = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(share * over + (1 - share) * under):02x}" for over, under in both)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


INKS = ("ink", "ink-2", "link", "on-track", "at-risk", "off-track")
GROUNDS = ("surface", "ground", "sunken")


@pytest.mark.parametrize(
    ("theme", "ink", "ground"),
    [*product((0, 1), INKS, GROUNDS), (0, "no-data", "surface"), (1, "no-data", "surface")],
)
def test_text_stands_out_from_its_ground_by_four_and_a_half_to_one(theme: int, ink: str, ground: str) -> None:
    colours = _colours(theme)
    assert _contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize(("theme", "tone"), list(product((0, 1), ("on-track", "at-risk", "off-track"))))
def test_a_status_word_stands_out_from_the_tint_and_the_hatching_of_its_badge(theme: int, tone: str) -> None:
    colours = _colours(theme)
    for share in (0.08, 0.11):
        assert _contrast(colours[tone], _mixed(colours[tone], share, colours["surface"])) >= 4.5
