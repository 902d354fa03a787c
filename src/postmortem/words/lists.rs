//! The words by which a denial is known, in both languages.
//!
//! **Invariant**: lists only, in the spelling of `clauses`; which of them stand where is for `denial` to tell.

/// What denies what follows it.
pub(super) const NOT: &[&str] = &["not", "never", "не", "никогда", "никак*"];
/// What says that there is none of what follows it.
pub(super) const NO: &[&str] = &["no", "nothing", "without", "neither", "nor", "нет", "без", "ни"];
/// Behind a negation these take it back: "not only".
pub(super) const ONLY: &[&str] = &["only", "just", "merely", "simply", "только", "лишь", "просто"];

/// Words over which a negation reaches on to what follows them: "not caused by the".
#[rustfmt::skip]
pub(super) const LINKS: &[&str] = &[
    "a", "an", "the", "any", "such", "this", "that", "these", "those", "our", "of", "like", "to", "do", "did", "does", "with", "was", "were",
    "is", "are", "be", "been", "it", "there", "due", "because", "from", "by", "caused", "triggered", "brought", "set", "off", "result",
    "related", "connected", "linked", "came", "come", "began", "begin", "follow*", "real", "actual", "single", "new", "recent", "kind", "sort",
    "sign*", "trace*", "evidence",
    "случил*", "происход*", "произош*", "был", "была", "было", "были", "это", "этот", "эта", "этой", "этого", "этим", "из", "за", "в", "к", "с",
    "со", "от", "дел*", "отношен*", "связан*", "вызван*", "имел*", "имее*", "никак*", "одн*", "тут", "здесь", "сам*", "нов*", "недавн*",
    "настоящ*", "какого", "каким", "какой", "следов*", "признак*", "результат*", "следстви*", "наш*", "такой", "такого",
];

/// What may stand between a negation and the part that it denies: "not in any way its cause".
#[rustfmt::skip]
pub(super) const FILLING: &[&str] = &[
    "a", "an", "any", "the", "its", "main", "real", "single", "was", "were", "is", "are", "be", "been", "being", "your", "his",
    "это", "был", "была", "было", "были", "быть", "явля*", "стал*", "стать", "мог", "могл*", "сам*", "главн*", "прям*", "единственн*",
    "его", "ее", "их", "нашей", "тут", "здесь", "не",
];
/// Parts in what happened,
#[rustfmt::skip]
pub(super) const ROLES: &[&str] = &[
    "factor*", "contribut*", "relevant", "what", "фактор*", "повлия*", "влия*", "участв*", "вызвал*", "вызыва*", "сыгра*", "играл*", "играе*",
    "сказалс*", "сказалас*", "сказалос*",
];
/// and the one part that a factor need not have.
#[rustfmt::skip]
pub(super) const CAUSES: &[&str] = &[
    "cause", "causes", "caused", "trigger", "triggers", "triggered", "root", "reason*", "culprit*", "причин*", "корень", "корн*", "триггер*", "виной",
];
/// These deny a part only where they are about what happened: not "it is not related to the load".
pub(super) const TIED: &[&str] = &["related", "connected", "involved", "linked", "связан*", "относ*"];
/// What happened, as people call it.
#[rustfmt::skip]
pub(super) const WHAT_HAPPENED: &[&str] = &[
    "it", "this", "that", "incident*", "outage*", "failure*", "here", "anything", "этим", "этому", "этой", "это", "нему", "ней", "инцидент*",
    "авари*", "сбо*", "тут", "здесь",
];
/// Small words in front of it.
pub(super) const TO: &[&str] = &["to", "with", "in", "the", "at", "к", "с", "со", "в"];
/// What may not have been set off without any denial.
#[rustfmt::skip]
pub(super) const ALERTS: &[&str] = &[
    "alert*", "page*", "alarm*", "warning*", "алерт*", "оповещ*", "пейдж*", "тревог*", "предупрежд*",
];

