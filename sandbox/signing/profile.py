"""Composes the document that the setup service sends after a login: owner, services, trust."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sandbox.signing.account import Account

_PARTITION = "p42"
_HSA_VERSIONS = {"none": 0, "2sv": 1, "2fa": 2}
# service key -> host part; the names stay Apple's, since clients refuse anything but https
_SERVICES = {
    "account": "setup",
    "calendar": "calendarws",
    "ckdatabasews": "ckdatabasews",
    "contacts": "contactsws",
    "docws": "docws",
    "drivews": "drivews",
    "findme": "fmipweb",
    "notes": "notesws",
    "photos": "photosws",
    "photosupload": "photosupload",
    "push": "pushws",
    "reminders": "remindersws",
}
_ENCRYPTED_SERVICES = ("ckdatabasews", "docws", "drivews", "photos", "photosupload")


def webservices(
    suffix: str = "", states: Mapping[str, str] = MappingProxyType({})
) -> dict[str, dict[str, Any]]:
    """Map service keys to `{url, status, pcsRequired?}`; one is empty, as a live account's is.

    `suffix` follows the domain: ".cn" for mainland China. `states` says which are not active:
    "inactive" ones keep their place, "absent" ones do not.
    """
    services: dict[str, dict[str, Any]] = {}
    for key, host in _SERVICES.items():
        status = states.get(key, "active")
        if status == "absent":
            continue
        url = f"https://{_PARTITION}-{host}.icloud.com{suffix}:443"
        services[key] = {"url": url, "status": status}
        if key in _ENCRYPTED_SERVICES:
            services[key]["pcsRequired"] = True
    services["schoolwork"] = {}
    return services


def login_document(
    account: Account, states: Mapping[str, str] = MappingProxyType({}), *, trusted: bool
) -> dict[str, Any]:
    """Return the body of a successful accountLogin or validate; `states` are the services'."""
    document = {
        "dsInfo": _owner(account),
        "webservices": webservices(".cn" if account.region == "china" else "", states),
        "termsUpdateNeeded": account.terms_pending,
        "isExtendedLogin": True,
        "pcsEnabled": True,
        "pcsDeleted": False,
        "pcsServiceIdentitiesIncluded": True,
        "version": 2,
        "requestInfo": {"country": "US", "timeZone": "GMT", "region": "CA"},
        "configBag": config_bag(),
        "iCloudInfo": {"SafariBookmarksHasMigratedToCloudKit": True},
        "appsOrder": ["contacts", "reminders", "find"],
        "apps": {
            "contacts": {},
            "reminders": {},
            "find": {"canLaunchWithOneFactor": True},
        },
    }
    if _is_bare(account):
        return document
    return document | {"hsaTrustedBrowser": trusted, "hsaChallengeRequired": not trusted}


def _is_bare(account: Account) -> bool:
    """Say whether nothing is told of trust: so for an account that is to be repaired."""
    return account.mfa == "none" and account.repair


def refusal_document(error: str) -> dict[str, Any]:
    """Return the body of a refused accountLogin or validate; `requestInfo` is a list only here."""
    return {
        "success": False,
        "requestInfo": [{"country": "US", "timeZone": "GMT", "region": "CA"}],
        "configBag": config_bag(),
        "trustTokens": [],
        "error": error,
    }


def config_bag() -> dict[str, Any]:
    """Return the addresses that clients may look up."""
    return {
        "urls": {"accountLogin": "https://setup.icloud.com/setup/ws/1/accountLogin"},
        "accountCreateEnabled": True,
    }


def _owner(account: Account) -> dict[str, Any]:
    first, _, last = account.full_name.partition(" ")
    hsa_version = _HSA_VERSIONS[account.mfa]
    hsa = {"hsaVersion": hsa_version, "hsaEnabled": hsa_version == 2}
    return ({} if _is_bare(account) else hsa) | {
        "dsid": account.dsid,
        "appleId": account.apple_id,
        "primaryEmail": account.apple_id,
        "appleIdEntries": [{"isPrimary": True, "type": "EMAIL", "value": account.apple_id}],
        "firstName": first,
        "lastName": last,
        "fullName": account.full_name,
        "locale": "en-us_US",
        "languageCode": "en-us",
        "countryCode": "USA",
        "statusCode": 2,
        "locked": account.locked,
        "isWebAccessAllowed": account.web_access,
        "hasICloudQualifyingDevice": True,
        "isManagedAppleID": False,
        "iCDPEnabled": account.adp,
        "pcsDeleted": False,
        "brMigrated": True,
        "notesMigrated": True,
    }
