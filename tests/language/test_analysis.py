"""The records themselves, built without a model."""

from trucewatch.language import from_conllu

TREE = """
1 Rebels rebel NOUN _ Number=Plur 2 nsubj
2 left leave VERB _ Tense=Past 0 root
3 Idlib Idlib PROPN _ _ 2 obj _ SpaceAfter=No
4 . . PUNCT _ _ 2 punct

1 They they PRON _ _ 2 nsubj
2 lied lie VERB _ _ 0 root
"""


def test_from_conllu_gives_offsets_into_the_text() -> None:
    analysis = from_conllu(TREE)
    assert analysis.text == "Rebels left Idlib. They lied"
    assert all(analysis.text[t.start : t.end] == t.text for t in analysis.tokens)
    assert [(s.first, s.last) for s in analysis.sentences] == [(0, 4), (4, 6)]


def test_children_subtree_ancestors_and_root() -> None:
    analysis = from_conllu(TREE)
    assert analysis.children(1) == (0, 2, 3)
    assert analysis.subtree(1) == (0, 1, 2, 3)
    assert list(analysis.ancestors(4)) == [5]
    assert analysis.root(1).text == "lied"
    assert analysis.text_of(1, 4) == "left Idlib."
    assert [t.text for t in analysis.sentence_tokens(1)] == ["They", "lied"]


def test_feature_by_name() -> None:
    token = from_conllu(TREE).tokens[0]
    assert token.feature("Number") == "Plur"
    assert token.feature("Case") == ""
