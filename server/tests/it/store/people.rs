//! Users, sessions, tokens, settings, idempotency keys.

use super::both;
use super::fixture::{Fixture, at, begin};
use orc_server::domain::ids::{SessionId, TokenId, UserId};
use orc_server::domain::model::Rights;
use orc_server::domain::model::{
    IdempotencyNew, IdempotencyRecord, PageRequest, SessionNew, TokenNew, UserChange, UserNew, UserRecord,
};
use orc_server::domain::vocabulary::Role;
use orc_server::store::{Conflict, StoreError, Tx};
use serde_json::json;
use uuid::Uuid;

both!(users, sessions, tokens, settings, idempotency_keys);

async fn user(fixture: &Fixture, name: &str, role: Role) -> Result<UserRecord, StoreError> {
    let new = UserNew {
        name: name.into(),
        password_hash: "$argon2id$x".into(),
        rights: Rights::of_role(role),
        created_at: begin(),
    };
    fixture.store.write(async move |tx: &Tx| tx.user_insert(&new).await).await
}

async fn users(fixture: Fixture) {
    let ann = user(&fixture, "ann", Role::Admin).await.expect("a user");
    let bob = user(&fixture, "bob", Role::Admin).await.expect("a user");
    let taken = user(&fixture, "bob", Role::Viewer).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Conflict::NameTaken })), "{taken:?}");
    let store = &fixture.store;
    assert_eq!(store.user_find_by_name("ann").await.expect("reads").as_ref(), Some(&ann));
    let change = UserChange { disabled: Some(true), last_login_at: Some(at(5)), ..UserChange::default() };
    let work = async move |tx: &Tx| tx.user_update(bob.id, &change).await;
    let changed = store.write(work).await.expect("updates").expect("there is one");
    assert_eq!((changed.disabled, changed.last_login_at, changed.rights.role), (true, Some(at(5)), Role::Admin));
    assert_eq!(store.write(async |tx: &Tx| tx.user_counts().await).await.expect("counts"), (2, 1));
    assert_eq!(store.user_count().await.expect("counts"), 2);
    let nobody = async |tx: &Tx| tx.user_update(UserId::generate(), &UserChange::default()).await;
    assert_eq!(store.write(nobody).await.expect("answers"), None);
    let page = store.user_list(None, &PageRequest::first(1)).await.expect("reads");
    assert_eq!(page.items[0].name, "ann");
    let page = store.user_list(None, &PageRequest { limit: 1, cursor: page.next }).await.expect("reads");
    assert_eq!((page.items[0].name.as_str(), page.next), ("bob", None));
    assert!(!format!("{ann:?}").contains("argon2"), "hashes do not reach the log");
}

async fn sessions(fixture: Fixture) {
    let ann = user(&fixture, "ann", Role::Editor).await.expect("a user");
    let new = |id| SessionNew {
        id,
        user: ann.id,
        secret_hash: vec![7; 32],
        created_at: begin(),
        expires_at: at(100),
        user_agent: "Browser".into(),
    };
    let ids = [SessionId::generate(), SessionId::generate(), SessionId::generate()];
    for session in ids.map(new) {
        fixture.store.write(async move |tx: &Tx| tx.session_insert(&session).await).await.expect("a session");
    }
    let touch = async move |tx: &Tx| tx.session_touch(ids[0], at(50), at(150)).await;
    assert!(fixture.store.write(touch).await.expect("touches"));
    let found = fixture.store.session_find(ids[0]).await.expect("reads").expect("there is one");
    assert_eq!((found.last_seen_at, found.expires_at, found.user.name.as_str()), (at(50), at(150), "ann"));
    assert_eq!(found.secret_hash, vec![7; 32]);
    let ended = fixture.store.write(async move |tx: &Tx| tx.sessions_ended_delete(at(120)).await).await;
    assert_eq!(ended.expect("deletes"), 2);
    let again = new(ids[1]);
    fixture.store.write(async move |tx: &Tx| tx.session_insert(&again).await).await.expect("a session");
    let others = async move |tx: &Tx| tx.sessions_delete(ann.id, Some(ids[0])).await;
    assert_eq!(fixture.store.write(others).await.expect("ends"), 1);
    fixture.store.write(async move |tx: &Tx| tx.user_delete(ann.id).await).await.expect("deletes");
    assert_eq!(fixture.store.session_find(ids[0]).await.expect("reads"), None, "they go with their user");
    let orphan = SessionNew { user: UserId::generate(), ..new(SessionId::generate()) };
    let gone = fixture.store.write(async move |tx: &Tx| tx.session_insert(&orphan).await).await;
    assert!(matches!(gone, Err(StoreError::Conflict { what: Conflict::Gone(_) })), "{gone:?}");
}

