//! `user` and `token`: people and keys, for machines without a browser and for forgotten passwords.

use super::door::Door;
use super::prompt;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Role {
    /// Can see everything except secrets
    Viewer,
    /// Can also start, cancel and rerun
    Operator,
    /// Can also define tasks
    Editor,
    /// Can also manage users, tokens and the server
    Admin,
}

impl Role {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create a user
    Create {
        /// Login name
        name: String,
        /// Role of the user
        #[arg(long, value_enum, default_value = "admin")]
        role: Role,
        #[command(flatten)]
        password: PasswordFrom,
    },
    /// List users
    List,
    /// Set a user's password
    Password {
        /// Login name
        name: String,
        #[command(flatten)]
        password: PasswordFrom,
    },
    /// Delete a user
    Delete {
        /// Login name
        name: String,
    },
}

#[derive(Debug, Args)]
pub struct PasswordFrom {
    /// Read the password from the first line of standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Create a token; its text is shown only this once
    Create {
        /// What the token is for
        #[arg(long)]
        name: String,
        /// Role of the token
        #[arg(long, value_enum)]
        role: Role,
        /// Days until the token expires; default: never
        #[arg(long)]
        days: Option<u32>,
    },
}

/// Runs the command. Returns what to print.
pub async fn user(door: &Door, command: UserCommand) -> Result<String, String> {
    match command {
        UserCommand::Create { name, role, password } => {
            let password = prompt::password(password.password_stdin, &name)?;
            let body = json!({"name": name, "role": role.as_str(), "password": password});
            door.ask("POST", "/users", Some(&body)).await?;
            Ok(format!("user {name} was created"))
        }
        UserCommand::List => list(door).await,
        UserCommand::Password { name, password } => {
            let password = prompt::password(password.password_stdin, &name)?;
            door.ask("PATCH", &format!("/users/{}", segment(&name)), Some(&json!({"password": password}))).await?;
            Ok(format!("the password of {name} was set; all its sessions have ended"))
        }
        UserCommand::Delete { name } => {
            door.ask("DELETE", &format!("/users/{}", segment(&name)), None).await?;
            Ok(format!("user {name} was deleted"))
        }
    }
}

/// Runs the command. Returns what to print.
pub async fn token(door: &Door, command: TokenCommand) -> Result<String, String> {
    let TokenCommand::Create { name, role, days } = command;
    let body = json!({"name": name, "role": role.as_str(), "expires_days": days});
    let made = door.ask("POST", "/tokens", Some(&body)).await?;
    made["secret"].as_str().map(str::to_owned).ok_or_else(|| "the server answered without a token".to_owned())
}

async fn list(door: &Door) -> Result<String, String> {
    let (mut lines, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let place = cursor.map(|cursor| format!("&cursor={}", segment(&cursor))).unwrap_or_default();
        let page = door.ask("GET", &format!("/users?limit=500{place}"), None).await?;
        for user in page["items"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let text = |name: &str| user[name].as_str().unwrap_or_default().to_owned();
            let disabled = if user["disabled"] == true { "  disabled" } else { "" };
            lines.push(format!("{:<30} {}{disabled}", text("name"), text("role")));
        }
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(lines.join("\n"));
        }
    }
}

/// Encodes a value as one segment of a path.
fn segment(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_one_segment() {
        assert_eq!(segment("anna@example.com"), "anna%40example.com");
        assert_eq!(segment("a/b?c"), "a%2Fb%3Fc");
    }
}
