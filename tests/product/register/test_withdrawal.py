"""Taking listings down and deleting releases: not before the date, and so that they can be listed anew."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest

from aas_server.errors import Conflict, NotFound
from aas_server.messages import LANGUAGES, error_text
from aas_server.product import record
from aas_server.product.lock import alone
from aas_server.product.register import listing
from aas_server.product.register.withdrawal import discard, withdraw

LISTING = "https://factory.example/ids/listing/moulding-r1"
DAY = date(2027, 3, 21)


def over(bench) -> None:
    """The first day on which the listing may go."""
    bench.clock.at = datetime(2027, 3, 21, tzinfo=UTC)


def test_a_listing_stays_until_its_date(bench):
    made = bench.sell()
    for take_down in (
        lambda: withdraw(bench.store, bench.packages, "moulding", date(2027, 3, 20)),
        lambda: discard(bench.store, bench.packages, made, date(2027, 3, 20)),
    ):
        with pytest.raises(Conflict) as refused:
            take_down()
        assert refused.value.key == "kept-until"
        for language in LANGUAGES:
            assert "2027-03-21" in error_text(refused.value, language)
    assert listing.find(bench.store.catalogue, LISTING) is not None
    assert made.released.archive.exists() and made.registered.aasx.exists()


def test_a_withdrawn_listing_is_gone_and_the_release_stays(bench):
    made = bench.sell()
    over(bench)
    withdraw(bench.store, bench.packages, "moulding", DAY)
    assert listing.find(bench.store.catalogue, LISTING) is None
    assert bench.packages.page(10).packages == ()
    assert not made.registered.aasx.exists() and not made.registered.bundle.exists()
    assert made.released.archive.exists()
    with pytest.raises(NotFound) as refused:
        withdraw(bench.store, bench.packages, "moulding", DAY)
    assert refused.value.key == "listing-missing"


def test_what_was_withdrawn_counts_as_not_registered(bench):
    """Else the next build would find it registered with the same offer, and never list it again."""
    bench.sell()
    over(bench)
    withdraw(bench.store, bench.packages, "moulding", DAY)
    made = record.release(bench.store, "moulding-r1")
    assert (made.registered, made.offer) == (None, "")
    product = record.product(bench.store.catalogue, "moulding")
    assert product.release == "moulding-r1"
    assert {step for step, state in product.steps.items() if state.state != "done"} == {"register"}
    again = bench.sell()
    assert again.registered.registration.registered == "2027-03-21T00:00:00Z", "a new promise"
    assert listing.find(bench.store.catalogue, LISTING) is not None


def test_one_that_has_to_stay_keeps_all(bench):
    bench.sell()
    over(bench)
    bench.sell(2)
    with pytest.raises(Conflict):
        withdraw(bench.store, bench.packages, "moulding", DAY)
    assert listing.find(bench.store.catalogue, LISTING) is not None
    assert record.release(bench.store, "moulding-r1").registered is not None


def test_after_a_kill_in_the_middle_the_rest_goes(bench):
    bench.sell()
    over(bench)
    bench.packages.delete(LISTING)
    bench.store.catalogue.delete("listing", LISTING)
    withdraw(bench.store, bench.packages, "moulding", DAY)
    assert record.release(bench.store, "moulding-r1").registered is None


def test_a_deleted_release_hands_over_to_the_newest_left(bench):
    bench.sell()
    last = bench.sell(2)
    over(bench)
    discard(bench.store, bench.packages, last, DAY)
    assert record.product(bench.store.catalogue, "moulding").release == "moulding-r1"
    assert not last.released.folder.exists() and not last.registered.bundle.exists()
    assert [made.id for made in record.releases(bench.store, "moulding")] == ["moulding-r1"]


def test_taking_down_waits_for_the_build(bench):
    bench.sell()
    over(bench)
    other = threading.Thread(target=withdraw, args=(bench.store, bench.packages, "moulding", DAY))
    with alone(bench.folder, "moulding"):
        other.start()
        other.join(0.2)
        assert listing.find(bench.store.catalogue, LISTING) is not None
    other.join()
    assert listing.find(bench.store.catalogue, LISTING) is None
