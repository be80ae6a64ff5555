use std::collections::{BTreeMap, BTreeSet};

use super::reference::KEYS;
use super::*;

fn load(variables: &[(&str, &str)]) -> Result<Config, String> {
    load_file("", variables)
}

fn load_file(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("causeway.toml");
    std::fs::write(&path, text).unwrap();
    let variables: BTreeMap<String, String> = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::load(Some(&path), &variables).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
}

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn nothing_to_set_gives_the_embedded_run() {
    let config = load(&[]).unwrap();
    assert_eq!(config, Config::default());
    assert!(config.simulates() && config.http_options().graphiql && config.http_options().introspection);
    assert_eq!(config.database_url().expose(), "sqlite://data/causeway.db");
}

#[test]
fn variables_lie_over_the_file() {
    let file = "listen = \"127.0.0.1:1\"\n[http]\ngraphiql = true\nmax_tokens = 100\n";
    let config = load_file(
        file,
        &[
            ("CAUSEWAY__LISTEN", "127.0.0.1:2"),
            ("CAUSEWAY__HTTP__GRAPHIQL", "false"),
            ("CAUSEWAY__HTTP__ALLOWED_ORIGINS", "https://a.test, https://b.test:8443"),
            ("CAUSEWAY__OIDC__ISSUER", "https://id.example.com"),
            ("CAUSEWAY__OIDC__AUDIENCE", "12345"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!((config.http.graphiql, config.http.max_tokens), (Some(false), 100));
    assert_eq!(config.http.allowed_origins, ["https://a.test", "https://b.test:8443"]);
    assert_eq!(config.oidc_issuer().unwrap().audience, "12345");
}

#[test]
fn each_mistake_is_one_clear_line() {
    for (file, variables, expected) in [
        ("lisen = 1", &[][..], "the configuration file FILE is not valid: line 1: unknown field `lisen`"),
        ("\n\nlisten = ", &[], "the configuration file FILE is not valid: line 3"),
        ("[http]\ngrafiql = true", &[], "unknown field `grafiql`"),
        ("listen = \"nonsense\"", &[], "the configuration file FILE is not valid: line 1: invalid socket address"),
        ("", &[("CAUSEWAY__LISEN", "x")], "CAUSEWAY__LISEN is no setting"),
        ("", &[("CAUSEWAY__LISTEN", "x")], "CAUSEWAY__LISTEN is not valid: invalid socket address"),
        ("", &[("CAUSEWAY__WORKERS__COUNT", "many")], "CAUSEWAY__WORKERS__COUNT must be a whole number"),
        ("", &[("CAUSEWAY__HTTP__GRAPHIQL", "yes")], "CAUSEWAY__HTTP__GRAPHIQL must be true or false"),
        ("", &[("CAUSEWAY__MODE", "prod")], "unknown variant `prod`"),
        ("", &[("CAUSEWAY__LISTEN", "0.0.0.0:80")], "listen must be a loopback address in embedded mode"),
        ("", &[("CAUSEWAY__SEAL_KEY", "c2hvcnQ=")], "seal_key must be 32 bytes in base64"),
        ("", &[("CAUSEWAY__OIDC__ISSUER", "https://a.test")], "oidc.issuer and oidc.audience must be set together"),
        ("", &[("CAUSEWAY__HTTP__ALLOWED_ORIGINS", "https://a.test/")], "https://a.test/ is not an origin"),
        ("", &[("CAUSEWAY__HTTP__ALLOWED_ORIGINS", "*")], "* is not an origin"),
        ("", &[("CAUSEWAY__LOG__FILTER", "api=loud")], "log.filter is not a filter"),
        ("", &[("CAUSEWAY__DATABASE_URL", "mysql://x")], "database_url must start with sqlite: or postgres://"),
    ] {
        let error = load_file(file, variables).unwrap_err();
        assert!(error.contains(expected) && !error.contains('\n'), "{error:?} does not contain {expected:?}");
    }
}

#[test]
fn production_names_everything_that_is_missing() {
    let error =
        load(&[("CAUSEWAY__MODE", "production"), ("CAUSEWAY__SIMULATE__ENABLED", "true"), ("CAUSEWAY__TEST__FAILPOINT", "x")]).unwrap_err();
    for part in [
        "seal_key or seal_key_file is required",
        "oidc.issuer is required",
        "simulate.enabled is not allowed",
        "test.failpoint and test.marker are not allowed",
    ] {
        assert!(error.contains(part), "{error}");
    }
    let plain_http = [
        ("CAUSEWAY__MODE", "production"),
        ("CAUSEWAY__SEAL_KEY", KEY),
        ("CAUSEWAY__OIDC__ISSUER", "http://127.0.0.1:1"),
        ("CAUSEWAY__OIDC__AUDIENCE", "a"),
    ];
    assert!(load(&plain_http).unwrap_err().contains("oidc.issuer must be an https address"));
}

#[test]
fn production_has_its_shortcuts_off() {
    let config = load(&[
        ("CAUSEWAY__MODE", "production"),
        ("CAUSEWAY__LISTEN", "0.0.0.0:8080"),
        ("CAUSEWAY__SEAL_KEY", KEY),
        ("CAUSEWAY__OIDC__ISSUER", "https://login.microsoftonline.com/{tenantid}/v2.0"),
        ("CAUSEWAY__OIDC__AUDIENCE", "api://causeway"),
    ])
    .unwrap();
    let options = config.http_options();
    assert!(!config.simulates() && !options.graphiql && !options.introspection);
    assert_eq!(config.oidc_issuer().unwrap().subject, crate::auth::SubjectRule::EntraObject);
}

#[test]
fn secrets_are_not_printed() {
    let config = load(&[("CAUSEWAY__SEAL_KEY", KEY), ("CAUSEWAY__DATABASE_URL", "postgres://u:canary@h/d")]).unwrap();
    let printed = format!("{config:?} {} {}", config.seal_key, serde_json::to_string(&config).unwrap());
    assert!(!printed.contains(KEY) && !printed.contains("canary"), "{printed}");
    let error = load(&[("CAUSEWAY__SEAL_KEY", "canary")]).unwrap_err();
    assert!(!error.contains("canary"));
}

/// Every field has a row, and every row a field of the right kind.
#[test]
fn the_reference_is_complete() {
    let mut full = Config { seal_key_file: Some("x".into()), ..Config::default() };
    full.simulate.enabled = Some(true);
    full.oidc = Oidc {
        issuer: Some("x".into()),
        audience: Some("x".into()),
        jwks_url: Some("https://x".parse().unwrap()),
        scope: Some("x".into()),
        subject: Subject::Auto,
    };
    full.graph = Graph {
        login_base: full.oidc.jwks_url.clone(),
        graph_base: full.oidc.jwks_url.clone(),
        root_ca: Some("x".into()),
        ..Graph::default()
    };
    full.webhooks = Webhooks { internal_hosts: Some(vec!["x".into()]), root_ca: Some("x".into()) };
    full.test = Test { failpoint: Some("x".into()), marker: Some("x".into()) };
    full.bootstrap.owner = Some("x".into());
    full.http.graphiql = Some(true);
    full.http.introspection = Some(true);
    let mut fields = BTreeSet::new();
    for (name, value) in toml::Table::try_from(&full).unwrap() {
        match value {
            toml::Value::Table(section) => fields.extend(section.keys().map(|key| format!("{name}.{key}"))),
            _ => drop(fields.insert(name)),
        }
    }
    let rows: BTreeSet<String> = KEYS.iter().map(|key| key.path.to_owned()).collect();
    assert_eq!(fields, rows);
    assert_eq!(Config::reference().lines().count(), KEYS.len() + 2);
}
