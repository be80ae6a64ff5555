//! What an answer, or its absence, means: the one table of error classes.

use std::time::Duration;

use uuid::Uuid;

use crate::envelope::{ErrorBody, graph_error};
use crate::error::{GraphError, Info};
use crate::wire::{Answer, NoAnswer};

/// Whether repeating the request could repeat an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    Read,
    Write,
}

/// What to do with one attempt.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It worked.
    Answer(Answer),
    /// It did not, and repeating would not help or would not be safe.
    Final(GraphError),
    /// Graph refuses for now. It has not executed the request, so that a write may be repeated too.
    Throttled { error: GraphError, retry_after: Option<Duration> },
    /// Safe to repeat: a read, or a write that was never accepted.
    Transient { error: GraphError, retry_after: Option<Duration> },
    /// The token was refused: once with a new one, then this error.
    Renew(GraphError),
}

pub(crate) fn classify(intent: Intent, outcome: Result<Answer, NoAnswer>, client_request_id: Uuid) -> Verdict {
    match outcome {
        Ok(answer) => classify_answer(intent, answer, client_request_id),
        Err(no_answer) => classify_silence(intent, no_answer, client_request_id),
    }
}

fn classify_answer(intent: Intent, answer: Answer, client_request_id: Uuid) -> Verdict {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return Verdict::Answer(answer);
    }
    let ErrorBody { code, message, request_id } = graph_error(&answer.body);
    let retry_after = answer.retry_after;
    let info = Info { status: Some(status), code, message, request_id: answer.request_id.or(request_id), client_request_id };
    let code = info.code.as_deref().unwrap_or_default();
    match (status, intent) {
        // The service principal is gone from the tenant (graph-api.md section 19).
        (401, _) if code == "Authorization_IdentityNotFound" => Verdict::Renew(GraphError::ConsentRevoked { info }),
        (401, _) => Verdict::Renew(GraphError::Unauthorized { info }),
        (403, _) => Verdict::Final(GraphError::Forbidden { info }),
        (404, _) => Verdict::Final(GraphError::NotFound { info }),
        (429, _) => Verdict::Throttled { error: GraphError::Throttled { retry_after, info }, retry_after },
        // Two writers met and ours lost: it was not executed (graph-api.md section 0).
        (409, _) if code.ends_with("ConcurrencyViolation") => Verdict::Transient { error: GraphError::Transient { info }, retry_after },
        (408 | 500.., Intent::Read) => Verdict::Transient { error: GraphError::Transient { info }, retry_after },
        // A server that fails may have failed after the effect.
        (408 | 500.., Intent::Write) => Verdict::Final(GraphError::Ambiguous { info }),
        (400..500, _) => Verdict::Final(GraphError::Rejected { info }),
        (_, Intent::Read) => Verdict::Final(GraphError::protocol("unexpected status", info)),
        (_, Intent::Write) => Verdict::Final(GraphError::Ambiguous { info }),
    }
}

fn classify_silence(intent: Intent, no_answer: NoAnswer, client_request_id: Uuid) -> Verdict {
    let info = |message: &str| Info { message: Some(message.to_owned()), client_request_id, ..Info::default() };
    let transient = |info| Verdict::Transient { error: GraphError::Transient { info }, retry_after: None };
    match (no_answer, intent) {
        (NoAnswer::Unsendable(why), _) => Verdict::Final(GraphError::config(why)),
        (NoAnswer::NotSent(why), _) => transient(info(&why)),
        (NoAnswer::Lost(why), Intent::Read) => transient(info(&why)),
        (NoAnswer::Lost(why), Intent::Write) => Verdict::Final(GraphError::Ambiguous { info: info(&why) }),
        (NoAnswer::TimedOut, Intent::Read) => transient(info("no answer within the time limit of a request")),
        (NoAnswer::OutOfTime, Intent::Read) => Verdict::Final(GraphError::Deadline),
        (NoAnswer::TimedOut | NoAnswer::OutOfTime, Intent::Write) => {
            Verdict::Final(GraphError::Ambiguous { info: info("no answer within the time limit") })
        }
        (NoAnswer::BodyLost(answer), Intent::Read) => transient(with_head(info("the answer broke off"), answer)),
        // The status is the outcome; a write that needs its body will miss it and say so.
        (NoAnswer::BodyLost(answer), Intent::Write) => Verdict::Answer(Answer { body: Vec::new(), ..answer }),
        (NoAnswer::TooLarge(answer), Intent::Read) => {
            Verdict::Final(GraphError::protocol("answer too large", with_head(info("the size limit was passed"), answer)))
        }
        (NoAnswer::TooLarge(answer), Intent::Write) => Verdict::Answer(Answer { body: Vec::new(), ..answer }),
    }
}

