//! What a notification says, before a channel gives it a form.

use super::words::NoticeLevel;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// Largest number of facts, and of characters of each text. Whatever the texts contain, the HTML of a mail stays below
/// the 102 KB at which Gmail cuts mails.
const FACTS_MAX: usize = 20;
const SUBJECT_MAX: usize = 250;
const LABEL_MAX: usize = 60;
const VALUE_MAX: usize = 400;
const EXCERPT_MAX: usize = 4000;
const LINK_MAX: usize = 2000;

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Id of this one notification. It is the same whenever the notification is sent again.
    pub id: String,
    /// One line that says what happened.
    pub subject: String,
    /// How serious it is.
    pub level: NoticeLevel,
    /// What is known, in the order in which it is shown.
    pub facts: Vec<Fact>,
    /// Last lines of a log, without secrets and control sequences.
    pub excerpt: Option<String>,
    /// Address of the page that shows more.
    pub link: Option<String>,
    /// Address at which whoever reads it takes care of it without logging in. It is sent, and shown to nobody else.
    #[serde(default)]
    pub act: Option<String>,
    /// Key that all notices about one matter share.
    pub key: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What only a mail has.
    #[serde(default, skip_serializing_if = "MailForm::is_plain")]
    pub mail: MailForm,
}

/// What only a mail has of a notification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailForm {
    /// Its whole HTML; none: it is made from the notification.
    pub html: Option<String>,
    /// Its whole plain text; none: it is made from the notification.
    pub text: Option<String>,
    /// Address of the page where one changes what is sent.
    pub change_at: Option<String>,
    /// Id that all mails of one thread name.
    pub thread: Option<String>,
}

impl MailForm {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// A fact with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What the value is.
    pub label: String,
    /// The value.
    pub value: String,
}

impl Notice {
    /// The same notice with texts of a length that mails and services take. The subject is one line. Of an excerpt, the
    /// end stays, because that is where programs say why they ended.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let line: Vec<&str> = self.subject.split_whitespace().collect();
        self.subject = cut(&line.join(" "), SUBJECT_MAX);
        self.facts.truncate(FACTS_MAX);
        for fact in &mut self.facts {
            fact.label = cut(&fact.label, LABEL_MAX);
            fact.value = cut(&fact.value, VALUE_MAX);
        }
        self.excerpt = self.excerpt.map(|excerpt| {
            let count = excerpt.chars().count();
            if count <= EXCERPT_MAX { excerpt } else { format!("…{}", last(&excerpt, count, EXCERPT_MAX - 1)) }
        });
        self.link = self.link.filter(|link| link.len() <= LINK_MAX);
        self.act = self.act.filter(|act| act.len() <= LINK_MAX);
        self
    }

    /// A fact for a notice.
    pub fn fact(label: &str, value: impl Into<String>) -> Fact {
        Fact { label: label.to_owned(), value: value.into() }
    }

    /// All of it but the subject, as plain text, as it is sent.
    pub fn text(&self) -> String {
        match &self.act {
            Some(act) => format!("{}\n\nTake care of it, or snooze it: {act}", self.shown()),
            None => self.shown(),
        }
    }

    /// The same without the address at which somebody takes care of it.
    pub fn shown(&self) -> String {
        let mut lines: Vec<String> = self.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value)).collect();
        if let Some(excerpt) = &self.excerpt {
            lines.push(format!("\n{}", excerpt.trim_end()));
        }
        if let Some(link) = &self.link {
            lines.push(format!("\n{link}"));
        }
        lines.join("\n")
    }

    /// When it happened, as RFC 3339 in seconds.
    pub fn at_text(&self) -> String {
        self.at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

/// The beginning of a text, at most so many characters. A cut is shown.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn last(text: &str, count: usize, most: usize) -> String {
    text.chars().skip(count - most).collect()
}
