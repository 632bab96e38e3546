//! Values of open credentials inside texts, and the list of what must be masked.
//!
//! Deliberately absent: opening credentials, which `using` does. Start reading at `fill`.

use super::using::{OpenCredential, OpenCredentials};
use crate::domain::credentials;
use crate::domain::vocabulary::CredentialKind;
use crate::security::secret::Secret;
use orc_runner::{Inject, PlanSecret};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Characters of a value that are encoded inside an address: all but the unreserved ones of RFC 3986.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a value is written inside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// As it is.
    Plain,
    /// As a part of an address or a form.
    Address,
    /// Inside a string of JSON.
    Json,
}

/// Puts the values of credentials in the place of mentions.
///
/// # Errors
/// Returns the name of a credential that has no value.
pub fn fill(text: &str, opened: &OpenCredentials, written: Written) -> Result<String, String> {
    credentials::fill(text, |name, field| value(opened, name, field).map(|value| write(value, written)))
}

/// Everything secret in the credentials, to be masked and not given to a process.
pub fn masked(opened: &OpenCredentials) -> Vec<PlanSecret> {
    let mut all = Vec::new();
    for credential in opened.values() {
        let secret = credential.values.keys().filter(|field| credential.record.kind.is_secret(field));
        all.extend(secret.filter_map(|field| plan_secret(credential, field, Inject::None)));
        all.extend(inner_password(credential));
    }
    all
}

/// One value for the plan of an attempt.
pub fn plan_secret(credential: &OpenCredential, field: &str, inject: Inject) -> Option<PlanSecret> {
    let OpenCredential { record, values } = credential;
    let value: &Secret = values.get(field)?;
    let named = (record.kind.fields().len() > 1).then(|| field.to_owned());
    let text = value.expose();
    // An SSH key without its last line end is refused by ssh.
    let ends = record.kind != CredentialKind::SshKey || text.ends_with('\n') || inject == Inject::None;
    let value = if ends { text.into() } else { [text.as_bytes(), b"\n"].concat().into() };
    Some(PlanSecret { name: record.name.clone(), field: named, value, inject, masked: record.kind.is_secret(field) })
}

/// The password inside a database's address, which programs like to print alone.
fn inner_password(credential: &OpenCredential) -> Vec<PlanSecret> {
    let OpenCredential { record, values } = credential;
    if record.kind != CredentialKind::DatabaseUrl {
        return Vec::new();
    }
    let Some(url) = values.get("value").and_then(|value| password_of(value.expose())) else {
        return Vec::new();
    };
    let decoded: Vec<u8> = percent_decode_str(&url).collect();
    let masked = |value: Vec<u8>| PlanSecret {
        name: record.name.clone(),
        field: Some("password".to_owned()),
        value: value.into(),
        inject: Inject::None,
        masked: true,
    };
    vec![masked(url.into_bytes()), masked(decoded)]
}

/// The password of an address, as it is written there: what stands between the first ':' after the scheme and the last
/// '@' before the path.
fn password_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then(|| password.to_owned())
}

/// The value of a field; of the main field if none is named.
pub fn value<'a>(opened: &'a OpenCredentials, name: &str, field: Option<&str>) -> Option<&'a str> {
    let credential = opened.get(name)?;
    let field = field.unwrap_or(credential.record.kind.main_field());
    credential.values.get(field).map(Secret::expose)
}

fn write(value: &str, written: Written) -> String {
    match written {
        Written::Plain => value.to_owned(),
        Written::Address => utf8_percent_encode(value, IN_ADDRESS).to_string(),
        Written::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_so_that_nothing_breaks() {
        assert_eq!(write("a\"b\\", Written::Json), "a\\\"b\\\\");
        assert_eq!(write("a@b/c d", Written::Address), "a%40b%2Fc%20d");
        assert_eq!(write("a&b", Written::Plain), "a&b");
    }

    #[test]
    fn the_password_of_an_address_is_found() {
        assert_eq!(password_of("postgres://ada:h%40sh@db/shop").as_deref(), Some("h%40sh"));
        assert_eq!(password_of("postgres://ada:a:b@db").as_deref(), Some("a:b"));
        for without in ["postgres://ada@db/shop", "postgres://db", "no address", "x://a:@b"] {
            assert_eq!(password_of(without), None, "{without}");
        }
    }
}
