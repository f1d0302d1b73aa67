"""Built-in patterns outlive the version of the product: what they answered is laid out by them."""

import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from accounts.identity import as_service
from dawsos.db.owner import as_owner
from patterns import library
from patterns.models import InstalledPattern
from patterns.services import keep_installed

NAMES = {path.stem for path in library.FOLDER.glob("*.json")}


def earlier(version: str) -> InstalledPattern:
    """The overview as an earlier product had it: under another name."""
    document = json.loads((library.FOLDER / "portfolio_overview.json").read_text())
    text = json.dumps({**document, "version": version, "name": "At a glance"})
    return InstalledPattern(
        pattern_id="portfolio_overview", version=version, text=text, digest="0" * 64
    )


@pytest.mark.django_db(transaction=True)
class TestPatternsOfTheProduct:
    def test_migrate_keeps_each_in_the_version_that_is_installed(self):
        with as_owner():
            InstalledPattern.objects.all().delete()
        call_command("migrate", verbosity=0)
        kept = dict(InstalledPattern.objects.values_list("pattern_id", "version"))
        assert kept == {name: library.get_pattern(name).version for name in NAMES}

    def test_keeping_them_again_keeps_earlier_versions_and_the_newest_layout(self):
        now = library.get_pattern("portfolio_overview").version
        with as_owner():
            InstalledPattern.objects.all().delete()
            InstalledPattern.objects.bulk_create([earlier("0.9.0"), earlier(now)])
            keep_installed()
        overviews = InstalledPattern.objects.filter(pattern_id="portfolio_overview")
        names = {row.version: json.loads(row.text)["name"] for row in overviews}
        assert names == {"0.9.0": "At a glance", now: "Overview"}

    def test_a_run_of_an_earlier_version_finds_its_pattern(self):
        with as_owner():
            earlier("0.9.0").save()
        assert library.of_version("portfolio_overview", "0.9.0").name == "At a glance"
        assert library.get_pattern("portfolio_overview").name == "Overview"

    def test_of_a_version_that_was_never_installed_it_is_the_pattern_of_now(self):
        assert library.of_version("portfolio_overview", "0.1.0").name == "Overview"

    def test_only_the_owner_writes_them(self):
        with pytest.raises(DatabaseError), transaction.atomic(), as_service("tests"):
            earlier("0.9.0").save()
