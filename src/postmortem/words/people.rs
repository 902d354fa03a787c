//! Words for persons, by which what is said of somebody is told from what is said of a system.
//!
//! **Invariant**: lists only, in the spelling of `clauses`; Russian ones in the nominative, in which somebody does something.

/// Somebody who may be blamed. Neither "we" nor "nobody" is one of these, nor is a customer.
#[rustfmt::skip]
pub(super) const PERSONS: &[&str] = &[
    "he", "she", "they", "you", "someone", "somebody", "whoever", "who", "person", "people", "human*", "engineer*", "developer*", "dev", "devs",
    "programmer*", "coder*", "operator", "operators", "admin", "admins", "administrator*", "sysadmin*", "dba", "dbas", "sre", "sres", "author",
    "authors", "reviewer*", "manager*", "lead", "leads", "colleague*", "intern", "interns", "team", "teams", "responder*", "tester*", "owner",
    "owners",
    "он", "она", "они", "кто", "инженер", "инженеры", "разработчик", "разработчики", "программист", "программисты", "админ", "админы",
    "администратор", "администраторы", "дежурный", "дежурная", "дежурные", "оператор", "операторы", "автор", "авторы", "человек", "люди",
    "коллега", "коллеги", "сотрудник", "сотрудники", "тестировщик", "тестировщики", "ревьюер", "ревьюеры", "тимлид", "менеджер", "менеджеры",
    "руководитель", "начальник", "стажер", "стажеры", "команда",
];

/// Who ought to have done something: «ему следовало».
#[rustfmt::skip]
pub(super) const WHOM: &[&str] = &[
    "ему", "ей", "им", "кому", "инженеру", "инженерам", "разработчику", "разработчикам", "админу", "админам", "дежурному", "дежурным",
    "оператору", "операторам", "автору", "авторам",
];

/// Names that also stand where a sentence begins, with a capital letter as anything else.
#[rustfmt::skip]
pub(super) const NAMES: &[&str] = &[
    "alex", "alexey", "alice", "andrew", "andrey", "ann", "anna", "bob", "boris", "carol", "chris", "dan", "dave", "david", "dmitry", "eve",
    "ivan", "james", "jane", "jim", "joe", "john", "kate", "maria", "mary", "max", "michael", "mike", "nick", "oleg", "olga", "paul", "peter",
    "sam", "sergey", "steve", "tom", "vladimir",
    "александр", "алексей", "алиса", "андрей", "анна", "антон", "артем", "боб", "борис", "вася", "виктор", "владимир", "вова", "григорий",
    "денис", "дима", "дмитрий", "евгений", "екатерина", "елена", "иван", "игорь", "ирина", "катя", "кирилл", "коля", "лена", "максим", "маша",
    "мария", "михаил", "миша", "наталья", "наташа", "никита", "николай", "олег", "ольга", "оля", "павел", "паша", "петр", "петя", "роман",
    "саша", "света", "светлана", "сергей", "таня", "татьяна", "юра", "юрий",
];
/// What has a capital letter within a sentence and is nobody's name.
#[rustfmt::skip]
pub(super) const NO_NAMES: &[&str] = &[
    "i", "kafka", "redis", "postgres*", "nginx", "kubernetes", "prometheus", "grafana", "helm", "docker", "linux", "jenkins", "alertmanager",
    "slack", "argo", "java", "alert*", "page*", "monitoring", "canary", "release*", "deploy*", "pipeline*", "test*", "dashboard*", "service*",
    "server*", "pod*", "node*", "cluster*", "database*", "gateway*", "pool*", "queue*", "consumer*", "producer*", "broker*", "cache*", "client*",
    "customer*", "catalog", "orders", "payment*", "bank", "carrier*", "inventory", "fulfilment", "notification*", "storefront",
    "я", "алерт*", "канарейк*", "релиз*", "сервис*", "сервер*", "клиент*", "кластер*", "пул*", "очеред*", "брокер*",
];

/// Small words in front of a person.
#[rustfmt::skip]
pub(super) const ARTICLES: &[&str] = &[
    "the", "a", "an", "our", "any", "each", "every", "this", "that", "its", "their", "on", "call",
];
/// Behind one of these a person is not who does something.
pub(super) const OF: &[&str] = &["for", "to", "of", "by", "with", "from", "at"];
/// What others, or an alert, should have done for them.
#[rustfmt::skip]
pub(super) const TOLD: &[&str] = &[
    "paged", "told", "warned", "notified", "alerted", "woken", "asked", "informed", "called", "given", "shown", "trained", "helped", "received",
    "got", "gotten", "получить", "узнать",
];
