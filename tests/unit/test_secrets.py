"""Keys are found wherever they stand, and nothing else is. They are made here, so that the tree holds none."""

import time
from random import Random
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.secrets import Masked, Mention, mask, mentions

START = "sk-" + "ant-"
URL_SAFE = ascii_letters + digits + "_-"


def full_key(kind: str = "api03", seed: int = 1) -> str:
    body = "".join(Random(seed).choices(URL_SAFE, k=92))
    return f"{START}{kind}-Q{body}AA"


def fingerprint(key: str) -> str:
    return f"{sum(key.encode()) * 2654435761 % 2**64:016x}"


def masked(text: str) -> Masked:
    return mask(text, fingerprint)


def shown(key: str) -> str:
    return f"[Anthropic key {key[:16]}…{key[-4:]}, fingerprint {fingerprint(key)}]"


@pytest.mark.parametrize("kind", ["api03", "admin01"])
def test_a_full_key_leaves_its_first_16_and_last_4_characters(kind: str) -> None:
    key = full_key(kind)
    result = masked(f"it was {key}.")
    assert result.text == f"it was {shown(key)}."
    (found,) = result.found
    assert (found.kind, found.hint) == (f"{START}{kind}", f"{key[:16]}…{key[-4:]}")


@pytest.mark.parametrize("kind", ["api01", "oat01", "ort01", "sid01", "sid02", "usr", "workload"])
def test_a_key_of_another_length_leaves_only_its_kind(kind: str) -> None:
    key = f"{START}{kind}-" + "x7" * 20
    result = masked(key)
    assert result.text == f"[Anthropic key {START}{kind}-…, fingerprint {fingerprint(key)}]"
    assert result.found[0].hint is None


def test_a_key_without_a_kind() -> None:
    key = START + "A1b2C3d4E5f6G7h8I9j0K"
    result = masked(f"old: {key}")
    assert key not in result.text
    assert mentions(result.text)[0].kind == "sk-ant"


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        '{{"key": "{}"}}',
        "'{}'",
        "`{}`",
        "*{}*",
        "_{}_",
        "~{}~",
        "```{}```",
        "<https://api.example.com/?key={}|link>",
        "https://user:{}@example.com/",
        "ANTHROPIC_API_KEY={}\n",
        "x-api-key: {}\r\n",
        "first\\n{}\\nsecond",
        "key%3D{}%26next",
        "密钥{}泄露",
        "🔑{}🔑",
        "é{}é",
        "({}),",
        "\u200b{}\u200b",
        "{} — that one",
        "{}\u2014",
        "KEY{}",
    ],
)
def test_wherever_it_stands_it_is_the_same_key(around: str) -> None:
    key = full_key()
    result = masked(around.format(key))
    assert shown(key) in result.text
    assert key[20:] not in result.text
    assert [one.fingerprint for one in result.found] == [fingerprint(key)]


def test_what_stands_around_it_is_left() -> None:
    key = full_key()
    assert masked(f"_{key}_ and").text == f"_{shown(key)}_ and"


def test_capital_letters_do_not_hide_it() -> None:
    assert START.upper() not in masked(full_key().upper()).text


def test_two_keys_without_a_space_between_them() -> None:
    one, two = full_key(seed=1), full_key(seed=2)
    assert masked(one + two).text == shown(one) + shown(two)


@pytest.mark.parametrize("inside", ["\u200b", "\u00ad", "\u2060", "\ufeff"])
def test_invisible_characters_inside_do_not_hide_it(inside: str) -> None:
    key = full_key()
    assert masked(f"{key[:30]}{inside}{key[30:]}").text == shown(key)


@pytest.mark.parametrize("dash", ["\u2010", "\u2011", "\u2013", "\u2014"])
def test_another_dash_for_a_hyphen_does_not_hide_it(dash: str) -> None:
    key = full_key()
    assert masked(key.replace("-", dash)).text == shown(key)


def test_no_tail_of_a_very_long_key_is_left() -> None:
    assert masked(full_key() + "z" * 5000).text.endswith("]")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk-" + "ant",
        START,
        START + "api03-",
        START + "api03-Q7x…9kAA",
        START + "api03-Q7xKp2mN9v",
        "task-" + "ant-colony-simulation",
        "the desk-" + "ant-farm01-x",
        "risk-" + "antagonist-of-the-whole-story",
        "apikey_01ABCDEFGHIJKLMNOPQRSTUV",
        "sk-proj-" + "a" * 40,
    ],
)
def test_what_is_no_key_is_left_alone(text: str) -> None:
    assert masked(text) == Masked(text=text)


FRAGMENTS = st.one_of(
    st.sampled_from([START, "api03-", "AA", "…", "-", "_", " ", "\u2014", "\u200b", full_key(), full_key("oat01", 2)]),
    st.text(max_size=30),
    st.text(alphabet=URL_SAFE, max_size=120),
)


@given(st.lists(FRAGMENTS, max_size=8).map("".join))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = masked(text).text
    assert masked(once) == Masked(text=once)


@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_no_text_around_it_lets_a_key_through(before: str, after: str) -> None:
    key = full_key()
    assert key[16:40] not in masked(before + key + after).text


@pytest.mark.parametrize(
    "text",
    [
        START * 200_000,
        "sk-" * 400_000,
        START + "a" * 1_000_000,
        (START + "api03-" + "a" * 11 + " ") * 40_000,
        START + "api03-" + "-" * 1_000_000,
        "\u200b" * 1_000_000,
        (START + "a" * 12) * 50_000,
    ],
)
def test_long_texts_are_not_slow(text: str) -> None:
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 3


def test_what_a_masked_text_says_about_its_keys() -> None:
    full, other = full_key(), f"{START}oat01-" + "q" * 40
    text = masked(f"{full} and {other} and apikey_01AbCdEfGh and {START}api03-Q7x...9kAA").text
    assert mentions(text) == (
        Mention(text=shown(full), kind=full[:12], hint=f"{full[:16]}…{full[-4:]}", fingerprint=fingerprint(full)),
        Mention(
            text=f"[Anthropic key {START}oat01-…, fingerprint {fingerprint(other)}]",
            kind=f"{START}oat01",
            fingerprint=fingerprint(other),
        ),
        Mention(text="apikey_01AbCdEfGh", vendor_id="apikey_01AbCdEfGh"),
        Mention(text=f"{START}api03-Q7x...9kAA", hint=f"{START}api03-Q7x…9kAA"),
    )
