"""What to send in place of what was refused: each fault of a call gets a value, a name or a patch that mends it.

Only where that needs nobody's knowledge: an amount, a name or a reason that is not there is never made up, and an
identifier is never cut. A patch (RFC 6902, json_patch_target "arguments") is of the call's own arguments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from counterfoil.errors import Invalid
from counterfoil.mcp import mending_words as words
from counterfoil.mcp import values

_ABSENT: Final = object()
_VALUE_BYTES_MAX: Final = 300
_ADDRESS: Final = re.compile(r"[^\s<>,;:]+@[^\s<>,;]+", re.ASCII)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SOME_DAYS: Final = re.compile(r"([0-9]{1,5}) ?d(?:ays?)?", re.ASCII)
_DIALED: Final = re.compile(r"\+(1|7|2[07]|3[0-469]|4[013-9]|35[0-9]|38[0-79]|42[0-3]) ?([0-9 ().-]{4,20})", re.ASCII)

Told = dict[str, Any]
Mend = Callable[[str, Any, Mapping[str, Any]], Told]


def mended(result: Mapping[str, Any], arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A failure as errors.as_result shows it, with what mends each of its faults.

    arguments: as they were sent. schema: the tool's. Each fault may get value, and one of example, rename_to, remove
    and json_patch.
    """
    known = schema.get("properties", {})
    faults = [
        {name: part for name, part in _told(dict(fault), arguments, known).items() if part is not None}
        for fault in result["errors"]
    ]
    return {**faults[0], "errors": faults}


def _told(fault: Told, arguments: Mapping[str, Any], known: Mapping[str, Any]) -> Told:
    field = fault.get("field")
    if not field:
        return fault
    place, value = _found(field, arguments)
    if place != field and value is not _ABSENT:
        fault["field"] = place
    if value is not _ABSENT and "value" not in fault and fault["code"] != "unknown_argument":
        fault["value"] = _short(value)
    return fault | _mend(fault, place, value, arguments, known)


def _mend(fault: Told, place: str, value: Any, arguments: Mapping[str, Any], known: Mapping[str, Any]) -> Told:
    """What mends the fault, in place of what it said of that before; empty where nothing better is known."""
    code = fault["code"]
    if code == "unknown_argument":
        return _renamed(place, value, arguments, known)
    if code == "missing_value":
        return _filled(place, arguments)
    if code == "field_not_available_in_country":
        return {"remove": True, "json_patch": None}
    if value is _ABSENT:
        return {}
    if code == "too_long":
        return _shortened(place, value, str(fault.get("fix")))
    told = next((told for mend in _MENDS.get(code, ()) if (told := mend(place, value, arguments))), {})
    return {"json_patch": None} | told if told else {}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:80]
    return value if len(json.dumps(value, default=str)) <= _VALUE_BYTES_MAX else f"{json.dumps(value)[:80]}…"


def _found(field: str, arguments: Mapping[str, Any]) -> tuple[str, Any]:
    """Where the value at fault stands in the arguments, and the value: a bare price has no value or currency below it,
    the mail of a new invoice stands under send, and the day of a payment under the act."""
    act = "mark_as_paid" if field == "payment_date" else field
    for place in (field, field.removesuffix("/value"), f"send/{field}", act):
        value = _at(place, arguments)
        if value is not _ABSENT:
            return place, value
    return field, _ABSENT


def _at(place: str, arguments: Any) -> Any:
    value = arguments
    for part in place.split("/"):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _ABSENT
    return value


def _leaf(place: str) -> str:
    """The argument's name, without the index of an array."""
    return next((part for part in reversed(place.split("/")) if not part.isdecimal()), "")


def _patch(*operations: tuple[str, str, Any]) -> Told:
    """In place of anything that was said of one field alone."""
    made = [
        {"op": op, "path": f"/{path}"} | ({} if value is _ABSENT else {"value": value})
        for op, path, value in operations
    ]
    alone = dict.fromkeys(("example", "rename_to", "remove"))
    return {"json_patch": made, "json_patch_target": "arguments", **alone}


