"""Sidecars as other programs write them, and labels to write into them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

from inference.exports.xmp import XmpLabel
from inference.exports.xmp_packet import OURS
from inference.sessions.marks import LabelSource
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState

EXIFTOOL = shutil.which("exiftool")
EXIV2 = shutil.which("exiv2")

DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   exif:DateTimeOriginal="2024:05:11 10:12:13.000"
   xmp:Rating="1"
   xmpMM:DerivedFrom="photo.jpg"
   darktable:import_timestamp="63850961533000000"
   darktable:change_timestamp="63850961578000000"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1"
   darktable:history_end="2"
   darktable:iop_order_version="4"
   darktable:history_basic_hash="c2d6a5a0e4d4a1c4a2f1e9f3f4a0b1c2">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="flip"
      darktable:enabled="1"
      darktable:modversion="2"
      darktable:params="ffffffff"
      darktable:multi_name=""
      darktable:multi_priority="0"
      darktable:blendop_version="13"
      darktable:blendop_params="gz14eJxjYIAACQYYOOHEgAZY0QVwggZ7CB6pfOygYtaVAyCMi08IAAB/xiOk"/>
     <rdf:li
      darktable:num="1"
      darktable:operation="exposure"
      darktable:enabled="1"
      darktable:modversion="7"
      darktable:params="00000000000080b90000003f00004842000080c00100000001000000"/>
    </rdf:Seq>
   </darktable:history>
   <dc:subject>
    <rdf:Seq>
     <rdf:li>garden</rdf:li>
     <rdf:li>cats &amp; dogs</rdf:li>
    </rdf:Seq>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Seq>
     <rdf:li>places|garden</rdf:li>
    </rdf:Seq>
   </lr:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

DIGIKAM = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:mediapro="http://ns.iview-multimedia.com/mediapro/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/"
    xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
   digiKam:PickLabel="0"
   digiKam:ColorLabel="3"
   acdsee:categories="&lt;Categories&gt;&lt;Category Assigned=&quot;1&quot;&gt;Katze&lt;/Category&gt;"
   tiff:Software="digiKam-8.2.0">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>Tiere/Katze</rdf:li>
     <rdf:li>Orte/Z\u00fcrich</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <MicrosoftPhoto:LastKeywordXMP>
    <rdf:Bag>
     <rdf:li>Tiere/Katze</rdf:li>
     <rdf:li>Orte/Z\u00fcrich</rdf:li>
    </rdf:Bag>
   </MicrosoftPhoto:LastKeywordXMP>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Tiere|Katze</rdf:li>
     <rdf:li>Orte|Z\u00fcrich</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <mediapro:CatalogSets>
    <rdf:Bag>
     <rdf:li>Tiere|Katze</rdf:li>
    </rdf:Bag>
   </mediapro:CatalogSets>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Katze</rdf:li>
     <rdf:li>Z\u00fcrich</rdf:li>
     <rdf:li>tabby</rdf:li>
    </rdf:Bag>
   </dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()

LIGHTROOM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000, 0000/00/00-00:00:00  ">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:CreatorTool="Adobe Photoshop Lightroom Classic 13.0 (Macintosh)"
   xmp:Label="Red"
   photoshop:SidecarForExtension="NEF"
   xmpMM:DocumentID="xmp.did:8c1f&#xA;2"
   crs:Version="16.0"
   crs:Temperature="5200"
   crs:Exposure2012="+0.35"
   crs:CropTop="0.031"
   crs:CropLeft="0.1"
   crs:HasCrop="True">
   <xmpMM:History>
    <rdf:Seq>
     <rdf:li stEvt:action="saved" stEvt:when="2024-01-01T10:00:00+01:00" stEvt:changed="/metadata"/>
    </rdf:Seq>
   </xmpMM:History>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
   <crs:Look>
    <rdf:Description crs:Name="Adobe Color" crs:Amount="1">
     <crs:Parameters><rdf:Description crs:Version="16.0"/></crs:Parameters>
    </rdf:Description>
   </crs:Look>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:lr="http://ns.adobe.com/lightroom/1.0/">
   <!-- kept by hand -->
   <lr:hierarchicalSubject><rdf:Bag><rdf:li>Animals|Cat</rdf:li></rdf:Bag></lr:hierarchicalSubject>
   <lr:weightedFlatSubject><rdf:Bag><rdf:li>Animals|Cat</rdf:li></rdf:Bag></lr:weightedFlatSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""

ONE_LINE = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
    b" xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><Description r:about='uuid:a&amp;b'"
    b" xmlns:lr='urn:not-lightroom' lr:x='1'><q:subject xmlns:q='http://purl.org/dc/elements/1.1/'><Bag/>"
    b"</q:subject></Description></RDF></x:xmpmeta>"
)
NOTHING_IN_IT = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
)
CRLF = DARKTABLE.replace(b"\n", b"\r\n")
UTF_16 = b"\xff\xfe" + DIGIKAM.decode().encode("utf-16-le")
UTF_16_DECLARED = b"\xfe\xff" + DARKTABLE.decode().replace("UTF-8", "UTF-16").encode("utf-16-be")
UTF_8_MARKED = b"\xef\xbb\xbf" + DARKTABLE

SAMPLES = {
    "darktable": DARKTABLE,
    "digikam": DIGIKAM,
    "lightroom": LIGHTROOM,
    "one-line": ONE_LINE,
    "nothing-in-it": NOTHING_IN_IT,
    "crlf": CRLF,
    "utf-16": UTF_16,
    "utf-16-declared": UTF_16_DECLARED,
    "utf-8-marked": UTF_8_MARKED,
}


def image(path: Path | str = "/pictures/photo.jpg", label: str = "tabby", score: float | None = 0.9) -> LabelledImage:
    """A picture that a person labelled, or did not."""
    state = ImageState.ACCEPTED if label else ImageState.SUGGESTED
    source = LabelSource.ACCEPTED if label else None
    return LabelledImage(1, str(path), state, label, source, score, model="tiny", model_hash="ab" * 32)


def label_of(text: str = "tabby") -> XmpLabel:
    """A label with every field."""
    label = XmpLabel.of(image(label=text), has_last_keyword=True)
    assert label is not None
    return label


def canonical(data: bytes) -> str:
    """Canonical XML of a sidecar, by a reader that shares nothing with the one under test but expat."""
    source = data.decode("utf-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else data.decode("utf-8-sig")
    without_declaration = re.sub(r"^<\?xml.*?\?>", "", source)
    return ET.canonicalize(without_declaration, strip_text=True, with_comments=True)


def foreign_parts(data: bytes) -> set[str]:
    """Every element and attribute of a sidecar with its place and value, except those of our namespace."""
    source = data.decode("utf-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else data.decode("utf-8-sig")
    root = ET.fromstring(re.sub(r"^<\?xml.*?\?>", "", source))  # noqa: S314 - written above
    parts: set[str] = set()

    def walk(element: ET.Element, place: str) -> None:
        here = f"{place}/{element.tag}"
        parts.add(f"{here}={(element.text or '').strip()}")
        parts.update(f"{here}@{name}={value}" for name, value in element.attrib.items())
        for child in element:
            walk(child, here)

    walk(root, "")
    return {part for part in parts if OURS not in part}


def read_by_exiftool(path: Path) -> dict[str, object]:
    """What ExifTool reads from a sidecar, by "XMP-dc:Subject"."""
    assert EXIFTOOL is not None
    command = [EXIFTOOL, "-j", "-struct", "-G1", "-charset", "filename=utf8", str(path)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert isinstance(answer[0], dict)
    return answer[0]


def read_by_exiv2(path: Path) -> dict[str, list[str]]:
    """What Exiv2 reads from a sidecar, by "Xmp.dc.subject"."""
    assert EXIV2 is not None
    every = subprocess.run([EXIV2, "-PXkv", str(path)], check=True, capture_output=True).stdout.decode()
    found: dict[str, list[str]] = {}
    for line in every.splitlines():
        key, _, value = line.partition(" ")
        found.setdefault(key, []).extend(value.strip().split(", "))
    return found
