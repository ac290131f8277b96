//! The only place that decides who may do what.
//!
//! [`allows`] is the whole policy as one table. A role is held in the whole site, or in a section
//! and those below it; a contributor's and a reporter's rights end at what is their own.

use base::{Actor, PersonId, Role, Scope, SectionId};

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open the newsroom at all.
    EnterNewsroom,
    /// Read drafts, revisions and schedules.
    ReadUnpublished,
    /// Leave notes beside an article, and answer those of others.
    LeaveNote,
    /// Begin an article.
    BeginArticle,
    /// Change the words of an article, its byline and its related stories.
    WriteArticle,
    /// Choose an article's photo and its caption.
    PlacePhoto,
    /// Choose an article's kind, section and slug.
    FileArticle,
    /// Hand an article in for editing, and take it back.
    HandIn,
    /// Say that an article is ready, give it back, and assign it.
    EditArticle,
    /// Publish, schedule, correct, withdraw, move and rename articles.
    PublishArticle,
    /// Add and describe photos.
    KeepPhotos,
    /// Decide what stands in discussions, and who takes part.
    Moderate,
    /// Run the channel: its keys, its schedule, what is on.
    Broadcast,
    /// Write what is said on the channel, for those who cannot hear it.
    Caption,
    /// Plan meetings, invite to them, and say what readers learn of them.
    HoldMeetings,
    /// Order the front page.
    ArrangeFront,
    /// Create and rename sections, describe the site.
    ArrangeSite,
    /// Describe people.
    KeepPeople,
    /// Invite and suspend people, and say what they are to the site.
    GrantRoles,
    /// Make and revoke tokens.
    KeepTokens,
    /// Read what everybody did.
    ReadAudit,
}

/// What an action is done to, as far as that matters.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// The section that it belongs to, and those above.
    pub sections: Vec<SectionId>,
    /// Those whose own it is: who began it, wrote it or is assigned to it.
    pub owners: Vec<PersonId>,
    /// Where it is on its way to readers.
    pub stage: Stage,
}

/// Where an article is on its way to readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It is being written.
    #[default]
    Draft,
    /// It was handed in.
    Review,
    /// It could be published.
    Ready,
    /// Readers see it, or saw it.
    Public,
}

/// The answer to one who may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Denied(String);

/// Whether somebody of this role may do this. `own` says whether the object is theirs.
fn allows(role: Role, action: Action, own: bool, stage: Stage) -> bool {
    use Action::*;
    match role {
        Role::Administrator => true,
        Role::Editor => {
            !matches!(action, ArrangeSite | KeepPeople | GrantRoles | KeepTokens | ReadAudit)
        }
        Role::PhotoEditor => {
            matches!(action, EnterNewsroom | ReadUnpublished | LeaveNote | PlacePhoto | KeepPhotos)
        }
        Role::Reporter => match action {
            EnterNewsroom | ReadUnpublished | LeaveNote | BeginArticle | KeepPhotos => true,
            WriteArticle | PlacePhoto | FileArticle | HandIn => own && stage <= Stage::Review,
            _ => false,
        },
        Role::Contributor => match action {
            EnterNewsroom | BeginArticle | KeepPhotos => true,
            ReadUnpublished | LeaveNote => own,
            WriteArticle | PlacePhoto | HandIn => own && stage == Stage::Draft,
            _ => false,
        },
        Role::Moderator => matches!(action, EnterNewsroom | Moderate),
        Role::Producer => matches!(action, EnterNewsroom | Broadcast | Caption),
        Role::Host => matches!(action, EnterNewsroom | HoldMeetings),
        Role::Reader => false,
    }
}

/// Whether `actor` may do this to the site as a whole, or to something new.
pub fn check(actor: &Actor, action: Action) -> Result<(), Denied> {
    check_with(actor, action, |_| false, true, Stage::Draft)
}

/// Whether `actor` may do this anywhere at all: asked before what it is done to is known.
pub fn check_anywhere(actor: &Actor, action: Action) -> Result<(), Denied> {
    check_with(actor, action, |_| true, true, Stage::Draft)
}

/// Whether `actor` may do this to `object`.
pub fn check_on(actor: &Actor, action: Action, object: &Object) -> Result<(), Denied> {
    let own = actor.person().is_some_and(|person| object.owners.contains(&person));
    check_with(actor, action, |section| object.sections.contains(&section), own, object.stage)
}

