"""The layering contracts know every app, and no file is without a name."""

import ast
import configparser
from pathlib import Path

from django.apps import apps

PROJECT = Path(__file__).resolve().parents[2]
NAMELESS = {"utils.py", "helpers.py", "common.py", "manager.py", "managers.py", "misc.py"}
LONGEST = 500


def our_apps() -> list[str]:
    return [a.name for a in apps.get_app_configs() if Path(a.path).parent == PROJECT]


def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(PROJECT / ".importlinter")
    return parser


def names(section: str, key: str) -> set[str]:
    return set(contracts()[section][key].replace("|", " ").split())


def sources() -> list[Path]:
    return [file for app in our_apps() for file in sorted((PROJECT / app).rglob("*.py"))]


def test_every_app_has_its_storey():
    assert names("importlinter", "root_packages") == set(our_apps())
    assert names("importlinter:contract:storeys", "layers") == set(our_apps())


def test_every_domain_has_rooms():
    rooms = names("importlinter:contract:rooms", "containers")
    assert rooms == set(our_apps()) - {"dawsos", "accounts", "patterns"}


def test_every_calculation_is_declared_pure():
    folders = {f"{app}.calc" for app in our_apps() if (PROJECT / app / "calc").is_dir()}
    assert names("importlinter:contract:quiet", "source_modules") == folders


def test_no_file_is_without_a_name():
    assert [str(file) for file in sources() if file.name in NAMELESS] == []


def test_no_file_is_two_files():
    written = [file for file in sources() if not {"migrations", "tests"}.intersection(file.parts)]
    assert [str(f) for f in written if len(f.read_text().splitlines()) > LONGEST] == []


def test_every_public_calculation_says_what_it_computes():
    silent = [
        f"{file.relative_to(PROJECT)}: {node.name}"
        for file in sources()
        if "calc" in file.parts and "tests" not in file.parts
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert silent == []
