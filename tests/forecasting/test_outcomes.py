"""What came of a person: matched by name with age or club, known when it could be, unknown beyond the lists."""

from datetime import date

from mercato.forecasting.cases import ELSEWHERE, STAY, CaseMaker
from mercato.forecasting.moves import MoveKind
from mercato.forecasting.outcomes import Fate, OutcomeBook, Seeker
from mercato.forecasting.seasons import Calendar
from mercato.model import ClaimKind, PersonRef, Stage
from tests.forecasting.made import WINDOWS, club, moved, said, world

DAY = date(2021, 7, 1)


def book(*moves):
    found = OutcomeBook(Calendar(WINDOWS))
    found.add(moves)
    return found


def seeker(name="Ann Other", clubs=("Fleet",), born="", current="Fleet"):
    return Seeker(PersonRef(name), born=born, clubs=frozenset(f"c:{c.lower()}" for c in clubs), current=club(current))


def test_same_name_and_a_club_in_common_is_a_match_and_says_so():
    found = book(moved("Ánn Öther", "Bexley")).outcome(seeker(), "2021-summer", club("Bexley"))
    assert found.fate is Fate.MOVED
    assert found.joined(club("Bexley"))
    assert found.reasons == ("same name, and Fleet in both",)


def test_a_namesake_of_another_age_is_somebody_else():
    found = book(moved("Ann Other", "Bexley", age=19)).outcome(seeker(born="1985-01-01"), "2021-summer", club("Bexley"))
    assert found.fate is Fate.STAYED


def test_a_name_alone_is_not_enough():
    stranger = moved("Ann Other", "Corby", from_="Dover")
    assert book(stranger).outcome(seeker(clubs=("Fleet",)), "2021-summer", club("Bexley")).fate is Fate.UNKNOWN


def test_full_name_and_age_are_enough():
    found = book(moved("Ann Other", "Corby", from_="Dover", age=25))
    assert found.outcome(seeker(born="1996-05-05"), "2021-summer", None).fate is Fate.MOVED


def test_staying_is_known_only_where_a_list_covers_one_of_the_clubs():
    covered = book(moved("Somebody Else", "Bexley", from_="Dover", seller_covered=False))
    assert covered.outcome(seeker(), "2021-summer", club("Bexley")).fate is Fate.STAYED
    assert covered.outcome(seeker(), "2021-summer", club("Corby")).fate is Fate.UNKNOWN
    assert covered.outcome(seeker(), "2022-winter", club("Bexley")).fate is Fate.UNKNOWN


def test_nothing_is_known_before_its_time():
    moves = book(moved("Ann Other", "Bexley"))
    assert moves.outcome(seeker(), "2021-summer", club("Bexley"), date(2021, 8, 31)).fate is Fate.UNKNOWN
    assert moves.outcome(seeker(), "2021-summer", club("Bexley"), date(2021, 9, 1)).fate is Fate.MOVED
    dated = book(moved("Ann Other", "Bexley", day=date(2021, 7, 5)))
    assert dated.outcome(seeker(), "2021-summer", club("Bexley"), date(2021, 7, 5)).fate is Fate.MOVED


def test_loans_and_free_moves_count_and_renewals_are_told_apart():
    for kind in (MoveKind.LOAN, MoveKind.FREE):
        assert book(moved("Ann Other", "Bexley", kind=kind)).outcome(seeker(), "2021-summer", None).fate is Fate.MOVED
    renewed = book(moved("Ann Other", "Fleet", kind=MoveKind.RENEWAL)).outcome(seeker(), "2021-summer", None)
    assert renewed.fate is Fate.RENEWED


def label(claims, moves):
    maker = CaseMaker(world(claims, moves))
    case = maker.case("p:Ann Other", "2021-summer", DAY)
    assert case is not None
    return maker.label(case)


def test_a_case_is_labelled_by_destination_elsewhere_or_staying():
    claims = [said("Ann Other", "Bexley", DAY)]
    covered = moved("Somebody Else", "Bexley")
    assert label(claims, [moved("Ann Other", "Bexley")]) == "c:bexley"
    assert label(claims, [moved("Ann Other", "Corby")]) == ELSEWHERE
    assert label(claims, [covered]) == STAY
    assert label(claims, []) is None


def test_the_wording_of_a_rumour_is_no_outcome_but_a_clubs_own_announcement_is():
    rumour = said("Ann Other", "Ashford", DAY, Stage.DONE, outlet="good.example")
    official = said("Ann Other", "Ashford", DAY, Stage.DONE, outlet="ashford.example")
    foreign = said("Ann Other", "Bexley", DAY, Stage.DONE, outlet="ashford.example")
    assert label([rumour], []) is None
    assert label([official], []) == "c:ashford"
    assert label([foreign], []) is None


def test_a_new_contract_announced_by_the_club_is_a_stay():
    link = said("Ann Other", "Bexley", DAY)
    signed = said("Ann Other", "Ashford", DAY, Stage.DONE, outlet="ashford.example", kind=ClaimKind.STAY)
    assert label([link, signed], []) == STAY
