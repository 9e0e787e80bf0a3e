"""What a former player thinks of others is no news; what he wants himself is."""

from __future__ import annotations

from tests.extraction.reading import steps


def test_a_pundit_on_others_is_no_news() -> None:
    assert steps("Former Chelsea midfielder Joe Cole believes Arsenal should try to sign Leeds winger Raphinha.") == []
    assert steps("Harry Kane could leave Tottenham this summer, says former Spurs midfielder Danny Murphy.") == []


def test_a_former_player_on_himself_is() -> None:
    found = steps("Former Chelsea midfielder Ross Barkley says he wants to join Everton.")
    assert [(c.person.name, c.to and c.to.name) for c in found] == [("Ross Barkley", "Everton")]


def test_what_has_happened_stays_news() -> None:
    found = steps("Former Chelsea midfielder Joe Cole says Leeds have rejected a bid from Arsenal for Raphinha.")
    assert [(c.person.name, c.stage) for c in found] == [("Raphinha", "rejected")]
