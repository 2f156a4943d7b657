# Calls the Django code of docs/coming-from-channels.md and prints the result. Uses Django and its REST framework if installed.
import json
import sys

import stubs  # noqa: F401
import django
from django.conf import settings

urlpatterns = []
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    ROOT_URLCONF=__name__,
)
django.setup()

from django.test import RequestFactory

from shop import layer, measures, views


def callback(biz, **body):
    request = RequestFactory().generic("POST", "/", json.dumps(body).encode(), "application/json")
    return views.callback(request, biz).data


def measured(project):
    request = RequestFactory().generic("GET", "/")
    return json.loads(measures.measured(request, project).content)


calls = {"callback": callback, "group_send": layer.group_send, "send": layer.send, "measured": measured}
print(json.dumps(calls[sys.argv[1]](**json.loads(sys.argv[2]))))
