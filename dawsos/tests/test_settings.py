"""Settings: each mistake in the environment is answered with the remedy."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from dawsos import checks
from dawsos.settings.databases import default_database, parse_url
from dawsos.settings.databases import test_database_name as name_of
from dawsos.settings.environment import Environment
from dawsos.settings.secret import kept_key, secret_key

PROJECT = Path(__file__).resolve().parents[2]


def environment(**values: str) -> Environment:
    return Environment(values)


class TestReaders:
    @pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
    def test_a_flag_is_yes(self, word):
        assert environment(F=word).flag("F", default=False)

    @pytest.mark.parametrize("word", ["0", "false", "No", "off", ""])
    def test_a_flag_is_no(self, word):
        assert not environment(F=word).flag("F", default=True)

    def test_a_flag_that_is_neither(self):
        with pytest.raises(ImproperlyConfigured, match=r"F is 'perhaps': set it to 1 \(yes\)"):
            environment(F="perhaps").flag("F", default=True)

    @pytest.mark.parametrize("given", ["", "ten", "0", "91", "1.5"])
    def test_a_number_outside_its_range(self, given):
        with pytest.raises(ImproperlyConfigured, match="a whole number from 1 to 90"):
            environment(N=given).integer("N", 5, minimum=1, maximum=90)

    def test_words_are_divided_by_commas_and_spaces(self):
        assert environment(W="a, b  c").words("W") == ["a", "b", "c"]

    def test_a_choice_names_the_others(self):
        with pytest.raises(ImproperlyConfigured, match="set it to one of red, green"):
            environment(C="blue").choice("C", "red", ("red", "green"))

    def test_what_is_not_set_has_its_default(self):
        nothing = environment()
        assert nothing.text("T", "x") == "x"
        assert nothing.integer("N", 5, minimum=1, maximum=9) == 5
        assert nothing.words("W", ("a",)) == ["a"]
        assert nothing.folder("D", Path("/d")) == Path("/d")


class TestDatabase:
    def test_without_url_it_is_the_embedded_one_as_the_application(self):
        found = default_database(environment(DAWSOS_DATA_DIR="/d"), project=PROJECT, tests=False)
        assert (found["HOST"], found["USER"]) == ("/d/pg18", "dawsos_app")
        assert found["OWNER"] == {"user": "dawsos_owner"}

    def test_one_login_steps_down(self):
        one = environment(DATABASE_URL="postgresql://owner:p%40ss@db:5433/daws?sslmode=require")
        found = default_database(one, project=PROJECT, tests=False)
        assert found["PASSWORD"] == "p@ss"
        assert found["PORT"] == "5433"
        assert found["OPTIONS"] == {"sslmode": "require", "assume_role": "dawsos_app"}

    def test_two_logins_do_not_need_to(self):
        two = environment(
            DATABASE_URL="postgresql://owner:o@db/daws",
            DATABASE_APP_URL="postgresql://dawsos_app:a@db/daws",
        )
        found = default_database(two, project=PROJECT, tests=False)
        assert (found["USER"], found["OPTIONS"]) == ("dawsos_app", {})
        assert found["OWNER"] == {"user": "owner", "password": "o", "host": "db"}

    def test_two_urls_of_different_databases(self):
        two = environment(
            DATABASE_URL="postgresql://o@db/one", DATABASE_APP_URL="postgresql://a@db/two"
        )
        with pytest.raises(ImproperlyConfigured, match="name the same one"):
            default_database(two, project=PROJECT, tests=False)

    def test_a_socket_folder(self):
        found = parse_url("DATABASE_URL", "postgresql://u@/daws?host=/run/postgresql")
        assert (found["HOST"], found["NAME"]) == ("/run/postgresql", "daws")

    @pytest.mark.parametrize(
        "url",
        [
            "sqlite:///x.db",
            "postgresql://u@db",
            "postgresql://u@db:port/x",
            "db.example/x",
            "mysql:",
        ],
    )
    def test_what_is_no_postgresql_address(self, url):
        with pytest.raises(ImproperlyConfigured, match="must look like postgresql://"):
            parse_url("DATABASE_URL", url)

    def test_a_pool_only_when_asked_for(self):
        asked = environment(DATABASE_POOL="8")
        found = default_database(asked, project=PROJECT, tests=False)
        assert found["OPTIONS"]["pool"]["max_size"] == 8
        assert "CONN_MAX_AGE" not in found

    def test_each_checkout_has_its_own_test_database(self):
        here, there = (name_of(environment(), Path(path)) for path in ("/a/dawsos", "/b/dawsos"))
        assert here != there
        mine = name_of(environment(DAWSOS_TEST_SUFFIX="mine"), Path("/a/dawsos"))
        assert mine == f"{here}_mine"


class TestSecretKey:
    def test_it_is_made_once_and_closed_to_others(self, tmp_path):
        file = tmp_path / "data" / "secret-key"
        first = kept_key(file)
        assert kept_key(file) == first
        assert len(first) == 64
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert [entry.name for entry in file.parent.iterdir()] == ["secret-key"]

    def test_the_environment_comes_first(self, tmp_path):
        given = "k" * 32
        assert secret_key(environment(DAWSOS_SECRET_KEY=given), tmp_path) == given
        assert not list(tmp_path.iterdir())

    def test_a_short_one_is_refused(self, tmp_path):
        with pytest.raises(ImproperlyConfigured, match="at least 32"):
            secret_key(environment(DAWSOS_SECRET_KEY="short"), tmp_path)

    def test_a_folder_that_cannot_be_written(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(ImproperlyConfigured, match="set DAWSOS_SECRET_KEY"):
            kept_key(tmp_path / "file" / "secret-key")


def test_reading_settings_touches_nothing(tmp_path):
    data = tmp_path / "data"
    script = "import dawsos.settings.base as s; print(s.DEBUG, s.DATABASES['default']['NAME'])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "DAWSOS_DATA_DIR": str(data)},
    )
    assert done.stdout.split() == ["False", "dawsos"]
    assert not data.exists()


def test_the_content_policy_allows_our_own_files_only():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives.pop("img-src") == ["'self'", "data:"]
    allowed = {source for sources in directives.values() for source in sources}
    assert allowed == {"'none'", "'self'"}


def test_one_blas_thread():
    assert os.environ["OPENBLAS_NUM_THREADS"] == os.environ["OMP_NUM_THREADS"] == "1"


def test_one_login_for_two_roles_is_warned_about(monkeypatch):
    database = settings.DATABASES["default"]
    monkeypatch.setitem(database, "OPTIONS", {"assume_role": "dawsos_app"})
    assert [warning.id for warning in checks.one_login_for_two_roles()] == ["dawsos.W001"]
    monkeypatch.setitem(database, "OPTIONS", {})
    assert checks.one_login_for_two_roles() == []


def test_a_key_of_this_machine_is_warned_about_on_a_shared_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@db/daws")
    monkeypatch.delenv("DAWSOS_SECRET_KEY", raising=False)
    assert [warning.id for warning in checks.key_kept_on_this_machine()] == ["dawsos.W002"]
    monkeypatch.setenv("DAWSOS_SECRET_KEY", "k" * 32)
    assert checks.key_kept_on_this_machine() == []


def test_a_missing_pango_is_answered_with_its_line(monkeypatch):
    monkeypatch.setattr(checks, "missing_pango", lambda: ["pango-1.0"])
    (warning,) = checks.libraries_for_pdf()
    assert str(warning.hint).startswith("apt-get install libpango-1.0-0")
