"""The network: MiniLM with a casing embedding, biaffine trees and span taggers over one encoder pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trucewatch.language.acts import EVENT_HEADS
from trucewatch.language.pieces import CASINGS
from trucewatch.language.spans import starts, transitions

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from training.features import Batch

HIDDEN, INNER, HEADS, LAYERS, VOCABULARY = 384, 1536, 12, 6, 30522
ARC, REL = 384, 96
NEVER = -1e4
HIDE = 0.15  #: share of acts whose predicate is hidden in training
ACT, ACT_HEADS = 192, 4
#: Span heads that learn which tag follows which: those with long spans.
CHAINS = frozenset({"attribution"})


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
    """One BIO span head: scores of the tags of each word and, in a chain (CRF), of each tag after another."""

    def __init__(self, tags: Sequence[str], inner: int = 256, *, chain: bool = False) -> None:
        super().__init__()
        self.mix, self.up, self.out = Mix(), nn.Linear(HIDDEN, inner), nn.Linear(inner, len(tags))
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
        real = gold >= 0
        tags, between = gold.clamp(min=0), self.transitions()
        emitted = torch.gather(scores, 2, tags.unsqueeze(-1)).squeeze(-1)
        steps = between[tags[:, :-1], tags[:, 1:]]
        right = (emitted * real).sum(1) + (steps * real[:, 1:]).sum(1)
        total = scores[:, 0] + self.first
        for k in range(1, scores.shape[1]):
            further = torch.logsumexp(total.unsqueeze(2) + between, 1) + scores[:, k]
            total = torch.where(real[:, k, None], further, total)
        return (torch.logsumexp(total, 1) - right).sum() / real.sum()

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

    def __init__(self, sizes: Mapping[str, int]) -> None:
        super().__init__()
        self.mix, self.down = Mix(), nn.Linear(HIDDEN, ACT)
        self.roles = nn.Parameter(torch.randn(3, ACT) * 0.02)
        self.query = nn.Parameter(torch.randn(ACT) * 0.02)
        self.qkv, self.out = nn.Linear(ACT, 3 * ACT), nn.Linear(ACT, ACT)
        self.up, self.low = nn.Linear(ACT, 2 * ACT), nn.Linear(2 * ACT, ACT)
        self.norm0, self.norm1, self.norm2 = nn.LayerNorm(ACT), nn.LayerNorm(ACT), nn.LayerNorm(ACT)
        self.join = nn.Linear(4 * ACT, 2 * ACT)
        self.trigger = nn.Sequential(nn.Linear(ACT, ACT), nn.GELU(), nn.Linear(ACT, sizes["event_type"]))
        self.people = nn.Linear(ACT, 2)
        self.heads = nn.ModuleDict({k: nn.Linear(2 * ACT, sizes[k]) for k in EVENT_HEADS})

    def words(self, mixed: Tensor) -> Tensor:
        """Mixed vectors of the words (B, W, H) -> what acts read of them (B, W, ACT)."""
        return self.down(F.dropout(mixed, 0.1, self.training))

    def forward(self, words: Tensor, marks: Tensor, real: Tensor | None) -> tuple[Tensor, ...]:
        """Words (A, W, ACT), marks 0 or 1 (A, 3, W) and which words are real (A, W) -> scores.

        They are (A, 2, W) for a word to belong to the actor and to the recipient, then those of ``EVENT_HEADS``.
        """
        a, w, _ = words.shape
        shares = marks / marks.sum(2, keepdim=True).clamp(min=1)
        marked = words + marks.transpose(1, 2) @ self.roles
        first = shares[:, :1] @ marked + self.query
        x = self.norm0(torch.cat([first, marked], 1))
        wide = ACT // ACT_HEADS
        q, k, v = self.qkv(x).view(a, w + 1, 3, ACT_HEADS, wide).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * wide**-0.5) @ k.transpose(-1, -2)
        if real is not None:
            hidden = F.pad(~real, (1, 0))
            scores = scores + hidden[:, None, None, :].to(x.dtype) * NEVER
        mixed = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(a, w + 1, ACT)
        x = self.norm1(x + F.dropout(self.out(mixed), 0.1, self.training))
        x = self.norm2(x + F.dropout(self.low(F.gelu(self.up(x))), 0.1, self.training))
        marked = (shares @ x[:, 1:]).flatten(1)
        joined = F.dropout(F.gelu(self.join(torch.cat([x[:, 0], marked], 1))), 0.2, self.training)
        return (self.people(x[:, 1:]).transpose(1, 2), *(self.heads[k](joined) for k in EVENT_HEADS))


class Network(nn.Module):
    """Encoder and heads."""

    def __init__(self, sizes: Mapping[str, int], tags: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.trees = Trees(*(sizes[k] for k in ("upos", "feats", "script", "deprel")))
        self.taggers = nn.ModuleDict(
            {k: Tagger(tags[k], chain=k in CHAINS) for k in ("attribution", "entity", "mention", "incident")}
        )
        self.events = Events(sizes)

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
    marked = (mention >= 0).any(1)
    if bool(marked.any()):
        tagger = network.taggers["mention"]
        losses["mention"] = 0.4 * tagger.loss(tagger(layers, batch.first, batch.last)[marked], mention[marked])
    return losses


def span_losses(network: Network, batch: Batch, head: str) -> dict[str, Tensor]:
    """Loss of one span head."""
    layers = network.encode(batch)
    tagger = network.taggers[head]
    return {head: tagger.loss(tagger(layers, batch.first, batch.last), batch.row(head))}


@dataclass(slots=True)
class Acts:
    """The acts of a batch: text of each (A,), marks (A, 3, W), and labels a head (A,); ``types`` is (A, classes) of 0 or 1."""

    text: Tensor
    marks: Tensor
    types: Tensor
    labels: dict[str, Tensor]
    people: Tensor  #: (A,) whether it is known who takes part

    def alone(self) -> Tensor:
        """The marks with the predicate alone."""
        return torch.cat([self.marks[:, :1], torch.zeros_like(self.marks[:, 1:])], 1)


def acts_of(batch: Batch, classes: int) -> Acts:
    """All acts of the texts of a batch."""
    found = [(b, act) for b, window in enumerate(batch.windows) for unit in window for act in unit.acts]
    marks = torch.zeros(len(found), 3, batch.first.shape[1])
    types = torch.zeros(len(found), classes)
    for k, (_, act) in enumerate(found):
        for row, words in enumerate((act.predicate, act.actor, act.recipient)):
            marks[k, row, list(words)] = 1
        types[k, list(act.types)] = 1
    labels = {h: torch.tensor([getattr(act, h[6:]) for _, act in found], dtype=torch.long) for h in EVENT_HEADS[1:]}
    people = torch.tensor([bool(act.predicate) and 0 not in act.types for _, act in found])
    return Acts(torch.tensor([b for b, _ in found], dtype=torch.long), marks, types, labels, people)


def event_words(network: Network, batch: Batch) -> Tensor:
    """What acts read of the words of a batch, (B, W, ACT)."""
    events = network.events
    words: Tensor = events.words(word_vectors(events.mix(network.encode(batch)), batch.first, batch.last))
    return words


def event_losses(network: Network, batch: Batch, rng: random.Random | None = None) -> dict[str, Tensor]:
    """Losses of the event head; an act that may be of several types costs what all of them together miss.

    With ``rng``, predicates are sometimes hidden from the second reading, so that it does not lean on them.
    """
    events = network.events
    acts = acts_of(batch, events.heads["event_type"].out_features)
    words, real = event_words(network, batch), batch.unit >= 0
    losses = {}
    trigger = batch.row("trigger")
    if bool((trigger >= 0).any()):
        losses["trigger"] = _loss(events.trigger(words), trigger)
    here, seen = words[acts.text], real[acts.text]
    if bool(acts.people.any()):
        scores, wanted = events(here, acts.alone(), seen)[0][acts.people], acts.marks[acts.people, 1:]
        each = F.binary_cross_entropy_with_logits(scores, wanted, reduction="none")
        losses["people"] = 2 * (each * seen[acts.people].unsqueeze(1)).sum() / seen[acts.people].sum()
    marks = acts.marks.clone()
    if rng is not None:
        named = (marks[:, 1:].sum((1, 2)) > 0).tolist()
        for k, people in enumerate(named):
            if people and rng.random() < HIDE:
                marks[k, 0] = 0
    scores = events(here, marks, seen)[1:]
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
