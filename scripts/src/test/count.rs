//! Counts passed and failed tests in what each tool prints at its end.

/// Passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed, or did not run.
    pub failed: usize,
}

impl Count {
    /// Counts a step that is one check.
    pub fn one(ok: bool) -> Self {
        Self { passed: usize::from(ok), failed: usize::from(!ok) }
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Counts one failure for a tool that failed without naming a failed test, because it did not compile or crashed.
    pub fn and(mut self, ok: bool) -> Self {
        if !ok && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; ...`, once per test binary; an ignored test counts as failed.
pub fn cargo(text: &str) -> Count {
    let mut count = Count::default();
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("test result: ")) {
        count.passed += before(line, " passed");
        count.failed += before(line, " failed") + before(line, " ignored");
    }
    count
}

/// `Tests  1 failed | 12 passed (13)`.
pub fn vitest(text: &str) -> Count {
    let mut count = Count::default();
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("Tests ")) {
        count.passed += before(line, " passed");
        count.failed += before(line, " failed") + before(line, " skipped") + before(line, " todo");
    }
    count
}

/// The last lines of Playwright's list reporter: `12 passed (40s)`, `1 failed`, `2 did not run`.
pub fn playwright(text: &str) -> Count {
    let mut count = Count::default();
    for line in text.lines().map(str::trim) {
        let Some((number, rest)) = line.split_once(' ') else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        match rest.split(" (").next().unwrap_or_default().trim() {
            "passed" => count.passed += number,
            "failed" | "flaky" | "skipped" | "did not run" | "interrupted" => count.failed += number,
            _ => {}
        }
    }
    count
}

/// The number directly before `word`.
fn before(line: &str, word: &str) -> usize {
    let Some((left, _)) = line.split_once(word) else { return 0 };
    let start = left.rfind(|letter: char| !letter.is_ascii_digit()).map_or(0, |at| at + 1);
    left[start..].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_is_read() {
        let text = "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured\n\
                    test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured\n";
        assert_eq!(cargo(text), Count { passed: 7, failed: 2 });
        let text = " Test Files  2 passed (2)\n      Tests  1 failed | 12 passed (13)\n";
        assert_eq!(vitest(text), Count { passed: 12, failed: 1 });
        let text = "Running 14 tests using 1 worker\n  1 failed\n    [x] y\n  2 did not run\n  11 passed (40.1s)\n";
        assert_eq!(playwright(text), Count { passed: 11, failed: 3 });
    }

    #[test]
    fn a_crash_is_a_failure() {
        assert_eq!(cargo("error: could not compile").and(false), Count { passed: 0, failed: 1 });
    }
}