# ---- names


def _renamed(place: str, value: Any, arguments: Mapping[str, Any], known: Mapping[str, Any]) -> Told:
    above, _, sent = place.rpartition("/")
    name = _CAMEL.sub("_", sent).lower().replace("-", "_")
    siblings = _at(above, arguments) if above else arguments
    if not above:
        told = _moved(name, sent, value, known)
        if told:
            return told
    for wanted, others in _names(above, known):
        if (name == wanted or name in others) and wanted not in siblings:
            return {"rename_to": wanted, "remove": None, "fix": f"Did you mean {wanted}?"}
    if not above and "id" in known and "id" not in arguments and (name.endswith("_id") or name in words.NAMES_OF_IDS):
        return {"rename_to": "id", "remove": None, "fix": "Did you mean id?"}
    return {}


def _names(above: str, known: Mapping[str, Any]) -> Sequence[tuple[str, tuple[str, ...]]]:
    if not above:
        return [(wanted, others) for wanted, others in words.OTHER_NAMES if wanted in known]
    inside = words.INSIDE.get(_leaf(above), frozenset())
    return [(wanted, others) for wanted, others in words.OTHER_NAMES if wanted in inside]


def _moved(name: str, sent: str, value: Any, known: Mapping[str, Any]) -> Told:
    """What belongs elsewhere, in another form."""
    if name in words.TERMS and "due_date" in known and str(value).isdecimal():
        return _patch(("remove", sent, _ABSENT), ("add", "due_date", f"+{value}d"))
    if name == "iban" and "payment_methods" in known:
        return _patch(("remove", sent, _ABSENT), ("add", "payment_methods", {"iban": value}))
    act = words.ACTS.get(str(value).strip().lower()) if name in ("status", "action", "state") else None
    return _patch(("remove", sent, _ABSENT), ("add", act, True)) if act and act in known else {}


def _filled(place: str, arguments: Mapping[str, Any]) -> Told:
    name = _leaf(place)
    if name == "kind" and (arguments.get("name") or arguments.get("first_name")):
        return {"example": "company" if arguments.get("name") else "individual"}
    parts = str(arguments.get("name") or "").split()
    if name in ("first_name", "last_name") and len(parts) == 2 and "/" not in place:
        return {"example": parts[name == "last_name"]}
    if place.endswith("/currency"):
        return {"example": "EUR"}
    discount = _at(place.rpartition("/")[0], arguments)
    if place.endswith("discount/type") and isinstance(discount, Mapping):
        return {"example": "percentage"} if str(discount.get("value")).rstrip().endswith("%") else {}
    return {}


# ---- values


def _said_otherwise(place: str, value: Any, _arguments: Mapping[str, Any]) -> Told:
    name, said = _leaf(place), str(value).strip().lower()
    if name == "status" and said in ("overdue", "late") and place != "status":
        return _patch(("remove", "status", _ABSENT), ("add", "overdue", True))
    meant = words.OTHER_WORDS.get(name, {}).get(said)
    return {"example": meant} if meant else {}


def _of_another_type(place: str, value: Any, _arguments: Mapping[str, Any]) -> Told:
    name = _leaf(place)
    if isinstance(value, str) and value.strip()[:1] in ("[", "{"):
        try:
            return {"example": json.loads(value)}
        except ValueError:
            return {}
    meant = _meant_by_shape(name, value)
    if meant:
        return meant
    if name in words.OBJECTS_OF_ONE and isinstance(value, str):
        inside, is_list = words.OBJECTS_OF_ONE[name]
        return {"example": {inside: [value] if is_list else value}}
    if isinstance(value, list) and len(value) == 1 and name in ("payment_methods", "send", "discount"):
        return {"example": value[0]}
    if value in (0, 1) and name in words.FLAGS:
        return {"example": bool(value)}
    if name == "discount" and isinstance(value, str) and value.strip().endswith("%"):
        return {"example": {"type": "percentage", "value": _as_fraction(value)}}
    if name == "phone" and isinstance(value, str):
        found = _DIALED.fullmatch(value.strip())
        return {"example": {"country_code": f"+{found[1]}", "number": found[2].strip()}} if found else {}
    return (
        _price_of_object(value) if name in ("unit_price", "amount") else {"remove": True} if name == "quantity" else {}
    )


