# Sends one request to a view of docs/examples.md and prints the response. Uses Django if installed.
import json
import sys
from types import SimpleNamespace

import stubs  # noqa: F401
import django
from django.conf import settings

urlpatterns = []
settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()

from django.test import RequestFactory

from shop import orders, views

what, given = sys.argv[1], json.loads(sys.argv[2])
headers, body = given.pop("headers", {}), given.pop("body", "")
meta = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
meta["HTTP_X_INPUT"] = json.dumps(given)
method = "GET" if what == "token" else "POST"
request = RequestFactory().generic(method, "/", body.encode(), "application/json", **meta)
request.user = SimpleNamespace(is_authenticated=True, pk=given.get("sub"))
response = getattr(views, what)(request)
print(json.dumps({"status": response.status_code, "body": response.content.decode(), "settled": orders.settled}))
