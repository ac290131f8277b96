//! Ours and the peer's in turns, so that whatever else the machine does meets both.

use anyhow::{Context as _, Result, bail};

use super::percentile;

pub(super) struct Rounds<T>(Vec<(T, T)>);

impl<T> Rounds<T> {
    /// So many, after one that warms both.
    pub(super) fn run(
        rounds: usize,
        mut ours: impl FnMut() -> Result<T>,
        mut theirs: impl FnMut() -> Result<T>,
    ) -> Result<Self> {
        let mut all = Vec::new();
        for _ in 0..=rounds {
            all.push((ours()?, theirs()?));
        }
        Ok(Self(all))
    }

    /// The medians of a figure: ours, the peer's, and of the rounds' ratios.
    pub(super) fn median(&self, of: impl Fn(&T) -> f64) -> (f64, f64, f64) {
        let median = |each: &dyn Fn(&(T, T)) -> f64| {
            percentile(&mut self.0.iter().skip(1).map(each).collect::<Vec<_>>(), 50.0)
        };
        (median(&|it| of(&it.0)), median(&|it| of(&it.1)), median(&|it| of(&it.0) / of(&it.1)))
    }

    /// What has to be the same on both sides, in every round.
    pub(super) fn same(&self, of: impl Fn(&T) -> &String) -> Result<&String> {
        let mut all = self.0.iter().flat_map(|(ours, theirs)| [of(ours), of(theirs)]);
        let first = all.next().context("nothing was measured")?;
        match all.find(|it| *it != first) {
            None => Ok(first),
            Some(other) => bail!("{first} cannot be measured beside {other}"),
        }
    }

    /// What must never happen is counted in every round.
    pub(super) fn sum(&self, of: impl Fn(&T) -> f64) -> (f64, f64, f64) {
        let sum = |each: &dyn Fn(&(T, T)) -> f64| self.0.iter().map(each).sum();
        (sum(&|it| of(&it.0)), sum(&|it| of(&it.1)), f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_round_counts_in_sums_alone() {
        let (mut ours, mut theirs) = ([100.0, 1.0, 2.0, 3.0].iter(), [100.0, 4.0, 4.0, 4.0].iter());
        let next = |of: &mut std::slice::Iter<f64>| Ok(*of.next().unwrap());
        let rounds = Rounds::run(3, || next(&mut ours), || next(&mut theirs)).unwrap();
        assert_eq!(rounds.median(|it| *it), (2.0, 4.0, 0.5));
        let (ours, theirs, _) = rounds.sum(|it| *it);
        assert_eq!((ours, theirs), (106.0, 112.0));
    }

    #[test]
    fn what_is_not_the_same_is_not_compared() {
        let with = |theirs: &str| {
            Rounds::run(1, || Ok("GCM".to_owned()), || Ok(theirs.to_owned())).unwrap()
        };
        assert_eq!(with("GCM").same(|it| it).unwrap(), "GCM");
        let error = with("CM").same(|it| it).cloned().unwrap_err();
        assert_eq!(error.to_string(), "GCM cannot be measured beside CM");
    }
}
