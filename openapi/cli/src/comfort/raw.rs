//! `orc api METHOD PATH`: sends any request, with the login and the error messages of every other command.

use clap::{Arg, ArgAction, Command};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use reqwest::Url;

use crate::comfort::command::{Comfort, Context};
use crate::connection::client::{Payload, Request};
use crate::failure::{Failure, Outcome};
use crate::generated::operations::{BASE, OPERATIONS};
use crate::request::input;
use crate::table::Body;
use crate::{execute, flags, yaml};

/// `orc api`.
pub const API: Comfort =
    Comfort { path: &["api"], about: "Send any request and print the answer as it is", inherits: false, extend, run };

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

fn extend(command: Command) -> Command {
    let header = Arg::new("header").short('H').long("header").value_name("NAME: VALUE").action(ArgAction::Append);
    let file = Arg::new("@file").short('f').long("file").value_name("FILE");
    command.args([
        Arg::new("method")
            .required(true)
            .value_name("METHOD")
            .value_parser(method)
            .help("GET, POST, PUT, PATCH, DELETE or HEAD"),
        Arg::new("path")
            .required(true)
            .value_name("PATH")
            .help("Path below /api/v1, with its query, such as /tasks?limit=5"),
        file.help("Body: a YAML or JSON file, `-` for stdin"),
        header.help("Header to send; may be repeated"),
        flags::output(),
    ])
}

fn method(text: &str) -> Result<&'static str, String> {
    let known = METHODS.into_iter().find(|method| method.eq_ignore_ascii_case(text));
    known.ok_or_else(|| format!("must be one of {}", METHODS.join(", ")))
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let client = context.client()?;
        let method = context.matches.get_one::<&'static str>("method").copied().unwrap_or("GET");
        let mut request = address(method, context.text("path").map_or("", String::as_str))?;
        if let Some(file) = context.text("@file") {
            let text = input::text(file)?;
            let body = body_of(method, &request.path);
            let read = body.map_or_else(|| yaml::document(&text), |body| yaml::body(&text, body.schema));
            let value = read.map_err(|error| Failure::Usage(format!("{file}: {error}")))?;
            let content_type = body.map_or("application/json", |body| body.content_type);
            request.body = Some((content_type, Payload::Json(value)));
        }
        for header in context.matches.get_many::<String>("header").into_iter().flatten() {
            let pair =
                header.split_once(':').ok_or_else(|| Failure::Usage(format!("{header}: write `NAME: VALUE`")))?;
            request = request.header(pair.0.trim(), pair.1.trim());
        }
        let response = client.send(request.streaming()).await?;
        execute::pass_on(&client, response, context.text("@output")).await
    }
    .boxed_local()
}

/// The request for a path that may or may not begin with the base path.
fn address(method: &'static str, text: &str) -> Outcome<Request> {
    let relative = text.strip_prefix(BASE).unwrap_or(text).trim_start_matches('/');
    let parsed = Url::parse(&format!("http://orc/{relative}"));
    let url = parsed.map_err(|error| Failure::Usage(format!("{text}: {error}")))?;
    let mut request = Request::new(method, url.path());
    request.query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    Ok(request)
}

/// The body that the contract states for this path.
fn body_of(method: &str, path: &str) -> Option<&'static Body> {
    let matches = |template: &str| {
        let (mut parts, mut words) = (path.split('/'), template.split('/'));
        path.split('/').count() == template.split('/').count()
            && words.all(|word| parts.next().is_some_and(|part| word.starts_with('{') || word == part))
    };
    let operation = OPERATIONS.iter().find(|operation| operation.method == method && matches(operation.path));
    operation.and_then(|operation| operation.body.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_with_and_without_the_base() {
        for text in ["tasks?limit=5", "/tasks?limit=5", "/api/v1/tasks?limit=5"] {
            let request = address("GET", text).unwrap();
            assert_eq!((request.path.as_str(), request.query), ("/tasks", vec![("limit".into(), "5".into())]));
        }
    }

    #[test]
    fn the_contract_knows_the_content_type() {
        let content_type = |method: &str, path: &str| body_of(method, path).map(|body| body.content_type);
        assert_eq!(content_type("PATCH", "/tasks/a"), Some("application/merge-patch+json"));
        assert_eq!(content_type("PUT", "/tasks/a"), Some("application/json"));
        assert_eq!(content_type("PUT", "/nothing"), None);
    }
}
