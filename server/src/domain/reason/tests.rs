//! Tests how reasons are stored and worded.

use super::*;
use serde_json::json;

#[test]
fn a_reason_is_code_and_arguments_and_comes_back_the_same() {
    let check = |reason: Reason, expected: serde_json::Value| {
        assert_eq!(serde_json::to_value(&reason).expect("plain data"), expected);
        assert_eq!(serde_json::from_value::<Reason>(expected.clone()).expect("a reason"), reason);
        assert_eq!(serde_json::to_value(reason.code()).expect("plain data"), expected["code"]);
    };
    check(Reason::EarlierRun {}, json!({"code": "earlier_run", "args": {}}));
    check(Reason::PoolFull { pool: "db".into() }, json!({"code": "pool_full", "args": {"pool": "db"}}));
    let notes = vec![Note::Maintenance { calendar: "upgrade".into() }];
    let args = json!({"notes": [{"code": "maintenance", "args": {"calendar": "upgrade"}}]});
    check(Reason::LeftOut { notes }, json!({"code": "left_out", "args": args}));
}

#[test]
fn of_several_reasons_the_first_one_counts() {
    let ended = Reason::ExitCode { exit_code: 3 };
    let both = Reason::of_all(vec![ended.clone(), Reason::ProcessesStopped { count: 2 }]).expect("two reasons");
    assert_eq!((both.code(), both.main()), (ReasonCode::ExitCode, &ended));
    assert_eq!(both.words(), "ended with exit code 3; 2 processes left behind were stopped");
    assert_eq!(Reason::ProcessesStopped { count: 1 }.words(), "1 process left behind was stopped");
    assert_eq!(Reason::of_all(vec![ended.clone()]), Some(ended));
    assert_eq!(Reason::of_all(Vec::new()), None);
}

#[test]
fn lengths_of_time_are_said_in_seconds() {
    let words = |limit_milliseconds| Reason::AttemptTimedOut { limit_milliseconds }.words();
    assert_eq!(words(1000), "stopped: the attempt took longer than 1 s");
    assert_eq!(words(1050), "stopped: the attempt took longer than 1.05 s");
    assert_eq!(words(300), "stopped: the attempt took longer than 0.3 s");
}
