"""Signatures are those of the Standard Webhooks specification."""

import base64

import pytest

from ltv.dispatch.signature import headers, secrets_of, sign
from ltv.errors import UsageError

PUBLISHED = {
    "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": 1614265330,
    "body": '{"test": 2432232314}',
    "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_published_vector_is_met():
    v = PUBLISHED
    made = sign(base64.b64decode(v["secret"]), message_id=v["id"], timestamp=v["timestamp"], body=v["body"])
    assert made == v["signature"]


def test_while_secrets_change_each_of_them_signs(monkeypatch):
    one, other = (base64.b64encode(text * 2).decode() for text in (b"first secret 1", b"second secret2"))
    monkeypatch.setenv("S", f"whsec_{one}  whsec_{other}")
    made = headers(secrets_of("S"), message_id="m", timestamp=1, body="{}")
    assert len(set(made["webhook-signature"].split())) == 2
    assert all(part.startswith("v1,") for part in made["webhook-signature"].split())


@pytest.mark.parametrize(
    "value", ["", "geheim", "whsec_geheim!", "whsec_" + base64.b64encode(b"short").decode(), "whsec_"]
)
def test_a_bad_secret_is_named_by_its_variable_and_never_told(monkeypatch, value):
    monkeypatch.setenv("S", value)
    with pytest.raises(UsageError, match="secret_env: found 'S', allowed: ") as told:
        secrets_of("S")
    assert "geheim" not in str(told.value)
