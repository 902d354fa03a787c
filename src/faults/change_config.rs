//! Set a variable of a service to another value, the ordinary way.
//!
//! # Story
//! One line in a repository of settings; nobody calls that a deploy.
//!
//! # Breaks
//! The variable in the deployment's container of the same name is set, and Kubernetes rolls it out.
//!
//! # Heals
//! The variable is set back to what it was, or taken away when there was none, unless somebody has set another value since: that one
//! stays, and is told. Whatever else a person changed is left alone.
//!
//! # Expiry
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process.
//!
//! # Needs
//! A deployment with a container of its own name; a variable whose value does not come from a Secret.
//!
//! # Seen in production
//! Google, 2 June 2019: a change of configuration meant for a few servers reached many.

use super::{
    Context,
    parameters::{Manual, NONE, SERVICE, must},
};
use crate::model::{
    fault::ChangeConfig,
    op::{Op, Recipe},
};

pub(super) const MANUAL: Manual = Manual {
    key: "change-config",
    about: "Set a variable of a service to another value, the ordinary way",
    engine: "Kubernetes",
    expiry: NONE,
    parameters: &[SERVICE, must("key", "NAME", "The variable"), must("value", "VALUE", "Its value from now on")],
    example: "--service payment --key DB_POOL_SIZE --value 2",
};

pub(super) fn recipe(fault: &ChangeConfig, context: &Context) -> Result<Recipe, Vec<String>> {
    let (service, key) = (&fault.service, &fault.key);
    let deployment = context.deployment(service)?;
    if !deployment.images.contains_key(service) {
        return Err(vec![format!("deployment `{service}` has no container `{service}`")]);
    }
    let before = deployment.env.get(&format!("{service}/{key}"));
    if before == Some(&fault.value) {
        return Err(vec![format!("{key} of deployment `{service}` is {} already: nothing would change", fault.value)]);
    }
    let set = |value: Option<String>| Op::SetEnv { deployment: service.clone(), name: key.clone(), value };
    Ok(Recipe::changed(set(Some(fault.value.clone())), set(before.cloned())))
}