/// Denials as a whole.
#[rustfmt::skip]
pub(super) const DENIALS: &[&str] = &[
    "nothing to do", "nothing in common", "no role", "no part in", "no cause", "no factor", "no bearing", "changed nothing", "broke nothing",
    "not take place", "never took place", "ruled out", "unrelated", "irrelevant", "innocent",
    "ни при чем", "не при чем", "ни причем", "не при делах", "не име* отношен*",
    "не име* к этому отношен*", "никак* отношен*", "ничего не измени*", "ничего не слома*",
];

/// Verbs that help another one.
#[rustfmt::skip]
pub(super) const HELPING: &[&str] = &[
    "was", "were", "is", "are", "has", "had", "have", "did", "does", "do", "be", "been", "ever", "to", "вообще", "тут", "здесь", "был", "была",
    "было", "были", "сам", "сама", "само",
];
/// What never was did not do this.
#[rustfmt::skip]
pub(super) const BEFALLS: &[&str] = &[
    "happen*", "occur*", "exist*", "matter*", "blame", "guilty", "responsible", "hurt*", "harm*", "affect*", "play*",
    "случил*", "происход*", "произош*", "состоял*", "существ*", "виноват*", "важен", "важн*", "мешал*", "помеша*",
];
/// A word behind one of these is not what the clause is about.
#[rustfmt::skip]
pub(super) const PREPOSITIONS: &[&str] = &[
    "after", "before", "since", "during", "with", "of", "due", "to", "by", "from", "in", "on", "at", "for", "under", "without", "upon",
    "после", "до", "из", "за", "при", "перед", "с", "со", "от", "в", "на", "к", "ко", "по", "для", "без", "под", "через",
];
/// What may stand between the two.
#[rustfmt::skip]
pub(super) const ARTICLES: &[&str] = &[
    "a", "an", "the", "this", "that", "its", "our", "new", "нов*", "этот", "этого", "этой", "этом", "наш*", "одн*",
];

/// A clause that begins so has no subject of its own,
#[rustfmt::skip]
pub(super) const SAME: &[&str] = &[
    "it", "this", "that", "these", "those", "they", "he", "she", "which", "who", "was", "were", "is", "are", "had", "has", "did", "does", "not",
    "never", "nothing", "no", "neither", "nor", "ruled", "unrelated", "irrelevant",
    "это", "этот", "эта", "эти", "он", "она", "оно", "они", "который", "которая", "которое", "которые", "не", "ни", "никак*", "никогда", "был",
    "была", "было", "были", "тут", "здесь",
];
/// also behind one of these.
#[rustfmt::skip]
pub(super) const LEADS: &[&str] = &[
    "and", "though", "although", "because", "so", "also", "и", "хотя", "же",
];
/// What follows one of these is another matter than what is in front of it.
pub(super) const CONTRAST: &[&str] = &["but", "rather", "instead", "yet", "however", "а", "но", "зато", "однако"];

/// Who pays.
pub(in super::super) const CUSTOMERS: &[&str] = &["customer*", "user*", "клиент*", "покупател*", "пользовател*"];
/// What was not seen did not happen to them.
pub(super) const SEES: &[&str] = &["saw", "see", "noticed", "notice", "felt", "feel", "lost"];
/// What may stand between a negation and the harm.
pub(super) const MAY: &[&str] = &["could", "can", "would", "ever", "one", "of", "из", "один", "одного", "одному"];
/// What hurts, or shows that it did.
#[rustfmt::skip]
pub(super) const HURTS: &[&str] = &[
    "notic*", "affect*", "impact*", "hurt*", "harm*", "suffer*", "felt", "feel", "complain*", "fell", "fall", "drop*",
    "замет*", "замеч*", "пострада*", "страда*", "почувств*", "ощут*", "жалова*", "затрон*", "повлия*", "сказалс*", "сказалас*", "сказалос*",
    "упал*", "упад*",
];
/// Harm that is not there.
#[rustfmt::skip]
pub(super) const SPARED: &[&str] = &[
    "difference*", "effect*", "impact", "harm", "trouble", "error*", "failure*", "разниц*", "ущерб*", "влияни*", "ошиб*", "сбо*",
];
