"""The table of official weights is torchvision's own."""

import pytest

from inference.errors import DownloadError, ModelNotFoundError
from inference.models.official import HOST, OFFICIAL, URL_VARIABLE, find_weights, hash_prefix, url_of


def test_the_table_equals_torchvisions() -> None:
    resnet = pytest.importorskip("torchvision.models.resnet")
    enums = {
        "resnext50_32x4d": resnet.ResNeXt50_32X4D_Weights,
        "resnext101_32x8d": resnet.ResNeXt101_32X8D_Weights,
        "resnext101_64x4d": resnet.ResNeXt101_64X4D_Weights,
    }
    theirs = {(network, entry.name[-2:]): entry for network, enum in enums.items() for entry in enum}
    assert {(row.network, row.version) for row in OFFICIAL} == set(theirs)
    for row in OFFICIAL:
        entry = theirs[row.network, row.version]
        preset = entry.transforms()
        assert row.official_url == entry.url
        assert [row.preprocessing.resize] == preset.resize_size
        assert [row.preprocessing.crop] == preset.crop_size
        assert list(row.preprocessing.mean) == preset.mean
        assert list(row.preprocessing.std) == preset.std
        assert row.preprocessing.interpolation == preset.interpolation.value
        metrics = entry.meta["_metrics"]["ImageNet-1K"]
        assert (row.top1 * 100, row.top5 * 100) == pytest.approx((metrics["acc@1"], metrics["acc@5"]))
        assert row.size_mb == pytest.approx(entry.meta["_file_size"] * 1.048576, abs=1)


def test_the_newest_version_unless_one_is_named() -> None:
    assert find_weights("resnext50_32x4d").version == "V2"
    assert find_weights("resnext50_32x4d", "V1").version == "V1"
    assert find_weights("resnext50_32x4d-v1").version == "V1"
    assert find_weights("resnext101_64x4d").version == "V1"
    for network, version in (("resnet50", ""), ("resnext101_64x4d", "V2"), ("resnext50_32x4d-v1", "V2")):
        with pytest.raises(ModelNotFoundError, match="resnext50_32x4d-v2"):
            find_weights(network, version)


def test_another_place(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = find_weights("resnext50_32x4d")
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    assert url_of(weights) == f"{HOST}/resnext50_32x4d-1a0047aa.pth"
    monkeypatch.setenv(URL_VARIABLE, "https://mirror.example/files/")
    assert url_of(weights) == "https://mirror.example/files/resnext50_32x4d-1a0047aa.pth"
    monkeypatch.setenv(URL_VARIABLE, "https://mirror.example/mine-0123456789ab.pth")
    assert url_of(weights) == "https://mirror.example/mine-0123456789ab.pth"
    assert hash_prefix(url_of(weights)) == "0123456789ab"


@pytest.mark.parametrize("base", ["https://[bad", "https://host:99999999", "https://\u00fc.example", "https://a b/"])
def test_what_is_no_web_address_gets_a_sentence(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, base)
    with pytest.raises(DownloadError, match=r"web address"):
        url_of(find_weights("resnext50_32x4d"))


def test_what_can_be_fetched_is_not_called_installed() -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        find_weights("foo")
    assert "Official ones that can be fetched: resnext50_32x4d-v1" in str(caught.value)
    assert "Installed" not in str(caught.value)


@pytest.mark.parametrize("name", ["net.pth", "net-xyz.pth", "net-0123456.pth", "net-01234567.zip", "01234567.pth"])
def test_names_without_a_checksum(name: str) -> None:
    with pytest.raises(DownloadError, match="does not end in its checksum"):
        hash_prefix(f"https://mirror.example/{name}")
