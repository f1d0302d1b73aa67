"""What is served is what was vendored; our own files keep the promises of the look."""

import gzip
import hashlib
import json
import re
from itertools import product
from pathlib import Path

import pytest
from py_mini_racer import MiniRacer

from tools.trim_css import trimmed

ROOT = Path(__file__).resolve().parent.parent.parent
ASSETS = ROOT / "assets"
VENDOR = ASSETS / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ASSETS / "css").glob("*.css"))
SCRIPTS = sorted((ASSETS / "js").rglob("*.js"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- Vendored files


def listed() -> dict[str, str]:
    lines = (VENDOR / "SHA256SUMS").read_text().splitlines()
    return {file: digest for digest, file in (line.split("  ") for line in lines)}


def test_every_vendored_file_is_the_one_that_was_copied():
    present = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }

    assert present == listed()


def test_versions_are_exact_and_named_in_the_notice():
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    notice = " ".join((VENDOR / "NOTICE").read_text().split())

    for package, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert f"{package} {version}" in notice


def test_the_lock_holds_hashes_and_no_address():
    text = (ROOT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]

    assert "://" not in text
    assert all("integrity" in package for path, package in packages.items() if path)


def test_no_vendored_file_names_a_source_map():
    for path in [*VENDOR.rglob("*.css"), *VENDOR.rglob("*.js")]:
        assert b"sourceMappingURL" not in path.read_bytes(), name(path)


def test_no_template_uses_a_class_that_was_left_out():
    """The remedy is to run tools/vendor_assets.py, which trims Tabler to what is used."""
    dropped = set((ROOT / "tools/dropped_classes.txt").read_text().split())
    for path in TEMPLATES:
        used = {
            word
            for attribute in re.findall(r'class="([^"]*)"', path.read_text())
            for word in re.findall(r"[A-Za-z_][\w-]*", attribute)
        }
        assert not used & dropped, name(path)


def test_a_sheet_is_trimmed_to_what_may_match():
    sheet = (
        "/*! v1.io, text */:root{--unused:url(\"data:x('a;b')\");--used:1px;--too:2px}"
        "a{color:red}.kept,.gone{margin:var(--used)}"
        ".kept .gone{top:0}.kept:not(.gone){left:0}@media print{.gone{top:1px}.kept{top:2px}}"
        "@keyframes turn{to{top:0}}@keyframes still{to{top:1px}}.kept:hover{animation:turn 1s}"
    )
    kept, gone = trimmed(sheet, {"kept"}, "")
    assert kept == (
        ":root{--used:1px;}a{color:red}.kept{margin:var(--used)}"
        ".kept:not(.gone){left:0}@media print{.kept{top:2px}}"
        "@keyframes turn{to{top:0}}.kept:hover{animation:turn 1s}"
    )
    assert gone == []  # .gone still stands in :not()


def test_a_page_with_charts_weighs_less_than_300_kb():
    """All scripts and styles of the frame and of charts, as gzip sends them."""
    frame = (ROOT / "templates/document.html").read_text()
    charts = (ROOT / "templates/_components/chart_scripts.html").read_text()
    sent = re.findall(r"static '([^']+\.(?:js|css))'", frame + charts)
    assert len(sent) > 20
    weight = sum(len(gzip.compress((ASSETS / file).read_bytes(), 9)) for file in sent)
    assert weight < 300_000


# --- Our own files


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_a_style_refers_only_to_files_that_exist(path):
    for target in re.findall(r'url\("([^"]+)"\)', path.read_text()):
        assert (path.parent / target).is_file(), target


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_can_be_parsed(path):
    engine = MiniRacer()
    try:
        engine.eval(f"new Function({json.dumps(path.read_text())}); true")
    finally:
        engine.close()


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_needs_no_eval_and_writes_no_markup(path):
    for forbidden in ("eval(", "new Function", "innerHTML", "document.write", "insertAdjacentHTML"):
        assert forbidden not in path.read_text()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_keeps_the_content_security_policy(path):
    text = path.read_text()

    assert not re.search(r"<style[\s>]", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "hx-on" not in text
    assert "javascript:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_loads_nothing_from_elsewhere(path):
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', path.read_text())


def test_every_icon_that_a_template_uses_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (ASSETS / "img/icons.svg").read_text()))
    used = {
        icon
        for path in TEMPLATES
        for icon in re.findall(r'(?:{% icon |icon_name=)"([\w-]+)"', path.read_text())
    }

    assert used <= drawn


# --- Contrast: WCAG AA, computed from the tokens

TEXT = ("text", "text-muted", "accent", "link", "purple", "amber", "negative", "positive")
SURFACES = ("ground", "surface", "sunken", "raised")
WASHES = (
    ("accent", "accent-wash"),
    ("purple", "purple-wash"),
    ("amber", "amber-wash"),
    ("negative", "negative-wash"),
    ("link", "link-wash"),
    ("on-teal", "teal"),
    ("on-teal", "accent"),
    *product(("text", "text-muted"), ("amber-wash", "purple-wash", "negative-wash")),
)


def tokens(theme: str) -> dict[str, tuple[float, float, float]]:
    text = (ASSETS / "css/tokens.css").read_text()
    block = re.search(rf'\[data-bs-theme="{theme}"\] {{(.*?)\n}}', text, re.DOTALL)
    assert block
    found = re.findall(r"--([\w-]+): hsl\((\d+) (\d+)% (\d+)%\);", block[1])
    return {token: rgb(float(h), float(s), float(li)) for token, h, s, li in found}


def rgb(hue: float, saturation: float, lightness: float) -> tuple[float, float, float]:
    s, li = saturation / 100, lightness / 100

    def channel(offset: int) -> float:
        k = (offset + hue / 30) % 12
        return li - s * min(li, 1 - li) * max(-1.0, min(k - 3, 9 - k, 1.0))

    return channel(0), channel(8), channel(4)


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """(L1 + 0.05) / (L2 + 0.05) of WCAG 2.2; black on white is 21."""

    def luminance(colour: tuple[float, float, float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_a_contrast_of_21():
    assert contrast(rgb(0, 0, 0), rgb(0, 0, 100)) == pytest.approx(21)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("text", "surface"), [*product(TEXT, SURFACES), *WASHES])
def test_text_is_readable_on_what_it_stands_on(theme, text, surface):
    colours = tokens(theme)

    assert contrast(colours[text], colours[surface]) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("mark", ["focus", "line-strong", "teal"])
def test_marks_and_field_borders_are_visible(theme, mark):
    colours = tokens(theme)

    assert contrast(colours[mark], colours["ground"]) >= 3
    assert contrast(colours[mark], colours["surface"]) >= 3


def test_both_themes_have_the_same_roles():
    assert tokens("dark").keys() == tokens("light").keys()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_chart_colours_are_visible_on_their_card(theme):
    engine = MiniRacer()
    try:
        engine.eval((ASSETS / "js/charts/palettes.js").read_text())
        palette = json.loads(str(engine.eval(f"JSON.stringify(DawsOSCharts.palettes.{theme})")))
    finally:
        engine.close()

    def colour(code: str) -> tuple[float, float, float]:
        red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return red, green, blue

    surface = colour(palette["surface"])
    for code in [*palette["series"], palette["positive"], palette["negative"], palette["zero"]]:
        assert contrast(colour(code), surface) >= 3, code
    for code in (palette["text"], palette["muted"]):
        assert contrast(colour(code), surface) >= 4.5, code
