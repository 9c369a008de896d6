"""Batch normalisation over the global batch."""

import torch
from torch import nn

from siamloss.distributed import ranks, sum_over_ranks


class BatchNorm2d(nn.BatchNorm2d):
    """``torch.nn.BatchNorm2d``, whose training statistics are those of all ranks' images together.

    With one process it is torch's own layer. With several, mean and variance are summed over the ranks, forwards and
    backwards, so that a batch split over ranks is normalised as one process would normalise it. Differs from
    ``torch.nn.SyncBatchNorm`` in that it also works on a CPU; names and shapes of its tensors are the same.
    """

    def forward(self, images_BCHW: torch.Tensor) -> torch.Tensor:
        """Normalised images, and in training mode updated running statistics."""
        if not self.training or ranks() == 1:
            return super().forward(images_BCHW)
        values = images_BCHW if images_BCHW.dtype == torch.float64 else images_BCHW.float()
        own = values.new_full((1,), values.numel() / values.shape[1])
        count = sum_over_ranks(own)
        mean_C = sum_over_ranks(values.sum(dim=(0, 2, 3))) / count
        centered = values - mean_C[None, :, None, None]
        variance_C = sum_over_ranks(centered.square().sum(dim=(0, 2, 3))) / count
        if self.track_running_stats:
            with torch.no_grad():
                self.num_batches_tracked += 1
                share = 1.0 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
                self.running_mean.lerp_(mean_C.to(self.running_mean.dtype), share)
                unbiased_C = variance_C * count / (count - 1)
                self.running_var.lerp_(unbiased_C.to(self.running_var.dtype), share)
        scale_C = self.weight * torch.rsqrt(variance_C + self.eps)
        result = centered * scale_C[None, :, None, None] + self.bias[None, :, None, None]
        return result.to(images_BCHW.dtype)
