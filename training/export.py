"""Weights to the model that onnxruntime runs."""

import hashlib
from pathlib import Path

import torch

from training.network import INPUTS, Binarizer


def export(weights: Path, out: Path) -> str:
    """The SHA-256 of the model. Pages of any number, height and width (multiples of 32)."""
    network = Binarizer()
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    sizes = {0: "pages", 2: "height", 3: "width"}
    torch.onnx.export(
        network,
        (torch.zeros(1, INPUTS, 256, 256),),
        str(out),
        dynamo=False,
        opset_version=17,
        input_names=["planes"],
        output_names=["ink"],
        dynamic_axes={"planes": sizes, "ink": sizes},
    )
    return hashlib.sha256(out.read_bytes()).hexdigest()
