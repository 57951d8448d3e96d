//! Downloads in the user's own name: through the user's proxies, with the time and the words that Helm has for them.

use std::time::Duration;

use artifact::http::{Client, GetOptions, HttpError, Limits, Proxies, Settings, Tls};

use crate::environment::Environment;
use crate::limits::LimitMet;

/// As what servers know us.
const USER_AGENT: &str = "Helm/4.3.1";
/// How long one download may take.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Why something was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// There is no answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// There is another answer than what was asked for.
    #[error("failed to fetch {url} : {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The status as the server words it.
        status: String,
    },
    /// There is more of it than allowed.
    #[error(transparent)]
    Limit(#[from] LimitMet),
}

/// A limit of what is fetched: its name and its bytes.
pub(crate) type Most = (&'static str, u64);

/// The proxies of the environment, as Go finds them.
pub(crate) fn proxies(environment: &Environment) -> Proxies {
    let either = |upper: &str, lower: &str| environment.get(upper).or_else(|| environment.get(lower));
    Proxies {
        http: either("HTTP_PROXY", "http_proxy").map(str::to_owned),
        https: either("HTTPS_PROXY", "https_proxy").map(str::to_owned),
        none_for: either("NO_PROXY", "no_proxy").unwrap_or_default().to_owned(),
    }
}

/// A client of the user's that fetches no more than so many bytes at once.
pub(crate) fn client(environment: &Environment, tls: Tls, most: u64) -> Client {
    Client::new(Settings {
        user_agent: USER_AGENT.to_owned(),
        tls,
        proxies: proxies(environment),
        timeout: TIMEOUT,
        limits: Limits { body: most, ..Limits::default() },
    })
}

/// Fetches what a URL leads to.
///
/// # Errors
/// When there is no answer, another one than the content, or too much of it.
pub(crate) fn get(
    client: &Client,
    url: &str,
    options: &GetOptions,
    most: Most,
) -> Result<Vec<u8>, FetchError> {
    let download = client.get(url, options).map_err(|error| match error.cause() {
        HttpError::Body { .. } => FetchError::Limit(LimitMet::oversize(url, most.0, most.1)),
        _ => FetchError::Http(error),
    })?;
    if download.status != 200 {
        return Err(FetchError::Status { url: url.to_owned(), status: download.status_line });
    }
    Ok(download.body)
}
