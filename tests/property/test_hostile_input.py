"""Whatever a producer sends: nothing stops, every frame is accounted for, and a dead letter says exactly why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.sources.sse_decoder import Decoder, Frame
from tests.support.examples import examples
from tests.support.hostile.cases import GENERATORS, ODD_VALUES, cases, chunks, noise
from tests.support.hostile.draft import ENVELOPE, FIELDS, LIMIT, LOG, Case, Pen
from tests.support.hostile.fields import OTHERS, WRONG
from tests.support.hostile.run import Account, Reading, reading

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SEED = 20260314
ROUNDS = 1_800
CASES = 100_000
OF_EACH_REASON = 1_000
BATCH = 2_000


def decoded(sent: Sequence[tuple[str, Case]], random: Random) -> list[Frame]:
    """The cases as one stream, with noise between the blocks, cut anywhere, and what the decoder makes of it."""
    stream = b"".join(noise(random) + case.wire for _name, case in sent)
    decoder = Decoder(max_frame_bytes=LIMIT)
    frames = [frame for chunk in chunks(random, stream) for frame in decoder.decode(chunk)]
    assert len(frames) == len(sent)
    return frames


@pytest.mark.long
def test_every_case_becomes_what_its_generator_says(warehouse: Any) -> None:
    random = Random(SEED)
    sent = list(cases(random, ROUNDS))
    counted = Counter(case.fate for _name, case in sent)
    assert len(sent) >= CASES
    assert {reason for reason in Reason if counted[reason] < OF_EACH_REASON} == {Reason.REFUSED_BY_DATABASE}
    assert {name for name, _case in sent} == {generator.__name__ for generator in GENERATORS}

    frames = decoded(sent, random)
    with reading(warehouse) as stream:
        for start in range(0, len(frames), BATCH):
            stream.commit(frames[start : start + BATCH])

    with warehouse.connect("restaurant_user") as connection:
        mistakes = list(Account(connection.execute).mistakes(sent))
        if mistakes:
            pytest.fail(
                f"seed {SEED}: {len(mistakes)} wrong; the first:\n" + "\n".join(mistakes[:20]), pytrace=False
            )
        completeness = connection.execute(
            "SELECT missing_offsets, complete, dead_letters FROM analytics.completeness() WHERE stream_id = %s",
            [LOG],
        ).fetchone()
    dead_letters = [
        case for _name, case in sent if isinstance(case.fate, Reason) and (case.place or ("",))[0] == LOG
    ]
    assert completeness == (0, True, len(dead_letters))


def test_any_stream_of_json_survives_the_same_bytes(warehouse: Any) -> None:
    """A foreign stream, taken raw: each frame is one row or one dead letter."""
    random = Random(SEED)
    sent = [(name, case) for name, case in cases(random, 40) if case.fate != "redelivered"]
    with reading(warehouse, raw=True) as stream:
        outcomes = stream.commit(decoded(sent, random))

    counts = Counter(type(outcome).__name__ for outcome in outcomes)
    with warehouse.connect("restaurant_user") as connection:
        account = Account(connection.execute)
    assert counts["Event"] == account.raw.total() + account.duplicates.total() + conflicts(account)
    assert counts["Rejected"] + conflicts(account) == account.dead_letters_total
    assert Reason.REFUSED_BY_DATABASE not in {dead_letter[0] for dead_letter in account.dead_letters.values()}


def conflicts(account: Account) -> int:
    counts = Counter(dead_letter[0] for dead_letter in account.dead_letters.values())
    return counts[Reason.EVENT_ID_CONFLICT] + counts[Reason.PROCESSOR_FAILED]


def test_a_dead_letter_delivered_again_counts_another_attempt(warehouse: Any) -> None:
    random = Random(SEED)
    sent = [(name, case) for name, case in cases(random, 1) if isinstance(case.fate, Reason)]
    sent = [
        (name, case) for name, case in sent if case.fate is not Reason.EVENT_ID_CONFLICT
    ]  # needs its first
    frames = decoded(sent, random)
    with reading(warehouse) as stream:
        stream.commit(frames)
    with reading(warehouse) as stream:
        stream.commit(frames)

    with warehouse.connect("restaurant_user") as connection:
        account = Account(connection.execute)
    assert account.dead_letters_total == len(sent)
    assert {dead_letter[3] for dead_letter in account.dead_letters.values()} == {2}


def test_an_offset_used_for_two_events_is_reported(warehouse: Any) -> None:
    random = Random(SEED)
    pen = Pen(random)
    first, second = pen.draft(offset=1), pen.draft(offset=1)
    sent = [("first", pen.case("accepted", first)), ("second", pen.case(Reason.BAD_POSITION, second))]
    with reading(warehouse) as stream:
        stream.commit(decoded(sent, random))

    with warehouse.connect("restaurant_user") as connection:
        account = Account(connection.execute)
    event_id = first.envelope["event_id"].strip(b'"').decode()
    assert account.raw == {(LOG, 1): 1}
    assert account.dead_letters[LOG, 1][:2] == (
        Reason.BAD_POSITION,
        f"offset 1 was used twice, first for event {event_id}",
    )


literals = st.sampled_from(
    sorted({literal for values in [*WRONG.values(), *ODD_VALUES.values(), *OTHERS] for literal in values})
)


@st.composite
def bent(draw: st.DrawFn) -> list[bytes]:
    """Valid events of which up to four fields are replaced by any value at all, right, wrong or odd."""
    pen = Pen(Random(draw(st.integers(0, 2**32))))
    messages = []
    for _ in range(40):
        draft = pen.draft()
        for path in draw(st.lists(st.sampled_from(paths(draft.kind)), max_size=4, unique=True)):
            fields = draft.payload if path.startswith("payload.") else draft.envelope
            fields[path.removeprefix("payload.")] = draw(literals)
        messages.append(draft.data)
    return messages


def paths(kind: str) -> list[str]:
    return [*ENVELOPE, "offset", *(f"payload.{name}" for name in [*FIELDS[kind], "extra", "order_id"])]


@hypothesis_settings(
    max_examples=examples(60),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(batches=bent())
def test_the_database_takes_whatever_the_contract_takes(
    stream: Any, owner: Any, batches: list[bytes]
) -> None:
    """Any mixture of values in any fields: one row or one dead letter, and never one that PostgreSQL refused."""
    owner.execute(
        "TRUNCATE raw_data.events_raw, raw_data.event_ids, raw_data.dead_letters, raw_data.duplicates"
    )
    frames = [Frame("message", data, f"{LOG}-{number}") for number, data in enumerate(batches, start=1)]

    stream.commit(frames)

    account = Account(owner.execute)
    places = account.raw + account.duplicates + Counter(list(account.dead_letters))
    assert Reason.REFUSED_BY_DATABASE not in {dead_letter[0] for dead_letter in account.dead_letters.values()}
    assert len(account.dead_letters) == account.dead_letters_total
    assert places == {(LOG, number): 1 for number in range(1, len(frames) + 1)}


@pytest.fixture
def stream(warehouse: Any) -> Iterator[Reading]:
    with reading(warehouse) as stream:
        yield stream


@pytest.fixture
def owner(warehouse: Any) -> Iterator[Any]:
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection
