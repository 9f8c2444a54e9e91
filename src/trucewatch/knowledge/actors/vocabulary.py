"""The closed vocabularies of the actor file: actor types, role codes, and how a type is coded. No I/O, no matching."""

from __future__ import annotations

#: Every value of ``ActorRef.type`` and what it stands for.
ACTOR_TYPES: dict[str, str] = {
    "state": "a state as such (named by country or by a bare demonym)",
    "region": "a region or bloc named as an actor without being an organisation (the West, Arab states)",
    "government": "the executive of a state, its ministries, diplomats and officials",
    "legislature": "parliament and its members",
    "judiciary": "courts, judges, prosecutors",
    "military": "a state's armed forces",
    "police": "police and internal security forces",
    "intelligence": "intelligence and secret services",
    "rebel": "an armed organisation that fights a government, or rebels unnamed",
    "militia": "an armed organisation that does not fight its government, or fights beside it",
    "unidentified_armed": "armed people whose side the words do not tell",
    "private_military": "a private military company",
    "coalition": "an alliance of states or of armed groups under a name of its own",
    "party": "a political party or its officials",
    "opposition": "unarmed political opposition, protesters, dissidents",
    "civilian": "civilians, residents, activists, civil society",
    "supporter": "supporters or followers of somebody",
    "refugee": "refugees, displaced people, migrants",
    "labour": "workers and unions",
    "business": "companies and business people",
    "media": "news agencies, papers, broadcasters, journalists",
    "education": "schools, students, teachers, researchers",
    "medical": "doctors, hospitals, rescue and emergency services",
    "religious": "clergy and communities of faith",
    "criminal": "gangs, cartels, traffickers, pirates, bandits",
    "igo": "an organisation of states and its missions",
    "ngo": "a non-governmental organisation or aid workers",
    "peacekeeper": "peacekeeping troops and missions",
    "people": "an ethnic or religious people",
    "person": "a holder of public office, named",
    "unspecified": "somebody of a country, the words do not say who",
}

#: Role codes (PLOVER's and CAMEO's agent codes) and the actor type each gives.
ROLE_CODES: dict[str, str] = {
    "BUS": "business",
    "COP": "police",
    "CRM": "criminal",
    "CVL": "civilian",
    "EDU": "education",
    "GOV": "government",
    "HLH": "medical",
    "IGO": "igo",
    "JUD": "judiciary",
    "LAB": "labour",
    "LEG": "legislature",
    "MED": "media",
    "MIL": "military",
    "NGO": "ngo",
    "OPP": "opposition",
    "PKO": "peacekeeper",
    "PMC": "private_military",
    "PTY": "party",
    "REB": "rebel",
    "REF": "refugee",
    "REL": "religious",
    "SPY": "intelligence",
    "SUP": "supporter",
    "UAF": "unidentified_armed",
}

#: What a role is called in the name of a composed actor ("Turkey: military").
ROLE_NAMES: dict[str, str] = {code: name.replace("_", " ") for code, name in ROLE_CODES.items()} | {
    "UAF": "armed group, unidentified",
    "IGO": "international mission",
    "NGO": "non-governmental organisation",
}
ROLE_NAMES |= {"PKO": "peacekeepers", "SUP": "supporters", "REF": "refugees", "CVL": "civilians", "REB": "rebels"}

#: The code written for a role where neither CAMEO nor PLOVER has one of its own.
WRITTEN_CODES: dict[str, str] = {"PMC": "UAF", "SUP": "CVL", "PKO": "IGOMIL"}
