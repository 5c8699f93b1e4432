"""Whether the site can answer: asked by balancers and by `make demo`."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Answer 200 if a description is in force and can be read, else 503. Says nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM description_in_force")
            is_ready = cursor.fetchone()[0] == 1
    except DatabaseError:
        is_ready = False
    return HttpResponse(
        "ok\n" if is_ready else "not ready\n", status=200 if is_ready else 503, content_type="text/plain; charset=utf-8"
    )
