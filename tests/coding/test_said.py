"""How newspapers, ministries and monitors put it: each class of wording in a sentence or two, as the whole coder reads it.

The sentences are invented, and none is taken from a set that is measured. A row that fails names the class of words that is gone.
"""

from __future__ import annotations

import pytest

import trucewatch
from trucewatch.model import Report

FIRE = [
    ("Some ten rounds landed between two and three.", "shelling", "happened"),
    ("Three mortar bombs came down behind the mill.", "shelling", "happened"),
    ("A shell burst in the mud.", "shelling", "happened"),
    ("Their guns answered within minutes.", "shelling", "happened"),
    ("Our gunners replied with forty shells.", "shelling", "happened"),
    ("The army silenced the enemy battery with return fire.", "shelling", "happened"),
    ("A tank put two rounds through the wall of the dairy.", "shelling", "happened"),
    ("A second burst struck the boat.", "small arms", "happened"),
    ("A patrol car of the guards was riddled.", "small arms", "happened"),
    ("Soldiers emptied their magazines into the van.", "small arms", "happened"),
    ("A marksman felled a sentry at the gate.", "sniper fire", "happened"),
    ("The rebels lay in wait for the column.", "armed attack", "happened"),
    ("Five soldiers were cut down on the highway.", "armed attack", "happened"),
    ("Six soldiers fell in an ambush.", "armed attack", "happened"),
    ("An unmanned aircraft delivered a blow against the depot.", "drone strike", "happened"),
    ("The cart went up on a mine.", "explosive device", "happened"),
    ("Saboteurs brought down a pylon.", "sabotage", "happened"),
    ("The pumps were put out of action.", "sabotage", "happened"),
    ("The rebels sowed the path with mines.", "mine laying", "happened"),
    ("An ambulance came under fire.", "attack on a protected site", "happened"),
    ("One of three bombs fell on the school.", "attack on a protected site", "happened"),
    ("Gunmen opened fire on a boat of the observers.", "attack on monitors", "happened"),
    ("Seven bombs were thrown at the school yard.", "attack on a protected site", "happened"),
    ("The drone dropped its load on the depot.", "drone strike", "happened"),
    ("A minibus ran over an anti-tank mine.", "explosive device", "happened"),
    ("A mine blew the cart apart.", "explosive device", "happened"),
    ("A boat of the observers was shot at from the reeds.", "attack on monitors", "happened"),
    ("A shell went through the roof of the mill.", "shelling", "happened"),
    ("A drone rammed the fuel train.", "drone strike", "happened"),
    ("A gang drove off sixty head of cattle.", "looting", "happened"),
]
GROUND = [
    ("Four pieces have gone.", "withdrawal", "happened"),
    ("The howitzers were hauled off behind oxen.", "withdrawal", "happened"),
    ("The last four guns were trucked away.", "withdrawal", "happened"),
    ("The artillery was drawn back from the river.", "withdrawal", "happened"),
    ("The battery has been taken back to barracks.", "withdrawal", "happened"),
    ("The rebels cleared the hill of mortars.", "withdrawal", "happened"),
    ("The guns are still in place.", "withdrawal", "denied"),
    ("The army has not budged from the ridge.", "withdrawal", "denied"),
    ("Marines came ashore at the lighthouse.", "incursion", "happened"),
    ("The guards have taken the hut.", "territory seized", "happened"),
    ("Forty men occupied the customs house.", "territory seized", "happened"),
    ("The northern tube was cleared at noon.", "road opened", "happened"),
    ("The road has been unblocked.", "road opened", "happened"),
    ("Traffic through the tunnel has been restored.", "road opened", "happened"),
    ("The bridge is shut.", "road blocked", "happened"),
    ("A chain has been stretched across the bridge.", "road blocked", "happened"),
    ("The hauliers have pulled their lorries out of the tunnel.", "road opened", "happened"),
    ("The hold-up of the convoy was condemned.", "aid obstructed", "happened"),
    ("Trenches were dug on the saddle.", "fortification", "happened"),
]
PEOPLE = [
    ("Three engineers were taken.", "abduction", "happened"),
    ("Two electricians were carried off by gunmen.", "abduction", "happened"),
    ("The mayor was bundled into a van by masked men.", "abduction", "happened"),
    ("The captives came home.", "prisoner release", "happened"),
    ("Nine captives were handed to the Red Cross.", "prisoner release", "happened"),
    ("Twelve soldiers were exchanged for nine fighters.", "prisoner exchange", "happened"),
    ("Both sides gave back their dead.", "remains returned", "happened"),
    ("The prisoners are to be freed on Monday.", "prisoner release", "planned"),
    ("The rebels released none of the prisoners.", "prisoner release", "denied"),
    ("All eleven were let through.", "humanitarian passage", "happened"),
    ("The relief convoy got through on Thursday.", "humanitarian passage", "happened"),
    ("After six hours the barges were turned back.", "aid obstructed", "happened"),
    ("Soldiers sent the lorries with flour home.", "aid obstructed", "happened"),
    ("The guards refused passage to the relief convoy.", "aid obstructed", "happened"),
    ("Its old and its sick were driven away in buses.", "evacuation", "happened"),
    ("Blankets and stoves were handed out.", "aid delivery", "happened"),
]
WATCH = [
    ("Inspectors were finally let into the depot.", "monitoring post", "happened"),
    ("A team of three was admitted to the gallery.", "monitoring post", "happened"),
    ("The team was not allowed beyond the gate.", "access denied", "happened"),
    ("The team was shown the door.", "access denied", "happened"),
    ("The joint patrol set off at nine.", "patrol held", "happened"),
    ("They patrolled together for an hour.", "patrol held", "happened"),
    ("The joint patrol was broken off at the bridge.", "patrol cut short", "happened"),
    ("The patrol had to turn back.", "patrol cut short", "happened"),
    ("A crowd pelted the patrol with snowballs.", "patrol obstructed", "happened"),
    ("We have signed.", "agreement signed", "happened"),
    ("The parties shook hands on a ceasefire.", "agreement signed", "happened"),
    ("Monitors could not enter the depot.", "access denied", "happened"),
    ("The joint patrol did not leave its base.", "patrol held", "denied"),
    ("The inspectors were shown all four halls.", "monitoring post", "happened"),
    ("The mission's radio traffic was jammed.", "mission obstructed", "happened"),
]
SAID = [
    ("None of our units fired on the town.", "small arms", "denied"),
    ("Reports that the army shelled the town are untrue.", "shelling", "denied"),
    ("It is not true that the army shelled the town.", "shelling", "denied"),
    ("Claims that the army shelled the town are an invention.", "shelling", "denied"),
]


