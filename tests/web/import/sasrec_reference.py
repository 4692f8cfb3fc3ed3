"""Random weights of SASRec.pytorch and the logits that its model gives, worked out with NumPy alone.

    sasrec_reference.py FOLDER

For each version of that code it writes NAME.safetensors, as safetensors would save the model's state_dict(), and
NAME.json: what the tensors do not tell, some histories (items from 1 on) and, of each, the logits of all items. The
arithmetic is in double precision and follows the code base line by line, rows of padding and all.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

ITEMS, WIDTH, LENGTH, BLOCKS = 40, 24, 16, 2
HISTORIES = [[7], [3, 9, 27], [1, 2, 3, 4, 5, 6, 7, 8, 9], list(range(20, 36)), list(range(1, 40))]
VERSIONS = {
    # Since May 2025, with --norm_first and without.
    "norm-first": {"norm": "before", "padding": "kept", "num_heads": 2},
    "norm-last": {"norm": "after", "padding": "kept", "num_heads": 1},
    # From June 2024 on, and before.
    "norm-of-query": {"norm": "query", "padding": "kept", "num_heads": 3},
    "masked": {"norm": "query", "padding": "zeroed", "num_heads": 1},
}


def random_weights(random, masked):
    """The tensors by name; only the oldest version has no row of padding among the positions."""
    normal = lambda *shape: random.normal(0, 0.3, shape).astype(np.float32)
    gain = lambda: (1 + random.normal(0, 0.2, WIDTH)).astype(np.float32)
    weights = {
        "item_emb.weight": normal(ITEMS + 1, WIDTH),
        "pos_emb.weight": normal(LENGTH if masked else LENGTH + 1, WIDTH),
        "last_layernorm.weight": gain(),
        "last_layernorm.bias": normal(WIDTH),
    }
    weights["item_emb.weight"][0] = 0
    if not masked:
        weights["pos_emb.weight"][0] = 0
    for n in range(BLOCKS):
        weights[f"attention_layernorms.{n}.weight"] = gain()
        weights[f"attention_layernorms.{n}.bias"] = normal(WIDTH)
        weights[f"attention_layers.{n}.in_proj_weight"] = normal(3 * WIDTH, WIDTH)
        weights[f"attention_layers.{n}.in_proj_bias"] = normal(3 * WIDTH)
        weights[f"attention_layers.{n}.out_proj.weight"] = normal(WIDTH, WIDTH)
        weights[f"attention_layers.{n}.out_proj.bias"] = normal(WIDTH)
        weights[f"forward_layernorms.{n}.weight"] = gain()
        weights[f"forward_layernorms.{n}.bias"] = normal(WIDTH)
        for layer in ("conv1", "conv2"):
            weights[f"forward_layers.{n}.{layer}.weight"] = normal(WIDTH, WIDTH, 1)
            weights[f"forward_layers.{n}.{layer}.bias"] = normal(WIDTH)
    return weights


def layer_norm(x, weights, name):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-8) * weights[name + ".weight"] + weights[name + ".bias"]


def attention(query_rows, rows, weights, name, heads):
    """torch.nn.MultiheadAttention with a causal mask, in evaluation."""
    projection, bias = weights[name + ".in_proj_weight"], weights[name + ".in_proj_bias"]
    query = query_rows @ projection[:WIDTH].T + bias[:WIDTH]
    key = rows @ projection[WIDTH : 2 * WIDTH].T + bias[WIDTH : 2 * WIDTH]
    value = rows @ projection[2 * WIDTH :].T + bias[2 * WIDTH :]
    later = np.triu(np.ones((len(rows), len(rows)), bool), 1)
    parts = []
    for part in np.split(np.arange(WIDTH), heads):
        scores = query[:, part] @ key[:, part].T / np.sqrt(len(part))
        scores[later] = -np.inf
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        parts.append(shares / shares.sum(-1, keepdims=True) @ value[:, part])
    return np.hstack(parts) @ weights[name + ".out_proj.weight"].T + weights[name + ".out_proj.bias"]


def feed_forward(x, weights, name):
    layer = lambda rows, which: rows @ weights[f"{name}.{which}.weight"][:, :, 0].T + weights[f"{name}.{which}.bias"]
    return layer(np.maximum(layer(x, "conv1"), 0), "conv2")


def logits(history, weights, version):
    masked = version["padding"] == "zeroed"
    padded = np.array(([0] * LENGTH + history)[-LENGTH:])
    there = (padded != 0)[:, None]
    x = weights["item_emb.weight"][padded] * np.sqrt(WIDTH)
    if masked:
        x = (x + weights["pos_emb.weight"][np.arange(LENGTH)]) * there
    else:
        x = x + weights["pos_emb.weight"][np.arange(1, LENGTH + 1) * (padded != 0)]
    for n in range(BLOCKS):
        norm, attend = f"attention_layernorms.{n}", f"attention_layers.{n}"
        second, forward = f"forward_layernorms.{n}", f"forward_layers.{n}"
        if version["norm"] == "before":
            y = layer_norm(x, weights, norm)
            x = x + attention(y, y, weights, attend, version["num_heads"])
            x = x + feed_forward(layer_norm(x, weights, second), weights, forward)
        elif version["norm"] == "after":
            x = layer_norm(x + attention(x, x, weights, attend, version["num_heads"]), weights, norm)
            x = layer_norm(x + feed_forward(x, weights, forward), weights, second)
        else:
            query = layer_norm(x, weights, norm)
            x = query + attention(query, x, weights, attend, version["num_heads"])
            x = layer_norm(x, weights, second)
            x = x + feed_forward(x, weights, forward)
            if masked:
                x = x * there
    return layer_norm(x, weights, "last_layernorm")[-1] @ weights["item_emb.weight"][1:].T


def write_safetensors(path, tensors):
    header, begin = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [begin, begin + tensor.nbytes]}
        begin += tensor.nbytes
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(t.tobytes() for t in tensors.values()))


def main(folder):
    random = np.random.default_rng(5)
    for name, version in VERSIONS.items():
        weights = random_weights(random, version["padding"] == "zeroed")
        write_safetensors(folder / f"{name}.safetensors", weights)
        exact = {key: value.astype(np.float64) for key, value in weights.items()}
        cases = [{"history": h, "logits": logits(h, exact, version).tolist()} for h in HISTORIES]
        (folder / f"{name}.json").write_text(json.dumps({**version, "items": ITEMS, "cases": cases}))


main(Path(sys.argv[1]))
