"""A net that begins with what an exported model knows, and keeps some of it: training goes on from an .onnx.

An export folds the normalisation of each layer into its weights: y = w x + b. Training needs it back, as
gamma (w x - mean) / deviation + beta, or it cannot go on. With mean and deviation of w x over pictures,
gamma = deviation and beta = b + mean give the same net again (Ioffe & Szegedy 2015, arXiv 1502.03167).
"""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detectors.detection.errors import ModelError

LEAST_DEVIATION = 1e-3
PRIOR = -7.0  # of a class that the model did not know: logit of its score


def begin_with(net: Any, model: Path, pictures: Any) -> None:
    """Give an untrained `net` of ultralytics the weights of an ONNX export of one of the same shape.

    `pictures`, a tensor (B, 3, H, W) of 0 to 1, show what it will be taught with. Classes that the model has
    not begin unlearned. Raises ModelError where the shapes differ.
    """
    torch = importlib.import_module("torch")
    known = _known(model)
    folded = [(name, part) for name, part in net.named_modules() if _normalised(part)]
    own = dict(net.named_parameters())
    with torch.no_grad():
        for name, part in folded:
            part.conv.weight.copy_(
                torch.from_numpy(_of(known, f"{name}.conv.weight", part.conv.weight, model))
            )
            _pass_on(part.bn, torch.from_numpy(known[f"{name}.conv.bias"].copy()))
        for name in own.keys() & known.keys() - {f"{name}.conv.weight" for name, _ in folded}:
            _fill(own[name], known[name], model)
        net.eval()
        seen = _statistics(net, [part for _, part in folded], pictures)
        for (_, part), (mean, variance) in zip(folded, seen, strict=True):
            part.bn.bias.add_(mean)
            part.bn.weight.copy_((variance + part.bn.eps).sqrt())
            part.bn.running_mean.copy_(mean)
            part.bn.running_var.copy_(variance)
    net.train()


def keep_some(net: Any, begun: Any, share: float, batches: Sequence[Any]) -> None:
    """Move `net` back to that `share` of the way to what it began as; both are of one shape.

    Long training on drawn pictures forgets what holds of others too; between what a net was and what it
    became lie nets that are good at both (Wortsman et al. 2022, arXiv 2109.01903). The statistics of each
    layer are taken anew, over `batches` (B, 3, H, W) of 0 to 1 (Jordan et al. 2022, arXiv 2211.08403).
    """
    torch = importlib.import_module("torch")
    before = begun.state_dict()
    between = {
        name: torch.lerp(value, before[name].to(value), share) if value.is_floating_point() else value
        for name, value in net.state_dict().items()
    }
    net.load_state_dict(between)
    norms = [part for part in net.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    net.train()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of all batches
    with torch.no_grad():
        for batch in batches:
            net(batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    net.eval()


def _known(model: Path) -> dict[str, Any]:
    onnx = importlib.import_module("onnx")  # comes with the export of ultralytics
    try:
        graph = onnx.load(str(model)).graph
    except Exception as error:  # protobuf has errors of its own
        msg = f"{model}: not an ONNX model to begin with"
        raise ModelError(msg) from error
    return {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}


def _normalised(part: Any) -> bool:
    return hasattr(part, "conv") and hasattr(part, "bn")


def _of(known: dict[str, Any], name: str, wanted: Any, model: Path) -> Any:
    if name not in known or known[name].shape != tuple(wanted.shape):
        there = known[name].shape if name in known else "nothing"
        msg = f"{model}: {name}: expected {tuple(wanted.shape)}, got {there}; the recipe's width is another"
        raise ModelError(msg)
    return known[name].copy()


def _pass_on(norm: Any, bias: Any) -> None:
    """Let a normalisation add the bias and nothing else."""
    norm.running_mean.zero_()
    norm.running_var.fill_(1.0 - norm.eps)
    norm.weight.fill_(1.0)
    norm.bias.copy_(bias)


def _fill(own: Any, known: Any, model: Path) -> None:
    """Copy a layer that may have more classes than the model knew: the others start from a low score."""
    torch = importlib.import_module("torch")
    rows = min(len(own), len(known))
    if own.shape[1:] != known.shape[1:]:
        msg = f"{model}: a layer of {known.shape}, not {tuple(own.shape)}; the recipe's width is another"
        raise ModelError(msg)
    own[:rows].copy_(torch.from_numpy(known[:rows].copy()))
    if own.ndim == 1:
        own[rows:].fill_(PRIOR)


def _statistics(net: Any, parts: list[Any], pictures: Any) -> list[tuple[Any, Any]]:
    """Return mean and variance of what each convolution yields, by channel."""
    sums: dict[int, list[Any]] = {}

    def keep(row: int) -> Any:
        def hook(_: Any, __: Any, out: Any) -> None:
            flat = out.double().transpose(0, 1).flatten(1)
            sums[row] = [flat.mean(1), flat.var(1, correction=0)]

        return hook

    hooks = [part.conv.register_forward_hook(keep(row)) for row, part in enumerate(parts)]
    net(pictures)
    for hook in hooks:
        hook.remove()
    least = LEAST_DEVIATION**2
    return [(sums[row][0].float(), sums[row][1].float().clamp(min=least)) for row in range(len(parts))]
