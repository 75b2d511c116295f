"""What every answer to a browser says, of the service and of a partner's node: its doors are closed."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "img-src 'self' blob:; script-src 'self'; worker-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types wijkaandeel-worker"
)
_DOORS = "camera={camera}, geolocation=(), microphone=()"
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": _DOORS.format(camera="()"),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
CAMERA = {"permissions-policy": _DOORS.format(camera="(self)")}
"""What the pages have on which a card can be scanned."""
NOT_KEPT = {"cache-control": "no-store"}
"""What answers have that say nothing else about being kept."""
