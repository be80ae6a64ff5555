//! The measurement: people by class, applications by which policies reach them, and the window's sign-ins chunk by chunk.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::reach::Reach;
use super::{AppGap, ClientCoverage, Coverage, EmergencyAccount, Enforced, Exclusion, Level, MAX_EXAMPLES, MAX_REASONS, Tally, UserGap};
use crate::evaluate::{Answer, Condition, Why};
use crate::people::People;
use crate::people::class::PeopleClass;
use crate::signin::{ClientApp, Identity, Place, SignIn, Target, Traits, User};
use crate::summary::Chunk;

/// Stands for every application that no policy names: `All` reaches it, and nothing else does.
const ANY_OTHER: &str = "00000000-0000-0000-0000-000000000000";
/// People who sign in with these can be asked for a second factor; how well a user or an application is covered is judged by them.
const MODERN: [ClientApp; 2] = [ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients];

/// A measurement under way.
pub struct Measure<'r> {
    reaches: Vec<Reach<'r>>,
    people: &'r People,
    emergency: &'r BTreeSet<Uuid>,
    /// Whom which policies are for; classes that no policy tells apart are one.
    crowds: Vec<Crowd>,
    crowd_of: HashMap<Uuid, usize>,
    /// By which policies are for it.
    kinds: Vec<Vec<Answer>>,
    apps: BTreeMap<String, App>,
    sign_ins_of: HashMap<Uuid, u64>,
    sign_ins_with: [u64; ClientApp::ALL.len()],
    sign_ins: Tally,
}

struct Crowd {
    answers: Vec<Answer>,
    members: Vec<Uuid>,
}

struct App {
    name: String,
    kind: usize,
    sign_ins: u64,
}

impl<'r> Measure<'r> {
    /// Begins. `enforced` are the tenant's enforced policies; `named` the users that any of them names one by one; `emergency` the emergency
    /// accounts, members of emergency groups among them.
    pub fn new(enforced: &'r [Enforced], people: &'r People, named: &BTreeSet<Uuid>, emergency: &'r BTreeSet<Uuid>) -> Self {
        let reaches: Vec<Reach<'r>> = enforced.iter().filter_map(Reach::of).collect();
        let classes = people.classes(named, |facts| facts.enabled != Some(false));
        let mut measure = Measure {
            reaches,
            people,
            emergency,
            crowds: Vec::new(),
            crowd_of: HashMap::with_capacity(people.users.len()),
            kinds: Vec::new(),
            apps: BTreeMap::new(),
            sign_ins_of: HashMap::new(),
            sign_ins_with: [0; ClientApp::ALL.len()],
            sign_ins: Tally::default(),
        };
        measure.gather(classes);
        measure.kind_of(ANY_OTHER);
        measure
    }

    /// Counts a part of the window: rows whose outcome `counts`, of users.
    pub fn add(&mut self, chunk: &Chunk, counts: impl Fn(&crate::summary::Outcome) -> bool) {
        let rows = &chunk.rows;
        let outcomes: Vec<bool> = chunk.outcomes.iter().map(counts).collect();
        let kinds: Vec<Option<usize>> = chunk
            .targets
            .iter()
            .map(|asked| match &asked.target {
                Target::Resource(id) => Some(self.app(id, &asked.name)),
                Target::Action(_) => None,
            })
            .collect();
        let clients: Vec<Option<usize>> =
            chunk.traits.iter().map(|traits| ClientApp::ALL.iter().position(|known| Some(*known) == traits.client)).collect();
        let crowds: Vec<Option<usize>> = chunk.people.iter().map(|person| self.crowd_of.get(&person.id).copied()).collect();
        let mut levels: HashMap<(usize, usize, usize), Level> = HashMap::new();
        for row in 0..rows.sign_ins.len() {
            let person = &chunk.people[rows.person[row] as usize];
            if person.workload || !outcomes[rows.outcome[row] as usize] {
                continue;
            }
            let count = u64::from(rows.sign_ins[row]);
            *self.sign_ins_of.entry(person.id).or_default() += count;
            let client = clients[rows.traits[row] as usize];
            if let Some(client) = client {
                self.sign_ins_with[client] += count;
            }
            let target = rows.target[row] as usize;
            if let (Target::Resource(id), Some(_)) = (&chunk.targets[target].target, kinds[target])
                && let Some(app) = self.apps.get_mut(id)
            {
                app.sign_ins += count;
            }
            let level = match (crowds[rows.person[row] as usize], kinds[target], client) {
                (Some(crowd), Some(kind), Some(client)) => {
                    *levels.entry((crowd, kind, client)).or_insert_with(|| self.level(&self.crowds[crowd].answers, kind, client))
                }
                // Emergency accounts are no gap, a user action asks for no application, and whom the directory doesn't hold nobody can tell.
                (_, None, _) => continue,
                _ if self.emergency.contains(&person.id) => continue,
                _ => Level::Unknown,
            };
            self.sign_ins.add(level, count);
        }
    }

