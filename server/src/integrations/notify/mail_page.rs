//! A notice as the two parts of a mail: HTML and plain text. Start reading at `html`.

use super::look::{self, BREAKS, FONT, Frame};
use crate::domain::notify::notice::Notice;
use crate::domain::notify::words::NoticeLevel;
use maud::{Markup, html as markup};

struct Look {
    word: &'static str,
    background: &'static str,
}

const fn tone(level: NoticeLevel) -> Look {
    match level {
        NoticeLevel::Critical => Look { word: "Needs you", background: "#b42318" },
        NoticeLevel::Warning => Look { word: "Warning", background: "#9a4a06" },
        NoticeLevel::Info => Look { word: "For your information", background: "#175cd3" },
        NoticeLevel::Resolved => Look { word: "Over", background: "#067647" },
    }
}

/// The plain text of a mail.
pub fn text(notice: &Notice) -> String {
    if let Some(text) = &notice.mail.text {
        return text.clone();
    }
    let change = notice.mail.change_at.as_ref().map(|at| format!("Change what is sent: {at}\n")).unwrap_or_default();
    format!("{}\n\n{}\n\n-- \nSent by Orc at {}\n{change}", notice.subject, notice.text(), notice.at_text())
}

/// The HTML of a mail.
pub fn html(notice: &Notice) -> String {
    if let Some(html) = &notice.mail.html {
        return html.clone();
    }
    let Look { word, background } = tone(notice.level);
    let foot = format!("Sent by Orc at {}", notice.at_text());
    let frame = Frame {
        title: &notice.subject,
        preheader: &preheader(notice),
        foot: &foot,
        change_at: notice.mail.change_at.as_deref(),
    };
    look::frame(&frame, &card(notice, word, background))
}

/// The line that programs show beside the subject.
fn preheader(notice: &Notice) -> String {
    let facts: Vec<String> =
        notice.facts.iter().take(2).map(|fact| format!("{}: {}", fact.label, fact.value)).collect();
    facts.join(" · ").chars().take(120).collect()
}

fn card(notice: &Notice, word: &str, background: &str) -> Markup {
    markup! {
        p style=(format!("{FONT}display:inline-block;font-size:12px;line-height:16px;font-weight:600;color:#ffffff;background:{background};border-radius:4px;padding:3px 8px;margin:0 0 12px;")) { (word) }
        (look::heading(&notice.subject))
        @if !notice.facts.is_empty() {
            table width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;width:100%;" {
                @for fact in &notice.facts {
                    tr {
                        th scope="row" align="left" valign="top" width="150" class="quiet label" style=(format!("{FONT}font-size:14px;line-height:20px;font-weight:400;color:#475467;padding:4px 12px 4px 0;width:150px;text-align:left;")) { (fact.label) }
                        td valign="top" class="words" style=(format!("{FONT}font-size:14px;line-height:20px;color:#101828;padding:4px 0;{BREAKS}")) { (fact.value) }
                    }
                }
            }
        }
        @if let Some(excerpt) = &notice.excerpt {
            pre class="log" style="font-family:ui-monospace,Consolas,Menlo,monospace;font-size:12px;line-height:18px;color:#101828;background:#f2f4f7;border-radius:4px;padding:12px;margin:16px 0 0;white-space:pre-wrap;overflow-wrap:anywhere;word-break:break-word;" { (excerpt.trim_end()) }
        }
        @if let Some(act) = &notice.act {
            p class="words" style=(format!("{FONT}font-size:14px;line-height:20px;color:#101828;margin:20px 0 0;")) {
                (look::link(act, "Take care of it, or snooze it")) " without logging in."
            }
        }
        @if let Some(link) = &notice.link {
            (look::button(link, "Open in Orc"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_escaped_and_nothing_is_asked_for_that_mail_programs_lack() {
        let evil = "<script>alert(1)</script>\"'&";
        let notice = Notice {
            act: None,
            id: "n1".to_owned(),
            subject: evil.to_owned(),
            level: NoticeLevel::Critical,
            facts: vec![Notice::fact(evil, evil)],
            excerpt: Some(evil.to_owned()),
            link: Some("https://orc.example/runs/1?a=\"><script>".to_owned()),
            key: "key".to_owned(),
            at: chrono::DateTime::UNIX_EPOCH,
            mail: crate::domain::notify::notice::MailForm::default(),
        };
        let page = html(&notice);
        assert!(!page.contains("<script"), "{page}");
        for absent in ["<link", "<img", "var(", "flex", "grid", "oklch", "http-equiv"] {
            assert!(!page.contains(absent), "{absent}");
        }
        assert!(page.len() < 102_000 && text(&notice).contains(evil));
        let most = Notice {
            subject: "\"".repeat(9_000),
            facts: (0..90).map(|_| Notice::fact(&"\"".repeat(900), "\"".repeat(9_000))).collect(),
            excerpt: Some("\"🙂".repeat(90_000)),
            ..notice.clone()
        };
        let most = most.bounded();
        assert!(html(&most).len() < 102_000, "{} bytes", html(&most).len());
        assert!(most.excerpt.is_some_and(|text| text.starts_with('…') && text.ends_with('🙂')));
        let bare = page.split('<').find(|tag| tag.contains(" class=\"") && !tag.contains(" style=\""));
        assert_eq!(bare, None, "an element whose look is only in the style sheet");
    }
}
