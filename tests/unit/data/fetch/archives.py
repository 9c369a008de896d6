"""Small archives in the official layouts, with real images."""

import hashlib
import io
import json
import zipfile

import cv2
import numpy as np


def image(number):
    picture = np.full((24, 32, 3), number % 256, np.uint8)
    cv2.circle(picture, (number % 32, 12), 5, (0, 0, 255), -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def boxes(count, start=1):
    return "".join(f"{start + number},{start + number},8,9\n" for number in range(count))


def otb_zip(name, frames=3, targets=1):
    files = {f"{name}/img/{number:04d}.jpg": image(number) for number in range(1, frames + 1)}
    if targets == 1:
        files[f"{name}/groundtruth_rect.txt"] = boxes(frames)
    for number in range(1, targets + 1) if targets > 1 else ():
        files[f"{name}/groundtruth_rect.{number}.txt"] = boxes(frames, start=number)
    files |= {f"__MACOSX/{name}/img/._0001.jpg": b"junk", f"__MACOSX/{name}/groundtruth_rect.txt": b"junk"}
    return zipped(files)


def vot_files(name, frames=4):
    """Archives of annotations and of images of a sequence."""
    polygons = "".join(f"{n},{n},{n + 8},{n},{n + 8},{n + 9},{n},{n + 9}\n" for n in range(frames))
    annotations = {"groundtruth.txt": polygons, "occlusion.tag": "0\n1\n" * (frames // 2), ".DS_Store": "junk"}
    return zipped(annotations), zipped({f"{n:08d}.jpg": image(n) for n in range(1, frames + 1)})


def put_vot(server, names, where="/vot2099/main", digest="sha1"):
    """A VOT challenge on the server; returns the address of its description."""
    sequences = []
    for name in names:
        annotations, images = vot_files(name)
        parts = {}
        for url, body in ((f"{name}.zip", annotations), (f"../../sequences/{name}-uid.zip", images)):
            parts[url] = {
                "url": url,
                "checksum": hashlib.new(digest, body).hexdigest(),
                "compressed": len(body),
                "uncompressed": 4 * len(body),
                "uid": f"{name}-uid",
            }
        server.put(f"{where}/{name}.zip", annotations)
        server.put(f"/sequences/{name}-uid.zip", images)
        first, second = parts.values()
        channels = {"color": {**second, "pattern": "%08d.jpg"}}
        sequences.append({"name": name, "fps": 30, "annotations": first, "channels": channels})
    description = {"name": "VOT2099", "sequences": sequences}
    return server.put(f"{where}/description.json", json.dumps(description).encode())


def got10k_zip(split, numbers, frames=3, top=""):
    files = {}
    for number in numbers:
        folder = f"{top}GOT-10k_{split}_{number:06d}"
        files |= {f"{folder}/{each:08d}.jpg": image(each) for each in range(1, frames + 1)}
        files[f"{folder}/groundtruth.txt"] = boxes(frames)
        files[f"{folder}/cover.label"] = "8\n" * frames
        files[f"{folder}/absence.label"] = "0\n" * frames
        files[f"{folder}/meta_info.ini"] = "[METAINFO]\nobject_class: cat\n"
    return zipped(files)
