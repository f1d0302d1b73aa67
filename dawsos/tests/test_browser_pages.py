"""The list of pages that a browser checks is that of the URL configuration."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from dawsos.tests.routes import POSTED, ROUTES
from e2e.pages import NO_PAGE, PLACES

WRITTEN_OUT = [place for place in PLACES if isinstance(place.found, str)]


def test_every_page_is_looked_at_in_a_browser() -> None:
    views = {place.view for place in PLACES}
    assert sorted(ROUTES.keys() - POSTED - NO_PAGE.keys() - views) == []
    assert sorted((views | NO_PAGE.keys()) - ROUTES.keys() - {"api-docs"}) == []
    assert sorted(views & NO_PAGE.keys()) == []


@pytest.mark.parametrize("place", WRITTEN_OUT, ids=lambda place: place.name)
def test_an_address_that_is_written_out_is_one_of_its_view(place) -> None:
    assert resolve("/" + urlsplit(place.found).path).view_name == place.view


def test_what_is_no_page_names_the_page_that_shows_it() -> None:
    named = {view for why in NO_PAGE.values() for view in re.findall(r"[a-z]+:[a-z_-]+", why)}
    assert named <= ROUTES.keys()


def test_no_two_pictures_have_one_name() -> None:
    names = [place.name for place in PLACES]
    assert sorted(set(names)) == sorted(names)
