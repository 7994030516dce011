"""Makes the tar archives of this folder. Python 3.11.2's tarfile, in each of its formats.

Every archive holds the same samples, under names that go into a header, into its prefix, and into
none; folders, a text file, and members of other kinds beside them.
"""

import io
import pathlib
import tarfile

images = pathlib.Path(__file__).resolve().parent.parent / "images"
samples = [
    ("a/0", "rgb.png", b"2\n"),
    ("a/1", "rgb420.jpg", b"0"),
    ("folder-" + 80 * "x" + "/" + 60 * "y", "grey.png", b" 1 \n"),
    ("ü/" + 120 * "z", "rgb444-progressive.jpg", b"2"),
    ("b/" + 300 * "w", "grey.jpg", b"4"),
]
formats = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def add(archive, name, content, kind=tarfile.REGTYPE):
    member = tarfile.TarInfo(name)
    member.size, member.type = len(content), kind
    member.linkname = "a/0.png" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    archive.addfile(member, io.BytesIO(content))


for label, form in formats.items():
    path = pathlib.Path(__file__).with_name(f"{label}.tar")
    with tarfile.open(path, "w", format=form) as archive:
        add(archive, "a", b"", tarfile.DIRTYPE)
        add(archive, "a/notes.txt", b"no sample")
        for name, image, text in samples:
            # The first format that knows no long names has room for 255 bytes in two fields.
            if label == "ustar" and len(name) > 150:
                name = "b/4"
            if label == "ustar" and name.startswith("ü"):
                name = "u/3"
            suffix = image.split(".")[-1].upper()
            add(archive, f"{name}.{suffix}", (images / image).read_bytes())
            add(archive, f"{name}.json", b"{}")
            add(archive, f"{name}.cls", text)
        add(archive, "link.txt", b"", tarfile.SYMTYPE)
