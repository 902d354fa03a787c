//! How a scene looks.
//!
//! **Invariant**: pure: a scene and an area give the same cells; every size is drawn, with less in it where there is less room.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::{Block, Clear, List, ListItem, ListState, Paragraph, Sparkline, Wrap},
};

use super::{
    form::Form,
    scene::{Asked, Scene},
};
use crate::{model::event::Phase, terminal::plain::clock};

const KEYS: &str = "a acknowledge · h hint · c name the cause · d done · q quit and heal · ? keys";
const HELP: &str = "\
a  acknowledge the page; whom it hurts: droplab ack --impact \"…\"
h  take the next hint that fits; hints cost points
c  name the cause: arrows, space, enter; the last answer counts
d  done: nothing more will be repaired, and whether it was enough is found out
q  give up: what is broken is healed, and the run ends (Ctrl-C does the same)

The lab is yours meanwhile. In another terminal: eval \"$(droplab env)\", then kubectl, psql …";

/// Draw it.
pub fn draw(scene: &Scene, frame: &mut Frame) {
    let look = Look { colour: scene.colour };
    let [title, page, plots, log, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(if frame.area().height >= 16 { 6 } else { 3 }),
        Constraint::Min(1),
        Constraint::Length(2),
    ])
    .areas(frame.area());
    frame.render_widget(Paragraph::new(head(scene)), title);
    frame.render_widget(Paragraph::new(paged(scene, look)), page);
    let [good, slow] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(plots);
    let share = scene.good.back().map_or("-".to_owned(), |good| format!("{}.{} %", good / 10, good % 10));
    let ok = scene.good.back().is_some_and(|good| *good >= 990);
    let plot = |name, values: Vec<u64>, most, style| {
        Sparkline::default().block(Block::bordered().title(name)).data(values).max(most).style(style)
    };
    let style = if ok { look.good() } else { look.bad() };
    let name = format!(" {}  {share} ", scene.probe);
    frame.render_widget(plot(name, last(&scene.good, good), 1000, style), good);
    let p99_ms = scene.p99_ms.back().map_or("-".to_owned(), |ms| format!("{ms} ms"));
    let slowest = last(&scene.p99_ms, slow);
    let most = slowest.iter().copied().max().unwrap_or(1).max(1);
    frame.render_widget(plot(format!(" p99  {p99_ms} "), slowest, most, look.plain()), slow);
    lines(scene, frame, log);
    let foot_lines = vec![Line::styled(scene.said.clone(), Look::strong()), Line::styled(KEYS, look.faint())];
    frame.render_widget(Paragraph::new(foot_lines), foot);
    match &scene.asked {
        Some(Asked::Cause(form)) => cause(form, frame),
        Some(Asked::Hint) => popup(frame, " a hint costs points ", "Take one?  y / n"),
        Some(Asked::Done) => {
            popup(frame, " done ", "Nothing more will be repaired: whether it was enough is found out now.  y / n");
        }
        Some(Asked::Quit) => popup(frame, " give up ", "What is broken is healed, and the run ends.  y / n"),
        None if scene.helps => popup(frame, " keys ", HELP),
        None => {}
    }
}

fn head(scene: &Scene) -> Line<'static> {
    let rehearsal = if scene.rehearsal { "  (rehearsal)" } else { "" };
    let phase = scene.phase.map_or("starting", |phase| match phase {
        Phase::Baseline => "baseline",
        Phase::Fault => "incident",
        Phase::Recovery => "recovery: holding",
        Phase::Replay => "the same trouble once more",
        Phase::Aftermath => "healed: measuring once more",
    });
    let run = format!(" {}{rehearsal}  ", scene.run);
    Line::from(vec![
        Span::styled(run, Look::strong()),
        Span::raw(format!("{phase}  ")),
        Span::styled(clock(scene.at_s), Look::strong()),
    ])
}

fn paged(scene: &Scene, look: Look) -> Line<'static> {
    match &scene.paged {
        Some((at_s, sentence)) => {
            let ago = clock(scene.at_s - at_s);
            Line::styled(format!(" PAGE {ago} ago: {sentence}"), look.bad())
        }
        None => Line::styled(" no page", look.faint()),
    }
}

/// As many of the newest values as there are columns.
fn last(values: &std::collections::VecDeque<u64>, area: Rect) -> Vec<u64> {
    let room = usize::from(area.width.saturating_sub(2));
    values.iter().skip(values.len().saturating_sub(room)).copied().collect()
}

fn lines(scene: &Scene, frame: &mut Frame, area: Rect) {
    let [width, height] = [area.width, area.height].map(|size| size.saturating_sub(2));
    let newest = scene.lines.iter().skip(scene.lines.len().saturating_sub(usize::from(height)));
    let text: Vec<Line> = newest.map(|line| Line::raw(line.as_str())).collect();
    let text = Paragraph::new(text).wrap(Wrap { trim: false });
    // The newest lines are at the bottom, however many rows the others take.
    let above = u16::try_from(text.line_count(width)).unwrap_or(u16::MAX).saturating_sub(height);
    let text = text.scroll((above, 0)).block(Block::bordered().title(" what happens "));
    frame.render_widget(text, area);
}

/// A box in the middle.
fn middle(frame: &Frame, width: u16, height: u16) -> Rect {
    let area = frame.area();
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: (area.width - width) / 2, y: (area.height - height) / 2, width, height }
}

fn popup(frame: &mut Frame, title: &'static str, text: &'static str) {
    let rows = u16::try_from(text.lines().count()).unwrap_or(1);
    let area = middle(frame, 78, rows + 4);
    frame.render_widget(Clear, area);
    let text = Paragraph::new(text).wrap(Wrap { trim: false }).block(Block::bordered().title(title));
    frame.render_widget(text, area);
}

fn cause(form: &Form, frame: &mut Frame) {
    let (name, words, cursor) = form.question();
    let area = middle(frame, 60, u16::try_from(words.len()).unwrap_or(u16::MAX).saturating_add(2));
    let mark = |word: &&str| if form.is_marked(word) { "●" } else { " " };
    let items = words.iter().map(|word| ListItem::new(format!("{} {word}", mark(word))));
    let title = format!(" {name}: space chooses, enter goes on, esc ends ");
    let list = List::new(items).block(Block::bordered().title(title)).highlight_style(Look::chosen());
    frame.render_widget(Clear, area);
    frame.render_stateful_widget(list, area, &mut ListState::default().with_selected(Some(cursor)));
}

/// Styles, with colour and without.
#[derive(Clone, Copy)]
struct Look {
    colour: bool,
}

impl Look {
    fn of(self, colour: Color, modifier: Modifier) -> Style {
        let style = Style::default().add_modifier(modifier);
        if self.colour { style.fg(colour) } else { style }
    }

    fn plain(self) -> Style {
        self.of(Color::Cyan, Modifier::empty())
    }

    fn good(self) -> Style {
        self.of(Color::Green, Modifier::empty())
    }

    fn bad(self) -> Style {
        self.of(Color::Red, Modifier::BOLD)
    }

    fn strong() -> Style {
        Style::default().add_modifier(Modifier::BOLD)
    }

    fn faint(self) -> Style {
        self.of(Color::DarkGray, Modifier::DIM)
    }

    fn chosen() -> Style {
        Style::default().add_modifier(Modifier::REVERSED)
    }
}
