"""What the student learns from the teacher: every head's scores on every batch, whatever the batch was annotated for.

The teacher (:mod:`training.teacher`, trained as the student is) reads the same words. So the student learns trees on news, and
acts on reports where nobody marked any: there the teacher's own triggers are the acts. Softened by ``SOFT`` as in Hinton et al.
2015; the last layer is drawn to the teacher's through one linear map (Jiao et al. 2020), which is thrown away afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.network import LARGE, NEVER, SMALL, event_words, hidden, same_sentence, word_vectors
from trucewatch.language.acts import EVENT_HEADS

if TYPE_CHECKING:
    from training.features import Batch
    from training.network import Network

SOFT = 2.0
ACTS = 64  #: acts of the teacher's own that a batch is asked about
NEAR = 1  #: sentences before and after that of the act, which its reading sees
#: Weight of each part beside the annotated losses.
WEIGHTS = {"arc": 1, "deprel": 1, "upos": 0.4, "feats": 0.4, "script": 0.3, "boundary": 0.4, "attribution": 1, "entity": 0.8}
WEIGHTS |= {"mention": 0.3, "incident": 0.8, "trigger": 0.8, "people": 2, "event_type": 1, "event_mode": 0.4}
WEIGHTS |= {"event_status": 0.5, "event_acled": 0.8, "layers": 1.5}


def soft(student: Tensor, teacher: Tensor, real: Tensor) -> Tensor:
    """Divergence of scores (..., classes), a mean over what is ``real`` (...)."""
    wanted = torch.log_softmax(teacher.float() / SOFT, -1)
    each = (wanted.exp() * (wanted - torch.log_softmax(student.float() / SOFT, -1))).sum(-1)
    return SOFT**2 * (each * real).sum() / real.sum().clamp(min=1)


@dataclass(slots=True)
class Asked:
    """Acts about which the teacher is asked: text (A,), marks (A, 3, W), words that are read (A, W), and which are real (A,)."""

    text: Tensor
    marks: Tensor
    seen: Tensor
    real: Tensor


def sentences(begins: Tensor, unit: Tensor) -> Tensor:
    """(B, W, 2) scores of a sentence to begin at a word -> (B, W) its sentence's number; -1 is padding."""
    starts = begins.argmax(-1) == 1
    starts[:, 1:] |= unit[:, 1:] != unit[:, :-1]
    return torch.where(unit >= 0, starts.long().cumsum(1), -1)


class Teaching(nn.Module):
    """A teacher at rest and the map from the student's layers to its own."""

    def __init__(self, teacher: Network) -> None:
        super().__init__()
        self.teacher = teacher.eval().requires_grad_(requires_grad=False)
        self.bridge = nn.Linear(SMALL.hidden, LARGE.hidden)

    def acts(self, words: Tensor, triggers: Tensor, number: Tensor) -> Asked:
        """Words drawn by how much the teacher takes them for acts; one in some is an ordinary word."""
        b, w = number.shape
        chance = 1 - torch.softmax(triggers.float(), -1)[..., 0]
        keys = torch.log((number >= 0) * (chance.clamp(min=0.02) ** 1.5) + 1e-9)
        keys = keys - torch.log(-torch.log(torch.rand_like(keys).clamp(1e-6, 1 - 1e-6)))
        best = keys.flatten().topk(min(ACTS, b * w)).indices
        text, word = best // w, best % w
        marks = torch.zeros(len(best), 3, w, device=words.device)
        marks[torch.arange(len(best), device=words.device), 0, word] = 1
        here = number[text]
        seen = (here >= 0) & ((here - number[text, word][:, None]).abs() <= NEAR)
        return Asked(text, marks, seen, number[text, word] >= 0)

    def forward(self, student: Network, batch: Batch, layers: list[Tensor], *, trees: bool) -> dict[str, Tensor]:
        """Losses of all heads; ``trees`` says that the units of the batch are sentences."""
        teacher, real = self.teacher, batch.unit >= 0
        with torch.no_grad():
            theirs = teacher.encode(batch)
            wanted = teacher.trees(theirs, batch.first, batch.last)
            number = batch.unit if trees else sentences(wanted.boundary, batch.unit)
            apart = ~same_sentence(number)
            arcs = wanted.arc.float().masked_fill(apart, NEVER)
            heads = arcs.argmax(-1)
            relations = teacher.trees.relations(wanted.dependent, wanted.governor, heads)
            words = event_words(teacher, batch, theirs)
            triggers = teacher.events.trigger(words)
        scores = student.trees(layers, batch.first, batch.last)
        mine = event_words(student, batch, layers)
        losses = {
            "arc": soft(scores.arc.float().masked_fill(apart, NEVER), arcs, real),
            "deprel": soft(student.trees.relations(scores.dependent, scores.governor, heads), relations, real),
            "trigger": soft(student.events.trigger(mine), triggers, real),
        }
        for name in ("upos", "feats", "script", "boundary"):
            losses[name] = soft(getattr(scores, name), getattr(wanted, name), real)
        for name, tagger in student.taggers.items():
            with torch.no_grad():
                tags = teacher.taggers[name](theirs, batch.first, batch.last)
            losses[name] = soft(tagger(layers, batch.first, batch.last), tags, real)
        here, there = (word_vectors(x[-1], batch.first, batch.last).float() for x in (layers, theirs))
        losses["layers"] = ((1 - torch.cosine_similarity(self.bridge(here).float(), there, -1)) * real).sum() / real.sum()
        losses |= self.act_losses(student, batch, mine, words, self.acts(words, triggers, number))
        return {f"taught {k}": WEIGHTS[k] * v for k, v in losses.items()}

    def act_losses(self, student: Network, batch: Batch, mine: Tensor, words: Tensor, asked: Asked) -> dict[str, Tensor]:
        """Who takes part in acts, and what they are: the teacher's own acts, the annotated ones, and each text as a whole."""
        teacher, real = self.teacher, batch.unit >= 0
        with torch.no_grad():
            chances = torch.sigmoid(teacher.events(words[asked.text], asked.marks, asked.seen)[0].float())
        people = student.events(mine[asked.text], asked.marks, asked.seen)[0].float()
        each = F.binary_cross_entropy_with_logits(people, chances, reduction="none")
        counted = (asked.seen & asked.real[:, None])[:, None]
        losses = {"people": (each * counted).sum() / counted.sum().clamp(min=1)}
        marks = hidden(torch.cat([asked.marks[:, :1], (chances > 0.5).float() * asked.seen[:, None]], 1), 0.3)
        whole = torch.arange(len(real), device=real.device)
        known = batch.acts.marks
        texts = torch.cat([asked.text, batch.acts.text, whole])
        marks = torch.cat([marks, hidden(known, 0.3), marks.new_zeros(len(whole), *marks.shape[1:])])
        seen = torch.cat([asked.seen, real[batch.acts.text], real])
        counted = torch.cat([asked.real, torch.ones_like(batch.acts.people), torch.ones_like(whole, dtype=torch.bool)])
        with torch.no_grad():
            wanted = teacher.events(words[texts], marks, seen)[1:]
        found = student.events(mine[texts], marks, seen)[1:]
        marked = counted & (marks.sum((1, 2)) > 0)
        for name, a, b in zip(EVENT_HEADS, found, wanted, strict=True):
            losses[name] = soft(a, b, counted if name == "event_acled" else marked)
        return losses
