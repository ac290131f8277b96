//! Which layer of whom a receiver gets: a pure calculation from what it wishes, what there is, and what
//! its network is estimated to carry.

use crate::Layer;

/// A camera or a screen that a receiver may get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    /// What is being sent, smallest first, with its bits per second.
    pub(crate) layers: Vec<(Layer, u64)>,
    pub(crate) at_most: Layer,
    pub(crate) current: Option<Layer>,
    /// A screen comes before cameras: who shares one speaks about it.
    pub(crate) screen: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allocation {
    /// For each want, in their order.
    pub(crate) layers: Vec<Option<Layer>>,
    /// Bits per second with which the next larger layer could be given; 0 if nothing is wanting.
    pub(crate) next: u64,
    /// Bits per second with which all wishes would come true.
    pub(crate) desired: u64,
}

/// Shares out a budget; without one every wish comes true. Everybody gets something before anybody gets
/// more, and those who are wished for in the largest size get it first.
pub(crate) fn allocate(budget: Option<u64>, sound: u64, wants: &[Want]) -> Allocation {
    let mut order: Vec<usize> = (0..wants.len()).collect();
    order.sort_by_key(|at| (!wants[*at].screen, std::cmp::Reverse(wants[*at].at_most)));

    let mut layers: Vec<Option<usize>> = vec![None; wants.len()];
    let mut total = sound;
    let fits = |total: u64, more: bool| {
        // What is larger than now needs a sixth more than it takes, so that an estimate that sways does
        // not make the picture sway.
        budget.is_none_or(|budget| total <= if more { budget / 6 * 5 } else { budget })
    };
    for at in order.iter().copied() {
        let Some((layer, bits)) = wants[at].layers.first() else { continue };
        let more = wants[at].current < Some(*layer);
        // With next to nothing, one is seen still.
        if total == sound || fits(total + bits, more) {
            layers[at] = Some(0);
            total += bits;
        }
    }
    let mut next = None;
    for at in order {
        let want = &wants[at];
        let Some(mut chosen) = layers[at] else {
            if let Some((_, bits)) = want.layers.first() {
                next.get_or_insert(total + bits);
            }
            continue;
        };
        while let Some((layer, bits)) = want.layers.get(chosen + 1)
            && *layer <= want.at_most
        {
            let with = total - want.layers[chosen].1 + bits;
            if !fits(with, want.current < Some(*layer)) {
                next.get_or_insert(with);
                break;
            }
            total = with;
            chosen += 1;
        }
        layers[at] = Some(chosen);
    }
    let desired = sound + wants.iter().filter_map(best).sum::<u64>();
    Allocation {
        layers: layers
            .iter()
            .zip(wants)
            .map(|(chosen, want)| chosen.map(|chosen| want.layers[chosen].0))
            .collect(),
        next: next.map_or(0, |bits| bits / 5 * 6),
        desired: desired / 5 * 6,
    }
}

fn best(want: &Want) -> Option<u64> {
    let wished = want.layers.iter().rfind(|(layer, _)| *layer <= want.at_most);
    wished.or(want.layers.first()).map(|(_, bits)| *bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Layer::{Full, Half, Quarter};

    const ALL: [(Layer, u64); 3] = [(Quarter, 150_000), (Half, 500_000), (Full, 1_500_000)];

    fn camera(at_most: Layer, current: Option<Layer>) -> Want {
        Want { layers: ALL.to_vec(), at_most, current, screen: false }
    }

    fn given(budget: Option<u64>, wants: &[Want]) -> Vec<Option<Layer>> {
        allocate(budget, 40_000, wants).layers
    }

    #[test]
    fn without_an_estimate_wishes_come_true() {
        let wants = [camera(Full, None), camera(Quarter, None)];
        assert_eq!(given(None, &wants), [Some(Full), Some(Quarter)]);
    }

    #[test]
    fn everybody_gets_something_before_anybody_gets_more() {
        let wants = [camera(Full, None), camera(Full, None), camera(Quarter, None)];
        assert_eq!(given(Some(600_000), &wants), [Some(Quarter); 3]);
        assert_eq!(given(Some(1_100_000), &wants), [Some(Half), Some(Quarter), Some(Quarter)]);
    }

    #[test]
    fn who_is_wished_for_in_the_largest_size_comes_first() {
        let wants = [camera(Half, None), camera(Full, None)];
        assert_eq!(given(Some(2_100_000), &wants), [Some(Quarter), Some(Full)]);
    }

    #[test]
    fn with_next_to_nothing_one_is_seen_still() {
        let wants = [camera(Quarter, None), camera(Full, None)];
        assert_eq!(given(Some(30_000), &wants), [None, Some(Quarter)]);
        let no_screen = Want { layers: vec![], at_most: Full, current: None, screen: true };
        assert_eq!(given(Some(30_000), &[no_screen, wants[0].clone()]), [None, Some(Quarter)]);
    }

    #[test]
    fn a_screen_comes_before_cameras() {
        let screen =
            Want { layers: vec![(Full, 900_000)], at_most: Full, current: None, screen: true };
        assert_eq!(given(Some(1_000_000), &[camera(Full, None), screen]), [None, Some(Full)]);
    }

    #[test]
    fn an_estimate_that_sways_does_not_make_the_picture_sway() {
        let at = |budget, current| given(Some(budget), &[camera(Full, Some(current))])[0];
        assert_eq!(at(1_600_000, Half), Some(Half), "not enough to go up");
        assert_eq!(at(1_600_000, Full), Some(Full), "and enough to stay");
        assert_eq!(at(1_900_000, Half), Some(Full));
        assert_eq!(at(1_500_000, Full), Some(Half));
    }

    #[test]
    fn what_is_not_sent_is_not_given() {
        let mut want = camera(Full, None);
        want.layers.truncate(2);
        assert_eq!(given(None, std::slice::from_ref(&want)), [Some(Half)]);
        want.layers.clear();
        assert_eq!(given(None, &[want]), [None]);
    }

    #[test]
    fn it_says_what_the_next_step_and_all_wishes_need() {
        let allocation = allocate(Some(600_000), 40_000, &[camera(Full, None)]);
        assert_eq!(allocation.layers, [Some(Quarter)]);
        assert_eq!(allocation.next, 648_000);
        assert_eq!(allocation.desired, 1_848_000);
        assert_eq!(allocate(None, 40_000, &[camera(Full, None)]).next, 0);
    }
}
