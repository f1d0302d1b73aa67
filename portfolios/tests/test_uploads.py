"""Files that wait between preview and confirmation: one for each reader, not for ever, not huge."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.identity import as_service
from accounts.models import User
from market.formats.csv_records import Limits
from portfolios.exceptions import UploadGone
from portfolios.models import PendingUpload, Portfolio
from portfolios.services.uploads import import_upload, keep_upload
from portfolios.tests.test_concurrency import at_once
from portfolios.tests.world import LEDGER
from portfolios.views.import_steps import PAGE_SIZE

HEADER = "date,type,gross_amount,currency,external_id"


def deposits(count: int) -> str:
    rows = (f"2013-02-04,DEPOSIT,{n + 1},CAD,d{n}" for n in range(count))
    return "\n".join([HEADER, *rows])


def post(user: User, portfolio: Portfolio, content: str) -> tuple[int, str]:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    file = SimpleUploadedFile("ledger.csv", content.encode(), "text/csv")
    response = client.post(f"/portfolios/{portfolio.pk}/import/", {"file": file}, follow=True)
    return response.status_code, response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_eight_files_at_once_the_last_waits(portfolio: Portfolio, alice: User) -> None:
    def keep(number: int) -> PendingUpload:
        content = str(number).encode()
        return keep_upload(portfolio_id=portfolio.pk, content=content, filename="x", by=alice)

    kept = at_once(8, keep)
    with as_service("tests"):
        assert PendingUpload.objects.get() in kept


@pytest.mark.django_db
@pytest.mark.usefixtures("market")
class TestOfOneReader:
    def test_a_file_is_forgotten_after_a_day(
        self, portfolio: Portfolio, alice: User, bob: User
    ) -> None:
        def keep(by: User) -> PendingUpload:
            content = LEDGER.encode()
            return keep_upload(portfolio_id=portfolio.pk, content=content, filename="x", by=by)

        old = keep(alice)
        PendingUpload.objects.update(at=timezone.now() - timedelta(days=1, seconds=1))
        with pytest.raises(UploadGone):
            import_upload(portfolio_id=portfolio.pk, upload_id=old.pk, by=alice)
        assert list(PendingUpload.objects.all()) == [old]
        fresh = keep(bob)
        assert list(PendingUpload.objects.all()) == [fresh]

    def test_a_file_waits_for_its_reader_alone(
        self, portfolio: Portfolio, alice: User, bob: User
    ) -> None:
        waiting = keep_upload(
            portfolio_id=portfolio.pk, content=LEDGER.encode(), filename="x", by=alice
        )
        with pytest.raises(UploadGone):
            import_upload(portfolio_id=portfolio.pk, upload_id=waiting.pk, by=bob)

    def test_a_file_beyond_the_limit_is_413(self, portfolio: Portfolio, alice: User) -> None:
        most = Limits().max_bytes or 0
        status, page = post(alice, portfolio, "x" * (most + 1))
        assert status == 413 and "larger than 10,485,760 bytes" in page

    def test_a_body_that_announces_more_is_not_read(
        self, portfolio: Portfolio, alice: User
    ) -> None:
        status, page = post(alice, portfolio, "x" * (13 * 1024 * 1024))
        assert status == 413 and "The body is too large." in page

    def test_the_account_of_a_file_that_names_none_is_chosen(
        self, portfolio: Portfolio, alice: User, client: Client
    ) -> None:
        client.force_login(alice)
        text = (
            '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"\n'
            '"02/01/2013","MoneyLink Deposit","","Tfr","","","","$500.00"\n'
        )
        file = SimpleUploadedFile("schwab.csv", text.encode(), "text/csv")
        chosen = {"file": file, "account": " Savings at the bank "}
        client.post(f"/portfolios/{portfolio.pk}/import/", chosen)
        (waiting,) = PendingUpload.objects.all()
        import_upload(portfolio_id=portfolio.pk, upload_id=waiting.pk, by=alice)
        with as_service("a test looks at the ledger"):
            assert [e.account for e in portfolio.transactions.all()] == ["Savings at the bank"]

    def test_a_long_file_is_paged_and_counted(self, portfolio: Portfolio, alice: User) -> None:
        status, page = post(alice, portfolio, deposits(PAGE_SIZE + 1))
        assert status == 200
        assert page.count('<tr id="row-') == PAGE_SIZE
        assert f"All <b>{PAGE_SIZE + 1}</b>" in page
        assert f"Write {PAGE_SIZE + 1} entries" in page
