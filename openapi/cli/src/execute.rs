//! Runs a generated command: makes the request, sends it, prints the answer. Handles pages, streams and bytes.

use clap::ArgMatches;
use futures::StreamExt as _;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::connection::client::{Client, Request};
use crate::connection::sse::{self, Next};
use crate::contract;
use crate::failure::{Failure, Outcome};
use crate::output::{self, Columns, Format};
use crate::request::{self, body};
use crate::table::{Answer, Operation};

const IF_MATCH: &str = "If-Match";

/// Carries out the command and prints the answer.
pub async fn execute(client: &Client, operation: &'static Operation, matches: &ArgMatches) -> Outcome<()> {
    let request = prepare(client, operation, matches).await?;
    match operation.answer {
        Answer::Empty => client.send(request).await.map(drop),
        Answer::Value => value(client, matches, request).await,
        Answer::List => list(client, operation, matches, request).await,
        Answer::Stream => {
            let response = client.send(request).await?;
            let line = |event: sse::Event| output::write(&format!("{}\n", event.json())).map(|()| Next::More);
            sse::follow(client, response, line).await.map(drop)
        }
        Answer::Bytes => {
            let response = client.send(request).await?;
            pass_on(client, response, matches.get_one::<String>("@output")).await
        }
    }
}

/// The request of a command. If only flags are given for a replacement, fields without a flag keep their present
/// value.
async fn prepare(client: &Client, operation: &'static Operation, matches: &ArgMatches) -> Outcome<Request> {
    if let Some(request) = effect(client, operation, matches).await? {
        return Ok(request);
    }
    let replaced = operation.body.as_ref().filter(|body| operation.method == "PUT" && body::by_flags(body, matches));
    let is_whole = contract::sibling(operation, "GET").is_some() && contract::sibling(operation, "PATCH").is_none();
    let Some(body) = replaced.filter(|_| is_whole) else { return request::request(operation, matches) };
    let now = client.json(Request::new("GET", request::path(operation, matches)?)).await?;
    let mut request = request::changing(operation, matches, body::fields_of(body.schema, &now))?;
    let is_guard = |(name, _): &(String, String)| name.eq_ignore_ascii_case(IF_MATCH);
    let can_guard = operation.headers.iter().any(|field| field.name.eq_ignore_ascii_case(IF_MATCH));
    if let Some(version) = now["version"].as_u64().filter(|_| can_guard && !request.headers.iter().any(is_guard)) {
        // If somebody else changes the thing in between, the server refuses instead of undoing that change.
        request = request.header(IF_MATCH, format!("\"{version}\""));
    }
    Ok(request)
}

/// The request of an `effect` command with flags and without a file: the effect of changing the present thing by the
/// flags. A thing that does not exist yet has only the name from the path. None for any other command.
async fn effect(client: &Client, operation: &'static Operation, matches: &ArgMatches) -> Outcome<Option<Request>> {
    let flags = operation.body.as_ref().filter(|body| body::by_flags(body, matches));
    let Some((view, body)) = contract::view_of_effect(operation).zip(flags) else { return Ok(None) };
    let start = match client.json(Request::new("GET", request::path(view, matches)?)).await {
        Ok(now) => body::fields_of(body.schema, &now),
        Err(Failure::Problem(problem)) if problem.status == 404 => request::named_in_path(view, matches),
        Err(failure) => return Err(failure),
    };
    request::changing(operation, matches, start).map(Some)
}

async fn value(client: &Client, matches: &ArgMatches, request: Request) -> Outcome<()> {
    let format = Format::of(matches);
    let dry_run = request.query.iter().any(|(name, value)| name == "dry_run" && value == "true");
    let mut answer = client.json(request).await?;
    if format == Format::Table {
        complete_address(client, &mut answer);
    }
    output::print(&answer, &Columns::default(), format)?;
    if dry_run && format == Format::Table {
        output::note("Dry run: nothing was saved.");
    }
    Ok(())
}

/// Completes the path in `url` to a full address, because people pass it on to another program.
fn complete_address(client: &Client, value: &mut Value) {
    let full = value["url"].as_str().and_then(|path| client.target().url.join(path).ok());
    if let Some(full) = full {
        value["url"] = Value::from(full.as_str());
    }
}

async fn list(client: &Client, operation: &'static Operation, matches: &ArgMatches, request: Request) -> Outcome<()> {
    let format = Format::of(matches);
    let columns = columns(operation, matches);
    let all = matches.try_get_one::<bool>("@all").ok().flatten() == Some(&true);
    let mut answer = if all { walk(client, operation, request).await? } else { client.json(request).await? };
    if format == Format::Table {
        answer["items"].as_array_mut().into_iter().flatten().for_each(|item| complete_address(client, item));
    }
    output::print(&answer, &columns, format)?;
    if format == Format::Table {
        if answer["items"].as_array().is_some_and(Vec::is_empty) {
            output::note("Nothing found.");
        }
        if let Some(cursor) = answer["next_cursor"].as_str() {
            output::note(&format!("There is more: add --all, or --cursor {cursor} for the next page."));
        }
    }
    Ok(())
}

fn columns(operation: &Operation, matches: &ArgMatches) -> Columns {
    let texts = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
    match matches.get_many::<String>("@columns") {
        Some(chosen) => Columns { shown: chosen.cloned().collect(), more: Vec::new() },
        None => Columns { shown: texts(operation.columns), more: texts(operation.more) },
    }
}

/// Fetches all pages and joins them to one answer.
async fn walk(client: &Client, operation: &'static Operation, mut request: Request) -> Outcome<Value> {
    if !request.query.iter().any(|(name, _)| name == "limit") {
        request = request.with("limit", 500);
    }
    let mut items: Vec<Value> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut page = Request::new(operation.method, request.path.clone());
        page.query.clone_from(&request.query);
        if let Some(cursor) = &cursor {
            page = page.with("cursor", cursor);
        }
        let mut answer = client.json(page).await?;
        items.extend(answer["items"].as_array_mut().map(std::mem::take).unwrap_or_default());
        let next = answer["next_cursor"].as_str().map(str::to_owned);
        if next.is_none() {
            return Ok(json!({"items": items, "next_cursor": null}));
        }
        if next == cursor {
            return Err(Failure::Failed("the server keeps answering the same page".into()));
        }
        cursor = next;
    }
}

/// Copies an answer to a file or to stdout while it arrives.
pub async fn pass_on(client: &Client, response: Response, file: Option<&String>) -> Outcome<()> {
    let mut pieces = response.bytes_stream();
    let mut sink = match file.filter(|file| *file != "-") {
        Some(file) => Some((file, tokio::fs::File::create(file).await.map_err(|error| Failure::failed(file, error))?)),
        None => None,
    };
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| client.unreachable(&error))?;
        match &mut sink {
            Some((file, open)) => open.write_all(&piece).await.map_err(|error| Failure::failed(file, error))?,
            None => output::write_bytes(&piece)?,
        }
    }
    if let Some((file, open)) = &mut sink {
        open.flush().await.map_err(|error| Failure::failed(file, error))?;
    }
    Ok(())
}
