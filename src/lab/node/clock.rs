//! Clocks of a pod's processes, which the agent lets be wrong.
//!
//! **Invariant**: code of a process is changed only while the pod stands still, for some milliseconds; whoever stopped it lets it go on.

use super::{agent::PLACE, keeper::Kept, shell::script};
use crate::model::units::Offset;

/// For one pod, each way.
const CLOCK: &str = include_str!("clock.sh");

/// Every process of a pod is told another time; what is started in the meantime as well, a second later at most.
pub fn skew(uid: &str, cgroup: &str, offset: Offset) -> Kept {
    let by = offset.to_string();
    let go = |way: &str| script(CLOCK, &[("way", way), ("cgroup", cgroup), ("agent", PLACE), ("by", &by)]);
    Kept { key: uid.to_owned(), blow: go("set"), heal: go("end"), beat: Some(go("beat")) }
}
