//! The bank: the provider outside the shop that grants card payments after a while, and keeps its own book of them.
//!
//! **Invariant:** the same key gets the same answer until it is reversed, so asking again never charges again; a key that was
//! reversed grants nothing any more, also when its authorisation comes late; what is granted or reversed is in the book first.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::book::{self, Book};
use crate::config::{self, ConfigError};
use crate::failure::{Body, Failure};
use crate::idempotency;

/// More than this is on no card.
const CARD_LIMIT_CENTS: i64 = 500_000;

#[derive(Deserialize)]
struct Request {
    account: String,
    amount_cents: i64,
}

#[derive(Deserialize)]
struct Reversal {
    idempotency_key: String,
}

/// One line of the book.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
enum Entry {
    Authorised { at_ms: u64, key: String, account: String, amount_cents: i64 },
    Reversed { at_ms: u64, key: String },
}

/// What the bank has decided about a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Decided {
    Authorised { cents: i64 },
    Reversed,
}

/// One authorisation as the book has it.
#[derive(Serialize, PartialEq, Eq, Debug)]
struct Hold {
    idempotency_key: String,
    account: String,
    amount_cents: i64,
    reversed: bool,
}

struct Bank {
    delay: Duration,
    book: Book,
    decided: Mutex<HashMap<Uuid, Decided>>,
}

/// Builds the API of the bank.
pub(crate) fn start() -> Result<Router, ConfigError> {
    let delay = config::millis("BANK_DELAY_MS", 20)?;
    let bank = Bank::new(delay, Book::from_env("bank")?).map_err(|error| book::unread(&error))?;
    Ok(Router::new()
        .route("/authorisations", post(authorise))
        .route("/accounts/{beginning}/authorisations", get(holds))
        .route("/reversals", post(reverse))
        .with_state(Arc::new(bank)))
}

async fn authorise(
    State(bank): State<Arc<Bank>>,
    headers: HeaderMap,
    Body(request): Body<Request>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let key = idempotency::key(&headers)?.ok_or_else(|| Failure::Invalid("Idempotency-Key is required".to_owned()))?;
    tokio::time::sleep(bank.delay).await;
    granted(&request.account, request.amount_cents)?;
    bank.authorise(key, request)?;
    let id = format!("auth-{}", idempotency::id(Some(key)).simple());
    Ok((StatusCode::CREATED, Json(json!({ "id": id, "status": "authorised" }))))
}

/// Takes a key back, whether it was authorised, was not, or is still on its way. Nobody waits for that.
async fn reverse(State(bank): State<Arc<Bank>>, Body(request): Body<Reversal>) -> Result<Json<Value>, Failure> {
    bank.reverse(&request.idempotency_key)?;
    Ok(Json(json!({ "idempotency_key": request.idempotency_key, "status": "reversed" })))
}

/// What the book says about the accounts that begin like this.
async fn holds(State(bank): State<Arc<Bank>>, Path(accounts): Path<String>) -> Result<Json<Value>, Failure> {
    let holds = book::consult(move || bank.holds(&accounts)).await?;
    Ok(Json(json!({ "authorisations": holds })))
}

impl Bank {
    fn new(delay: Duration, book: Book) -> std::io::Result<Self> {
        let mut decided = HashMap::new();
        book.read(|entry| match entry {
            Entry::Authorised { key, amount_cents, .. } => {
                decided.entry(id(&key)).or_insert(Decided::Authorised { cents: amount_cents });
            }
            Entry::Reversed { key, .. } => {
                decided.insert(id(&key), Decided::Reversed);
            }
        })?;
        Ok(Self { delay, book, decided: Mutex::new(decided) })
    }

    fn authorise(&self, key: &str, Request { account, amount_cents }: Request) -> Result<(), Failure> {
        let mut decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        match decided.get(&id(key)) {
            Some(Decided::Reversed) => return Err(Failure::Conflict("the authorisation was reversed".to_owned())),
            Some(Decided::Authorised { cents }) => return idempotency::same(cents, &amount_cents),
            None => {}
        }
        self.book.append(&Entry::Authorised { at_ms: book::now_ms(), key: key.to_owned(), account, amount_cents })?;
        decided.insert(id(key), Decided::Authorised { cents: amount_cents });
        Ok(())
    }