async fn tokens(fixture: Fixture) {
    let ann = user(&fixture, "ann", Role::Editor).await.expect("a user");
    let new = |seconds, user| TokenNew {
        id: TokenId::generate(),
        name: format!("token {seconds}"),
        secret_hash: vec![9; 32],
        rights: Rights::of_role(Role::Operator),
        user,
        created_by: "ann".into(),
        created_at: at(seconds),
        expires_at: Some(at(1000)),
    };
    let tokens = [new(1, Some(ann.id)), new(2, None), new(3, Some(ann.id))];
    let ids = [tokens[0].id, tokens[1].id, tokens[2].id];
    for token in tokens {
        fixture.store.write(async move |tx: &Tx| tx.token_insert(&token).await).await.expect("a token");
    }
    let found = fixture.store.token_find(ids[0]).await.expect("reads").expect("there is one");
    assert_eq!(
        (found.user, found.user_rights, found.user_disabled),
        (Some(ann.id), Some(Rights::of_role(Role::Editor)), false)
    );
    assert_eq!((found.rights.role, found.expires_at, found.last_used_at), (Role::Operator, Some(at(1000)), None));
    let work = async move |tx: &Tx| {
        tx.token_touch(ids[1], at(9)).await?;
        Ok::<_, StoreError>((tx.token_revoke(ids[2], at(10)).await?, tx.token_revoke(ids[2], at(11)).await?))
    };
    assert_eq!(fixture.store.write(work).await.expect("writes"), (true, false));
    let list = async |user| {
        let page = fixture.store.token_list(user, None, &PageRequest::first(5)).await.expect("reads");
        page.items.into_iter().map(|token| token.id).collect::<Vec<_>>()
    };
    assert_eq!(list(None).await, [ids[1], ids[0]]);
    assert_eq!(list(Some(ann.id)).await, [ids[0]]);
    let found = fixture.store.token_find(ids[2]).await.expect("reads").expect("revoked ones are found");
    assert_eq!(found.revoked_at, Some(at(10)));
    assert_eq!(fixture.store.token_find(ids[1]).await.expect("reads").expect("one").last_used_at, Some(at(9)));
}

async fn settings(fixture: Fixture) {
    let put = async |value: serde_json::Value| {
        let work = async move |tx: &Tx| tx.setting_put("hold", &value).await;
        fixture.store.write(work).await.expect("written");
    };
    assert_eq!(fixture.store.setting_find("hold").await.expect("reads"), None);
    put(json!({"reason": "maintenance"})).await;
    put(json!({"reason": "still"})).await;
    assert_eq!(fixture.store.setting_find("hold").await.expect("reads"), Some(json!({"reason": "still"})));
    let delete = async |tx: &Tx| tx.setting_delete("hold").await;
    assert!(fixture.store.write(delete).await.expect("deletes"));
    assert!(!fixture.store.write(delete).await.expect("answers"));
}

async fn idempotency_keys(fixture: Fixture) {
    let jobs: Vec<_> = (0..8)
        .map(|number| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let id = Uuid::now_v7();
                let made = store
                    .write(async move |tx: &Tx| -> Result<Uuid, StoreError> {
                        if let Some(found) = tx.idempotency_find("ann task_run", "k", begin()).await? {
                            return Ok(found.result_id);
                        }
                        let record = IdempotencyRecord {
                            body_hash: vec![number; 32],
                            result_kind: "run".into(),
                            result_id: id,
                            created_at: at(1),
                        };
                        let new = IdempotencyNew { scope: "ann task_run".into(), key: "k".into(), record };
                        tx.idempotency_put(&new).await?;
                        Ok(id)
                    })
                    .await;
                (id, made.expect("answers"))
            })
        })
        .collect();
    let mut made = Vec::new();
    let mut winners = 0;
    for job in jobs {
        let (own, id) = job.await.expect("joins");
        winners += usize::from(own == id);
        made.push(id);
    }
    made.dedup();
    assert_eq!((made.len(), winners), (1, 1), "whoever came first made it, all others found it");
    let later = async |tx: &Tx| tx.idempotency_find("ann task_run", "k", at(2)).await;
    assert_eq!(fixture.store.write(later).await.expect("reads"), None, "expired");
    let other = async |tx: &Tx| tx.idempotency_find("bob task_run", "k", begin()).await;
    assert_eq!(fixture.store.write(other).await.expect("reads"), None, "another caller's key is another key");
}
