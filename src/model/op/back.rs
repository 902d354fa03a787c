//! Setting back what a fault has set: only as long as it is what the fault made of it (compare and set).
//!
//! **Invariant**: what somebody has changed since is newer and stays, and is told; in doubt whether two texts are one value, the
//! server's own way of writing it is allowed for.

use super::Op;

/// Whose a value is that was found when it was to be set back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The fault's: it is to be set back.
    Ours,
    /// It is back already.
    Before,
    /// Somebody's, since the fault; in words.
    Theirs(String),
}

impl Op {
    /// Set back what `ours` has set, by doing `before`, unless somebody has changed it since.
    pub fn put_back(ours: Self, before: Self) -> Self {
        Self::PutBack { ours: Box::new(ours), before: Box::new(before) }
    }

    /// Whether this is what it sets; ops that set no value say yes.
    pub fn sets(&self, now: Option<&str>) -> bool {
        match self {
            Self::SetImage { image, .. } => now == Some(image),
            Self::SetReplicas { replicas, .. } => now == Some(replicas.to_string().as_str()),
            Self::SetEnv { value, .. } => now == value.as_deref(),
            Self::Set { setting, value } => setting.same(now, value.as_deref()),
            _ => true,
        }
    }

    /// A value of it as a sentence has it.
    fn in_words(&self, value: Option<&str>) -> String {
        match (self, value) {
            (Self::Set { setting, .. }, value) => setting.short(value),
            (_, Some(value)) => value.to_owned(),
            (_, None) => "nothing".to_owned(),
        }
    }

    /// What it sets it to.
    fn value(&self) -> Option<String> {
        match self {
            Self::SetImage { image, .. } => Some(image.clone()),
            Self::SetReplicas { replicas, .. } => Some(replicas.to_string()),
            Self::SetEnv { value, .. } | Self::Set { value, .. } => value.clone(),
            _ => None,
        }
    }
}

/// Whose the value is that was found, of what `ours` has set and `before` would set back.
pub fn whose(ours: &Op, before: &Op, now: Option<&str>) -> Whose {
    if before.sets(now) {
        return Whose::Before;
    }
    if ours.sets(now) {
        return Whose::Ours;
    }
    let what = ours.claims().unwrap_or_default();
    let in_words = |value: Option<String>| ours.in_words(value.as_deref());
    Whose::Theirs(format!(
        "{what}: {} now, changed since the fault had set {}; kept, and not set back to {}",
        ours.in_words(now),
        in_words(ours.value()),
        in_words(before.value())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::setting::Setting;

    fn set(setting: &Setting, value: &str) -> Op {
        Op::Set { setting: setting.clone(), value: Some(value.to_owned()) }
    }

    fn found(setting: &Setting, ours: &str, before: &str, now: &str) -> Whose {
        whose(&set(setting, ours), &set(setting, before), Some(now))
    }

    #[test]
    fn what_a_server_writes_otherwise_is_the_same_value() {
        let limit = |resource: &str| Setting::Limit { deployment: "orders".into(), resource: resource.into() };
        assert_eq!(found(&limit("cpu"), "0.5", "1", "500m"), Whose::Ours);
        assert_eq!(found(&limit("memory"), "1024Mi", "64Mi", "1Gi"), Whose::Ours);
        assert_eq!(found(&Setting::Redis("maxmemory".into()), "1mb", "0", "1048576"), Whose::Ours);
        assert_eq!(
            found(&Setting::Redis("maxmemory-policy".into()), "ALLKEYS-LRU", "noeviction", "allkeys-lru"),
            Whose::Ours
        );
        let path = Setting::Role { role: "shop".into(), name: "search_path".into() };
        assert_eq!(found(&path, "a,public", "public", "a, public"), Whose::Ours);
        assert_eq!(found(&path, "a,public", "\"$user\", public", "$user, public"), Whose::Before);
    }

    #[test]
    fn what_somebody_changed_since_is_theirs_and_is_told() {
        let scale = |replicas| Op::SetReplicas { deployment: "catalog".into(), replicas };
        assert_eq!(whose(&scale(0), &scale(1), Some("0")), Whose::Ours);
        assert_eq!(whose(&scale(0), &scale(1), Some("1")), Whose::Before);
        let Whose::Theirs(what) = whose(&scale(0), &scale(1), Some("3")) else { panic!("somebody scaled it to 3") };
        assert_eq!(
            what,
            "the replicas of deployment/catalog: 3 now, changed since the fault had set 0; kept, and not set back to 1"
        );
    }
}
