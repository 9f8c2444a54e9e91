"""The review queue of a large dossier is a beginning of the whole queue, and goes on where reviewers have been."""

from __future__ import annotations

from tests.dossier.test_order import dossiers, shuffled

from trucewatch.dossier import choosing
from trucewatch.dossier.desk import DossierDesk
from trucewatch.dossier.verdicts.desk import Request
from trucewatch.dossier.verdicts.queue import Filter

__all__ = ["dossiers"]


def test_a_long_queue_begins_as_it_would_if_it_were_whole(dossiers, monkeypatch):
    def compare(dossier):
        desk = DossierDesk(dossier)
        whole = [item.event for item in desk.items(Filter())]
        monkeypatch.setattr(choosing, "MOST", 7)
        few = [item.event for item in desk.items(Filter())]
        assert len(whole) > 20
        assert few == whole[:7]
        assert [item.event for item in desk.items(Filter(limit=3))] == whole[:3]
        for event in few:
            desk.record(Request("accept", "ana", event=event))
        assert [item.event for item in desk.items(Filter())] == whole[7:14]
        assert {item.event for item in desk.items(Filter(reasons=("seen",)))} >= set(few)
        assert [item.event for item in desk.items(Filter(truce="shelling"))] == [
            event for event in whole[7:] if desk.item(event).values.truce == "shelling"
        ][:7]

    dossiers(shuffled(0)[:20], then=compare)


def test_an_event_is_found_by_its_id_where_one_report_has_it(dossiers):
    def look(dossier):
        desk = DossierDesk(dossier)
        event = next(iter(desk.items(Filter()))).event
        assert desk.item(event).event == event

    dossiers(shuffled(0)[:2], then=look)
