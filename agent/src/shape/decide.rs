//! What happens to the next packet: chance, and nothing else.
//!
//! Shares follow tc-netem(8): with a correlation `r` the number drawn for a packet is `r` times the one before plus `1 - r` times a
//! fresh one. Numbers blended like that gather in the middle, so that netem's *5 % with 25 %* loses 0.3 %; here the threshold is
//! moved to where the asked share of the blended numbers lies below it.
//!
//! **Invariant**: the same shape and seed decide the same; the shares hold whatever the correlation.

use std::time::Duration;

use clap::ValueEnum;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// How many blended numbers are drawn to find a threshold.
const REHEARSED: usize = 200_000;

/// What is asked for.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Shape {
    /// How long each packet is held
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = crate::units::time)]
    pub(crate) delay: Duration,
    /// How much that varies: the standard deviation, or half the width of `uniform`; packets may overtake each other
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = crate::units::time)]
    pub(crate) jitter: Duration,
    /// How the delays are spread about their mean; none is below 0
    #[arg(long, value_enum, default_value_t = Distribution::Normal)]
    pub(crate) distribution: Distribution,
    /// Share of packets that vanish
    #[arg(long, value_name = "SHARE", default_value = "0%", value_parser = crate::units::share)]
    pub(crate) lose: f64,
    /// Share of packets sent twice; outgoing ones only
    #[arg(long, value_name = "SHARE", default_value = "0%", value_parser = crate::units::share)]
    pub(crate) duplicate: f64,
    /// Share of packets of which one bit is turned over
    #[arg(long, value_name = "SHARE", default_value = "0%", value_parser = crate::units::share)]
    pub(crate) corrupt: f64,
    /// How much a packet's fate follows that of the one before; not its delay
    #[arg(long, value_name = "SHARE", default_value = "0%", value_parser = crate::units::correlation)]
    pub(crate) correlation: f64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Distribution {
    Uniform,
    Normal,
    /// Of shape 3, moved and scaled to the mean and the standard deviation asked for
    Pareto,
}

/// What happens to one packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) lost: bool,
    /// Where in the packet a bit is turned over: 0 is its first, 1 just behind its last.
    pub(crate) corrupt: Option<f64>,
    pub(crate) duplicate: bool,
    pub(crate) delay: Duration,
}

/// The dice, and what they showed last.
pub(crate) struct State {
    dice: StdRng,
    lose: Chain,
    duplicate: Chain,
    corrupt: Chain,
}

/// One of the numbers of which each follows the one before it.
#[derive(Clone, Copy)]
struct Chain {
    last: f64,
    threshold: f64,
}

impl State {
    pub(crate) fn new(shape: &Shape, seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut chain = Chain { last: 0.5, threshold: 0.0 };
        let mut drawn: Vec<f64> = Vec::new();
        if shape.correlation > 0.0 {
            drawn = (0..REHEARSED).map(|_| chain.next(shape.correlation, &mut dice)).collect();
            drawn.sort_by(f64::total_cmp);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let place = |share: f64| (share * REHEARSED as f64) as usize;
        let of = |share: f64| Chain {
            threshold: if share > 0.0 { drawn.get(place(share)).copied().unwrap_or(share) } else { 0.0 },
            ..chain
        };
        Self { lose: of(shape.lose), duplicate: of(shape.duplicate), corrupt: of(shape.corrupt), dice }
    }
}

impl Chain {
    fn next(&mut self, correlation: f64, dice: &mut StdRng) -> f64 {
        self.last = correlation * self.last + (1.0 - correlation) * dice.random::<f64>();
        self.last
    }

    fn strikes(&mut self, correlation: f64, dice: &mut StdRng) -> bool {
        self.next(correlation, dice) < self.threshold
    }
}

/// The next packet's fate. Every number is drawn for every packet, so that who is lost does not hang on how long others are held.
pub(crate) fn decide(shape: &Shape, state: &mut State) -> Decision {
    let dice = &mut state.dice;
    let lost = state.lose.strikes(shape.correlation, dice);
    let duplicate = state.duplicate.strikes(shape.correlation, dice);
    let corrupt = state.corrupt.strikes(shape.correlation, dice);
    let place = dice.random();
    let spread = shape.distribution.spread(dice.random(), dice.random()) * shape.jitter.as_secs_f64();
    let delay = Duration::try_from_secs_f64(shape.delay.as_secs_f64() + spread).unwrap_or_default();
    Decision { lost, corrupt: corrupt.then_some(place), duplicate, delay }
}

impl Distribution {
    /// Of two numbers in [0, 1), one with the mean 0, and the standard deviation (of `uniform` half the width) 1.
    fn spread(self, one: f64, two: f64) -> f64 {
        match self {
            Self::Uniform => 2.0 * one - 1.0,
            // Box and Muller. `1 - one` is never 0, which has no logarithm.
            Self::Normal => (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * two).cos(),
            // Of shape 3 and scale 1: mean 3/2, variance 3/4.
            Self::Pareto => ((1.0 - one).powf(-1.0 / 3.0) - 1.5) / 0.75_f64.sqrt(),
        }
    }
}
