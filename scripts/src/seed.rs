//! `cargo xtask seed`: a demo data folder with weeks of believable history.
//!
//! Tasks are created through the API, as a person would. The history comes from the server's own `seed` command,
//! which writes past runs through the store. Deliberately absent: SQL.

use crate::command::{self, Answer};
use crate::live::{Scratch, Server};
use crate::place::Place;
use crate::start;
use serde_json::{Value, json};
use std::path::Path;

/// A task of the demo folder.
struct Demo {
    name: &'static str,
    title: &'static str,
    folder: &'static str,
    tags: &'static [&'static str],
    cron: &'static str,
    /// What the shell runs.
    line: &'static str,
}

const fn demo(
    name: &'static str,
    title: &'static str,
    folder: &'static str,
    tags: &'static [&'static str],
    cron: &'static str,
    line: &'static str,
) -> Demo {
    Demo { name, title, folder, tags, cron, line }
}

const DEMO: &[Demo] = &[
    demo(
        "backup-home",
        "Back up home folders",
        "backup",
        &["nightly"],
        "30 2 * * *",
        "echo 'comparing 48213 files'; sleep 2; echo 'sent 1.2 GB, deleted 14'",
    ),
    demo(
        "backup-database",
        "Dump the shop database",
        "backup",
        &["nightly", "shop"],
        "0 3 * * *",
        "echo 'dumping 41 tables'; sleep 3; echo 'wrote shop.dump (312 MB)'",
    ),
    demo(
        "backup-verify",
        "Restore last night's dump and count",
        "backup",
        &["weekly"],
        "0 5 * * sun",
        "sleep 4; echo 'orders: 182991 rows, equal'",
    ),
    demo(
        "backup-offsite",
        "Copy backups to the other house",
        "backup",
        &["nightly"],
        "15 4 * * *",
        "sleep 1; echo 'transferred 17 files'",
    ),
    demo(
        "certificates",
        "Renew certificates",
        "web",
        &["daily"],
        "12 6 * * *",
        "echo 'shop.example: 61 days left, nothing to do'",
    ),
    demo("disk-space", "Warn when disks fill up", "host", &["often"], "*/15 * * * *", "df -h / | tail -1"),
    demo("updates", "Look for security updates", "host", &["daily"], "45 7 * * mon-fri", "echo '0 updates'"),
    demo("logs-rotate", "Rotate application logs", "host", &["daily"], "5 0 * * *", "echo 'rotated 12 files'"),
    demo("temp-clean", "Empty scratch folders", "host", &["weekly"], "0 1 * * sat", "echo 'removed 418 files, 2.1 GB'"),
    demo(
        "shop-stock",
        "Fetch stock from suppliers",
        "shop",
        &["often", "shop"],
        "*/10 6-22 * * *",
        "sleep 1; echo '3 suppliers, 1204 articles'",
    ),
    demo(
        "shop-prices",
        "Recompute prices",
        "shop",
        &["hourly", "shop"],
        "7 * * * *",
        "echo 'changed 31 of 1204 prices'",
    ),
    demo(
        "shop-feed",
        "Write the product feed",
        "shop",
        &["hourly", "shop"],
        "25 * * * *",
        "echo 'feed.xml, 1204 products'",
    ),
    demo(
        "shop-orders",
        "Pass orders on to the warehouse",
        "shop",
        &["often", "shop"],
        "*/5 * * * *",
        "echo 'no new orders'",
    ),
    demo(
        "shop-invoices",
        "Send invoices",
        "shop",
        &["daily", "shop"],
        "0 18 * * mon-fri",
        "sleep 1; echo 'sent 14 invoices'",
    ),
    demo("shop-dunning", "Remind of open invoices", "shop", &["weekly", "shop"], "0 9 * * tue", "echo '2 reminders'"),
    demo(
        "report-sales",
        "Sales of yesterday by mail",
        "reports",
        &["daily"],
        "0 7 * * *",
        "echo '43 orders, 3120.50 EUR'",
    ),
    demo(
        "report-week",
        "The week in figures",
        "reports",
        &["weekly"],
        "30 7 * * mon",
        "sleep 2; echo 'report.pdf, 6 pages'",
    ),
    demo(
        "report-month",
        "The month in figures",
        "reports",
        &["monthly"],
        "0 8 1 * *",
        "sleep 3; echo 'report.pdf, 14 pages'",
    ),
    demo("import-bank", "Read bank statements", "finance", &["daily"], "30 8,14 * * mon-fri", "echo '7 bookings'"),
    demo(
        "import-rates",
        "Exchange rates of the day",
        "finance",
        &["daily"],
        "15 16 * * mon-fri",
        "echo 'EUR/USD 1.0832'",
    ),
    demo("probe-shop", "Does the shop answer?", "probes", &["often"], "*/2 * * * *", "echo '200 in 84 ms'"),
    demo("probe-mail", "Does the mail server answer?", "probes", &["often"], "*/5 * * * *", "echo '220 in 31 ms'"),
    demo(
        "probe-vpn",
        "Is the other house reachable?",
        "probes",
        &["often"],
        "*/5 * * * *",
        "test $(($(date +%s) % 9)) -ne 0 || { echo 'no answer from 10.8.0.1' >&2; exit 1; }; echo 'up'",
    ),
    demo(
        "index-search",
        "Rebuild the search index",
        "web",
        &["nightly"],
        "40 3 * * *",
        "sleep 5; echo 'indexed 48213 pages'",
    ),
    demo("thumbnails", "Make thumbnails of new pictures", "web", &["hourly"], "50 * * * *", "echo '12 pictures'"),
    demo("sitemap", "Write the site map", "web", &["daily"], "20 4 * * *", "echo '2210 addresses'"),
    demo(
        "links-check",
        "Look for broken links",
        "web",
        &["weekly"],
        "0 4 * * sun",
        "sleep 2; echo '3 broken: /old, /jobs, /press'; exit 3",
    ),
    demo("solar-read", "Read the inverter", "house", &["often"], "*/5 5-21 * * *", "echo '1840 W'"),
    demo("heating-plan", "Plan heating from the forecast", "house", &["hourly"], "3 * * * *", "echo 'forecast 4.1 C'"),
    demo("garden-water", "Water the garden", "house", &["daily"], "0 5 * may-sep *", "sleep 3; echo '40 litres'"),
    demo(
        "camera-archive",
        "Archive camera pictures",
        "house",
        &["nightly"],
        "10 1 * * *",
        "sleep 2; echo '1440 pictures'",
    ),
    demo("photos-sort", "Sort photos into folders", "house", &["daily"], "0 22 * * *", "echo '38 photos'"),
    demo("mirror-docs", "Mirror the documentation", "mirror", &["nightly"], "55 2 * * *", "sleep 1; echo 'unchanged'"),
    demo(
        "mirror-repos",
        "Mirror git repositories",
        "mirror",
        &["hourly"],
        "35 * * * *",
        "echo '61 repositories, 4 changed'",
    ),
    demo(
        "build-nightly",
        "Nightly build",
        "build",
        &["nightly"],
        "0 0 * * *",
        "sleep 6; echo 'test 812 of 814'; echo 'two tests failed' >&2; exit 1",
    ),
    demo(
        "build-docs",
        "Build the documentation",
        "build",
        &["nightly"],
        "30 0 * * *",
        "sleep 2; echo 'built 318 pages'",
    ),
    demo("model-train", "Train the demand model", "data", &["weekly"], "0 2 * * sun", "sleep 8; echo 'error 3.1 %'"),
    demo(
        "model-predict",
        "Predict tomorrow's demand",
        "data",
        &["daily"],
        "30 23 * * *",
        "sleep 1; echo '1204 articles'",
    ),
    demo(
        "archive-orders",
        "Archive old orders",
        "data",
        &["monthly"],
        "0 3 2 * *",
        "sleep 2; echo 'archived 4120 orders'",
    ),
    demo("once-cleanup", "Clean up after the move", "data", &[], "0 12 24 12 *", "echo 'done'"),
];

