//! How local commands reach the data: through the server that holds the data folder, or directly if no server does.

use crate::api::core::state::ApiState;
use crate::api::core::{PREFIX, within};
use crate::api::router;
use crate::config::{Config, DataFolder, FolderError, folder};
use crate::integrations::local_server;
use crate::serve::{self, ServeError};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// The way to the data.
pub enum Door {
    /// No server runs, and this command holds the folder.
    Here(Box<Here>),
    /// A server holds the folder.
    There {
        /// Address of the server.
        url: String,
        /// Local token of the server.
        token: String,
    },
}

/// The parts of a server, without the socket and the engine.
pub struct Here {
    pub(super) state: ApiState,
    token: String,
    _folder: DataFolder,
}

impl Door {
    /// Finds the way to the data.
    pub async fn open(config: &Config) -> Result<Self, ServeError> {
        folder::protect_new_files();
        match DataFolder::take(&config.data_dir) {
            Ok(folder) => {
                let token = serve::new_local_token();
                let app = serve::open(config, &folder).await?;
                let settings = serve::api_settings(config, token.clone());
                let state = ApiState::new(app, router::contract(), settings, CancellationToken::new());
                Ok(Self::Here(Box::new(Here { state, token, _folder: folder })))
            }
            Err(FolderError::Held { path, pid }) => match there(&path) {
                Some(door) => Ok(door),
                None => Err(FolderError::Held { path, pid }.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Calls an operation and returns the body of its answer.
    ///
    /// # Errors
    /// A sentence, with one line for each field that cannot be accepted.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let (status, answer) = match self {
            Self::Here(here) => within::ask(router::router(here.state.clone()), &here.token, method, path, body).await,
            Self::There { url, token } => {
                let path = format!("{PREFIX}{path}");
                local_server::ask((url, token), method, &path, body).await?
            }
        };
        if status < 400 { Ok(answer) } else { Err(sentence(status, &answer)) }
    }

    /// Closes the database if this command opened it.
    pub async fn close(self) {
        if let Self::Here(here) = self {
            here.state.app.store().close().await;
        }
    }
}

fn there(folder: &Path) -> Option<Door> {
    let read = |name: &str| std::fs::read_to_string(PathBuf::from(folder).join(name)).ok();
    let server: Value = serde_json::from_str(&read(serve::SERVER_FILE)?).ok()?;
    let token = read(serve::LOCAL_TOKEN_FILE)?.trim().to_owned();
    Some(Door::There { url: server["url"].as_str()?.to_owned(), token })
}

fn sentence(status: u16, problem: &Value) -> String {
    let detail = problem["detail"].as_str().map_or_else(|| format!("answer {status}"), str::to_owned);
    let fields = problem["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
    if fields.len() == 1 {
        // The detail says it already.
        return detail;
    }
    fields.iter().fold(detail, |text, field| {
        let part = |name: &str| field[name].as_str().unwrap_or_default();
        format!("{text}\n  {}: {}", part("pointer"), part("message"))
    })
}
