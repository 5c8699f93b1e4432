"""What is told of receipts taken: how many of which kind, and why a batch stopped."""

import pickle

import pytest

from tarkka.purchases.feed import Rejection
from tarkka.purchases.verdict import ACCEPTED, CONFLICT, COUNTED, DUPLICATE, IntakeFault, Verdict, counts
from tarkka.vocabulary import Level


def test_each_kind_of_verdict_is_counted_and_what_is_accepted_by_level_too() -> None:
    product, group = ACCEPTED[Level.PRODUCT], ACCEPTED[Level.GROUP]
    rejected = Verdict("rejected", rejection=Rejection("card_closed", "card"))
    assert counts([product, DUPLICATE, product, COUNTED, group, CONFLICT, rejected, rejected]) == {
        "accepted": 4,
        "PRODUCT": 2,
        "GROUP": 1,
        "without_card": 1,
        "duplicate": 1,
        "rejected": 3,
    }
    assert counts([]) == {}


@pytest.mark.parametrize(
    ("is_temporary", "what"), [(True, "it was interrupted"), (False, "the register could not take a receipt")]
)
def test_fault_tells_its_kind_and_whether_to_send_again_also_to_another_process(is_temporary: bool, what: str) -> None:
    fault = pickle.loads(pickle.dumps(IntakeFault("57P01", is_temporary)))
    assert (fault.kind, fault.is_temporary) == ("57P01", is_temporary)
    assert str(fault) == f"{what} (57P01); nothing of its batch was taken, and sending the same again is safe"
