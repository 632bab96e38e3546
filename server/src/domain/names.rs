//! The rules for names that people give: which characters, how many, and the sentence that refuses a bad one.
//!
//! A rule is written once, as data. The check, the sentence and the pattern in the contract are all made from it, so
//! the server, the page and the command line say the same. Deliberately absent: titles and labels, which may be any
//! text. A value in a path is parsed as an id first, so names that look like ids are refused.

use uuid::Uuid;

/// Words that appear in paths in the place of a name, and so cannot be names.
pub const RESERVED_NAMES: [&str; 8] = ["bulk", "import", "export", "apply", "new", "edit", "clone", "search"];

/// Which texts are names of one kind.
#[derive(Debug)]
pub struct NameRule {
    /// Whether the first character may be a digit.
    pub digit_first: bool,
    /// What the other characters may be besides letters and digits, in the order in which people read them.
    pub symbols: &'static str,
    /// Maximum number of characters.
    pub max: usize,
    /// Whether the text may be empty.
    pub may_be_empty: bool,
}

impl NameRule {
    /// Names of tasks, calendars and pools. `name_problem` checks more.
    pub const NAME: Self = Self { digit_first: true, symbols: "._-", max: 100, may_be_empty: false };

    /// What the names of imported tasks begin with.
    pub const PREFIX: Self = Self { max: 40, may_be_empty: true, ..Self::NAME };

    /// Keys of schedules and triggers within their task.
    pub const ITEM_KEY: Self = Self { max: 50, ..Self::NAME };

    /// Login names of users. Many people log in with their mail address.
    pub const LOGIN: Self = Self { symbols: "._@-", ..Self::NAME };

    /// Names of a task's params. They stand in placeholders and become names of variables.
    pub const PARAM: Self = Self { digit_first: false, symbols: "_", max: 50, may_be_empty: false };

    /// Every rule.
    pub const ALL: [Self; 5] = [Self::NAME, Self::PREFIX, Self::ITEM_KEY, Self::LOGIN, Self::PARAM];

    /// The rule as a regular expression.
    pub fn pattern(&self) -> String {
        let (first, symbols, rest) = (if self.digit_first { "a-z0-9" } else { "a-z" }, self.symbols, self.max - 1);
        let name = format!("[{first}][a-z0-9{symbols}]{{0,{rest}}}");
        if self.may_be_empty { format!("^({name})?$") } else { format!("^{name}$") }
    }

    /// The rule with a pattern.
    pub fn with_pattern(pattern: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.pattern() == pattern)
    }

    /// The rule in English, as the end of a sentence about the name.
    pub fn words(&self) -> String {
        let symbols: Vec<String> = self.symbols.chars().map(|symbol| format!("'{symbol}'")).collect();
        let (last, others) = symbols.split_last().expect("every rule has a symbol");
        let characters =
            ["a-z", "0-9"].into_iter().chain(others.iter().map(String::as_str)).collect::<Vec<_>>().join(", ");
        let first = if self.digit_first { "a letter or a digit" } else { "a letter" };
        format!(
            "may contain {characters} and {last}, must begin with {first}, and may have at most {} characters",
            self.max
        )
    }

    /// What is wrong with a name; none if it follows the rule.
    pub fn problem(&self, name: &str) -> Option<String> {
        let Some(first) = name.bytes().next() else {
            return (!self.may_be_empty).then(|| "must not be empty".to_owned());
        };
        let begins = first.is_ascii_lowercase() || self.digit_first && first.is_ascii_digit();
        let other =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || self.symbols.as_bytes().contains(&byte);
        (!begins || name.len() > self.max || !name.bytes().all(other)).then(|| self.words())
    }
}

/// What is wrong with the name of a task, a calendar or a pool; none if it is a name.
pub fn name_problem(name: &str) -> Option<String> {
    NameRule::NAME.problem(name).or_else(|| match name {
        _ if Uuid::parse_str(name).is_ok() => Some("must not look like an id (UUID)".to_owned()),
        _ if RESERVED_NAMES.contains(&name) => Some(format!("\"{name}\" is reserved; choose another")),
        _ => None,
    })
}

/// A name that is like a text; none if nothing of the text can stay.
pub fn name_proposal(text: &str) -> Option<String> {
    let letter = |letter: char| if NameRule::NAME.problem(&format!("a{letter}")).is_none() { letter } else { '-' };
    let lower: String = text.to_lowercase().chars().map(letter).take(NameRule::NAME.max).collect();
    let trimmed = lower.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    (name_problem(trimmed).is_none() && trimmed != text).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, ok: bool) {
        assert_eq!(name_problem(name).is_none(), ok, "{name}: {:?}", name_problem(name));
    }

    #[test]
    fn names() {
        check("backup", true);
        check("0-a.b_c", true);
        check(&"a".repeat(100), true);
        check(&"a".repeat(101), false);
        check("", false);
        check("-a", false);
        check("A", false);
        check("a b", false);
        check("ä", false);
        check("bulk", false);
        check("018f3b1c-0000-7000-8000-000000000000", false);
        check("018f3b1c000070008000000000000000", false);
    }

    #[test]
    fn proposals_are_names() {
        let proposal = |text: &str| name_proposal(text);
        assert_eq!(proposal("DB Password").as_deref(), Some("db-password"));
        assert_eq!(proposal("_Größe!").as_deref(), Some("gr--e"));
        assert_eq!(proposal(&"A".repeat(200)), Some("a".repeat(100)));
        assert_eq!(proposal("???"), None);
    }

    #[test]
    fn the_pattern_of_a_rule_accepts_what_its_check_accepts() {
        let long = ["a".repeat(40), "a".repeat(41), "a".repeat(50), "a".repeat(51), "a".repeat(100), "a".repeat(101)];
        let short =
            ["", "a", "0", "_", "-", ".", "@", "a@b", "a_b", "a.b-c", "A", "aB", "a b", "ä", "a\n", "a/b", "a,b"];
        for rule in NameRule::ALL {
            let schema = serde_json::json!({"pattern": rule.pattern()});
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            for text in short.into_iter().chain(long.iter().map(String::as_str)) {
                let fits = validator.is_valid(&serde_json::json!(text));
                assert_eq!(rule.problem(text).is_none(), fits, "{text:?} and {}", rule.pattern());
            }
        }
    }

    #[test]
    fn a_rule_says_what_it_allows() {
        assert_eq!(
            NameRule::LOGIN.words(),
            "may contain a-z, 0-9, '.', '_', '@' and '-', must begin with a letter or a digit, and may have at most 100 characters"
        );
        assert_eq!(
            NameRule::PARAM.words(),
            "may contain a-z, 0-9 and '_', must begin with a letter, and may have at most 50 characters"
        );
    }
}
