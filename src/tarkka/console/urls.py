"""The console's addresses, all under /console/."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tarkka.console.pages import account, home, invitation, provider, session

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="console-home"),
    path("account/", account.account, name="console-account"),
    path("account/add/", account.add, name="console-account-add"),
    path("account/password/", account.password, name="console-account-password"),
    path("account/remove/", account.remove, name="console-account-remove"),
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
]
if settings.TARKKA_DEMO:
    # Imported here, so that outside the demo the list is not even in the process.
    urlpatterns.append(path("sign-in/demo/", include("tarkka.console.development_identity")))
