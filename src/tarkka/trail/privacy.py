"""What the trail's tables say about people: hashes and commitments, of which nothing can be read back."""

from tarkka.vocabulary import Category, PersonalTable

PERSONAL = {
    "erasure": PersonalTable(
        "That somebody was erased, not who, and which operator did it.",
        {
            "id": Category.KEY,
            "at": Category.NONE,
            "acting": Category.EMPLOYEE,
            "digest": Category.NONE,
            "xid": Category.KEY,
            "salt": Category.KEY,
        },
        whose="acting",
    ),
}

NOT_PERSONAL = {
    "trail_checkpoint": "What was signed of the trail: how many leaves, and their root.",
    "trail_erased": "Commitments of emptied rows, whose keys are destroyed.",
    "trail_leaf": "A hash of each sealed row.",
    "trail_node": "Hashes of the tree above the leaves.",
    "trail_progress": "From which transaction on a row may still wait to be sealed.",
}
