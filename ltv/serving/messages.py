"""The messages of `feature_service.proto`, built when they are first used.

Code that `protoc` writes refuses an older protobuf than its own, and is not ours to keep tidy. A test compares these
descriptors with what `protoc` makes of the file.
"""

from __future__ import annotations

from functools import cache
from typing import Any

FILE = "feature_service.proto"
PACKAGE = "ltv.features.v1"
SERVICE = f"{PACKAGE}.FeatureService"
ONE, BATCH = "GetUserFeatures", "GetUserFeaturesBatch"
_MANY = "*"  # before a type: repeated
_FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    "GetUserFeaturesRequest": (("user_id", "int64"), ("id_type", "string"), ("id_value", "string")),
    "UserFeatures": (
        ("features", "*UserFeatures.FeaturesEntry"),
        ("user_id", "int64"),
        ("version", "string"),
        ("missing", "*string"),
    ),
    "GetUserFeaturesBatchRequest": (("user_ids", "*int64"),),
    "GetUserFeaturesBatchResponse": (
        ("users", "*UserFeatures"),
        ("unknown_user_ids", "*int64"),
        ("version", "string"),
    ),
}
_ENTRY = (("key", "string"), ("value", "float"))
_METHODS = {
    ONE: ("GetUserFeaturesRequest", "UserFeatures"),
    BATCH: ("GetUserFeaturesBatchRequest", "GetUserFeaturesBatchResponse"),
}


@cache
def message(name: str) -> Any:  # noqa: ANN401  a class of protobuf
    r"""The class of a message.

    Args:
        name: of it, as the file has it.

    >>> message("GetUserFeaturesRequest")(user_id=7).SerializeToString()
    b'\x08\x07'
    """
    from google.protobuf import descriptor_pool, message_factory

    _in_pool()
    return message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@cache
def _in_pool() -> None:
    """Once a process: server reflection tells from the pool what there is."""
    from google.protobuf import descriptor_pool

    descriptor_pool.Default().AddSerializedFile(described().SerializeToString())


def described() -> Any:  # noqa: ANN401  a message of protobuf
    """The description of the file, as `protoc` makes it."""
    from google.protobuf import descriptor_pb2

    file = descriptor_pb2.FileDescriptorProto(name=FILE, package=PACKAGE, syntax="proto3")
    for name, fields in _FIELDS.items():
        made = file.message_type.add(name=name)
        _fill(made, fields)
        if name == "UserFeatures":
            entry = made.nested_type.add(name="FeaturesEntry")
            _fill(entry, _ENTRY)
            entry.options.map_entry = True
    service = file.service.add(name=SERVICE.rpartition(".")[2])
    for name, (asked, told) in _METHODS.items():
        service.method.add(name=name, input_type=f".{PACKAGE}.{asked}", output_type=f".{PACKAGE}.{told}")
    return file


def _fill(made: Any, fields: tuple[tuple[str, str], ...]) -> None:  # noqa: ANN401
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

    kinds = {"int64": Field.TYPE_INT64, "string": Field.TYPE_STRING, "float": Field.TYPE_FLOAT}
    for number, (name, kind) in enumerate(fields, 1):
        label = Field.LABEL_REPEATED if kind.startswith(_MANY) else Field.LABEL_OPTIONAL
        plain = kind.removeprefix(_MANY)
        first, *rest = name.split("_")
        field = made.field.add(name=name, number=number, label=label)
        field.json_name = first + "".join(part.capitalize() for part in rest)
        field.type = kinds.get(plain, Field.TYPE_MESSAGE)
        if plain not in kinds:
            field.type_name = f".{PACKAGE}.{plain}"
