"""A toy AWS: boxes with a lid, labels and a note, kept in memory, and the resource kind that describes them."""

from collections.abc import Mapping
from typing import Any

from changectl.contracts.kind import (
    Create,
    Delete,
    Effect,
    Facet,
    Hand,
    Items,
    Put,
    Read,
    Recreated,
    ResourceKind,
)  # fmt: skip
from changectl.contracts.shape import PLAIN, TAGS, TEXT
from changectl.errors import CallNotDone
from changectl.model.merge import Grain
from changectl.model.resource import Call, Ref, Resource

GET = Read("GetBox")


def put_log(ref: Ref, now: Any, want: Any) -> tuple[Call, ...]:
    return (Call("toy", "PutLog", {"Name": ref.id[0], "Log": want or ""}),)


def left_log(params: Mapping[str, Any], now: Any) -> Any:
    return (now or "") + params["More"] if "More" in params else params["Log"] or None


BOX = ResourceKind(
    name="box",
    type="AWS::Toy::Box",
    service="toy",
    id=("name",),
    params={"Name": "{name}"},
    facets=(
        Facet("lid", (GET,), "Box.Lid", TEXT, Put("PutLid", "Lid", clear="DeleteLid"), Grain.WHOLE, show="all"),
        Facet(
            "labels",
            (GET,),
            "Box.Labels",
            TAGS,
            Items("AddLabels", "Labels", "RemoveLabels", "Keys", keys_only=True),
            Grain.ITEM,
            show="all",
        ),
        Facet("note", (GET,), "Box.Note", PLAIN, Put("PutNote", "Note", clear="DeleteNote"), Grain.WHOLE, secret=True),
        Facet(
            "log", (GET,), "Box.Log", TEXT, Hand(("PutLog", "AppendLog"), put_log, left_log), Grain.WHOLE, show="all"
        ),
    ),
    also=(Effect("CreateBox", "creates", "Name"), Effect("DeleteBox", "deletes", "Name")),
    create=Create("CreateBox", lambda ref, want: (Call("toy", "CreateBox", {"Name": ref.id[0]}),), ()),
    delete=Delete("DeleteBox"),
    recreated=Recreated.EXACT,
    gone=frozenset({"NoSuchBox"}),
    settle=10,
)


def ref(name: str) -> Ref:
    return Ref("box", (name,), "here")


class ToyAws:
    """Boxes by name. Every write is one call; nothing is paged, throttled or late unless a test says so."""

    def __init__(self, boxes: Mapping[str, Mapping[str, Any]]) -> None:
        self.boxes: dict[str, dict[str, Any]] = {name: _box(box) for name, box in boxes.items()}
        self.denied: set[str] = set()
        self.sent: list[str] = []

    def ask(self, call: Call) -> Mapping[str, Any]:
        box = self._box(call)
        labels = [{"Key": k, "Value": v} for k, v in sorted(box["Labels"].items())]
        return {
            "Box": {
                "Name": call.params["Name"],
                "Lid": box["Lid"],
                "Labels": labels,
                "Note": box["Note"],
                "Log": box["Log"],
            }
        }

    def write(self, call: Call) -> Mapping[str, Any]:
        self.sent.append(call.operation)
        if call.operation in self.denied:
            raise CallNotDone("you may not", code="AccessDenied")
        p = call.params
        if call.operation == "CreateBox":
            if p["Name"] in self.boxes:
                raise CallNotDone("there is one", code="BoxExists")
            self.boxes[p["Name"]] = _box({})
            return {}
        box = self._box(call)
        match call.operation:
            case "PutLid" | "PutNote":
                member = call.operation.removeprefix("Put")
                box[member] = p[member]
            case "DeleteLid" | "DeleteNote":
                box[call.operation.removeprefix("Delete")] = None
            case "PutLog":
                box["Log"] = p["Log"] or None
            case "AppendLog":  # not idempotent: sent twice, it shows
                box["Log"] = (box["Log"] or "") + p["More"]
            case "AddLabels":
                box["Labels"] |= {item["Key"]: item["Value"] for item in p["Labels"]}
            case "RemoveLabels":
                box["Labels"] = {k: v for k, v in box["Labels"].items() if k not in p["Keys"]}
            case "DeleteBox":
                del self.boxes[p["Name"]]
            case _:
                raise CallNotDone("no such operation", code="InvalidAction")
        return {}

    def state(self) -> dict[str, Resource]:
        return {
            name: {k: (dict(v) if isinstance(v, dict) else v) for k, v in box.items()}
            for name, box in self.boxes.items()
        }

    def _box(self, call: Call) -> dict[str, Any]:
        try:
            return self.boxes[call.params["Name"]]
        except KeyError:
            raise CallNotDone("there is no such box", code="NoSuchBox") from None


def _box(box: Mapping[str, Any]) -> dict[str, Any]:
    return {"Lid": None, "Note": None, "Log": None, **box, "Labels": dict(box.get("Labels", {}))}
