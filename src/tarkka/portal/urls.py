"""The portal's addresses."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.i18n import set_language

from tarkka.portal.ids import ID
from tarkka.portal.pages import household, looks, more, purchases, start


class IdConverter:
    """An id in an address."""

    regex = ID

    def to_python(self, text: str) -> int:
        """Return the id."""
        return int(text)

    def to_url(self, number: int) -> str:
        """Return the id as text."""
        return str(number)


register_converter(IdConverter, "id")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.start, name="start"),
    path("household/", household.household, name="household"),
    path("language/", set_language, name="language"),
    path("looks/", looks.looks, name="looks"),
    path("more/", more.more, name="more"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("purchases/<id:receipt_id>/", purchases.receipt, name="receipt"),
    path("sign-out/", start.sign_out, name="sign-out"),
]
if settings.TARKKA_DEMO:
    # Imported here, so that outside the demo the provider is not even in the process.
    urlpatterns.append(path("sign-in/", include("tarkka.portal.development_identity")))
