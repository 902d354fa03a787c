//! Failures of the user, the host or the lab: a stable code, what, why, and the next command to type.
//!
//! **Invariant**: every failure that reaches a person comes from [`Code`]; findings and bugs are not failures.

mod from;

use std::{fmt, fmt::Write as _};

use super::exit::Exit;

/// Every failure there is. Codes are stable: they may be added to, never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// No scenario of that name.
    ScenarioUnknown,
    /// The scenario file cannot be used.
    ScenarioInvalid,
    /// The scenario's file is sealed.
    ScenarioSealed,
    /// The exam's file cannot be used.
    ExamInvalid,
    /// A result is not what was signed, or not what the journals show.
    ResultRefused,
    /// A key is none.
    KeyInvalid,
    /// The scenario asks for what this lab has not got.
    PlanRefused,
    /// The lab has not got what the fault is to hit, or another fault has it.
    FaultRefused,
    /// What was asked for makes no sense here or now.
    Usage,
    /// A file or folder that was named is not there, is there already, or is another kind of thing.
    Path,
    /// No run of that name.
    RunUnknown,
    /// A file is no postmortem that could be reviewed.
    PostmortemInvalid,
    /// A journal cannot be read as one.
    JournalInvalid,
    /// A file of droplab's own, or the disk under any file, is at fault.
    File,
    /// Another droplab works on this lab.
    LabBusy,
    /// The lab is not there.
    LabDown,
    /// The lab did not do what it was asked.
    LabError,
    /// A heal did not succeed.
    Unhealed,
    /// The engine does not answer.
    EngineDown,
    /// This host lacks something.
    HostCannot,
    /// A port is taken.
    PortBusy,
    /// Too little memory.
    MemoryLow,
    /// Too little room on the disk.
    DiskLow,
    /// An outside tool is not installed.
    ToolMissing,
    /// Images have to be built.
    ImageMissing,
    /// A cluster of that name is somebody else's.
    LabForeign,
    /// Workloads do not become ready.
    LabNotReady,
    /// No order comes through.
    OrderLost,
    /// Somebody pressed Ctrl-C outside a run.
    Interrupted,
}

impl Code {
    /// The code as people search for it, what it means, and the exit code that goes with it.
    pub fn row(self) -> (&'static str, &'static str, Exit) {
        match self {
            Self::ScenarioUnknown => ("DL-SCENARIO-UNKNOWN", "there is no such scenario", Exit::Usage),
            Self::ScenarioInvalid => ("DL-SCENARIO-INVALID", "the scenario cannot be used", Exit::Usage),
            Self::ScenarioSealed => ("DL-SCENARIO-SEALED", "the scenario is sealed", Exit::Usage),
            Self::ExamInvalid => ("DL-EXAM-INVALID", "the exam cannot be held", Exit::Usage),
            Self::ResultRefused => ("DL-RESULT-REFUSED", "the result is not to be believed", Exit::Fail),
            Self::KeyInvalid => ("DL-KEY-INVALID", "the key cannot be used", Exit::Usage),
            Self::PlanRefused => ("DL-PLAN-REFUSED", "this lab cannot play the scenario", Exit::Usage),
            Self::FaultRefused => ("DL-FAULT-REFUSED", "this fault cannot be put in", Exit::Usage),
            Self::Usage => ("DL-USAGE", "this cannot be done so", Exit::Usage),
            Self::Path => ("DL-PATH", "the file or folder that was named cannot be used", Exit::Usage),
            Self::RunUnknown => ("DL-RUN-UNKNOWN", "there is no such run", Exit::Usage),
            Self::PostmortemInvalid => ("DL-POSTMORTEM-INVALID", "the postmortem cannot be reviewed", Exit::Usage),
            Self::JournalInvalid => ("DL-JOURNAL-INVALID", "the journal cannot be read", Exit::Unknown),
            Self::File => ("DL-FILE", "a file cannot be read or written", Exit::Unknown),
            Self::LabBusy => ("DL-LAB-BUSY", "another droplab works on this lab", Exit::Unknown),
            Self::LabDown => ("DL-LAB-DOWN", "the lab is not up", Exit::Unknown),
            Self::LabError => ("DL-LAB-ERROR", "the lab did not do what it was asked", Exit::Unknown),
            Self::Unhealed => ("DL-UNHEALED", "a fault may still be in the lab", Exit::Unhealed),
            Self::EngineDown => ("DL-ENGINE-DOWN", "the Docker engine does not answer", Exit::Host),
            Self::HostCannot => ("DL-HOST-CANNOT", "this host cannot do that", Exit::Host),
            Self::PortBusy => ("DL-PORT-BUSY", "a port is taken", Exit::Host),
            Self::MemoryLow => ("DL-MEMORY-LOW", "Docker has too little memory", Exit::Host),
            Self::DiskLow => ("DL-DISK-LOW", "Docker has too little room on its disk", Exit::Host),
            Self::ToolMissing => ("DL-TOOL-MISSING", "a tool is not installed", Exit::Host),
            Self::ImageMissing => ("DL-IMAGE-MISSING", "images are missing", Exit::Host),
            Self::LabForeign => ("DL-LAB-FOREIGN", "that cluster is not droplab's", Exit::Host),
            Self::LabNotReady => ("DL-LAB-NOT-READY", "the lab does not become ready", Exit::Unknown),
            Self::OrderLost => ("DL-ORDER-LOST", "no order comes through the lab", Exit::Unknown),
            Self::Interrupted => ("DL-INTERRUPTED", "interrupted", Exit::Interrupted),
        }
    }
}

/// One failure, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub code: Code,
    /// What was found: numbers, names, the line to paste. May have several lines.
    pub why: String,
    /// The next command to type, or what else to do.
    pub next: Option<String>,
}

impl Failure {
    /// A failure and why it came about.
    pub fn new(code: Code, why: impl fmt::Display) -> Self {
        Self { code, why: why.to_string(), next: None }
    }

    /// The same, with the next command to type.
    #[must_use]
    pub fn next(mut self, command: impl fmt::Display) -> Self {
        self.next = Some(command.to_string());
        self
    }

    /// The exit code that goes with it.
    pub fn exit(&self) -> Exit {
        self.code.row().2
    }

    /// As a person reads it: code and meaning, why, next.
    pub fn text(&self) -> String {
        let (code, what, _) = self.code.row();
        let mut text = format!("{code}: {what}\n");
        for (index, line) in self.why.lines().enumerate() {
            let label = if index == 0 { "why:" } else { "" };
            let _ = writeln!(text, "  {label:<6}{line}");
        }
        if let Some(next) = &self.next {
            let _ = writeln!(text, "  {:<6}{next}", "next:");
        }
        text
    }

    /// As a machine reads it.
    pub fn json(&self) -> serde_json::Value {
        let (code, what, exit) = self.code.row();
        serde_json::json!({ "code": code, "what": what, "why": self.why, "next": self.next, "exit": exit as u8 })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().trim_end())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_code_why_and_next() {
        let failure = Failure::new(Code::LabDown, "no cluster `droplab`\nand no engine").next("droplab up");
        insta::assert_snapshot!(failure.text(), @r"
        DL-LAB-DOWN: the lab is not up
          why:  no cluster `droplab`
                and no engine
          next: droplab up
        ");
        assert_eq!(failure.json()["exit"], 3);
    }
}
