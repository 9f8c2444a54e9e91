"""The network: MiniLM with a casing embedding, biaffine trees and span taggers over one encoder pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trucewatch.language.pieces import CASINGS

if TYPE_CHECKING:
    from pathlib import Path

    from training.features import Batch

HIDDEN, INNER, HEADS, LAYERS, VOCABULARY = 384, 1536, 12, 6, 30522
ARC, REL = 384, 96
NEVER = -1e4


class Layer(nn.Module):
    """One transformer layer (post-norm, as in BERT)."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(HIDDEN, 3 * HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.up, self.down = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        self.norm1, self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12), nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """(B, T, H), additive attention bias (B, 1, 1, T) -> (B, T, H)."""
        b, t, _ = x.shape
        wide = HIDDEN // HEADS
        q, k, v = self.qkv(x).view(b, t, 3, HEADS, wide).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * wide**-0.5) @ k.transpose(-1, -2)
        weights = torch.softmax(scores if bias is None else scores + bias, -1)
        mixed = (weights @ v).transpose(1, 2).reshape(b, t, HIDDEN)
        x = self.norm1(x + self.out(mixed))
        inner = self.down(F.gelu(self.up(x)))
        return self.norm2(x + F.dropout(inner, 0.1, self.training))


class Encoder(nn.Module):
    """MiniLM-L6; returns the embeddings and every layer's output."""

    def __init__(self) -> None:
        super().__init__()
        self.word = nn.Embedding(VOCABULARY, HIDDEN, padding_idx=0)
        self.position, self.kind = nn.Embedding(512, HIDDEN), nn.Embedding(2, HIDDEN)
        self.casing = nn.Embedding(CASINGS, HIDDEN)
        nn.init.normal_(self.casing.weight, std=0.01)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.word.weight.requires_grad_(requires_grad=False)

    def forward(self, ids: Tensor, casings: Tensor, mask: Tensor | None) -> list[Tensor]:
        """Piece ids, casing classes and mask, all (B, T) -> 7 tensors (B, T, H); no mask where nothing is padded."""
        x = self.word(ids) + self.position.weight[: ids.shape[1]] + self.kind.weight[0] + self.casing(casings)
        x = F.dropout(self.norm(x), 0.1, self.training)
        bias = None if mask is None else (~mask)[:, None, None, :].to(x.dtype) * NEVER
        outputs = [x]
        for layer in self.layers:
            x = layer(x, bias)
            outputs.append(x)
        return outputs

    def load_base(self, folder: Path) -> None:
        """Take over all-MiniLM-L6-v2's weights."""
        from safetensors.torch import load_file  # noqa: PLC0415

        found = load_file(str(folder / "model.safetensors"))
        mine: dict[str, Tensor] = {}
        for name, key in (("word", "word"), ("position", "position"), ("kind", "token_type")):
            mine[f"{name}.weight"] = found[f"embeddings.{key}_embeddings.weight"]
        for part in ("weight", "bias"):
            mine[f"norm.{part}"] = found[f"embeddings.LayerNorm.{part}"]
            for i in range(LAYERS):
                theirs = f"encoder.layer.{i}."
                qkv = [found[f"{theirs}attention.self.{x}.{part}"] for x in ("query", "key", "value")]
                mine[f"layers.{i}.qkv.{part}"] = torch.cat(qkv)
                for a, b in (
                    ("out", "attention.output.dense"),
                    ("norm1", "attention.output.LayerNorm"),
                    ("up", "intermediate.dense"),
                    ("down", "output.dense"),
                    ("norm2", "output.LayerNorm"),
                ):
                    mine[f"layers.{i}.{a}.{part}"] = found[f"{theirs}{b}.{part}"]
        missing, unexpected = self.load_state_dict(mine, strict=False)
        if unexpected or set(missing) != {"casing.weight"}:
            message = f"base encoder does not fit: missing {missing}, unexpected {unexpected}"
            raise ValueError(message)


class Mix(nn.Module):
    """A learned weighted mean of the layers, starting near the last."""

    def __init__(self) -> None:
        super().__init__()
        start = torch.zeros(LAYERS + 1)
        start[-1] = 1.5
        self.weights = nn.Parameter(start)

    def forward(self, layers: list[Tensor]) -> Tensor:
        """7 x (B, T, H) -> (B, T, H)."""
        weights = torch.softmax(self.weights, 0)
        mixed = layers[0] * weights[0]
        for i in range(1, len(layers)):
            mixed = mixed + layers[i] * weights[i]
        return mixed


def gather(x: Tensor, index: Tensor) -> Tensor:
    """Rows ``index`` (B, W) of ``x`` (B, T, H)."""
    return torch.gather(x, 1, index.unsqueeze(-1).expand(-1, -1, x.shape[-1]))


def word_vectors(x: Tensor, first: Tensor, last: Tensor) -> Tensor:
    """Mean of first and last piece of each word."""
    return (gather(x, first) + gather(x, last)) * 0.5


@dataclass(slots=True)
class TreeScores:
    """Scores of the tree heads over the words of a window."""

    arc: Tensor  #: (B, W, 1+W) score of head j for word i; column 0 is the root
    dependent: Tensor  #: (B, W, R)
    governor: Tensor  #: (B, 1+W, R)
    upos: Tensor
    feats: Tensor
    script: Tensor
    boundary: Tensor  #: (B, W, 2) whether a sentence begins at the word


