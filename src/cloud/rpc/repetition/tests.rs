//! What comes of a call whose attempts end as a script says. The clock is tokio's, paused: no wait here takes time.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use time::macros::datetime;

use super::*;
use crate::cloud::clock::Clock;
use crate::cloud::credentials;
use crate::cloud::error::{ApiError, TransportFault};
use crate::cloud::secret::Secret;
use crate::cloud::test_server::{ACCESS_KEY_ID, SECRET, channel};

const CREATE: Operation = Operation {
    name: "CreateSslVpnClientCert",
    version: "2016-04-28",
    is_change: true,
};

const DESCRIBE: Operation = Operation {
    name: "DescribeVpnGateway",
    is_change: false,
    ..CREATE
};

const SECOND: Duration = Duration::from_secs(1);

/// How an attempt ends.
#[derive(Clone)]
enum End {
    Answer,
    Failure(Box<Failure>),
    /// As the other, after a while.
    Late(Duration, Box<End>),
}

fn failed(error: Error) -> End {
    End::Failure(Box::new(Failure {
        error,
        retry_after: None,
        date: None,
        was_reached: false,
    }))
}

fn with(end: End, change: impl FnOnce(&mut Failure)) -> End {
    let End::Failure(mut failure) = end else {
        panic!("it is to fail");
    };
    change(&mut failure);
    End::Failure(failure)
}

fn late(after: Duration, end: End) -> End {
    End::Late(after, Box::new(end))
}

fn hang() -> End {
    late(Duration::MAX, End::Answer)
}

fn refused(operation: Operation, http_status: u16, code: &str, class: Class) -> End {
    failed(Error::Api(ApiError {
        operation: operation.name,
        code: code.to_owned(),
        message: format!("It is {code}."),
        request_id: Some(format!("R-{code}")),
        http_status,
        class,
        argument: None,
    }))
}

fn expired(operation: Operation) -> End {
    let code = "InvalidSecurityToken.Expired";
    refused(operation, 403, code, Class::CredentialsRefresh)
}

fn throttled(operation: Operation) -> End {
    refused(operation, 400, "Throttling.User", Class::Throttle)
}

fn page(operation: Operation) -> End {
    failed(Error::Answer {
        operation: operation.name,
        http_status: 502,
        request_id: Some("R-page".to_owned()),
        reason: "it is a page of HTML or XML, not JSON".to_owned(),
        class: Class::Retry,
    })
}

fn transport(operation: Operation, fault: TransportFault) -> End {
    failed(Error::Transport {
        operation: operation.name,
        endpoint: "https://vpc.aliyuncs.com".to_owned(),
        fault,
        reason: format!("{fault:?}"),
    })
}

/// The cloud asks to come back in half a minute.
fn asked(end: End) -> End {
    with(end, |failure| failure.retry_after = Some(30 * SECOND))
}

/// The answer is lost.
fn reset() -> End {
    transport(CREATE, TransportFault::Broken)
}

fn unreachable() -> End {
    transport(DESCRIBE, TransportFault::Unreachable)
}

/// What is done to play a script, and what was seen of it.
struct Play {
    channel: Channel,
    operation: Operation,
    source: Option<Arc<dyn Source>>,
    cancel: CancellationToken,
    script: RefCell<VecDeque<End>>,
    /// When each attempt began, counted from the first moment, and with which token.
    seen: RefCell<Vec<(Duration, Option<String>)>>,
    began: Instant,
}

impl Play {
    fn new(operation: Operation, script: Vec<End>) -> Play {
        Play {
            channel: channel(),
            operation,
            source: None,
            cancel: CancellationToken::new(),
            script: RefCell::new(script.into()),
            seen: RefCell::default(),
            began: Instant::now(),
        }
    }

    fn signed_by(self, source: impl Source + 'static) -> Play {
        Play {
            source: Some(Arc::new(source)),
            ..self
        }
    }

