"""The console's addresses, all under /console/."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tarkka.console.pages import (
    account,
    agreement,
    case,
    case_acts,
    cases,
    events,
    extracts,
    flags,
    home,
    invitation,
    lookup,
    provider,
    reviews,
    session,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="console-home"),
    path("account/", account.account, name="console-account"),
    path("account/add/", account.add, name="console-account-add"),
    path("account/password/", account.password, name="console-account-password"),
    path("account/remove/", account.remove, name="console-account-remove"),
    path("agreement/", agreement.agreement, name="console-agreement"),
    path("cases/", lookup.cases, name="console-cases"),
    path("cases/open/", cases.open_, name="console-case-open"),
    path("cases/<id:case_id>/", case.case, name="console-case"),
    path("cases/<id:case_id>/card/", case_acts.card, name="console-case-card"),
    path("cases/<id:case_id>/choices/", case_acts.choice, name="console-case-choice"),
    path("cases/<id:case_id>/close/", case.close, name="console-case-close"),
    path("cases/<id:case_id>/contact/", case_acts.contact, name="console-case-contact"),
    path("cases/<id:case_id>/extract/", case_acts.extract, name="console-case-extract"),
    path("cases/<id:case_id>/household/", case_acts.household, name="console-case-household"),
    path("cases/<id:case_id>/language/", case_acts.language, name="console-case-language"),
    path("cases/<id:case_id>/point-out/", case.point_out, name="console-case-point-out"),
    path("cases/<id:case_id>/receipts/<id:receipt_id>/", case.receipt, name="console-case-receipt"),
    path("cases/<id:case_id>/requests/", case_acts.ask, name="console-case-ask"),
    path("extracts/", extracts.extracts, name="console-extracts"),
    path("invitation/", invitation.invitation, name="console-invitation"),
    path("invitation/password/", invitation.password, name="console-invitation-password"),
    path("invitation/second/", invitation.second, name="console-invitation-second"),
    path("proof/", session.proof, name="console-proof"),
    path("sign-in/", session.sign_in, name="console-sign-in"),
    path("sign-in/back/", provider.from_provider, name="console-provider-back"),
    path("sign-in/keys/", provider.our_keys, name="console-provider-keys"),
    path("sign-in/second/", session.second, name="console-second"),
    path("sign-in/start/", provider.to_provider, name="console-provider"),
    path("sign-out/", session.sign_out, name="console-sign-out"),
    path("supervision/", flags.flags, name="console-supervision"),
    path("supervision/events/", events.events, name="console-events"),
    path("supervision/flags/<id:flag_id>/", flags.flag, name="console-flag"),
    path("supervision/reviews/", reviews.reviews, name="console-reviews"),
    path("supervision/reviews/<id:case_id>/", reviews.review, name="console-review"),
    path("supervision/reviews/<id:case_id>/delay/", reviews.delay, name="console-review-delay"),
    path("supervision/work/", events.work, name="console-work"),
]
if settings.TARKKA_DEMO:
    # Imported here, so that outside the demo the list is not even in the process.
    urlpatterns.append(path("sign-in/demo/", include("tarkka.console.development_identity")))
