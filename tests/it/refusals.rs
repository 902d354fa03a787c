//! Bad input to faults: refused before anything is touched, in a sentence that says what was expected.

use droplab::{
    faults::{self, Context},
    model::units::Span,
    rehearsal::{FakeLab, Quirks},
    store::typed,
};

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_touched() {
    let lab = FakeLab::new("test", Quirks::default());
    let facts = lab.world().facts.clone();
    let why = |key: &str, arguments: &[(&str, &str)], ttl: &str| {
        let manual = faults::manual::of(key).unwrap();
        let is_bare = |name: &str| manual.parameters.iter().any(|one| one.name == name && one.is_bare());
        let arguments: Vec<_> =
            arguments.iter().map(|(name, value)| (*name, (*value).to_owned(), is_bare(name))).collect();
        let context = Context { ttl: ttl.parse::<Span>().unwrap(), ..Context::new(&facts, 1, "test", 0) };
        match typed::fault(key, &arguments) {
            Err(why) => why,
            Ok(fault) => faults::recipe(&fault, &context).map_or_else(|why| why.join("; "), |_| "accepted".to_owned()),
        }
    };
    let told = [
        why("cut-link", &[("from", "paymet"), ("to", "postgres")], "30s"),
        why("cut-link", &[("from", "payment"), ("to", "payment")], "30s"),
        why("cut-link", &[("from", "payment"), ("to", "postgres")], "0s"),
        why("lose-packets", &[("from", "payment"), ("share", "120%")], "30s"),
        why("lose-packets", &[("from", "payment"), ("share", "20")], "30s"),
        why("freeze-zone", &[("zone", "dc-9")], "30s"),
        why("scale", &[("service", "payment"), ("replicas", "2")], "30s"),
        why("scale", &[("service", "payment"), ("replicas", "two")], "30s"),
        why("hold-lock", &[("table", "payment; drop table x")], "30s"),
        why("exhaust-connections", &[("count", "201")], "30s"),
        why("change-config", &[("service", "payment"), ("kee", "a"), ("value", "b")], "30s"),
        why("kill-backends", &[("role", "replicator")], "30s"),
        why("slow-link", &[("from", "payment"), ("delay", "50ms"), ("jitter", "60ms")], "30s"),
        why("corrupt-packets", &[("from", "payment"), ("share", "5%"), ("correlation", "100%")], "30s"),
        why("break-http", &[("target", "catalog")], "30s"),
        why("break-http", &[("target", "catalog"), ("status", "700"), ("path", "a b")], "30s"),
        why("fill-disk", &[("target", "postgres"), ("mebibytes", "1"), ("path", "/var/../etc")], "30s"),
        why("skew-clock", &[("target", "postgres"), ("offset", "5m")], "30s"),
        why("skew-clock", &[("target", "postgres"), ("offset", "+0s")], "30s"),
        why("fail-dns", &[("from", "payment"), ("names", "bank,,")], "30s"),
        why("move-leader", &[("topic", "orders.paid"), ("partition", "9")], "30s"),
        why("move-leader", &[("topic", "orders.paid"), ("partition", "0"), ("to", "7")], "30s"),
        why("shrink-retention", &[("topic", "orders"), ("retention", "1s")], "30s"),
        why("pause-consumer", &[("group", "notification"), ("topic", "orders.placed"), ("partitions", "6")], "30s"),
        why("pause-consumer", &[("group", "notification"), ("topic", "orders.placed")], "4s"),
        why("shrink-memory", &[("mebibytes", "0")], "30s"),
        why("stop-node", &[("zone", "dc-9")], "30s"),
        why("change-setting", &[("of", "postgre"), ("name", "work_mem"), ("value", "1MB")], "30s"),
        why("change-setting", &[("of", "postgres"), ("name", "work_men"), ("value", "1MB")], "30s"),
        why("change-setting", &[("of", "postgres"), ("name", "max_connections"), ("value", "9")], "30s"),
        why(
            "change-setting",
            &[("of", "postgres"), ("name", "work_mem"), ("value", "1MB"), ("restart", "true")],
            "30s",
        ),
        why("change-setting", &[("of", "postgres/dc-9"), ("name", "work_mem"), ("value", "1MB")], "30s"),
        why("change-setting", &[("of", "role/shop"), ("name", "max_connections"), ("value", "9")], "30s"),
        why("change-setting", &[("of", "role/shop"), ("name", "password"), ("value", "secret")], "30s"),
        why("change-setting", &[("of", "role/postgres"), ("name", "password")], "30s"),
        why("change-setting", &[("of", "redis"), ("name", "maxclient"), ("value", "9")], "30s"),
        why("change-setting", &[("of", "redis"), ("name", "timeout"), ("value", "0")], "30s"),
        why("change-setting", &[("of", "topic/orders.paid"), ("name", "retention"), ("value", "9")], "30s"),
        why(
            "change-setting",
            &[("of", "configmap/nginx"), ("name", "nginx.conf"), ("from", "60m"), ("to", "1s")],
            "30s",
        ),
        why("change-setting", &[("of", "deployment/orders"), ("name", "cpu"), ("value", "10m")], "30s"),
        why("change-setting", &[("of", "deployment/orders"), ("name", "cpu"), ("value", "much")], "30s"),
        why("change-data", &[("sql", "delete from a"), ("tables", "a; drop table b")], "30s"),
        why("change-data", &[("sql", "delete from orders.order"), ("tables", "orders.order"), ("as", "anna")], "30s"),
        why("send-record", &[("topic", "orders.paid"), ("value", "x"), ("partition", "9"), ("count", "0")], "30s"),
        why("send-record", &[("topic", "orders.paid"), ("value", "x"), ("headers", "a")], "30s"),
        why("start-job", &[("name", "Job"), ("image", "redis"), ("sql", "select 1"), ("as", "anna")], "30s"),
        why("start-job", &[("name", "job"), ("image", "postgres")], "30s"),
        why("surge-load", &[], "30s"),
        why("surge-load", &[("browse", "9000/s")], "30s"),
    ];
    insta::assert_snapshot!("refusals", told.join("\n"));
}
