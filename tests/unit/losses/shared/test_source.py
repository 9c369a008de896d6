"""What a source file says of its loss."""

import pytest

from siamloss.errors import ConfigError
from siamloss.losses.shared import source

TEXT = """
import not_installed_anywhere

class _Base:
    cost = "O(N)"
    formula = "x"

    def __init__(self, a, /, b=1, *, c=2):
        pass

class Loss(_Base):
    formula: str = "y"

    def forward(self, scores, labels):
        pass

class Helper:
    pass
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "loss.py"
    path.write_text(TEXT)
    return path


def test_the_loss_is_the_public_class_with_forward(file):
    assert source.public_loss(file) == "Loss"
    file.write_text(TEXT.replace("class Loss", "class _Loss"))
    assert source.public_loss(file) == ""


def test_parameters_include_keyword_only_ones_and_those_of_a_base(file):
    assert source.parameters(file, "Loss") == ["a", "b", "c"]
    assert source.parameters(file, "Helper") == []


def test_facts_are_texts_the_nearest_class_wins(file):
    assert source.facts(file, "Loss") == {"formula": "y", "cost": "O(N)"}
    assert source.facts(file, "Helper") == {"formula": "", "cost": ""}


def test_two_losses_in_a_file_are_refused(file):
    file.write_text(TEXT + "\nclass Other:\n    def forward(self): pass\n")
    with pytest.raises(ConfigError, match="defines Loss and Other; give each loss a file of its own"):
        source.public_loss(file)


def test_broken_source_is_named_in_one_line(file):
    file.write_text("def")
    with pytest.raises(ConfigError, match=r"loss.py cannot be read as Python: .*; correct it$"):
        source.parameters(file, "Loss")


def test_a_class_defined_elsewhere_is_named(file):
    with pytest.raises(ConfigError, match="does not define class 'Missing'; name the module that defines it"):
        source.facts(file, "Missing")
