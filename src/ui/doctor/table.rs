//! The report as a table: one check a line, for `grep`, `awk` and wide windows.

use super::detail;
use crate::model::{Checkup, Finding};
use serde_json::json;

/// State, check, milliseconds, reason and what was seen, in columns. Nothing is folded or wrapped,
/// and no field before the last has a space in it.
pub fn table(checkup: &Checkup) -> String {
    let mut rows = vec![["STATE", "CHECK", "MS", "REASON", "DETAIL"].map(str::to_owned)];
    rows.extend(checkup.findings.iter().map(row));
    let widths: Vec<usize> = (0..4)
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or_default()
        })
        .collect();
    let mut out = String::new();
    for row in rows {
        for (cell, width) in row.iter().zip(&widths) {
            out.push_str(&format!("{cell:<width$}  "));
        }
        out.push_str(&row[4]);
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

fn row(found: &Finding) -> [String; 5] {
    let state = json!(found.state).as_str().unwrap_or_default().to_owned();
    let reason = found.reason().map(|reason| reason.to_string());
    [
        state,
        found.id.to_string(),
        found.ms.map_or_else(|| "-".to_owned(), |ms| ms.to_string()),
        reason.unwrap_or_else(|| "-".to_owned()),
        detail(found, true),
    ]
}
