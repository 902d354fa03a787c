//! Bring more customers.
//!
//! # Story
//! A campaign, a television spot, a retry loop in somebody's app. The system was sized for a day that was not this one.
//!
//! # Breaks
//! Further customers come through the front door, on top of whoever is there: `browse`, `payment` and `checkout` say how many of
//! each kind a second, `ramp` over how long they arrive. They are sent when they are due, whether or not those before them were
//! answered (open loop).
//!
//! # Heals
//! They stop coming, and the last of them are waited for.
//!
//! # Expiry
//! The customers live in droplab itself and end with it, so `--detach` is refused; and they leave when nobody renews them.
//!
//! # Needs
//! As many open files as customers may wait at once (`ulimit -n`).
//!
//! # Seen in production
//! Robinhood, 2 March 2020: a record day of trading, then a thundering herd against its own DNS.

use std::collections::BTreeMap;

use super::{
    Context,
    parameters::{Manual, may},
};
use crate::model::{
    customers::{Customers, Journey},
    fault::SurgeLoad,
    hold::{Hold, Surge},
    op::Recipe,
};

/// More than this measures the generator, not the shop.
const MOST: f64 = 5_000.0;

pub(super) const MANUAL: Manual = Manual {
    key: "surge-load",
    about: "Bring more customers",
    engine: "load generator",
    expiry: "the customers live in droplab, and end with it",
    parameters: &[
        may("browse", "RATE", "So many look at products, such as 300/s"),
        may("payment", "RATE", "So many pay"),
        may("checkout", "RATE", "So many buy, the whole way"),
        may("ramp", "TIME", "Over how long they arrive; 3s for 400/s and more, at once for fewer when left out"),
    ],
    example: "--browse 50/s --payment 50/s",
};

pub(super) fn recipe(fault: &SurgeLoad, context: &Context) -> Result<Recipe, Vec<String>> {
    let wanted =
        [(Journey::Browse, fault.browse), (Journey::Payment, fault.payment), (Journey::Checkout, fault.checkout)];
    let come = wanted.into_iter().filter_map(|(journey, rate)| {
        let customers = Customers { ramp: fault.ramp, ..Customers::new(journey, rate?) };
        Some((journey.word().to_owned(), customers))
    });
    let customers: BTreeMap<String, Customers> = come.collect();
    if customers.is_empty() {
        return Err(vec!["who is to come? Give one of browse, payment and checkout at least".to_owned()]);
    }
    if customers.values().map(|one| one.rate.per_second).sum::<f64>() > MOST {
        return Err(vec![format!("more than {MOST}/s in all would measure this machine, not the shop")]);
    }
    Ok(context.hold(Hold::Surge(Surge { customers })))
}
