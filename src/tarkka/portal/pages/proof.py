"""The proof that one look of the customer's is in the sealed trail, as a file to check offline (R22; docs/trail.md)."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from tarkka.portal.looking import own_look
from tarkka.portal.signing_in import signed_in
from tarkka.trail import queries as trail
from tarkka.vocabulary import Level


@require_safe
@signed_in
def proof(request: HttpRequest, person_id: int, event: int) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Give the proof of an event that the customer may see. Raises Http404 for another, or until it is sealed."""
    with own_look(person_id, Level.TOTAL):
        found = trail.proof(event)
    if found is None:
        raise Http404
    name = f"proof-{event}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(found.as_json(), headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})