class Trees(nn.Module):
    """UPOS, features, lemma scripts, sentence boundaries and biaffine trees."""

    def __init__(self, upos: int, feats: int, script: int, deprel: int) -> None:
        super().__init__()
        self.mix = Mix()
        self.upos, self.feats = nn.Linear(HIDDEN, upos), nn.Linear(HIDDEN, feats)
        self.script, self.boundary = nn.Linear(HIDDEN, script), nn.Linear(HIDDEN, 2)
        self.arc_dependent, self.arc_governor = nn.Linear(HIDDEN, ARC), nn.Linear(HIDDEN, ARC)
        self.arc, self.arc_bias = nn.Linear(ARC, ARC, bias=False), nn.Linear(ARC, 1)
        self.rel_dependent, self.rel_governor = nn.Linear(HIDDEN, REL), nn.Linear(HIDDEN, REL)
        self.rel, self.rel_bias = nn.Linear(REL, REL * deprel, bias=False), nn.Linear(2 * REL, deprel)
        self.deprels = deprel
        nn.init.xavier_uniform_(self.arc.weight, 0.3)
        nn.init.normal_(self.rel.weight, std=0.02)

    def _squash(self, x: Tensor) -> Tensor:
        return F.dropout(F.leaky_relu(x, 0.1), 0.2, self.training)

    def forward(self, layers: list[Tensor], first: Tensor, last: Tensor) -> TreeScores:
        """Layers and word positions -> scores; sentences are not masked here."""
        mixed = self.mix(layers)
        return self.score(mixed[:, :1], word_vectors(mixed, first, last))

    def score(self, root: Tensor, words: Tensor) -> TreeScores:
        """Mixed vectors of the root (B, 1, H) and the words (B, W, H) -> scores."""
        dropped = F.dropout(words, 0.2, self.training)
        heads = torch.cat([root, words], 1)
        governor = self._squash(self.arc_governor(heads))
        dependent = self.arc(self._squash(self.arc_dependent(words)))
        return TreeScores(
            arc=dependent @ governor.transpose(1, 2) + self.arc_bias(governor).transpose(1, 2),
            dependent=self._squash(self.rel_dependent(words)),
            governor=self._squash(self.rel_governor(heads)),
            upos=self.upos(dropped),
            feats=self.feats(dropped),
            script=self.script(dropped),
            boundary=self.boundary(dropped),
        )

    def relations(self, dependent: Tensor, governor: Tensor, heads: Tensor) -> Tensor:
        """Scores (B, W, relations) given the heads (B, W)."""
        chosen = gather(governor, heads)
        b, w, _ = chosen.shape
        left = self.rel(dependent).view(b, w, self.deprels, REL)
        return (left @ chosen.unsqueeze(-1)).squeeze(-1) + self.rel_bias(torch.cat([dependent, chosen], -1))


class Tagger(nn.Module):
    """One BIO span head."""

    def __init__(self, tags: int, inner: int = 256) -> None:
        super().__init__()
        self.mix, self.up, self.out = Mix(), nn.Linear(HIDDEN, inner), nn.Linear(inner, tags)

    def forward(self, layers: list[Tensor], first: Tensor, last: Tensor) -> Tensor:
        """Layers and word positions -> (B, W, tags)."""
        return self.score(word_vectors(self.mix(layers), first, last))

    def score(self, words: Tensor) -> Tensor:
        """Mixed vectors of the words (B, W, H) -> (B, W, tags)."""
        words = F.dropout(words, 0.1, self.training)
        return self.out(F.dropout(F.gelu(self.up(words)), 0.1, self.training))


class Network(nn.Module):
    """Encoder and heads."""

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.trees = Trees(*(sizes[k] for k in ("upos", "feats", "script", "deprel")))
        self.taggers = nn.ModuleDict({k: Tagger(sizes[k]) for k in ("attribution", "entity", "mention")})

    def encode(self, batch: Batch) -> list[Tensor]:
        """All layers of a batch."""
        return self.encoder(batch.ids, batch.casings, batch.mask)


def same_sentence(unit: Tensor) -> Tensor:
    """(B, W) unit numbers -> (B, W, 1+W) which heads a word may have: the root, and others of its sentence."""
    same = (unit[:, :, None] == unit[:, None, :]) & ~torch.eye(unit.shape[1], dtype=torch.bool)
    return torch.cat([torch.ones_like(same[:, :, :1]), same], 2)


def _loss(scores: Tensor, gold: Tensor) -> Tensor:
    return F.cross_entropy(scores.flatten(0, 1), gold.flatten(), ignore_index=-100)


def tree_losses(network: Network, batch: Batch) -> dict[str, Tensor]:
    """Weighted losses of the tree heads and, on GUM sentences, of the mention head."""
    layers = network.encode(batch)
    scores = network.trees(layers, batch.first, batch.last)
    heads = batch.heads()
    arc = scores.arc.masked_fill(~same_sentence(batch.unit), NEVER)
    relations = network.trees.relations(scores.dependent, scores.governor, heads.clamp(min=0))
    begins = torch.ones_like(batch.unit)
    begins[:, 1:] = (batch.unit[:, 1:] != batch.unit[:, :-1]).long()
    begins[batch.unit < 0] = -100
    begins[:, 0] = -100
    losses = {"arc": _loss(arc, heads), "deprel": _loss(relations, batch.row("deprel"))}
    for name in ("upos", "feats", "script"):
        losses[name] = 0.5 * _loss(getattr(scores, name), batch.row(name))
    if bool((begins >= 0).any()):
        losses["boundary"] = 0.5 * _loss(scores.boundary, begins)
    mention = batch.row("mention")
    if bool((mention >= 0).any()):
        losses["mention"] = 0.4 * _loss(network.taggers["mention"](layers, batch.first, batch.last), mention)
    return losses


def span_losses(network: Network, batch: Batch, head: str) -> dict[str, Tensor]:
    """Loss of one span head."""
    layers = network.encode(batch)
    return {head: _loss(network.taggers[head](layers, batch.first, batch.last), batch.row(head))}
