"""The network: MiniLM with a casing embedding, biaffine trees and span taggers over one encoder pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trucewatch.language.acts import EVENT_HEADS
from trucewatch.language.pieces import CASINGS
from trucewatch.language.spans import starts, transitions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from training.features import Batch

VOCABULARY, POSITIONS = 30522, 512
ARC, REL = 384, 96
NEVER = -1e4
HIDE = 0.3  #: share of acts whose predicate is hidden in training
ACT_HEADS = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of an encoder and of what its event head reads of a word."""

    hidden: int
    inner: int
    heads: int
    layers: int
    epsilon: float
    act: int
    relative: bool = False  #: whether attention knows how far words are apart (MPNet)


#: all-MiniLM-L6-v2, what is shipped.
SMALL = Shape(384, 1536, 12, 6, 1e-12, 192)
#: all-mpnet-base-v2, the teacher; see ``training.teacher``.
LARGE = Shape(768, 3072, 12, 12, 1e-5, 384, relative=True)
#: Span heads that learn which tag follows which: those with long spans.
CHAINS = frozenset({"attribution"})


class Layer(nn.Module):
    """One transformer layer (post-norm, as in BERT)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, wide = shape.heads, shape.hidden
        self.qkv, self.out = nn.Linear(wide, 3 * wide), nn.Linear(wide, wide)
        self.up, self.down = nn.Linear(wide, shape.inner), nn.Linear(shape.inner, wide)
        self.norm1, self.norm2 = nn.LayerNorm(wide, eps=shape.epsilon), nn.LayerNorm(wide, eps=shape.epsilon)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """(B, T, H), additive attention bias that fits (B, heads, T, T) -> (B, T, H)."""
        b, t, h = x.shape
        wide = h // self.heads
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, wide).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * wide**-0.5) @ k.transpose(-1, -2)
        weights = torch.softmax(scores if bias is None else scores + bias, -1)
        mixed = (weights @ v).transpose(1, 2).reshape(b, t, h)
        x = self.norm1(x + self.out(mixed))
        inner = self.down(F.gelu(self.up(x)))
        return self.norm2(x + F.dropout(inner, 0.1, self.training))


class Distances(nn.Module):
    """Attention bias by signed distance, in buckets that widen with it (T5, Raffel et al. 2020; MPNet, Song et al. 2020)."""

    def __init__(self, heads: int, buckets: int = 32, farthest: int = 128) -> None:
        super().__init__()
        self.weight = nn.Embedding(buckets, heads)
        at = torch.arange(POSITIONS)
        apart = at[:, None] - at[None, :]
        half, near = buckets // 2, buckets // 4
        size = apart.abs()
        far = near + (torch.log(size.clamp(min=1) / near) / math.log(farthest / near) * (half - near)).long()
        bucket = torch.where(size < near, size, far.clamp(max=half - 1)) + (apart < 0) * half
        self.register_buffer("bucket", bucket, persistent=False)

    def forward(self, t: int) -> Tensor:
        """Length -> (1, heads, T, T)."""
        return self.weight(self.bucket[:t, :t]).permute(2, 0, 1)[None]


class Encoder(nn.Module):
    """MiniLM-L6 or MPNet; returns the embeddings and every layer's output."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        wide = shape.hidden
        self.word = nn.Embedding(VOCABULARY, wide, padding_idx=0)
        self.position, self.kind = nn.Embedding(POSITIONS, wide), nn.Embedding(2, wide)
        self.casing = nn.Embedding(CASINGS, wide)
        nn.init.normal_(self.casing.weight, std=0.01)
        self.norm = nn.LayerNorm(wide, eps=shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.distances = Distances(shape.heads) if shape.relative else None
        self.word.weight.requires_grad_(requires_grad=False)

    def forward(self, ids: Tensor, casings: Tensor, mask: Tensor | None) -> list[Tensor]:
        """Piece ids, casing classes and mask, all (B, T) -> 1 + layers tensors (B, T, H); no mask where nothing is padded."""
        x = self.word(ids) + self.position.weight[: ids.shape[1]] + self.kind.weight[0] + self.casing(casings)
        x = F.dropout(self.norm(x), 0.1, self.training)
        bias = None if mask is None else (~mask)[:, None, None, :].to(x.dtype) * NEVER
        if self.distances is not None:
            near = self.distances(ids.shape[1])
            bias = near if bias is None else bias + near
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
            for i in range(len(self.layers)):
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
        self.take(mine)

    def take(self, base: Mapping[str, Tensor]) -> None:
        """Take over weights of a base encoder, all of them but those for casing."""
        missing, unexpected = self.load_state_dict(base, strict=False)
        if unexpected or set(missing) != {"casing.weight"}:
            message = f"base encoder does not fit: missing {missing}, unexpected {unexpected}"
            raise ValueError(message)


class Mix(nn.Module):
    """A learned weighted mean of the layers, starting near the last."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        start = torch.zeros(layers + 1)
        start[-1] = 1.5
        self.weights = nn.Parameter(start)

    def forward(self, layers: list[Tensor]) -> Tensor:
        """1 + layers tensors (B, T, H) -> (B, T, H)."""
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

    def __init__(self, shape: Shape, upos: int, feats: int, script: int, deprel: int) -> None:
        super().__init__()
        wide = shape.hidden
        self.mix = Mix(shape.layers)
        self.upos, self.feats = nn.Linear(wide, upos), nn.Linear(wide, feats)
        self.script, self.boundary = nn.Linear(wide, script), nn.Linear(wide, 2)
        self.arc_dependent, self.arc_governor = nn.Linear(wide, ARC), nn.Linear(wide, ARC)
        self.arc, self.arc_bias = nn.Linear(ARC, ARC, bias=False), nn.Linear(ARC, 1)
        self.rel_dependent, self.rel_governor = nn.Linear(wide, REL), nn.Linear(wide, REL)
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


def partition(scores: Tensor, between: Tensor, first: Tensor, real: Tensor) -> Tensor:
    """Log of the sum over all paths through scores (B, W, tags), (B,).

    Steps are joined two by two, so that a window takes as many operations as the logarithm of its length.
    """
    still = torch.full_like(between, NEVER).fill_diagonal_(0)
    steps = torch.where(real[:, 1:, None, None], between + scores[:, 1:, None, :], still)
    while steps.shape[1] > 1:
        if steps.shape[1] % 2:
            steps = torch.cat([steps, still.expand(len(steps), 1, -1, -1)], 1)
        steps = torch.logsumexp(steps[:, 0::2, :, :, None] + steps[:, 1::2, None], 3)
    total = scores[:, 0] + first
    if steps.shape[1]:
        total = torch.logsumexp(total.unsqueeze(2) + steps[:, 0], 1)
    return torch.logsumexp(total, 1)


class Tagger(nn.Module):
    """One BIO span head: scores of the tags of each word and, in a chain (CRF), of each tag after another."""

    def __init__(self, shape: Shape, tags: Sequence[str], inner: int = 256, *, chain: bool = False) -> None:
        super().__init__()
        self.mix, self.up, self.out = Mix(shape.layers), nn.Linear(shape.hidden, inner), nn.Linear(inner, len(tags))
        self.between = nn.Parameter(torch.zeros(len(tags), len(tags)), requires_grad=chain)
        self.register_buffer("never", torch.from_numpy(transitions(tags)), persistent=False)
        self.register_buffer("first", torch.from_numpy(starts(tags)), persistent=False)

    def transitions(self) -> Tensor:
        """(tags, tags) scores from row to column; what is not well formed scores ``NEVER``."""
        return self.between + self.never

    def loss(self, scores: Tensor, gold: Tensor) -> Tensor:
        """Negative log-likelihood a word of gold tags (B, W) under scores (B, W, tags); words of ``-100`` are padding."""
        if not self.between.requires_grad:
            return _loss(scores, gold)
        real, scores = gold >= 0, scores.float()
        tags, between = gold.clamp(min=0), self.transitions()
        emitted = torch.gather(scores, 2, tags.unsqueeze(-1)).squeeze(-1)
        steps = between[tags[:, :-1], tags[:, 1:]]
        right = (emitted * real).sum(1) + (steps * real[:, 1:]).sum(1)
        return (partition(scores, between, self.first, real) - right).sum() / real.sum()

    def forward(self, layers: list[Tensor], first: Tensor, last: Tensor) -> Tensor:
        """Layers and word positions -> (B, W, tags)."""
        return self.score(word_vectors(self.mix(layers), first, last))

    def score(self, words: Tensor) -> Tensor:
        """Mixed vectors of the words (B, W, H) -> (B, W, tags)."""
        words = F.dropout(words, 0.1, self.training)
        return self.out(F.dropout(F.gelu(self.up(words)), 0.1, self.training))


class Events(nn.Module):
    """Which words name an act; who takes part; what act it is: type, mode, status, ACLED sub-event.

    The words of the text go in once (:meth:`words`), and each is scored as the word of an act (``trigger``). An act then reads
    them twice through one small transformer layer: with a mark on its predicate, for who takes part, and with marks on
    predicate, actor and recipient, for what it is.
    """

    def __init__(self, shape: Shape, sizes: Mapping[str, int]) -> None:
        super().__init__()
        act = self.width = shape.act
        self.mix, self.down = Mix(shape.layers), nn.Linear(shape.hidden, act)
        self.roles = nn.Parameter(torch.randn(3, act) * 0.02)
        self.query = nn.Parameter(torch.randn(act) * 0.02)
        self.qkv, self.out = nn.Linear(act, 3 * act), nn.Linear(act, act)
        self.up, self.low = nn.Linear(act, 2 * act), nn.Linear(2 * act, act)
        self.norm0, self.norm1, self.norm2 = nn.LayerNorm(act), nn.LayerNorm(act), nn.LayerNorm(act)
        self.join = nn.Linear(4 * act, 2 * act)
        self.trigger = nn.Sequential(nn.Linear(act, act), nn.GELU(), nn.Linear(act, sizes["event_type"]))
        self.people = nn.Linear(act, 2)
        self.heads = nn.ModuleDict({k: nn.Linear(2 * act, sizes[k]) for k in EVENT_HEADS})

    def words(self, mixed: Tensor) -> Tensor:
        """Mixed vectors of the words (B, W, H) -> what acts read of them (B, W, act)."""
        return self.down(F.dropout(mixed, 0.1, self.training))

    def forward(self, words: Tensor, marks: Tensor, real: Tensor | None) -> tuple[Tensor, ...]:
        """Words (A, W, act), marks 0 or 1 (A, 3, W) and which words are real (A, W) -> scores.

        They are (A, 2, W) for a word to belong to the actor and to the recipient, then those of ``EVENT_HEADS``.
        """
        a, w, act = words.shape
        shares = marks / marks.sum(2, keepdim=True).clamp(min=1)
        marked = words + marks.transpose(1, 2) @ self.roles
        first = shares[:, :1] @ marked + self.query
        x = self.norm0(torch.cat([first, marked], 1))
        wide = act // ACT_HEADS
        q, k, v = self.qkv(x).view(a, w + 1, 3, ACT_HEADS, wide).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * wide**-0.5) @ k.transpose(-1, -2)
        if real is not None:
            hidden = F.pad(~real, (1, 0))
            scores = scores + hidden[:, None, None, :].to(x.dtype) * NEVER
        mixed = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(a, w + 1, act)
        x = self.norm1(x + F.dropout(self.out(mixed), 0.1, self.training))
        x = self.norm2(x + F.dropout(self.low(F.gelu(self.up(x))), 0.1, self.training))
        marked = (shares @ x[:, 1:]).flatten(1)
        joined = F.dropout(F.gelu(self.join(torch.cat([x[:, 0], marked], 1))), 0.2, self.training)
        return (self.people(x[:, 1:]).transpose(1, 2), *(self.heads[k](joined) for k in EVENT_HEADS))


class Network(nn.Module):
    """Encoder and heads."""

    def __init__(self, sizes: Mapping[str, int], tags: Mapping[str, Sequence[str]], shape: Shape = SMALL) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.trees = Trees(shape, *(sizes[k] for k in ("upos", "feats", "script", "deprel")))
        self.taggers = nn.ModuleDict({k: Tagger(shape, tags[k], chain=k in CHAINS) for k in tags})
        self.events = Events(shape, sizes)

    def encode(self, batch: Batch) -> list[Tensor]:
        """All layers of a batch."""
        return self.encoder(batch.ids, batch.casings, batch.mask)


def same_sentence(unit: Tensor) -> Tensor:
    """(B, W) unit numbers -> (B, W, 1+W) which heads a word may have: the root, and others of its sentence."""
    same = (unit[:, :, None] == unit[:, None, :]) & ~torch.eye(unit.shape[1], dtype=torch.bool, device=unit.device)
    return torch.cat([torch.ones_like(same[:, :, :1]), same], 2)


def _loss(scores: Tensor, gold: Tensor) -> Tensor:
    return F.cross_entropy(scores.flatten(0, 1), gold.flatten(), ignore_index=-100)


def tree_losses(network: Network, batch: Batch, layers: list[Tensor]) -> dict[str, Tensor]:
    """Weighted losses of the tree heads and, on GUM sentences, of the mention head."""
    scores = network.trees(layers, batch.first, batch.last)
    heads = batch.row("head")
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
    marked = (mention >= 0).any(1)
    if bool(marked.any()):
        tagger = network.taggers["mention"]
        losses["mention"] = 0.4 * tagger.loss(tagger(layers, batch.first, batch.last)[marked], mention[marked])
    return losses


def span_losses(network: Network, batch: Batch, layers: list[Tensor], head: str) -> dict[str, Tensor]:
    """Loss of one span head."""
    tagger = network.taggers[head]
    return {head: tagger.loss(tagger(layers, batch.first, batch.last), batch.row(head))}


def event_words(network: Network, batch: Batch, layers: list[Tensor]) -> Tensor:
    """What acts read of the words of a batch, (B, W, act)."""
    events = network.events
    words: Tensor = events.words(word_vectors(events.mix(layers), batch.first, batch.last))
    return words


def hidden(marks: Tensor, share: float = HIDE) -> Tensor:
    """Marks (A, 3, W) with some predicates taken out, of acts whose people are marked, so that the reading does not lean on them."""
    named = marks[:, 1:].sum((1, 2)) > 0
    out = named & (torch.rand(len(marks), device=marks.device) < share)
    return torch.cat([marks[:, :1] * ~out[:, None, None], marks[:, 1:]], 1)


def event_losses(network: Network, batch: Batch, layers: list[Tensor]) -> dict[str, Tensor]:
    """Losses of the event head; an act that may be of several types costs what all of them together miss."""
    events = network.events
    acts = batch.acts
    words, real = event_words(network, batch, layers), batch.unit >= 0
    losses = {}
    trigger = batch.row("trigger")
    if bool((trigger >= 0).any()):
        losses["trigger"] = _loss(events.trigger(words), trigger)
    here, seen = words[acts.text], real[acts.text]
    if bool(acts.people.any()):
        scores, wanted = events(here, acts.alone(), seen)[0][acts.people], acts.marks[acts.people, 1:]
        each = F.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
        losses["people"] = 2 * (each * seen[acts.people].unsqueeze(1)).sum() / seen[acts.people].sum()
    if not len(acts.text):
        return losses
    scores = events(here, hidden(acts.marks) if network.training else acts.marks, seen)[1:]
    chances = torch.log_softmax(scores[0], -1)
    known = acts.types.sum(1) > 0
    if bool(known.any()):
        allowed = chances[known].masked_fill(acts.types[known] == 0, NEVER)
        losses["event_type"] = -torch.logsumexp(allowed, 1).mean()
    for name, score, weight in zip(EVENT_HEADS[1:], scores[1:], (0.4, 0.6, 0.6), strict=True):
        gold = acts.labels[name]
        if bool((gold >= 0).any()):
            losses[name] = weight * F.cross_entropy(score, gold, ignore_index=-100)
    return losses


def task_losses(network: Network, batch: Batch, layers: list[Tensor], task: str) -> dict[str, Tensor]:
    """Losses of one batch of a task, from the layers of the batch."""
    if task == "trees":
        return tree_losses(network, batch, layers)
    if task in network.taggers:
        return span_losses(network, batch, layers, task)
    return event_losses(network, batch, layers)
