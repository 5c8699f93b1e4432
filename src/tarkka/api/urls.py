"""The addresses of the API, under `api/v1/`."""

from django.urls import path

from tarkka.api import views

urlpatterns = [
    path("receipts", views.receipts, name="receipts"),
    path("openapi.json", views.openapi, name="openapi"),
]
