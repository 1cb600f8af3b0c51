import pytest

from committee.demo import phrases
from committee.demo.catalogue import SERVICES
from committee.demo.texts import Noun


@pytest.mark.parametrize(
    ("noun", "with_particles"),
    [
        ("메신저", "메신저를 메신저가 메신저는 메신저로 메신저에서"),
        ("메일", "메일을 메일이 메일은 메일로 메일에서"),
        ("웹툰", "웹툰을 웹툰이 웹툰은 웹툰으로 웹툰에서"),
    ],
)
def test_noun_takes_the_particle_of_its_last_syllable(noun, with_particles):
    word = Noun(noun)
    assert f"{word:을} {word:이} {word:은} {word:으로} {word:에서}" == with_particles
    assert f"{word}" == noun


def test_every_sentence_without_an_amount_holds_a_word_of_loss():
    pools = phrases.UNSTATED_USER + phrases.UNSTATED_SHOP + phrases.COMPANY_UNSTATED
    silent = [text for text in pools if not any(word in text for word in phrases.MONEY_LOSS_WORDS)]
    assert silent == []


def test_no_sentence_of_an_inquiry_holds_a_word_of_loss():
    pools = (phrases.QUESTIONS, phrases.PROTESTS, phrases.MOODS, phrases.COMPANY_QUESTIONS)
    pools += (phrases.GREETINGS, phrases.CLOSINGS, phrases.WHEN)
    pools += (*phrases.AFFILIATE_USER.values(), *phrases.AFFILIATE_SHOP.values())
    names = tuple(name for service in SERVICES for name in (service.name, *service.aliases))
    loud = [text for pool in (*pools, names) for text in pool if any(w in text for w in phrases.MONEY_LOSS_WORDS)]
    assert loud == []