/// Creates the folder.
///
/// # Errors
/// Fails with a sentence if the folder exists or the server refuses.
pub fn run(place: &Place, folder: &Path) -> Answer<()> {
    let target = place.root.join(folder);
    if target.exists() {
        return Err(format!("{} exists already: remove it, or name another folder", target.display()));
    }
    start::programs(place, "release")?;
    let scratch = Scratch::in_memory("seed")?;
    let mut server = Server::prepare(place, "release", scratch.path())?;
    server.start()?;
    let mut client = server.client();
    for demo in DEMO {
        client.post("/tasks", &task(demo))?;
    }
    for name in ["backup-home", "shop-stock", "build-nightly", "probe-vpn"] {
        client.post(&format!("/tasks/{name}/runs"), &json!({}))?;
    }
    std::thread::sleep(std::time::Duration::from_secs(8));
    server.stop()?;
    history(&server)?;
    let parent = target.parent().unwrap_or(&place.root);
    std::fs::create_dir_all(parent).map_err(|error| format!("{} could not be made: {error}", parent.display()))?;
    std::fs::rename(server.data(), &target).or_else(|_| move_across(server.data(), &target))?;
    println!("{} tasks in {}", DEMO.len(), target.display());
    println!("look at it: {} --data-dir {}", place.program("release", "orc-server").display(), target.display());
    Ok(())
}

/// Adds weeks of past runs with the server's own command.
fn history(server: &Server) -> Answer<()> {
    command::read(server.tool().args(["seed", "--weeks", "6"])).map(drop)
}

fn move_across(from: &Path, to: &Path) -> Answer<()> {
    command::must(std::process::Command::new("cp").arg("-a").arg(from).arg(to))
}

fn task(demo: &Demo) -> Value {
    let Demo { name, title, folder, tags, cron, line } = *demo;
    json!({
        "name": name,
        "title": title,
        "folder": folder,
        "tags": tags,
        "run": {"kind": "shell", "line": line},
        "schedules": [{"kind": "cron", "expression": cron, "timezone": "Europe/Berlin"}],
        "retry": {"max_attempts": if name.starts_with("probe") { 2 } else { 1 }, "delay_seconds": 5},
        "timeout_seconds": 3600,
    })
}
