//! Browsers write with Yjs, and the server reads with yrs: two programs for one format. Random
//! histories of both at once have to end in the same document, whatever came late, twice, in
//! another order or drawn together.

mod peer;
mod replica;

use publish::draft::shared::Refused;
use publish::draft::{Field, Shared};
use serde_json::{Value, json};
use yrs::types::ToJson as _;
use yrs::updates::decoder::Decode as _;
use yrs::{Doc, ReadTxn as _, Transact as _, Update};

use self::peer::{Peer, bytes};
use self::replica::{Dice, Replica};

/// How many histories are played each time; `TRIBUNE_HISTORIES` asks for more, and `TRIBUNE_SEED`
/// for the one that failed.
const HISTORIES: u64 = 60;

#[test]
fn random_histories_end_in_the_same_document() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|it| it.parse::<u64>().ok());
    let mut peer = Peer::start();
    let seeds = match setting("TRIBUNE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + setting("TRIBUNE_HISTORIES").unwrap_or(HISTORIES),
    };
    for seed in seeds {
        play(&mut peer, seed);
    }
}

/// What y-crdt issue 632 tells of: an update in which something is missing, and what builds on it is
/// not. Made by Yjs out of what four editors did, in the shape of the one that was reported there.
const WITH_A_GAP: &str = include_str!("../../../../fixtures/updates/with-a-gap.json");

#[test]
fn an_update_with_a_gap_is_read_differently_and_so_refused() {
    let fixture: Value = serde_json::from_str(WITH_A_GAP).unwrap();
    let [before, missing, update] = ["before", "missing", "update"].map(|it| bytes(&fixture[it]));
    let mut peer = Peer::start();
    let mut browser = Replica::begin(&mut peer, Some(0), 1);
    let server = Doc::new();
    for bytes in [&before, &update] {
        browser.apply(&mut peer, bytes);
        server.transact_mut().apply_update(Update::decode_v1(bytes).unwrap()).unwrap();
    }
    assert!(browser.waits(&mut peer) && !server.transact().has_missing_updates());
    let in_the_browser = browser.read(&mut peer)["fields"].clone();
    let fields = server.get_or_insert_map("fields");
    let on_the_server = serde_json::to_value(fields.to_json(&server.transact())).unwrap();
    assert_ne!(in_the_browser, on_the_server, "if they agree by now, this can go");

    let shared = Shared::load(&before, []).unwrap();
    assert_eq!(shared.take(&update, &Field::ALL.into()), Err(Refused::Unreadable));
    let shared = Shared::load(&before, []).unwrap();
    shared.take(&missing, &Field::ALL.into()).unwrap();
    shared.take(&update, &Field::ALL.into()).unwrap();
    browser.apply(&mut peer, &missing);
    let mut other = Replica::begin(&mut peer, Some(1), 2);
    other.apply(&mut peer, &shared.state());
    assert_eq!(browser.read(&mut peer), other.read(&mut peer));
    assert_eq!(other.read(&mut peer)["fields"], fixture["fields"]);
}

/// Plays one history, which follows from the seed.
fn play(peer: &mut Peer, seed: u64) {
    let mut dice = Dice::new(seed);
    peer.ask(&json!({ "ask": "end" }));
    let mut all: Vec<Replica> = Vec::new();
    let (browsers, servers) = (2 + dice.below(3), 1 + dice.below(2));
    for number in 0..browsers + servers {
        let client = 1_000 + dice.below(4_000_000_000);
        let doc = (number < browsers).then_some(number);
        all.push(Replica::begin(peer, doc, client));
    }
    let first = replica::first_state(7 + dice.below(1_000_000));
    all.iter_mut().for_each(|one| one.apply(peer, &first));

    // What is on its way to each.
    let mut ways: Vec<Vec<Vec<u8>>> = vec![Vec::new(); all.len()];
    for _ in 0..40 + dice.below(60) {
        let who = dice.index(all.len());
        if dice.below(10) < 6 {
            for update in all[who].edit(peer, &mut dice) {
                for (to, way) in ways.iter_mut().enumerate() {
                    // Some of it is lost.
                    if to != who && dice.below(20) > 0 {
                        way.push(update.clone());
                    }
                }
            }
            continue;
        }
        if ways[who].is_empty() {
            continue;
        }
        let at = dice.index(ways[who].len());
        let update = match dice.below(8) {
            // Several at once, drawn together by either.
            0 | 1 if ways[who].len() > 1 => {
                let taken: Vec<_> = ways[who].drain(at..).collect();
                if dice.below(2) == 0 {
                    peer.merge(&taken)
                } else {
                    yrs::merge_updates_v1(&taken).unwrap()
                }
            }
            // A second time.
            2 => ways[who][at].clone(),
            _ => ways[who].remove(at),
        };
        all[who].apply(peer, &update);
    }
    settle(peer, &mut all, seed);
}

/// Gives everybody what they lack, and compares.
fn settle(peer: &mut Peer, all: &mut [Replica], seed: u64) {
    let again = format!("run it again with TRIBUNE_SEED={seed}");
    // Yjs tidies formats up as it takes changes, and has more to tell then.
    for round in 0.. {
        assert!(round < 10, "they tell each other ever more: {again}");
        let before: Vec<_> = all.iter().map(|one| one.snapshot(peer)).collect();
        for from in 0..all.len() {
            for to in 0..all.len() {
                let vector = all[to].vector(peer);
                let missing = all[from].missing(peer, &vector);
                all[to].apply(peer, &missing);
            }
        }
        if before.windows(2).all(|pair| pair[0] == pair[1])
            && all.iter().map(|one| one.snapshot(peer)).eq(before)
        {
            break;
        }
    }
    let said: Vec<Value> = all.iter().map(|one| one.read(peer)).collect();
    for (number, (one, read)) in all.iter().zip(&said).enumerate() {
        assert!(!one.waits(peer), "{one:?} waits for something: {again}");
        assert_eq!(*read, said[0], "{one:?} and {:?} ({number}) differ: {again}", all[0]);
    }
    // Who comes later is told what the server has drawn together.
    let state = all.last().unwrap().missing(peer, &[0]);
    let drawn = Shared::load(&state, []).unwrap().state();
    let mut late = Replica::begin(peer, Some(99), 99);
    late.apply(peer, &drawn);
    assert_eq!(late.read(peer), said[0], "who comes late reads something else: {again}");
}
