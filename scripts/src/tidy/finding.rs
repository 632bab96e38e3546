//! What a rule returns, and the lists it may use in addition to the sources.

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the root, with `/`.
    pub path: String,
    /// Line, starting at 1; 0 means the whole file.
    pub line: usize,
    /// Short name of the rule, as used in the list of exceptions.
    pub rule: &'static str,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}: [{}] {}", self.path, self.line, self.rule, self.message)
    }
}

/// A `Cargo.toml`.
pub struct Manifest {
    /// Path from the root, with `/`.
    pub path: String,
    /// The file as it is.
    pub text: String,
}

/// The checked-in lists and generated pages that the rules use, as texts.
#[derive(Default)]
pub struct Texts {
    /// Words that may not be used, and what to say instead.
    pub vocabulary: String,
    /// Written exceptions.
    pub exceptions: String,
    /// How many findings a rule that does not hold everywhere yet may have.
    pub baseline: String,
    /// Circles of files that stay.
    pub circles: String,
    /// The published contract.
    pub contract: String,
    /// Dump of the database's schema.
    pub schema: String,
    /// The manifests of the workspace.
    pub manifests: Vec<Manifest>,
}
