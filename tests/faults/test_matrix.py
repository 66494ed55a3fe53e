"""The levels hold what they promise."""

import dataclasses
import itertools
import random

import pytest

import matrix


def combinations(cases, width):
    return {chosen for case in cases
            for chosen in itertools.combinations(dataclasses.astuple(case), width)}


@pytest.mark.parametrize("seed", range(5))
def test_the_pairwise_cover_holds_each_pair_and_is_small(seed):
    cases = matrix.pairwise(random.Random(seed))
    assert combinations(cases, 2) == combinations(matrix.full(), 2)
    # As many as the two longest lists have pairs, at least.
    assert 8 * 7 <= len(cases) == len(set(cases)) <= 60


@pytest.mark.parametrize("seed", range(5))
def test_the_sample_holds_each_value(seed):
    cases = matrix.sample(random.Random(seed))
    assert combinations(cases, 1) == combinations(matrix.full(), 1)
    assert len(cases) == 8


def test_there_are_280_cases():
    assert len(set(matrix.full())) == 5 * 8 * 7
