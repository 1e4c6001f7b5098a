//! The table that is printed: a line for what is measured, a column for whom.

use std::fmt::{self, Display, Formatter};

/// What was measured so far.
#[derive(Default)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    target: String,
    figures: Vec<String>,
}

impl Table {
    /// Begins a column: what follows is of this contestant.
    pub fn column(&mut self, name: &'static str) {
        self.columns.push(name);
    }

    /// Puts a figure into the column; the target is ours.
    pub fn row(&mut self, what: &str, target: &str, figure: String) {
        match self.rows.iter_mut().find(|row| row.what == what) {
            Some(row) => row.figures.push(figure),
            None => self.rows.push(Row {
                what: what.to_owned(),
                target: target.to_owned(),
                figures: vec![figure],
            }),
        }
    }
}

impl Display for Table {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "| | {} | target |", self.columns.join(" | "))?;
        writeln!(out, "|---|{}---|", "---|".repeat(self.columns.len()))?;
        for Row {
            what,
            target,
            figures,
        } in &self.rows
        {
            writeln!(out, "| {what} | {} | {target} |", figures.join(" | "))?;
        }
        Ok(())
    }
}
