"""The documented items of the API, and what the wire says where they come from."""

from __future__ import annotations

import plistlib
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

ZONE = "private/_owner/PrimarySync"

PHOTO: dict[str, Any] = {
    "data_type": "icpl.asset",
    "filename": "IMG_0002.HEIC",
    "files": [
        {
            "id": "icpl://AWo/lDeN8fEExAUJajRHzVx2j605",
            "data_type": "image",
            "extension": "heic",
            "size": 905818,
            "width": 4032,
            "height": 3024,
        },
        {
            "id": "icpl://ASDPdJ/LvFWjsBy4YOOp7B5c+XOi",
            "data_type": "video",
            "extension": "mov",
            "size": 2456163,
            "width": 980,
            "height": 1308,
        },
        {
            "id": "icpl://ASAwWOvwrvAUuO71uXcU6mm+nMU4",
            "data_type": "image",
            "extension": "jpg",
            "size": 595624,
            "width": 1536,
            "height": 2048,
        },
        {
            "id": "icpl://ATy/qmemCas1jzYWuhR4mQywhpzz",
            "data_type": "image",
            "extension": "jpg",
            "size": 65407,
            "width": 360,
            "height": 480,
        },
    ],
    "date_created": "2020-09-18T12:32:17Z",
    "date_uploaded": "2020-09-18T12:41:19Z",
    "local_date_created": "2020-09-18T13:32:17+01:00",
}

CONTACT: dict[str, Any] = {
    "data_type": "mme_contacts.contact",
    "uid": "NzNlNjkxYjctOTBmYi00MTYxLWI5YzYtZTk0ZDlhZjljMmE5",
    "first_name": "John",
    "middle_name": "'Gala'",
    "last_name": "Appleseed",
    "prefix": "Mr.",
    "suffix": "Jr.",
    "nickname": "John'o",
    "records": [
        {"type": "Phone", "name": "MAIN", "value": "1-800-MY-APPLE"},
        {"type": "Phone", "name": "UK", "value": "0800 039 1010"},
        {"type": "URL", "name": "HOMEPAGE", "value": "http://www.apple.com"},
        {"type": "URL", "name": "HOMEPAGE", "value": "http://www.apple.com/uk/"},
        {
            "City": "Cupertino",
            "State": "CA",
            "ZIP": "95014",
            "name": "WORK",
            "CountryCode": "US",
            "Country": "United States",
            "Street": "1 Infinite Loop",
            "type": "Address",
            "SubLocality": None,
            "Municipality": None,
        },
    ],
    "organisation": "Apple Inc.",
    "department": "Marketing",
    "jobtitle": "VP Coring",
    "birthday": "1976-04-01",
    "image": {"data_type": "image", "extension": "jpg"},
}

IMAC: dict[str, Any] = {
    "data_type": "fmip.device",
    "name": "John's iMac",
    "model_name": "iMac with Retina 5K display",
    "model_identifier": "iMac15,1",
    "product_type": "iMac",
    "location": None,
    "battery_status": "Unknown",
    "battery_level": 0.0,
}

IPHONE: dict[str, Any] = {
    "data_type": "fmip.device",
    "name": "John's iPhone 11",
    "model_name": "iPhone 11",
    "model_identifier": "iPhone6,2",
    "product_type": "iPhone",
    "location": {
        "data_type": "location",
        "latitude": 51.507452392689146,
        "longitude": -0.07398372304584414,
        "altitude": 0.0,
        "horizontal_accuracy": 65.0,
        "vertical_accuracy": 0.0,
        "positioning_type": "Wifi",
        "date_created": "2020-01-01T00:00:00.000000Z",
    },
    "battery_status": "Unknown",
    "battery_level": 0.0,
}


