"""The register description's own words, in every template."""

from collections.abc import Mapping

from django import template

from tarkka.description.schema import Chain, Named, PurposeRule, RoleRule, Text
from tarkka.wording.language import reader_language

register = template.Library()


@register.filter
def named_in(code: str, table: Mapping[str, Chain | Named | PurposeRule | RoleRule]) -> str:
    """Return what the register description calls a chain or its group, a purpose or a role.

    In a template: `{{ event.purpose|named_in:described.purpose }}`. A code that the description no longer has is shown
    as it is.
    """
    return table[code].name.written_in(reader_language()) if code in table else code


@register.filter
def said(text: Text) -> str:
    """Return the register description's words in the reader's language."""
    return text.written_in(reader_language())
