"""What the landings under fire share: models, inputs, places; and their table."""

import pytest

import battle as battles
import models
import places


@pytest.fixture(scope="session")
def slow_model():
    models.make_zoo()
    return models.zoo_target()[1] / "models" / "slow"


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    folder.parent.parent.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def _switch(_bench):
    return places.Switch(_bench.cluster)


@pytest.fixture
def new_battle(request, slow_model, inputs):
    """new_battle(schedule): a Battle at a place of its own."""
    made = []

    def make(schedule):
        if schedule.storage == "local":
            place = places.Local()
        else:
            place = places.Hdfs(request.getfixturevalue("_bench"), request.getfixturevalue("_switch"))
        made.append(battles.Battle(schedule, place, slow_model, inputs))
        return made[-1]

    yield make
    for battle in made:
        battle.end()
        battle.place.end()


@pytest.fixture
def battle(new_battle):
    """battle(schedule): likewise, and what an undisturbed run of its kind does is known."""
    def make(schedule):
        made = new_battle(schedule)
        if not made.has_census():
            other = new_battle(schedule)
            other.prepare()
            other.take_census()
        return made
    return make
