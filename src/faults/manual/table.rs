//! The table itself: one entry for each fault, in the order of the alphabet.
//!
//! **Invariant**: an example is accepted by a lab in good health; a test puts each of them in.

use super::{Manual, Parameter};

const fn must(name: &'static str, value: &'static str, help: &'static str) -> Parameter {
    Parameter { name, value, help, optional: false }
}

const fn may(name: &'static str, value: &'static str, help: &'static str) -> Parameter {
    Parameter { name, value, help, optional: true }
}

const TARGET: Parameter =
    must("target", "TARGET", "Which pods: payment, payment@dc-2, payment:50%, pod/NAME, zone/dc-2");
const FROM: Parameter =
    must("from", "TARGET", "One end, in whose network it happens: payment, payment@dc-2, pod/NAME …");
const TO: Parameter = may("to", "TARGET", "The other end; everybody when left out");
const DIRECTION: Parameter = may("direction", "both|out|in", "Only what goes this way, seen from the first end");
const ZONE: Parameter = must("zone", "ZONE", "Which data centre: dc-1, dc-2 or dc-3");
const SERVICE: Parameter = must("service", "SERVICE", "Which deployment");

const KERNEL: &str = "kernel: nftables set timeout";
const KEEPER: &str = "process in the node: deadline";
const SESSION: &str = "PostgreSQL: end of the session, idle timeout";
const NONE: &str = "none: it lives in what the person owns";
const MOMENT: &str = "none needed: over at once";

/// Every fault, in the order of the alphabet.
pub const FAULTS: &[Manual] = &[
    Manual {
        key: "burn-cpu",
        about: "Take processor time from pods",
        dead_man: KEEPER,
        parameters: &[TARGET, may("cores", "NUMBER", "How many processors' worth each; 1 when left out")],
        example: "--target catalog",
    },
    Manual {
        key: "change-config",
        about: "Set a variable of a service to another value, the ordinary way",
        dead_man: NONE,
        parameters: &[SERVICE, must("key", "NAME", "The variable"), must("value", "VALUE", "Its value from now on")],
        example: "--service payment --key DB_POOL_SIZE --value 2",
    },
    Manual {
        key: "crash-loop",
        about: "Kill the main process of containers, again and again",
        dead_man: KEEPER,
        parameters: &[TARGET, may("every", "TIME", "How often; 5s when left out")],
        example: "--target notification --every 3s",
    },
    Manual {
        key: "cut-link",
        about: "Cut what goes between two parts, established connections too",
        dead_man: KERNEL,
        parameters: &[
            FROM,
            must("to", "TARGET", "The other end; also address/10.0.0.7"),
            may("mode", "drop|reset", "Lose packets without a word (drop), or answer by a TCP reset"),
            DIRECTION,
            may("port", "PORT", "Only this TCP port of the other end"),
        ],
        example: "--from payment --to postgres",
    },
    Manual {
        key: "cut-zone",
        about: "Cut a data centre off from the others",
        dead_man: KERNEL,
        parameters: &[ZONE],
        example: "--zone dc-3",
    },
    Manual {
        key: "deploy-version",
        about: "Roll a service out to another version of its image, the ordinary way",
        dead_man: NONE,
        parameters: &[
            SERVICE,
            must("version", "TAG", "The image's tag"),
            may("note", "TEXT", "What the release note says"),
        ],
        example: "--service payment --version 2.8.1",
    },
    Manual {
        key: "exhaust-connections",
        about: "Leave no connection to PostgreSQL's primary",
        dead_man: SESSION,
        parameters: &[may("count", "NUMBER", "How many to take; all that are left when left out")],
        example: "",
    },
    Manual {
        key: "fail-dns",
        about: "Let no name be resolved",
        dead_man: KERNEL,
        parameters: &[FROM, may("mode", "drop|reset", "Questions wait for their timeout (drop), or fail at once")],
        example: "--from storefront",
    },
    Manual {
        key: "fill-memory",
        about: "Take memory from pods",
        dead_man: KEEPER,
        parameters: &[TARGET, must("mebibytes", "NUMBER", "How many mebibytes each")],
        example: "--target notification --mebibytes 16",
    },
    Manual {
        key: "freeze-pod",
        about: "Stop every process of pods, without ending them",
        dead_man: KEEPER,
        parameters: &[TARGET],
        example: "--target catalog",
    },
    Manual {
        key: "freeze-zone",
        about: "Stop every process of a data centre, without ending them",
        dead_man: KEEPER,
        parameters: &[ZONE],
        example: "--zone dc-3",
    },
    Manual {
        key: "hold-lock",
        about: "Hold a table so that nobody can read or write it",
        dead_man: SESSION,
        parameters: &[must("table", "SCHEMA.TABLE", "Which table")],
        example: "--table payment.ledger",
    },
    Manual {
        key: "kill-backends",
        about: "End the sessions of a role in PostgreSQL, once",
        dead_man: MOMENT,
        parameters: &[may("role", "ROLE", "Which role; the shop's when left out")],
        example: "",
    },
    Manual {
        key: "kill-pod",
        about: "Delete pods",
        dead_man: MOMENT,
        parameters: &[TARGET, may("grace", "TIME", "The time they are given to stop; none when left out")],
        example: "--target catalog",
    },
    Manual {
        key: "limit-bandwidth",
        about: "Let through no more than so many bytes a second",
        dead_man: KERNEL,
        parameters: &[FROM, TO, must("kilobytes", "NUMBER", "In thousands of bytes a second"), DIRECTION],
        example: "--from nginx --kilobytes 20",
    },
    Manual {
        key: "long-transaction",
        about: "Keep a transaction with a snapshot open",
        dead_man: SESSION,
        parameters: &[],
        example: "",
    },
    Manual {
        key: "lose-packets",
        about: "Lose packets at random",
        dead_man: KERNEL,
        parameters: &[FROM, TO, must("share", "PERCENT", "How many of the packets, such as 5%"), DIRECTION],
        example: "--from payment --to postgres --share 20%",
    },
    Manual {
        key: "pause-redis",
        about: "Let commands to Redis' primary wait",
        dead_man: "Redis: the time of CLIENT PAUSE",
        parameters: &[may("mode", "write|all", "Which commands")],
        example: "",
    },
    Manual {
        key: "scale",
        about: "Run another number of pods of a service",
        dead_man: NONE,
        parameters: &[SERVICE, must("replicas", "NUMBER", "How many")],
        example: "--service catalog --replicas 0",
    },
];
