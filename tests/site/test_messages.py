"""The catalogues are complete, and the check that says so sees every way in which they could not be."""

import pytest
from babel.messages.catalog import Catalog

from tarkka.site import messages


def a_catalogue(**said: str) -> Catalog:
    catalogue = Catalog()
    for msgid, text in said.items():
        catalogue.add(msgid, text)
    return catalogue


def test_every_message_is_written_in_every_language():
    assert messages.problems() == []


def test_templates_and_code_are_both_searched():
    used = messages.used_messages()
    assert {"purchases.title", "home.hello %(name)s", "error.404.title", "level.product", "page.menu"} <= used


@pytest.mark.parametrize(
    ("catalogue", "used", "problem"),
    [
        (a_catalogue(), {"a"}, "'a' is missing"),
        (a_catalogue(a="A", b="B"), {"a"}, "'b' is used nowhere"),
        (a_catalogue(a=""), {"a"}, "'a' is not translated"),
        (a_catalogue(**{"a %(x)s": "A"}), {"a %(x)s"}, "'a %(x)s' has other placeholders than its translation"),
        (a_catalogue(a="A %(x)s"), {"a"}, "'a' has other placeholders than its translation"),
    ],
)
def test_a_catalogue_that_lacks_something_is_found(catalogue, used, problem):
    assert list(messages.catalogue_problems(catalogue, used)) == [problem]


def test_a_fuzzy_message_is_not_a_translation():
    catalogue = Catalog()
    catalogue.add("a", "A", flags=["fuzzy"])
    assert list(messages.catalogue_problems(catalogue, {"a"})) == ["'a' is not translated"]


@pytest.mark.parametrize(
    "template",
    [
        "<p>Hello</p>",
        '<p>{% translate "a" %} kpl</p>',
        '<img alt="A cat">',
        '<input value="Send">',
        '<button aria-label="{{ x }} close">',
        "{% blocktranslate %}a{% endblocktranslate %} and more",
        "<p>Tarkka Oy</p>",
        '<p style="color: red"></p>',
        "<script></script>",
        '<a onclick="x()"></a>',
    ],
)
def test_text_in_a_template_is_found(template):
    assert len(messages.own_text(template)) == 1


@pytest.mark.parametrize(
    "template",
    [
        '<p class="small">{% translate "a" %} · {{ b }} 1 €</p>',
        "<b>Tarkka</b>",
        "{% blocktranslate %}a {{ b }}{% endblocktranslate %}",
        "{% comment %}why this is so{% endcomment %}",
        '<button name="person" value="x">{{ y }}</button>',
        '<p{% if here %} aria-current="page"{% endif %}>',
        '<meta name="viewport" content="width=device-width">',
    ],
)
def test_a_template_without_text_of_its_own_passes(template):
    assert messages.own_text(template) == []


def test_catalogues_are_compiled_where_they_changed(tmp_path):
    for language in ("fi", "sv", "en"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.po").write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "ä"\n'
        )
    messages.compile_catalogues(tmp_path)
    mo = tmp_path / "fi" / "LC_MESSAGES" / "django.mo"
    first = mo.read_bytes()
    assert "ä".encode() in first
    mo.write_bytes(b"newer than its source")
    messages.compile_catalogues(tmp_path)
    assert mo.read_bytes() == b"newer than its source"