fn check_with(
    actor: &Actor,
    action: Action,
    counts: impl Fn(SectionId) -> bool,
    own: bool,
    stage: Stage,
) -> Result<(), Denied> {
    let (role, grants) = match actor {
        Actor::System | Actor::Operator => return Ok(()),
        Actor::Reader | Actor::Seat { .. } => {
            return Err(Denied(format!("To {} you have to sign in.", action.sentence())));
        }
        Actor::Person { role, grants, .. } => (*role, grants),
        Actor::Token { role, grants, scopes, .. } => {
            check_scopes(scopes, action)?;
            (*role, grants)
        }
    };
    let mut roles =
        grants.iter().filter(|grant| counts(grant.section)).map(|grant| grant.role).chain([role]);
    if roles.any(|role| allows(role, action, own, stage)) {
        return Ok(());
    }
    Err(Denied(action.refusal(own, stage)))
}

fn check_scopes(scopes: &[Scope], action: Action) -> Result<(), Denied> {
    match action.scope() {
        Some(scope) if scopes.contains(&scope) => Ok(()),
        Some(scope) => Err(Denied(format!(
            "This token may not {}: it lacks the scope {:?}. Make one that has it with `tribune \
             token add`.",
            action.sentence(),
            name(scope),
        ))),
        None => Err(Denied(format!("No token may {}.", action.sentence()))),
    }
}

impl Action {
    /// The scope that a token needs beside; none will do for what only people do.
    fn scope(self) -> Option<Scope> {
        match self {
            Self::ReadUnpublished => Some(Scope::Read),
            Self::LeaveNote
            | Self::BeginArticle
            | Self::WriteArticle
            | Self::PlacePhoto
            | Self::FileArticle
            | Self::HandIn
            | Self::KeepPhotos
            | Self::Moderate
            | Self::Caption
            | Self::KeepPeople => Some(Scope::Write),
            Self::EditArticle
            | Self::PublishArticle
            | Self::Broadcast
            | Self::HoldMeetings
            | Self::ArrangeFront
            | Self::ArrangeSite => Some(Scope::Publish),
            // Otherwise whoever finds a token could make a way in that outlives it.
            Self::GrantRoles | Self::KeepTokens | Self::EnterNewsroom | Self::ReadAudit => None,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::EnterNewsroom => "enter the newsroom",
            Self::ReadUnpublished => "read what is not published",
            Self::LeaveNote => "leave notes",
            Self::BeginArticle => "begin articles",
            Self::WriteArticle => "write articles",
            Self::PlacePhoto => "choose an article's photo",
            Self::FileArticle => "choose an article's kind, section and address",
            Self::HandIn => "hand articles in",
            Self::EditArticle => "edit articles",
            Self::PublishArticle => "publish",
            Self::KeepPhotos => "add photos",
            Self::Moderate => "moderate discussions",
            Self::Broadcast => "run the channel",
            Self::Caption => "write captions",
            Self::HoldMeetings => "hold meetings",
            Self::ArrangeFront => "arrange the front page",
            Self::ArrangeSite => "arrange the site",
            Self::KeepPeople => "describe people",
            Self::GrantRoles => "invite people and give them roles",
            Self::KeepTokens => "make tokens",
            Self::ReadAudit => "read what everybody did",
        }
    }

    /// Who could, for one who may not.
    fn refusal(self, own: bool, stage: Stage) -> String {
        let who: Vec<String> = Role::ALL
            .into_iter()
            .filter(|role| allows(*role, self, own, stage))
            .map(|role| role.name().replace('_', " "))
            .collect();
        format!("To {} here one has to be {}.", self.sentence(), who.join(" or "))
    }
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
    use base::{Grant, TokenId};
    use uuid::Uuid;

    use super::Action::*;
    use super::*;

    const ALL: [Action; 21] = [
        EnterNewsroom,
        ReadUnpublished,
        LeaveNote,
        BeginArticle,
        WriteArticle,
        PlacePhoto,
        FileArticle,
        HandIn,
        EditArticle,
        PublishArticle,
        KeepPhotos,
        Moderate,
        Broadcast,
        Caption,
        HoldMeetings,
        ArrangeFront,
        ArrangeSite,
        KeepPeople,
        GrantRoles,
        KeepTokens,
        ReadAudit,
    ];

    fn me() -> PersonId {
        PersonId(Uuid::from_u128(7))
    }

    fn person(role: Role) -> Actor {
        Actor::Person { person: me(), role, grants: Vec::new() }
    }

    fn token(role: Role, scopes: &[Scope]) -> Actor {
        Actor::Token {
            token: TokenId(Uuid::nil()),
            person: me(),
            role,
            grants: Vec::new(),
            scopes: scopes.to_vec(),
        }
    }

    fn on(actor: &Actor, own: bool, stage: Stage) -> Vec<Action> {
        let owners = if own { vec![me()] } else { Vec::new() };
        let object = Object { sections: Vec::new(), owners, stage };
        ALL.into_iter().filter(|action| check_on(actor, *action, &object).is_ok()).collect()
    }

