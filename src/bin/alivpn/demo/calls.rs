//! The calls of a step: shown as a table, and checked. Everything here is a function of the calls alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{bail, ensure};
use serde::Deserialize;

/// One call as the emulator received it.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// Milliseconds since the emulator started.
    pub at_ms: u64,
    /// The API's name of it.
    pub operation: String,
    /// Without signature and secrets.
    pub parameters: BTreeMap<String, String>,
    /// 0 when the connection was reset instead of an answer.
    pub http_status: u16,
    /// The API's error code, when the answer was an error.
    pub code: Option<String>,
}

/// What a check found, as a sentence for the reader.
pub type Checked = anyhow::Result<String>;

/// The parameters of a rename, and of nothing else.
const RENAME: [&str; 4] = ["ClientToken", "Name", "RegionId", "SslVpnServerId"];

/// What a full modification may not leave out.
const FULL: [&str; 10] = [
    "Cipher",
    "ClientIpPool",
    "ClientToken",
    "Compress",
    "LocalSubnet",
    "Name",
    "Port",
    "Proto",
    "RegionId",
    "SslVpnServerId",
];

/// Parameters that say where and which, not what.
const ADDRESSING: [&str; 3] = ["ClientToken", "RegionId", "SslVpnServerId"];

impl Call {
    fn is_read(&self) -> bool {
        self.operation.starts_with("Describe")
    }

    fn parameter_names(&self) -> Vec<&str> {
        self.parameters.keys().map(String::as_str).collect()
    }

    fn what_it_carries(&self) -> String {
        let names: Vec<&str> = self
            .parameter_names()
            .into_iter()
            .filter(|name| !ADDRESSING.contains(name))
            .collect();
        match &self.code {
            Some(code) => format!("refused: {code}"),
            None => names.join(", "),
        }
    }
}

/// The calls as lines: a change has its own, reads that follow each other share one. Times count from the first call.
pub fn table(calls: &[Call]) -> String {
    let mut rows: Vec<[String; 3]> = Vec::new();
    let begun = calls.first().map_or(0, |call| call.at_ms);
    for group in calls.chunk_by(|one, next| one.is_read() && next.is_read()) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        let (from, to) = (
            first.at_ms.saturating_sub(begun),
            last.at_ms.saturating_sub(begun),
        );
        let at = if group.len() == 1 {
            format!("{from} ms")
        } else {
            format!("{from} to {to} ms")
        };
        if first.is_read() {
            rows.push([at, how_often(group), String::new()]);
        } else {
            rows.push([at, first.operation.clone(), first.what_it_carries()]);
        }
    }
    let longest = |cells: &mut dyn Iterator<Item = &String>| cells.map(String::len).max();
    let at_width = longest(&mut rows.iter().map(|[at, ..]| at)).unwrap_or(0);
    // A row of reads has nothing in its last column, and does not push that of the others away.
    let carrying = rows.iter().filter(|[.., carries]| !carries.is_empty());
    let call_width = longest(&mut carrying.map(|[_, call, _]| call)).unwrap_or(0);
    let mut table = String::new();
    for [at, call, carries] in &rows {
        let line = format!("{at:>at_width$}  {call:<call_width$}  {carries}");
        let _ = writeln!(table, "{}", line.trim_end());
    }
    table
}

/// `DescribeVpnGateway x 14, DescribeSslVpnServers`, in the order of first appearance.
fn how_often(reads: &[Call]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for read in reads {
        match counts
            .iter_mut()
            .find(|(operation, _)| *operation == read.operation)
        {
            Some((_, count)) => *count += 1,
            None => counts.push((&read.operation, 1)),
        }
    }
    let words: Vec<String> = counts
        .into_iter()
        .map(|(operation, count)| {
            if count == 1 {
                operation.to_owned()
            } else {
                format!("{operation} x {count}")
            }
        })
        .collect();
    words.join(", ")
}

/// Nothing was asked to change; `finding` is what Terraform found by looking.
///
/// # Errors
/// When a change was sent.
pub fn reads_only(calls: &[Call], finding: &str) -> Checked {
    if let Some(change) = calls.iter().find(|call| !call.is_read()) {
        bail!(
            "{} was called where nothing had to change",
            change.operation
        );
    }
    Ok(finding.to_owned())
}

/// The synchronous path: one call of four parameters, and no look at the gateway.
///
/// # Errors
/// When it was not so.
pub fn renamed(calls: &[Call]) -> Checked {
    let (at, rename) = only_change(calls, "ModifySslVpnServer")?;
    let names = rename.parameter_names();
    ensure!(
        names == RENAME,
        "the rename carried {} instead of {}",
        names.join(", "),
        RENAME.join(", ")
    );
    let looks = looks_after(calls, at);
    ensure!(
        looks == 0,
        "the rename was followed by {looks} looks at the gateway"
    );
    Ok("synchronous: one call with the name alone, and its answer is the result".to_owned())
}

/// The asynchronous path of a modification: one call that leaves nothing out, then looks until the cloud is done.
///
/// # Errors
/// When it was not so.
pub fn modified(calls: &[Call], convergence: Duration) -> Checked {
    let (_, modify) = only_change(calls, "ModifySslVpnServer")?;
    let names = modify.parameter_names();
    let missing: Vec<&str> = FULL
        .into_iter()
        .filter(|name| !names.contains(name))
        .collect();
    ensure!(
        missing.is_empty(),
        "the modification left out {}",
        missing.join(", ")
    );
    converged(calls, "ModifySslVpnServer", convergence)
}

