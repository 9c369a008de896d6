"""What the commands of the docs expect to find: videos, result files, weights, archives on a local server."""

import cv2
import numpy as np
import yaml
from tests.unit.data.fetch.archives import put_vot, zipped

from siamloss.metrics.otb_lists import LISTS

WIDTH, HEIGHT = 640, 360


def picture(seed: int, frame: int) -> np.ndarray:
    """A frame of a coarse random scene with a bright box that moves to the right."""
    noise = np.random.default_rng(seed).integers(0, 160, (9, 16, 3), np.uint8)
    scene = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    cv2.rectangle(scene, (305 + 4 * frame, 60), (400 + 4 * frame, 125), (40, 220, 250), -1)
    return scene


def jpeg(seed: int, frame: int) -> bytes:
    return cv2.imencode(".jpg", picture(seed, frame))[1].tobytes()


def boxes(count: int, first: int = 0) -> np.ndarray:
    """Boxes of the target of :func:`picture`, corners counted from ``first``."""
    return np.array([[305 + 4 * frame + first, 60 + first, 95, 65] for frame in range(count)], float)


def text(rows: np.ndarray) -> str:
    return "".join(",".join(f"{value:g}" for value in row) + "\n" for row in rows)


def write(path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def videos(folder) -> None:
    """``clip.mp4``, ``walk.mp4`` with its boxes, ``frames/`` and a dataset for a reader of one's own."""
    for name in ("clip", "walk"):
        out = cv2.VideoWriter(str(folder / f"{name}.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 25, (WIDTH, HEIGHT))
        for frame in range(6):
            out.write(picture(1, frame))
        out.release()
    write(folder / "walk.csv", text(boxes(6)))
    for place, count in (("frames", 4), ("data/wild/first", 3)):
        (folder / place).mkdir(parents=True)
        for frame in range(count):
            (folder / place / f"{frame}.jpg").write_bytes(jpeg(2, frame))
    np.save(folder / "data/wild/first/boxes.npy", boxes(3))


def results(folder) -> None:
    """Annotations and results of two trackers on OTB-100, GOT-10k's validation split and VOT2019."""
    for name in LISTS["otb100"]:
        write(folder / "annotations/otb100" / f"{name}.txt", text(boxes(8, 1)))
        for number, tracker in enumerate(("SiamFC-3s", "SiamFC-tri"), 1):
            found = boxes(8, 1) + len(name) * number * np.arange(8)[:, None] * [0.2, 0.1, 0, 0]
            write(folder / "results-otb100" / tracker / f"{name}.txt", text(found))
    published = folder / "otb100-published"
    published.mkdir()
    (published / "annotations").symlink_to(folder / "annotations/otb100")
    (published / "results").symlink_to(folder / "results-otb100")
    for name in ("otb2013", "otb50", "otb100"):
        write(published / f"{name}.txt", "\n".join(LISTS[name]) + "\n")
    write(folder / "results-got10k/Mine/GOT-10k_Val_000001/GOT-10k_Val_000001_001.txt", text(boxes(4)))
    for name in ("bag", "ball"):
        x, y, w, h = boxes(60).T
        write(
            folder / "data/vot2019" / name / "groundtruth.txt",
            text(np.stack([x, y, x + w, y, x + w, y + h, x, y + h], 1)),
        )
        write(folder / "data/vot2019" / name / "sequence", f"name={name}\nwidth={WIDTH}\nheight={HEIGHT}\n")
        write(folder / f"results-vot2019/Mine/{name}/{name}_001.txt", "1\n" + text(boxes(60)[1:]))


def weights(folder) -> None:
    """``siamfc_alexnet_e50.pth`` in siamfc-pytorch's layout, untrained."""
    import torch

    from siamloss.model.peer_layout import PEER_MODEL, to_peer
    from siamloss.model.siamfc import build_model

    torch.save(to_peer(build_model(PEER_MODEL, seed=0).state_dict()), folder / "siamfc_alexnet_e50.pth")


def archives(folder, server) -> None:
    """Addresses of the catalogue lead to the local server; GOT-10k's archive was downloaded by hand."""
    catalogue = folder / "config" / "sources.yaml"
    sources = yaml.safe_load(catalogue.read_text())
    names = ["Deer", "Boy"]
    for seed, name in enumerate(names, 10):
        files = {f"{name}/img/{frame + 1:04d}.jpg": jpeg(seed, frame) for frame in range(4)}
        server.put(f"/{name}.zip", zipped({**files, f"{name}/groundtruth_rect.txt": text(boxes(4, 1))}))
    few = {"urls": [server.url("/{name}.zip")], "names": names, "sequences": names}
    sources["otb100"] |= {**few, "expected": {"otb100": {"sequences": 2, "frames": 8}}}
    sources["vot2018"]["urls"] = [put_vot(server, ("bag", "ants1"))]
    catalogue.write_text(yaml.safe_dump(sources))
    parts = {}
    for seed, split in enumerate(("Train", "Val"), 20):
        name = f"GOT-10k_{split}_000001"
        files = {f"{name}/{frame + 1:08d}.jpg": jpeg(seed, frame) for frame in range(4)}
        labels = {"groundtruth.txt": text(boxes(4)), "cover.label": "8\n" * 4, "absence.label": "0\n" * 4}
        labels["meta_info.ini"] = "[METAINFO]\nobject_class: cat\n"
        inner = zipped({**files, **{f"{name}/{key}": value for key, value in labels.items()}})
        parts[f"full_data/{split.lower()}_data.zip"] = inner
    (folder / "home" / "Downloads").mkdir(parents=True)
    (folder / "home" / "Downloads" / "full_data.zip").write_bytes(zipped(parts))
