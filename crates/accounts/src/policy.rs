//! The only place that decides who may do what.

use base::{Actor, Role, Scope};

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read drafts, revisions and schedules.
    ReadUnpublished,
    /// Create and revise articles.
    WriteArticle,
    /// Publish, schedule, correct, withdraw, move and rename articles.
    PublishArticle,
    /// Add and describe photos.
    KeepPhotos,
    /// Order the front page.
    ArrangeFront,
    /// Create and rename sections, describe the site.
    ArrangeSite,
    /// Describe people.
    KeepPeople,
    /// Say what people are to the site.
    GrantRoles,
    /// Make and revoke tokens.
    KeepTokens,
}

/// The answer to one who may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Denied(String);

impl Action {
    /// The lowest role that may.
    fn role(self) -> Role {
        match self {
            Self::ReadUnpublished | Self::WriteArticle | Self::KeepPhotos => Role::Contributor,
            Self::PublishArticle | Self::ArrangeFront => Role::Editor,
            Self::ArrangeSite | Self::KeepPeople | Self::GrantRoles | Self::KeepTokens => {
                Role::Administrator
            }
        }
    }

    /// The scope that a token needs beside; none will do for what only people do.
    fn scope(self) -> Option<Scope> {
        match self {
            Self::ReadUnpublished => Some(Scope::Read),
            Self::WriteArticle | Self::KeepPhotos | Self::KeepPeople => Some(Scope::Write),
            Self::PublishArticle | Self::ArrangeFront | Self::ArrangeSite => Some(Scope::Publish),
            // Otherwise whoever finds a token could make a way in that outlives it.
            Self::GrantRoles | Self::KeepTokens => None,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::ReadUnpublished => "read what is not published",
            Self::WriteArticle => "write articles",
            Self::PublishArticle => "publish",
            Self::KeepPhotos => "add photos",
            Self::ArrangeFront => "arrange the front page",
            Self::ArrangeSite => "arrange the site",
            Self::KeepPeople => "describe people",
            Self::GrantRoles => "give people roles",
            Self::KeepTokens => "make tokens",
        }
    }
}

/// Whether `actor` may do this.
pub fn check(actor: &Actor, action: Action) -> Result<(), Denied> {
    let role = match actor {
        Actor::System | Actor::Operator => return Ok(()),
        Actor::Reader => {
            return Err(Denied(format!("To {} you have to sign in.", action.sentence())));
        }
        Actor::Person { role, .. } => *role,
        Actor::Token { role, scopes, .. } => {
            let fits = action.scope().is_some_and(|scope| scopes.contains(&scope));
            if !fits {
                return Err(Denied(match action.scope() {
                    Some(scope) => format!(
                        "This token may not {}: it lacks the scope {:?}. Make one that has it \
                         with `tribune token add`.",
                        action.sentence(),
                        name(scope),
                    ),
                    None => format!("No token may {}.", action.sentence()),
                }));
            }
            *role
        }
    };
    if role >= action.role() {
        return Ok(());
    }
    let lacks = format!("{:?}", action.role()).to_lowercase();
    Err(Denied(format!("To {} one has to be {lacks} or higher.", action.sentence())))
}

fn name(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Write => "write",
        Scope::Publish => "publish",
    }
}

#[cfg(test)]
mod tests {
    use base::{PersonId, TokenId};

    use super::*;

    const ALL: [Action; 9] = [
        Action::ReadUnpublished,
        Action::WriteArticle,
        Action::PublishArticle,
        Action::KeepPhotos,
        Action::ArrangeFront,
        Action::ArrangeSite,
        Action::KeepPeople,
        Action::GrantRoles,
        Action::KeepTokens,
    ];

    fn allowed(actor: &Actor) -> Vec<Action> {
        ALL.into_iter().filter(|action| check(actor, *action).is_ok()).collect()
    }

    fn person(role: Role) -> Actor {
        Actor::Person { person: PersonId(Default::default()), role }
    }

    fn token(role: Role, scopes: &[Scope]) -> Actor {
        Actor::Token {
            token: TokenId(Default::default()),
            person: PersonId(Default::default()),
            role,
            scopes: scopes.to_vec(),
        }
    }

    #[test]
    fn roles_may_what_is_theirs() {
        use Action::*;
        assert_eq!(allowed(&Actor::Reader), []);
        assert_eq!(allowed(&person(Role::Reader)), []);
        let writing = [ReadUnpublished, WriteArticle, KeepPhotos];
        assert_eq!(allowed(&person(Role::Contributor)), writing);
        assert_eq!(allowed(&person(Role::Reporter)), writing);
        let editing = [ReadUnpublished, WriteArticle, PublishArticle, KeepPhotos, ArrangeFront];
        assert_eq!(allowed(&person(Role::Editor)), editing);
        assert_eq!(allowed(&person(Role::Administrator)), ALL);
        assert_eq!(allowed(&Actor::Operator), ALL);
    }

    #[test]
    fn a_token_may_no_more_than_its_scopes_nor_than_its_person() {
        use Action::*;
        assert_eq!(allowed(&token(Role::Administrator, &[])), []);
        assert_eq!(allowed(&token(Role::Administrator, &[Scope::Read])), [ReadUnpublished]);
        let all = [Scope::Read, Scope::Write, Scope::Publish];
        assert_eq!(
            allowed(&token(Role::Reporter, &all)),
            [ReadUnpublished, WriteArticle, KeepPhotos]
        );
        let most = allowed(&token(Role::Administrator, &all));
        assert!(!most.contains(&KeepTokens) && !most.contains(&GrantRoles));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refusal = check(&token(Role::Editor, &[Scope::Read]), Action::PublishArticle);
        assert_eq!(
            refusal.unwrap_err().to_string(),
            "This token may not publish: it lacks the scope \"publish\". Make one that has it \
             with `tribune token add`."
        );
    }
}
