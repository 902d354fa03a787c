//! The terminal itself: taken, drawn on a few times a second, listened to, and given back.
//!
//! **Invariant**: given back on every way out; nothing here is waited for by the run.

use std::{
    io::{self, Stderr},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor, event,
        event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
        execute, terminal,
    },
};

use super::{
    Keys,
    draw::draw,
    form::{Form, Move},
    locked,
    scene::{Asked, Scene},
};

/// Between two pictures.
const PICTURE: Duration = Duration::from_millis(250);
/// How long a key is waited for at a time.
const KEY: Duration = Duration::from_millis(50);

/// The terminal, as long as it is ours.
struct Taken;

impl Taken {
    fn take() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        let taken = Self;
        execute!(io::stderr(), terminal::EnterAlternateScreen, cursor::Hide)?;
        Ok(taken)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let _ = execute!(io::stderr(), terminal::LeaveAlternateScreen, cursor::Show);
        let _ = terminal::disable_raw_mode();
    }
}

/// Take the terminal, and draw the scene until it is over or the terminal fails.
pub(super) fn open(scene: Arc<Mutex<Scene>>, mut keys: Box<dyn Keys>) -> io::Result<JoinHandle<()>> {
    let taken = Taken::take()?;
    let mut terminal = Terminal::new(CrosstermBackend::new(io::stderr()))?;
    thread::Builder::new().name("screen".into()).spawn(move || {
        let _taken = taken;
        // A terminal that fails is given back; the run notices, and goes on in lines.
        let _ = watch(&scene, &mut terminal, keys.as_mut());
    })
}

fn watch(
    scene: &Mutex<Scene>,
    terminal: &mut Terminal<CrosstermBackend<Stderr>>,
    keys: &mut dyn Keys,
) -> io::Result<()> {
    let mut drawn: Option<Instant> = None;
    while !locked(scene).over {
        if event::poll(KEY)? {
            match event::read()? {
                event::Event::Key(key) if key.kind == KeyEventKind::Press => press(scene, key, keys),
                _ => locked(scene).changed = true,
            }
        }
        if drawn.is_some_and(|at| at.elapsed() < PICTURE) {
            continue;
        }
        let picture = {
            let mut scene = locked(scene);
            std::mem::take(&mut scene.changed).then(|| scene.clone())
        };
        if let Some(picture) = picture {
            terminal.draw(|frame| draw(&picture, frame))?;
            drawn = Some(Instant::now());
        }
    }
    Ok(())
}

/// What a key does. What it says is said without the lock: a slow disk must not hold an event up.
fn press(scene: &Mutex<Scene>, key: KeyEvent, keys: &mut dyn Keys) {
    let interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
    let asked = {
        let mut scene = locked(scene);
        scene.changed = true;
        scene.helps = !scene.helps && key.code == KeyCode::Char('?');
        scene.asked.take()
    };
    if matches!(asked, Some(Asked::Hint)) && key.code == KeyCode::Char('y') {
        // It was paid for, and is longer than the one line of what came of a key.
        let hint = keys.hint();
        locked(scene).keep(&hint);
        return;
    }
    let (asked, said) = match (asked, key.code) {
        _ if interrupt => (None, Some(keys.quit())),
        (Some(Asked::Done), KeyCode::Char('y')) => (None, Some(keys.done())),
        (Some(Asked::Quit), KeyCode::Char('y')) => (None, Some(keys.quit())),
        (Some(Asked::Cause(form)), code) => fill_in(form, code, keys),
        (None, KeyCode::Char('a')) => (None, Some(keys.acknowledge())),
        (None, KeyCode::Char('h')) => (Some(Asked::Hint), None),
        (None, KeyCode::Char('c')) => (Some(Asked::Cause(Form::default())), None),
        (None, KeyCode::Char('d')) => (Some(Asked::Done), None),
        (None, KeyCode::Char('q')) => (Some(Asked::Quit), None),
        (None | Some(Asked::Hint | Asked::Done | Asked::Quit), _) => (None, None),
    };
    let mut scene = locked(scene);
    scene.asked = asked;
    if let Some(said) = said {
        scene.said = said;
    }
}

fn fill_in(mut form: Form, code: KeyCode, keys: &mut dyn Keys) -> (Option<Asked>, Option<String>) {
    let step = match code {
        KeyCode::Up | KeyCode::Char('k') => Move::Up,
        KeyCode::Down | KeyCode::Char('j') => Move::Down,
        KeyCode::Char(' ') => Move::Mark,
        KeyCode::Enter => Move::Next,
        KeyCode::Esc => return (None, Some("nothing was answered".to_owned())),
        _ => return (Some(Asked::Cause(form)), None),
    };
    match form.press(step) {
        Some(answer) => (None, Some(keys.answer(answer))),
        None => (Some(Asked::Cause(form)), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnosis::Answer;

    /// A person who is told a hint.
    struct Told;

    impl Keys for Told {
        fn acknowledge(&mut self) -> String {
            "acknowledged".to_owned()
        }

        fn hint(&mut self) -> String {
            "hint 1 of 3: look at what waits\n".to_owned()
        }

        fn answer(&mut self, _: Answer) -> String {
            "answered".to_owned()
        }

        fn done(&mut self) -> String {
            "finished".to_owned()
        }

        fn quit(&mut self) -> String {
            "giving up".to_owned()
        }
    }

    /// It stood in one line, cut, until the next key.
    #[test]
    fn a_hint_that_was_paid_for_stays() {
        let scene = Mutex::new(Scene::new(false));
        for key in ['h', 'y', 'a', 'x'] {
            press(&scene, KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE), &mut Told);
        }
        let scene = locked(&scene);
        let hint = "  00:00  hint 1 of 3: look at what waits";
        assert_eq!(scene.lines, [hint]);
        assert_eq!((scene.said.as_str(), scene.told.as_str()), ("acknowledged", format!("{hint}\n").as_str()));
    }
}
