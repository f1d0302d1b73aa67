"""Copy the front-end files we serve from node_modules into assets/vendor, and bundle ECharts.

Of Tabler only the rules that our pages can match are kept (trim_css.py).

Run after changing a version in package.json:

    npm install && python tools/vendor_assets.py

(or `npm ci` to repeat what the lock says). The copies are committed, so Node is needed here and
never to run DawsOS. Every copy is listed with its SHA-256 in assets/vendor/SHA256SUMS; a test
compares.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from trim_css import trimmed, words_of

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "assets" / "vendor"
SUMS = "SHA256SUMS"
KEPT = {SUMS, "NOTICE"}  # ours, or written last

# What is copied, and under which name.
COPIES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "fonts/inter-latin.woff2",
    **{
        f"@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-{weight}-normal.woff2": (
            f"fonts/ibm-plex-mono-latin-{weight}.woff2"
        )
        for weight in (400, 500, 600)
    },
    "htmx.org/LICENSE": "licences/htmx.txt",
    "echarts/LICENSE": "licences/echarts.txt",
    "echarts/NOTICE": "licences/echarts-notice.txt",
    "echarts/licenses/LICENSE-d3": "licences/echarts-d3.txt",
    "zrender/LICENSE": "licences/zrender.txt",
    "tslib/LICENSE.txt": "licences/tslib.txt",
    "@fontsource-variable/inter/LICENSE": "licences/inter.txt",
    "@fontsource/ibm-plex-mono/LICENSE": "licences/ibm-plex-mono.txt",
}

# What is put together from its parts: 640 kB, against 715 kB of the `common` build, which lacks
# treemaps and holds a canvas renderer.
BANNER = "Parts of Apache ECharts, Apache-2.0, and zrender, BSD-3-Clause: see NOTICE"
BUNDLES = {"echarts_parts.mjs": "echarts.min.js"}

# What is copied in part: 10 kB compressed of 79, for our pages use a tenth of its rules.
TRIMMED = ("tabler.min.css",)
DROPPED = ROOT / "tools" / "dropped_classes.txt"

# A comment naming a map that is not there makes the manifest storage refuse the file.
SOURCE_MAP = re.compile(rb"(/\*#\s*sourceMappingURL=.*?\*/|//#\s*sourceMappingURL=[^\n]*)\s*")


def copy(source: Path, target: Path) -> None:
    """Copy one file, without the comment that points at its source map."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if target.suffix in {".css", ".js"}:
        content = SOURCE_MAP.sub(b"", content).rstrip() + b"\n"
    target.write_bytes(content)


def bundle(source: Path, target: Path) -> None:
    """One classic script of a module and what it imports, with its exports on `echarts`."""
    put_together = [
        MODULES / ".bin" / "esbuild",
        source,
        "--bundle",
        "--format=iife",
        "--global-name=echarts",
        "--target=es2020",
        "--legal-comments=none",
        '--define:process.env.NODE_ENV="production"',
        "--log-level=error",
    ]
    # 10 kB less, compressed, than what esbuild's own minifier leaves.
    made_small = [MODULES / ".bin" / "terser", "--compress", "passes=2", "--mangle"]
    whole = subprocess.run(put_together, check=True, cwd=ROOT, capture_output=True).stdout
    small = subprocess.run(made_small, check=True, cwd=ROOT, capture_output=True, input=whole)
    target.write_bytes(f"/* {BANNER} */\n".encode() + small.stdout.rstrip() + b"\n")


def trim(sheet: Path) -> list[str]:
    """Keep of a stylesheet what a page of ours can match; the classes that went."""
    own = [*(ROOT / "assets/css").glob("*.css"), *(ROOT / "assets/js").rglob("*.js")]
    others = "".join(path.read_text("utf-8") for path in own)
    kept, gone = trimmed(sheet.read_text("utf-8"), words_of(ROOT), others)
    sheet.write_text(kept, "utf-8")
    return gone


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every vendored file, by its path inside the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def clear(folder: Path) -> None:
    """Remove earlier copies, so that a file no longer listed does not stay behind."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in KEPT:
            path.unlink()


def forget_addresses(lock: Path) -> None:
    """Keep names, versions and hashes in the lock; npm also writes where things were found."""
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    lock.write_text(json.dumps(content, indent=2) + "\n")


def main() -> int:
    absent = [name for name in COPIES if not (MODULES / name).is_file()]
    if absent:
        print("Not in node_modules (run `npm ci`): " + ", ".join(absent), file=sys.stderr)
        return 1
    forget_addresses(ROOT / "package-lock.json")
    clear(VENDOR)
    for name, target in COPIES.items():
        copy(MODULES / name, VENDOR / target)
    gone = [name for sheet in TRIMMED for name in trim(VENDOR / sheet)]
    DROPPED.write_text("".join(f"{name}\n" for name in gone))
    for name, target in BUNDLES.items():
        bundle(ROOT / "tools" / name, VENDOR / target)
    lines = [f"{digest}  {name}\n" for name, digest in checksums(VENDOR).items()]
    (VENDOR / SUMS).write_text("".join(lines))
    print(f"{len(COPIES) + len(BUNDLES)} files written to {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