    async fn run(&self) -> Result<(), Error> {
        let repetition = Repetition {
            channel: &self.channel,
            operation: self.operation,
            source: self.source.as_ref(),
            cancel: &self.cancel,
        };
        let attempt = |credentials: Option<Credentials>, number: u32| async move {
            let token = credentials.and_then(|credentials| credentials.security_token);
            let token = token.map(|token| token.expose().to_owned());
            self.seen.borrow_mut().push((self.began.elapsed(), token));
            assert_eq!(number as usize, self.attempts());
            let mut end = self.script.borrow_mut().pop_front();
            while let Some(End::Late(after, then)) = end {
                sleep(after).await;
                end = Some(*then);
            }
            match end.expect("an attempt too many") {
                End::Failure(failure) => Err(*failure),
                _ => Ok(()),
            }
        };
        repetition.run(attempt).await
    }

    /// Runs, and is called off after this time; gives the time from then to the end.
    async fn called_off(&self, after: Duration) -> (Result<(), Error>, Duration) {
        let (outcome, called_off) = tokio::join!(self.run(), async {
            sleep(after).await;
            self.cancel.cancel();
            Instant::now()
        });
        (outcome, called_off.elapsed())
    }

    fn attempts(&self) -> usize {
        self.seen.borrow().len()
    }
}

/// How its credentials are refreshed.
#[derive(Debug)]
enum Signer {
    /// Never.
    Static,
    /// By another token each time.
    Renewing(AtomicU32),
    /// It would, and cannot.
    Failing,
    /// It never ends.
    Hanging,
}

#[async_trait]
impl Source for Signer {
    fn origin(&self) -> String {
        "the signer".to_owned()
    }

    async fn credentials(&self) -> Result<Credentials, credentials::Error> {
        let number = match self {
            Signer::Renewing(number) => number.load(Ordering::SeqCst),
            _ => 0,
        };
        Ok(Credentials {
            access_key_id: ACCESS_KEY_ID.into(),
            secret: Secret::new(SECRET),
            security_token: Some(Secret::new(format!("token-{number}"))),
        })
    }

