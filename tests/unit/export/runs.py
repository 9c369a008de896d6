"""Run directories with sane batch statistics, for the tests of exports."""

import torch

from siamloss.crops.cut import cut_patch, mean_color
from siamloss.geometry import box_center, context_size
from siamloss.geometry.network import GEOMETRY
from siamloss.model import build_model
from siamloss.training.run import write_run


def settled_model(config, sequence, head="correlation", seed=0):
    """A network with initial weights, some bias and the batch statistics of a sequence's search images."""
    model, geometry = build_model(config, seed, head), GEOMETRY[config.backbone]
    patches = []
    for frame in range(4):
        image, box = sequence.image(frame), sequence.boxes[frame]
        side = float(context_size(box[2:])) * geometry.search_px / geometry.exemplar_px
        patches.append(cut_patch(image, box_center(box), side, geometry.search_px, mean_color(image)))
    images = torch.stack([torch.from_numpy(patch) for patch in patches]).permute(0, 3, 1, 2).float()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        model.train().features(images)
        model.bias.fill_(0.3)
    return model.eval()


def put_run(folder, network, config, **facts):
    """Write a run directory as a training leaves it, with the facts an export reads."""
    settings = {"backbone": config.backbone, "width": config.width, "score_gain": config.score_gain}
    folder.mkdir(parents=True)
    given = {"model": settings, "context": 0.5, "head": network.head, "variant": "gsl", "seed": 3, **facts}
    write_run(folder, network, [], {name: value for name, value in given.items() if value is not None})
    return folder
