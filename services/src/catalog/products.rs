//! The tables: products, and who looked at them.
//!
//! **Invariant:** a price is in cents and above zero.

use serde_json::Value;

use crate::database::Schema;
use crate::failure::Failure;
use crate::pool::Pool;

/// The first products; later ones come by hand or by a scenario.
pub(super) const SCHEMA: Schema = Schema {
    name: "catalog",
    steps: &[
        "
        create table catalog.products (
            sku text primary key,
            name text not null,
            price_cents bigint not null check (price_cents > 0),
            updated_at timestamptz not null default now()
        );
        insert into catalog.products (sku, name, price_cents) values
            ('tea-green', 'Green tea, 100 g', 690), ('tea-black', 'Black tea, 100 g', 590), ('tea-mint', 'Mint tea, 50 g', 390),
            ('coffee-dark', 'Coffee, dark roast, 250 g', 890), ('coffee-light', 'Coffee, light roast, 250 g', 990),
            ('mug-blue', 'Mug, blue', 1250), ('mug-white', 'Mug, white', 1150), ('kettle', 'Kettle, 1.2 l', 4900),
            ('teapot', 'Teapot, cast iron', 5900), ('filter', 'Paper filters, 100', 450), ('spoon', 'Measuring spoon', 350),
            ('tray', 'Tray, oak', 2900)
        ",
        // Looks were kept before a release counted them, and the first ones come from the old shop's log. Every release has the table:
        // one that a release brings would stay behind when it is rolled back.
        "
        create table catalog.looks (
            id bigint generated always as identity primary key,
            sku text not null,
            account text not null,
            at timestamptz not null default now()
        );
        insert into catalog.looks (sku, account, at)
            select sku, 'account-' || (n * 37) % 4000, now() - n * interval '10 seconds'
            from generate_series(1, 120000) n
            join (select sku, row_number() over (order by sku) - 1 as place, count(*) over () as number from catalog.products) p
            on place = (n * 7 + n / 11) % number;
        create index looks_sku_idx on catalog.looks (sku);
        analyze catalog.looks
        ",
    ],
};

/// Everything that is for sale.
pub(super) async fn all(pool: &Pool) -> Result<Value, Failure> {
    let statement = "
        select coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'name', name, 'price_cents', price_cents) order by sku), '[]')
        from catalog.products";
    Ok(pool.get().await?.query_one(statement, &[]).await?.get(0))
}

/// The price of one product, if there is such a product.
pub(super) async fn price(pool: &Pool, sku: &str) -> Result<Option<i64>, Failure> {
    let row = pool.get().await?.query_opt("select price_cents from catalog.products where sku = $1", &[&sku]).await?;
    Ok(row.map(|row| row.get(0)))
}
