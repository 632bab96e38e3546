//! Every operation is used by the page, or is on a waiver list that may only shrink (`scripts/web-waivers.txt`).

use super::lint::operations;
use crate::command::Answer;
use crate::place::Place;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Operations the page neither uses nor waives, and waivers that are no longer needed.
pub fn faults(place: &Place, document: &Value) -> Answer<Vec<String>> {
    let mut text = String::new();
    collect(&place.web().join("src"), &mut text)?;
    let waivers = fs::read_to_string(place.root.join("scripts/web-waivers.txt")).unwrap_or_default();
    let ids: Vec<_> = operations(document).filter_map(|(_, operation)| operation["operationId"].as_str()).collect();
    Ok(compare(&ids, &text, &waivers))
}

fn compare(ids: &[&str], text: &str, waivers: &str) -> Vec<String> {
    let waived: Vec<_> = waivers
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let mut faults = Vec::new();
    for id in ids {
        match (is_used(text, &camel(id)), waived.contains(id)) {
            (false, false) => {
                faults.push(format!("{id}: the page does not use it; use it, or waive it in scripts/web-waivers.txt"))
            }
            (true, true) => faults.push(format!("{id}: the page uses it now; take it off scripts/web-waivers.txt")),
            _ => {}
        }
    }
    let gone = waived.iter().filter(|name| !ids.contains(name));
    faults
        .extend(gone.map(|name| format!("{name}: waived in scripts/web-waivers.txt, but there is no such operation")));
    faults
}

/// Whether the text contains `taskList`, or a name that the client generator derives from it: `taskListOptions`,
/// `taskListMutation` ...
fn is_used(text: &str, name: &str) -> bool {
    const ENDINGS: [&str; 6] = ["Options", "QueryKey", "Mutation", "InfiniteOptions", "InfiniteQueryKey", ""];
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
        let rest = &text[at + name.len()..];
        let word: String = rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
        before && ENDINGS.contains(&word.as_str())
    })
}

fn camel(id: &str) -> String {
    let mut words = id.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_uppercase() + tail
    })
}

fn collect(folder: &Path, text: &mut String) -> Answer<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "generated" && name != "mocks" {
                collect(&path, text)?;
            }
        } else if counts(&name) {
            *text +=
                &fs::read_to_string(&path).map_err(|error| format!("{} could not be read: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// Whether a file counts as using operations. Tests do not, and `live.ts` only says which queries an event makes
/// stale.
fn counts(name: &str) -> bool {
    let source = name.ends_with(".ts") || name.ends_with(".tsx");
    source && name != "live.ts" && !name.contains(".test.") && !name.contains(".spec.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_is_no_use() {
        assert!(counts("ListPage.tsx") && counts("feed.ts"));
        assert!(!counts("live.ts") && !counts("feed.spec.ts") && !counts("styles.css"));
    }

    #[test]
    fn the_list_of_waivers_may_only_shrink() {
        assert_eq!(compare(&["task_list"], "useQuery(taskListOptions())", ""), [""; 0]);
        assert_eq!(compare(&["task_list"], "taskLists()", "").len(), 1);
        assert_eq!(compare(&["task_list"], "", "task_list later\n"), [""; 0]);
        assert_eq!(compare(&["task_list"], "taskList()", "task_list later\n").len(), 1);
        assert_eq!(compare(&[], "", "task_list later\n").len(), 1);
    }
}
