use std::cell::Cell;

use super::*;
use crate::cloud::error::TransportFault;

const SECOND: Duration = Duration::from_secs(1);

fn busy() -> Error {
    Error::Answer {
        operation: "DescribeSslVpnClientCerts",
        http_status: 503,
        request_id: None,
        reason: "it is a page".to_owned(),
        class: Class::Retry,
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_at_the_first_look_is_not_waited_for() {
    let (stop, began) = (CancellationToken::new(), Instant::now());
    let looks = Cell::new(0);
    let look = async |_| {
        looks.set(looks.get() + 1);
        Ok(Some(7))
    };
    let bounds = Bounds::new(SECOND, &stop);
    assert_eq!(bounds.until("it was not there", look).await.unwrap(), 7);
    assert_eq!((looks.get(), began.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_failed_for_a_passing_reason_is_no_look_and_a_timeout_says_what_was_missing() {
    let (stop, began) = (CancellationToken::new(), Instant::now());
    let bounds = Bounds::new(SECOND, &stop);
    let faults = Cell::new(2);
    let look = async |_| match faults.replace(faults.get() - 1) {
        2 => Err(busy()),
        1 => Ok(None),
        _ => Ok(Some(())),
    };
    bounds.until("it was not there", look).await.unwrap();
    assert_eq!(began.elapsed(), Duration::from_millis(400));

    let never = async |_| Ok(None::<()>);
    let failure = bounds
        .until("it was still listed", never)
        .await
        .unwrap_err();
    assert!(
        failure.to_string().contains("it was still listed"),
        "{failure}"
    );
    assert!(matches!(failure, Failure::TimedOut { .. }));
    assert_eq!(began.elapsed(), SECOND);
    assert!(failure.advice("delete").contains("raise `delete`"));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_wait_at_once_and_a_refusal_is_not_waited_out() {
    let (stop, began) = (CancellationToken::new(), Instant::now());
    let bounds = Bounds::new(SECOND, &stop);
    let stopped = async |_| {
        stop.cancel();
        Ok(None::<()>)
    };
    let failure = bounds.until("it was not there", stopped).await.unwrap_err();
    assert!(matches!(failure, Failure::Stopped), "{failure}");
    let stop = CancellationToken::new();
    let refused = async |_| {
        Err::<Option<()>, _>(Error::Cancelled {
            operation: "DescribeSslVpnClientCerts",
            sent: true,
            last: None,
        })
    };
    let bounds = Bounds::new(SECOND, &stop);
    let failure = bounds.until("it was not there", refused).await.unwrap_err();
    assert!(matches!(failure, Failure::Cloud(_)), "{failure}");
    assert_eq!(began.elapsed(), Duration::ZERO);
}

/// The end of a create whose answer was lost.
fn lost() -> Error {
    let broken = Error::Transport {
        operation: "CreateSslVpnClientCert",
        endpoint: "https://vpc.aliyuncs.com".to_owned(),
        fault: TransportFault::Broken,
        reason: "the connection broke".to_owned(),
    };
    broken.clone().in_doubt_since(&broken)
}

#[test]
fn whatever_ends_a_change_takes_its_doubt_along() {
    let timed_out = Failure::TimedOut {
        timeout: SECOND,
        missing: "the gateway was updating".to_owned(),
    };
    for failure in [
        Failure::Cloud(busy()),
        Failure::Stopped,
        timed_out,
        Failure::Hopeless(Hopeless::PaymentLocked),
    ] {
        let why = failure.to_string();
        let advice = failure.advice("create");
        let mut doubt = Doubt::default();
        doubt.note(&lost());
        // What comes later, and had no effect, takes nothing back.
        doubt.note(&busy());
        let failure = doubt.carried::<()>(Err(failure)).unwrap_err();
        assert!(failure.may_have_acted(), "{failure}");
        let shown = failure.diagnostic("Not created".to_owned(), "create", "Look for it.");
        assert_eq!(shown.summary, "Not created, as far as known");
        for part in [
            why.as_str(),
            advice.as_str(),
            "An earlier attempt may have been carried out: CreateSslVpnClientCert got no answer",
            "Look for it.",
        ] {
            assert!(shown.detail.contains(part), "{part}: {}", shown.detail);
        }
        assert!(
            !shown.detail.contains("Nothing was changed"),
            "{}",
            shown.detail
        );
    }
}

#[test]
fn without_a_doubt_nothing_was_changed() {
    let mut doubt = Doubt::default();
    doubt.note(&busy());
    let failure = doubt.carried::<()>(Err(Failure::Stopped)).unwrap_err();
    let shown = failure.diagnostic("Not created".to_owned(), "create", "Look for it.");
    assert!(
        shown.detail.starts_with("Nothing was changed"),
        "{}",
        shown.detail
    );
}