    fn reverse(&self, key: &str) -> Result<(), Failure> {
        let mut decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        if decided.get(&id(key)) != Some(&Decided::Reversed) {
            self.book.append(&Entry::Reversed { at_ms: book::now_ms(), key: key.to_owned() })?;
            decided.insert(id(key), Decided::Reversed);
        }
        Ok(())
    }

    /// From the book and not from memory: while one process replaces another, each knows only its own.
    fn holds(&self, account: &str) -> std::io::Result<Vec<Hold>> {
        let (mut holds, mut reversed) = (HashMap::new(), HashSet::new());
        let meant = format!("\"account\":\"{account}");
        let may_be = |line: &str| line.contains(&meant) || line.contains("\"entry\":\"reversed\"");
        self.book.search(may_be, |entry| match entry {
            Entry::Authorised { key, account: of, amount_cents, .. } if of.starts_with(account) => {
                holds.entry(key).or_insert((of, amount_cents));
            }
            Entry::Authorised { .. } => {}
            Entry::Reversed { key, .. } => {
                reversed.insert(id(&key));
            }
        })?;
        let hold = |(key, (account, amount_cents)): (String, (String, i64))| Hold {
            reversed: reversed.contains(&id(&key)),
            idempotency_key: key,
            account,
            amount_cents,
        };
        Ok(holds.into_iter().map(hold).collect())
    }
}

/// A key, short.
fn id(key: &str) -> Uuid {
    idempotency::id(Some(key))
}

/// Decides by the request alone: the bank has no bad days of its own.
fn granted(account: &str, amount_cents: i64) -> Result<(), Failure> {
    if account.starts_with("blocked") {
        return Err(Failure::Declined("card is blocked".to_owned()));
    }
    if amount_cents > CARD_LIMIT_CENTS {
        return Err(Failure::Declined("card limit exceeded".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank() -> Bank {
        Bank::new(Duration::ZERO, Book::of_a_test()).unwrap()
    }

    fn asked(amount_cents: i64) -> Request {
        Request { account: "r-checkout-1".to_owned(), amount_cents }
    }

    #[test]
    fn the_answer_depends_on_the_request_alone() {
        assert!(granted("anna", CARD_LIMIT_CENTS).is_ok());
        assert!(granted("anna", CARD_LIMIT_CENTS + 1).is_err());
        assert!(granted("blocked-1", 1).is_err());
    }

    #[test]
    fn asked_twice_it_holds_once_and_another_amount_is_another_request() {
        let bank = bank();
        bank.authorise("order-1", asked(690)).unwrap();
        bank.authorise("order-1", asked(690)).unwrap();
        assert!(matches!(bank.authorise("order-1", asked(700)), Err(Failure::KeyReused)));
        let hold = Hold {
            idempotency_key: "order-1".to_owned(),
            account: "r-checkout-1".to_owned(),
            amount_cents: 690,
            reversed: false,
        };
        assert_eq!(bank.holds("r-").unwrap(), [hold]);
        assert_eq!(bank.holds("other-").unwrap(), []);
    }

    #[test]
    fn what_was_reversed_grants_nothing_any_more_however_late_it_comes() {
        let bank = bank();
        bank.authorise("order-1", asked(690)).unwrap();
        bank.reverse("order-1").unwrap();
        bank.reverse("order-2").unwrap();
        for key in ["order-1", "order-2"] {
            assert!(matches!(bank.authorise(key, asked(690)), Err(Failure::Conflict(_))));
        }
        let holds = bank.holds("r-").unwrap();
        assert!(holds.len() == 1 && holds[0].reversed, "{holds:?}");
    }

    #[test]
    fn the_bank_knows_after_a_restart_what_it_has_decided() {
        let bank = bank();
        bank.authorise("order-1", asked(690)).unwrap();
        bank.reverse("order-2").unwrap();
        let again = Bank::new(Duration::ZERO, bank.book.again()).unwrap();
        again.authorise("order-1", asked(690)).unwrap();
        assert!(again.authorise("order-2", asked(690)).is_err());
        // The one that is replaced may still take something back of which the other has authorised a repetition.
        bank.reverse("order-1").unwrap();
        assert!(again.holds("r-").unwrap().iter().all(|hold| hold.reversed));
    }
}
