"""What the queue says about people: nothing. A job carries the number of what it is about, and no person's."""

from tarkka.vocabulary import PersonalTable

PERSONAL: dict[str, PersonalTable] = {}

NOT_PERSONAL = {
    "procrastinate_events": "When a job was queued, begun, tried again.",
    "procrastinate_jobs": "What is to be done, by the number of a notice, which tells nobody whose; gone once done.",
    "procrastinate_periodic_defers": "Nothing: what would be queued by the clock.",
    "procrastinate_workers": "Processes that work the queue off, and when they last said so.",
}
