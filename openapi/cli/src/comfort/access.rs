//! `orc login URL` and `orc logout`: stores a token for a server in the user's configuration, and removes it again.
//!
//! With a name and a password, a session is opened only to create the token and is then closed.

use clap::{Arg, Command, ValueHint};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};

use crate::comfort::command::{Comfort, Context};
use crate::connection::client::{Client, Request, segment};
use crate::connection::logins::{self, Login};
use crate::connection::target::{self, Target, is_loopback};
use crate::failure::{Failure, Outcome};
use crate::{ask, output};

/// `orc login`.
pub const LOGIN: Comfort = Comfort {
    path: &["login"],
    about: "Log in to a server and store a token for it",
    inherits: false,
    extend,
    run: login,
};

/// `orc logout`.
pub const LOGOUT: Comfort = Comfort {
    path: &["logout"],
    about: "Revoke the stored token and remove it",
    inherits: false,
    extend: std::convert::identity,
    run: logout,
};

fn extend(command: Command) -> Command {
    let address = Arg::new("address").value_name("ADDRESS").required(true).value_hint(ValueHint::Url);
    let name = Arg::new("name").long("name").value_name("NAME");
    command
        .args([address.help("Address of the server, such as https://orc.example"), name.help("Name of the user; without it, orc asks")])
        .after_help("Asks for the name and the password, or stores the token given with --token. If stdin is not a terminal, reads one line for each.")
}

fn login(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let url = target::parse(context.text("address").map_or("", String::as_str))?;
        let token = context.matches.get_one::<String>("@token").cloned();
        let target = Target::named(url.clone(), token.clone(), "the command line");
        if url.scheme() == "http" && !is_loopback(&url) {
            output::note("Warning: http:// sends the password and the token over the network unencrypted.");
        }
        let client = Client::new(target)?;
        let (session, login) = match token {
            Some(token) => with_token(&client, token).await?,
            None => with_password(&client, &context).await?,
        };
        let path = logins::write(&login)?;
        let role = session["role"].as_str().unwrap_or_default();
        output::note(&format!(
            "Logged in to {url} as {} ({role}); the token is stored in {}.",
            login.name,
            path.display()
        ));
        Ok(())
    }
    .boxed_local()
}

async fn with_token(client: &Client, token: String) -> Outcome<(Value, Login)> {
    let session = client.json(Request::new("GET", "/session")).await?;
    let name = session["name"].as_str().unwrap_or_default().to_owned();
    let login = Login { url: client.target().url.to_string(), token, token_id: None, name };
    Ok((session, login))
}

async fn with_password(client: &Client, context: &Context<'_>) -> Outcome<(Value, Login)> {
    let name = context.text("name").cloned().map_or_else(|| ask::line("name: "), Ok)?;
    let password = ask::secret("password: ")?;
    let url = client.target().url.clone();
    let origin = url.origin().ascii_serialization();
    let request = Request::new("POST", "/session").header("Origin", origin.as_str());
    let response = client.send(request.json(json!({"name": name, "password": password}))).await?;
    let cookies = response.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let cookies: Vec<&str> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
    let cookies = cookies.join("; ");
    let session: Value = response.json().await.map_err(|error| client.unreachable(&error))?;
    let with_session =
        |method, path| Request::new(method, path).header("Cookie", cookies.as_str()).header("Origin", origin.as_str());
    let body = json!({"name": format!("orc on {}", machine()), "role": session["role"]});
    let created = client.json(with_session("POST", "/tokens").json(body)).await?;
    let _the_token_works_without_this_session = client.send(with_session("DELETE", "/session")).await;
    let secret =
        created["secret"].as_str().ok_or_else(|| Failure::Failed("the server answered without a token".into()))?;
    let token_id = created["id"].as_str().map(str::to_owned);
    Ok((session, Login { url: url.to_string(), token: secret.to_owned(), token_id, name }))
}

/// The name of this machine, by which people recognize the token in the list.
fn machine() -> String {
    let named = ["COMPUTERNAME", "HOSTNAME"].iter().find_map(|name| std::env::var(name).ok());
    let stored = || std::fs::read_to_string("/etc/hostname").ok();
    let name = named.or_else(stored).unwrap_or_default();
    let name: String = name.trim().chars().take(80).collect();
    if name.is_empty() { "another machine".to_owned() } else { name }
}

fn logout(_context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let Some(login) = logins::read()? else {
            output::note("You are not logged in.");
            return Ok(());
        };
        let url = target::parse(&login.url)?;
        let revoked = match &login.token_id {
            Some(id) => {
                let target = Target::named(url, Some(login.token.clone()), "`orc login`");
                let request = Request::new("DELETE", format!("/tokens/{}", segment(id)));
                Client::new(target)?.send(request).await.map(|_| true)
            }
            None => Ok(false),
        };
        logins::remove()?;
        match revoked {
            Ok(true) => output::note(&format!("Logged out of {}; the token is revoked.", login.url)),
            Ok(false) => output::note(&format!(
                "Removed the token for {} from this machine. It stays valid, because `orc login` did not create it.",
                login.url
            )),
            Err(failure) => output::note(&format!(
                "Removed the token for {} from this machine, but it could not be revoked: {}",
                login.url,
                failure.text().trim_end()
            )),
        }
        Ok(())
    }
    .boxed_local()
}
