//! The first screen of an embedded run, and the progress of imports below it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;

/// What the first screen tells.
#[derive(Clone, Debug)]
pub struct Screen<'a> {
    /// Where HTTP is served.
    pub listen: SocketAddr,
    /// The kind of database, such as `SQLite, data/causeway.db`. Without a password.
    pub database: &'a str,
    /// The data folder.
    pub data_dir: &'a Path,
    /// Address of the simulated cloud.
    pub simulator: Option<&'a str>,
    /// A token to begin with, and its role.
    pub token: Option<(&'a str, &'a str)>,
    /// Whether the query page is served.
    pub page: bool,
    /// How this program is called, such as `cargo run -q --`.
    pub program: &'a str,
}

/// The text of the first screen: what runs where, where to click, which token to use.
pub fn first_screen(screen: &Screen<'_>) -> String {
    let base = format!("http://{}", screen.listen);
    let mut text = format!("\nCauseway {} is running.\n\n", env!("CARGO_PKG_VERSION"));
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<12} {value}");
    };
    if screen.page {
        match screen.token {
            Some((_, token)) => line("Click here", &format!("{base}/#token={token}")),
            None => line("Click here", &format!("{base}/")),
        }
    }
    line("GraphQL", &format!("{base}/graphql"));
    line("Streams", &format!("{base}/graphql/stream (SSE), ws://{}/graphql/ws (WebSocket)", screen.listen));
    line("Health", &format!("{base}/health/ready"));
    line("Database", screen.database);
    line("Data folder", &screen.data_dir.display().to_string());
    if let Some(simulator) = screen.simulator {
        line("Simulator", &format!("{simulator} (no Entra tenant is touched)"));
    }
    if let Some((role, token)) = screen.token {
        let program = screen.program;
        let _ = write!(
            text,
            "\n  Token ({role}; others: {program} token --role VIEWER):\n\n{token}\n\n  Try:\n    curl -s {base}/graphql -H 'content-type: application/json' \\\n      \
             -H \"authorization: Bearer $({program} token --role {role})\" \\\n      -d '{{\"query\":\"{{ viewer {{ role }} }}\"}}'\n"
        );
    }
    text.push_str("\n  Ctrl+C stops it.\n\n");
    text
}

/// How far the import of one tenant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The tenant's name.
    pub tenant: String,
    /// Its policies, once imported.
    pub policies: Option<u64>,
    /// Why it doesn't go on, where that is known.
    pub trouble: Option<String>,
}

/// Prints progress: one line that is rewritten in place on a terminal, else a plain line for each change.
#[derive(Debug)]
pub struct ImportLine<W> {
    out: W,
    in_place: bool,
    shown: Vec<Import>,
}

impl ImportLine<io::Stdout> {
    /// Progress on standard output.
    pub fn stdout() -> Self {
        let out = io::stdout();
        let in_place = out.is_terminal();
        Self::new(out, in_place)
    }
}

impl<W: Write> ImportLine<W> {
    /// Progress anywhere.
    pub fn new(out: W, in_place: bool) -> Self {
        Self { out, in_place, shown: Vec::new() }
    }

    /// Shows the state of all imports; true when all are done.
    pub fn show(&mut self, imports: &[Import]) -> bool {
        let done = imports.iter().filter(|import| import.policies.is_some()).count();
        if self.shown != imports {
            // A closed terminal is no reason to stop serving.
            let _ = if self.in_place { self.rewrite(imports, done) } else { self.append(imports, done) };
            self.shown = imports.to_vec();
        }
        done == imports.len()
    }

    fn rewrite(&mut self, imports: &[Import], done: usize) -> io::Result<()> {
        let tenants: Vec<String> = imports.iter().map(describe).collect();
        let end = if done == imports.len() { "\n" } else { "" };
        write!(self.out, "\r\x1b[2K  Importing {done} of {}: {}{end}", imports.len(), tenants.join(" · "))?;
        self.out.flush()
    }

    fn append(&mut self, imports: &[Import], done: usize) -> io::Result<()> {
        for import in imports.iter().filter(|import| !self.shown.contains(import)) {
            writeln!(self.out, "  Importing {done} of {}: {}", imports.len(), describe(import))?;
        }
        self.out.flush()
    }
}

/// Names come from tenants, so control characters are left out: a name must not steer the terminal.
fn describe(import: &Import) -> String {
    let name: String = import.tenant.chars().filter(|character| !character.is_control()).take(60).collect();
    match (import.policies, &import.trouble) {
        (Some(policies), _) => format!("{name} done ({policies} policies)"),
        (None, Some(trouble)) => format!("{name} waits: {trouble}"),
        (None, None) => format!("{name} ..."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_says_where_to_click_and_which_token() {
        let screen = Screen {
            listen: "127.0.0.1:8080".parse().unwrap(),
            database: "SQLite, data/causeway.db",
            data_dir: Path::new("data"),
            simulator: Some("http://127.0.0.1:9000"),
            token: Some(("OWNER", "a.b.c")),
            page: true,
            program: "cargo run -q --",
        };
        let text = first_screen(&screen);
        for part in [
            "http://127.0.0.1:8080/#token=a.b.c",
            "ws://127.0.0.1:8080/graphql/ws",
            "SQLite, data/causeway.db",
            "\na.b.c\n",
            "9000",
            "$(cargo run -q -- token",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        let bare = first_screen(&Screen { simulator: None, token: None, page: false, ..screen });
        assert!(!bare.contains("token") && !bare.contains("Click") && !bare.contains("Simulator"));
    }

    #[test]
    fn progress_in_place_and_in_lines() {
        let import = |policies| Import { tenant: "Contoso\x1b[31m".to_owned(), policies, trouble: None };
        let run = |in_place| {
            let mut line = ImportLine::new(Vec::new(), in_place);
            assert!(!line.show(&[import(None)]));
            assert!(!line.show(&[import(None)]), "unchanged: nothing printed");
            assert!(line.show(&[import(Some(7))]));
            String::from_utf8(line.out).unwrap()
        };
        assert_eq!(run(false), "  Importing 0 of 1: Contoso[31m ...\n  Importing 1 of 1: Contoso[31m done (7 policies)\n");
        assert_eq!(run(true), "\r\x1b[2K  Importing 0 of 1: Contoso[31m ...\r\x1b[2K  Importing 1 of 1: Contoso[31m done (7 policies)\n");
    }
}
