"""The portal's addresses."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from tarkka.portal.pages import (
    bonus,
    card,
    choices,
    description,
    details,
    extracts,
    held,
    home,
    household,
    looks,
    more,
    my_data,
    proof,
    purchases,
    recalls,
    receipt,
    session,
    spending,
    start,
)
from tarkka.web import ids  # noqa: F401  # makes <id:…> known

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start.start, name="start"),
    path(".well-known/openid-federation", session.entity_statement, name="entity-statement"),
    path("bonus/", bonus.bonus, name="bonus"),
    path("bonus/account/", bonus.account, name="bonus-account"),
    path("bonus/month/", bonus.month, name="bonus-month"),
    path("bonus/statement.pdf", bonus.statement, name="bonus-statement"),
    path("card/", card.card, name="card"),
    path("card/copy/", card.copy, name="card-copy"),
    path("choices/", choices.choices, name="choices"),
    path("choices/allow/<str:kind>/", choices.allow, name="choices-allow"),
    path("home/", home.home, name="home"),
    path("extracts/", extracts.extracts, name="extracts"),
    path("household/", household.household, name="household"),
    path("details/", details.details, name="details"),
    path("details/contact/<slug:kind>/", details.contact, name="contact"),
    path("details/language/", details.language, name="details-language"),
    path("details/safety/<slug:kind>/", details.contact, {"for_safety_only": True}, name="safety-contact"),
    path("details/wish/", details.wish, name="details-wish"),
    path("description/", description.description, name="description"),
    path("description/<id:number>/", description.description, name="description-version"),
    path("language/", require_POST(set_language), name="language"),
    path("looks/", looks.looks, name="looks"),
    path("looks/download/", looks.download, name="looks-download"),
    path("looks/<id:event>/proof.json", proof.proof, name="looks-proof"),
    path("more/", more.more, name="more"),
    path("my-data/", my_data.my_data, name="my-data"),
    path("my-data/extract/", my_data.download, name="my-data-extract"),
    path("my-data/paper/", my_data.order, name="my-data-paper"),
    path("my-data/requests/", my_data.ask, name="my-data-ask"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("purchases/held/", held.held, name="held"),
    path("purchases/search/", purchases.search, name="search"),
    path("purchases/<id:receipt_id>/", receipt.receipt, name="receipt"),
    path("purchases/<id:receipt_id>/receipt.pdf", receipt.receipt_pdf, name="receipt-pdf"),
    path("recalls/", recalls.recalls, name="recalls"),
    path("recalls/public/", recalls.public, name="recalls-public"),
    path("recalls/<id:recall_id>/", recalls.recall, name="recall"),
    path("recalls/<id:recall_id>/read/", recalls.acknowledge, name="recall-read"),
    path("sign-in/back/", session.from_provider, name="sign-in-back"),
    path("sign-in/keys/", session.our_keys, name="sign-in-keys"),
    path("sign-in/start/", session.to_provider, name="sign-in-start"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("spending/", spending.spending, name="spending"),
]
if settings.TARKKA_DEMO:
    # Imported here, so that outside the demo the provider is not even in the process.
    urlpatterns.append(path("sign-in/", include("tarkka.portal.development_identity")))
else:
    urlpatterns.append(path("sign-in/", session.sign_in, name="sign-in"))
