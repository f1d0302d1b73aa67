"""A corporate action in the files of two accounts is one entry, which serves both."""

import pytest

from accounts.models import User
from portfolios.exceptions import ImportRefused
from portfolios.models import Portfolio
from portfolios.services import ImportReport, reverse_entry, run_import, undo_import

HEADER = (
    "date,type,symbol,exchange,quantity,price,gross_amount,currency,account,new_shares,old_shares,"
    "to_symbol,cost_fraction,treatment,jurisdiction,external_id\n"
)
BUY = "2013-02-04,BUY,MAPLE,XTSE,{},20,,CAD,{},,,,,,,\n"
SPLIT = "2013-02-05,SPLIT,MAPLE,XTSE,,,,,{},{},{},,,,,{}\n"
FIRST = BUY.format(10, "A") + SPLIT.format("A", 2, 1, "")

pytestmark = pytest.mark.usefixtures("market")


def bring(portfolio: Portfolio, by: User, text: str, name: str = "a.csv") -> ImportReport:
    return run_import(portfolio_id=portfolio.pk, content=text.encode(), filename=name, by=by)


def mistakes(portfolio: Portfolio, by: User, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ImportRefused) as error:
        bring(portfolio, by, HEADER + text)
    return [(e["row"], e["reason"], e["message"]) for e in error.value.details["errors"]]


def held(report: ImportReport) -> dict[str, int]:
    """What is held after an import, of what it changed."""
    return {each["symbol"]: int(each["after"]) for each in report.changes["positions"]}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(SPLIT.format("B", 2, 1, ""), id="another account"),
        pytest.param(SPLIT.format("A", 4, 2, ""), id="another fraction"),
        pytest.param(SPLIT.format("A", 2, 1, "91"), id="another identifier"),
    ],
)
def test_one_entry_serves_every_account(portfolio: Portfolio, alice: User, told: str) -> None:
    """10 shares and 10 shares are 40 after two for one, not 80."""
    bring(portfolio, alice, HEADER + FIRST)
    report = bring(portfolio, alice, HEADER + BUY.format(10, "B") + told)

    assert held(report) == {"MAPLE": 40}
    assert [(d["row"], d["reason"], d["entry"]) for d in report.duplicates] == [
        (3, "same_action", 2)
    ]
    run = report.duplicates[0]["import_run"]
    sentence = f"Entry 2 says the same, imported in run {run}; one entry serves every account."
    assert report.rows[1].reasons == (sentence,)


def test_two_accounts_of_one_file_tell_it_once(portfolio: Portfolio, alice: User) -> None:
    rows = FIRST + BUY.format(10, "B") + SPLIT.format("B", 2, 1, "")
    report = bring(portfolio, alice, HEADER + rows)
    assert held(report) == {"MAPLE": 40}
    assert [(d["row"], d["same_as_row"]) for d in report.duplicates] == [(5, 3)]
    assert report.rows[3].reasons == ("The same as row 3; one entry serves every account.",)


def test_two_statements_of_a_flex_file_tell_it_once(portfolio: Portfolio, alice: User) -> None:
    """100 shares and 50 shares are 300 after two for one."""
    statements = _statement("U1", 100, 91) + _statement("U2", 50, 92)
    text = f"<FlexStatements count='2'>{statements}</FlexStatements>"
    text = f"<FlexQueryResponse queryName='x' type='AF'>{text}</FlexQueryResponse>"
    assert held(bring(portfolio, alice, text, "a.xml")) == {"ACME": 300}


def test_an_action_that_was_reversed_serves_nobody(portfolio: Portfolio, alice: User) -> None:
    bring(portfolio, alice, HEADER + FIRST)
    reverse_entry(portfolio_id=portfolio.pk, seq=2, by=alice, reason="a slip")
    report = bring(portfolio, alice, HEADER + SPLIT.format("B", 2, 1, ""))
    assert held(report) == {"MAPLE": 20}


def test_it_comes_back_with_the_file_that_relied_on_another(
    portfolio: Portfolio, alice: User
) -> None:
    """The first file is undone with its split; the second brings its own."""
    first = bring(portfolio, alice, HEADER + FIRST).import_run
    second = HEADER + BUY.format(10, "B") + SPLIT.format("B", 2, 1, "")
    bring(portfolio, alice, second)
    undo_import(run_id=first or 0, by=alice)
    assert held(bring(portfolio, alice, second)) == {"MAPLE": 20}


