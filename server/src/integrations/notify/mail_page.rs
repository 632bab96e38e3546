//! A notice as the two parts of a mail: HTML and plain text.
//!
//! Programs that read mail know little: tables, looks written into each element, no scripts, no remote pictures. The
//! one style sheet is for dark mode and narrow screens, and the mail stays readable without it. maud escapes every
//! value. Start reading at `html`.

use crate::domain::notify::notice::Notice;
use crate::domain::notify::words::NoticeLevel;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

const STYLE: &str = "@media (prefers-color-scheme: dark) {\
    .page { background: #101418 !important; } .card { background: #1b2127 !important; border-color: #38424c !important; }\
    .words { color: #e8ecf0 !important; } .quiet { color: #aab4be !important; }\
    .log { background: #101418 !important; color: #e8ecf0 !important; } }\
    @media (max-width: 480px) { .pad { padding: 16px !important; } .label { display: block !important; width: auto !important; padding-bottom: 0 !important; } }";

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

struct Look {
    word: &'static str,
    background: &'static str,
}

const fn look(level: NoticeLevel) -> Look {
    match level {
        NoticeLevel::Critical => Look { word: "Needs you", background: "#b42318" },
        NoticeLevel::Warning => Look { word: "Warning", background: "#9a4a06" },
        NoticeLevel::Info => Look { word: "For your information", background: "#175cd3" },
        NoticeLevel::Resolved => Look { word: "Over", background: "#067647" },
    }
}

/// The plain text of a mail.
pub fn text(notice: &Notice) -> String {
    format!("{}\n\n{}\n\n-- \nSent by Orc at {}\n", notice.subject, notice.text(), notice.at_text())
}

/// The HTML of a mail.
pub fn html(notice: &Notice) -> String {
    let Look { word, background } = look(notice.level);
    let page: Markup = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (notice.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body class="page" style="margin:0;padding:0;background:#f2f4f7;" {
                div style="display:none;max-height:0;overflow:hidden;" { (preheader(notice)) }
                table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f2f4f7;" {
                    tr { td align="center" style="padding:24px 8px;" {
                        table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;width:100%;background:#ffffff;border:1px solid #d0d5dd;border-radius:8px;" {
                            tr { td class="pad" style="padding:24px;" { (card(notice, word, background)) } }
                        }
                        p class="quiet" style=(format!("{FONT}font-size:12px;line-height:18px;color:#475467;margin:12px 0 0;")) { "Sent by Orc at " (notice.at_text()) }
                    } }
                }
            }
        }
    };
    page.into_string()
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
        h1 class="words" style=(format!("{FONT}font-size:20px;line-height:28px;font-weight:600;color:#101828;margin:0 0 16px;overflow-wrap:anywhere;word-break:break-word;")) { (notice.subject) }
        @if !notice.facts.is_empty() {
            table width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed;width:100%;" {
                @for fact in &notice.facts {
                    tr {
                        th scope="row" align="left" valign="top" width="150" class="quiet label" style=(format!("{FONT}font-size:14px;line-height:20px;font-weight:400;color:#475467;padding:4px 12px 4px 0;width:150px;text-align:left;")) { (fact.label) }
                        td valign="top" class="words" style=(format!("{FONT}font-size:14px;line-height:20px;color:#101828;padding:4px 0;overflow-wrap:anywhere;word-break:break-word;")) { (fact.value) }
                    }
                }
            }
        }
        @if let Some(excerpt) = &notice.excerpt {
            pre class="log" style="font-family:ui-monospace,Consolas,Menlo,monospace;font-size:12px;line-height:18px;color:#101828;background:#f2f4f7;border-radius:4px;padding:12px;margin:16px 0 0;white-space:pre-wrap;overflow-wrap:anywhere;word-break:break-word;" { (excerpt.trim_end()) }
        }
        @if let Some(act) = &notice.act {
            p style=(format!("{FONT}font-size:14px;line-height:20px;color:#101828;margin:20px 0 0;")) {
                a href=(act) style="color:#175cd3;font-weight:600;" { "Take care of it, or snooze it" } " without logging in."
            }
        }
        @if let Some(link) = &notice.link {
            table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 0;" {
                tr { td style="background:#175cd3;border-radius:6px;" {
                    a href=(link) style=(format!("{FONT}display:inline-block;font-size:14px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none;padding:10px 18px;")) { "Open in Orc" }
                } }
            }
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
