//! Masks secrets in the exit record: the result, and every text that names something of the command's.

use super::{Secrets, redact_json, redact_text};
use crate::protocol::record::{ExitRecord, Outcome};

/// Masks secrets in everything that the record says in words, and in the result.
pub(crate) fn redact_record(secrets: &Secrets, record: &mut ExitRecord) {
    if secrets.is_empty() {
        return;
    }
    let clear = |text: &mut String| *text = redact_text(secrets, text).into_owned();
    if let Outcome::SpawnFailed { message, .. } = &mut record.outcome {
        clear(message);
    }
    record.survivors.iter_mut().for_each(|process| clear(&mut process.name));
    record.left_behind.iter_mut().for_each(|process| clear(&mut process.name));
    record.result_error.iter_mut().for_each(clear);
    if !record.result.as_mut().is_none_or(|result| redact_json(secrets, result)) {
        record.result = None;
        record.result_error = Some("the result is a credential's value, so it is not kept".to_owned());
    }
}