    #[test]
    fn roles_may_what_is_theirs() {
        let entering = [EnterNewsroom, BeginArticle, KeepPhotos];
        for stage in [Stage::Draft, Stage::Review, Stage::Ready, Stage::Public] {
            assert_eq!(on(&Actor::Reader, true, stage), []);
            assert_eq!(on(&person(Role::Reader), true, stage), []);
            assert_eq!(on(&person(Role::Contributor), false, stage), entering);
            let reading = [EnterNewsroom, ReadUnpublished, LeaveNote, BeginArticle, KeepPhotos];
            assert_eq!(on(&person(Role::Reporter), false, stage), reading);
            let showing = [EnterNewsroom, ReadUnpublished, LeaveNote, PlacePhoto, KeepPhotos];
            assert_eq!(on(&person(Role::PhotoEditor), false, stage), showing);
            assert_eq!(on(&person(Role::Moderator), true, stage), [EnterNewsroom, Moderate]);
            let producing = [EnterNewsroom, Broadcast, Caption];
            assert_eq!(on(&person(Role::Producer), true, stage), producing);
            assert_eq!(on(&person(Role::Host), true, stage), [EnterNewsroom, HoldMeetings]);
            assert_eq!(on(&person(Role::Editor), false, stage), ALL[..16]);
            assert_eq!(on(&person(Role::Administrator), false, stage), ALL);
            assert_eq!(on(&Actor::Operator, false, stage), ALL);
        }
    }

    #[test]
    fn what_is_ones_own_is_so_until_it_is_handed_on() {
        let may = |role, action, stage| on(&person(role), true, stage).contains(&action);
        assert!(may(Role::Contributor, WriteArticle, Stage::Draft));
        assert!(!may(Role::Contributor, WriteArticle, Stage::Review));
        assert!(may(Role::Reporter, WriteArticle, Stage::Review));
        assert!(!may(Role::Reporter, WriteArticle, Stage::Ready));
        assert!(!may(Role::Reporter, WriteArticle, Stage::Public));
        assert!(!may(Role::Contributor, FileArticle, Stage::Draft));
        assert!(may(Role::Contributor, ReadUnpublished, Stage::Public));
    }

    #[test]
    fn whoever_reads_a_story_in_the_newsroom_may_say_something_about_it() {
        for role in Role::ALL {
            for stage in [Stage::Draft, Stage::Review, Stage::Ready, Stage::Public] {
                for own in [true, false] {
                    let may = on(&person(role), own, stage);
                    let (reads, notes) = (may.contains(&ReadUnpublished), may.contains(&LeaveNote));
                    assert_eq!(reads, notes, "{role:?}, {stage:?}, own: {own}");
                }
            }
        }
    }

    #[test]
    fn a_role_in_a_section_counts_there_and_below_only() {
        let (news, sport) = (SectionId(Uuid::from_u128(1)), SectionId(Uuid::from_u128(2)));
        let grants = vec![Grant { section: news, role: Role::Editor }];
        let actor = Actor::Person { person: me(), role: Role::Reporter, grants };
        let of =
            |sections: &[SectionId]| Object { sections: sections.to_vec(), ..Object::default() };
        let below = of(&[news, SectionId(Uuid::from_u128(3))]);
        assert!(check_on(&actor, PublishArticle, &below).is_ok());
        assert!(check_on(&actor, PublishArticle, &of(&[sport])).is_err());
        assert!(check_anywhere(&actor, PublishArticle).is_ok());
        assert!(check(&actor, ArrangeFront).is_err(), "the front page is the whole site's");
    }

    #[test]
    fn a_token_may_no_more_than_its_scopes_nor_than_its_person() {
        let all = [Scope::Read, Scope::Write, Scope::Publish];
        assert_eq!(on(&token(Role::Administrator, &[]), true, Stage::Draft), []);
        let reading = on(&token(Role::Administrator, &[Scope::Read]), true, Stage::Draft);
        assert_eq!(reading, [ReadUnpublished]);
        let reporter = on(&token(Role::Reporter, &all), true, Stage::Draft);
        assert!(reporter.contains(&WriteArticle) && !reporter.contains(&PublishArticle));
        let most = on(&token(Role::Administrator, &all), true, Stage::Draft);
        for never in [EnterNewsroom, GrantRoles, KeepTokens, ReadAudit] {
            assert!(!most.contains(&never), "{never:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refusal = check(&token(Role::Editor, &[Scope::Read]), PublishArticle);
        assert_eq!(
            refusal.unwrap_err().to_string(),
            "This token may not publish: it lacks the scope \"publish\". Make one that has it \
             with `tribune token add`."
        );
        let refusal = check(&person(Role::Reporter), PublishArticle).unwrap_err();
        let told = "To publish here one has to be editor or administrator.";
        assert_eq!(refusal.to_string(), told);
    }
}
