# The shop's own part in Django: takes all values from the request and records the settled orders.
import json
from types import SimpleNamespace

settled = []


def place(request):
    return SimpleNamespace(**json.loads(request.META["HTTP_X_INPUT"]))


verified = place
publish = place


def pay(payment):
    pass


def settle(id, event):
    settled.append([id, event["type"]])
