"""The second factor: six figures of an authenticator app (TOTP, RFC 6238), or a recovery code. Each counts once.

django-otp keeps the devices, and makes whoever fails wait twice as long each time. Of recovery codes only a keyed hash
is stored, so that a copy of the database opens nothing.
"""

import secrets
from base64 import b32encode, urlsafe_b64encode

import django_otp
import segno
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from django_app.users.models import User

RECOVERY_CODES = 10
LENGTH = 12  # letters of base32: 60 bits


def is_on(user: User) -> bool:
    return bool(TOTPDevice.objects.devices_for_user(user, confirmed=True).exists())


def accepts(user: User, code: str) -> bool:
    """Whether `code` is right, now and for the first time."""
    plain = "".join(code.split()).replace("-", "").lower()
    kind, token = (TOTPDevice, plain) if plain.isdecimal() else (StaticDevice, mark(user, plain))
    devices = kind.objects.devices_for_user(user, confirmed=True)
    return any(django_otp.verify_token(user, device.persistent_id, token) for device in devices)


def mark(user: User, code: str) -> str:
    """What is stored of a recovery code: 96 bits of its keyed hash."""
    digest = salted_hmac("recto.recovery-code", f"{user.pk}:{code}", algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:12]).decode()


def begin(user: User) -> TOTPDevice:
    """The device that is being set up, the same until it is confirmed."""
    found: TOTPDevice | None = TOTPDevice.objects.devices_for_user(user, confirmed=False).first()
    return found or TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def confirm(user: User, code: str) -> bool:
    """Turns the second factor on with the first code of the app."""
    device = begin(user)
    if not django_otp.verify_token(user, device.persistent_id, "".join(code.split())):
        return False
    with transaction.atomic():
        TOTPDevice.objects.devices_for_user(user, confirmed=True).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    return True


def turn_off(user: User) -> None:
    with transaction.atomic():
        TOTPDevice.objects.devices_for_user(user).delete()
        StaticDevice.objects.devices_for_user(user).delete()


def new_recovery_codes(user: User) -> list[str]:
    """Those before them open nothing any more. They can be seen now and never again."""
    codes = [b32encode(secrets.token_bytes(10)).decode().lower()[:LENGTH] for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        StaticDevice.objects.devices_for_user(user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery")
        for code in codes:
            device.token_set.create(token=mark(user, code))
    return ["-".join(code[start : start + 4] for start in range(0, LENGTH, 4)) for code in codes]


def recovery_codes_left(user: User) -> int:
    return sum(device.token_set.count() for device in StaticDevice.objects.devices_for_user(user))


def secret(device: TOTPDevice) -> str:
    """The key as people type it."""
    plain = b32encode(device.bin_key).decode()
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def picture(device: TOTPDevice) -> str:
    """The key as apps see it: a QR code, as an address with the picture in it."""
    return str(segno.make(device.config_url, error="m").svg_data_uri(border=3, light="#fff"))
