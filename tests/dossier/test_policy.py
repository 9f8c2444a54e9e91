"""The protection policy as dossier.toml states it."""

from __future__ import annotations

import tomllib

import pytest

from trucewatch.dossier.protection import Override, Policy
from trucewatch.model import TrucewatchError


def read(text):
    return Policy.from_mapping(tomllib.loads(text), where="kess/dossier.toml")


def test_everything_is_on_by_default():
    assert Policy.from_mapping({}) == Policy()
    assert Policy() == Policy(True, True, True, 0.1, ())  # noqa: FBT003 - the defaults themselves


def test_a_whole_table():
    policy = read("""
        [protection]
        mask_private_persons = false
        coarse_degrees = 1
        [[protection.allow]]
        name = "Ilva Renn"
        reason = "spoke at the hearing"
        by = "Tol"
        at = 2031-05-20
    """)
    assert policy == Policy(
        mask_private_persons=False,
        coarse_degrees=1.0,
        allow=(Override("Ilva Renn", "spoke at the hearing", "Tol", "2031-05-20"),),
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("protection = 1", "protection"),
        ("[protection]\nmask_persons = true", "protection.mask_persons"),
        ("[protection]\nmask_private_persons = 'yes'", "protection.mask_private_persons"),
        ("[protection]\ncoarse_degrees = true", "protection.coarse_degrees"),
        ("[protection]\ncoarse_degrees = 0", "protection.coarse_degrees"),
        ("[protection]\ncoarse_degrees = nan", "protection.coarse_degrees"),
        ("[protection]\nallow = 'Ilva Renn'", "protection.allow"),
        ("[protection]\nallow = ['Ilva Renn']", "protection.allow[0]"),
        ("[protection]\nallow = [{name = 'A B', by = 'T', at = 2031-05-20}]", "protection.allow[0].reason"),
        ("[protection]\nallow = [{name = 'A B', reason = ' ', by = 'T', at = 2031-05-20}]", "protection.allow[0].reason"),
        ("[protection]\nallow = [{name = 'A B', reason = 'x', by = 'T', at = 'May'}]", "protection.allow[0].at"),
        (
            "[protection]\nallow = [{name = 'A B', reason = 'x', by = 'T', at = 2031-05-20, why = 'y'}]",
            "protection.allow[0].why",
        ),
    ],
)
def test_one_clear_error_names_file_and_key(text, key):
    with pytest.raises(TrucewatchError) as error:
        read(text)
    assert error.value.code == "bad-protection"
    assert error.value.line().startswith("kess/dossier.toml: ")
    assert f"{key} " in error.value.what
