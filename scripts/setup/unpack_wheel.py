"""Takes chosen files out of a wheel: unpack_wheel.py WHEEL TARGET NAME=MEMBER..., printing the bytes done."""

import pathlib
import sys
import zipfile

PIECE_BYTES = 1 << 22


def unpack(wheel, target, wanted):
    with zipfile.ZipFile(wheel) as archive:
        total = sum(archive.getinfo(member).file_size for member in wanted.values())
        done = 0
        for name, member in wanted.items():
            file = pathlib.Path(target, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, open(file, "wb") as sink:
                while piece := source.read(PIECE_BYTES):
                    sink.write(piece)
                    done += len(piece)
                    print(f"{done}/{total}", flush=True)


unpack(sys.argv[1], sys.argv[2], dict(pair.split("=", 1) for pair in sys.argv[3:]))