def ms(year: int, *rest: int) -> int:
    return int(datetime(year, *rest, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type]


def text64(text: str) -> str:
    return b64encode(text.encode()).decode()


def field(value: Any, kind: str) -> dict[str, Any]:
    return {"value": value, "type": kind}


def resource(
    role: str, fingerprint: str, size: int, uti: str, width: int, height: int
) -> dict[str, Any]:
    value = {"fileChecksum": fingerprint, "size": size, "downloadURL": "https://x.test/${f}"}
    return {
        f"{role}Res": field(value, "ASSETID"),
        f"{role}Fingerprint": field(fingerprint, "STRING"),
        f"{role}FileType": field(uti, "STRING"),
        f"{role}Width": field(width, "INT64"),
        f"{role}Height": field(height, "INT64"),
    }


def exif(taken: str, offset: str | None = None) -> dict[str, Any]:
    inner = {"DateTimeOriginal": taken} | ({"OffsetTimeOriginal": offset} if offset else {})
    document = plistlib.dumps({"{Exif}": inner}, fmt=plistlib.FMT_BINARY)
    return {"mediaMetaDataEnc": field(b64encode(document).decode(), "ENCRYPTED_BYTES")}


def master(name: str = "M1", **more: Any) -> dict[str, Any]:
    """The original of the sample: a Live Photo with all six files that the wire has for one."""
    stored = {
        "filenameEnc": field(text64("IMG_0002.HEIC"), "ENCRYPTED_BYTES"),
        "itemType": field("public.heic", "STRING"),
        "originalCreationDate": field(ms(2020, 9, 18, 12, 32, 17), "TIMESTAMP"),
    }
    for role, at, uti in (
        ("resOriginal", 0, "public.heic"),
        ("resOriginalVidCompl", 1, "com.apple.quicktime-movie"),
        ("resJPEGMed", 2, "public.jpeg"),
        ("resJPEGThumb", 3, "public.jpeg"),
    ):
        file = PHOTO["files"][at]
        fingerprint = file["id"].removeprefix("icpl://")
        size = file["size"], uti, file["width"], file["height"]
        stored |= resource(role, fingerprint, *size)
    for role in ("resVidMed", "resVidSmall"):
        stored |= resource(role, f"A{role:>27}", 10, "public.mpeg-4", 4, 3)
    return {
        "recordName": name,
        "recordType": "CPLMaster",
        "fields": stored | exif("2020:09:18 13:32:17", "+01:00") | more,
        "created": {"timestamp": ms(2020, 9, 18, 12, 41, 19)},
    }


def asset(name: str = "A1", of: str = "M1", **more: Any) -> dict[str, Any]:
    stored = {
        "masterRef": field({"recordName": of, "action": "DELETE_SELF"}, "REFERENCE"),
        "assetDate": field(ms(2020, 9, 18, 12, 32, 17), "TIMESTAMP"),
        "addedDate": field(ms(2020, 9, 18, 12, 32, 18), "TIMESTAMP"),
        "timeZoneOffset": field(3600, "INT64"),
    }
    return {
        "recordName": name,
        "recordType": "CPLAsset",
        "fields": stored | more,
        "created": {"timestamp": ms(2020, 9, 18, 12, 41, 20)},
    }


CARD: dict[str, Any] = {
    "contactId": "73E691B7-90FB-4161-B9C6-E94D9AF9C2A9",
    "firstName": "John",
    "middleName": "'Gala'",
    "lastName": "Appleseed",
    "prefix": "Mr.",
    "suffix": "Jr.",
    "nickName": "John'o",
    "companyName": "Apple Inc.",
    "department": "Marketing",
    "jobTitle": "VP Coring",
    "birthday": "1976-04-01",
    "phones": [
        {"field": "1-800-MY-APPLE", "label": "MAIN"},
        {"field": "0800 039 1010", "label": "UK"},
    ],
    "urls": [
        {"field": "http://www.apple.com", "label": "HOMEPAGE"},
        {"field": "http://www.apple.com/uk/", "label": "HOMEPAGE"},
    ],
    "streetAddresses": [
        {
            "label": "WORK",
            "field": {
                "street": "1 Infinite Loop",
                "city": "Cupertino",
                "state": "CA",
                "postalCode": "95014",
                "country": "United States",
                "countryCode": "us",
            },
        }
    ],
    "photo": {"url": "https://gateway.icloud.com/contacts/1/ck/card/1", "signature": "s"},
}

FOUND: dict[str, Any] = {
    "id": "TA8Z6ooCU6aZ6Q2ChsWFisNasLiOHVO3MPQAWOmMyQE=",
    "name": "John's iPhone 11",
    "deviceDisplayName": "iPhone 11",
    "rawDeviceModel": "iPhone6,2",
    "deviceClass": "iPhone",
    "batteryLevel": 0.0,
    "batteryStatus": "Unknown",
    "features": {"LOC": True},
    "location": {
        "latitude": 51.507452392689146,
        "longitude": -0.07398372304584414,
        "altitude": 0.0,
        "horizontalAccuracy": 65.0,
        "verticalAccuracy": 0.0,
        "positionType": "Wifi",
        "timeStamp": ms(2020, 1, 1),
        "isOld": False,
        "locationFinished": True,
    },
}
LOST: dict[str, Any] = {
    "id": "LOST=",
    "name": "John's iMac",
    "deviceDisplayName": "iMac with Retina 5K display",
    "rawDeviceModel": "iMac15,1",
    "deviceClass": "iMac",
    "batteryLevel": 0.0,
    "batteryStatus": "Unknown",
    "features": {"LOC": True},
    "location": None,
}
