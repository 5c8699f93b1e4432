"""The words of the demo."""

import re

from tarkka.sample.demo import recall_table
from tarkka.vocabulary import Language


def test_no_figure_is_torn_from_its_unit_in_the_recalled_product():
    for language in Language:
        product = recall_table()[language]["product"]
        assert re.search(r"\d\N{NO-BREAK SPACE}g\b", product)
        assert not re.search(r"\d +k?g\b", product)
