//! Importing the credentials of Task Python Orchestrator. `data/original.py` made the database.

use super::HUSH;
use crate::kit::{Client, House};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const PASSWORD: &str = "correct horse";
const HOST: &str = "reports-01";
const LINE: &str = "POST /credentials/import";
const DRY: &str = "POST /credentials/import?dry_run=true";

/// A copy of the original's database in a folder.
fn original(folder: &Path) -> PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data");
    for name in ["original.db", "original.db-wal"] {
        std::fs::copy(data.join(name), folder.join(name)).unwrap();
    }
    folder.join("original.db")
}

/// Names, sizes and contents of all files of a folder.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = entries.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    all.sort();
    all
}

fn outcomes(answer: &Value) -> Vec<(&str, &str)> {
    let text = |value: &'_ Value, name: &str| value[name].as_str().map(|text| text.to_owned()).unwrap_or_default();
    let all = answer["credentials"].as_array().unwrap();
    assert!(
        all.iter().all(|one| ["imported", "present"].contains(&&*text(one, "outcome")) == one["problem"].is_null()),
        "{answer}"
    );
    all.iter().map(|one| (one["original"].as_str().unwrap(), one["outcome"].as_str().unwrap())).collect()
}

async fn names(admin: &Client) -> Vec<String> {
    let listed = admin.json(200, "GET /credentials", None).await;
    listed["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn sealed_and_plain_values_of_the_original_come_over() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let folder = tempfile::tempdir().unwrap();
    let database = original(folder.path());
    let before = contents(folder.path());
    let body = json!({
        "database": database, "host_name": HOST, "password": PASSWORD,
        "names": {"DB Password": "db-password", "db_user": "db-user"},
    });
    let wanted = vec![
        ("DB Password", "imported"),
        ("binary", "unreadable"),
        ("db_user", "imported"),
        ("email_password", "imported"),
        ("other_machine", "unreadable"),
        // Only the write-ahead log has this one.
        ("sf_access_token", "imported"),
    ];
    let dry = admin.json(200, DRY, Some(body.clone())).await;
    assert_eq!((outcomes(&dry), &dry["saved"]), (wanted.clone(), &json!(false)));
    assert!(names(&admin).await.is_empty());
    assert!(!house.folder.path().join("keys").exists(), "a dry run makes no key");
    let done = admin.json(200, LINE, Some(body.clone())).await;
    assert_eq!((outcomes(&done), &done["saved"]), (wanted, &json!(true)));
    assert_eq!(names(&admin).await, ["db-password", "db-user", "email_password", "sf_access_token"]);
    assert!(!done.to_string().contains("canary") && !done.to_string().contains("hunter2"), "{done}");
    let again = admin.json(200, LINE, Some(body)).await;
    assert_eq!(again["saved"], false);
    assert!(outcomes(&again).contains(&("db_user", "present")), "{again}");
    assert_eq!(contents(folder.path()), before, "the original stays as it is");
    assert!(!house.folder.path().join("imports").exists());
    let audit = admin.json(200, "GET /audit", None).await.to_string();
    assert_eq!(audit.matches("credential_import").count(), 4, "{audit}");
    assert!(!audit.contains("canary"), "{audit}");
}

#[tokio::test]
async fn a_wrong_password_imports_nothing() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let folder = tempfile::tempdir().unwrap();
    let database = original(folder.path());
    for (host, password) in [(HOST, "Correct horse"), ("reports-02", PASSWORD)] {
        let body = json!({"database": database, "host_name": host, "password": password});
        let refused = admin.json(422, LINE, Some(body)).await;
        assert_eq!(refused["fields"][0]["pointer"], "/password", "{refused}");
        assert!(refused["fields"][0]["message"].as_str().unwrap().contains("Nothing was imported"), "{refused}");
        assert!(!refused.to_string().contains(password));
    }
    let refused = admin.json(422, LINE, Some(json!({"database": database}))).await;
    let pointers: Vec<_> = refused["fields"].as_array().unwrap().iter().map(|field| &field["pointer"]).collect();
    assert_eq!(pointers, ["/password", "/host_name"]);
    assert!(names(&admin).await.is_empty());
}

#[tokio::test]
async fn an_export_is_imported_and_bad_names_are_explained() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let export = format!("name,value\r\nShop Key,{HUSH}\r\nmail,b'{HUSH}'\r\nMail,x\r\nempty,\r\n");
    let answer = admin.json(200, LINE, Some(json!({"export": export, "names": {"Mail": "mail"}}))).await;
    let wanted =
        [("Shop Key", "name_refused"), ("mail", "imported"), ("Mail", "name_refused"), ("empty", "unreadable")];
    assert_eq!(outcomes(&answer), wanted);
    assert!(answer["credentials"][0]["problem"].as_str().unwrap().contains("\"shop-key\""), "{answer}");
    assert!(!answer.to_string().contains(HUSH));
    assert_eq!(names(&admin).await, ["mail"]);
}

#[tokio::test]
async fn a_source_that_cannot_be_read_is_explained() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        json!(folder.path().join(name))
    };
    let whole = std::fs::read(original(folder.path())).unwrap();
    // The file has a hole, so it takes no room.
    std::fs::File::create(folder.path().join("large.db-wal")).unwrap().set_len(1 << 30).unwrap();
    for (body, pointer, words) in [
        (json!({}), "/database", "give the path"),
        (json!({"database": "data/orchestrator.db"}), "/database", "whole path"),
        (json!({"database": folder.path().join("none.db")}), "/database", "none.db cannot be read"),
        (json!({"database": folder.path()}), "/database", "is not a file"),
        (json!({"database": "/dev/zero"}), "/database", "is not a file"),
        (
            json!({"database": file("text.db", b"not a database, but long enough to look at")}),
            "/database",
            "not a readable SQLite",
        ),
        (json!({"database": file("empty.db", b"")}), "/database", "no table credentials"),
        (json!({"database": file("large.db", &whole)}), "/database", "is larger than 1 GiB, its log included"),
        (json!({"database": file("cut.db", &whole[..5000])}), "/database", "not a readable SQLite"),
        (json!({"export": "{\"a\": "}), "/export", "line 1"),
        (json!({"export": "[]"}), "/export", "no credentials"),
        (json!({"export": "{\"a\": \"b\"}", "names": {"c/d": "e"}}), "/names/c~1d", "it has \"a\""),
        (json!({"export": "{\"a\": \"b\"}", "database": "/a"}), "/export", "leave out one"),
    ] {
        let refused = admin.json(422, LINE, Some(body.clone())).await;
        let field = &refused["fields"][0];
        assert_eq!(field["pointer"], pointer, "{body}: {refused}");
        assert!(field["message"].as_str().unwrap().contains(words), "{body}: {refused}");
    }
    assert!(!house.folder.path().join("imports").exists());
    assert!(names(&admin).await.is_empty());
}