    /// Ends, with at most [`MAX_EXAMPLES`] of each.
    pub fn finish(self) -> Coverage {
        self.finish_with(MAX_EXAMPLES, MAX_EXAMPLES)
    }

    /// Ends, with at most so many users and so many applications that are not covered; of the rest at most [`MAX_EXAMPLES`] of each.
    pub fn finish_with(self, users: usize, apps: usize) -> Coverage {
        let mut coverage = Coverage { sign_ins: self.sign_ins, ..Coverage::default() };
        let modern: Vec<usize> = (0..ClientApp::ALL.len()).filter(|at| MODERN.contains(&ClientApp::ALL[*at])).collect();
        let every_kind: Vec<usize> = (0..self.kinds.len()).collect();
        let of_crowds: Vec<Level> = self.crowds.iter().map(|crowd| self.overall(&crowd.answers, &every_kind, &modern)).collect();
        for (crowd, level) in self.crowds.iter().zip(&of_crowds) {
            coverage.users.add(*level, crowd.members.len() as u64);
        }
        coverage.user_gaps = self.user_gaps(&of_crowds, users);
        let of_kinds: Vec<(Level, u64)> = every_kind.iter().map(|kind| self.over_people(&[*kind], &modern)).collect();
        for app in self.apps.values() {
            coverage.apps.add(of_kinds[app.kind].0, 1);
        }
        coverage.app_gaps = self.app_gaps(&of_kinds, apps);
        coverage.clients = ClientApp::ALL
            .iter()
            .enumerate()
            .map(|(at, client)| {
                let (level, users_without) = self.over_people(&every_kind, &[at]);
                ClientCoverage { client: *client, level, users_without, sign_ins: self.sign_ins_with[at] }
            })
            .collect();
        coverage.emergency = self.emergency_accounts(&every_kind, &modern);
        coverage
    }

    /// Puts classes together that the same policies are for, emergency accounts apart.
    fn gather(&mut self, classes: Vec<PeopleClass>) {
        let mut of_answers: HashMap<Vec<Answer>, usize> = HashMap::new();
        for class in classes {
            let answers = self.answers(class.user);
            let at = *of_answers.entry(answers.clone()).or_insert(self.crowds.len());
            if at == self.crowds.len() {
                self.crowds.push(Crowd { answers, members: Vec::new() });
            }
            let members = class.members.into_iter().filter(|member| !self.emergency.contains(member));
            for member in members {
                self.crowds[at].members.push(member);
                self.crowd_of.insert(member, at);
            }
        }
    }

    fn answers(&self, user: User) -> Vec<Answer> {
        let identity = Identity::User(user);
        self.reaches.iter().map(|reach| reach.rule.of_person(&identity)).collect()
    }

    fn app(&mut self, id: &str, name: &str) -> usize {
        if let Some(app) = self.apps.get(id) {
            return app.kind;
        }
        let kind = self.kind_of(id);
        self.apps.insert(id.to_owned(), App { name: name.to_owned(), kind, sign_ins: 0 });
        kind
    }

    fn kind_of(&mut self, id: &str) -> usize {
        let target = Target::Resource(id.to_owned());
        let answers: Vec<Answer> = self.reaches.iter().map(|reach| reach.rule.of_target(&target)).collect();
        let known = self.kinds.iter().position(|kind| *kind == answers);
        known.unwrap_or_else(|| {
            self.kinds.push(answers);
            self.kinds.len() - 1
        })
    }

    fn level(&self, people: &[Answer], kind: usize, client: usize) -> Level {
        let of_kind = &self.kinds[kind];
        let levels = self.reaches.iter().enumerate().map(|(at, reach)| reach.level(client, people[at], of_kind[at]));
        levels.max().unwrap_or(Level::Uncovered)
    }

    fn overall(&self, people: &[Answer], kinds: &[usize], clients: &[usize]) -> Level {
        let pairs = kinds.iter().flat_map(|kind| clients.iter().map(move |client| (*kind, *client)));
        together(pairs.map(|(kind, client)| self.level(people, kind, client)))
    }

