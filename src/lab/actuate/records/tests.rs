//! A cluster in memory, which the client's library brings along: no Kafka, no Docker.

use std::{collections::BTreeMap, time::Instant};

use rdkafka::mocking::MockCluster;

use super::*;

fn letter(count: u32, partition: Option<i32>) -> Letter {
    Letter {
        id: Some("x1".to_owned()),
        topic: "letters".to_owned(),
        partition,
        key: None,
        value: "{not json".to_owned(),
        headers: vec![("a".to_owned(), "1".to_owned())],
        count,
    }
}

#[tokio::test]
async fn thousands_are_sent_in_an_ops_time_and_found_by_what_was_written_down_before() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("letters", 2, 1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let sent = Sent::announced(&brokers, letter(10_000, None)).unwrap();
    assert_eq!(sent.ends, BTreeMap::from([(0, 0), (1, 0)]));
    let began = Instant::now();
    send(&brokers, &sent.letter, Some(sent.at_ms)).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    // As it stands in the file of somebody who was killed before all had arrived.
    let text = serde_json::to_string(&sent).unwrap();
    let sent: Sent = serde_json::from_str(&text).unwrap();
    assert!(!sent.whole);
    let found = sent.beginnings(&brokers).unwrap();
    assert_eq!(found.iter().map(|(_, upto)| upto).sum::<i64>(), 10_000, "{found:?}");
}

#[tokio::test]
async fn only_what_lies_at_the_beginning_is_cut_off_and_nothing_of_others() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("letters", 2, 1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let other = Letter { value: "another's".to_owned(), ..letter(1, Some(0)) };
    send(&brokers, &other, None).await.unwrap();
    let behind = Sent::announced(&brokers, letter(2, Some(0))).unwrap();
    assert_eq!(behind.ends, BTreeMap::from([(0, 1)]));
    send(&brokers, &behind.letter, Some(behind.at_ms)).await.unwrap();
    assert!(behind.beginnings(&brokers).unwrap().is_empty(), "another's lies before it");
    let before = Sent::announced(&brokers, letter(2, Some(1))).unwrap();
    send(&brokers, &before.letter, Some(before.at_ms)).await.unwrap();
    // The same once more, at another time: somebody else's.
    send(&brokers, &before.letter, Some(before.at_ms + 1)).await.unwrap();
    assert_eq!(before.beginnings(&brokers).unwrap(), [(1, 2)]);
}

#[test]
fn a_topic_that_is_gone_has_nothing_left_and_one_that_cannot_be_asked_may() {
    let cluster = MockCluster::new(1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let sent = Sent { letter: letter(1, None), at_ms: 0, ends: [(0, 0)].into(), whole: true };
    assert!(sent.beginnings(&brokers).unwrap().is_empty());
    cluster.create_topic("letters", 1, 1).unwrap();
    cluster.partition_leader("letters", 0, None).unwrap();
    assert!(sent.beginnings(&brokers).is_err());
}