def _meant_by_shape(name: str, value: Any) -> Told:
    """What stands alone in a list or an object, and what true means where more than that is asked for."""
    if isinstance(value, Mapping):
        alone = next((value[key] for key in ("id", "email", "address") if isinstance(value.get(key), str)), None)
        return {"example": alone} if alone else {}
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str | int | float):
        return {} if name in words.OBJECTS_OF_ONE else {"example": value[0]}
    if value is True and name in words.MEANT_BY_TRUE:
        return {"example": words.MEANT_BY_TRUE[name]}
    days = _SOME_DAYS.fullmatch(value.strip()) if isinstance(value, str) and name.endswith("_days") else None
    return {"example": int(days[1])} if days else {}


def _price_of_object(value: Any) -> Told:
    if not isinstance(value, Mapping) or str(value.get("currency") or "EUR").upper() != "EUR":
        return {}
    amount = value.get("value", value.get("amount"))
    return {"example": str(amount)} if isinstance(amount, str | int) and not isinstance(amount, bool) else {}


def _shortened(place: str, value: Any, fix: str) -> Told:
    most = re.search(r"to ([0-9]+)", fix)
    if _leaf(place) not in words.PROSE or not most or not isinstance(value, str):
        return {}
    return {"example": value[: int(most[1])].rstrip()}


def _cleaned(_place: str, value: Any, _arguments: Mapping[str, Any]) -> Told:
    clean = " ".join(_CONTROLS.sub(" ", value).split()) if isinstance(value, str) else ""
    return {"example": clean} if clean and clean != value else {}


def _without_sign(place: str, value: Any, arguments: Mapping[str, Any]) -> Told:
    """A price below zero: the quantity takes its sign."""
    line = place.rpartition("/")[0]
    item = _at(line, arguments)
    if place == "amount" and str(value).strip().startswith("-"):
        return {"example": str(value).strip()[1:]}  # a credit of less than nothing is a credit
    if _leaf(place) != "unit_price" or not isinstance(item, Mapping) or not str(value).strip().startswith("-"):
        return {}
    if not line.startswith("items"):
        return {}
    quantity = str(item.get("quantity") or "1")
    turned = quantity[1:] if quantity.startswith("-") else f"-{quantity}"
    return _patch(("add", place, str(value).strip()[1:]), ("add", f"{line}/quantity", turned))


def _reformed(place: str, value: Any, _arguments: Mapping[str, Any]) -> Told:
    """The same value as the API writes it, by the argument's name."""
    name, said = _leaf(place), str(value).strip()
    if name in ("send_to", "email", "extra_emails"):
        return _address(place, str(value))
    if name in words.OTHER_WORDS and said.lower() in words.OTHER_WORDS[name]:
        return {"example": words.OTHER_WORDS[name][said.lower()]}
    if name in ("quantity", "stamp_duty_amount"):
        return _number(name, said)
    if name == "rate" and re.fullmatch(r"0\.[0-9]", said):
        return {"example": f"{said}0"}
    if name == "email_title" and not said:
        return {"remove": True}
    if name.endswith("_date") and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        return {"example": "+30d" if name in ("due_date", "expiry_date") else "today"}
    return _discount(place, value, _arguments)


def _number(name: str, said: str) -> Told:
    if not said:
        return {"remove": True}
    try:
        plain = values.price(said, name)
    except Invalid as error:
        plain = str(error.faults[0].meta["example"]) if any(letter.isdecimal() for letter in said) else ""
    if not plain:
        return {}
    digits = 2 if name == "stamp_duty_amount" else 6
    rounded = Decimal(plain).quantize(Decimal(1).scaleb(-digits))
    return {"example": f"{rounded:f}" if name == "stamp_duty_amount" else f"{rounded.normalize():f}"}


