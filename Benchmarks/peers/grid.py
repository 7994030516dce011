"""Grids of integers for weights: per filter, asymmetric, with the step that rounds best."""

import torch


class Grid:
    def __init__(self, filters, bits, candidates=100, smallest=0.2, power=2.4):
        """filters: N × S; the range of each shrinks to where |error|^power is least (GPTQ's code)."""
        self.levels = 2 ** bits - 1
        low = filters.min(1).values.clamp(max=0)
        high = filters.max(1).values.clamp(min=0)
        best = torch.full_like(low, float("inf"))
        self.scale = torch.ones_like(low)
        self.zero = torch.zeros_like(low)
        for candidate in range(int((1 - smallest) * candidates)):
            shrink = 1 - candidate / candidates
            scale = (shrink * (high - low) / self.levels).clamp(min=1e-12)
            zero = torch.round(-shrink * low / scale)
            rounded = self.rounded(filters, scale[:, None], zero[:, None])
            error = (rounded - filters).abs().pow(power).sum(1)
            better = error < best
            best = torch.where(better, error, best)
            self.scale = torch.where(better, scale, self.scale)
            self.zero = torch.where(better, zero, self.zero)

    def rounded(self, weights, scale=None, zero=None):
        """weights: N × any, or N"""
        shape = (-1,) + (1,) * (weights.dim() - 1)
        scale = self.scale.reshape(shape) if scale is None else scale
        zero = self.zero.reshape(shape) if zero is None else zero
        integers = torch.clamp(torch.round(weights / scale) + zero, 0, self.levels)
        return scale * (integers - zero)