@pytest.fixture(scope="module")
def coder():
    return trucewatch.load()


@pytest.mark.parametrize(("text", "category", "status"), [*FIRE, *GROUND, *PEOPLE, *WATCH, *SAID])
def test_said(coder, text, category, status):
    coded = coder.code(Report("r", text, published="2046-05-20", language="en"))
    assert (category, status) in {(event.truce, event.status) for event in coded.events}


@pytest.mark.parametrize(
    "text",
    [
        "The bank cleared the cheque.",
        "She sent the parcel back.",
        "He came home late and went to bed.",
        "The players were taken off at half-time.",
        "The minister landed a second term.",
        "The shop sold half of the flour.",
        "Engineers laid a new cable for the hotel.",
        "The band opened up with an old song.",
        "They signed for another two years.",
        "The battery went flat.",
        "The lorry was held up in heavy traffic.",
        "The storm brought down power lines across the county.",
        "The coffin was carried through the town.",
    ],
)
def test_said_of_other_things(coder, text):
    assert not [event.truce for event in coder.code(Report("r", text, language="en")).events if event.truce]


def test_whose_the_guns_are(coder):
    coded = coder.code(Report("r", "The artillery of the Front was drawn back from the river.", language="en"))
    (event,) = [event for event in coded.events if event.truce == "withdrawal"]
    assert [actor.text for actor in event.actor] == ["the Front"]