def test_accounts_that_contradict_each_other_are_a_mistake(
    portfolio: Portfolio, alice: User
) -> None:
    bring(portfolio, alice, HEADER + FIRST)
    (mistake,) = mistakes(portfolio, alice, SPLIT.format("B", 3, 1, ""))
    assert mistake[:2] == (2, "action_conflict")
    assert mistake[2] == (
        "This split is told by entry 2 already, which serves every account, but with new_shares 2, "
        "old_shares 1; here new_shares 3, old_shares 1."
    )


@pytest.mark.parametrize("account", ["A", "B"])
def test_who_states_no_cash_contradicts_nobody(
    portfolio: Portfolio, alice: User, account: str
) -> None:
    """The entry tells what was paid for the half share, a later file the ratio."""
    paid = "2013-02-05,SPLIT,MAPLE,XTSE,,,5.00,CAD,A,3,2,,,,,\n"
    bring(portfolio, alice, HEADER + BUY.format(9, "A") + paid)
    report = bring(portfolio, alice, HEADER + SPLIT.format(account, 3, 2, "91"))
    assert (report.rows_added, report.duplicates[0]["reason"]) == (0, "same_action")


@pytest.mark.parametrize(("first", "said"), [("", "not stated"), ("4.00", "4")])
def test_cash_for_the_fractions_of_one_account_is_not_dropped(
    portfolio: Portfolio, alice: User, first: str, said: str
) -> None:
    """Equal amounts of two accounts are still two amounts."""
    paid = "2013-02-05,SPLIT,MAPLE,XTSE,,,{},CAD,{},3,2,,,,,\n"
    bring(portfolio, alice, HEADER + BUY.format(9, "A") + paid.format(first, "A"))
    (mistake,) = mistakes(portfolio, alice, BUY.format(4, "B") + paid.format("4.00", "B"))
    assert mistake[:2] == (3, "action_conflict")
    assert mistake[2].endswith(f"but with gross_amount {said}; here gross_amount 4.")


def test_two_splits_of_one_account_on_a_day_are_two(portfolio: Portfolio, alice: User) -> None:
    """One for ten cashes out small holders, ten for one puts the others back: 10 stay 10."""
    there, back = SPLIT.format("A", 1, 10, ""), SPLIT.format("A", 10, 1, "")
    report = bring(portfolio, alice, HEADER + BUY.format(10, "A") + there + back)
    assert (report.rows_added, held(report)) == (3, {"MAPLE": 10})
    other = bring(portfolio, alice, HEADER + (there + back).replace(",A,", ",B,"))
    assert (other.rows_added, other.duplicate_count) == (0, 2)


def test_two_children_that_are_spun_off_on_a_day_are_two_events(
    portfolio: Portfolio, alice: User
) -> None:
    spun = "2013-02-05,SPINOFF,MAPLE,XTSE,,,,,A,1,2,{},{},carry_over,CA,\n"
    both = spun.format("DARK", "0.2") + spun.format("ACME", "0.1")
    report = bring(portfolio, alice, HEADER + BUY.format(10, "A") + both)
    assert held(report) == {"MAPLE": 10, "DARK": 5, "ACME": 5}
    again = bring(portfolio, alice, HEADER + both.replace(",A,", ",B,"))
    assert (again.rows_added, again.duplicate_count) == (0, 2)


def test_another_share_of_the_cost_is_a_mistake(portfolio: Portfolio, alice: User) -> None:
    spun = "2013-02-05,SPINOFF,MAPLE,XTSE,,,,,{},1,2,DARK,{},carry_over,CA,\n"
    bring(portfolio, alice, HEADER + BUY.format(10, "A") + spun.format("A", "0.2"))
    (mistake,) = mistakes(portfolio, alice, spun.format("B", "0.3"))
    assert mistake[2].endswith("but with cost_fraction 0.2; here cost_fraction 0.3.")


def _statement(account: str, shares: int, transaction: int) -> str:
    acme = (
        f'accountId="{account}" currency="USD" fxRateToBase="1" assetCategory="STK" symbol="ACME"'
    )
    return f"""
<FlexStatement accountId="{account}" fromDate="20130201" toDate="20130208">
<Trades><Trade {acme} tradeID="{account}" tradeDate="20130204" transactionType="ExchTrade"
 quantity="{shares}" tradePrice="10" proceeds="-{shares * 10}" taxes="0" ibCommission="0"
 ibCommissionCurrency="USD" netCash="-{shares * 10}" buySell="BUY" openCloseIndicator="O"
 levelOfDetail="EXECUTION"/></Trades>
<CorporateActions><CorporateAction {acme} type="FS" reportDate="20130205" quantity="{shares}"
 actionDescription="ACME(US0000000002) SPLIT 2 FOR 1 (ACME, ACME INC, US0000000002)"
 amount="0" proceeds="0" value="0" transactionID="{transaction}" actionID="777"/>
</CorporateActions></FlexStatement>"""
