# The parts of Django and its REST framework that the snippets import, for machines without them.
import json
import sys
from contextlib import nullcontext
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace


class HttpResponse:
    def __init__(self, content=b"", status=200, content_type=None):
        self.content = content if isinstance(content, bytes) else str(content).encode()
        self.status_code = status


class Headers(dict):
    """Header names are case-insensitive."""

    def __init__(self, headers):
        super().__init__((name.lower(), value) for name, value in headers.items())

    def get(self, name, default=None):
        return super().get(name.lower(), default)

    def __getitem__(self, name):
        return super().__getitem__(name.lower())


class RequestFactory:
    def generic(self, method, path, data=b"", content_type="", **meta):
        headers = {name[5:].replace("_", "-"): value for name, value in meta.items() if name.startswith("HTTP_")}
        return SimpleNamespace(method=method, path=path, body=data, META=meta, headers=Headers(headers))


def only(method):
    def decorate(view):
        return lambda request, *args, **named: (
            view(request, *args, **named) if request.method == method else HttpResponse(status=405)
        )

    return decorate


def as_it_is(view):
    return view


def module(name, **members):
    made = ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made


def api_view(methods):
    def decorate(view):
        def called(request, *args, **named):
            request.data = json.loads(request.body)
            return view(request, *args, **named)

        return only(*methods)(called)

    return decorate


def django():
    module("django", setup=lambda: None)
    module("django.conf", settings=SimpleNamespace(configure=lambda **settings: None))
    module("django.contrib")
    module("django.contrib.auth")
    module("django.contrib.auth.decorators", login_required=as_it_is)
    module("django.db", transaction=SimpleNamespace(atomic=nullcontext, on_commit=lambda call: call()))
    module("django.http", HttpResponse=HttpResponse, JsonResponse=lambda data, safe: HttpResponse(json.dumps(data)))
    module("django.shortcuts", redirect=lambda to: HttpResponse(status=302))
    module("django.test", RequestFactory=RequestFactory)
    module("django.views")
    module("django.views.decorators")
    module("django.views.decorators.csrf", csrf_exempt=as_it_is)
    module("django.views.decorators.http", require_GET=only("GET"), require_POST=only("POST"))


def rest_framework():
    module("rest_framework")
    module("rest_framework.decorators", api_view=api_view)
    module("rest_framework.response", Response=lambda data: SimpleNamespace(data=data))


for stub in (django, rest_framework):
    if find_spec(stub.__name__) is None:
        stub()
