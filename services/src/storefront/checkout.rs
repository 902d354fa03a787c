//! A checkout, step by step: prices, the order, stock, money, paid.
//!
//! **Invariant:** the order is written before stock or money moves, so whatever breaks after that is found and taken back by
//! the orders service; a 201 is given only for an order that is paid.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Storefront;
use super::basket::Basket;
use crate::failure::Failure;

/// Leads the order with this id to `paid`; the same id with the same basket goes on where it was.
pub(super) async fn run(shop: &Storefront, id: Uuid, basket: Basket) -> Result<Value, Failure> {
    let basket = basket.sound()?;
    let skus: Vec<_> = basket.items.iter().map(|item| &item.sku).collect();
    let prices = shop.catalog.post("/prices", &json!({ "skus": skus }), None).await?.accepted()?;
    let (lines, total_cents) = basket.priced(&prices["prices"])?;
    let account = basket.account.clone().unwrap_or_else(|| format!("guest-{}", id.simple()));

    let order = json!({
        "id": id, "fingerprint": basket.fingerprint(), "account": account, "lines": lines, "total_cents": total_cents,
    });
    let placed = shop.orders.post("/orders", &order, None).await?.accepted()?;
    match placed["status"].as_str() {
        Some("placed") => {}
        Some("paid" | "delivered") => return shown(shop, id).await,
        _ => return Err(Failure::Conflict("this order was cancelled".to_owned())),
    }
    // What the order promised counts, also when prices changed between two tries.
    let intent = json!({ "account": account, "amount_cents": placed["total_cents"], "method": "card" });
    if let Err(failure) = settle(shop, id, &basket, &intent).await {
        give_up(shop, id, &failure).await;
        return Err(failure);
    }
    shown(shop, id).await
}

/// Stock, then money, then the word that it is paid.
async fn settle(shop: &Storefront, id: Uuid, basket: &Basket, intent: &Value) -> Result<(), Failure> {
    let reservation = json!({ "order_id": id, "lines": basket.items });
    shop.inventory.post("/reservations", &reservation, None).await?.accepted()?;
    let payment = shop.payment.post("/payments", intent, Some(&format!("order-{id}"))).await?.accepted()?;
    let paid = json!({ "payment_id": payment["id"] });
    shop.orders.post(&format!("/orders/{id}/paid"), &paid, None).await?.accepted().map(drop)
}

/// Asks for everything to be taken back. If even that fails, the order is found later, because it stays `placed`.
async fn give_up(shop: &Storefront, id: Uuid, failure: &Failure) {
    let reason = json!({ "reason": failure.to_string() });
    if let Err(error) = shop.orders.post(&format!("/orders/{id}/cancel"), &reason, None).await {
        tracing::warn!(order = %id, %error, detail = error.detail(), "order cannot be cancelled now");
    }
}

async fn shown(shop: &Storefront, id: Uuid) -> Result<Value, Failure> {
    shop.orders.get(&format!("/orders/{id}")).await?.accepted()
}
