"""The words that are in no name of this project, in Python and in SQL. docs/glossary.md has the terms that are used."""

import re

# Words that are in no name, and what to write. `certificate` is missing because TLS has certificates.
RETIRED_WORDS = {
    "anew": "again",
    "bur(y|ies|ied)": "insert_dead_letter",
    "claim(s|ed|ing)?": "deduplicate",
    "convict(s|ed)?": "isolate_bad_event",
    "divides?": "split",
    "fire[sd]?": "the name of the suite, of the trigger or of the event",
    "handoff": "bounded_queue",
    "hence": "so",
    "judg(e|es|ed|ing|ement)": "validate, evaluate",
    "lateness": "late_events",
    "ledgers?": "expected_state, schema_drift",
    "(?<!dead_)letters?": "dead_letter",
    "mourn(s|ed)?|obituary": "report_exit",
    "news": "is_new_failure",
    "patience": "timeout, wait_seconds",
    "settl(e|es|ed|ing)": "record_repeats",
    "strik(e|es|ing)|struck": "inject_fault",
    "takes?_turns?": "writer_lock",
    "tell(s|ing)?|told": "report, read, know",
    "thrice": "three times",
    "whom": "who",
}
# A participle says what was done to data and not what they are: write message, output, rows, result.
PARTICIPLES = {
    "asked",
    "done",
    "found",
    "given",
    "got",
    "kept",
    "made",
    "meant",
    "said",
    "seen",
    "taken",
    "told",
    "written",
}
# What a function of rollups and a trigger began with before there was one prefix per kind.
RETIRED_PREFIXES = {
    "corrections_to_": "rollup_delta_",
    "log_stale_": "trg_invalidate_",
    "sum_": "rollup_apply_",
}


def words(name: str) -> list[str]:
    """`toldTwice`, `told_twice` and `TOLD_TWICE` have the same two words."""
    return re.findall(r"[a-z]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower())


def retired(name: str) -> list[str]:
    """What to write instead of the retired words of a name."""
    whole = "_".join(words(name))
    return [
        instead for word, instead in RETIRED_WORDS.items() if re.search(rf"(?:^|_)(?:{word})(?:_|$)", whole)
    ]


def is_participle(name: str) -> bool:
    """Whether the whole name is a participle."""
    return name.strip("_").lower() in PARTICIPLES


def misnamed(name: str) -> list[str]:
    """What is wrong with the name of an object or of a statement of SQL, as a list of instructions."""
    instructions = [f"write {instead}" for instead in retired(name)]
    if is_participle(name):
        instructions.append("write the noun that says what it is")
    return instructions + [
        f"begin with {instead}" for prefix, instead in RETIRED_PREFIXES.items() if name.startswith(prefix)
    ]