/// One change, then looks at the gateway until the cloud was done.
///
/// # Errors
/// When there was another number of changes, or the last look came before the end.
pub fn converged(calls: &[Call], operation: &str, convergence: Duration) -> Checked {
    let (at, change) = only_change(calls, operation)?;
    let looks = looks_after(calls, at);
    ensure!(
        looks > 0,
        "{operation} was followed by no look at the gateway"
    );
    let end = calls.last().map_or(change.at_ms, |call| call.at_ms);
    let waited = Duration::from_millis(end.saturating_sub(change.at_ms));
    ensure!(
        waited >= convergence,
        "the last look came {:.1} s after {operation}, the cloud was done after {:.1} s",
        waited.as_secs_f64(),
        convergence.as_secs_f64()
    );
    Ok(format!(
        "asynchronous: one call, then {looks} looks at the gateway until it was done, {:.1} s later",
        waited.as_secs_f64()
    ))
}

/// The only change among the calls, with its place.
fn only_change<'a>(calls: &'a [Call], operation: &str) -> anyhow::Result<(usize, &'a Call)> {
    let changes: Vec<(usize, &Call)> = calls
        .iter()
        .enumerate()
        .filter(|(_, call)| !call.is_read())
        .collect();
    match changes.as_slice() {
        [(at, change)] if change.operation == operation && change.http_status == 200 => {
            Ok((*at, change))
        }
        _ => {
            let names: Vec<&str> = changes
                .iter()
                .map(|(_, call)| call.operation.as_str())
                .collect();
            bail!(
                "expected one successful {operation}, the changes sent were [{}]",
                names.join(", ")
            )
        }
    }
}

fn looks_after(calls: &[Call], at: usize) -> usize {
    calls
        .iter()
        .skip(at)
        .filter(|call| call.operation == "DescribeVpnGateway")
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(at_ms: u64, operation: &str, parameters: &[&str]) -> Call {
        Call {
            at_ms,
            operation: operation.to_owned(),
            parameters: parameters
                .iter()
                .map(|name| ((*name).to_owned(), "x".to_owned()))
                .collect(),
            http_status: 200,
            code: None,
        }
    }

    fn full_change() -> Vec<Call> {
        vec![
            call(5000, "DescribeSslVpnServers", &[]),
            call(5100, "ModifySslVpnServer", &FULL),
            call(5110, "DescribeVpnGateway", &[]),
            call(5310, "DescribeVpnGateway", &[]),
            call(8130, "DescribeVpnGateway", &[]),
            call(8140, "DescribeSslVpnServers", &[]),
        ]
    }

    #[test]
    fn a_table_shows_each_change_and_sums_up_the_looks() {
        let expected = "\
       0 ms  DescribeSslVpnServers
     100 ms  ModifySslVpnServer                             Cipher, ClientIpPool, Compress, LocalSubnet, Name, Port, Proto
110 to 3140 ms  DescribeVpnGateway x 3, DescribeSslVpnServers
";
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let table = table(&full_change());
        assert!(
            table.contains("ModifySslVpnServer  Cipher"),
            "the reads push the parameters away:\n{table}"
        );
        assert_eq!(words(&table), words(expected));
        // The second column begins at one place.
        let columns: Vec<Option<usize>> = table
            .lines()
            .map(|line| line.find("Describe").or_else(|| line.find("Modify")))
            .collect();
        assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
    }

    #[test]
    fn a_refusal_is_shown_with_its_code() {
        let refused = Call {
            http_status: 400,
            code: Some("VpnGateway.Configuring".to_owned()),
            ..call(0, "CreateSslVpnServer", &["Name"])
        };
        assert_eq!(
            table(&[refused]),
            "0 ms  CreateSslVpnServer  refused: VpnGateway.Configuring\n"
        );
        assert_eq!(table(&[]), "");
    }

    #[test]
    fn a_rename_carries_four_parameters_and_looks_at_nothing() {
        let read = call(0, "DescribeSslVpnServers", &[]);
        let rename = call(10, "ModifySslVpnServer", &RENAME);
        assert!(renamed(&[read.clone(), rename.clone()]).is_ok());
        for wrong in [
            vec![read.clone()],
            vec![rename.clone(), rename.clone()],
            vec![rename, call(20, "DescribeVpnGateway", &[])],
            vec![call(10, "ModifySslVpnServer", &FULL)],
        ] {
            assert!(renamed(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_modification_leaves_nothing_out_and_waits_for_the_end() {
        let second = Duration::from_secs(1);
        let calls = full_change();
        assert!(modified(&calls, 3 * second).unwrap().contains("3 looks"));
        assert!(modified(&calls, 4 * second).is_err(), "too early");
        assert!(modified(&calls[..2], Duration::ZERO).is_err(), "no look");
        let mut short = calls.clone();
        short[1].parameters.remove("Compress");
        assert!(
            modified(&short, second)
                .unwrap_err()
                .to_string()
                .contains("Compress")
        );
        let mut refused = calls;
        refused[1].http_status = 400;
        assert!(modified(&refused, second).is_err());
    }

    #[test]
    fn a_plan_only_reads() {
        let reads = [call(0, "DescribeSslVpnServers", &[])];
        assert_eq!(reads_only(&reads, "drift found").unwrap(), "drift found");
        assert!(reads_only(&full_change(), "drift found").is_err());
    }
}
