"""The language of a message, from its script, its letters and its most frequent small words.

Light on purpose: the language is shown and decides the language of the reason, it never decides the verdict.
"""

import re
from collections import Counter

UNDETERMINED = "und"
"""ISO 639-2 code for a text that shows no language."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")

_SMALL_WORDS = {
    "en": "the a an is are was were be been i you he she it we they my your our their this that these those and or but "
    "not no of to in on at for with from by as if when what who how why where can could would should will do does did "
    "have has had please thanks thank hello hi hey there here just again still all any some more than so get got new "
    "see now out up down off yes ok good morning done fixed merged nobody everyone",
    "de": "der die das den dem des ein eine einen einem einer ist sind war waren ich du er sie es wir ihr mein unser "
    "und oder aber nicht kein keine von zu zum zur im am an auf für mit aus bei nach seit wenn was wer wie wo warum "
    "kann könnte bitte danke hallo moin guten morgen tag noch schon mal auch nur sehr hier heute jemand alle wird "
    "haben hat habe sich uns mir dir ihnen über bis",
    "es": "el la los las un una unos unas es son está están era yo tú usted nosotros mi su nuestro y o pero no de del "
    "a al en por para con sin desde hasta que qué quién cómo cuándo dónde porque puede pueden favor gracias hola "
    "buenos buenas días tardes ya muy más hay se me te lo le nos si sí hoy mañana alguien nadie todo todos como",
    "fr": "le la les un une des est sont je tu il elle nous vous ils mon notre et ou mais ne pas de du au aux en pour "
    "avec sans depuis que qui quoi comment quand où pourquoi peut pouvez merci bonjour salut plus très ce cette ça "
    "sur dans se si on quelqu tout tous c'est j'ai",
    "it": "il lo la gli un una è sono io noi voi mio nostro e o ma non di del della dei al alla in per con senza da "
    "dal che chi come quando dove perché può grazie ciao buongiorno più molto questo questa su si ci anche tutti ho",
    "pt": "o os um uma é são está eu você nós meu nosso e ou mas não de do da dos das ao em no na por para com sem "
    "desde que quem como quando onde pode obrigado obrigada olá bom dia mais muito este esta se já também todos",
    "pl": "jest są był ja ty my wy mój nasz i lub ale nie od do w na po za z ze bez przez dla że kto jak kiedy gdzie "
    "czy dlaczego może proszę dziękuję cześć dzień dobry bardzo więcej ten ta to się już też tylko nam mi",
    "nl": "de het een is zijn was ik jij hij wij jullie mijn onze en of maar niet geen van te in op voor met uit bij "
    "naar als wat wie hoe waar waarom kan kunnen graag bedankt hallo goedemorgen nog ook dit dat deze er we je",
    "tr": "bir bu şu ve veya ama değil için ile gibi çok daha var yok ne kim nasıl nerede neden mi mı lütfen merhaba "
    "teşekkürler ben sen biz siz olarak sonra önce hiç kadar",
    "ru": "и в не на я что он с как это по но мы все она так его за вы из у же от для о ты бы до нас мне уже или нет "
    "если есть был чтобы кто где когда сегодня завтра пожалуйста спасибо привет можно нужно надо почему после ещё "
    "опять только очень здравствуйте добрый день утро снова теперь",
    "uk": "і й в у не на я що він з як це по але ми всі вона так його за ви із же від для о ти би до нас мені вже або "
    "ні якщо є був щоб хто де коли сьогодні завтра будь ласка дякую привіт можна потрібно треба чому після ще знову "
    "тільки дуже добрий доброго день ранку та чи через немає нема",
}
_TRANSLIT = {
    "ru": "ne na chto kak eto vse u menya nas mne kto gde kogda mozhno nuzhno nado pochemu privet spasibo pozhaluista "
    "rabotaet est net uzhe opyat posmotret segodnya zavtra",
    "uk": "ne na shcho yak tse vsi mene meni khto de koly mozhna treba chomu pryvit dyakuyu laska pratsyue ye nemaye "
    "vzhe znovu sohodni zavtra bud",
}
_MARKS = {
    "de": "ßäöü",
    "es": "ñ¿¡",
    "fr": "êàçèœ",
    "it": "ìò",
    "pt": "ãõ",
    "pl": "łąęśżźćń",
    "tr": "ğışİ",
    "uk": "іїєґ",
    "ru": "ыэъё",
}
_SCRIPTS = {
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}
_OWNERS: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _word in _words.split():
        _OWNERS.setdefault(_word, []).append(_language)
_TRANSLIT_OWNERS: dict[str, list[str]] = {}
for _language, _words in _TRANSLIT.items():
    for _word in _words.split():
        _TRANSLIT_OWNERS.setdefault(_word, []).append(_language)
_READ = 1000
"""Characters that are looked at."""


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the text's language, or `und`."""
    head = text[:_READ]
    letters = sum(c.isalpha() for c in head)
    if not letters:
        return UNDETERMINED
    for language, script in _SCRIPTS.items():
        if len(script.findall(head)) * 3 > letters:
            return language
    cyrillic = len(_CYRILLIC.findall(head)) * 2 > letters
    return _by_words(head.lower(), {"ru", "uk"} if cyrillic else set(_SMALL_WORDS) - {"ru", "uk"}, cyrillic=cyrillic)


def is_small_word(word: str) -> bool:
    """Say whether a word is one of those that every text has, in some language."""
    return word.lower() in _OWNERS


def _by_words(text: str, candidates: set[str], *, cyrillic: bool) -> str:
    scores: Counter[str] = Counter()
    words = [word.replace("’", "'") for word in _WORD.findall(text)]
    for word in words:
        owners = [owner for owner in _OWNERS.get(word, ()) if owner in candidates]
        for owner in owners:
            scores[owner] += 12 // len(owners)
        if not cyrillic:
            for owner in _TRANSLIT_OWNERS.get(word, ()):
                scores[owner] += 8
    for language in candidates:
        scores[language] += 6 * sum(text.count(mark) for mark in _MARKS.get(language, ""))
    best = scores.most_common(1)
    if best and best[0][1] > 0:
        return best[0][0]
    if cyrillic:
        return "ru"
    return UNDETERMINED
