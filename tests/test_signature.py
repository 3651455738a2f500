"""A signed model file: only who has the key can have made or changed it."""

import hashlib
import hmac

import pytest

import gatecast
from gatecast import (
    Combination,
    LSTMForecaster,
    Naive,
    PretrainedLSTM,
    SeasonalNaive,
    storage,
)
from gatecast.datasets import air_passengers
from gatecast.errors import ModelFileError, UsageError

KEY = b"a key of thirty-two bytes, say.."
MAKERS = {
    "lstm": lambda: LSTMForecaster(h=2, max_steps=4, n_networks=1, hidden=3),
    "pretrained": lambda: PretrainedLSTM(h=2),
    "combination": lambda: Combination(
        h=2, models=[Naive(h=2), SeasonalNaive(h=2)], weights="equal"
    ),
}


@pytest.fixture(params=MAKERS)
def path(request, tmp_path):
    model = MAKERS[request.param]().fit(air_passengers())
    model.save(tmp_path / "model", sign=KEY)
    return tmp_path / "model"


def test_the_signature_is_hmac_of_all_before_it(path):
    whole = path.read_bytes()
    assert whole[-64:-32] == hmac.digest(KEY, whole[:-64], "sha256")
    assert whole[-32:] == hashlib.sha256(whole[:-32]).digest()


@pytest.mark.slow
def test_only_the_key_opens_what_it_signed(path):
    plain = gatecast.load(path).predict()  # whoever trusts the file needs no key
    assert gatecast.load(path, verify=KEY).predict().equals(plain)
    assert gatecast.load(path, verify=KEY.decode()).predict().equals(plain)
    for other in (KEY[:-1] + b"!", KEY + b"x", KEY[:16]):
        with pytest.raises(ModelFileError, match="not signed with this key"):
            gatecast.load(path, verify=other)
    gatecast.load(path).save(path)
    with pytest.raises(ModelFileError, match="not signed with this key"):
        gatecast.load(path, verify=KEY)


@pytest.mark.slow
def test_a_changed_byte_with_a_right_checksum_is_noticed(path):
    whole = path.read_bytes()
    for at in [*range(0, len(whole) - 32, max(1, len(whole) // 200)), len(whole) - 40]:
        changed = bytearray(whole[:-32])
        changed[at] ^= 1
        path.write_bytes(changed + hashlib.sha256(changed).digest())
        with pytest.raises(ModelFileError, match="not signed with this key"):
            gatecast.load(path, verify=KEY)


def test_an_update_keeps_the_signature(path):
    with gatecast.open_for_update(path, key=KEY) as model:
        after = model.update([400.0]).predict()
    assert gatecast.load(path, verify=KEY).predict().equals(after)
    before = path.read_bytes()
    with (
        pytest.raises(ModelFileError, match="not signed"),
        gatecast.open_for_update(path, key=KEY[::-1]),
    ):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("key", [b"", "short", b"fifteen bytes..", 123456789, 3.5])
def test_a_key_that_is_none_is_refused_before_anything_is_written(tmp_path, key):
    with pytest.raises(UsageError, match="secret key, bytes or a text of 16 bytes or more"):
        storage.write_arrays(tmp_path / "model", {}, {}, key)
    assert not list(tmp_path.iterdir())
    with pytest.raises(UsageError, match="secret key"):
        storage.read_saved(tmp_path / "model", key)
