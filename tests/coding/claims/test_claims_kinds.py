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


NOT_CLEAR = """
1 It it PRON _ _ 4 expl
2 was be AUX _ Tense=Past|VerbForm=Fin 4 cop
3 not not PART _ _ 4 advmod
4 clear clear ADJ _ _ 0 root
5 who who PRON _ _ 6 nsubj
6 fired fire VERB _ Tense=Past|VerbForm=Fin 4 csubj
7 . . PUNCT _ _ 4 punct
"""
SHAMEFUL_ACT = """
1 This this PRON _ _ 5 nsubj
2 is be AUX _ Tense=Pres|VerbForm=Fin 5 cop
3 a a DET _ _ 5 det
4 shameful shameful ADJ _ _ 5 amod
5 act act NOUN _ _ 0 root
6 . . PUNCT _ _ 5 punct
"""
CLEAR_NIGHT = """
1 It it PRON _ _ 5 nsubj
2 was be AUX _ Tense=Past|VerbForm=Fin 5 cop
3 a a DET _ _ 5 det
4 clear clear ADJ _ _ 5 amod
5 night night NOUN _ _ 0 root
6 . . PUNCT _ _ 5 punct
"""
FARCE = """
1 The the DET _ _ 2 det
2 truce truce NOUN _ _ 5 nsubj
3 is be AUX _ Tense=Pres|VerbForm=Fin 5 cop
4 a a DET _ _ 5 det
5 farce farce NOUN _ _ 0 root
6 . . PUNCT _ _ 5 punct
"""
MAY_BREAK_OUT = """
1 War war NOUN _ _ 3 nsubj
2 may may AUX _ VerbForm=Fin 3 aux
3 break break VERB _ VerbForm=Inf 0 root
4 out out ADP _ _ 3 compound:prt
5 again again ADV _ _ 3 advmod
6 . . PUNCT _ _ 3 punct
"""
MAY_HAVE_FIRED = """
1 The the DET _ _ 2 det
2 army army NOUN _ _ 5 nsubj
3 may may AUX _ VerbForm=Fin 5 aux
4 have have AUX _ VerbForm=Inf 5 aux
5 fired fire VERB _ VerbForm=Part 0 root
6 first first ADV _ _ 5 advmod
7 . . PUNCT _ _ 5 punct
"""
MAY_HOLD = """
1 Gunmen gunman NOUN _ _ 3 nsubj
2 may may AUX _ VerbForm=Fin 3 aux
3 hold hold VERB _ VerbForm=Inf 0 root
4 the the DET _ _ 5 det
5 bridge bridge NOUN _ _ 3 obj
6 . . PUNCT _ _ 3 punct
"""
COULD_HEAR = """
1 Residents resident NOUN _ _ 3 nsubj
2 could could AUX _ VerbForm=Fin 3 aux
3 hear hear VERB _ VerbForm=Inf 0 root
4 shells shell NOUN _ _ 3 obj
5 . . PUNCT _ _ 3 punct
"""
COULD_NOT_REACH = """
1 The the DET _ _ 2 det
2 patrol patrol NOUN _ _ 5 nsubj
3 could could AUX _ VerbForm=Fin 5 aux
4 not not PART _ _ 5 advmod
5 reach reach VERB _ VerbForm=Inf 0 root
6 the the DET _ _ 8 det
7 next next ADJ _ _ 8 amod
8 village village NOUN _ _ 5 obj
9 . . PUNCT _ _ 5 punct
"""
COULD_SPREAD = """
1 The the DET _ _ 2 det
2 fighting fighting NOUN _ _ 4 nsubj
3 could could AUX _ VerbForm=Fin 4 aux
4 spread spread VERB _ VerbForm=Inf 0 root
5 in in ADP _ _ 8 case
6 the the DET _ _ 8 det
7 coming coming ADJ _ _ 8 amod
8 weeks week NOUN _ _ 4 obl
9 . . PUNCT _ _ 4 punct
"""
MORE_IS_LIKELY = """
1 More more ADJ _ _ 2 amod
2 shelling shelling NOUN _ _ 4 nsubj
3 is be AUX _ Tense=Pres|VerbForm=Fin 4 cop
4 likely likely ADJ _ _ 0 root
5 . . PUNCT _ _ 4 punct
"""
LIKELY_LAID = """
1 It it PRON _ _ 3 expl
2 is be AUX _ Tense=Pres|VerbForm=Fin 3 cop
3 likely likely ADJ _ _ 0 root
4 that that SCONJ _ _ 7 mark
5 mines mine NOUN _ _ 7 nsubj:pass
6 were be AUX _ Tense=Past|VerbForm=Fin 7 aux:pass
7 laid lay VERB _ VerbForm=Part 3 ccomp
8 . . PUNCT _ _ 3 punct
"""
WEEKS_SHOW = """
1 The the DET _ _ 3 det
2 coming coming ADJ _ _ 3 amod
3 weeks week NOUN _ _ 5 nsubj
4 will will AUX _ VerbForm=Fin 5 aux
5 show show VERB _ VerbForm=Inf 0 root
6 whether whether SCONJ _ _ 9 mark
7 the the DET _ _ 8 det
8 truce truce NOUN _ _ 9 nsubj
9 holds hold VERB _ Tense=Pres|VerbForm=Fin 5 ccomp
10 . . PUNCT _ _ 5 punct
"""
PUBLISH = """
1 The the DET _ _ 2 det
2 mission mission NOUN _ _ 4 nsubj
3 will will AUX _ VerbForm=Fin 4 aux
4 publish publish VERB _ VerbForm=Inf 0 root
5 its its PRON _ _ 6 nmod:poss
6 report report NOUN _ _ 4 obj
7 on on ADP _ _ 8 case
8 Friday Friday PROPN _ _ 4 obl
9 . . PUNCT _ _ 4 punct
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


@pytest.mark.parametrize(
    "rows", [NOT_CLEAR, CLEAR_NIGHT, MAY_HAVE_FIRED, MAY_HOLD, COULD_HEAR, COULD_NOT_REACH, LIKELY_LAID, PUBLISH]
)
def test_what_is_not_known_what_was_and_what_is_announced_is_neither_opinion_nor_prediction(rows):
    assert kind_of(rows) == "statement"


@pytest.mark.parametrize("rows", [SHAMEFUL_ACT, FARCE])
def test_a_judging_noun_or_its_adjective_is_an_opinion(rows):
    assert kind_of(rows) == "opinion"


@pytest.mark.parametrize("rows", [MAY_BREAK_OUT, COULD_SPREAD, MORE_IS_LIKELY, WEEKS_SHOW])
def test_may_could_and_likely_of_what_is_to_come_are_predictions(rows):
    assert kind_of(rows) == "prediction"


def test_there_is_one_kind_a_sentence():
    analysis = from_conllu(STATEMENT + "\n" + COMMENT)
    assert sentence_kinds(analysis, ()) == ("statement", "opinion")