    /// Over all people: how well, and how many are not covered.
    fn over_people(&self, kinds: &[usize], clients: &[usize]) -> (Level, u64) {
        let inhabited = self.crowds.iter().filter(|crowd| !crowd.members.is_empty());
        let levels: Vec<(Level, u64)> =
            inhabited.map(|crowd| (self.overall(&crowd.answers, kinds, clients), crowd.members.len() as u64)).collect();
        let without = levels.iter().filter(|(level, _)| *level != Level::Covered).map(|(_, count)| count).sum();
        (together(levels.into_iter().map(|(level, _)| level)), without)
    }

    fn user_gaps(&self, of_crowds: &[Level], most: usize) -> Vec<UserGap> {
        let gaps = self.crowds.iter().zip(of_crowds).filter(|(_, level)| **level != Level::Covered);
        let mut users: Vec<(Level, u64, Uuid)> = gaps
            .flat_map(|(crowd, level)| crowd.members.iter().map(|id| (*level, self.sign_ins_of.get(id).copied().unwrap_or_default(), *id)))
            .collect();
        let key = |(level, sign_ins, id): &(Level, u64, Uuid)| (worst_first(*level), Reverse(*sign_ins), *id);
        first_by_key(&mut users, most, key);
        let named = users.into_iter().filter_map(|(level, sign_ins, id)| Some((level, sign_ins, id, self.people.users.get(&id)?)));
        named
            .map(|(level, sign_ins, id, facts)| UserGap {
                id,
                name: facts.name.clone(),
                principal_name: facts.principal_name.clone(),
                kind: facts.kind,
                level,
                sign_ins,
                excluded_by: self.exclusions(id),
            })
            .collect()
    }

    /// Policies that cover others and exclude this user, with the clause that does.
    fn exclusions(&self, id: Uuid) -> Vec<Exclusion> {
        let sign_in = SignIn {
            identity: Identity::User(self.people.user(id)),
            target: Target::Resource(ANY_OTHER.to_owned()),
            traits: Traits::default(),
            place: Place::default(),
            device: None,
        };
        let excluded = self.reaches.iter().filter_map(|reach| {
            let verdict = reach.rule.verdict(&sign_in);
            let clause =
                verdict.conditions.into_iter().find(|clause| clause.condition == Condition::Users && clause.why == Why::Excluded)?;
            Some(Exclusion { policy: reach.rule.id(), name: reach.rule.name().to_owned(), path: clause.path, entry: clause.entry })
        });
        excluded.take(MAX_REASONS).collect()
    }

    fn app_gaps(&self, of_kinds: &[(Level, u64)], most: usize) -> Vec<AppGap> {
        let mut gaps: Vec<(&String, &App)> = self.apps.iter().filter(|(_, app)| of_kinds[app.kind].0 != Level::Covered).collect();
        first_by_key(&mut gaps, most, |(id, app)| (worst_first(of_kinds[app.kind].0), Reverse(app.sign_ins), (*id).clone()));
        let gap = |(id, app): (&String, &App)| {
            let (level, users_without) = of_kinds[app.kind];
            AppGap { id: id.clone(), name: app.name.clone(), level, sign_ins: app.sign_ins, users_without }
        };
        gaps.into_iter().map(gap).collect()
    }

    fn emergency_accounts(&self, kinds: &[usize], clients: &[usize]) -> Vec<EmergencyAccount> {
        let accounts = self.emergency.iter().take(MAX_EXAMPLES).map(|id| {
            let answers = self.answers(self.people.user(*id));
            EmergencyAccount {
                id: *id,
                name: self.people.users.get(id).map_or_else(String::new, |facts| facts.name.clone()),
                level: self.overall(&answers, kinds, clients),
                sign_ins: self.sign_ins_of.get(id).copied().unwrap_or_default(),
            }
        });
        accounts.collect()
    }
}

/// Several levels as one: all alike, or unknown where only that is known, or partly.
fn together(levels: impl Iterator<Item = Level>) -> Level {
    let seen: BTreeSet<Level> = levels.collect();
    let only = |level| seen.iter().all(|one| *one == level);
    if only(Level::Covered) {
        Level::Covered
    } else if only(Level::Uncovered) {
        Level::Uncovered
    } else if seen.contains(&Level::Partly) || (seen.contains(&Level::Covered) && seen.contains(&Level::Uncovered)) {
        Level::Partly
    } else {
        Level::Unknown
    }
}

fn worst_first(level: Level) -> u8 {
    match level {
        Level::Uncovered => 0,
        Level::Partly => 1,
        Level::Unknown => 2,
        Level::Covered => 3,
    }
}

/// Keeps the first few by a key, in its order, without sorting the rest.
fn first_by_key<T, K: Ord>(items: &mut Vec<T>, most: usize, key: impl Fn(&T) -> K) {
    if items.len() > most {
        items.select_nth_unstable_by_key(most, &key);
        items.truncate(most);
    }
    items.sort_by_key(key);
}