    async fn refresh(&self, _refused: &Credentials) -> Result<Credentials, credentials::Error> {
        match self {
            Signer::Static => {}
            Signer::Renewing(number) => {
                number.fetch_add(1, Ordering::SeqCst);
            }
            Signer::Failing => {
                return Err(credentials::Error::Unusable {
                    origin: self.origin(),
                    reason: "it exited with 1".to_owned(),
                });
            }
            Signer::Hanging => sleep(Duration::MAX).await,
        }
        self.credentials().await
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_once_lost_is_never_forgotten_whatever_ends_the_call() {
    let clock = || refused(CREATE, 400, "InvalidTimeStamp.Expired", Class::Clock);
    let forbidden = || refused(CREATE, 403, "Forbidden.RAM", Class::Permission);
    let unsent = failed(Error::Credentials {
        operation: CREATE.name,
        error: credentials::Error::NoneServed { tried: vec![] },
    });
    for (ends, signer, code) in [
        (
            vec![expired(CREATE)],
            Signer::Static,
            "InvalidSecurityToken.Expired",
        ),
        (
            vec![expired(CREATE)],
            Signer::Failing,
            "InvalidSecurityToken.Expired",
        ),
        (
            vec![expired(CREATE), expired(CREATE)],
            Signer::Renewing(AtomicU32::new(0)),
            "InvalidSecurityToken.Expired",
        ),
        (vec![clock()], Signer::Static, "InvalidTimeStamp.Expired"),
        (vec![forbidden()], Signer::Static, "Forbidden.RAM"),
        (
            vec![throttled(CREATE), forbidden()],
            Signer::Static,
            "Forbidden.RAM",
        ),
        (vec![unsent], Signer::Static, ""),
    ] {
        let script = [vec![reset()], ends].concat();
        let error = Play::new(CREATE, script).signed_by(signer).run().await;
        let error = error.unwrap_err();
        assert!(error.may_have_acted(), "{error}");
        assert_eq!(error.code().unwrap_or_default(), code);
        let earlier = "An earlier attempt may have been carried out: CreateSslVpnClientCert got no answer from \
                       https://vpc.aliyuncs.com: Broken.";
        assert!(error.to_string().ends_with(earlier), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn nor_is_it_when_the_call_is_called_off_in_whatever_wait() {
    let backs_off = Play::new(CREATE, vec![reset(), asked(throttled(CREATE))]);
    let is_refreshed = Play::new(CREATE, vec![reset(), expired(CREATE)]).signed_by(Signer::Hanging);
    let is_sent = Play::new(CREATE, vec![reset(), hang()]);
    for play in [backs_off, is_refreshed, is_sent] {
        let (outcome, _) = play.called_off(SECOND).await;
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, Error::Cancelled { sent: true, .. }),
            "{error}"
        );
        assert_eq!(play.attempts(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_leaves_no_doubt() {
    let broken = transport(DESCRIBE, TransportFault::Broken);
    let play = Play::new(DESCRIBE, vec![broken; 10]);
    let error = play.run().await.unwrap_err();
    assert!(
        matches!(error, Error::Exhausted { attempts: 10, .. }),
        "{error}"
    );
    assert!(!error.may_have_acted());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_keeps_what_the_api_said_of_the_old_credentials() {
    let play = Play::new(DESCRIBE, vec![expired(DESCRIBE)]).signed_by(Signer::Failing);
    let error = play.run().await.unwrap_err();
    assert_eq!(error.request_id(), Some("R-InvalidSecurityToken.Expired"));
    assert_eq!(error.class(), Class::CredentialsRefresh);
    assert_eq!(
        error.to_string(),
        "DescribeVpnGateway failed: It is InvalidSecurityToken.Expired (code InvalidSecurityToken.Expired, HTTP 403, RequestId \
         R-InvalidSecurityToken.Expired). Newer credentials could not be had: the credentials from the signer cannot be used: it exited \
         with 1."
    );
}

#[tokio::test(start_paused = true)]
async fn credentials_are_refreshed_once_a_call_and_those_that_are_no_newer_are_not_tried() {
    let renewing = || Signer::Renewing(AtomicU32::new(0));
    let play = Play::new(DESCRIBE, vec![expired(DESCRIBE), End::Answer]).signed_by(renewing());
    play.run().await.unwrap();
    let tokens = |play: &Play| -> Vec<String> {
        let seen = play.seen.borrow();
        seen.iter().filter_map(|(_, token)| token.clone()).collect()
    };
    assert_eq!(tokens(&play), ["token-0", "token-1"]);

    let play = Play::new(DESCRIBE, vec![expired(DESCRIBE); 2]).signed_by(renewing());
    let error = play.run().await.unwrap_err();
    assert_eq!(error.class(), Class::CredentialsRefresh);

    let play = Play::new(DESCRIBE, vec![expired(DESCRIBE)]).signed_by(Signer::Static);
    let error = play.run().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidSecurityToken.Expired"));
}

#[tokio::test(start_paused = true)]
async fn the_clock_is_corrected_once_a_call() {
    let refused = refused(DESCRIBE, 400, "InvalidTimeStamp.Expired", Class::Clock);
    let dated = with(refused, |failure| {
        failure.date = Some(datetime!(2026-01-01 01:00:00 UTC));
    });
    let mut play = Play::new(DESCRIBE, vec![dated.clone(), End::Answer]);
    play.channel.clock = Clock::new(|| datetime!(2026-01-01 00:00:00 UTC));
    play.run().await.unwrap();
    assert_eq!(play.channel.clock.now(), datetime!(2026-01-01 01:00:00 UTC));

    let play = Play::new(DESCRIBE, vec![dated; 2]);
    assert_eq!(play.run().await.unwrap_err().class(), Class::Clock);
}

#[tokio::test(start_paused = true)]
async fn one_connection_that_does_not_come_about_is_not_noticed_however_long_it_took() {
    let hung = late(5 * SECOND, unreachable());
    let play = Play::new(DESCRIBE, vec![hung, End::Answer]);
    play.run().await.unwrap();
    assert_eq!(play.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn faults_of_another_kind_do_not_use_up_the_patience_for_a_connection() {
    let faults = [vec![page(DESCRIBE); 3], vec![unreachable(); 2]].concat();
    let play = Play::new(DESCRIBE, [faults, vec![End::Answer]].concat());
    play.run().await.unwrap();
    assert_eq!(play.attempts(), 6);
    // Nor do connections that failed before one came about.
    let faults = [
        vec![unreachable(); 2],
        vec![page(DESCRIBE)],
        vec![unreachable(); 2],
    ]
    .concat();
    let play = Play::new(DESCRIBE, [faults, vec![End::Answer]].concat());
    play.run().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_was_never_reached_is_given_up_soon_and_one_that_was_is_not() {
    let play = Play::new(DESCRIBE, vec![unreachable(); 3]);
    let error = play.run().await.unwrap_err();
    assert!(
        matches!(error, Error::Exhausted { attempts: 3, .. }),
        "{error}"
    );
    assert!(play.began.elapsed() < SECOND, "{:?}", play.began.elapsed());

    let hangs = late(5 * SECOND, unreachable());
    let play = Play::new(DESCRIBE, vec![hangs; 2]);
    play.run().await.unwrap_err();
    assert!(
        play.began.elapsed() < 11 * SECOND,
        "{:?}",
        play.began.elapsed()
    );

    let once_reached = with(unreachable(), |failure| failure.was_reached = true);
    let play = Play::new(
        DESCRIBE,
        [vec![once_reached; 9], vec![End::Answer]].concat(),
    );
    play.run().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_the_cloud_asks_for_is_kept() {
    let asked = with(
        refused(DESCRIBE, 400, "SystemBusy", Class::Retry),
        |failure| {
            failure.retry_after = Some(3 * SECOND);
        },
    );
    let play = Play::new(DESCRIBE, vec![asked, End::Answer]);
    play.run().await.unwrap();
    let (waited, _) = play.seen.borrow()[1];
    let most = 3 * SECOND + play.channel.policy.base + SECOND / 100;
    assert!(waited >= 3 * SECOND && waited <= most, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_turn_is_not_taken_from_the_budget() {
    let busy = refused(DESCRIBE, 400, "SystemBusy", Class::Retry);
    let mut play = Play::new(DESCRIBE, vec![busy, End::Answer]);
    play.channel.policy.max_elapsed = SECOND;
    // The first permit is there after more than a second.
    play.channel.limiter.refused(Instant::now());
    play.run().await.unwrap();
    let (first, _) = play.seen.borrow()[0];
    assert!(first > SECOND, "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn calling_off_ends_every_wait_at_once() {
    let queues = Play::new(CREATE, vec![End::Answer]);
    queues.channel.limiter.refused(Instant::now());
    let backs_off = Play::new(CREATE, vec![asked(throttled(CREATE))]);
    let is_in_doubt = Play::new(CREATE, vec![asked(page(CREATE))]);
    let refreshes = Play::new(CREATE, vec![expired(CREATE)]).signed_by(Signer::Hanging);
    let reads = Play::new(DESCRIBE, vec![hang()]);
    for (play, repeats, in_doubt) in [
        (queues, false, false),
        (backs_off, true, false),
        (is_in_doubt, true, true),
        (refreshes, true, false),
        (reads, false, false),
    ] {
        let (outcome, took) = play.called_off(SECOND / 2).await;
        assert_eq!(took, Duration::ZERO);
        let error = outcome.unwrap_err();
        let Error::Cancelled { last, sent, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!((last.is_some(), *sent), (repeats, in_doubt), "{error}");
        if repeats {
            let before = "The attempt before that: CreateSslVpnClientCert ";
            assert!(error.to_string().contains(before), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_called_off_beforehand_is_not_sent() {
    let play = Play::new(CREATE, vec![]);
    play.cancel.cancel();
    let error = play.run().await.unwrap_err();
    assert!(matches!(error, Error::Cancelled { sent: false, .. }));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_called_off_after_it_was_sent_has_two_seconds_for_its_answer() {
    let in_time = late(SECOND / 2 + GRACE - SECOND / 10, End::Answer);
    let (outcome, _) = Play::new(CREATE, vec![in_time])
        .called_off(SECOND / 2)
        .await;
    outcome.unwrap();

    let (outcome, took) = Play::new(CREATE, vec![hang()]).called_off(SECOND / 2).await;
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "CreateSslVpnClientCert was called off after it was sent: the cloud may have carried it out."
    );
    assert!(took >= GRACE && took < GRACE + SECOND / 100, "{took:?}");
}
