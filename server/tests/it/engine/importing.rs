//! Crontabs become tasks: previewed, saved completely or not at all, and run.

use super::bench::Bench;
use chrono::{DateTime, Utc};
use orc_server::api::tasks::definition::TaskDefinition;
use orc_server::app::core::upload::Upload;
use orc_server::app::tasks::import::{Imported, TaskImport};
use orc_server::app::{Caller, Error};
use orc_server::clock::Clock;
use orc_server::domain::model::{AuditFilter, PageRequest, TaskFilter};
use orc_server::domain::schedules::crontab::{CrontabNote, TaskImportNoteCode};
use orc_server::domain::vocabulary::{RunState, TaskSort};
use serde_json::json;

const TEXT: &str = "\
MAILTO=ops
GREETING='good day'
# Says it
0 9 * * mon-fri printf '%s ' \"$GREETING\"; cat
";

fn import(text: &str, dry_run: bool) -> TaskImport {
    let model = json!({"name": "task", "folder": "old", "run": {"kind": "shell", "line": "true"},
        "schedules": [{"kind": "cron", "expression": "@daily", "timezone": "Europe/Berlin"}]});
    let model = serde_json::from_value::<TaskDefinition>(model).expect("a definition").into_domain("UTC");
    TaskImport { file: Upload::Text(text.to_owned()), form: None, model, prefix: "c-".to_owned(), dry_run }
}

async fn imported(bench: &Bench, text: &str) -> Imported {
    bench.app.task_import(&Caller::local(), &import(text, false)).await.expect("an answer")
}

async fn names(bench: &Bench) -> Vec<String> {
    let page = PageRequest::first(500);
    let listed = bench.app.task_list(&Caller::local(), &TaskFilter::default(), TaskSort::Name, &page).await;
    listed.expect("tasks").items.into_iter().map(|task| task.record.definition.name).collect()
}

