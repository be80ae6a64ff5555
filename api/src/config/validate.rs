//! Settings that are well formed one by one and still can't work together.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use url::Url;

use super::{Config, Mode, Test};
use crate::auth::IssuerConfig;

impl Config {
    /// One line for each problem; empty when there is none.
    pub fn validate(&self) -> Vec<String> {
        let mut problems = Problems(Vec::new());
        self.check_database(&mut problems);
        self.check_seal_key(&mut problems);
        self.check_oidc(&mut problems);
        self.check_simulator(&mut problems);
        self.check_http(&mut problems);
        problems.when(self.workers.count > 64, "workers.count must be at most 64");
        problems.when(!(1..=64).contains(&self.workers.applies), "workers.applies must be from 1 to 64");
        problems.when(!(1..=3600).contains(&self.workers.lease_s), "workers.lease_s must be from 1 to 3600");
        problems.when(self.sign_ins.interval_s > 86_400, "sign_ins.interval_s must be at most 86400");
        problems.when(!(1..=365).contains(&self.sign_ins.retention_days), "sign_ins.retention_days must be 1 to 365");
        problems.when(self.sign_ins.overlap_s > 86_400, "sign_ins.overlap_s must be at most 86400");
        problems.when(self.sign_ins.settle_s > 3_600, "sign_ins.settle_s must be at most 3600");
        problems.when(!(1..=300).contains(&self.rollouts.look_s), "rollouts.look_s must be from 1 to 300");
        problems.when(self.rollouts.propagation_s > 86_400, "rollouts.propagation_s must be at most 86400");
        problems.when(self.rollouts.least_bake_s > 2_592_000, "rollouts.least_bake_s must be at most 2592000");
        problems.when(self.rollouts.keep_twin_s > 31_536_000, "rollouts.keep_twin_s must be at most 31536000");
        problems.when(self.workers.sync_interval_s > 86_400, "workers.sync_interval_s must be at most 86400");
        problems.when(self.workers.people_interval_s > 2_592_000, "workers.people_interval_s must be at most 2592000");
        problems.when(!(1..=5_000_000).contains(&self.workers.people_max_users), "workers.people_max_users must be from 1 to 5000000");
        problems.when(!(1..=600_000).contains(&self.workers.settle_ms), "workers.settle_ms must be from 1 to 600000");
        problems.when(
            self.mode == Mode::Production && self.test != Test::default(),
            "test.failpoint and test.marker are not allowed in production",
        );
        problems.when(
            self.log.filter.parse::<tracing_subscriber::EnvFilter>().is_err(),
            "log.filter is not a filter, such as info or info,api=debug",
        );
        problems.0
    }

    fn check_database(&self, problems: &mut Problems) {
        let url = self.database_url.expose();
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        problems.when(!url.is_empty() && !known, "database_url must start with sqlite: or postgres://");
    }

    fn check_seal_key(&self, problems: &mut Problems) {
        let given = !self.seal_key.is_empty();
        problems.when(given && self.seal_key_file.is_some(), "seal_key and seal_key_file are both set: keep one");
        problems.when(
            given && !BASE64_STANDARD.decode(self.seal_key.expose()).is_ok_and(|key| key.len() == 32),
            "seal_key must be 32 bytes in base64 (openssl rand -base64 32)",
        );
        let missing = self.mode == Mode::Production && !given && self.seal_key_file.is_none();
        problems.when(missing, "seal_key or seal_key_file is required in production (openssl rand -base64 32)");
    }

    fn check_oidc(&self, problems: &mut Problems) {
        let (issuer, audience) = (self.oidc.issuer.as_deref(), self.oidc.audience.as_deref());
        problems.when(self.mode == Mode::Production && issuer.is_none(), "oidc.issuer is required in production");
        problems.when(issuer.is_some() != audience.is_some(), "oidc.issuer and oidc.audience must be set together");
        problems.when(audience == Some(""), "oidc.audience must not be empty");
        problems.when(self.bootstrap.owner.is_some() && issuer.is_none(), "bootstrap.owner needs oidc.issuer");
        problems.when(self.bootstrap.workspace.trim().is_empty(), "bootstrap.workspace must not be empty");
        if let Some(issuer) = issuer {
            let url = Url::parse(&issuer.replace("{tenantid}", "common"));
            let good = url.is_ok_and(|url| IssuerConfig::is_trustworthy(&url) && (self.embedded() || url.scheme() == "https"));
            problems.when(!good, "oidc.issuer must be an https address");
        }
        if let Some(url) = &self.oidc.jwks_url {
            problems.when(!IssuerConfig::is_trustworthy(url), "oidc.jwks_url must be an https address");
        }
    }

    fn check_simulator(&self, problems: &mut Problems) {
        problems.when(self.mode == Mode::Production && self.simulates(), "simulate.enabled is not allowed in production");
        let loopback = self.simulate.http.ip().is_loopback() && self.simulate.https.ip().is_loopback();
        problems.when(!loopback, "simulate.http and simulate.https must be loopback addresses");
        // The development issuer signs for anybody who can read a file of this machine.
        problems.when(
            self.embedded() && !self.listen.ip().is_loopback(),
            "listen must be a loopback address in embedded mode: use mode = \"production\" to serve others",
        );
    }

    fn check_http(&self, problems: &mut Problems) {
        let http = &self.http;
        for origin in &http.allowed_origins {
            let exact = Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            problems.when(!exact, &format!("http.allowed_origins: {origin} is not an origin, such as https://console.example.com"));
        }
        problems.when(!(1..=300).contains(&http.request_timeout_s), "http.request_timeout_s must be from 1 to 300");
        problems.when(!(1_024..=4_194_304).contains(&http.max_body_bytes), "http.max_body_bytes must be from 1024 to 4194304");
        problems.when(!(10..=20_000).contains(&http.max_tokens), "http.max_tokens must be from 10 to 20000");
        problems.when(!(1..=10_000).contains(&http.max_streams_per_member), "http.max_streams_per_member must be from 1 to 10000");
        problems.when(!(1..=1_000_000).contains(&http.max_connections), "http.max_connections must be from 1 to 1000000");
    }
}

struct Problems(Vec<String>);

impl Problems {
    fn when(&mut self, wrong: bool, problem: &str) {
        if wrong {
            self.0.push(problem.to_owned());
        }
    }
}
