//! Rules that do not hold everywhere yet: `scripts/tidy-baseline.txt` says how many findings each may have.
//!
//! A number may only shrink. If there are more findings, all are shown. If there are fewer, that is a finding too,
//! until the number is lowered, which `cargo xtask tidy` does by itself.

use super::finding::Finding;
use std::collections::BTreeMap;

/// The file with the numbers.
pub const FILE: &str = "scripts/tidy-baseline.txt";

/// Rules that hold everywhere by now. No number may allow a finding of theirs again.
const CLOSED: &[&str] = &["subject"];

/// Leaves out the findings that the numbers allow, and adds one for each number that is too high.
#[must_use]
pub fn applied(found: Vec<Finding>, baseline: &str) -> Vec<Finding> {
    let counts = counts(&found);
    let open = numbers(baseline).filter(|(_, rule, _)| !CLOSED.contains(rule));
    let allowed: BTreeMap<_, _> = open.map(|(_, rule, number)| (rule, number)).collect();
    let is_over = |rule: &str| counts.get(rule).copied().unwrap_or(0) > allowed.get(rule).copied().unwrap_or(0);
    let mut kept: Vec<_> = found.into_iter().filter(|finding| is_over(finding.rule)).collect();
    for (line, rule, number) in numbers(baseline) {
        let count = counts.get(rule).copied().unwrap_or(0);
        let message = match count.cmp(&number) {
            _ if CLOSED.contains(&rule) => format!("`{rule}` holds everywhere: take this line out"),
            std::cmp::Ordering::Less => {
                format!("`{rule}` has {count} findings, not {number}: `cargo xtask tidy` lowers it")
            }
            std::cmp::Ordering::Equal => continue,
            std::cmp::Ordering::Greater => format!("`{rule}` has {count} findings, at most {number}: all are shown"),
        };
        kept.push(Finding { path: FILE.to_owned(), line, rule: "baseline", message });
    }
    kept
}

/// The same file with every number that is too high lowered, and rules without findings left out.
#[must_use]
pub fn lowered(found: &[Finding], baseline: &str) -> String {
    let counts = counts(found);
    let mut text = String::new();
    for line in baseline.lines() {
        match number(line) {
            Some((rule, allowed)) => {
                let count = counts.get(rule).copied().unwrap_or(0).min(allowed);
                if count > 0 {
                    text += &format!("{rule} {count}\n");
                }
            }
            None => text += &format!("{line}\n"),
        }
    }
    text
}

/// Findings by rule.
#[must_use]
pub fn counts(found: &[Finding]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    found.iter().for_each(|finding| *counts.entry(finding.rule).or_default() += 1);
    counts
}

/// Lines `rule number`, with their line numbers.
fn numbers(baseline: &str) -> impl Iterator<Item = (usize, &str, usize)> {
    baseline
        .lines()
        .enumerate()
        .filter_map(|(index, line)| number(line).map(|(rule, number)| (index + 1, rule, number)))
}

fn number(line: &str) -> Option<(&str, usize)> {
    let (rule, number) = line.split_once(' ').filter(|_| !line.starts_with('#'))?;
    Some((rule, number.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(count: usize) -> Vec<Finding> {
        (1..=count).map(|line| Finding { path: "a".to_owned(), line, rule: "tuple", message: String::new() }).collect()
    }

    #[test]
    fn a_number_may_only_shrink() {
        assert_eq!(applied(found(2), "tuple 2\n"), []);
        assert_eq!(applied(found(3), "tuple 2\n").len(), 4);
        assert_eq!(applied(found(3), "").len(), 3);
        assert_eq!(applied(found(1), "# x\ntuple 2\n")[0].line, 2);
    }

    #[test]
    fn a_rule_that_holds_everywhere_has_no_number() {
        let one = Finding { path: "a".to_owned(), line: 1, rule: "subject", message: String::new() };
        let found = applied(vec![one], "subject 1\n");
        assert_eq!(found.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["subject", "baseline"]);
    }

    #[test]
    fn numbers_are_lowered_never_raised() {
        assert_eq!(lowered(&found(1), "# why\ntuple 2\nkey 3\n"), "# why\ntuple 1\n");
        assert_eq!(lowered(&found(3), "tuple 2\n"), "tuple 2\n");
    }
}