async fn bench() -> Bench {
    let now: DateTime<Utc> = "2026-05-01T12:30:00Z".parse().expect("an instant");
    Bench::at(Clock::manual(now)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_becomes_a_task_with_words_and_slots() {
    let bench = bench().await;
    let text = format!("{TEXT}CRON_TZ=America/New_York\n30 1 * * * /opt/x.sh\n@reboot /opt/x.sh\n");
    let seen = bench.app.task_import(&Caller::local(), &import(&text, true)).await.expect("an answer");
    assert!(!seen.saved && seen.problems.is_empty(), "{:?}", seen.problems);
    let notes: Vec<_> = seen.notes.iter().map(CrontabNote::code).collect();
    assert_eq!(
        notes,
        [TaskImportNoteCode::OverlapSkipped, TaskImportNoteCode::OtherFolder, TaskImportNoteCode::OtherEnvironment]
    );
    assert_eq!(names(&bench).await, [""; 0]);
    let slots: Vec<_> = seen.tasks.iter().map(|task| task.next_slots.len()).collect();
    assert_eq!(slots, [5, 5, 0]);
    let local = |task: usize| seen.tasks[task].next_slots[0].1.scheduled_local().to_rfc3339();
    assert_eq!((local(0).as_str(), local(1).as_str()), ("2026-05-04T09:00:00+02:00", "2026-05-02T01:30:00-04:00"));
    assert!(seen.tasks.iter().all(|task| task.words.len() == 1 && !task.words[0].is_empty()));
    let first = &seen.tasks[0].definition;
    assert_eq!(
        (first.name.as_str(), first.folder.as_str(), first.description.as_str()),
        ("c-printf", "old", "Says it")
    );

    let saved = imported(&bench, &text).await;
    assert!(saved.saved);
    assert_eq!(names(&bench).await, ["c-printf", "c-x-sh", "c-x-sh-2"]);
    let view = bench.app.task_view(&Caller::local(), "c-printf").await.expect("the task");
    assert_eq!(view.record.definition, saved.tasks[0].definition);
    let page = PageRequest::first(50);
    let audit = bench.app.audit_list(&Caller::local(), &AuditFilter::default(), &page).await.expect("the log").items;
    assert_eq!(audit.iter().filter(|entry| entry.entry.action == "task_import").count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_one_bad_line_nothing_is_saved() {
    let bench = bench().await;
    let answer = imported(&bench, &format!("{TEXT}0 0 * * * a\n0 24 * * * b\nORC_X=1\n0 1 * * * c\n")).await;
    assert!(!answer.saved);
    let places: Vec<_> = answer.problems.iter().map(|problem| (problem.line, problem.position)).collect();
    assert_eq!(places, [(6, Some(3)), (8, None)], "{:?}", answer.problems);
    assert_eq!((answer.tasks.len(), names(&bench).await.len()), (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_import_is_noticed() {
    let bench = bench().await;
    let text = "0 1 * * * /opt/a.sh\n0 2 * * * /opt/a.sh\n";
    assert!(imported(&bench, text).await.saved);
    let again = imported(&bench, text).await;
    assert!(!again.saved && again.tasks.iter().all(|task| task.skipped), "{again:?}");
    assert_eq!(again.tasks[1].warnings[0], CrontabNote::SameTask { task: "c-a-sh-2".into() });
    let more = imported(&bench, &format!("{text}WHERE=there\n0 1 * * * /opt/a.sh\n0 1 * * * /opt/a.sh\n")).await;
    assert!(more.saved);
    let skipped: Vec<_> = more.tasks.iter().map(|task| task.skipped).collect();
    assert_eq!(skipped, [true, true, false, true], "another environment is another job, the same line is not");
    assert_eq!(names(&bench).await, ["c-a-sh", "c-a-sh-2", "c-a-sh-3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crontab_comes_in_any_usual_encoding() {
    let bench = bench().await;
    let text = "# Täglich\r\n0 1 * * * /opt/a.sh\r0 2 * * * /opt/b.sh";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1")).collect();
    let usual = bench.app.task_import(&Caller::local(), &import(text, true)).await.expect("an answer").notes.len();
    for (bytes, encoding, notes) in [
        (text.as_bytes().to_vec(), "UTF-8", usual),
        (format!("\u{feff}{text}").into_bytes(), "UTF-8", usual),
        (utf16, "UTF-16LE", usual),
        (latin, "windows-1252", usual + 1),
    ] {
        let mut import = import("", true);
        import.file = Upload::Bytes { bytes, encoding: None };
        let seen = bench.app.task_import(&Caller::local(), &import).await.expect("an answer");
        assert_eq!((seen.encoding, seen.notes.len(), seen.problems.len()), (encoding, notes, 0));
        assert_eq!(seen.tasks[0].definition.description, "Täglich");
        assert_eq!(seen.tasks.iter().map(|task| task.line).collect::<Vec<_>>(), [2, 3]);
    }
    let mut damaged = import("", true);
    damaged.file = Upload::Bytes { bytes: b"# \xc3\xa4\n# \xe4\n".to_vec(), encoding: None };
    let refused = bench.app.task_import(&Caller::local(), &damaged).await;
    let Err(Error::Invalid(fields)) = refused else { panic!("{refused:?}") };
    assert_eq!(fields[0].pointer, "/text");
    assert!(fields[0].message.starts_with("line 2, byte 3: "), "{}", fields[0].message);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_whole() {
    let bench = bench().await;
    let long = "# x\n".repeat(5_001);
    let refused = bench.app.task_import(&Caller::local(), &import(&long, false)).await;
    assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].pointer == "/text"));
    let mut wrong = import(TEXT, false);
    wrong.model.folder = "a//b".to_owned();
    let refused = bench.app.task_import(&Caller::local(), &wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].pointer == "/folder"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_imported_line_runs_with_its_variables_and_input() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let text = r#"GREETING="good day"
0 9 * * 1 printf '\%s ' "$GREETING"; cat # done%to $USER `x` "q" 'p'%%INPUT%  100\% sure \\
"#;
    assert!(imported(&bench, text).await.saved);
    let run = bench.start("c-printf").await;
    let (record, attempts) = bench.ended(run).await;
    assert_eq!(record.state, RunState::Succeeded);
    assert_eq!(bench.log(&attempts[0]), "good day to $USER `x` \"q\" 'p'\n\nINPUT\n  100% sure \\\\\n");
}
