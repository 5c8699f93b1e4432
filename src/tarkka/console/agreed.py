"""Nobody of the staff sees customers' data before they signed the agreement in force (R21). SQL refuses too."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tarkka.access.actions import why_shut
from tarkka.staff.queries import Account
from tarkka.web.addresses import present_page

_Rest = ParamSpec("_Rest")
_View = Callable[Concatenate[HttpRequest, Account, _Rest], HttpResponseBase]


def lacks_agreement(staff: Account) -> bool:
    """Tell whether the agreement in force is what keeps the door shut to somebody who has a role."""
    return any(why_shut(staff.user_id, role) == "no_agreement" for role in staff.roles)


def agreed(view: _View[_Rest]) -> _View[_Rest]:
    """Lead whoever has not signed the agreement in force to its page, and back. Stands beneath `in_role`."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Account, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        if lacks_agreement(staff):
            back = present_page(request, reverse("console-home"))
            return redirect(f"{reverse('console-agreement')}?{urlencode({'next': back})}")
        return view(request, staff, *args, **kwargs)

    return guarded
