use super::*;
use crate::testing::{handed, in_child, is_child};

fn id() -> ConnectionId {
    ConnectionId("0123456789ab".into())
}

const SHORT: Duration = Duration::from_millis(60);
const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn two_tasks_of_one_process_exclude_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (FileLock::new(dir.path().into()), FileLock::new(dir.path().into()));
    let guard = a.acquire(&id(), SHORT).await.unwrap();
    assert_eq!(a.acquire(&id(), SHORT).await.err(), Some(LockError::Busy));
    assert_eq!(b.acquire(&id(), Duration::ZERO).await.err(), Some(LockError::Busy));
    assert!(b.acquire(&ConnectionId("other".into()), SHORT).await.is_ok(), "another connection is free");
    assert!(b.is_held(&id()) && !b.is_held(&ConnectionId("other".into())));
    drop(guard);
    assert!(!b.is_held(&id()));
    assert!(b.acquire(&id(), Duration::ZERO).await.is_ok());
}

#[tokio::test]
async fn a_waiter_gets_it_when_it_is_released() {
    let dir = tempfile::tempdir().unwrap();
    let lock = FileLock::new(dir.path().into());
    let guard = lock.acquire(&id(), SHORT).await.unwrap();
    let waiter = tokio::spawn({
        let lock = lock.clone();
        async move { lock.acquire(&id(), LONG).await.map(drop) }
    });
    tokio::time::sleep(SHORT).await;
    assert!(!waiter.is_finished());
    drop(guard);
    waiter.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_name_that_leaves_the_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let lock = FileLock::new(dir.path().into());
    assert!(matches!(lock.acquire(&ConnectionId("../x".into()), SHORT).await, Err(LockError::Failed(_))));
    let gone = FileLock::new(dir.path().join("gone"));
    assert!(matches!(gone.acquire(&id(), SHORT).await, Err(LockError::Failed(_))));
    assert!(gone.is_held(&id()), "nobody can tell");
}

#[cfg(unix)]
#[test]
fn the_kernel_releases_the_lock_of_a_killed_process() {
    const NAME: &str = "lock::tests::the_kernel_releases_the_lock_of_a_killed_process";
    if is_child() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let folder = std::path::PathBuf::from(handed("LOCK_FOLDER"));
        return in_child(NAME, &[], || {
            let _guard = runtime.block_on(FileLock::new(folder.clone()).acquire(&id(), SHORT)).unwrap();
            std::fs::write(folder.join("held"), b"").unwrap();
            std::thread::sleep(LONG);
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([NAME, "--exact"])
        .env("TOKENRACK_TEST_INSIDE", "1")
        .env("LOCK_FOLDER", dir.path())
        .spawn()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    while !dir.path().join("held").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the child ended early");
        std::thread::sleep(Duration::from_millis(5));
    }
    let lock = FileLock::new(dir.path().into());
    assert_eq!(runtime.block_on(lock.acquire(&id(), SHORT)).err(), Some(LockError::Busy));
    assert!(lock.is_held(&id()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!lock.is_held(&id()));
    assert!(runtime.block_on(lock.acquire(&id(), SHORT)).is_ok());
}
