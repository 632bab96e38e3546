//! How mails look: the frame around each, and the pieces that notifications and reports share.
//!
//! Programs that read mail know little: tables, looks written into each element, no scripts, no remote pictures. The
//! one style sheet is for dark mode, narrow screens and paper, and a mail stays readable without it. maud escapes every
//! value. Start reading at `frame`.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Fonts of all texts.
pub const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

/// How long texts break.
pub const BREAKS: &str = "overflow-wrap:anywhere;word-break:break-word;";

/// Largest size of a mail's HTML in bytes. Gmail cuts mails at 102 KB.
pub const BYTES_MAX: usize = 100_000;

const STYLE: &str = "@media (prefers-color-scheme: dark) {\
    .page { background: #101418 !important; } .card { background: #1b2127 !important; border-color: #38424c !important; }\
    .words { color: #e8ecf0 !important; } .quiet { color: #aab4be !important; }\
    .log { background: #101418 !important; color: #e8ecf0 !important; }\
    .line { border-color: #38424c !important; } .tile { background: #101418 !important; border-color: #38424c !important; }\
    .bad { color: #ff9b8f !important; } .link { color: #9dbdff !important; } }\
    @media (max-width: 480px) { .pad { padding: 16px !important; } .label { display: block !important; width: auto !important; padding-bottom: 0 !important; }\
    .cell { font-size: 12px !important; } }\
    @media print { .page { background: #ffffff !important; } .card { border: 0 !important; max-width: none !important; }\
    .row { break-inside: avoid; } .screen { display: none !important; } }";

/// What stands around the content of a mail.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Title of the document.
    pub title: &'a str,
    /// The line that programs show beside the subject.
    pub preheader: &'a str,
    /// What stands below the card.
    pub foot: &'a str,
    /// Page where one changes what is sent.
    pub change_at: Option<&'a str>,
}

/// The whole document.
pub fn frame(frame: &Frame<'_>, card: &Markup) -> String {
    let Frame { title, preheader, foot, change_at } = *frame;
    let quiet = format!("{FONT}font-size:12px;line-height:18px;color:#475467;margin:12px 0 0;{BREAKS}");
    let page: Markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body class="page" style="margin:0;padding:0;background:#f2f4f7;" {
                div style="display:none;max-height:0;overflow:hidden;" { (preheader) }
                table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f2f4f7;" {
                    tr { td align="center" style="padding:24px 8px;" {
                        // Outlook for Windows knows no largest width.
                        (PreEscaped("<!--[if mso]><table role=\"presentation\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td><![endif]-->"))
                        table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;width:100%;background:#ffffff;border:1px solid #d0d5dd;border-radius:8px;" {
                            tr { td class="pad" style="padding:24px;" { (card) } }
                        }
                        (PreEscaped("<!--[if mso]></td></tr></table><![endif]-->"))
                        p class="quiet" style=(quiet) { (foot) }
                        @if let Some(change_at) = change_at {
                            p class="quiet screen" style=(quiet) { "You can " (link(change_at, "change what is sent")) "." }
                        }
                    } }
                }
            }
        }
    };
    page.into_string()
}

/// The heading of a mail.
pub fn heading(text: &str) -> Markup {
    html! {
        h1 class="words" style=(format!("{FONT}font-size:20px;line-height:28px;font-weight:600;color:#101828;margin:0 0 16px;{BREAKS}")) { (text) }
    }
}

/// A paragraph.
pub fn words(text: &str) -> Markup {
    html! {
        p class="words" style=(format!("{FONT}font-size:14px;line-height:20px;color:#101828;margin:0 0 12px;{BREAKS}")) { (text) }
    }
}

/// A link within a text.
pub fn link(to: &str, text: &str) -> Markup {
    html! { a class="link" href=(to) style="color:#175cd3;text-decoration:underline;" { (text) } }
}

/// A link that looks like a button.
pub fn button(to: &str, text: &str) -> Markup {
    html! {
        table role="presentation" class="screen" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 0;" {
            tr { td style="background:#175cd3;border-radius:6px;" {
                a href=(to) style=(format!("{FONT}display:inline-block;font-size:14px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none;padding:10px 18px;")) { (text) }
            } }
        }
    }
}
