from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Document(_message.Message):
    __slots__ = ("serializationVersion", "version")
    SERIALIZATIONVERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    serializationVersion: int
    version: _containers.RepeatedCompositeFieldContainer[Version]
    def __init__(self, serializationVersion: _Optional[int] = ..., version: _Optional[_Iterable[_Union[Version, _Mapping]]] = ...) -> None: ...

class Version(_message.Message):
    __slots__ = ("serializationVersion", "minimumSupportedVersion", "data")
    SERIALIZATIONVERSION_FIELD_NUMBER: _ClassVar[int]
    MINIMUMSUPPORTEDVERSION_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    serializationVersion: int
    minimumSupportedVersion: int
    data: bytes
    def __init__(self, serializationVersion: _Optional[int] = ..., minimumSupportedVersion: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class String(_message.Message):
    __slots__ = ("string", "substring", "timestamp", "attributeRun")
    STRING_FIELD_NUMBER: _ClassVar[int]
    SUBSTRING_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTERUN_FIELD_NUMBER: _ClassVar[int]
    string: bytes
    substring: _containers.RepeatedCompositeFieldContainer[Substring]
    timestamp: VectorTimestamp
    attributeRun: _containers.RepeatedCompositeFieldContainer[AttributeRun]
    def __init__(self, string: _Optional[bytes] = ..., substring: _Optional[_Iterable[_Union[Substring, _Mapping]]] = ..., timestamp: _Optional[_Union[VectorTimestamp, _Mapping]] = ..., attributeRun: _Optional[_Iterable[_Union[AttributeRun, _Mapping]]] = ...) -> None: ...

class CharID(_message.Message):
    __slots__ = ("replicaID", "clock")
    REPLICAID_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    replicaID: int
    clock: int
    def __init__(self, replicaID: _Optional[int] = ..., clock: _Optional[int] = ...) -> None: ...

class Substring(_message.Message):
    __slots__ = ("charID", "length", "timestamp", "tombstone", "child")
    CHARID_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TOMBSTONE_FIELD_NUMBER: _ClassVar[int]
    CHILD_FIELD_NUMBER: _ClassVar[int]
    charID: CharID
    length: int
    timestamp: CharID
    tombstone: bool
    child: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, charID: _Optional[_Union[CharID, _Mapping]] = ..., length: _Optional[int] = ..., timestamp: _Optional[_Union[CharID, _Mapping]] = ..., tombstone: _Optional[bool] = ..., child: _Optional[_Iterable[int]] = ...) -> None: ...

class VectorTimestamp(_message.Message):
    __slots__ = ("clock",)
    class Clock(_message.Message):
        __slots__ = ("replicaUUID", "replicaClock")
        REPLICAUUID_FIELD_NUMBER: _ClassVar[int]
        REPLICACLOCK_FIELD_NUMBER: _ClassVar[int]
        replicaUUID: bytes
        replicaClock: _containers.RepeatedCompositeFieldContainer[VectorTimestamp.ReplicaClock]
        def __init__(self, replicaUUID: _Optional[bytes] = ..., replicaClock: _Optional[_Iterable[_Union[VectorTimestamp.ReplicaClock, _Mapping]]] = ...) -> None: ...
    class ReplicaClock(_message.Message):
        __slots__ = ("clock", "subclock")
        CLOCK_FIELD_NUMBER: _ClassVar[int]
        SUBCLOCK_FIELD_NUMBER: _ClassVar[int]
        clock: int
        subclock: int
        def __init__(self, clock: _Optional[int] = ..., subclock: _Optional[int] = ...) -> None: ...
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    clock: _containers.RepeatedCompositeFieldContainer[VectorTimestamp.Clock]
    def __init__(self, clock: _Optional[_Iterable[_Union[VectorTimestamp.Clock, _Mapping]]] = ...) -> None: ...

class AttributeRun(_message.Message):
    __slots__ = ("length", "fontHints")
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    FONTHINTS_FIELD_NUMBER: _ClassVar[int]
    length: int
    fontHints: int
    def __init__(self, length: _Optional[int] = ..., fontHints: _Optional[int] = ...) -> None: ...
