//! The live screen: the incident as it goes on, with keys for what a person may say.
//!
//! `scene` is what it knows, `draw` how that looks, `form` the question after the cause, `stage` the terminal itself.
//!
//! **Invariant**: the run never waits for it: events are noted under a lock that is held for a copy, and a terminal that fails ends the
//! screen and not the run. What it showed is left behind as lines.

mod draw;
mod form;
mod scene;
mod stage;

use std::{
    io::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

pub use self::{
    draw::draw,
    form::Form,
    scene::{Asked, Scene},
};
use super::plain::{Manner, Plain};
use crate::{
    model::{
        diagnosis::Answer,
        event::{Event, EventKind},
    },
    run::ports::Observer,
};

/// What a person may do at the screen. Each answers with what is to be shown of it.
pub trait Keys: Send {
    /// The page is acknowledged.
    fn acknowledge(&mut self) -> String;
    /// A hint is taken, and counted.
    fn hint(&mut self) -> String;
    /// The cause is named.
    fn answer(&mut self, answer: Answer) -> String;
    /// The repair is called finished.
    fn done(&mut self) -> String;
    /// Stop, and heal.
    fn quit(&mut self) -> String;
}

/// The screen, as a run sees it.
pub struct Screen {
    /// Every line that would have been written without a screen.
    lines: Plain<Vec<u8>>,
    /// Of them, what was not given back to the terminal yet.
    kept: Vec<u8>,
    scene: Arc<Mutex<Scene>>,
    drawer: Option<JoinHandle<()>>,
}

impl Screen {
    /// Take the terminal at standard error; an error leaves it as it was.
    pub fn open(manner: Manner, colour: bool, keys: Box<dyn Keys>) -> std::io::Result<Self> {
        let scene = Arc::new(Mutex::new(Scene::new(colour)));
        let drawer = stage::open(Arc::clone(&scene), keys)?;
        let manner = Manner { refresh: false, states: false, ..manner };
        Ok(Self { lines: Plain::new(Vec::new(), manner), kept: Vec::new(), scene, drawer: Some(drawer) })
    }

    /// Give the terminal back, and leave what was shown on it.
    fn close(&mut self) {
        locked(&self.scene).over = true;
        if let Some(drawer) = self.drawer.take() {
            let _ = drawer.join();
        }
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.kept)).into_owned();
        let _ = write!(anstream::stderr(), "{text}");
    }
}

impl Observer for Screen {
    fn on_event(&mut self, event: &Event) {
        self.lines.on_event(event);
        let new = self.lines.take();
        let told = {
            let mut scene = locked(&self.scene);
            scene.see(event, &String::from_utf8_lossy(&new));
            std::mem::take(&mut scene.told)
        };
        self.kept.extend_from_slice(told.as_bytes());
        self.kept.extend_from_slice(&new);
        let gone = self.drawer.as_ref().is_none_or(JoinHandle::is_finished);
        if gone || matches!(event.kind, EventKind::RunEnded { .. }) {
            self.close();
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

/// Nobody panics while holding it; if somebody did, the scene is still a scene.
fn locked(scene: &Mutex<Scene>) -> MutexGuard<'_, Scene> {
    scene.lock().unwrap_or_else(PoisonError::into_inner)
}
