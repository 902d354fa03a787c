//! The question after the cause: one word of each kind, and factors, from the closed vocabulary.
//!
//! **Invariant**: every answer is one that `droplab answer` would take.

use crate::model::diagnosis::{Answer, COMPONENTS, FACTORS, MECHANISMS, TRIGGERS};

/// What is asked, in order.
const QUESTIONS: [(&str, &[&str]); 4] =
    [("component", COMPONENTS), ("mechanism", MECHANISMS), ("trigger", TRIGGERS), ("factors", FACTORS)];

/// A form that is being filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    question: usize,
    cursor: usize,
    answer: Answer,
}

/// What a key does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// One word up.
    Up,
    /// One word down.
    Down,
    /// This one; of factors, this one as well, or not after all.
    Mark,
    /// On to the next question.
    Next,
}

impl Form {
    /// What is asked now, the words to choose from, and which one the cursor is at.
    pub fn question(&self) -> (&'static str, &'static [&'static str], usize) {
        let (name, words) = QUESTIONS[self.question.min(QUESTIONS.len() - 1)];
        (name, words, self.cursor)
    }

    /// Whether a word of this question is chosen.
    pub fn is_marked(&self, word: &str) -> bool {
        let one = |chosen: &Option<String>| chosen.as_deref() == Some(word);
        match self.question {
            0 => one(&self.answer.component),
            1 => one(&self.answer.mechanism),
            2 => one(&self.answer.trigger),
            _ => self.answer.factors.iter().any(|factor| factor == word),
        }
    }

    /// Move; the answer, when the last question was passed.
    pub fn press(&mut self, step: Move) -> Option<Answer> {
        let (_, words, _) = self.question();
        match step {
            Move::Up => self.cursor = self.cursor.checked_sub(1).unwrap_or(words.len() - 1),
            Move::Down => self.cursor = (self.cursor + 1) % words.len(),
            Move::Mark => self.mark(words[self.cursor]),
            Move::Next => {
                self.question += 1;
                self.cursor = 0;
                if self.question == QUESTIONS.len() {
                    return Some(std::mem::take(&mut self.answer));
                }
            }
        }
        None
    }

    fn mark(&mut self, word: &str) {
        let marked = self.is_marked(word);
        let one = (!marked).then(|| word.to_owned());
        match self.question {
            0 => self.answer.component = one,
            1 => self.answer.mechanism = one,
            2 => self.answer.trigger = one,
            _ if marked => self.answer.factors.retain(|factor| factor != word),
            _ => self.answer.factors.push(word.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_filled_in_by_arrows() {
        let mut form = Form::default();
        form.press(Move::Up);
        form.press(Move::Mark);
        form.press(Move::Next);
        // Nothing is said of the mechanism.
        form.press(Move::Next);
        form.press(Move::Mark);
        form.press(Move::Next);
        form.press(Move::Mark);
        form.press(Move::Down);
        form.press(Move::Mark);
        form.press(Move::Up);
        form.press(Move::Mark);
        let answer = form.press(Move::Next).unwrap();
        let wanted = Answer {
            component: COMPONENTS.last().map(ToString::to_string),
            mechanism: None,
            trigger: Some(TRIGGERS[0].to_owned()),
            factors: vec![FACTORS[1].to_owned()],
        };
        assert_eq!(answer, wanted);
    }
}
