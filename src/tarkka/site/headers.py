"""What every answer tells browsers, be it a page, a file, a download or an error.

Nobody keeps an answer that does not say who may, no other site makes use of it, and no page uses what a device can do.
What a page may load stands in `CONTENT_SECURITY_POLICY` of the settings.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_POWERS = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    # A card that is shown at a till stays lit, and staff sign in with security keys.
    "Permissions-Policy": ", ".join(
        [*(f"{power}=()" for power in _POWERS), "publickey-credentials-get=(self)", "screen-wake-lock=(self)"]
    ),
}


def tell_browsers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the outermost: sets each header on every answer that has no word of its own about it."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return respond
