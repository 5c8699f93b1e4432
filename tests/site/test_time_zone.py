"""Pages tell the register's own time, which stands in the register description and nowhere else."""

import pytest
from django.utils import timezone

import browsing
import building


@pytest.fixture
def nobody_chose_a_zone():
    chosen = timezone.get_current_timezone()
    timezone.deactivate()
    yield
    timezone.activate(chosen)


@pytest.mark.usefixtures("site", "nobody_chose_a_zone")
def test_a_page_tells_the_registers_time():
    household, source = building.a_household(1), building.a_source()
    building.take(source, [building.a_receipt(card=household.cards[0], purchased_at="2024-03-05T12:30:00+00:00")])
    assert timezone.get_current_timezone_name() == "UTC"
    assert "14:30" in browsing.words(browsing.signed_in(household.persons[0]).get("/purchases/"))
    assert timezone.get_current_timezone_name() == "UTC"