fn with_head(info: Info, answer: Answer) -> Info {
    Info { status: Some(answer.status.as_u16()), request_id: answer.request_id, ..info }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    fn answer(status: u16, code: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            request_id: Some("from-header".into()),
            retry_after: None,
            body: format!(r#"{{"error":{{"code":"{code}","message":"m","innerError":{{"request-id":"from-body"}}}}}}"#).into_bytes(),
        }
    }

    /// One word per verdict and class.
    fn word(intent: Intent, outcome: Result<Answer, NoAnswer>) -> String {
        let (action, error) = match classify(intent, outcome, Uuid::nil()) {
            Verdict::Answer(_) => return "answer".into(),
            Verdict::Final(error) => ("final", error),
            Verdict::Throttled { error, .. } => ("retry", error),
            Verdict::Transient { error, .. } => ("retry", error),
            Verdict::Renew(error) => ("renew", error),
        };
        let debug = format!("{error:?}");
        format!("{action} {}", debug.split([' ', '{']).next().unwrap())
    }

    #[test]
    fn the_table_of_answers() {
        for (status, code, read, write) in [
            (200, "", "answer", "answer"),
            (204, "", "answer", "answer"),
            (302, "", "final Protocol", "final Ambiguous"),
            (400, "BadRequest", "final Rejected", "final Rejected"),
            (401, "InvalidAuthenticationToken", "renew Unauthorized", "renew Unauthorized"),
            (401, "Authorization_IdentityNotFound", "renew ConsentRevoked", "renew ConsentRevoked"),
            (403, "AccessDenied", "final Forbidden", "final Forbidden"),
            (404, "ResourceNotFound", "final NotFound", "final NotFound"),
            (405, "", "final Rejected", "final Rejected"),
            (408, "", "retry Transient", "final Ambiguous"),
            (409, "Directory_ConcurrencyViolation", "retry Transient", "retry Transient"),
            (409, "Conflict", "final Rejected", "final Rejected"),
            (429, "TooManyRequests", "retry Throttled", "retry Throttled"),
            (500, "", "retry Transient", "final Ambiguous"),
            (503, "ServiceUnavailable", "retry Transient", "final Ambiguous"),
            (504, "UnknownError", "retry Transient", "final Ambiguous"),
        ] {
            assert_eq!(word(Intent::Read, Ok(answer(status, code))), read, "read {status} {code}");
            assert_eq!(word(Intent::Write, Ok(answer(status, code))), write, "write {status} {code}");
        }
    }

    #[test]
    fn the_table_of_silence() {
        let ok = || answer(200, "");
        type Case = (fn(Answer) -> NoAnswer, &'static str, &'static str);
        let cases: [Case; 7] = [
            (|_| NoAnswer::NotSent("refused".into()), "retry Transient", "retry Transient"),
            (|_| NoAnswer::Lost("reset".into()), "retry Transient", "final Ambiguous"),
            (|_| NoAnswer::TimedOut, "retry Transient", "final Ambiguous"),
            (|_| NoAnswer::OutOfTime, "final Deadline", "final Ambiguous"),
            (NoAnswer::BodyLost, "retry Transient", "answer"),
            (NoAnswer::TooLarge, "final Protocol", "answer"),
            (|_| NoAnswer::Unsendable("bad".into()), "final Config", "final Config"),
        ];
        for (silence, read, write) in cases {
            assert_eq!(word(Intent::Read, Err(silence(ok()))), read);
            assert_eq!(word(Intent::Write, Err(silence(ok()))), write);
        }
    }

    #[test]
    fn a_rejection_carries_graphs_own_words() {
        let Verdict::Final(GraphError::Rejected { info }) = classify(Intent::Write, Ok(answer(400, "BadRequest")), Uuid::max()) else {
            panic!("not rejected")
        };
        assert_eq!(info.status, Some(400));
        assert_eq!(info.code.as_deref(), Some("BadRequest"));
        assert_eq!(info.message.as_deref(), Some("m"));
        assert_eq!(info.request_id.as_deref(), Some("from-header"));
        assert_eq!(info.client_request_id, Uuid::max());
    }
}
