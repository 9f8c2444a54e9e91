"""Who is who: states, governments, forces, armed groups, organisations, media and public office-holders, with dates.

The knowledge lies in ``data/*.tsv``; the code only reads and composes it ("Turkish" + "soldiers" is ``TUR-MIL``). This
room must not decide what somebody did, and never invents an actor: what the files do not hold is None.
"""

from trucewatch.knowledge.actors.file import ActorFile, ActorMention, Resolution, is_medium
from trucewatch.knowledge.actors.scan import Setting
from trucewatch.knowledge.actors.vocabulary import ACTOR_TYPES, ROLE_CODES

__all__ = ["ACTOR_TYPES", "ROLE_CODES", "ActorFile", "ActorMention", "Resolution", "Setting", "is_medium"]
