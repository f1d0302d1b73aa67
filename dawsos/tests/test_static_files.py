"""Scripts and styles are sent compressed, straight from their folders."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from dawsos.static_files import compressed

STYLES = "/static/vendor/tabler.min.css"


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    return Client()


def test_a_browser_gets_the_compressed_copy(served: Client) -> None:
    packed = served.get(STYLES, headers={"Accept-Encoding": "gzip"})
    plain = served.get(STYLES)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    short = content(packed)
    assert gzip.decompress(short) == content(plain)
    assert len(short) < 100_000  # of 635,352


def test_a_changed_file_is_compressed_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    for text in ("let one = 1;\n" * 200, "let two = 2;\n" * 200):
        file.write_text(text)
        packed = compressed(file, tmp_path / "static")
        assert packed is not None and gzip.decompress(packed.read_bytes()).decode() == text
    assert len(list((tmp_path / "static").iterdir())) == 2
    file.write_text("short")
    assert compressed(file, tmp_path / "static") is None


def test_where_nothing_can_be_written_the_file_itself_is_served(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("let one = 1;\n" * 200)
    (tmp_path / "static").write_text("a file where the folder should be")
    assert compressed(file, tmp_path / "static") is None
