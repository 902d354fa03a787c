//! Redis: does it answer, is it a primary, does its replica follow.
//!
//! **Invariant**: asked over the port that a person uses.

use super::{Component, ask};
use crate::lab::Lab;

pub(super) async fn probe(lab: &Lab) -> Vec<Component> {
    vec![ask("redis", question(lab)).await]
}

async fn question(lab: &Lab) -> Result<String, String> {
    let client = lab.redis()?;
    let mut connection = client.get_multiplexed_async_connection().await.map_err(|error| error.to_string())?;
    let _: String = ::redis::cmd("PING").query_async(&mut connection).await.map_err(|error| error.to_string())?;
    let info: String = ::redis::cmd("INFO").query_async(&mut connection).await.map_err(|error| error.to_string())?;
    judge(&info)
}

fn judge(info: &str) -> Result<String, String> {
    let field = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or("?").trim().to_owned()
    };
    let version = field("redis_version");
    let online = info.lines().filter(|line| line.starts_with("slave") && line.contains("state=online")).count();
    if field("role") != "master" {
        return Err(format!("Redis {version}: the service leads to a replica, which takes no writes"));
    }
    if online == 0 {
        return Err(format!("Redis {version}, primary, but no replica follows it"));
    }
    Ok(format!("Redis {version}, primary, {online} replica online, {}", field("used_memory_human")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_primary_needs_a_replica_that_is_online() {
        let info = "redis_version:8.0.2\r\nrole:master\r\nused_memory_human:1.2M\r\n";
        assert!(judge(info).is_err());
        let whole = format!("{info}slave0:ip=10.0.0.1,port=6379,state=online,offset=1,lag=0\r\n");
        assert_eq!(judge(&whole).unwrap(), "Redis 8.0.2, primary, 1 replica online, 1.2M");
        assert!(judge(&whole.replace("role:master", "role:slave")).is_err());
    }
}