def _address(place: str, said: str) -> Told:
    found = _ADDRESS.findall(said.removeprefix("mailto:"))
    if not found or found == [said]:
        return {}
    if len(found) == 1:
        return {"example": found[0]}
    above = place.rpartition("/")[0]
    return _patch(("add", above, found)) if place.endswith("/0") else {}


def _each_once(_place: str, value: Any, _arguments: Mapping[str, Any]) -> Told:
    kept = list({str(each).lower(): each for each in reversed(value)}.values()) if isinstance(value, list) else []
    return {"example": kept[::-1]} if kept else {}


def _discount(place: str, value: Any, arguments: Mapping[str, Any]) -> Told:
    discount = _at(place.rpartition("/")[0], arguments)
    if not place.endswith("discount/value") or not isinstance(discount, Mapping):
        return {}
    if discount.get("type") == "percentage":
        fraction = _as_fraction(value)
        return {"example": fraction} if fraction else {}
    try:
        plain = values.price(value, place)
    except Invalid as error:
        return {"example": error.faults[0].meta["example"]}
    return {"example": plain} if plain != value else {}


def _as_fraction(value: Any) -> str:
    """10, "10" and "10%" as "0.1"; "" where that is no percentage."""
    try:
        return values.vat_rate({"vat_rate_percent": value}, "") or ""
    except Invalid:
        return ""


def _not_in_future(_place: str, _value: Any, _arguments: Mapping[str, Any]) -> Told:
    return {"example": "today"}


def _no_day_made_up(_place: str, value: Any, _arguments: Mapping[str, Any]) -> Told:
    """Words such as "next friday" or "last month" are some day, and the example is another one."""
    said = str(value).strip().lower()
    is_unread = said and said not in ("tomorrow", "yesterday") and not any(letter.isdecimal() for letter in said)
    return {"example": None, "fix": "Send that day as YYYY-MM-DD, or as a distance such as +7d."} if is_unread else {}


def _after_issue(_place: str, _value: Any, _arguments: Mapping[str, Any]) -> Told:
    return {"example": "+30d"}


def _of_the_main_account(place: str, _value: Any, _arguments: Mapping[str, Any]) -> Told:
    """Money for an invoice goes to an account of the seller in any case."""
    return _patch(("remove", "payment_methods", _ABSENT)) if place == "payment_methods/iban" else {}


def _default_of_none(place: str, _value: Any, _arguments: Mapping[str, Any]) -> Told:
    is_default = _leaf(place) in ("send_to", "extra_emails", "status", "clear")
    return {"remove": True, "fix": "Leave it out, or send one at least."} if is_default else {}


def _sent_wins(place: str, _value: Any, arguments: Mapping[str, Any]) -> Told:
    kept = [name for name in arguments.get("clear", ()) if name != place]
    return _patch(("add", "clear", kept) if kept else ("remove", "clear", _ABSENT))


def _in_euros(_place: str, value: Any, _arguments: Mapping[str, Any]) -> Told:
    """Euros written otherwise; an amount of another currency is no amount of euros."""
    return {"example": "EUR"} if str(value).strip().lower() in ("eur", "€", "euro", "euros") else {}


_MENDS: Final[Mapping[str, tuple[Mend, ...]]] = {
    "not_in_list": (_said_otherwise,),
    "invalid_type": (_of_another_type,),
    "invalid_text": (_cleaned,),
    "invalid_header_text": (_cleaned,),
    "invalid_format": (_without_sign, _reformed),
    "invalid_discount_value": (_discount,),
    "duplicate_recipient": (_each_once,),
    "invalid_paid_at": (_not_in_future,),
    "invalid_payment_date": (_not_in_future,),
    "invalid_day": (_no_day_made_up,),
    "invalid_expiry_date": (_after_issue,),
    "invalid_iban": (_of_the_main_account,),
    "too_few": (_default_of_none,),
    "set_and_cleared": (_sent_wins,),
    "invalid_currency": (_in_euros,),
}
