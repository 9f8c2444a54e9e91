"""What the report's own voice does, sentence by sentence."""

from __future__ import annotations

import pytest

from trucewatch.coding.claims import find_claims, sentence_kinds
from trucewatch.language.analysis import Analysis, from_conllu

STATEMENT = """
1 The the DET _ _ 2 det
2 patrol patrol NOUN _ _ 3 nsubj
3 left leave VERB _ Tense=Past|VerbForm=Fin 0 root
4 Karvel Karvel PROPN _ _ 3 obj
5 . . PUNCT _ _ 3 punct
"""
COMMENT = """
1 Unfortunately unfortunately ADV _ _ 5 advmod
2 , , PUNCT _ _ 1 punct
3 the the DET _ _ 4 det
4 patrol patrol NOUN _ _ 5 nsubj
5 turned turn VERB _ Tense=Past|VerbForm=Fin 0 root
6 back back ADV _ _ 5 advmod
7 . . PUNCT _ _ 5 punct
"""
NOTHING_NEW = """
1 There there PRON _ _ 2 expl
2 is be VERB _ Tense=Pres|VerbForm=Fin 0 root
3 nothing nothing PRON _ _ 2 nsubj
4 new new ADJ _ _ 3 amod
5 in in ADP _ _ 7 case
6 this this DET _ _ 7 det
7 move move NOUN _ _ 3 nmod
8 . . PUNCT _ _ 2 punct
"""
QUESTION = """
1 Who who PRON _ _ 3 nsubj
2 will will AUX _ _ 3 aux
3 answer answer VERB _ _ 0 root
4 for for ADP _ _ 5 case
5 this this PRON _ _ 3 obl
6 ? ? PUNCT _ _ 3 punct
"""
EXHORTATION = """
1 Both both DET _ _ 2 det
2 sides side NOUN _ _ 4 nsubj
3 must must AUX _ _ 4 aux
4 withdraw withdraw VERB _ VerbForm=Inf 0 root
5 . . PUNCT _ _ 4 punct
"""
PREDICTION = """
1 The the DET _ _ 2 det
2 truce truce NOUN _ _ 5 nsubj
3 will will AUX _ _ 5 aux
4 not not PART _ _ 5 advmod
5 last last VERB _ VerbForm=Inf 0 root
6 long long ADV _ _ 5 advmod
7 . . PUNCT _ _ 5 punct
"""
APPOINTMENT = """
1 The the DET _ _ 2 det
2 envoys envoy NOUN _ _ 4 nsubj
3 will will AUX _ _ 4 aux
4 meet meet VERB _ VerbForm=Inf 0 root
5 on on ADP _ _ 6 case
6 Monday Monday PROPN _ _ 4 obl
7 . . PUNCT _ _ 4 punct
"""
INEVITABLE = """
1 A a DET _ _ 3 det
2 new new ADJ _ _ 3 amod
3 offensive offensive NOUN _ _ 5 nsubj
4 is be AUX _ Tense=Pres|VerbForm=Fin 5 cop
5 inevitable inevitable ADJ _ _ 0 root
6 . . PUNCT _ _ 5 punct
"""
SAID_MUST = """
1 The the DET _ _ 2 det
2 envoy envoy NOUN _ _ 3 nsubj
3 said say VERB _ Tense=Past|VerbForm=Fin 0 root
4 both both DET _ _ 5 det
5 sides side NOUN _ _ 7 nsubj
6 must must AUX _ _ 7 aux
7 withdraw withdraw VERB _ VerbForm=Inf 3 ccomp
8 . . PUNCT _ _ 3 punct
"""


def kind_of(rows: str) -> str:
    analysis: Analysis = from_conllu(rows)
    claims = find_claims(analysis, resolve_actor=lambda _start, _end: None)
    (kind,) = sentence_kinds(analysis, claims)
    return kind


@pytest.mark.parametrize("rows", [STATEMENT, APPOINTMENT, SAID_MUST])
def test_a_fact_an_appointment_and_a_claim_are_statements(rows):
    assert kind_of(rows) == "statement"


@pytest.mark.parametrize("rows", [COMMENT, NOTHING_NEW, QUESTION, EXHORTATION])
def test_a_comment_a_judgement_a_question_and_an_exhortation_are_opinions(rows):
    assert kind_of(rows) == "opinion"


@pytest.mark.parametrize("rows", [PREDICTION, INEVITABLE])
def test_what_the_report_foretells_is_a_prediction(rows):
    assert kind_of(rows) == "prediction"


def test_there_is_one_kind_a_sentence():
    analysis = from_conllu(STATEMENT + "\n" + COMMENT)
    assert sentence_kinds(analysis, ()) == ("statement", "opinion")
