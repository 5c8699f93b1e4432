"""Every address of the site, and the pages for what went wrong."""

from django.urls import include, path

from tarkka.site import app
from tarkka.site.health import healthz

urlpatterns = [
    path("api/v1/", include("tarkka.api.urls")),
    path("console/", include("tarkka.console.urls")),
    path("", include("tarkka.portal.urls")),
    path("app/<str:language>.webmanifest", app.manifest, name="manifest"),
    path("healthz", healthz, name="healthz"),
    path("offline/", app.offline, name="offline"),
    path("worker.js", app.worker, name="worker"),
]

handler400 = "tarkka.site.errors.bad_request"
handler403 = "tarkka.site.errors.forbidden"
handler404 = "tarkka.site.errors.not_found"
handler500 = "tarkka.site.errors.server_error"
