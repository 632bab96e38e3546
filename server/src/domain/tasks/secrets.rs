//! Where a definition uses credentials, and where it must not.
//!
//! Deliberately absent: whether the credentials exist, which `app` checks. Start reading at `credential_needs`.

use super::{Definition, RunSpec, member};
use crate::domain::core::problem::Problem;
use crate::domain::credentials::{self, Forbidden, Need};
use std::collections::BTreeSet;

impl Definition {
    /// Every place of the definition that needs the value of a credential.
    pub fn credential_needs(&self) -> Vec<Need> {
        let mut needs: Vec<Need> = credentials::listed(&self.credentials).collect();
        needs.extend(self.request_texts().iter().flat_map(|(place, text)| credentials::mentioned(place, text)));
        needs
    }

    /// The texts of an http request in which credentials can be mentioned, with their places.
    fn request_texts(&self) -> Vec<(String, &str)> {
        let RunSpec::Http { url, headers, body, .. } = &self.run else { return Vec::new() };
        let headers = headers.iter().map(|(name, value)| (member("/run/headers", name), value.as_str()));
        let body = body.as_deref().map(|body| ("/run/body".to_owned(), body));
        std::iter::once(("/run/url".to_owned(), url.as_str())).chain(headers).chain(body).collect()
    }

    /// Names of the credentials that the definition uses.
    pub fn credential_names(&self) -> BTreeSet<String> {
        self.credential_needs().into_iter().map(|need| need.name).collect()
    }

    /// Everything that is wrong with how the definition uses credentials, apart from what only the database knows.
    pub(super) fn credential_problems(&self, found: &mut Vec<Problem>) {
        if !self.credentials.is_empty() && matches!(self.run, RunSpec::Http { .. }) {
            let message = "an http task has no process; write ${credential.NAME} or ${credential.NAME:FIELD} into its \
                           url, headers or body";
            found.push(Problem::at("/credentials", message));
        }
        credentials::inject_problems(&self.credentials, &self.environment, found);
        found.extend(self.request_texts().iter().filter_map(|(place, text)| credentials::mention_problem(place, text)));
        let mut refuse =
            |pointer: &str, text: &str, place| found.extend(credentials::forbidden_problem(pointer, text, place));
        let arguments: &[String] = match &self.run {
            RunSpec::Command { program, arguments } => {
                refuse("/run/program", program, Forbidden::CommandLine);
                arguments
            }
            RunSpec::Shell { line, .. } => {
                refuse("/run/line", line, Forbidden::CommandLine);
                &[]
            }
            RunSpec::Script { text, arguments, .. } => {
                refuse("/run/text", text, Forbidden::StoredText);
                arguments
            }
            RunSpec::Http { headers, .. } => {
                for name in headers.keys() {
                    refuse(&member("/run/headers", name), name, Forbidden::StoredText);
                }
                &[]
            }
            RunSpec::Heartbeat {} => &[],
        };
        refuse("/working_directory", self.working_directory.as_deref().unwrap_or_default(), Forbidden::StoredText);
        for (index, argument) in arguments.iter().enumerate() {
            refuse(&format!("/run/arguments/{index}"), argument, Forbidden::CommandLine);
        }
        for (name, value) in &self.environment {
            refuse(&member("/environment", name), value, Forbidden::StoredText);
        }
    }
}
